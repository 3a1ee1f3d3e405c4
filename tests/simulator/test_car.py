"""The car: how it follows the pilot, when it moves S2, what it draws, and how it can misbehave."""

import pytest

from pilotline.simulator.actions import (
    ConfigureCar,
    Misbehaviour,
    Refused,
    RequestPower,
    SetMisbehaviour,
    StopPower,
)
from pilotline.simulator.car import Car, CarConfig
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotOutput, PilotState, duty_for
from pilotline.vocabulary.time import HOUR, MS, SECOND

VOLTS_MV = 230_000


class Drive:
    """A car with a clock; its inlet is live from the moment S2 closes if ``obedient``."""

    def __init__(self, config: CarConfig | None = None, *bad: Misbehaviour, obedient: bool = True) -> None:
        self.car = Car(config or CarConfig())
        self.now = 0
        self.obedient = obedient
        for name in bad:
            self.car.apply(SetMisbehaviour(name), 0)

    def run(self, time: int) -> "Drive":
        """Let the time pass, moment by moment."""
        end = self.now + time
        while self.car.due is not None and self.car.due <= end:
            self.now = self.car.due
            self.car.settle(self.now)
            self._supply()
            assert self.car.due is None or self.car.due > self.now
        self.now = end
        return self

    def plug(self) -> "Drive":
        self.car.plug(self.now)
        return self

    def offer(self, offer_ma: int) -> "Drive":
        return self.hear(PilotOutput(PilotMode.PWM, duty_for(offer_ma)))

    def hear(self, pilot: PilotOutput) -> "Drive":
        self.car.hear(pilot, self.now)
        return self

    def misbehave(self, name: Misbehaviour, active: bool = True) -> "Drive":
        self.car.apply(SetMisbehaviour(name, active), self.now)
        return self

    def until(self, state: PilotState, limit: int) -> int:
        """How long it takes to show a state, in steps of 10 ms."""
        start = self.now
        while self.car.state is not state:
            assert self.now - start < limit, f"no state {state} within {limit} µs"
            self.run(10 * MS)
        return self.now - start

    def _supply(self) -> None:
        self.car.supply(self.obedient and self.car.s2, self.now)
        self.car.charge(self.car.current_ma * VOLTS_MV, self.now)


def charging(config: CarConfig | None = None, *bad: Misbehaviour, offer_ma: int = 30_000) -> Drive:
    """A car that has reached its current."""
    return Drive(config, *bad).plug().offer(offer_ma).run(20 * SECOND)


def test_a_plugged_car_waits_in_b() -> None:
    """Without PWM it stays in B however long it takes."""
    drive = Drive()
    assert drive.car.state is PilotState.A
    assert drive.plug().run(HOUR).car.state is PilotState.B


def test_s2_closes_a_reaction_time_after_the_first_offer() -> None:
    """The default car closes S2 one second after PWM starts."""
    drive = Drive().plug().offer(16_000)
    assert drive.run(999 * MS).car.state is PilotState.B
    assert drive.run(1 * MS).car.state is PilotState.C


@pytest.mark.parametrize("duty", [500, 750, 9_800])
def test_a_duty_that_allows_nothing_leaves_it_in_b(duty: int) -> None:
    """5 % asks for digital communication and 98 % means no supply: neither closes S2."""
    drive = Drive().plug().hear(PilotOutput(PilotMode.PWM, duty)).run(HOUR)
    assert drive.car.state is PilotState.B


def test_a_car_that_needs_ventilation_shows_d() -> None:
    """State D says that the room must be ventilated."""
    assert charging(CarConfig(ventilation=True)).car.state is PilotState.D


def test_no_current_without_supply() -> None:
    """With the relay open it waits in C and draws nothing."""
    drive = Drive(obedient=False).plug().offer(32_000).run(HOUR)
    assert (drive.car.state, drive.car.current_ma, drive.car.target_ma) == (PilotState.C, 0, 0)


def test_current_ramps_in_steps() -> None:
    """0.5 A at a time at 4 A/s: 15 A after 3.75 seconds, not before."""
    drive = Drive().plug().offer(15_000).run(1 * SECOND + 125 * MS)
    assert drive.car.current_ma == 500
    assert drive.run(3_500 * MS).car.current_ma == 14_500
    assert drive.run(125 * MS).car.current_ma == 15_000


def test_it_draws_the_least_of_offer_and_charger() -> None:
    """A 16 A charger takes 16 A of an offer of 32 A, and 12 A of one of 12 A."""
    small = CarConfig(obc_ma=16_000)
    assert charging(small).car.current_ma == 16_000
    assert charging(small, offer_ma=12_000).car.current_ma == 12_000


def test_below_its_minimum_it_waits_in_c() -> None:
    """Some cars need 8 A: with an offer of 6 A they stay in C and draw nothing."""
    drive = charging(CarConfig(minimum_ma=8_000), offer_ma=6_000)
    assert (drive.car.state, drive.car.current_ma) == (PilotState.C, 0)


