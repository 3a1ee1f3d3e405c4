"""What a DC charger answers from the cable check on. Both standards have the same messages here.

Limits are told as they are at this moment; what the car asks for is kept within them before it is passed on.
"""

from typing import Any

from pilotline.vocabulary.power_side import (
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    PowerState,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.language import Round, milli, milli_or_none
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.session import PASSED, Session
from pilotline.wire.v2g.secc.words import Wish

PARAMETERS_US = 55 * SECOND
"""V2G_SECC_Ongoing_Performance_Time (R-55: of ChargeParameterDiscovery)."""
CONTACTORS_US = 3 * SECOND
"""How long contactors may take (V2G2-860)."""
POWER_DELIVERY_US = 4_500 * MS
"""V2G_SECC_Msg_Performance_Time of PowerDelivery. A DIN car that waits only 2 s loses nothing by it."""
SAFE_MV = 60_000
"""Below it a voltage is no danger (IEC 61851-23): the cable check leaves the output there."""
NO_CURRENT_MA = 1_000
"""IEC 61851-23 CC.4: contactors part at less than 1 A."""
PRE_CHARGE_MA = 2_000
"""IEC 61851-23 CC.4: the most that flows before the car has closed."""

PRE_CHARGE_US = 60 * SECOND
"""A car gives up after 7 s; the slowest recorded one needed 12. For one that does not, the power goes off."""

_SHUTDOWNS = {
    Trouble.EMERGENCY: "EMERGENCY_SHUTDOWN",
    Trouble.MALFUNCTION: "MALFUNCTION",
    Trouble.UTILITY: "UTILITY_INTERRUPT_EVENT",
    Trouble.RESIDUAL_CURRENT: "MALFUNCTION",
}


# --- what the charger says of itself ---


def notification(s: Session) -> Any:
    """What the car is asked to do. DIN 70121 knows no renegotiation."""
    words = s.language.words.EvseNotification
    if s.stops:
        return words.STOP_CHARGING
    known = s.language.protocol is Protocol.ISO2
    wanted = s.wish is Wish.RENEGOTIATE and s.phase is Phase.CHARGE
    return words.RE_NEGOTIATION if wanted and known else words.NONE


def status(s: Session, usual: str = "READY") -> Any:
    """DC_EVSEStatus; ``usual`` is what it says when nothing is wrong."""
    language = s.language
    name = _SHUTDOWNS.get(s.trouble, "SHUTDOWN") if s.stops else usual
    return language.messages.DC_EVSEStatus(
        notification_max_delay=0,
        evse_notification=notification(s),
        evse_isolation_status=isolation(s),
        evse_status_code=language.words.DcEvseStatusCode[name],
    )


def isolation(s: Session) -> Any:
    """What the test of this session has found; Invalid before it."""
    words = s.language.words.IsolationLevel
    if s.insulation is Insulation.NO_MONITOR:
        return getattr(words, "NO_IMD", words.INVALID)
    if s.insulation is Insulation.FAULT and not s.stale:
        return words.FAULT
    if not s.insulated:
        return words.INVALID
    return words.WARNING if s.insulation is Insulation.WARNING else words.VALID


def charge_parameter(s: Session) -> Any:
    """DC_EVSEChargeParameter; noughts while the power side is silent."""
    limits = s.dc_limits or DcLimits(0, 0, 0, 0, 0)
    language = s.language
    return language.messages.DC_EVSEChargeParameter(
        dc_evse_status=status(s, "READY" if s.dc_limits else "NOT_READY"),
        evse_maximum_current_limit=language.amperes(limits.current_ma, Round.DOWN),
        evse_maximum_power_limit=language.watts(limits.power_w),
        evse_maximum_voltage_limit=language.volts(limits.voltage_mv, Round.DOWN),
        evse_minimum_current_limit=language.amperes(limits.min_current_ma, Round.UP),
        evse_minimum_voltage_limit=language.volts(limits.min_voltage_mv, Round.UP),
        evse_peak_current_ripple=language.amperes(_RIPPLE_MA, Round.UP),
    )


_RIPPLE_MA = 6_000
"""The most that IEC 61851-23 CC.5.3 allows; the power side tells no figure of its own."""


def fits(limits: DcLimits, asked: Any) -> bool:
    """Whether charger and car have any voltage and current in common."""
    voltage_mv, current_ma = milli(asked.ev_maximum_voltage_limit), milli(asked.ev_maximum_current_limit)
    return voltage_mv >= max(limits.min_voltage_mv, 1) and current_ma >= max(limits.min_current_ma, 1)


def note_parameters(s: Session, asked: Any) -> None:
    """What DC_EVChargeParameter tells of the car."""
    energy = milli_or_none(asked.ev_energy_request)
    s.tell(
        soc_percent=asked.dc_ev_status.ev_ress_soc,
        max_voltage_mv=milli(asked.ev_maximum_voltage_limit),
        max_current_ma=milli(asked.ev_maximum_current_limit),
        wants_wh=None if energy is None else energy // 1000,
        departure_s=getattr(asked, "departure_time", None),
    )


# --- cable check ---


def test_voltage_mv(car_mv: int, charger_mv: int) -> int:
    """At which voltage the cable is tested (IEC 61851-23:2023 CC.4.1.2, formula CC.1)."""
    if car_mv <= 500_000:
        return min(500_000, car_mv + 50_000, charger_mv)
    return min(car_mv * 11 // 10, charger_mv)


def check_cable(s: Session, ask: Any) -> Element:
    """Ongoing until the insulation is known good and the voltage is down again."""
    s.tell(soc_percent=ask.dc_ev_status.ev_ress_soc)
    if not s.may_start:
        return cable_checked(s, "FAILED")
    if s.car_ready and s.dc_limits is not None:
        s.test_insulation(test_voltage_mv(s.car.max_voltage_mv or 0, s.dc_limits.voltage_mv))
    if not s.tested:
        return _still_checking(s)
    if s.insulation not in PASSED:
        s.broke = Trouble.MALFUNCTION
        s.say(EmergencyOff())
        return cable_checked(s, "FAILED")
    if present(s).voltage_mv >= SAFE_MV:
        return _still_checking(s)
    s.insulated = True
    return cable_checked(s)


def _still_checking(s: Session) -> Element:
    return cable_checked(s, "FAILED" if s.waited() >= s.config.cable_check_us else "OK", ongoing=True)


def cable_checked(s: Session, code: str = "OK", *, ongoing: bool = False) -> Element:
    """CableCheckRes."""
    words = s.language.words
    going_on = ongoing and code == "OK"
    return s.language.messages.CableCheckRes(
        response_code=s.language.code(code),
        dc_evse_status=status(s, "ISOLATION_MONITORING_ACTIVE" if going_on else "READY"),
        evse_processing=words.EvseProcessing.ONGOING if going_on else words.EvseProcessing.FINISHED,
    )


# --- pre-charge ---


def pre_charge(s: Session, ask: Any) -> Element:
    """Every loop has its own target: cars send a wrong one in the first.

    More than 2 A is not refused but not given either: the standards bound what the charger supplies. Some
    cars ask for 0 A, with which no voltage would ever rise.
    """
    voltage_mv, current_ma = milli(ask.ev_target_voltage), milli(ask.ev_target_current)
    s.tell(
        soc_percent=ask.dc_ev_status.ev_ress_soc, target_voltage_mv=voltage_mv, target_current_ma=current_ma
    )
    limits = s.dc_limits
    if not s.may_start or not s.insulated or limits is None or s.waited() >= PRE_CHARGE_US:
        return pre_charged(s, "FAILED")
    current_ma = current_ma if 0 < current_ma <= PRE_CHARGE_MA else PRE_CHARGE_MA
    s.say(PreCharge(within(s, voltage_mv, limits), current_ma))
    return pre_charged(s)


def pre_charged(s: Session, code: str = "OK") -> Element:
    """PreChargeRes."""
    return s.language.messages.PreChargeRes(
        response_code=s.language.code(code),
        dc_evse_status=status(s),
        evse_present_voltage=s.language.volts(present(s).voltage_mv),
    )


def within(s: Session, voltage_mv: int, limits: DcLimits) -> int:
    """A target as the power side may be given it: never above what charger and car bear.

    Some cars begin with a target below nought, or below the battery.
    """
    greatest = min(limits.voltage_mv, s.car.max_voltage_mv or limits.voltage_mv)
    return max(limits.min_voltage_mv, min(voltage_mv, greatest))


_NOTHING = PowerState(DcLimits(0, 0, 0, 0, 0))


def present(s: Session) -> PowerState:
    """What is measured; nothing while the power side is silent."""
    return s.power or _NOTHING


# --- power on and off ---


def power_on(s: Session, failed: str = "FAILED_CONTACTOR_ERROR") -> str | None:
    """The response code once the contactors have closed; ``failed`` when they have not."""
    if not s.may_start or s.stops or not s.insulated:
        return "FAILED_POWER_DELIVERY_NOT_APPLIED"
    if present(s).contactors and isinstance(s.verb, Supply):
        return "OK"  # negotiated anew, with the contactors closed
    s.say(CloseContactors())
    if present(s).contactors:
        return "OK"
    s.until = min(s.asked_at + POWER_DELIVERY_US, s.said_at + CONTACTORS_US)
    return failed if s.now >= s.until else None


def power_off(s: Session) -> str | None:
    """The response code once no current flows; a source that does not obey is switched off."""
    if not s.live:
        return "OK"
    s.say(StopSupply())
    if present(s).current_ma < NO_CURRENT_MA:
        return "OK"
    s.until = s.asked_at + POWER_DELIVERY_US
    if s.now < s.until:
        return None
    s.broke = Trouble.MALFUNCTION
    s.say(EmergencyOff())
    return "FAILED"


# --- the charge loop ---


def demand(s: Session, ask: Any) -> dict[str, Any]:
    """Pass the demand on; what both standards answer to it."""
    voltage_mv, current_ma = milli(ask.ev_target_voltage), milli(ask.ev_target_current)
    note_demand(s, ask, voltage_mv, current_ma)
    limits = s.dc_limits
    if limits is None:
        return demanded(s)
    s.say(Supply(within(s, voltage_mv, limits), max(0, min(current_ma, limits.current_ma))))
    flows_mw = present(s).voltage_mv * min(current_ma, limits.current_ma) // 1000
    return demanded(
        s,
        at_current=current_ma >= limits.current_ma,
        at_voltage=voltage_mv >= limits.voltage_mv,
        at_power=flows_mw >= limits.power_w * 1000,
    )


def note_demand(s: Session, ask: Any, voltage_mv: int, current_ma: int) -> None:
    """Limits may be told anew in the loop; one that is left out stands as it was."""
    most_mv, most_ma = ask.ev_maximum_voltage_limit, ask.ev_maximum_current_limit
    s.tell(
        soc_percent=ask.dc_ev_status.ev_ress_soc,
        target_voltage_mv=voltage_mv,
        target_current_ma=current_ma,
        max_voltage_mv=s.car.max_voltage_mv if most_mv is None else milli(most_mv),
        max_current_ma=s.car.max_current_ma if most_ma is None else milli(most_ma),
    )


def demanded(
    s: Session,
    code: str = "OK",
    *,
    at_current: bool = False,
    at_voltage: bool = False,
    at_power: bool = False,
) -> dict[str, Any]:
    """The fields of CurrentDemandRes that both have."""
    language, limits, now = s.language, s.dc_limits or DcLimits(0, 0, 0, 0, 0), present(s)
    return {
        "response_code": language.code(code),
        "dc_evse_status": status(s),
        "evse_present_voltage": language.volts(now.voltage_mv),
        "evse_present_current": language.amperes(now.current_ma),
        "evse_current_limit_achieved": at_current,
        "evse_voltage_limit_achieved": at_voltage,
        "evse_power_limit_achieved": at_power,
        "evse_maximum_voltage_limit": language.volts(limits.voltage_mv, Round.DOWN),
        "evse_maximum_current_limit": language.amperes(limits.current_ma, Round.DOWN),
        "evse_maximum_power_limit": language.watts(limits.power_w),
    }


# --- welding detection ---


def detect_welding(s: Session, ask: Any) -> Element:
    """The voltage at the output, as often as the car asks: it opens its contactors one by one."""
    s.tell(soc_percent=ask.dc_ev_status.ev_ress_soc)
    return welding_detected(s)


def welding_detected(s: Session, code: str = "OK") -> Element:
    """WeldingDetectionRes."""
    return s.language.messages.WeldingDetectionRes(
        response_code=s.language.code(code),
        dc_evse_status=status(s, "NOT_READY"),
        evse_present_voltage=s.language.volts(present(s).voltage_mv),
    )
