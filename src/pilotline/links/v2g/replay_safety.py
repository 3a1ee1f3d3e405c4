"""What no answer shows: a charger that says the right words and asks its power side for the wrong things."""

from typing import Any

from pilotline.links.v2g.exchanges import Exchange
from pilotline.links.v2g.replay_answers import name_of
from pilotline.links.v2g.values import number
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    PowerState,
    PowerVerb,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)

_PASSED = (Insulation.VALID, Insulation.WARNING)
_READY = (PilotState.C, PilotState.D)


def breach_of(verb: PowerVerb, power: PowerState, pilot: PilotState) -> str:
    """What is wrong with asking for it now, by IEC 61851-23 CC.4; empty for nothing.

    With AC the safety module decides, whatever is asked.
    """
    name = type(verb).__name__
    limits = power.limits
    if isinstance(verb, EmergencyOff):
        return f"{name} without a trouble" if power.trouble is Trouble.NONE else ""
    if not isinstance(limits, DcLimits) or not isinstance(verb, _GIVING):
        return ""
    if pilot not in _READY:
        return f"{name} in pilot state {pilot.value}"
    if not isinstance(verb, CheckInsulation) and power.insulation not in _PASSED:
        return f"{name} with insulation {power.insulation.value}"
    if isinstance(verb, Supply) and not power.contactors:
        return f"{name} with open contactors"
    return _beyond(verb, limits)


_GIVING = (CheckInsulation, PreCharge, CloseContactors, Supply)


def _beyond(verb: PowerVerb, limits: DcLimits) -> str:
    """More than the charger can."""
    voltage_mv: int = getattr(verb, "voltage_mv", 0)
    current_ma: int = getattr(verb, "current_ma", 0)
    name = type(verb).__name__
    if not 0 <= voltage_mv <= limits.voltage_mv:
        return f"{name} with {voltage_mv} mV"
    if isinstance(verb, Supply) and not 0 <= current_ma <= limits.current_ma:
        return f"{name} with {current_ma} mA"
    return ""


def unmet_by(verb: PowerVerb | None, exchange: Exchange, power: PowerState) -> str:
    """What a question that was answered OK wants of the power side, and has not got; empty for nothing."""
    if power.trouble is not Trouble.NONE:
        return "contactors closed in trouble" if power.contactors else ""
    if exchange.ask is None:
        return ""
    name, limits = name_of(exchange), power.limits
    if name == "PowerDelivery(Start)" and limits.current_ma > 0 and not power.contactors:
        return "contactors open after the start"
    if isinstance(limits, AcLimits):
        return "contactors closed after the stop" if name == _STOP and power.contactors else ""
    want = _wanted(exchange.ask.content, name, limits)
    return "" if want is None or verb == want else f"{_told(verb)} in place of {_told(want)}"


_STOP = "PowerDelivery(Stop)"


def _wanted(ask: Any, name: str, limits: DcLimits) -> PowerVerb | None:
    """None where nothing is, or nothing new."""
    if name == "CurrentDemand":
        current_ma = max(0, min(_milli(ask.ev_target_current), limits.current_ma))
        return Supply(_within(ask, limits), current_ma)
    if name == "PreCharge":
        current_ma = _milli(ask.ev_target_current)
        return PreCharge(_within(ask, limits), current_ma if 0 < current_ma <= MOST_MA else MOST_MA)
    return StopSupply() if name == _STOP else None


MOST_MA = 2_000
"""What may flow before a car has closed (IEC 61851-23 CC.4). One that asks for no current gets it too."""


def _within(ask: Any, limits: DcLimits) -> int:
    return max(limits.min_voltage_mv, min(_milli(ask.ev_target_voltage), limits.voltage_mv))


def _milli(value: Any) -> int:
    return round(1000 * number(value))


def _told(verb: PowerVerb | None) -> str:
    parts = [f"{getattr(verb, field)} {unit}" for field, unit in _FIELDS if hasattr(verb, field)]
    return " ".join([type(verb).__name__ if verb else "nothing", *parts])


_FIELDS = (("voltage_mv", "mV"), ("current_ma", "mA"))
