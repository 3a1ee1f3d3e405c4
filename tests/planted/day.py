"""A day of a charging station, as a live board has it: drivers, weather, faults, a technician at the end.

The module is looked at by the monitor alone. Every chapter begins with a car that charges, and every figure
in it is one that days have.
"""

from collections.abc import Callable, Sequence

from pilotline.models.reader import load_charger
from pilotline.proof.monitor import Broken, Monitor
from pilotline.vocabulary.board import (
    ClearFaults,
    Commission,
    Covers,
    LockPlug,
    LockPosition,
    Pace,
    Permit,
    ResidualAlarm,
    SetAvailable,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotState, Signalling
from support.rtm_plant import Plant

SECOND = 1_000
EVERYTHING = 0xFFFF_FFFF
MODEL = load_charger("evnet-7kw-s").rtm
TALKING = load_charger("master-plus-ac").rtm
"""Has a modem, so that cars are told their current by messages."""


class Watched(Plant):
    """A plant whose module runs under the monitor; ``found`` hears of the rules it breaks."""

    renewal_us = 490_300

    def __init__(self, found: Callable[[Broken], None], model: RtmModel = MODEL) -> None:
        super().__init__(model)
        self.rtm = Monitor(self.rtm, model, found)  # type: ignore[assignment]


def whole_day(found: Callable[[Broken], None]) -> None:
    """From the morning's boot to the last car; then a day of a station whose cars talk."""
    for model, chapters in ((MODEL, DAY), (TALKING, TALKS)):
        day(Watched(found, model), chapters)


def day(plant: Plant, chapters: Sequence[Callable[[Plant], None]]) -> None:
    morning(plant)
    for chapter in chapters:
        all_is_well(plant)
        chapter(plant)
        plant.unplug()
        plant.sense()
        plant.run(5 * SECOND)


def morning(plant: Plant) -> None:
    """The station boots; a technician sets it to its grid and tries to once more with a car in the socket."""
    plant.run(1 * SECOND)
    plant.hello()
    plant.host_keeps(0)
    plant.run(3 * SECOND)
    plant.send(Commission(Setting.VOLTAGE_OFFSET, 5))
    plant.run(1 * SECOND)
    plant.plug(PilotState.B)
    plant.run(2 * SECOND)
    plant.send(Commission(Setting.VOLTAGE_OFFSET, 20))
    plant.unplug()
    plant.run(3 * SECOND)


def all_is_well(plant: Plant) -> None:
    """Nobody is there, everything works, a person has reset what was latched; the next car charges."""
    plant.diode, plant.jammed, plant.level_mv, plant.alarm_ms = True, False, None, 15
    plant.unplug()
    plant.hold_contacts(None, None)
    plant.hold_alarms(None)
    plant.sense()
    plant.draw(10_000)
    plant.send(Pace.KEPT)
    plant.host_keeps(0)
    plant.send(Withdraw())
    plant.run(2 * SECOND)
    plant.force_lock(LockPosition.OPEN)
    plant.send(ClearFaults(EVERYTHING))
    plant.send(SetAvailable(True))
    plant.host_keeps(16_000)
    plant.run(5 * SECOND)
    charge(plant)


def charge(plant: Plant, ohm: int = 220) -> None:
    """A car is plugged in and asks for power two seconds later."""
    plant.plug(PilotState.B, ohm)
    plant.run(2 * SECOND)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)


def pauses_and_limits(plant: Plant) -> None:
    """The backend's limit moves with the sun; the car pauses twice."""
    for offer_ma in (13_517, 20_021, 6_000, 32_000):
        plant.host_keeps(offer_ma)
        plant.draw(min(offer_ma, 16_000))
        plant.run(8 * SECOND)
    for _ in range(2):
        plant.show(PilotState.B)
        plant.run(4 * SECOND)
        plant.show(PilotState.C)
        plant.run(4 * SECOND)


def the_backend_stops(plant: Plant) -> None:
    """The permit is withdrawn while 10 A flow, which rise and fall; the car takes two seconds."""
    plant.host_keeps(0)
    plant.send(Withdraw())
    for current_ma in (9_000, 12_000, 4_000):
        plant.draw(current_ma)
        plant.run(700)
    plant.show(PilotState.B)
    plant.run(3 * SECOND)


