"""What of an answer has to be as it was recorded, and what of two answers is not the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pilotline.links.v2g.exchanges import Exchange, Message, charger_status
from pilotline.links.v2g.values import number, plain

MESSAGE, CODE, SESSION = "message", "ResponseCode", "SessionID"
CONNECTION, CONTACTORS, POWER, ENDING = "connection", "contactors", "power side", "ending"
"""What is compared beside words and quantities of the messages, by the names of the list."""
PROCESSING = "EVSEProcessing"
"""Whether a charger that is not done waits for a person is its own affair: every Ongoing is the same."""
_QUANTITIES = {
    "EVSEPresentVoltage": ("evse_present_voltage", 0.1),
    "EVSEPresentCurrent": ("evse_present_current", 0.1),
    "EVSEMaximumVoltageLimit": ("evse_maximum_voltage_limit", 0.1),
    "EVSEMaximumCurrentLimit": ("evse_maximum_current_limit", 0.1),
    "EVSEMaximumPowerLimit": ("evse_maximum_power_limit", 10.0),
    "EVSEMinimumVoltageLimit": ("evse_minimum_voltage_limit", 0.1),
    "EVSEMinimumCurrentLimit": ("evse_minimum_current_limit", 0.1),
    "EVSENominalVoltage": ("evse_nominal_voltage", 0.1),
    "EVSEMaxCurrent": ("evse_max_current", 0.1),
}
"""Each with its field, and how far two may be apart: the finest step that is left of it on the wire."""
_TROUBLES = {"EVSE_EmergencyShutdown", "EVSE_Malfunction", "EVSE_UtilityInterruptEvent"}
"""Status codes that chargers agree about; the others they use as they like."""
_AFTER_THE_TEST = {"PreCharge", "CurrentDemand"}
"""Where every charger says what the insulation test has found; before and after it they do as they like."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which our answer is not the recorded one.

    ``number`` counts the messages of the session from 1, ``after`` is what the question before was about.
    """

    number: int
    at_us: int
    protocol: str
    subject: str
    after: str
    what: str
    recorded: str
    ours: str


def name_of(exchange: Exchange) -> str:
    """What it is about; where one name asks for different things, with the word that says which."""
    content = exchange.ask and exchange.ask.content
    session = getattr(content, "charging_session", None)
    word = power_asked(content) if exchange.subject == "PowerDelivery" and content else ""
    word = word or ("Pause" if session is not None and session.value == "Pause" else "")
    return f"{exchange.subject}({word})" if word else exchange.subject


def power_asked(content: Any) -> str:
    """What a PowerDeliveryReq wants, in the words of ISO 15118-2."""
    ready = getattr(content, "ready_to_charge_state", None)
    return content.charge_progress.value if ready is None else "Start" if ready else "Stop"


def compare(recorded: Message, ours: Message) -> Iterator[tuple[str, str, str]]:
    """What differs, as it was recorded, and as it is now. After another message nothing else is compared."""
    if recorded.name != ours.name:
        yield MESSAGE, recorded.name, ours.name
        return
    if recorded.session_id != ours.session_id:
        yield SESSION, _hex(recorded.session_id), _hex(ours.session_id)
    if recorded.code != ours.code:
        yield CODE, recorded.code, ours.code
    elif recorded.code.upper().startswith("OK"):  # what a refusal says beside its code means nothing
        yield from _fields(recorded, ours)


def _fields(recorded: Message, ours: Message) -> Iterator[tuple[str, str, str]]:
    for what, word in _WORDS.items():
        one, other = word(recorded), word(ours)
        if one is not None and other is not None and one != other:
            yield what, one, other
    for what, (field, apart) in _QUANTITIES.items():
        theirs, own = _quantity(recorded.content, field), _quantity(ours.content, field)
        if theirs is not None and own is not None and abs(theirs - own) > apart + 1e-9:
            yield what, plain(theirs), plain(own)


def _quantity(content: Any, field: str) -> float | None:
    value = getattr(getattr(content, "evse_charge_parameter", content), field, None)
    return None if value is None else number(value)


# --- words -----------------------------------------------------------------------------------------


def _field(*path: str) -> Callable[[Message], str | None]:
    """What stands there, None where nothing does."""

    def found(message: Message) -> str | None:
        value = message.content
        for name in path:
            value = getattr(value, name, None)
        value = getattr(value, "value", value)
        return None if value is None else str(value)

    return found


def _processing(message: Message) -> str | None:
    found = getattr(message.content, "evse_processing", None)
    return None if found is None else found.value.partition("_")[0]


def _in_status(name: str) -> Callable[[Message], str | None]:
    def found(message: Message) -> str | None:
        value = getattr(charger_status(message), name, None)
        value = getattr(value, "value", value)
        return None if value is None else str(value)

    return found


def _trouble(message: Message) -> str | None:
    """None for an answer without a status."""
    code = _in_status("evse_status_code")(message)
    return code if code is None or code in _TROUBLES else "no trouble"


def _isolation(message: Message) -> str | None:
    if message.subject not in _AFTER_THE_TEST:
        return None
    return _in_status("evse_isolation_status")(message)


def _evse_id(message: Message) -> str | None:
    """That of ISO 15118-2; with DIN 70121 a charger may say nought."""
    found = getattr(message.content, "evse_id", None)
    return found if isinstance(found, str) and is_evse_id(found) else None


def is_evse_id(text: str) -> bool:
    """Whether it is as long as ISO 15118-2 Annex H has it; recorded chargers need not keep to that."""
    return 7 <= len(text) <= 37


def _most_power(message: Message) -> str | None:
    """PMax of the first schedule, where it is a quantity; in DIN 70121 it is a number that nobody uses."""
    schedules = getattr(message.content, "sa_schedules", None)
    if schedules is None:
        return None
    most = schedules.sa_schedule_tuple[0].p_max_schedule.p_max_schedule_entry[0].p_max
    return None if isinstance(most, int) else plain(number(most))


_WORDS: Mapping[str, Callable[[Message], str | None]] = {
    "SchemaID": _field("schema_id"),
    PROCESSING: _processing,
    "EVSENotification": _in_status("evse_notification"),
    "EVSEStatusCode": _trouble,
    "EVSEIsolationStatus": _isolation,
    "RCD": _in_status("rcd"),
    "EVSEID": _evse_id,
    "FreeService": _field("charge_service", "free_service"),
    "PMax": _most_power,
    "MeterID": _field("meter_info", "meter_id"),
    "MeterReading": _field("meter_info", "meter_reading"),
    "ReceiptRequired": _field("receipt_required"),
}
"""A word is compared where both answers have it."""


def _hex(data: bytes | None) -> str:
    return "" if data is None else data.hex().upper()
