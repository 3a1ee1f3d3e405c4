"""How a recorded session ended, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pilotline.links.v2g.exchanges import Chapter, Exchange, car_status, charger_status
from pilotline.links.v2g.recording import Recording
from pilotline.links.v2g.values import duration


class Ending(Enum):
    """The verdict in two words."""

    COMPLETE = "complete"
    PAUSED = "paused"
    CAR_LEFT = "car left"
    CHARGER_ENDED = "charger ended"
    TRUNCATED = "truncated recording"
    IRREGULAR = "irregular"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Verdict:
    """``why`` is a sentence."""

    ending: Ending
    why: str


def judge(recording: Recording, parts: Sequence[tuple[Chapter, Sequence[Exchange]]]) -> Verdict:
    """The strongest reason first: what cannot be read, who refused, who stopped, who fell silent."""
    exchanges = [each for _, part in parts for each in part]
    if not exchanges:
        return _unreadable(recording)
    return (
        _no_common_protocol(exchanges)
        or _refused(exchanges)
        or _car_error(exchanges)
        or _stopped(exchanges, parts)
        or _fell_silent(recording, exchanges, parts)
    )


def _unreadable(recording: Recording) -> Verdict:
    why = "Car and charger speak TLS" if recording.encrypted else "No message of it can be read"
    return Verdict(Ending.UNREADABLE, f"{why}.")


def _no_common_protocol(exchanges: Sequence[Exchange]) -> Verdict | None:
    if not any(each.answer and each.answer.code == "Failed_NoNegotiation" for each in exchanges):
        return None
    return Verdict(Ending.CHARGER_ENDED, "The charger speaks none of the car's protocols.")


def _refused(exchanges: Sequence[Exchange]) -> Verdict | None:
    answers = [each.answer for each in exchanges if each.answer]
    failed = next((each for each in answers if each.code.startswith("FAILED")), None)
    if failed is None:
        return None
    if failed.subject == "SessionStop":
        return Verdict(Ending.IRREGULAR, f"The charger answers the car's goodbye with {failed.code}.")
    return Verdict(Ending.CHARGER_ENDED, f"It answers {failed.subject} with {failed.code}.")


def _car_error(exchanges: Sequence[Exchange]) -> Verdict | None:
    for each in exchanges:
        status = each.ask and car_status(each.ask)
        if status is not None and status.ev_error_code.value.startswith("FAILED"):
            return Verdict(Ending.CAR_LEFT, f"The car reports {status.ev_error_code.value}.")
    return None


def _stopped(
    exchanges: Sequence[Exchange], parts: Sequence[tuple[Chapter, Sequence[Exchange]]]
) -> Verdict | None:
    last = exchanges[-1]
    if last.subject != "SessionStop":
        return None
    if last.ask is None or last.answer is None:
        missing = "nobody asked for" if last.ask is None else "the charger never answers"
        return Verdict(Ending.IRREGULAR, f"It ends with a SessionStop that {missing}.")
    if wish := _charger_wish(exchanges):
        return Verdict(Ending.CHARGER_ENDED, f"It asked the car to stop: {wish}.")
    if last.ask.content.__struct_fields__ and last.ask.content.charging_session.value == "Pause":
        return Verdict(Ending.PAUSED, "The car will come back to this session.")
    chapters = [chapter for chapter, _ in parts]
    if Chapter.CHARGING in chapters:
        return Verdict(Ending.COMPLETE, "Charged, switched off, and parted with SessionStop.")
    before = next((each for each in reversed(chapters) if each is not Chapter.STOP), Chapter.STOP)
    return Verdict(Ending.CAR_LEFT, f"It says goodbye after {before.value.lower()}, before any charging.")


def _charger_wish(exchanges: Sequence[Exchange]) -> str:
    """What the charger's status said, before the car itself wanted to stop."""
    for each in exchanges:
        if each.subject in {"SessionStop", "WeldingDetection"}:
            return ""
        status = each.answer and charger_status(each.answer)
        if status is None:
            continue
        code = getattr(status, "evse_status_code", None)
        if code is not None and code.value in _ENDING_CODES:
            return code.value
        if status.evse_notification.value == "StopCharging":
            return "StopCharging"
    return ""


_ENDING_CODES = {"EVSE_Shutdown", "EVSE_EmergencyShutdown", "EVSE_Malfunction", "EVSE_UtilityInterruptEvent"}


def _fell_silent(
    recording: Recording,
    exchanges: Sequence[Exchange],
    parts: Sequence[tuple[Chapter, Sequence[Exchange]]],
) -> Verdict:
    """There is no SessionStop. Who closes a connection that a recorder saw closing is who ended it."""
    last, where = exchanges[-1], parts[-1][0].value.lower()
    unanswered = last.answer is None
    if closed := recording.closed:
        how = "resets" if closed.reset else "closes"
        after = duration(max(closed.at_us - last.last_us, 0))
        ending = Ending.CAR_LEFT if closed.by_car else Ending.CHARGER_ENDED
        who = "The car" if closed.by_car else "The charger"
        return Verdict(ending, f"{who} {how} the connection in {where}, {after} after the last message.")
    if last.ask is None:
        return Verdict(Ending.IRREGULAR, f"It ends in {where} with an answer that nobody asked for.")
    if unanswered:
        return Verdict(Ending.TRUNCATED, f"The last question, {last.subject}, has no answer any more.")
    return Verdict(Ending.TRUNCATED, f"It breaks off in {where}, after {last.subject}; nobody says goodbye.")
