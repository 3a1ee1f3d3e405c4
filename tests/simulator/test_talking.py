"""Stories of a virtual car at a virtual charger, both standing alone, in simulated time."""

from dataclasses import replace

import pytest

from pilotline.simulator.ac_outlet import LIMITS as AC_LIMITS
from pilotline.simulator.dc_car import DcCarConfig, Driver
from pilotline.simulator.power_stage import LIMITS
from pilotline.simulator.talking_charger import TalkingCharger
from pilotline.vocabulary.power_side import (
    EmergencyOff,
    OpenContactors,
    PowerState,
    Trouble,
)
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.wire.v2g.evcc import words as car_words
from pilotline.wire.v2g.evcc.words import EvccConfig, Transfer
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.words import Authorisation, Ending, Energy, SeccConfig, Wish
from support.talking_pair import SESSION_ID, SMALL, TalkingPair, folded, paused

DIN = EvccConfig(protocols=(Protocol.DIN,))
ISO2 = EvccConfig(protocols=(Protocol.ISO2,))
AC = EvccConfig(transfer=Transfer.AC_THREE_PHASE, protocols=(Protocol.ISO2,), max_current_ma=32_000)
AC_CHARGER = SeccConfig(energy=Energy.AC, protocols=(Protocol.ISO2,))
KINDS = [
    pytest.param(DIN, SeccConfig(), id="DIN SPEC 70121, DC"),
    pytest.param(ISO2, SeccConfig(), id="ISO 15118-2, DC"),
    pytest.param(AC, AC_CHARGER, id="ISO 15118-2, AC"),
]


def states(pair: TalkingPair) -> list[PowerState]:
    return [each for each in pair.charger_said if isinstance(each, PowerState)]


@pytest.mark.requirement("M-01", "M-10")
@pytest.mark.parametrize(("car", "charger"), KINDS)
def test_a_car_charges_and_both_end_in_order(car: EvccConfig, charger: SeccConfig) -> None:
    """The battery holds what the meter counted, within what its resistance made heat."""
    pair = TalkingPair(car, charger).play()
    assert pair.ending().ending is Ending.TERMINATED
    assert pair.car.ended is not None
    assert pair.car.ended.ending is car_words.Ending.TERMINATED
    assert pair.car.state.soc_percent >= 51
    counted = states(pair)[-1].energy_wh
    assert counted is not None
    assert counted >= 10


@pytest.mark.requirement("M-10")
@pytest.mark.parametrize(("car", "charger"), KINDS)
def test_the_outlet_is_open_and_without_current_when_it_is_over(car: EvccConfig, charger: SeccConfig) -> None:
    """A second later, when everything has fallen."""
    pair = TalkingPair(car, charger).play()
    pair.timeline.run(pair.timeline.now + 5 * SECOND)
    last = states(pair)[-1]
    assert any(each.contactors and each.current_ma > 0 for each in states(pair))
    assert (last.contactors, last.current_ma, last.voltage_mv) == (False, 0, 0)


@pytest.mark.requirement("R-55")
def test_a_car_waits_until_somebody_lets_it_charge() -> None:
    """The charger answers that it is not done yet, for four minutes here, and then goes on."""
    pair = TalkingPair(ISO2, authorisation=Authorisation.WAITING)
    pair.timeline.run(240 * SECOND)
    assert pair.lines[-1].name == "AuthorizationRes"
    pair.to_charger(Authorisation.GRANTED)
    assert pair.play().ending().ending is Ending.TERMINATED


def test_a_car_that_is_not_let_charge_leaves() -> None:
    """And never had a voltage."""
    pair = TalkingPair(DIN, authorisation=Authorisation.REFUSED).play()
    assert pair.ending().ending is Ending.REFUSED
    assert max(each.voltage_mv for each in states(pair)) == 0


@pytest.mark.parametrize(("car", "charger"), KINDS)
def test_the_charger_wishes_to_stop_and_the_car_does(car: EvccConfig, charger: SeccConfig) -> None:
    """What Ctrl-C does."""
    pair = TalkingPair(car, charger, battery=replace(SMALL, capacity_wh=50_000))
    pair.timeline.run(20 * SECOND)
    assert states(pair)[-1].current_ma > 0
    pair.to_charger(Wish.STOP)
    assert pair.play(20 * SECOND).over
    assert pair.ending().ending is Ending.TERMINATED


@pytest.mark.parametrize(("car", "charger"), KINDS)
def test_the_driver_ends_the_charging_early(car: EvccConfig, charger: SeccConfig) -> None:
    """What Ctrl-C does on the car's side."""
    pair = TalkingPair(car, charger, battery=replace(SMALL, capacity_wh=50_000))
    pair.timeline.run(20 * SECOND)
    pair.to_car(Driver(wants=False))
    assert pair.play(20 * SECOND).over
    assert pair.ending().ending is Ending.TERMINATED