def test_a_new_duty_is_followed_within_the_reaction_time_and_the_ramp() -> None:
    """Nothing moves for 500 ms; 24 A less at 20 A/s take 1.2 s more."""
    drive = charging().offer(6_000)
    assert drive.run(500 * MS).car.current_ma == 30_000
    assert drive.run(1_199 * MS).car.current_ma > 6_000
    assert drive.run(1 * MS).car.current_ma == 6_000


def test_a_change_taken_back_in_time_is_never_noticed() -> None:
    """A glitch shorter than the reaction time moves no current."""
    drive = charging().hear(STEADY).run(300 * MS).offer(30_000).run(10 * SECOND)
    assert (drive.car.state, drive.car.current_ma) == (PilotState.C, 30_000)


def test_changes_in_a_row_do_not_put_off_the_first() -> None:
    """The reaction time runs from the first change, and what it finds at its end is the newest offer."""
    drive = charging(CarConfig(duty_reaction_ms=5_000)).offer(12_000).run(4 * SECOND).offer(18_000)
    assert drive.run(1 * SECOND).car.target_ma == 18_000


@pytest.mark.parametrize("reaction_ms", [0, 500, 5_000])
@pytest.mark.parametrize("pilot", [STEADY, STATE_F])
def test_s2_opens_within_3_s_of_the_end_of_pwm(pilot: PilotOutput, reaction_ms: int) -> None:
    """Table A.6 gives the car 3 s, also one that follows a duty cycle slowly."""
    drive = charging(CarConfig(duty_reaction_ms=reaction_ms, obc_ma=80_000), offer_ma=80_000).hear(pilot)
    assert drive.until(PilotState.B, 5 * SECOND) <= 3 * SECOND
    assert drive.car.current_ma == 0


def test_the_current_ramps_down_before_s2_opens() -> None:
    """An orderly end: the last step before B is a small one."""
    drive, seen = charging().hear(STEADY), list[int]()
    while drive.car.s2:
        seen.append(drive.car.current_ma)
        drive.run(10 * MS)
    assert seen[0] == 30_000
    assert seen[-1] == 500


def test_loss_of_supply_ends_the_current_at_once_and_it_ramps_again() -> None:
    """After a break it starts from 0 and not from where it was."""
    drive = charging()
    drive.car.supply(False, drive.now)
    assert drive.car.current_ma == 0
    drive.car.supply(True, drive.now)
    assert drive.car.current_ma == 0
    assert drive.run(125 * MS).car.current_ma == 500


def test_the_driver_ends_and_starts_charging() -> None:
    """StopPower ramps down and opens S2; RequestPower closes it again."""
    drive = charging()
    drive.car.apply(StopPower(), drive.now)
    assert drive.until(PilotState.B, 3 * SECOND) > 0
    drive.car.apply(RequestPower(), drive.now)
    assert drive.until(PilotState.C, 3 * SECOND) == 1 * SECOND


def test_a_full_battery_opens_s2_and_stays_in_b() -> None:
    """From 99 % the current is already low; at 100 % the car leaves C by itself, PWM or not."""
    drive = charging(CarConfig(soc_percent=99))
    assert drive.car.current_ma < 7_500
    drive.until(PilotState.B, 5 * HOUR)
    assert drive.car.battery.permille(drive.now) == 1_000
    assert drive.run(HOUR).car.state is PilotState.B


def test_the_current_tapers_down_to_its_floor() -> None:
    """From 95 % it falls step by step, and never rises."""
    drive, seen = charging(CarConfig(soc_percent=94)), list[int]()
    while drive.car.battery.limit_ma:
        seen.append(drive.car.battery.limit_ma)
        drive.run(60 * SECOND)
    assert seen == sorted(seen, reverse=True)
    assert (seen[0], seen[-1]) == (32_000, 2_000)


@pytest.mark.parametrize("taper", [0, 50, 100])
def test_any_taper_ends_with_a_full_battery(taper: int) -> None:
    """A taper over the whole range or none at all: the battery fills."""
    drive = charging(CarConfig(capacity_wh=1_000, soc_percent=50, taper_from_percent=taper))
    drive.until(PilotState.B, 10 * HOUR)
    assert drive.car.battery.full


def test_losses_do_not_reach_the_battery() -> None:
    """At 90 % efficiency 6.9 kW fill about 6.21 kWh in an hour."""
    drive = charging(CarConfig(capacity_wh=100_000, soc_percent=10))
    before = drive.car.battery.permille(drive.now)
    assert drive.run(HOUR).car.battery.permille(drive.now) - before in (62, 63)


def test_a_less_charged_battery_asks_again() -> None:
    """A full car that is given another battery closes S2 once more."""
    drive = charging(CarConfig(soc_percent=100))
    assert drive.car.state is PilotState.B
    drive.car.apply(ConfigureCar(soc_percent=50), drive.now)
    drive.until(PilotState.C, 2 * SECOND)


