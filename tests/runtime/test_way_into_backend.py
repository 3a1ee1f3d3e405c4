"""A whole station and a backend over TLS: each security profile, each change, and ``kill -9`` in between.

The backend is a real one in threads, its certificates are made here, and the station's root is put into its
store beforehand, as an installer does.
"""

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.certificate_store import FOLDER, CertificateStore, performers
from pilotline.drivers.store import read_settings
from pilotline.runtime.folder import JOURNAL
from pilotline.station.upkeep.access import read_access
from pilotline.station.upkeep.store import AddRoot, StoreIs
from pilotline.vocabulary.upkeep import CertificateUse
from support.bench import Bench, running
from support.pki import Authority, pem, server_context, write_server
from support.secure_backend import SecureBackend, backend

FIRST, SECOND, THIRD = ("11" * 16, "22" * 20, "33" * 18)
NAME = "BENCH 1"


class Site:
    """The station and its backend, and what the story does to both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "station"
        self.root = Authority("Root")
        self.tls = server_context(write_server(folder, self.root))
        self.server = SecureBackend(self.tls, bytes.fromhex(FIRST))
        self.bench: Bench
        store = CertificateStore(self.folder / FOLDER)
        add = AddRoot(CertificateUse.CENTRAL_SYSTEM_ROOT, self.root.pem, 9, None)
        assert isinstance(performers(store)[AddRoot](add, None), StoreIs)  # type: ignore[arg-type]

    @asynccontextmanager
    async def standing(self, profile: int = 2) -> AsyncGenerator["Site"]:
        """Set up beside the station, and registered by this profile."""
        with backend(self.server):
            async with running(self.folder, self.server.url) as self.bench:
                await self.set("AuthorizationKey", FIRST)
                await self.set("SecurityProfile", str(profile))
                await self.bench.wait(connected=True)
                yield self

    async def set(self, key: str, value: str) -> None:
        assert await self.bench.do("config_set", key=key, value=value) == "Accepted"

    async def ask(self, action: str, **payload: Any) -> dict[str, Any]:
        return await asyncio.to_thread(self.server.ask, action, **payload)

    async def change(self, key: str, value: str) -> str:
        word: str = (await self.ask("ChangeConfiguration", key=key, value=value))["status"]
        return word

    async def hears(self, action: str, after: int = 0, **having: Any) -> dict[str, Any]:
        return await asyncio.to_thread(lambda: self.server.wait_call(action, after, **having))

    async def sees(self, look: Callable[[], Any]) -> None:
        await asyncio.to_thread(self.server.wait_for, look)

    async def kill_host(self) -> None:
        """kill -9; the launcher starts another one."""
        before = (await self.bench.pids())["host"]
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(30):
            while (await self.bench.pids())["host"] == before:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)

    def kept(self, name: str) -> Any:
        """What stands on the disk."""
        return read_settings(self.folder / JOURNAL).get(name)

    async def on_disk(self, name: str, value: Any) -> None:
        async with asyncio.timeout(30):
            while self.kept(name) != value:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.05)

    def profile_on_disk(self) -> int:
        access = read_access(self.kept("upkeep access works"))
        return -1 if access is None else access.profile


def story(folder: Path, tell: Callable[[Site], Any], profile: int = 2) -> None:
    async def run() -> None:
        async with Site(folder).standing(profile) as site:
            await tell(site)

    asyncio.run(run())


@pytest.mark.requirement("E-61")
def test_a_password_is_changed_from_afar_and_used_at_once(tmp_path: Path) -> None:
    """Over TLS with the installed root; the log has the change, and nobody the password."""

    async def tell(site: Site) -> None:
        assert site.server.came[-1] == (NAME, bytes.fromhex(FIRST), "")
        site.server.password = bytes.fromhex(SECOND)
        assert await site.change("AuthorizationKey", SECOND) == "Accepted"
        await site.sees(lambda: site.server.came[-1] == (NAME, bytes.fromhex(SECOND), ""))
        await site.on_disk("upkeep access works", f"2 {SECOND} - -")
        read = await site.ask("GetConfiguration", key=["AuthorizationKey", "SecurityProfile"])
        assert {row["key"]: row.get("value") for row in read["configurationKey"]} == {
            "AuthorizationKey": None,
            "SecurityProfile": "2",
        }
        log = await site.bench.do("security_events")
        assert "AuthorizationKey was changed." in [each["info"] for each in log]
        assert SECOND not in str(log)

    story(tmp_path, tell)


def test_a_password_the_backend_does_not_take_is_given_up(tmp_path: Path) -> None:
    """Back to the one that worked, and the backend hears of it; killed on the way, it is the same."""

    async def tell(site: Site) -> None:
        assert await site.change("AuthorizationKey", THIRD) == "Accepted"
        await site.sees(lambda: site.server.came[-1][1] == bytes.fromhex(THIRD))
        assert site.kept("upkeep access works") == f"2 {FIRST} - -"
        await site.kill_host()
        told = await site.hears("SecurityEventNotification", type="FailedToAuthenticateAtCentralSystem")
        assert "the one before is kept" in told["techInfo"]
        await site.on_disk("AuthorizationKey", FIRST)

    story(tmp_path, tell)


def test_a_profile_is_raised_from_afar_and_never_lowered(tmp_path: Path) -> None:
    """From 2 to 3: the backend signs a certificate, the station shows it; then there is no way back."""

    async def tell(site: Site) -> None:
        assert await site.change("SecurityProfile", "3") == "Rejected"  # no certificate yet
        assert (await site.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate"))[
            "status"
        ] == "Rejected"  # no name yet
        assert await site.change("CpoName", "Test CPO") == "Accepted"
        trigger = {"requestedMessage": "SignChargePointCertificate"}
        assert (await site.ask("ExtendedTriggerMessage", **trigger))["status"] == "Accepted"
        csr = (await site.hears("SignCertificate"))["csr"]
        stranger = pem(Authority("Stranger").answer(csr))
        assert await site.ask("CertificateSigned", certificateChain=stranger) == {"status": "Rejected"}
        chain = pem(site.root.answer(csr))
        assert await site.ask("CertificateSigned", certificateChain=chain) == {"status": "Accepted"}
        site.tls.verify_mode = ssl.CERT_REQUIRED
        site.tls.load_verify_locations(cadata=site.root.pem)
        site.server.password = None
        assert await site.change("SecurityProfile", "3") == "Accepted"
        await site.sees(lambda: site.server.came[-1][2] != "")
        assert site.server.came[-1][:2] == ("", b"")
        async with asyncio.timeout(30):
            while site.profile_on_disk() != 3:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await site.kill_host()
        await site.bench.wait(connected=True)
        came = len(site.server.came)
        assert await site.change("SecurityProfile", "2") == "Rejected"
        assert await site.change("SecurityProfile", "0") == "Rejected"
        assert all(each[2] != "" for each in site.server.came[came - 1 :])
        kinds = [each["kind"] for each in await site.bench.do("security_events")]
        assert "InvalidChargePointCertificate" in kinds

    story(tmp_path, tell)


def test_a_profile_that_cannot_be_had_is_given_up_also_by_a_station_killed_meanwhile(tmp_path: Path) -> None:
    """The backend refuses the certificate of profile 3: the station is back by profile 2."""

    async def tell(site: Site) -> None:
        assert await site.change("CpoName", "Test CPO") == "Accepted"
        await site.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
        csr = (await site.hears("SignCertificate"))["csr"]
        assert (await site.ask("CertificateSigned", certificateChain=pem(site.root.answer(csr))))[
            "status"
        ] == "Accepted"
        assert (
            await site.change("SecurityProfile", "3") == "Accepted"
        )  # ...but it goes on asking for the password
        await site.sees(lambda: site.server.came[-1][:2] == ("", b""))
        await site.kill_host()
        await site.sees(lambda: site.server.came[-1][:2] == (NAME, bytes.fromhex(FIRST)))
        await site.on_disk("SecurityProfile", 2)
        await site.hears("SecurityEventNotification", type="FailedToAuthenticateAtCentralSystem")

    story(tmp_path, tell)


def test_roots_are_installed_listed_and_deleted_from_afar(tmp_path: Path) -> None:
    """All but the one the connection hangs on (M03 to M05)."""

    async def tell(site: Site) -> None:
        use = "CentralSystemRootCertificate"
        other = Authority("Other")
        install = {"certificateType": use, "certificate": other.pem}
        assert await site.ask("InstallCertificate", **install) == {"status": "Accepted"}
        await site.kill_host()
        await site.bench.wait(connected=True)
        bad = {"certificateType": use, "certificate": "nonsense"}
        assert await site.ask("InstallCertificate", **bad) == {"status": "Rejected"}
        listed = await site.ask("GetInstalledCertificateIds", certificateType=use)
        assert listed["status"] == "Accepted"
        answers = {
            each["serialNumber"]: (await site.ask("DeleteCertificate", certificateHashData=each))["status"]
            for each in listed["certificateHashData"]
        }
        serials = [f"{each.certificate.serial_number:X}" for each in (site.root, other)]
        assert answers == {serials[0]: "Failed", serials[1]: "Accepted"}
        gone = next(each for each in listed["certificateHashData"] if each["serialNumber"] == serials[1])
        assert await site.ask("DeleteCertificate", certificateHashData=gone) == {"status": "NotFound"}
        maker = await site.ask("GetInstalledCertificateIds", certificateType="ManufacturerRootCertificate")
        assert maker == {"status": "NotFound"}

    story(tmp_path, tell)
