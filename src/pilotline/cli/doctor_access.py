"""What ``pilotline doctor`` finds of the way into the backend: the profile, what it lacks, certificates."""

from datetime import UTC, datetime
from pathlib import Path

from pilotline.cli.doctor_lines import Finding
from pilotline.drivers.certificate_store import FOLDER, CertificateStore
from pilotline.drivers.way_in import Way
from pilotline.runtime.backend_line import make_way
from pilotline.runtime.clocks import wall_clock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.access import missing
from pilotline.station.upkeep.events import Access
from pilotline.station.upkeep.store import Inventory, Own, Root
from pilotline.vocabulary.time import DAY

SOON_US = 30 * DAY
_WITH_CERTIFICATE = 3


def profile(keys: KeyStore, folder: Path, csms: str | None) -> Finding:
    """Whether the station has all that its security profile needs."""
    number = keys.number("SecurityProfile")
    inventory = CertificateStore(folder / FOLDER).inventory()
    url = csms or keys.text("c_BackendUrl")
    lacks = missing(
        number, keys.text("AuthorizationKey"), inventory, _now_us(), secure=url.startswith("wss:")
    )
    if lacks is not None:
        return Finding("security profile", False, str(lacks))
    meaning = (
        "as the URL says", "with the password, in the open: for networks that nobody else is in",
        "over TLS, with the password", "over TLS, with a certificate of the station's own",
    )[number]  # fmt: skip
    return Finding("security profile", True, f"{number}, {meaning}")


def certificates(keys: KeyStore, folder: Path) -> Finding:
    """Whether one has run out, or is about to."""
    inventory = CertificateStore(folder / FOLDER).inventory()
    shown = (*inventory.roots, *inventory.own[:1])
    if not shown:
        return Finding("certificates", True, "none installed; security profiles 2 and 3 need some")
    troubles = [said for each in shown if (said := _trouble(each, keys))]
    if troubles:
        return Finding("certificates", False, " ".join(troubles))
    first = min(shown, key=lambda each: each.not_after_us)
    return Finding("certificates", True, f"{len(shown)}, the first to run out on {_day(first.not_after_us)}")


def _trouble(each: Root | Own, keys: KeyStore) -> str:
    now_us = _now_us()
    if now_us is None or now_us + SOON_US < each.not_after_us:
        return ""
    name = f"That of {each.subject}" if isinstance(each, Root) else "The station's own"
    ran_out = f"{name} {'ran' if now_us > each.not_after_us else 'runs'} out on {_day(each.not_after_us)}:"
    if isinstance(each, Root):
        return f"{ran_out} have the backend install another one."
    if not keys.text("CpoName"):
        return f"{ran_out} set CpoName, so that the station can ask for another one."
    return f"{ran_out} the station asks the backend for another one, once a day."


def way(keys: KeyStore, folder: Path) -> Way:
    """As the station would dial: by the profile, the password and the certificate that are set."""
    store = CertificateStore(folder / FOLDER)
    number = keys.number("SecurityProfile")
    own = _own(store.inventory()) if number == _WITH_CERTIFICATE else ""
    return make_way(Access(number, keys.text("AuthorizationKey"), own), store)


def _own(inventory: Inventory) -> str:
    newest = inventory.newest_own(_now_us())
    return newest.fingerprint if newest is not None else ""


def _now_us() -> int | None:
    utc = wall_clock()
    return None if utc is None else int(utc.timestamp()) * 1_000_000


def _day(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).date().isoformat()
