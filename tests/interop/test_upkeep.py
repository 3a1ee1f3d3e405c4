"""Firmware, diagnostics and security on a station of real processes, asked by the `ocpp` package.

What an update or an upload does in the end is tested where it is done; here every message of these passes a
foreign stack once in each direction, and the official schemas judge it.
"""

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import NotSupportedError, PropertyConstraintViolationError
from ocpp.v16 import call
from ocpp.v16.enums import CertificateUse, Log, MessageTrigger

from support.bench import Bench
from support.central_system import CentralSystem, Message
from support.file_servers import free_port
from support.pki import Authority, pem
from support.site import Site, site_in

LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds").replace("+00:00", "Z")
NOWHERE = "https://127.0.0.1:1/fw.bin"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    with site_in(tmp_path_factory.mktemp("station")) as found:
        yield found


def _words(central: CentralSystem, action: str, after: int) -> list[str]:
    return [
        message.payload["status"] for message in central.records.calls[after:] if message.action == action
    ]


async def _hear(central: CentralSystem, action: str, after: int, status: str) -> Message:
    return await central.call_of(action, after, status=status)


@pytest.mark.requirement("M-40", "E-60")
def test_a_station_tells_that_it_has_started(site: Site) -> None:
    """SecurityEventNotification with its time, after registration."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        event = await central.call_of("SecurityEventNotification", type="StartupOfTheDevice")
        assert event.payload["timestamp"].endswith("Z")

    site.play(story)


@pytest.mark.requirement("M-40")
def test_a_root_certificate_comes_is_named_and_goes(site: Site) -> None:
    """InstallCertificate, GetInstalledCertificateIds with its hashes, DeleteCertificate by them."""
    use = CertificateUse.manufacturer_root_certificate

    async def story(_bench: Bench, central: CentralSystem) -> None:
        ids = call.GetInstalledCertificateIds(certificate_type=use)
        assert (await central.ask(ids)).status == "NotFound"
        rubbish = await central.ask(call.InstallCertificate(certificate_type=use, certificate="no PEM"))
        assert rubbish.status in ("Failed", "Rejected")
        root = pem(Authority("A maker").certificate)
        installed = await central.ask(call.InstallCertificate(certificate_type=use, certificate=root))
        assert installed.status == "Accepted"
        found = await central.ask(ids)
        assert found.status == "Accepted"
        (named,) = found.certificate_hash_data
        camel = {_camel(name): value for name, value in named.items()}
        assert (await central.ask(call.DeleteCertificate(certificate_hash_data=camel))).status == "Accepted"
        assert (await central.ask(call.DeleteCertificate(certificate_hash_data=camel))).status == "NotFound"
        assert (await central.ask(ids)).status == "NotFound"

    site.play(story)


@pytest.mark.requirement("M-49")
def test_a_certificate_over_its_bound_is_refused_as_such(site: Site) -> None:
    """By the CALLERROR for a value too long, without being looked into."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        use = CertificateUse.central_system_root_certificate
        payload = {"certificateType": use.value, "certificate": "x" * 5_501}
        with pytest.raises(PropertyConstraintViolationError):
            await _unchecked(central, "InstallCertificate", payload)

    site.play(story)