def test_a_larger_battery_keeps_its_state_of_charge() -> None:
    """Changing the capacity alone leaves the percentage."""
    car = Car(CarConfig(soc_percent=60))
    car.apply(ConfigureCar(capacity_wh=80_000), 0)
    assert car.battery.permille(0) == 600


def test_an_impossible_car_is_refused() -> None:
    """The reason names the figure, and the car stays what it was."""
    car = Car(CarConfig())
    answer = car.apply(ConfigureCar(phases=4, obc_ma=16_000), 0)
    assert isinstance(answer, Refused)
    assert "phases is 1 to 3" in answer.reason
    assert car.config == CarConfig()


def test_draws_too_much_takes_more_than_the_offer() -> None:
    """120 % of 15 A unless another share or a current is stated."""
    assert charging(None, Misbehaviour.DRAWS_TOO_MUCH, offer_ma=15_000).car.current_ma == 18_000
    stated = CarConfig(overdraw_ma=39_000)
    assert charging(stated, Misbehaviour.DRAWS_TOO_MUCH, offer_ma=15_000).car.current_ma == 39_000


def test_ignores_pwm_keeps_its_current() -> None:
    """A lower offer and a steady pilot are the same to it; a higher offer is welcome."""
    drive = charging(None, Misbehaviour.IGNORES_PWM, offer_ma=15_000)
    assert drive.offer(6_000).run(30 * SECOND).car.current_ma == 15_000
    assert drive.hear(STEADY).run(30 * SECOND).car.current_ma == 15_000
    assert drive.offer(24_000).run(30 * SECOND).car.current_ma == 24_000


def test_a_car_that_stops_ignoring_pwm_follows_it() -> None:
    """Healed, it goes by what the pilot says now."""
    drive = charging(None, Misbehaviour.IGNORES_PWM).offer(6_000).run(10 * SECOND)
    drive.misbehave(Misbehaviour.IGNORES_PWM, active=False)
    assert drive.run(5 * SECOND).car.current_ma == 6_000


def test_never_opens_s2_stops_drawing_but_stays_in_c() -> None:
    """The station must open the relay itself; only the unplug ends C."""
    drive = charging(None, Misbehaviour.NEVER_OPENS_S2).hear(STEADY).run(HOUR)
    assert (drive.car.state, drive.car.current_ma) == (PilotState.C, 0)
    drive.car.unplug(drive.now)
    assert drive.car.state is PilotState.A


def test_impatient_closes_s2_at_plug_in() -> None:
    """It is in C before any PWM, and draws nothing without an offer."""
    drive = Drive(None, Misbehaviour.IMPATIENT).plug().run(1 * MS)
    assert drive.car.state is PilotState.C
    assert drive.run(HOUR).car.current_ma == 0
    assert drive.offer(15_000).run(10 * SECOND).car.current_ma == 15_000


def test_asleep_is_woken_by_a_pulse_of_state_f() -> None:
    """An offer alone does nothing; after the pulse S2 closes as usual (R-47)."""
    drive = Drive(None, Misbehaviour.ASLEEP).plug().offer(15_000).run(HOUR)
    assert drive.car.state is PilotState.B
    drive.hear(STATE_F).run(4 * SECOND).offer(15_000)
    assert drive.until(PilotState.C, 2 * SECOND) == 1 * SECOND


def test_asleep_is_woken_by_a_new_plug_in() -> None:
    """The sleep ends with the connection."""
    drive = Drive(None, Misbehaviour.ASLEEP).plug().offer(15_000).run(HOUR)
    drive.car.unplug(drive.now)
    drive.plug().until(PilotState.C, 2 * SECOND)


def test_flapping_opens_s2_again_and_again() -> None:
    """Two seconds in C, one in B, as long as there is an offer."""
    drive = Drive(None, Misbehaviour.FLAPPING).plug().offer(15_000)
    lasts = [
        drive.until(state, 5 * SECOND) for state in (PilotState.C, PilotState.B, PilotState.C, PilotState.B)
    ]
    assert lasts == [1 * SECOND, 2 * SECOND, 1 * SECOND, 2 * SECOND]


def test_a_shorted_pilot_is_state_e() -> None:
    """0 V, whatever S2 does; without a plug the short is out of reach."""
    drive = Drive(None, Misbehaviour.PILOT_SHORT)
    assert drive.car.state is PilotState.A
    assert drive.plug().car.state is PilotState.E


def test_the_unplug_ends_everything_of_the_connection() -> None:
    """A car pulled while charging draws nothing, and starts afresh at the next plug-in."""
    drive = charging()
    drive.car.unplug(drive.now)
    drive.car.charge(0, drive.now)
    assert (drive.car.state, drive.car.current_ma, drive.car.due) == (PilotState.A, 0, None)
    drive.plug()
    assert drive.until(PilotState.C, 2 * SECOND) == 1 * SECOND
