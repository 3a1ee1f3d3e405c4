"""What an AC charger answers with ISO 15118-2: limits in the messages, power by the safety module.

The safety module closes when it is permitted and the car is in state C or D. The car goes there at the latest
250 ms after it has sent PowerDelivery(Start) (V2G2-847), so that answer waits for it.
"""

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import AcLimits, CloseContactors, OpenContactors, Trouble
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.iso15118_2_words import EvseNotification
from pilotline.wire.v2g.secc.dc import CONTACTORS_US, POWER_DELIVERY_US, notification
from pilotline.wire.v2g.secc.language import Round, milli
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.session import READY, Session


def limits(s: Session) -> AcLimits | None:
    """None until the power side has said what it can."""
    told = s.power.limits if s.power else None
    return told if isinstance(told, AcLimits) else None


def status(s: Session) -> iso.AC_EVSEStatus:
    """The fault current device has its own word; every other trouble is a StopCharging."""
    return iso.AC_EVSEStatus(
        notification_max_delay=0,
        evse_notification=EvseNotification(notification(s).value),
        rcd=s.trouble is Trouble.RESIDUAL_CURRENT,
    )


def charge_parameter(s: Session) -> iso.AC_EVSEChargeParameter:
    """What the outlet offers now."""
    now = limits(s)
    return iso.AC_EVSEChargeParameter(
        ac_evse_status=status(s),
        evse_nominal_voltage=s.language.volts(now.voltage_mv if now else 0),
        evse_max_current=greatest_current(s),
    )


def greatest_current(s: Session) -> iso.PhysicalValue:
    """Per phase; 0 is a pause."""
    now = limits(s)
    return s.language.amperes(now.current_ma if now else 0, Round.DOWN)


def greatest_w(s: Session) -> int:
    """What is offered now, on all phases that the car uses."""
    now = limits(s)
    if now is None:
        return 0
    return now.voltage_mv * now.current_ma * (1 if s.single_phase else now.phases) // 1_000_000


def note_parameters(s: Session, car: iso.AC_EVChargeParameter) -> None:
    """What AC_EVChargeParameter tells of the car. A departure of 0 s says: at once, that is, nothing."""
    s.tell(
        max_voltage_mv=milli(car.ev_max_voltage),
        max_current_ma=milli(car.ev_max_current),
        min_current_ma=milli(car.ev_min_current),
        wants_wh=milli(car.e_amount) // 1000,
        departure_s=car.departure_time,
    )


def on_offer(s: Session) -> bool:
    """Whether there is a current to offer. None before the first charge is not known yet, later a pause."""
    now = limits(s)
    return now is not None and (now.current_ma > 0 or s.phase is Phase.NEW_PARAMETERS)


def power_on(s: Session) -> str | None:
    """The response code once the outlet is live, or rests at 0 A."""
    if not s.may_start or s.stops:
        return "FAILED_POWER_DELIVERY_NOT_APPLIED"
    s.say(CloseContactors())
    now = limits(s)
    if now is None or s.power is None:
        return "FAILED_POWER_DELIVERY_NOT_APPLIED"
    if s.pilot in READY and (s.power.contactors or now.current_ma == 0):
        return "OK"
    s.until = s.asked_at + POWER_DELIVERY_US
    if s.pilot in READY:
        s.until = min(s.until, max(s.said_at, s.pilot_since) + CONTACTORS_US)
    return _not_on(s) if s.now >= s.until else None


def _not_on(s: Session) -> str:
    return "FAILED_CONTACTOR_ERROR" if s.pilot in READY else "FAILED_POWER_DELIVERY_NOT_APPLIED"


def power_off(s: Session) -> str | None:
    """The response code once the outlet is off. The car leaves state C at once (V2G2-848)."""
    s.say(OpenContactors())
    if s.power is None or not s.power.contactors:
        return "OK"
    s.until = s.asked_at + POWER_DELIVERY_US
    return "FAILED_CONTACTOR_ERROR" if s.now >= s.until else None


def follow_pilot(s: Session) -> None:
    """A car that leaves state C in the charge loop has no power there, and gets it again when it is back."""
    if s.pilot in (PilotState.B, PilotState.E, PilotState.F):
        s.say(OpenContactors())
    elif s.pilot in READY and s.may_start:
        s.say(CloseContactors())