@pytest.mark.requirement("M-40")
def test_the_station_asks_for_a_certificate_when_it_is_told_to(site: Site) -> None:
    """Once it knows for whom (CpoName) SignCertificate comes; a chain that fits nothing is Rejected."""
    wish = call.ExtendedTriggerMessage(requested_message=MessageTrigger.sign_charge_point_certificate)

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        assert (await central.ask(wish)).status == "Rejected"
        assert (await central.ask(call.ChangeConfiguration("CpoName", "A CPO"))).status == "Accepted"
        assert (await central.ask(wish)).status == "Accepted"
        request = await central.call_of("SignCertificate", begun)
        assert request.payload["csr"].startswith("-----BEGIN CERTIFICATE REQUEST-----")
        chain = pem(Authority("A stranger").certificate)
        assert (await central.ask(call.CertificateSigned(certificate_chain=chain))).status == "Rejected"

    site.play(story)


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize(
    ("wish", "action"),
    [
        (call.TriggerMessage(MessageTrigger.firmware_status_notification), "FirmwareStatusNotification"),
        (call.TriggerMessage(MessageTrigger.diagnostics_status_notification),
         "DiagnosticsStatusNotification"),
        (call.ExtendedTriggerMessage(MessageTrigger.boot_notification), "BootNotification"),
        (call.ExtendedTriggerMessage(MessageTrigger.heartbeat), "Heartbeat"),
        (call.ExtendedTriggerMessage(MessageTrigger.status_notification), "StatusNotification"),
        (call.ExtendedTriggerMessage(MessageTrigger.meter_values), "MeterValues"),
        (call.ExtendedTriggerMessage(MessageTrigger.log_status_notification), "LogStatusNotification"),
        (call.ExtendedTriggerMessage(MessageTrigger.firmware_status_notification),
         "SignedFirmwareStatusNotification"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_every_trigger_brings_what_it_names(site: Site, wish: Any, action: str) -> None:
    """Of both messages, after the answer; what is not under way is Idle."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        assert (await central.ask(wish)).status == "Accepted"
        message = await central.call_of(action, begun)
        assert message.payload.get("status", "Idle") in ("Idle", "Available")

    site.play(story)


@pytest.mark.requirement("M-40", "M-41")
@pytest.mark.parametrize("log", [None, Log.diagnostics_log, Log.security_log])
def test_an_upload_to_nobody_is_named_begun_and_told_as_failed(site: Site, log: Log | None) -> None:
    """GetDiagnostics and both logs of GetLog: the name at once, then each status with its own message."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun, where = central.heard, f"ftp://anna:word@127.0.0.1:{free_port()}/"
        if log is None:
            answer = await central.ask(call.GetDiagnostics(location=where, retries=1))
            name, action, failed = answer.file_name, "DiagnosticsStatusNotification", "UploadFailed"
        else:
            wish = call.GetLog({"remoteLocation": where}, log, request_id=7, retries=1)
            answer = await central.ask(wish)
            assert answer.status == "Accepted"
            name, action, failed = answer.filename, "LogStatusNotification", "UploadFailure"
        assert name.endswith(".tar.gz")
        last = await _hear(central, action, begun, failed)
        assert _words(central, action, begun)[0] == "Uploading"
        assert last.payload.get("requestId") == (None if log is None else 7)

    site.play(story)


@pytest.mark.requirement("M-40", "E-41", "R-31")
def test_an_update_from_a_host_that_may_not_give_one_fails_and_is_told(site: Site) -> None:
    """UpdateFirmware is answered at once; the truth comes as FirmwareStatusNotification."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        await central.ask(call.UpdateFirmware(location=NOWHERE, retrieve_date=now, retries=1))
        await _hear(central, "FirmwareStatusNotification", begun, "DownloadFailed")
        assert "Installed" not in _words(central, "FirmwareStatusNotification", begun)

    site.play(story)


@pytest.mark.requirement("M-43")
def test_a_signed_update_by_nobody_we_know_is_refused(site: Site) -> None:
    """A certificate that leads to no root of a maker: InvalidCertificate, and nothing is fetched."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        firmware = {
            "location": NOWHERE, "retrieveDateTime": LATER, "signature": "c2ln",
            "signingCertificate": pem(Authority("A stranger").certificate),
        }  # fmt: skip
        answer = await central.ask(call.SignedUpdateFirmware(request_id=9, firmware=firmware))
        assert answer.status == "InvalidCertificate"

    site.play(story)


@pytest.mark.requirement("E-63")
def test_network_diagnostics_go_out_while_the_key_is_on(site: Site) -> None:
    """As DataTransfer of the vendor Pilotline: JSON with the interface, and what became of the line."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        assert (await central.ask(call.ChangeConfiguration("C_OCPCNetLog", "true"))).status == "Accepted"
        told = await central.call_of("DataTransfer", begun, vendorId="Pilotline", messageId="NetLog")
        said = json.loads(told.payload["data"])
        assert (said["interface"], said["connects"]) == ("ethernet", 1)
        assert (await central.ask(call.ChangeConfiguration("C_OCPCNetLog", "false"))).status == "Accepted"

    site.play(story)


def test_what_is_the_stations_to_send_is_not_supported_from_a_backend(site: Site) -> None:
    """NotSupported: OCPP knows the action, and it is not for this end."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        with pytest.raises(NotSupportedError):
            await _unchecked(central, "SignCertificate", {"csr": "x"})

    site.play(story)


async def _unchecked(central: CentralSystem, action: str, payload: dict[str, Any]) -> None:
    """A call that the package would not send itself; its error as the package's exception."""
    call_id = f"unchecked-{action}"
    frame = await central.say(call_id, json.dumps([2, call_id, action, payload]))
    errors = {
        "NotSupported": NotSupportedError,
        "PropertyConstraintViolation": PropertyConstraintViolationError,
    }
    assert frame[0] == 4
    raise errors[frame[2]](frame[3])


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
