"""The way into the backend: security profile, password, certificate; never locked out, nor lowered from afar.

What the keys ask for is *wanted*; what the backend has last registered us by is what *works*, and it is kept
on the disk until another way has worked (whitepaper A01, A05.FR.08). While the two differ, the wanted one is
dialled first, and where the backend refuses it, or nothing answers for long, the one that works, and so on in
turn: whichever registers first is the way from then on, and the keys say so. So:

* what is dialled is always the wanted way or the one that works;
* one that works is forgotten only when another has worked, also by a power cut at any moment;
* once a higher profile has worked, no lower one is dialled again, unless a person beside the station asked.

The network's failures alone say nothing of a password: they never decide, they only change the turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.station.keys import BY_NAME
from pilotline.station.upkeep.alarms import alarm
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Access,
    BackendLost,
    BackendTried,
    KeyChanged,
    UpkeepEffect,
    UpkeepEvent,
    UseAccess,
    WayTried,
    Worked,
)
from pilotline.station.upkeep.store import Inventory, StoreIs, StoreRefuses
from pilotline.vocabulary import refusals
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepEvent, LoggedEvent, StoreKey
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import MINUTE, SECOND, Stamp, earliest
from pilotline.vocabulary.upkeep import CertificateUse, WayTrouble

REFUSALS = 3
"""So often a way has to be refused before the other one has its turn: a backend may just be restarting."""
TURN_US = 5 * MINUTE
"""...or after so long without a line that registers us: the dialler's longest pause is a minute."""
SETTLE_US = 2 * SECOND
"""The answer to the change goes out first, and a password and a profile that come together count together."""
_ROW = "upkeep access works"
_PASSWORD, _PROFILE, _CPO_NAME = "AuthorizationKey", "SecurityProfile", "CpoName"
_WITH_PASSWORD = (1, 2)
_OVER_TLS = 2
_WITH_CERTIFICATE = 3

ALARMS = {
    WayTrouble.CREDENTIALS: AlarmKind.FAILED_TO_AUTHENTICATE,
    WayTrouble.STATION_CERTIFICATE: AlarmKind.FAILED_TO_AUTHENTICATE,
    WayTrouble.SERVER_CERTIFICATE: AlarmKind.INVALID_BACKEND_CERTIFICATE,
    WayTrouble.TLS_VERSION: AlarmKind.INVALID_TLS_VERSION,
    WayTrouble.TLS_CIPHER: AlarmKind.INVALID_TLS_CIPHER,
}
"""The troubles that the security log has a type for; all others are the backend's or the network's."""


@dataclass
class _Turn:
    """The way that is dialled now: until when, how often it was refused, whether its line is open."""

    access: Access
    until: int
    refusals: int = 0
    open: bool = False


