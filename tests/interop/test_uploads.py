"""Diagnostics and logs on their way from a station of real processes to real servers, as a backend asks."""

import asyncio
import io
import json
import tarfile
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import Log, MessageTrigger

from pilotline.vocabulary.transfers import TRANSFER_FAULTS
from support.bench import Bench, running
from support.central_system import CentralSystem
from support.file_servers import PASSWORD, QUOTED, USER, free_port, ftp_server, http_server, odd_server


def files_of(packed: bytes) -> Mapping[str, str]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as bundle:
        return {each.name: (bundle.extractfile(each) or io.BytesIO()).read().decode() for each in bundle}


async def statuses(central: CentralSystem, action: str, after: int, end: str) -> list[str]:
    """What was told from there on, until the end was."""
    await central.call_of(action, after, status=end)
    return [m.payload["status"] for m in central.records.calls[after:] if m.action == action]


async def upload_of(bench: Bench) -> dict[str, object]:
    """What the diagnostics say of the last upload."""
    upload: dict[str, object] = (await bench.do("diagnostics"))["upload"]
    return upload


@pytest.mark.requirement("M-40", "M-41", "R-32", "E-41")
def test_a_backend_fetches_diagnostics_and_hears_how_it_goes(tmp_path: Path) -> None:
    """By FTP as the product has it; a wrong password and a server that is gone have their numbers."""
    home = tmp_path / "home"
    home.mkdir()

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        try:
            async with running(tmp_path / "station", central.url) as bench:
                await central.until(lambda: central.peer)
                await _is_sent(bench, central)
                await _fails(bench, central)
                await _logs_arrive(bench, central)
                assert central.records.complaints == []
        finally:
            await central.cut()

    async def _is_sent(bench: Bench, central: CentralSystem) -> None:
        heard = central.heard
        with ftp_server(home) as port:
            url = f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/"
            answer = await central.ask(call.GetDiagnostics(location=url))
            told = await statuses(central, "DiagnosticsStatusNotification", heard, "Uploaded")
        assert told == ["Uploading", "Uploaded"]
        found = files_of((home / answer.file_name).read_bytes())
        assert {"README.txt", "status.json", "keys.json", "events.json", "ocpp.json", "host.log"} <= set(
            found
        )
        assert json.loads(found["versions.json"])["model"] == "evnet-7kw-s"
        assert "GetDiagnostics" in found["ocpp.json"]
        assert not any(PASSWORD in text or QUOTED in text for text in found.values())
        seen = await upload_of(bench)
        assert (seen["file"], seen["status"], seen["failure"]) == (answer.file_name, "Uploaded", None)

    async def _fails(bench: Bench, central: CentralSystem) -> None:
        with ftp_server(home) as port:
            wrong = {f"ftp://{USER}:zqwrong@127.0.0.1:{port}/": -8, f"ftp://127.0.0.1:{free_port()}/": -9}
            wrong["ftp://no-such-host.invalid/"] = -12
            for url, number in wrong.items():
                heard = central.heard
                await central.ask(call.GetDiagnostics(location=url, retries=1))
                told = await statuses(central, "DiagnosticsStatusNotification", heard, "UploadFailed")
                assert told == ["Uploading", "UploadFailed"]
                seen = await upload_of(bench)
                assert seen["failure"] == number
                assert seen["sentence"] in {each.sentence for each in TRANSFER_FAULTS}
        log = (tmp_path / "station" / "host.log").read_text(encoding="utf-8")
        assert [f'"number": {number}' in log for number in (-8, -9, -12)] == [True] * 3
        assert "zqwrong" not in log
        events = [each["sentence"] for each in await bench.do("events", kind="backend")]
        assert [sum(f"({number})" in each for each in events) for number in (-8, -9, -12)] == [1, 1, 1]

    async def _logs_arrive(_bench: Bench, central: CentralSystem) -> None:
        heard = central.heard
        with http_server() as web:
            parameters = {"remoteLocation": f"http://127.0.0.1:{web.port}/logs/"}
            answer = await central.ask(call.GetLog(log=parameters, log_type=Log.security_log, request_id=12))
            await central.call_of("LogStatusNotification", heard, status="Uploaded", requestId=12)
        assert answer.status == "Accepted"
        ((_, path, _, body),) = web.heard
        assert path == f"/logs/{answer.filename}"
        assert set(files_of(body)) == {"README.txt", "security.json"}

    asyncio.run(story())


@pytest.mark.requirement("M-41")
def test_a_second_log_cancels_the_first_and_a_crash_ends_the_second(tmp_path: Path) -> None:
    """Each request gets its end by its own number; after the crash once, and nothing is sent anew."""
    ended = threading.Event()

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        with odd_server(lambda _: ended.wait(60)) as port:
            log = {"remoteLocation": f"ftp://u:zqsecret@127.0.0.1:{port}/"}
            async with running(tmp_path, central.url) as bench:
                await central.until(lambda: central.peer)
                ask = [call.GetLog(log=log, log_type=Log.diagnostics_log, request_id=n) for n in (1, 2)]
                answers = [(await central.ask(each)).status for each in ask]
                assert answers == ["Accepted", "AcceptedCanceled"]
                await central.call_of("LogStatusNotification", status="Uploading", requestId=2)
                await central.ask(
                    call.ExtendedTriggerMessage(requested_message=MessageTrigger.log_status_notification)
                )
                await bench.do("host_crash")
                await central.call_of("LogStatusNotification", status="UploadFailure", requestId=2)
                await bench.wait(ocpp_status="Available")
                boots = [m for m in central.records.calls if m.action == "BootNotification"]
                assert len(boots) == 2
            ended.set()
        await central.cut()
        said = [
            (m.payload["requestId"], m.payload["status"])
            for m in central.records.calls
            if m.action == "LogStatusNotification"
        ]
        said.remove((2, "Uploading"))  # one of the two was asked for
        assert said == [(1, "Uploading"), (1, "UploadFailure"), (2, "Uploading"), (2, "UploadFailure")]
        assert central.records.complaints == []

    asyncio.run(story())