def the_car_does_not_stop(plant: Plant) -> None:
    """The same, and the car draws on as if nothing had been said."""
    plant.host_keeps(0)
    plant.send(Withdraw())
    for current_ma in (9_000, 12_000, 4_000, 9_000, 12_000, 4_000, 9_000):
        plant.draw(current_ma)
        plant.run(1 * SECOND)


def a_hot_afternoon(plant: Plant) -> None:
    """The board warms slowly, up to its limit and over it, and cools again."""
    for celsius in (70, 75, 78, 79, 80, 79, 78, 76, 60):
        plant.sense(temperature_mc=(celsius * 1_000, 40_000))
        plant.run(3 * SECOND)


def a_weak_grid(plant: Plant) -> None:
    """The voltage plays around the window's upper end: short swells, a long one, and back by little steps."""
    for volts, seconds in ((257, 5), (259, 0.3), (257, 5), (259, 1), (257.5, 8), (255, 8), (230, 20)):
        plant.sense(voltage_mv=PerPhase(int(volts * 1_000), 0, 0))
        plant.run(int(seconds * SECOND))


def a_loose_neutral(plant: Plant) -> None:
    """It lifts for a blink, then for longer; the driver pulls the plug and has it back before it counts."""
    for millivolts, milliseconds in ((90_000, 20), (0, 5_000), (90_000, 100), (0, 6_000)):
        plant.sense(neutral_pe_mv=millivolts)
        plant.run(milliseconds)
    plant.unplug()
    plant.run(600)
    plant.plug(PilotState.B)
    plant.run(20 * SECOND)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)


def another_cable(plant: Plant) -> None:
    """The next driver's cable is a thin one; then one that nobody can read."""
    plant.unplug()
    plant.run(5 * SECOND)
    charge(plant, ohm=1_500)
    plant.unplug()
    plant.run(5 * SECOND)
    charge(plant, ohm=4_000)


def a_swap_while_out_of_service(plant: Plant) -> None:
    """The operator blocks the station; meanwhile cable and car change."""
    plant.send(SetAvailable(False))
    plant.run(8 * SECOND)
    plant.unplug()
    plant.run(3 * SECOND)
    plant.plug(PilotState.B, 1_500)
    plant.run(2 * SECOND)
    plant.send(SetAvailable(True))
    plant.run(8 * SECOND)


def a_leak(plant: Plant) -> None:
    """The monitor's alarm, for a moment; the driver looks, waits, and plugs in again."""
    plant.hold_alarms(ResidualAlarm(ac=True))
    plant.run(200)
    plant.hold_alarms(None)
    plant.run(10 * SECOND)
    plant.unplug()
    plant.run(5 * SECOND)
    charge(plant)


def leaks_that_are_figures(plant: Plant) -> None:
    """Little enough to live with, alternating and direct, then each too much."""
    for parts in ({"residual_ac_ua": 15_000}, {"residual_dc_ua": 3_000}, {"residual_dc_ua": -3_000}):
        plant.sense(**parts)
        plant.run(2 * SECOND)
        plant.sense()
    plant.sense(residual_dc_ua=-6_000)
    plant.run(1 * SECOND)
    plant.sense()
    plant.unplug()
    plant.run(5 * SECOND)
    charge(plant)
    plant.sense(residual_ac_ua=30_000)
    plant.run(1 * SECOND)


def a_host_that_restarts(plant: Plant) -> None:
    """It falls silent, comes back with another model's file, then with the right one."""
    plant.host_is_silent()
    plant.show(PilotState.B)
    plant.run(6 * SECOND)
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(3 * SECOND)
    plant.hello(1)
    plant.run(3 * SECOND)
    plant.hello()
    plant.run(6 * SECOND)


def a_host_that_promises_too_much(plant: Plant) -> None:
    """It permits a minute and forgets the car; its heart beats on."""
    plant.host_keeps(0)
    plant.send(Permit(16_000, 60_000))
    plant.run(6 * SECOND)


def a_busy_computer(plant: Plant) -> None:
    """The loop wakes late for a while, the car lets go; later it stands still."""
    plant.send(Pace.LATE)
    plant.run(1_500)
    plant.show(PilotState.B)
    plant.run(8 * SECOND)
    plant.send(Pace.KEPT)
    plant.run(6 * SECOND)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)
    plant.send(Pace.STALLED)
    plant.run(40)
    plant.send(Pace.KEPT)
    plant.run(3 * SECOND)


