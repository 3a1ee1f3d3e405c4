"""What a charger asks of its power side, judged by what is true there at that moment."""

from dataclasses import replace

import pytest

from pilotline.links.v2g.exchanges import Exchange, pair, read
from pilotline.links.v2g.recording import Line, Recording
from pilotline.links.v2g.replay_safety import breach_of, unmet_by
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PowerVerb,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.wire.v2g import iso15118_2 as i
from support.recorded import car_status as status
from support.recorded import demand, iso, value

LIMITS = DcLimits(voltage_mv=500_000, current_ma=100_000, power_w=30_000, min_voltage_mv=0, min_current_ma=0)
CHARGING = PowerState(LIMITS, Insulation.VALID, contactors=True)
TESTED = replace(CHARGING, contactors=False)
NEW = replace(TESTED, insulation=Insulation.UNTESTED)


@pytest.mark.parametrize(
    ("verb", "power"),
    [
        (CheckInsulation(500_000), NEW),
        (PreCharge(400_000, 2_000), TESTED),
        (PreCharge(400_000, 2_000), replace(TESTED, insulation=Insulation.WARNING)),
        (CloseContactors(), TESTED),
        (Supply(500_000, 100_000), CHARGING),
        (Supply(0, 0), CHARGING),
        (EmergencyOff(), replace(CHARGING, trouble=Trouble.EMERGENCY)),
    ],
)
def test_what_is_asked_in_order_is_no_breach(verb: PowerVerb, power: PowerState) -> None:
    """At the very limits too."""
    assert breach_of(verb, power, PilotState.C) == ""
    assert breach_of(verb, power, PilotState.D) == ""


@pytest.mark.parametrize("verb", [StopSupply(), OpenContactors()])
def test_less_power_may_always_be_asked_for(verb: PowerVerb) -> None:
    """In every state."""
    assert breach_of(verb, NEW, PilotState.A) == ""


@pytest.mark.parametrize(
    ("verb", "power", "pilot", "breach"),
    [
        (CheckInsulation(1), NEW, PilotState.B, "CheckInsulation in pilot state B"),
        (CheckInsulation(500_001), NEW, PilotState.C, "CheckInsulation with 500001 mV"),
        (PreCharge(1, 1), NEW, PilotState.C, "PreCharge with insulation untested"),
        (PreCharge(-1, 1), TESTED, PilotState.C, "PreCharge with -1 mV"),
        (CloseContactors(), NEW, PilotState.C, "CloseContactors with insulation untested"),
        (CloseContactors(), TESTED, PilotState.B, "CloseContactors in pilot state B"),
        (Supply(1, 1), TESTED, PilotState.C, "Supply with open contactors"),
        (Supply(500_001, 1), CHARGING, PilotState.C, "Supply with 500001 mV"),
        (Supply(1, 100_001), CHARGING, PilotState.C, "Supply with 100001 mA"),
        (Supply(1, -1), CHARGING, PilotState.C, "Supply with -1 mA"),
        (EmergencyOff(), CHARGING, PilotState.C, "EmergencyOff without a trouble"),
    ],
)
def test_what_is_asked_too_early_or_too_much_is_a_breach(
    verb: PowerVerb, power: PowerState, pilot: PilotState, breach: str
) -> None:
    """Said in words."""
    assert breach_of(verb, power, pilot) == breach


def test_with_ac_the_safety_module_decides() -> None:
    """Whatever the conversation asks for."""
    wallbox = PowerState(AcLimits(voltage_mv=230_000, current_ma=16_000, phases=3))
    assert breach_of(CloseContactors(), wallbox, PilotState.B) == ""


# --- what a question asks for ---

VOLT, AMPERE = i.UnitSymbol.VOLT, i.UnitSymbol.AMPERE


def asked(element: object) -> Exchange:
    """A question that nobody has answered yet."""
    messages, _ = read(Recording("", "", (Line(0, 0x8001, iso(element)),)))
    (exchange,) = pair(messages)
    return exchange


def precharge(volts: int, amps: int) -> Exchange:
    return asked(
        i.PreChargeReq(
            dc_ev_status=status(40),
            ev_target_voltage=value(volts, VOLT),
            ev_target_current=value(amps, AMPERE),
        )
    )


def stop() -> Exchange:
    return asked(i.PowerDeliveryReq(charge_progress=i.ChargeProgress.STOP, sa_schedule_tuple_id=1))


@pytest.mark.parametrize(
    ("exchange", "verb"),
    [
        (asked(demand(50)), Supply(400_000, 50_000)),
        (asked(demand(300)), Supply(400_000, 100_000)),
        (asked(demand(-5)), Supply(400_000, 0)),
        (precharge(395, 1), PreCharge(395_000, 1_000)),
        (precharge(900, 2), PreCharge(500_000, 2_000)),
        (precharge(-10, 0), PreCharge(0, 2_000)),
        (precharge(395, 5), PreCharge(395_000, 2_000)),
        (stop(), StopSupply()),
    ],
)
def test_a_question_is_met_by_what_the_car_asks_within_the_limits(
    exchange: Exchange, verb: PowerVerb
) -> None:
    """And by nothing else."""
    assert unmet_by(verb, exchange, CHARGING) == ""
    assert unmet_by(Supply(1, 1), exchange, CHARGING).startswith("Supply 1 mV 1 mA in place of ")
    assert unmet_by(None, exchange, CHARGING).startswith("nothing in place of ")


def test_in_trouble_the_contactors_have_to_be_open() -> None:
    """Whatever the car asks for."""
    trouble = replace(CHARGING, trouble=Trouble.MALFUNCTION)
    assert unmet_by(Supply(400_000, 50_000), asked(demand(50)), trouble) == "contactors closed in trouble"
    assert unmet_by(None, asked(demand(50)), replace(trouble, contactors=False)) == ""


def test_most_questions_ask_nothing_of_the_power_side() -> None:
    """Nor does a lone answer."""
    assert unmet_by(None, asked(i.AuthorizationReq()), CHARGING) == ""
    assert unmet_by(None, Exchange(None, asked(demand(50)).ask), CHARGING) == ""


def test_contactors_are_closed_after_the_start_and_at_a_wallbox_open_after_the_stop() -> None:
    """With 0 A on offer a car may start and wait; a DC car opens its own contactors first."""
    start = asked(i.PowerDeliveryReq(charge_progress=i.ChargeProgress.START, sa_schedule_tuple_id=1))
    wallbox = PowerState(AcLimits(voltage_mv=230_000, current_ma=16_000, phases=3), contactors=True)
    opened, pause = replace(wallbox, contactors=False), AcLimits(voltage_mv=230_000, current_ma=0, phases=3)
    for power in (CHARGING, wallbox):
        assert unmet_by(None, start, power) == ""
    for power in (TESTED, opened):
        assert unmet_by(None, start, power) == "contactors open after the start"
    assert unmet_by(None, start, replace(opened, limits=pause)) == ""
    assert unmet_by(None, stop(), wallbox) == "contactors closed after the stop"
    assert unmet_by(None, stop(), opened) == ""
    assert unmet_by(StopSupply(), stop(), CHARGING) == ""
