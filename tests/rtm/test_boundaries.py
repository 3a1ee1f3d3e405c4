"""Every protection of every charger model at its boundaries, generated from the model's own data.

A new model file is swept without a new test. For each threshold: the figure just inside never trips; the
figure just outside does not for as long as the filter waits, trips when it is over, and leaves sensor and
contactor their time within the budget.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from pilotline.proof.invariants import Judge
from pilotline.rtm.settings import Settings
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    Commission,
    Commissioned,
    Covers,
    LockPosition,
    Outputs,
    ResidualAlarm,
    Setting,
)
from pilotline.vocabulary.charger import RtmModel, TripTime
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotMode, PilotState
from pilotline.vocabulary.time import MS
from support.rtm_plant import Plant, charging, waiting
from support.sweep import EVERY_MODEL, LOCKED_MODELS, MODELS, SECOND, most_offered, on_phase, opened, volts


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story of the sweep keeps the invariants too, with a host whose rhythm meets no deadline."""
    monkeypatch.setattr(Plant, "judged_by", Judge)
    monkeypatch.setattr(Plant, "renewal_us", 490_300)


class Edge(NamedTuple):
    """One threshold: what may stay for ever, what trips as which fault, and in what time."""

    name: str
    fault: int
    inside: Mapping[str, object]
    outside: Mapping[str, object]
    time: TripTime
    settings: dict[Setting, int] = {}  # noqa: RUF012 - never changed


def edges(model: RtmModel) -> Iterator[Edge]:
    yield from residual_edges(model)
    yield from supply_edges(model)
    heat = model.temperature
    top = heat.steps[-1].up_to_mc
    for hot, hotter in (((top, 0), (top + 1, 0)), ((0, top), (0, top + 1))):
        pair = {"temperature_mc": hot}, {"temperature_mc": hotter}
        yield Edge(f"heat {hotter}", faults.TEMPERATURE, *pair, heat.time)


def residual_edges(model: RtmModel) -> Iterator[Edge]:
    limits = model.residual
    ac, dc, most = limits.ac_trip_ua, limits.dc_trip_ua, limits.offset_max_ua
    pair = {"residual_ac_ua": ac - 1}, {"residual_ac_ua": ac}
    yield Edge("ac", faults.RCD, *pair, limits.time)
    for offset in (0, most, -most):
        for sign in (1, -1):
            pair = {"residual_dc_ua": offset + sign * (dc - 1)}, {"residual_dc_ua": offset + sign * dc}
            given = {Setting.RCD_OFFSET: offset}
            yield Edge(f"dc {sign:+} offset {offset}", faults.RCD_DC, *pair, limits.time, given)


def supply_edges(model: RtmModel) -> Iterator[Edge]:
    limits, nominal = model.supply, model.rating.voltage_v
    for offset in range(24):
        given = {Setting.VOLTAGE_OFFSET: offset}
        low = nominal * 10 * (100 - limits.window_percent) - offset * 1_000
        high = nominal * 10 * (100 + limits.window_percent) + offset * 1_000
        for phase in range(model.rating.phases):
            name = f"offset {offset} L{phase + 1}"
            pair = volts(model, phase, high), volts(model, phase, high + 1)
            yield Edge(f"over {name}", faults.OVERVOLTAGE, *pair, limits.time, given)
            pair = volts(model, phase, low), volts(model, phase, low - 1)
            yield Edge(f"under {name}", faults.UNDERVOLTAGE, *pair, limits.time, given)
    neutral = limits.neutral_pe_mv
    pair = {"neutral_pe_mv": neutral}, {"neutral_pe_mv": neutral + 1}
    yield Edge("neutral", faults.NEUTRAL, *pair, limits.neutral_time)


def swept() -> list[object]:
    return [
        pytest.param(model, edge, id=f"{name}-{edge.name}")
        for name, model in MODELS.items()
        for edge in edges(model)
    ]


# --- thresholds and filters ---


@pytest.mark.requirement("E-10", "E-11", "E-17", "E-18", "R-11", "R-50")
@pytest.mark.parametrize(("model", "edge"), swept())
def test_just_inside_a_threshold_never_trips(model: RtmModel, edge: Edge) -> None:
    """The figure on the good side of its threshold leaves the relay closed for as long as it stays."""
    plant = charging(model, settings=edge.settings)
    plant.sense(**edge.inside)
    plant.run(20 * edge.time.filter_ms + 10 * SECOND)
    assert (plant.relay, plant.faults) == (True, 0)


