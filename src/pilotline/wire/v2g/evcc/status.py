"""What every answer may carry beside its own matter: a FAILED code, and how the charger stands."""

from typing import Any

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2
from pilotline.wire.v2g.evcc.talk import Leave, Talk
from pilotline.wire.v2g.evcc.words import Ending
from pilotline.wire.v2g.exi.schema import Element, element_name

_DIN, _ISO = din70121.DcEvseStatusCode, iso15118_2.DcEvseStatusCode
_BROKEN = {_DIN.EMERGENCY_SHUTDOWN, _ISO.EMERGENCY_SHUTDOWN, _DIN.MALFUNCTION, _ISO.MALFUNCTION}
_ENDS = {
    _DIN.SHUTDOWN, _ISO.SHUTDOWN, _DIN.UTILITY_INTERRUPT_EVENT, _ISO.UTILITY_INTERRUPT_EVENT,
    din70121.EvseNotification.STOP_CHARGING, iso15118_2.EvseNotification.STOP_CHARGING,
}  # fmt: skip
_STATUSES = ("dc_evse_status", "ac_evse_status", "evse_status", "evse_charge_parameter")


def refusal(answer: Element) -> Leave | None:
    """A code that begins with FAILED, whatever else the answer says (V2G2-734)."""
    code = getattr(answer, "response_code").value  # noqa: B009 - every answer has one, their base does not
    if not code.upper().startswith("FAILED") or code == app_protocol.ResponseCode.FAILED_NO_NEGOTIATION.value:
        return None
    return Leave(Ending.REFUSED, f"The charger answered {element_name(type(answer))} with {code}.")


def judge(talk: Talk, answer: Element) -> Leave | None:
    """Why its status makes the car end; notes the wish for a renegotiation."""
    status = _status_of(answer)
    if status is None:
        return None
    code = getattr(status, "evse_status_code", None)
    if code in _BROKEN or getattr(status, "rcd", False):
        return Leave(Ending.EMERGENCY, f"The charger says {code.value if code else 'that its RCD tripped'}.")
    for word in (code, status.evse_notification):
        if word in _ENDS:
            return Leave(Ending.TERMINATED, f"The charger asked to end: {word.value}.")
    if isinstance(answer, iso15118_2.CurrentDemandRes | iso15118_2.ChargingStatusRes):
        _note_wish(talk, status.evse_notification)
    return None


def _note_wish(talk: Talk, word: Any) -> None:
    """By the charge loop's answers alone; DIN 70121 knows no renegotiation, and its word is passed over."""
    wishes = word is iso15118_2.EvseNotification.RE_NEGOTIATION
    talk.charger_served = talk.charger_served and wishes
    talk.charger_wants = wishes


def _status_of(answer: Any) -> Any:
    """The EVSEStatus of an answer, wherever its message keeps it."""
    for name in _STATUSES:
        found = getattr(answer, name, None)
        if found is not None:
            return _status_of(found) or found
    return None
