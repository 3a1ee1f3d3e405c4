"""What in a session is not as standards or engineers would have it: each kind once, with number and worst."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pilotline.links.v2g.exchanges import (
    Chapter,
    Exchange,
    Message,
    Unread,
    car_status,
    charger_status,
    patience_us,
)
from pilotline.links.v2g.values import duration, number, plain, quantity
from pilotline.wire.v2g.exi.errors import EncodeError
from pilotline.wire.v2g.namespaces import NAMESPACES

Parts = Sequence[tuple[Chapter, Sequence[Exchange]]]

_S = 1_000_000
LOOPS_US = {
    Chapter.AUTHORISATION: 60 * _S,
    Chapter.PARAMETERS: 60 * _S,
    Chapter.CABLE_CHECK: 40 * _S,
    Chapter.PRE_CHARGE: 7 * _S,
}
"""How long a car lets a whole loop last (V2G_EVCC_Ongoing, CableCheck and PreCharge timeouts, there too)."""
SILENCE_US = 60 * _S
"""V2G_SECC_Sequence_Timeout: a charger waits no longer for the next question."""
TOUCHABLE_V = 60
CLOSE_V = 20
"""A car closes its contactors within so many volts (IEC 61851-23 CC.4)."""


def find(exchanges: Sequence[Exchange], parts: Parts, unread: Sequence[Unread]) -> list[str]:
    """Sentences, the weightiest first."""
    messages = [message for each in exchanges for message in (each.ask, each.answer) if message]
    return [
        *_unread(unread),
        *_codes(messages),
        *_faults(messages),
        *_alone(exchanges),
        *_identities(messages),
        *_statuses(messages),
        *_late(exchanges),
        *_long(parts),
        *_starved(exchanges),
        *_silences(messages),
        *_precharge(parts),
        *_welding(parts),
        *_charge_falls(exchanges),
        *_letters(messages),
    ]


def _unread(unread: Sequence[Unread]) -> Iterator[str]:
    if unread:
        others = f", the first of {len(unread)} such" if len(unread) > 1 else ""
        yield f"At {_at(unread[0].at_us)} something cannot be read{others}: {unread[0].why}"


def _codes(messages: Sequence[Message]) -> Iterator[str]:
    for each in messages:
        if each.code.lower().startswith("failed"):
            yield f"At {_at(each.at_us)} the charger answers {each.subject} with {each.code}."


def _faults(messages: Sequence[Message]) -> Iterator[str]:
    for each in messages:
        if each.fault:
            yield f"At {_at(each.at_us)} the header of {each.name} notifies a fault: {each.fault}."


def _alone(exchanges: Sequence[Exchange]) -> Iterator[str]:
    unasked = [each.answer for each in exchanges if each.ask is None and each.answer]
    unanswered = [each.ask for each in exchanges if each.answer is None and each.ask]
    yield from _by_name(unasked, "answers no question of the recording")
    yield from _by_name(unanswered, "stays without an answer")


def _by_name(messages: Sequence[Message], what: str) -> Iterator[str]:
    for name in dict.fromkeys(each.name for each in messages):
        times = [each.at_us for each in messages if each.name == name]
        more = "" if len(times) == 1 else f"; so do {len(times) - 1} more, the last at {_at(times[-1])}"
        yield f"At {_at(times[0])} {name} {what}{more}."


def _identities(messages: Sequence[Message]) -> Iterator[str]:
    """From SessionSetupRes on, every header bears the same session id (V2G2-750 and after)."""
    given: bytes | None = None
    for each in messages:
        if each.name == "SessionSetupRes" or (given is None and each.subject != "SessionSetup"):
            given = each.session_id
        elif each.session_id != given and each.subject != "SessionSetup":
            yield (
                f"At {_at(each.at_us)} {each.name} bears the session id {_hex(each.session_id)}, "
                f"where {_hex(given)} was agreed."
            )
            return


def _statuses(messages: Sequence[Message]) -> Iterator[str]:
    """The first of each kind."""
    told: set[str] = set()
    for each in messages:
        for word in _wrong(each):
            if word not in told:
                told.add(word)
                yield f"At {_at(each.at_us)} {word}."


def _wrong(message: Message) -> Iterator[str]:
    car, charger = car_status(message), charger_status(message)
    if car is not None and car.ev_error_code.value != "NO_ERROR":
        yield f"the car reports {car.ev_error_code.value}"
    if charger is None:
        return
    isolation = getattr(charger, "evse_isolation_status", None)
    if isolation is not None and isolation.value in {"Fault", "Warning"}:
        yield f"the charger's insulation is at {isolation.value}"
    code = getattr(charger, "evse_status_code", None)
    if code is not None and code.value not in _QUIET:
        yield f"the charger reports {code.value}"
    if charger.evse_notification.value != "None":
        yield f"the charger asks for {charger.evse_notification.value}"


_QUIET = {"EVSE_NotReady", "EVSE_Ready", "EVSE_IsolationMonitoringActive"}


def _late(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """By subject: how many answers came after the car's own timer, and the latest."""
    waits: dict[str, list[tuple[int, int]]] = {}
    for each in exchanges:
        if each.ask and each.answer:
            waits.setdefault(each.subject, []).append((each.answer.at_us - each.ask.at_us, each.ask.at_us))
    for subject, all_ in waits.items():
        allowed_us = patience_us(subject)
        late = [each for each in all_ if each[0] > allowed_us]
        if late:
            worst_us, at_us = max(late)
            yield (
                f"{len(late)} of {len(all_)} answers to {subject} come after the car's timer of "
                f"{plain(allowed_us / _S)} s; the latest after {duration(worst_us)}, at {_at(at_us)}."
            )