@pytest.mark.requirement("E-10", "E-11", "E-17", "E-18", "R-11", "R-50")
@pytest.mark.parametrize(("model", "edge"), swept())
def test_just_outside_trips_after_its_filter_and_within_its_budget(model: RtmModel, edge: Edge) -> None:
    """A millisecond less than the filter is nothing; then the relay opens, early enough for its contacts."""
    plant = charging(model, settings=edge.settings)
    plant.sense(**edge.outside)
    plant.run(edge.time.filter_ms - 1)
    plant.sense(**edge.inside)
    plant.run(10 * SECOND)
    assert (plant.relay, plant.faults) == (True, 0)
    plant.sense(**edge.outside)
    taken = opened(plant, edge.time.filter_ms)
    assert taken == edge.time.filter_ms
    assert plant.faults == edge.fault
    assert edge.time.sensor_ms + taken + edge.time.contactor_ms <= edge.time.budget_ms
    assert model.relay.contact_ms <= edge.time.contactor_ms


@pytest.mark.requirement("E-18", "R-11")
@pytest.mark.parametrize("offset", [0, 23])
@EVERY_MODEL
def test_the_hardware_limits_trip_early_whatever_the_setting(model: RtmModel, offset: int) -> None:
    """Just inside them the window's own filter decides; just outside it is the hardware's."""
    limits = model.supply
    for phase in range(model.rating.phases):
        for inside, outside, fault in (
            (limits.hardware_high_mv, limits.hardware_high_mv + 1, faults.OVERVOLTAGE),
            (limits.hardware_low_mv, limits.hardware_low_mv - 1, faults.UNDERVOLTAGE),
        ):
            for mv, time in ((inside, limits.time), (outside, limits.hardware_time)):
                plant = charging(model, settings={Setting.VOLTAGE_OFFSET: offset})
                plant.sense(**volts(model, phase, mv))
                assert opened(plant, time.filter_ms) == time.filter_ms
                assert plant.faults == fault
                assert time.sensor_ms + time.filter_ms + time.contactor_ms <= time.budget_ms


@pytest.mark.requirement("R-50", "E-20", "E-21")
@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"residual_alarm": ResidualAlarm(ac=True)}, faults.RCD),
        ({"residual_alarm": ResidualAlarm(dc=True)}, faults.RCD_DC),
        ({"emergency_stop": True}, faults.EMERGENCY_STOP),
        ({"calibrated": False}, faults.CALIBRATION),
    ],
    ids=["ac alarm", "dc alarm", "emergency stop", "calibration"],
)
@EVERY_MODEL
def test_a_switched_input_trips_in_its_step(model: RtmModel, parts: dict[str, object], fault: int) -> None:
    """What a switch says needs no figure and no wait."""
    plant = charging(model)
    plant.sense(**parts)
    assert (plant.relay, plant.faults) == (False, fault)
    time = model.residual.time
    assert time.sensor_ms + time.contactor_ms <= model.relay.trip_ms


@pytest.mark.requirement("E-21", "R-47")
@pytest.mark.parametrize(
    ("covers", "fault"), [(Covers(main=True), faults.TAMPER1), (Covers(service=True), faults.TAMPER2)]
)
@EVERY_MODEL
def test_an_open_cover_trips_nothing(model: RtmModel, covers: Covers, fault: int) -> None:
    """Tamper is told and kept; relay and pilot stay as they are."""
    plant = charging(model)
    begin = plant.now
    plant.sense(covers=covers)
    plant.run(10 * SECOND)
    plant.sense(covers=Covers())
    plant.run(10 * SECOND)
    assert (plant.relay, plant.faults) == (True, fault)
    assert plant.changes(lambda outputs: outputs.pilot, since=begin) == []


# --- how the passing ones end ---


