"""What the backend asks of upkeep: one row an action, from its request to the wish, from the answer to ours.

A time that cannot be read is refused before anybody is asked, as a value no field of its kind can have.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pilotline.links.ocpp.translate import time_us
from pilotline.station.upkeep.events import (
    Answer,
    DeleteCertificate,
    InstallCertificate,
    ReadCertificates,
    RequestCertificate,
    TakeSigned,
    UpdateAsked,
    UpkeepWish,
    UploadAsked,
)
from pilotline.vocabulary.upkeep import Bundle, CertificateHash
from pilotline.wire.ocpp import v16_upkeep as wire
from pilotline.wire.ocpp.errors import CallErrorCode, MessageError
from pilotline.wire.ocpp.parts import Answer as WireAnswer
from pilotline.wire.ocpp.parts import Request
from pilotline.wire.ocpp.words import (
    AcceptStatus,
    CertificateDeletion,
    CertificateInstallation,
    Found,
    LogAnswerStatus,
    LogType,
    SignedUpdateStatus,
    TriggerStatus,
)

_BUNDLES = {LogType.DIAGNOSTICS: Bundle.DIAGNOSTICS_LOG, LogType.SECURITY: Bundle.SECURITY_LOG}


@dataclass(frozen=True)
class UpkeepRow:
    """``ask`` makes the wish of request and call number; ``answer`` turns upkeep's answer into ours."""

    ask: Callable[[Any, int], UpkeepWish]
    answer: Callable[[Answer], WireAnswer]


def _update(request: wire.UpdateFirmware, call: int) -> UpkeepWish:
    return UpdateAsked(
        call,
        request.location,
        _us(request.retrieve_date),
        request.retries,
        request.retry_interval,
    )


def _signed_update(request: wire.SignedUpdateFirmware, call: int) -> UpkeepWish:
    firmware = request.firmware
    return UpdateAsked(
        call,
        firmware.location,
        _us(firmware.retrieve_date_time),
        request.retries,
        request.retry_interval,
        request.request_id,
        _us_or_none(firmware.install_date_time),
        firmware.signing_certificate,
        firmware.signature,
    )


def _diagnostics(request: wire.GetDiagnostics, call: int) -> UpkeepWish:
    return UploadAsked(
        call,
        Bundle.DIAGNOSTICS,
        request.location,
        request.retries,
        request.retry_interval,
        _us_or_none(request.start_time),
        _us_or_none(request.stop_time),
    )


def _log(request: wire.GetLog, call: int) -> UpkeepWish:
    return UploadAsked(
        call,
        _BUNDLES[request.log_type],
        request.log.remote_location,
        request.retries,
        request.retry_interval,
        _us_or_none(request.log.oldest_timestamp),
        _us_or_none(request.log.latest_timestamp),
        request.request_id,
    )


def _install(request: wire.InstallCertificate, call: int) -> UpkeepWish:
    return InstallCertificate(call, request.certificate_type, request.certificate)


def _delete(request: wire.DeleteCertificate, call: int) -> UpkeepWish:
    named = request.certificate_hash_data
    return DeleteCertificate(
        call,
        CertificateHash(
            named.hash_algorithm, named.issuer_name_hash, named.issuer_key_hash, named.serial_number
        ),
    )


def _read(request: wire.GetInstalledCertificateIds, call: int) -> UpkeepWish:
    return ReadCertificates(call, request.certificate_type)


def _take_signed(request: wire.CertificateSigned, call: int) -> UpkeepWish:
    return TakeSigned(call, request.certificate_chain)


def _request_certificate(_request: wire.ExtendedTriggerMessage, call: int) -> UpkeepWish:
    return RequestCertificate(call)


def _found(answer: Answer) -> WireAnswer:
    data = tuple(
        wire.HashData(each.algorithm, each.issuer_name_hash, each.issuer_key_hash, each.serial)
        for each in answer.hashes
    )
    status = Found.ACCEPTED if data else Found.NOT_FOUND
    return wire.GetInstalledCertificateIdsAnswer(status=status, certificate_hash_data=data or None)


UPKEEP: dict[str, UpkeepRow] = {
    "CertificateSigned": UpkeepRow(
        _take_signed, lambda said: wire.CertificateSignedAnswer(AcceptStatus(said.word))
    ),
    "DeleteCertificate": UpkeepRow(
        _delete, lambda said: wire.DeleteCertificateAnswer(CertificateDeletion(said.word))
    ),
    "ExtendedTriggerMessage": UpkeepRow(  # SignChargePointCertificate alone; the others are triggers
        _request_certificate, lambda said: wire.ExtendedTriggerMessageAnswer(TriggerStatus(said.word))
    ),
    "GetDiagnostics": UpkeepRow(_diagnostics, lambda said: wire.GetDiagnosticsAnswer(said.file_name or None)),
    "GetInstalledCertificateIds": UpkeepRow(_read, _found),
    "GetLog": UpkeepRow(
        _log, lambda said: wire.GetLogAnswer(LogAnswerStatus(said.word), said.file_name or None)
    ),
    "InstallCertificate": UpkeepRow(
        _install, lambda said: wire.InstallCertificateAnswer(CertificateInstallation(said.word))
    ),
    "SignedUpdateFirmware": UpkeepRow(
        _signed_update, lambda said: wire.SignedUpdateFirmwareAnswer(SignedUpdateStatus(said.word))
    ),
    "UpdateFirmware": UpkeepRow(_update, lambda _: wire.UpdateFirmwareAnswer()),
}


def refusal_of(request: Request) -> MessageError | None:
    """Why a request is refused at once, None if it is not."""
    for name, text in _times(request):
        if text is not None and time_us(text) is None:
            return MessageError(
                CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{name} is no time of RFC 3339 with a zone"
            )
    return None


def _times(request: Request) -> list[tuple[str, str | None]]:
    match request:
        case wire.UpdateFirmware():
            return [("retrieveDate", request.retrieve_date)]
        case wire.SignedUpdateFirmware(firmware=firmware):
            return [
                ("retrieveDateTime", firmware.retrieve_date_time),
                ("installDateTime", firmware.install_date_time),
            ]
        case wire.GetDiagnostics():
            return [("startTime", request.start_time), ("stopTime", request.stop_time)]
        case wire.GetLog(log=log):
            return [("oldestTimestamp", log.oldest_timestamp), ("latestTimestamp", log.latest_timestamp)]
        case _:
            return []


def _us_or_none(text: str | None) -> int | None:
    return None if text is None else time_us(text)


def _us(text: str) -> int:
    """A time that ``refusal_of`` has let pass."""
    return time_us(text) or 0
