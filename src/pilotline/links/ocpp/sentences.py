"""What an OCPP message says, in one sentence for people: a row for each action.

Payloads are the peers' own words and may be anything: what is not there is a question mark, what is long is
cut, and of a card the last four letters are told.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pilotline.links.logbook import last_four

LONGEST = 60


class Payload:
    """Reads a message's fields without trusting them."""

    def __init__(self, value: object) -> None:
        known = isinstance(value, Mapping)
        self._fields: Mapping[str, object] = cast("Mapping[str, object]", value) if known else {}

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def __getitem__(self, name: str) -> str:
        """A field as a word of a sentence."""
        return _word(self._fields.get(name))

    def card(self, name: str = "idTag") -> str:
        """As much of a card as is told."""
        value = self._fields.get(name)
        return f"the card {last_four(_word(value))}" if isinstance(value, str) else "no card"

    def inner(self, name: str) -> "Payload":
        return Payload(self._fields.get(name))

    def count(self, name: str) -> int:
        value = self._fields.get(name)
        return len(cast("list[object]", value)) if isinstance(value, list) else 0

    def items(self, name: str) -> list["Payload"]:
        value = self._fields.get(name)
        return [Payload(each) for each in cast("list[object]", value)] if isinstance(value, list) else []

    def words(self, name: str) -> str:
        """A list of words, the first few of them."""
        value = self._fields.get(name)
        listed = cast("list[object]", value) if isinstance(value, list) else []
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        return ", ".join(_word(each) for each in listed[:3]) + more

    @property
    def connector(self) -> str:
        """Which connector is meant."""
        number = self._fields.get("connectorId")
        if number == 0:
            return "the station"
        return "some connector" if number is None else f"connector {_word(number)}"


def call_sentence(action: str, payload: Payload) -> str:
    """What a call wants or tells."""
    row = SENTENCES.get(action)
    return row(payload) if row is not None else f"{_word(action)}, which this page has no sentence for."


def answer_sentence(payload: Payload) -> str:
    """What was answered to it."""
    for holder in (payload, payload.inner("idTagInfo")):
        if "status" in holder:
            number = f", transaction {payload['transactionId']}" if "transactionId" in payload else ""
            return f"{holder['status']}{number}"
    if "listVersion" in payload:
        return f"Version {payload['listVersion']}"
    if "currentTime" in payload:
        return f"It is {payload['currentTime']}"
    if payload.count("configurationKey") or payload.count("unknownKey"):
        return f"{payload.count('configurationKey')} keys, {payload.count('unknownKey')} unknown"
    return "Taken"


def _word(value: Any) -> str:
    if value is None:
        return "?"
    text = value if isinstance(value, str) else str(value)
    return "".join(letter if letter.isprintable() else "?" for letter in text[:LONGEST])


def _profile(payload: Payload) -> str:
    """The first step of a charging schedule, and how many there are."""
    schedule = payload.inner("chargingSchedule")
    steps = schedule.items("chargingSchedulePeriod")
    if not steps:
        return "by an empty schedule"
    more = f", then {len(steps) - 1} more steps" if len(steps) > 1 else ""
    return (
        f"to {steps[0]['limit']} {schedule['chargingRateUnit']}{more} ({payload['chargingProfilePurpose']})"
    )


def _status(payload: Payload) -> str:
    error = payload["errorCode"]
    code = f", RTM err code {payload['vendorErrorCode']}" if "vendorErrorCode" in payload else ""
    trouble = f" ({error}{code})" if error != "NoError" else ""
    return f"{payload.connector.capitalize()} is {payload['status']}{trouble}."


def _stop(payload: Payload) -> str:
    why = f" ({payload['reason']})" if "reason" in payload else ""
    return f"Transaction {payload['transactionId']} ended at {payload['meterStop']} Wh{why}."


def _meter(payload: Payload) -> str:
    of = f" of transaction {payload['transactionId']}" if "transactionId" in payload else ""
    return f"{payload.count('meterValue')} meter values of {payload.connector}{of}."


def _availability(payload: Payload) -> str:
    into = "in" if payload["type"] == "Operative" else "out of"
    return f"The operator puts {payload.connector} {into} service."


def _data(payload: Payload) -> str:
    what = f" {payload['messageId']}" if "messageId" in payload else ""
    return f"A message{what} of the vendor {payload['vendorId']}."


def _list(payload: Payload) -> str:
    how = "replaces" if payload["updateType"] == "Full" else "changes"
    many = payload.count("localAuthorizationList")
    return f"The operator {how} the list of cards: {many} entries, version {payload['listVersion']}."