class BackendAccess:
    """``handle``, ``deadline``; ``refusal`` says why a key may not have a value."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._keys = surroundings.keys
        url = surroundings.csms if surroundings.csms is not None else self._keys.text("c_BackendUrl")
        self._secure = url.startswith("wss:")
        self._works = read_access(surroundings.kept.get(_ROW))
        self._inventory: Inventory | None = None
        self._turn: _Turn | None = None
        self._contested: Access | None = None
        """The wanted way that has had its turn; a wanted one that is another is a new wish."""
        self._given_up: Access | None = None
        """A wanted way that no key can take back: it has had its turn, and the other one worked."""
        self._change_at: int | None = None
        self._ripe_at: int | None = None
        self._told: WayTrouble | None = None
        self._utc_us: int | None = None

    # --- what may be asked for ---

    def refusal(self, name: str, value: KeyValue, role: Role) -> Refusal | None:
        """Why nobody, or not this role, may give this key this value now (A05.FR.01 to .04)."""
        if name == _PROFILE and isinstance(value, int):
            return self._profile_refusal(value, role)
        profile = self._keys.number(_PROFILE)
        if name == _PASSWORD and not value and profile in _WITH_PASSWORD:
            return refusals.PASSWORD_IN_USE.of(profile=profile)
        if name == "c_BackendUrl" and profile >= _OVER_TLS and not str(value).startswith("wss:"):
            return refusals.URL_IN_USE.of(profile=profile)
        return None

    def _profile_refusal(self, profile: int, role: Role) -> Refusal | None:
        now = self._keys.number(_PROFILE)
        if role is Role.BACKEND and profile <= now:
            return refusals.PROFILE_ONLY_UP.of(profile=now)
        return missing(
            profile, self._keys.text(_PASSWORD), self._inventory, self._utc_us, secure=self._secure
        )

    # --- what happens ---

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        self._utc_us = stamp.utc_us
        effects: list[UpkeepEffect] = []
        match event:
            case KeyChanged(name):
                effects += self._key_changed(name, stamp)
            case Worked(_, StoreIs(inventory)):
                self._inventory = inventory
            case Worked(_, StoreRefuses()):
                self._inventory = self._inventory or Inventory()  # a store that cannot be read has nothing
            case WayTried():
                effects += self._tried(event, stamp)
            case BackendTried(works=True):
                effects += self._worked(stamp)
            case BackendTried() | BackendLost():
                self._lost()
            case _:
                pass
        self._ripe_at = self._ripens(stamp)
        return [*effects, *self._update(stamp)]

    def deadline(self) -> int | None:
        if self._change_at is not None:
            return self._change_at
        turn = self._turn
        ends = turn.until if turn is not None and not turn.open and self._other() is not None else None
        return earliest(ends, self._ripe_at)

    def _ripens(self, stamp: Stamp) -> int | None:
        """When a certificate that waits for its first day may be shown (A02.FR.08)."""
        if stamp.utc_us is None or self._inventory is None:
            return None
        waits = [each.not_before_us - stamp.utc_us for each in self._inventory.own]
        return earliest(*(stamp.at + wait for wait in waits if wait > 0))

    def _key_changed(self, name: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """In the log without its value (A01.FR.11 and .12)."""
        said = {
            _PASSWORD.lower(): f"{_PASSWORD} was changed.",
            _PROFILE.lower(): f"{_PROFILE} was set to {self._keys.number(_PROFILE)}.",
            _CPO_NAME.lower(): f"{_CPO_NAME} was changed.",
        }.get(name.lower())
        if said is None:
            return ()
        self._given_up = None  # asked for anew
        return alarm(self._around, AlarmKind.RECONFIGURATION, said, stamp)

    def _tried(self, tried: WayTried, stamp: Stamp) -> Sequence[UpkeepEffect]:
        turn = self._turn
        if turn is None or tried.access != turn.access:
            return ()  # of the line before
        turn.open = tried.trouble is None
        if tried.trouble is None:
            return ()
        turn.refusals += tried.trouble.reached
        return self._tell(tried.trouble, tried.reason, stamp)

    def _tell(self, trouble: WayTrouble, reason: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """Each trouble once until the backend has registered us: a log is no counter."""
        kind = ALARMS.get(trouble)
        if kind is None or trouble is self._told:
            return ()
        self._told = trouble
        return alarm(self._around, kind, reason, stamp)

    def _lost(self) -> None:
        if self._turn is not None:
            self._turn.open = False

    # --- which way ---

    def _wanted(self) -> Access:
        keys = self._keys
        profile = keys.number(_PROFILE)
        password = keys.text(_PASSWORD) if profile in _WITH_PASSWORD else ""
        certificate = self._newest_own() if profile == _WITH_CERTIFICATE else ""
        return Access(profile, password, certificate, self._only_root(profile))

    def _newest_own(self) -> str:
        """The newest that is valid; else the newest: no line is hung up because a day has passed."""
        own = self._inventory.own if self._inventory is not None else ()
        if self._inventory is None or not own:
            return ""
        return (self._inventory.newest_own(self._utc_us) or own[0]).fingerprint

    def _only_root(self, profile: int) -> str:
        """With AdditionalRootCertificateCheck one root is trusted, the new one first (M05.FR.13)."""
        if profile < _OVER_TLS or self._inventory is None:
            return ""
        if not self._keys.flag("AdditionalRootCertificateCheck"):
            return ""
        roots = self._inventory.roots_for(CertificateUse.CENTRAL_SYSTEM_ROOT)
        return next((each.fingerprint for each in roots if not each.replaced), "")

    def _update(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """Level-based: what is dialled follows what is wanted, what works and whose turn it is."""
        wanted = self._wanted()
        if self._turn is None:
            knows_enough = wanted.profile < _OVER_TLS or self._inventory is not None
            return self._dial(wanted, stamp) if knows_enough else ()
        if wanted in (self._contested, self._given_up):
            self._change_at = None
            return self._take_turns(self._turn, stamp)
        if wanted == self._turn.access:  # taken back before it was tried
            self._contested, self._change_at = wanted, None
            return ()
        return self._change(wanted, stamp)

    def _change(self, wanted: Access, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if self._change_at is None:
            self._change_at = stamp.at + SETTLE_US
        if stamp.at < self._change_at:
            return ()
        self._change_at = None
        return self._dial(wanted, stamp)

    def _dial(self, access: Access, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if access == self._wanted():
            self._contested = access
        self._turn = _Turn(access, stamp.at + TURN_US)
        return [UseAccess(access)]

    def _other(self) -> Access | None:
        """The way that has its turn next; None where there is but one."""
        wanted = self._wanted()
        if self._turn is None or self._works is None or wanted in (self._works, self._given_up):
            return None
        return wanted if self._turn.access == self._works else self._works

    def _take_turns(self, turn: _Turn, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if turn.access == self._works and turn.refusals >= REFUSALS:
            self._given_up = None  # what worked does no longer: nothing is given up for good
        other = self._other()
        if other is None or turn.open or (turn.refusals < REFUSALS and stamp.at < turn.until):
            return ()
        return self._dial(other, stamp)

    # --- the end of a change ---

    def _worked(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """The backend has registered us over the line that is open."""
        turn = self._turn
        if turn is None or not turn.open:
            return ()
        self._told, turn.refusals = None, 0
        effects: list[UpkeepEffect] = []
        wanted = self._wanted()
        if turn.access == wanted:
            self._given_up = None
        elif wanted == self._contested:
            effects += self._go_back(wanted, turn.access, stamp)
        if turn.access != self._works:
            self._works = turn.access
            effects.append(StoreKey(_ROW, write_access(turn.access)))
        return effects

    def _go_back(self, wanted: Access, works: Access, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """The keys say what is in force again; a certificate or root stays in the store, and waits."""
        effects: list[UpkeepEffect] = []
        if wanted.profile != works.profile:
            effects.append(self._set(_PROFILE, str(works.profile)))
        if works.profile in _WITH_PASSWORD and self._keys.text(_PASSWORD) != works.password:
            effects.append(self._set(_PASSWORD, works.password))
        self._contested, self._given_up = works, self._wanted()
        said = (
            f"The backend could not be had by the new way in (security profile {wanted.profile}); "
            f"the one before is kept (security profile {works.profile})."
        )
        words: dict[str, str | int] = {"wanted": wanted.profile, "kept": works.profile}
        effects.append(KeepEvent(LoggedEvent("access_kept", 0, stamp, words)))
        return [*effects, *alarm(self._around, AlarmKind.FAILED_TO_AUTHENTICATE, said, stamp, tell=True)]

    def _set(self, name: str, text: str) -> StoreKey:
        return StoreKey(name, self._keys.change(BY_NAME[name.lower()], text))


def missing(
    profile: int, password: str, inventory: Inventory | None, utc_us: int | None, *, secure: bool
) -> Refusal | None:
    """What a security profile needs and has not here (A05.FR.02 to .04)."""
    if profile in _WITH_PASSWORD and not password:
        return refusals.PROFILE_NEEDS_PASSWORD.of(profile=profile)
    if profile < _OVER_TLS:
        return None
    if not secure:
        return refusals.PROFILE_NEEDS_WSS.of(profile=profile)
    store = inventory or Inventory()
    if not store.roots_for(CertificateUse.CENTRAL_SYSTEM_ROOT, utc_us):
        return refusals.PROFILE_NEEDS_ROOT.of(profile=profile)
    if profile == _WITH_CERTIFICATE and store.newest_own(utc_us) is None:
        return refusals.PROFILE_NEEDS_CERTIFICATE.of()
    return None


# --- the row that is kept ----------------------------------------------------------------------------------


def write_access(access: Access) -> str:
    """One line of four words; none of them has a space."""
    words = (str(access.profile), access.password, access.certificate, access.root)
    return " ".join(word or "-" for word in words)


def read_access(kept: KeyValue) -> Access | None:
    """A row that is none is passed over: then nothing is known to work."""
    words = kept.split() if isinstance(kept, str) else []
    if len(words) != 4 or words[0] not in ("0", "1", "2", "3"):
        return None
    password, certificate, root = ("" if word == "-" else word for word in words[1:])
    return Access(int(words[0]), password, certificate, root)