@pytest.mark.requirement("E-17", "R-02")
@EVERY_MODEL
def test_heat_ends_a_hysteresis_below(model: RtmModel) -> None:
    """Above the point of return the fault stays; at it, it ends."""
    table = model.temperature
    top = table.steps[-1].up_to_mc
    cool = top - table.hysteresis_mc
    for warm in ((cool + 1, 0), (0, cool + 1)):
        plant = charging(model)
        plant.sense(temperature_mc=(top + 1, 0))
        plant.run(table.time.filter_ms)
        plant.sense(temperature_mc=warm)
        plant.run(60 * SECOND)
        assert plant.faults == faults.TEMPERATURE
        plant.sense(temperature_mc=(cool, cool))
        assert plant.faults == 0


@pytest.mark.requirement("E-18", "R-13")
@EVERY_MODEL
def test_a_supply_fault_ends_after_its_time_inside(model: RtmModel) -> None:
    """A hysteresis inside for the model's time ends it; a millisecond or a millivolt less does not."""
    limits, nominal = model.supply, model.rating.voltage_v
    for phase in range(model.rating.phases):
        for sign, fault in ((1, faults.OVERVOLTAGE), (-1, faults.UNDERVOLTAGE)):
            edge = nominal * 1_000 + sign * nominal * 10 * limits.window_percent
            back = edge - sign * limits.hysteresis_mv
            plant = charging(model)
            plant.sense(**volts(model, phase, edge + sign))
            plant.run(limits.time.filter_ms)
            plant.sense(**volts(model, phase, back + sign))
            plant.run(10 * limits.back_ms)
            assert plant.faults == fault
            plant.sense(**volts(model, phase, back))
            plant.run(limits.back_ms - 1)
            plant.sense(**volts(model, phase, back + sign))
            plant.sense(**volts(model, phase, back))
            plant.run(limits.back_ms - 1)
            assert plant.faults == fault
            plant.run(1)
            assert plant.faults == 0


@pytest.mark.requirement("E-11")
@EVERY_MODEL
def test_a_raised_neutral_ends_after_its_time_below(model: RtmModel) -> None:
    """At the limit or below for the model's time, and not a millisecond earlier."""
    limits = model.supply
    plant = charging(model)
    plant.sense(neutral_pe_mv=limits.neutral_pe_mv + 1)
    plant.run(limits.neutral_time.filter_ms)
    plant.sense(neutral_pe_mv=limits.neutral_pe_mv)
    plant.run(limits.back_ms - 1)
    assert plant.faults == faults.NEUTRAL
    plant.run(1)
    assert plant.faults == 0


# --- overcurrent ---


def drawing(model: RtmModel, current_ma: int, phase: int = 0) -> Plant:
    plant = charging(model, most_offered(model))
    plant.sense(current_ma=on_phase(phase, current_ma))
    return plant