def _remote_start(payload: Payload) -> str:
    where = f" at {payload.connector}" if "connectorId" in payload else ""
    return f"The operator starts a session{where} for {payload.card()}."


def _read_keys(payload: Payload) -> str:
    return f"The operator reads {payload.words('key') or 'all settings'}."


def _cleared(payload: Payload) -> str:
    which = f"the charging profile {payload['id']}" if "id" in payload else "charging profiles"
    return f"The operator takes out {which}."


def _trigger(payload: Payload) -> str:
    of = f" of {payload.connector}" if "connectorId" in payload else ""
    return f"The operator asks for {payload['requestedMessage']}{of}."


def _certificate(payload: Payload) -> str:
    """Whose root it is: the backend's, or a firmware maker's."""
    of_maker = payload["certificateType"] == "ManufacturerRootCertificate"
    return "of a maker of firmware" if of_maker else "of the backend"


def _security_event(payload: Payload) -> str:
    more = f" ({payload['techInfo']})" if "techInfo" in payload else ""
    return f"The station tells of a security event: {payload['type']}{more}."


OF_SECURITY: Mapping[str, Callable[[Payload], str]] = {
    "CertificateSigned": lambda _: "The operator hands the station its signed certificate.",
    "DeleteCertificate": lambda p: (
        f"The operator takes out the root certificate {p.inner('certificateHashData')['serialNumber']}."
    ),
    "ExtendedTriggerMessage": _trigger,
    "GetInstalledCertificateIds": lambda p: f"The operator asks for the root certificates {_certificate(p)}.",
    "GetLog": lambda p: f"The operator wants the {p['logType']} sent to {p.inner('log')['remoteLocation']}.",
    "InstallCertificate": lambda p: f"The operator installs a root certificate {_certificate(p)}.",
    "LogStatusNotification": lambda p: f"The sending of log {p['requestId']} is {p['status']}.",
    "SecurityEventNotification": _security_event,
    "SignCertificate": lambda _: "The station asks for a certificate of its own.",
    "SignedFirmwareStatusNotification": lambda p: (
        f"The new firmware of order {p['requestId']} is {p['status']}."
    ),
    "SignedUpdateFirmware": lambda p: (
        f"The operator wants signed firmware taken from {p.inner('firmware')['location']}."
    ),
}
"""The messages of the security whitepaper."""
SENTENCES: Mapping[str, Callable[[Payload], str]] = {
    "Authorize": lambda p: f"Asks whether {p.card()} may charge.",
    "BootNotification": lambda p: (
        f"The station says that it has started: {p['chargePointVendor']} {p['chargePointModel']}."
    ),
    "CancelReservation": lambda p: f"The operator ends reservation {p['reservationId']}.",
    "ChangeAvailability": _availability,
    "ChangeConfiguration": lambda p: f"The operator sets {p['key']} to {p['value']}.",
    "ClearCache": lambda _: "The operator has remembered cards forgotten.",
    "ClearChargingProfile": _cleared,
    "DataTransfer": _data,
    "DiagnosticsStatusNotification": lambda p: f"The sending of diagnostics is {p['status']}.",
    "FirmwareStatusNotification": lambda p: f"The new firmware is {p['status']}.",
    "GetCompositeSchedule": lambda p: (
        f"The operator asks what {p.connector} may draw in the next {p['duration']} s."
    ),
    "GetConfiguration": _read_keys,
    "GetDiagnostics": lambda p: f"The operator wants diagnostics sent to {p['location']}.",
    "GetLocalListVersion": lambda _: "The operator asks for the version of the list of cards.",
    "Heartbeat": lambda _: "The station says that it is there.",
    "MeterValues": _meter,
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": lambda p: f"The operator ends transaction {p['transactionId']}.",
    "ReserveNow": lambda p: f"The operator reserves {p.connector} for {p.card()} until {p['expiryDate']}.",
    "Reset": lambda p: f"The operator restarts the station ({p['type']}).",
    "SendLocalList": _list,
    "SetChargingProfile": lambda p: (
        f"The operator limits {p.connector} {_profile(p.inner('csChargingProfiles'))}."
    ),
    "StartTransaction": lambda p: (
        f"A session began at {p.connector} for {p.card()}, at {p['meterStart']} Wh."
    ),
    "StatusNotification": _status,
    "StopTransaction": _stop,
    "TriggerMessage": _trigger,
    "UnlockConnector": lambda p: f"The operator wants the plug of {p.connector} unlocked.",
    "UpdateFirmware": lambda p: f"The operator wants new firmware taken from {p['location']}.",
    **OF_SECURITY,
}