def a_pressed_button(plant: Plant) -> None:
    """Somebody pulls at the cable until its wire breaks, and presses the emergency stop."""
    plant.sense(emergency_stop=True)
    plant.run(3 * SECOND)
    plant.sense()
    plant.show(PilotState.UNDEFINED)
    plant.run(4 * SECOND)
    plant.show(PilotState.B)
    plant.run(2 * SECOND)


def a_greedy_car(plant: Plant) -> None:
    """Its offer falls; it follows in time once, and once it does not; then it draws far too much."""
    plant.draw(16_000)
    plant.host_keeps(6_000)
    plant.run(4 * SECOND)
    plant.draw(6_000)
    plant.run(5 * SECOND)
    plant.draw(7_000)
    plant.run(12 * SECOND)
    plant.unplug()
    plant.run(5 * SECOND)
    plant.host_keeps(32_000)
    charge(plant)
    plant.draw(60_000)
    plant.run(2 * SECOND)


def a_sleeping_car(plant: Plant) -> None:
    """It does not answer its offer for minutes."""
    plant.unplug()
    plant.run(5 * SECOND)
    plant.plug(PilotState.B)
    plant.run(240 * SECOND)


def a_false_car(plant: Plant) -> None:
    """A resistor without a diode, then a wire shorted to earth, then a bounce of the plug."""
    plant.show(PilotState.B)
    plant.run(2 * SECOND)
    plant.diode = False
    plant.show(PilotState.C)
    plant.run(2 * SECOND)
    plant.unplug()
    plant.run(5 * SECOND)
    plant.diode = True
    charge(plant)
    plant.show_mv(0)
    plant.run(3 * SECOND)


def a_bouncing_plug(plant: Plant) -> None:
    """It lets go for a blink, again and again, and the car with it."""
    for milliseconds in (5, 25, 40, 90, 400):
        plant.unplug()
        plant.run(milliseconds)
        plant.plug(PilotState.C)
        plant.run(4 * SECOND)


def a_plug_pulled_slowly(plant: Plant) -> None:
    """The pilot's pin scrapes along: for some milliseconds it shows levels of no car, and of none."""
    for level_mv in (7_500, 9_000, 10_500):
        plant.show_mv(level_mv)
        plant.run(25)
    plant.show_mv(None)
    plant.unplug()
    plant.run(1 * SECOND)


def a_broken_lock(plant: Plant) -> None:
    """The bolt slips while current flows; then it jams."""
    plant.force_lock(LockPosition.MOVING)
    plant.run(5 * SECOND)
    plant.unplug()
    plant.run(5 * SECOND)
    plant.send(ClearFaults(EVERYTHING))
    plant.jammed = True
    charge(plant)
    plant.run(3 * SECOND)


def worn_contacts(plant: Plant) -> None:
    """Each sticks once, shut or open; the driver pulls, waits, and a technician comes."""
    for live, neutral in ((True, None), (None, True), (False, None), (None, False)):
        plant.hold_contacts(live, neutral)
        plant.run(1 * SECOND)
        plant.show(PilotState.B)
        plant.run(3 * SECOND)
        plant.unplug()
        plant.run(3 * SECOND)
        all_is_well(plant)


def an_open_cover(plant: Plant) -> None:
    """A technician works while a car waits under current; then the calibration cannot be read."""
    plant.sense(covers=Covers(main=True))
    plant.run(3 * SECOND)
    plant.sense()
    plant.run(3 * SECOND)
    plant.sense(calibrated=False)
    plant.run(1 * SECOND)


def a_deaf_monitor(plant: Plant) -> None:
    """The residual-current monitor does not answer its test; then it does not let go."""
    plant.hold_alarms(ResidualAlarm())
    plant.unplug()
    plant.run(6 * SECOND)
    plant.hold_alarms(None)
    plant.plug(PilotState.B)
    plant.run(1 * SECOND)
    plant.unplug()
    plant.run(5 * SECOND)
    charge(plant)
    plant.alarm_ms = 400
    plant.unplug()
    plant.run(200)
    plant.hold_alarms(ResidualAlarm(ac=True, dc=True))
    plant.run(6 * SECOND)