def _long(parts: Parts) -> Iterator[str]:
    for chapter, part in parts:
        lasted_us = part[-1].last_us - part[0].first.at_us
        allowed_us = LOOPS_US.get(chapter)
        if allowed_us and lasted_us > allowed_us:
            yield (
                f"{chapter.value} lasts {duration(lasted_us)}; a car need not wait longer than "
                f"{plain(allowed_us / _S)} s."
            )


def _silences(messages: Sequence[Message]) -> Iterator[str]:
    for one, other in pairwise(messages):
        if other.by_car and other.at_us - one.at_us > SILENCE_US:
            yield (
                f"At {_at(one.at_us)} the car falls silent for {duration(other.at_us - one.at_us)}; "
                "a charger closes after 60 s."
            )


def _precharge(parts: Parts) -> Iterator[str]:
    """The voltage at which the car goes on from pre-charge."""
    for (chapter, part), (following, _) in pairwise(parts):
        pairs = [(each.ask, each.answer) for each in part if each.ask and each.answer]
        if chapter is not Chapter.PRE_CHARGE or following is not Chapter.POWER_ON or not pairs:
            continue
        ask, answer = pairs[-1]
        wanted, given = number(ask.content.ev_target_voltage), number(answer.content.evse_present_voltage)
        if abs(wanted - given) > CLOSE_V:
            yield (
                f"Pre-charge ends at {quantity(given, 'V')}, {quantity(abs(wanted - given), 'V')} away from "
                f"the {quantity(wanted, 'V')} that the car asks for."
            )


def _starved(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Less than half of what the car asks for, on the average, and of what the charger says it can."""
    wanted, given = 0.0, 0.0
    for each in exchanges:
        if each.subject == "CurrentDemand" and each.ask and each.answer:
            most = each.answer.content.evse_maximum_current_limit
            asked = number(each.ask.content.ev_target_current)
            wanted += asked if most is None else min(asked, number(most))
            given += number(each.answer.content.evse_present_current)
    if given < wanted / 2:
        yield f"The charger gives {100 * given / wanted:.0f} % of the current that car and limits allow."


def _welding(parts: Parts) -> Iterator[str]:
    for chapter, part in parts:
        if chapter is not Chapter.WELDING_DETECTION:
            continue
        volts = [number(each.answer.content.evse_present_voltage) for each in part if each.answer]
        if volts and volts[-1] >= TOUCHABLE_V:
            yield f"Welding detection ends with {quantity(volts[-1], 'V')} still at the output."


def _charge_falls(exchanges: Sequence[Exchange]) -> Iterator[str]:
    found = [(each.ask.at_us, car_status(each.ask)) for each in exchanges if each.ask]
    charge = [(at_us, status.ev_ress_soc) for at_us, status in found if status is not None]
    for (_, before), (at_us, after) in pairwise(charge):
        if after < before - 1:
            yield f"At {_at(at_us)} the state of charge falls from {before} % to {after} %."


def _letters(messages: Iterable[Message]) -> Iterator[str]:
    """Bytes behind the document, and control characters: harmless, and what other codecs stumble over."""
    surplus: dict[str, int] = {}
    for each in messages:
        more = _surplus(each)
        if more:
            surplus[each.name] = more
        scope = getattr(each.content, "service_scope", None)
        if scope and any(ord(letter) < 32 for letter in scope):
            yield f"At {_at(each.at_us)} {each.name} has {len(scope)} characters of scope that are no text."
    for name, count in surplus.items():
        yield f"{name} has {count} surplus byte{'s' if count > 1 else ''} behind the message."


def _surplus(message: Message) -> int:
    """Only of what comes once: the loops' many messages are not written anew for this."""
    if message.subject in _LOOPS or message.session_id is None:
        return 0
    return len(message.payload) - _length(message)


_LOOPS = {"CurrentDemand", "CableCheck", "PreCharge", "ChargingStatus", "WeldingDetection"}


def _length(message: Message) -> int:
    namespace = NAMESPACES[message.uri]
    try:
        return len(namespace.encode(*namespace.decode(message.payload)))
    except EncodeError:
        return len(message.payload)  # out of bounds, which is said where it is


def _at(at_us: int) -> str:
    return f"{at_us / _S:.3f} s"


def _hex(session_id: bytes | None) -> str:
    return session_id.hex().upper() if session_id else "(none)"