@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.NONE])
@pytest.mark.parametrize("car", [DIN, ISO2], ids=["din", "iso2"])
def test_trouble_in_the_charge_switches_off_and_the_car_learns_of_it(
    car: EvccConfig, trouble: Trouble
) -> None:
    """However it then ends, nothing flows."""
    pair = TalkingPair(car, battery=replace(SMALL, capacity_wh=50_000))
    pair.timeline.run(20 * SECOND)
    assert states(pair)[-1].current_ma > 0
    pair.to_charger(trouble)
    assert states(pair)[-1].current_ma == 0
    assert pair.play().over
    verbs = [each for each in pair.charger_said if isinstance(each, OpenContactors | EmergencyOff)]
    assert verbs
    assert not states(pair)[-1].contactors


def test_a_limit_that_falls_reaches_the_car() -> None:
    """100 A become 20 A while it charges."""
    battery = DcCarConfig(capacity_wh=50_000, soc_percent=50, max_current_ma=100_000)
    pair = TalkingPair(ISO2, battery=battery)
    pair.timeline.run(20 * SECOND)
    pair.to_charger(LIMITS._replace(current_ma=20_000))
    pair.timeline.run(25 * SECOND)
    assert states(pair)[-1].current_ma == 20_000
    taken = [each for each in pair.car_said if isinstance(each, car_words.Take)]
    assert taken[-1].current_ma == 20_000


def test_an_ac_car_draws_what_the_messages_say() -> None:
    """16 A of the 32 it could, then 10 A, then nothing and again."""
    pair = TalkingPair(AC, AC_CHARGER, battery=replace(SMALL, capacity_wh=50_000))
    pair.timeline.run(10 * SECOND)
    drawn: list[int] = []
    for limit_ma in (16_000, 10_000, 0, 16_000):
        pair.to_charger(AC_LIMITS._replace(current_ma=limit_ma))
        pair.timeline.run(pair.timeline.now + 5 * SECOND)
        taken = [each for each in pair.car_said if isinstance(each, car_words.Take)]
        assert taken[-1].current_ma == limit_ma
        drawn.append(states(pair)[-1].current_ma)
    assert drawn == [16_000, 10_000, 0, 16_000]


def test_a_paused_session_is_joined_again() -> None:
    """The car comes back with the id it was given, and the charger knows it."""
    pair = TalkingPair(ISO2, battery=replace(SMALL, capacity_wh=50_000))
    pair.timeline.run(20 * SECOND)
    pair.to_car(Driver(wants=False, pause=True))
    assert pair.play(30 * SECOND).ending().ending is Ending.PAUSED
    pair.timeline.run(pair.timeline.now + 10 * SECOND)
    pair.lines.clear()
    pair.come(paused(ISO2, SESSION_ID))
    pair.play()
    setup = next(each for each in pair.lines if each.name == "SessionSetupRes")
    assert setup.code == "OK_OldSessionJoined"
    assert pair.ending().ending is Ending.TERMINATED


def test_one_car_after_the_other_and_the_meter_counts_on() -> None:
    """The second one gets its own insulation test."""
    pair = TalkingPair(DIN).play()
    first = states(pair)[-1].energy_wh
    pair.timeline.run(pair.timeline.now + 10 * SECOND)
    pair.lines.clear()
    pair.come(ISO2)
    pair.play()
    last = states(pair)[-1].energy_wh
    assert first
    assert last
    assert last >= 2 * first
    assert "CableCheckRes" in [each.name for each in pair.lines]
    assert pair.ending().ending is Ending.TERMINATED


def test_the_course_of_a_session() -> None:
    """DIN SPEC 70121, each loop told once."""
    pair = TalkingPair(DIN).play()
    said = [each.name for each in folded(pair.lines) if each.who == "car"]
    assert list(dict.fromkeys(said)) == [
        "supportedAppProtocolReq",
        "SessionSetupReq",
        "ServiceDiscoveryReq",
        "ServicePaymentSelectionReq",
        "ContractAuthenticationReq",
        "ChargeParameterDiscoveryReq",
        "CableCheckReq",
        "PreChargeReq",
        "PowerDeliveryReq",
        "CurrentDemandReq",
        "WeldingDetectionReq",
        "SessionStopReq",
    ]


def test_without_a_car_only_the_power_side_is_there() -> None:
    """Nothing is due, and nothing is asked."""
    charger = TalkingCharger(SeccConfig())
    [state] = charger.handle(Tick(), 0)
    assert state == PowerState(LIMITS, energy_wh=0)
    assert charger.deadline() is None
    assert not charger.talks