def a_sag_as_the_car_asks(plant: Plant) -> None:
    """The supply sinks while the car goes from B to C, for less than its filter."""
    plant.show(PilotState.B)
    plant.run(2 * SECOND)
    plant.show(PilotState.C)
    plant.run(60)
    plant.sense(voltage_mv=PerPhase(195_000, 0, 0))
    plant.run(200)
    plant.sense()
    plant.run(3 * SECOND)


DAY: tuple[Callable[[Plant], None], ...] = (
    pauses_and_limits,
    the_backend_stops,
    the_car_does_not_stop,
    a_hot_afternoon,
    a_weak_grid,
    a_loose_neutral,
    another_cable,
    a_swap_while_out_of_service,
    a_leak,
    leaks_that_are_figures,
    a_host_that_restarts,
    a_host_that_promises_too_much,
    a_busy_computer,
    a_pressed_button,
    a_greedy_car,
    a_sleeping_car,
    a_false_car,
    a_bouncing_plug,
    a_plug_pulled_slowly,
    a_broken_lock,
    worn_contacts,
    an_open_cover,
    a_deaf_monitor,
    a_sag_as_the_car_asks,
)


# --- a station whose cars talk ---


def talk(plant: Plant) -> None:
    """The next car is told by messages, and is told nothing yet: its driver looks for the card."""
    plant.unplug()
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.run(5 * SECOND)
    plant.plug(PilotState.B)
    plant.run(4 * SECOND)


def an_agreement(plant: Plant) -> None:
    """The card, the offer, the car asks; limits move, the car stops by message and ends its session."""
    talk(plant)
    plant.host_keeps(16_000, Signalling.DIGITAL)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)
    for offer_ma in (13_517, 6_000, 32_000):
        plant.host_keeps(offer_ma, Signalling.DIGITAL)
        plant.draw(offer_ma)
        plant.run(8 * SECOND)
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.draw(500)
    plant.run(1 * SECOND)
    plant.show(PilotState.B)
    plant.run(5 * SECOND)


def a_car_that_asks_too_early(plant: Plant) -> None:
    """It goes to state C in the middle of the conversation; the plug is locked already."""
    talk(plant)
    plant.send(LockPlug(True))
    plant.run(1 * SECOND)
    plant.show(PilotState.C)
    plant.run(5 * SECOND)
    plant.send(LockPlug(False))


def a_car_that_does_not_stop_by_message(plant: Plant) -> None:
    """Its offer ends, it says it has understood, and draws on."""
    talk(plant)
    plant.host_keeps(16_000, Signalling.DIGITAL)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.run(9 * SECOND)


def a_car_that_cannot_talk(plant: Plant) -> None:
    """Nobody answers under 5 %: the station falls back to a duty cycle, and later tries once more."""
    talk(plant)
    plant.host_keeps(16_000)
    plant.run(6 * SECOND)
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.run(6 * SECOND)
    plant.show(PilotState.C)
    plant.host_keeps(16_000, Signalling.DIGITAL)
    plant.run(3 * SECOND)
    plant.host_keeps(16_000)
    plant.run(9 * SECOND)


def a_long_talk(plant: Plant) -> None:
    """Driver and card do not find each other for minutes: nobody wakes the car."""
    talk(plant)
    plant.run(240 * SECOND)


def a_bolt_that_slips_in_a_talk(plant: Plant) -> None:
    """While current flows that was agreed by messages."""
    talk(plant)
    plant.host_keeps(16_000, Signalling.DIGITAL)
    plant.show(PilotState.C)
    plant.run(3 * SECOND)
    plant.force_lock(LockPosition.MOVING)
    plant.run(2 * SECOND)


TALKS: tuple[Callable[[Plant], None], ...] = (
    an_agreement,
    a_car_that_asks_too_early,
    a_car_that_does_not_stop_by_message,
    a_car_that_cannot_talk,
    a_long_talk,
    a_bolt_that_slips_in_a_talk,
)


def charged(plant: Plant) -> bool:
    """Whether a car charges now."""
    return plant.relay and plant.mode is PilotMode.PWM
