"""Firmware updates of a real station: real processes, a real backend, a real https server, and real kills."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import CertificateUse

from support.bench import Bench, running
from support.central_system import CentralSystem
from support.firmware_maker import Maker, gives, https_server

ALL = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]
LONG_AGO = "2020-01-01T00:00:00Z"
MAKER = Maker()


@dataclass
class Stage:
    """A station that trusts the maker, its backend, and a server with files by name."""

    bench: Bench
    central: CentralSystem
    files: dict[str, bytes]
    address: str

    async def update(self, request: int, version: str, image: bytes | None = None) -> str:
        """SignedUpdateFirmware with this version; how it is answered."""
        data = self.files[f"/{request}.bin"] = (
            MAKER.image(b"program " * 9_999, version) if image is None else image
        )
        firmware = {
            "location": f"https://{self.address}/{request}.bin",
            "retrieveDateTime": LONG_AGO,
            "signingCertificate": MAKER.signer.pem,
            "signature": MAKER.signature(data),
        }
        answer = await self.central.ask(call.SignedUpdateFirmware(request_id=request, firmware=firmware))
        return answer.status

    async def told(self, request: int, status: str) -> None:
        await self.central.call_of("SignedFirmwareStatusNotification", requestId=request, status=status)

    def statuses(self, request: int) -> list[str]:
        """What was told of it, in order; one that was sent again, its answer lost in a kill, counts once."""
        calls = [m for m in self.central.records.calls if m.action == "SignedFirmwareStatusNotification"]
        words = [str(m.payload["status"]) for m in calls if m.payload.get("requestId") == request]
        return list(dict.fromkeys(words))

    def versions(self) -> list[str]:
        boots = [m for m in self.central.records.calls if m.action == "BootNotification"]
        return [str(m.payload["firmwareVersion"]) for m in boots]


@asynccontextmanager
async def stage(folder: Path) -> AsyncGenerator[Stage]:
    MAKER.keep_product_key(folder / "data" / "firmware" / "product-key.pem")
    files = dict[str, bytes]()
    central = CentralSystem()
    await central.start()
    try:
        with https_server(
            MAKER.server_files(folder), lambda request: gives(files[request.path])(request)
        ) as address:
            async with running(folder / "data", csms=central.url) as bench:
                await bench.do("config_set", key="c_FirmwareHosts", value=address)
                use = CertificateUse.manufacturer_root_certificate
                answer = await central.ask(
                    call.InstallCertificate(certificate_type=use, certificate=MAKER.root.pem)
                )
                assert answer.status == "Accepted"
                yield Stage(bench, central, files, address)
                assert central.records.complaints == []
    finally:
        await central.cut()


@pytest.mark.requirement("M-43", "E-41", "M-40")
def test_a_signed_update_comes_to_run_and_the_restart_is_one_by_software(tmp_path: Path) -> None:
    """Downloaded, verified, installed, restarted (reason 3), well; the boot tells the new version."""

    async def story() -> None:
        async with stage(tmp_path) as on:
            assert await on.update(1, "2.0") == "Accepted"
            await on.told(1, "Installed")
            assert on.statuses(1) == ALL
            assert (on.versions()[0], on.versions()[-1]) == ("0.1.0", "2.0")
            await on.central.call_of("StatusNotification", vendorErrorCode="3")
            view = await on.bench.do("firmware")
            assert view["version"] == "2.0"
            assert (view["trial"], view["phase"], view["last"]) == (False, "", "Installed")
            assert [slot["word"] for slot in view["slots"]] == ["spare", "running", "empty"]

    asyncio.run(story())


@pytest.mark.requirement("M-43", "R-31")
def test_what_is_not_right_leaves_the_old_firmware(tmp_path: Path) -> None:
    """Another host, a file that was changed, one for another model, an older one, and a stranger's."""

    async def story() -> None:
        async with stage(tmp_path) as on:
            wrong = {
                1: (MAKER.image(model="evnet-7kw-t2"), "InstallVerificationFailed"),
                2: (MAKER.image(version="0.0.9"), "InstallVerificationFailed"),
                3: (Maker().image(), "InvalidSignature"),
                4: (b"no image at all", "InstallVerificationFailed"),
            }
            for request, (data, end) in wrong.items():
                assert await on.update(request, "", data) == "Accepted"
                await on.told(request, end)
                assert on.statuses(request) == ["Downloading", "Downloaded", end]
            plain = call.UpdateFirmware(
                location="http://127.0.0.1/f.bin", retrieve_date=LONG_AGO, retries=2, retry_interval=1
            )
            await on.central.ask(plain)
            before = on.central.heard
            await on.central.until(lambda: _plain(on.central).count("DownloadFailed") == 2)
            assert before <= on.central.heard
            assert _plain(on.central) == ["Downloading", "DownloadFailed"] * 2
            assert set(on.versions()) == {"0.1.0"}

    asyncio.run(story())


def _plain(central: CentralSystem) -> list[str]:
    calls = [m for m in central.records.calls if m.action == "FirmwareStatusNotification"]
    return [str(m.payload["status"]) for m in calls]


@pytest.mark.timeout(240)
@pytest.mark.requirement("M-43", "R-31")
def test_killed_in_each_phase_of_an_update_it_comes_to_run_all_the_same(tmp_path: Path) -> None:
    """Host alone, or host and board, at each status that is told: each status once and in order."""

    async def story() -> None:
        async with stage(tmp_path) as on:
            for request, (status, word) in enumerate(
                zip(ALL, ["host_crash", "power_cycle"] * 3, strict=True), 1
            ):
                assert await on.update(request, f"{request + 1}.0") == "Accepted"
                await on.told(request, status)
                await on.bench.do(word)
                await on.told(request, "Installed")
                assert on.statuses(request) == ALL, (status, word)
                await on.bench.wait(ocpp_status="Available")
                await on.central.until(lambda version=f"{request + 1}.0": on.versions()[-1] == version)

    asyncio.run(story())


@pytest.mark.requirement("M-43")
def test_a_session_is_not_cut_off_for_new_firmware(tmp_path: Path) -> None:
    """It waits for its end, and says so."""

    async def story() -> None:
        async with stage(tmp_path) as on:
            await on.bench.charge()
            await on.update(1, "2.0")
            await on.told(1, "InstallScheduled")
            assert on.versions() == ["0.1.0"]
            await on.bench.leave()
            await on.told(1, "Installed")
            assert on.statuses(1) == [*ALL[:3], "InstallScheduled", *ALL[3:]]
            stops = [m.payload["reason"] for m in on.central.records.calls if m.action == "StopTransaction"]
            assert stops == ["EVDisconnected"]

    asyncio.run(story())