@pytest.mark.requirement("E-12", "R-09")
@EVERY_MODEL
def test_the_rating_as_a_mean_trips_to_the_millisecond(model: RtmModel) -> None:
    """From a known current to a step above the limit, the moment follows from the squares."""
    rule = model.overcurrent
    most = rule.rating_percent * model.rating.current_ma // 100
    for phase in range(3):
        for before, after in ((0, most + 1), (model.rating.current_ma, most + 500), (0, 3 * most)):
            plant = drawing(model, before, phase)
            plant.run(2 * rule.mean_ms)
            plant.sense(current_ma=on_phase(phase, after))
            need = rule.mean_ms * MS * (most**2 - before**2) // (after**2 - before**2) + 1
            assert opened(plant, rule.mean_ms + 1) == -(-need // MS)
            assert plant.faults == faults.OVERCURRENT


@pytest.mark.requirement("E-12", "R-09")
@EVERY_MODEL
def test_exactly_the_rating_limit_is_not_above_it(model: RtmModel) -> None:
    """1.2 times the rating does not trip by the mean; it trips by the offer, and not before its time."""
    rule = model.overcurrent
    plant = drawing(model, rule.rating_percent * model.rating.current_ma // 100)
    plant.run(rule.offer_ms - 1)
    assert plant.relay
    plant.run(1)
    assert plant.faults == faults.OVERCURRENT


@pytest.mark.requirement("E-12", "R-09")
@EVERY_MODEL
def test_more_than_offered_trips_after_its_time(model: RtmModel) -> None:
    """At 1.1 times the offer never, above it after 6 s on any phase, and a break begins them anew."""
    rule = model.overcurrent
    offer = most_offered(model)
    least = rule.offer_percent * offer // 100
    for phase in range(3):
        plant = drawing(model, least, phase)
        plant.run(10 * rule.offer_ms)
        more = on_phase(phase, least + 1)
        plant.sense(current_ma=more)
        plant.run(rule.offer_ms - 1)
        plant.sense(current_ma=PerPhase(0, 0, 0))
        plant.sense(current_ma=more)
        assert opened(plant, rule.offer_ms) == rule.offer_ms
        assert plant.faults == faults.OVERCURRENT


@pytest.mark.requirement("E-12")
@EVERY_MODEL
def test_nine_percent_never_and_five_point_nine_seconds_never(model: RtmModel) -> None:
    """1.09 times the offer for ever, and far more for 5.9 s, are no fault."""
    for phase in range(model.rating.phases):
        plant = charging(model, MIN_OFFER_MA)
        plant.sense(current_ma=on_phase(phase, MIN_OFFER_MA * 109 // 100))
        plant.run(120 * SECOND)
        for _ in range(5):
            plant.sense(current_ma=on_phase(phase, MIN_OFFER_MA * 2))
            plant.run(5_900)
            plant.sense(current_ma=on_phase(phase, MIN_OFFER_MA))
            plant.run(100)
        assert (plant.relay, plant.faults) == (True, 0)


@pytest.mark.requirement("E-12", "R-09")
@EVERY_MODEL
def test_a_lower_offer_leaves_the_car_its_time_to_follow(model: RtmModel) -> None:
    """After a decrease the greater offer counts for 5 s more, then the 6 s begin."""
    rule, high = model.overcurrent, most_offered(model)
    for phase in range(model.rating.phases):
        plant = drawing(model, high, phase)
        plant.run(10 * SECOND)
        plant.host_keeps(MIN_OFFER_MA)
        assert opened(plant, 20 * SECOND) == rule.follow_ms + rule.offer_ms
        plant = drawing(model, high, phase)
        plant.host_keeps(MIN_OFFER_MA)
        plant.run(rule.follow_ms + rule.offer_ms - 1)
        plant.sense(current_ma=on_phase(phase, MIN_OFFER_MA))
        plant.run(20 * SECOND)
        assert plant.faults == 0


# --- the lock ---


@pytest.mark.requirement("E-14")
@LOCKED_MODELS
@pytest.mark.parametrize("locked", [True, False])
def test_a_lock_has_its_time_and_no_more(model: RtmModel, locked: bool) -> None:
    """The bolt that arrives in the last millisecond is obedient; the one that comes later is a fault."""
    assert model.lock
    given = model.lock.lock_ms if locked else model.lock.unlock_ms
    there = LockPosition.LOCKED if locked else LockPosition.OPEN
    for late in (False, True):
        plant = Plant(model)
        plant.run(100)
        plant.plug(PilotState.B)
        plant.hello()
        if not locked:
            plant.host_keeps(MIN_OFFER_MA)
            plant.run(2 * SECOND)
        plant.jammed = True
        plant.host_keeps(MIN_OFFER_MA if locked else 0)
        plant.until(lambda p=plant: p.outputs.lock is locked, within_ms=2_100)
        plant.run(given - (0 if late else 1))
        plant.force_lock(there)
        plant.run(given)
        assert plant.faults == ((faults.ACT_LOCK if locked else faults.ACT_UNLOCK) if late else 0)


# --- the self-test ---


@pytest.mark.requirement("R-46", "R-40")
@pytest.mark.parametrize(
    "seen",
    [ResidualAlarm(ac=True), ResidualAlarm(dc=True), ResidualAlarm()],
    ids=["no dc", "no ac", "none"],
)
@EVERY_MODEL
def test_alarms_come_in_time_or_the_self_test_fails(model: RtmModel, seen: ResidualAlarm) -> None:
    """In the last millisecond they still count; after it the test has failed, which is no leak."""
    for late in (False, True):
        plant = Plant(model)
        plant.alarm_ms = 10 * model.residual.test_ms
        plant.until(lambda p=plant: p.outputs.residual_test, within_ms=100)
        plant.hold_alarms(seen)
        plant.run(model.residual.test_ms - (0 if late else 1))
        plant.hold_alarms(ResidualAlarm(ac=True, dc=True))
        plant.hold_alarms(ResidualAlarm())
        assert not plant.outputs.residual_test
        assert plant.faults == (faults.SELF_TEST if late else 0)


@pytest.mark.requirement("R-46")
@EVERY_MODEL
def test_alarms_go_in_time_or_are_believed(model: RtmModel) -> None:
    """An alarm that outlasts the time to clear is a leak."""
    for late in (False, True):
        plant = Plant(model)
        plant.until(lambda p=plant: p.outputs.residual_test, within_ms=100)
        plant.hold_alarms(ResidualAlarm(ac=True, dc=True))
        assert not plant.outputs.residual_test
        plant.run(model.residual.clear_ms - (0 if late else 1))
        assert plant.faults == (faults.RCD | faults.RCD_DC if late else 0)
        plant.hold_alarms(ResidualAlarm())
        plant.run(model.pilot.fault_pulse_ms + 5)
        assert plant.outputs.residual_test is late  # what stood was a leak: the test is made again


@pytest.mark.requirement("R-46")
@EVERY_MODEL
def test_a_self_test_holds_its_time_and_no_longer(model: RtmModel) -> None:
    """In an idle station it is made again to the millisecond."""
    plant = Plant(model)
    plant.until(lambda: plant.outputs.residual_test, within_ms=100)
    plant.until(lambda: not plant.outputs.residual_test, within_ms=100)
    plant.host_keeps(0)
    passed = plant.until(lambda: not any(plant.sample().residual_alarm), within_ms=100) + plant.now
    plant.run(10)
    plant.host_is_silent()
    plant.rtm._report_due = plant.now + 2 * model.residual.holds_ms * MS  # spare the day's reports
    plant.rtm._host._silent_from = plant.rtm._report_due
    plant._watcher = None  # a module whose clocks were set by hand is not judged
    tests = plant.changes(lambda outputs: outputs.residual_test)
    plant.run(model.residual.holds_ms + 100)
    again = plant.changes(lambda outputs: outputs.residual_test)[len(tests)]
    assert again[1]
    assert 0 <= again[0] - (tests[-1][0] + plant.alarm_ms * MS + model.residual.holds_ms * MS) < MS
    assert passed


# --- commissioning ---


@pytest.mark.requirement("E-26", "R-49")
@EVERY_MODEL
def test_the_offset_is_taken_within_its_bound(model: RtmModel) -> None:
    """The bound itself is taken, a microampere more is not, and the echo says what is in force."""
    most = model.residual.offset_max_ua
    for sign in (1, -1):
        plant = Plant(model)
        plant.run(500)
        plant.hello()
        plant.sense(residual_dc_ua=sign * most)
        plant.send(Commission(Setting.RCD_OFFSET, 12_345))
        plant.sense(residual_dc_ua=sign * (most + 1))
        plant.send(Commission(Setting.RCD_OFFSET, 0))
        echoes = plant.effects(Commissioned)
        assert echoes == [
            Commissioned(Setting.RCD_OFFSET, sign * most, taken=True),
            Commissioned(Setting.RCD_OFFSET, sign * most, taken=False),
        ]


@pytest.mark.requirement("E-10", "E-18", "R-49")
@EVERY_MODEL
def test_settings_have_their_bounds(model: RtmModel) -> None:
    """RCD type 0, or 2 where the model allows it; 0 to 23 V; the others 0 or 1."""
    types = {0, 2} if model.residual.external_dc_detection_allowed else {0}
    allowed = {
        Setting.RCD_TYPE: types,
        Setting.VOLTAGE_OFFSET: set(range(24)),
        Setting.VENTILATED_ENABLED: {0, 1},
        Setting.LOCK_ENABLED: {0, 1},
    }
    for setting, values in allowed.items():
        taken = {value for value in range(-30, 60) if Settings(model.residual, None).take(setting, value)}
        assert taken == values


# --- back-off ---


@pytest.mark.requirement("R-46")
@EVERY_MODEL
def test_each_opening_waits_its_time_and_the_last_until_unplug(model: RtmModel) -> None:
    """PWM comes back to the millisecond after the wait from the fault's end; after the tries not at all."""
    limits = model.back_off
    plant = charging(model)
    waits = [*limits.waits_ms, *[limits.waits_ms[-1]] * limits.tries][: limits.tries - 1]
    for wait in waits:
        trip_and_recover(plant)
        plant.run(wait - 1)
        assert plant.mode is PilotMode.STEADY
        plant.run(1)
        assert plant.mode is PilotMode.PWM
        plant.show(PilotState.C)
        plant.run(500)
        assert plant.relay
    trip_and_recover(plant)
    plant.run(3 * limits.waits_ms[-1])
    assert plant.mode is PilotMode.STEADY
    plant.unplug_for_good()
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=2 * SECOND)


def trip_and_recover(plant: Plant) -> None:
    """A raised neutral opens the closed relay; the car goes to B; time stops at the fault's end."""
    limits = plant.model.supply
    plant.sense(neutral_pe_mv=limits.neutral_pe_mv + 1)
    plant.run(limits.neutral_time.filter_ms)
    assert not plant.relay
    plant.show(PilotState.B)
    plant.run(500)
    plant.sense(neutral_pe_mv=0)
    plant.until(lambda: not plant.faults, within_ms=limits.back_ms)


# --- wrong wires ---


@pytest.mark.requirement("E-24")
@EVERY_MODEL
def test_with_a_wrong_supply_the_relay_never_closes(model: RtmModel) -> None:
    """L and N swapped is 0x2, phase to phase 0x1000, on each phase; nothing is offered, nothing closes.

    Where neutral has taken a phase's place in a three-phase supply both are seen: neutral stands 230 V above
    earth, and the two other phases stand phase to phase against it.
    """
    nominal = model.rating.voltage_v * 1_000
    chained = nominal * 1_732 // 1_000
    wrong: list[tuple[dict[str, object], int]] = [({"neutral_pe_mv": nominal}, faults.NEUTRAL)]
    for phase in range(model.rating.phases):
        wrong.append((volts(model, phase, chained), faults.OVERVOLTAGE))
        others = PerPhase(*(nominal if n == phase else chained for n in range(3)))
        if model.rating.phases == 3:
            both = faults.NEUTRAL | faults.OVERVOLTAGE
            wrong.append(({"voltage_mv": others, "neutral_pe_mv": nominal}, both))
    for parts, fault in wrong:
        plant = Plant(model)
        plant.sense(**parts)
        plant.hello()
        plant.host_keeps(most_offered(model))
        plant.plug(PilotState.B)
        plant.run(SECOND)
        plant.show(PilotState.C)
        plant.run(60 * SECOND)
        assert plant.faults == fault
        outputs = plant.effects(Outputs)
        assert not any(seen.relay for seen in outputs)
        assert {seen.pilot.mode for seen in outputs} == {PilotMode.STEADY}


@pytest.mark.requirement("E-18", "M-02")
@EVERY_MODEL
def test_a_lost_phase_is_undervoltage(model: RtmModel) -> None:
    """Each rated phase is looked at, and no other: what is not rated may be anything."""
    for phase in range(3):
        plant = charging(model)
        each = [model.rating.voltage_v * 1_000 if n < model.rating.phases else 0 for n in range(3)]
        each[phase] = 0
        plant.sense(voltage_mv=PerPhase(*each))
        plant.run(10 * SECOND)
        assert plant.faults == (faults.UNDERVOLTAGE if phase < model.rating.phases else 0)


@pytest.mark.requirement("R-50", "E-12")
@EVERY_MODEL
def test_what_has_to_trip_and_what_must_not(model: RtmModel) -> None:
    """The requirement's own figures, whatever the model chose between them: 30 and 15 mA, 6 and 3 mA."""
    most = model.residual.offset_max_ua
    for offset in (0, most, -most):
        for parts, trips in (
            ({"residual_ac_ua": 30_000}, True),
            ({"residual_ac_ua": 15_000}, False),
            ({"residual_dc_ua": 6_000}, True),
            ({"residual_dc_ua": -6_000}, True),
            ({"residual_dc_ua": 3_000}, False),
            ({"residual_dc_ua": -3_000}, False),
        ):
            plant = charging(model, settings={Setting.RCD_OFFSET: offset})
            plant.sense(**{"residual_dc_ua": offset} | parts)
            plant.run(60 * SECOND)
            assert plant.relay is not trips


@EVERY_MODEL
def test_the_sweep_begins_with_a_charging_car(model: RtmModel) -> None:
    """What the sweep starts from is a closed relay without a fault, and an offer without a closing."""
    assert charging(model).relay
    assert not waiting(model).relay
