"""What must always be true of the protections (E-10 to E-24, R-46, R-50), in words and in code, once.

The second half of ``invariants``: it keeps what only these rules need. The stateful test and the boundary
sweep are both judged by them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pilotline.rtm.core import UNPLUG_MS
from pilotline.rtm.settings import decode
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Pace, Sample, Setting
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.faults import Recovery
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS

if TYPE_CHECKING:
    from pilotline.proof.history import History

GRID = MS
_OVERLOAD = "over the rating"
_ROUNDED_MA = 25
"""As much may the offer of a duty cycle be below the module's own."""
PASSING = (faults.select(Recovery.SELF) | faults.select(Recovery.COOL)) & faults.TRIPPING


def window(model: RtmModel, settings: dict[Setting, int]) -> tuple[int, int]:
    """The voltages that are right, in millivolts."""
    nominal, wider = model.rating.voltage_v, settings[Setting.VOLTAGE_OFFSET] * 1_000
    low = nominal * 10 * (100 - model.supply.window_percent) - wider
    high = nominal * 10 * (100 + model.supply.window_percent) + wider
    return max(low, model.supply.hardware_low_mv), min(high, model.supply.hardware_high_mv)


def supply_is_right(sample: Sample, model: RtmModel, settings: dict[Setting, int]) -> bool:
    low, high = window(model, settings)
    rated = sample.voltage_mv[: model.rating.phases]
    in_window = all(low <= mv <= high for mv in rated)
    return in_window and sample.neutral_pe_mv <= model.supply.neutral_pe_mv


class Given(NamedTuple):
    """What a cause is given: how long it may be there (ms) until it is told, as which fault.

    ``latest_ms`` is when the relay has to be told to open at the latest, for sensor and contactor need the
    rest of the budget.
    """

    ms: int
    fault: int
    latest_ms: int


class Over(NamedTuple):
    """When a passing fault ends: what must be so, for how long (ms), and then which fault is over."""

    condition: str
    ms: int
    fault: int


def endings(model: RtmModel) -> tuple[Over, ...]:
    """Each passing fault, with what ends it: well inside its limit for the time its model gives it."""
    back_ms = model.supply.back_ms
    return (
        Over("voltage well below", back_ms, faults.OVERVOLTAGE),
        Over("voltage well above", back_ms, faults.UNDERVOLTAGE),
        Over("neutral low", back_ms, faults.NEUTRAL),
        Over("cool", 0, faults.TEMPERATURE),
        Over("pace not late", 0, faults.LATE),
        Over("host heard", 0, faults.MISSING_HOST),
    )


def times(model: RtmModel) -> dict[str, Given]:
    """Each cause that has to open the relay, or to be told, with its time."""
    residual, supply, heat = model.residual, model.supply, model.temperature
    switch_ms = model.relay.trip_ms - model.relay.contact_ms
    switches = {
        "ac alarm": faults.RCD,
        "dc alarm": faults.RCD_DC,
        "emergency stop": faults.EMERGENCY_STOP,
        "calibration": faults.CALIBRATION,
        "main cover": faults.TAMPER1,
        "service cover": faults.TAMPER2,
        "late": faults.LATE,
        "stalled": faults.STALLED,
    }
    figures = {
        "ac leak": (residual.time, faults.RCD),
        "dc leak": (residual.time, faults.RCD_DC),
        "overvoltage": (supply.time, faults.OVERVOLTAGE),
        "undervoltage": (supply.time, faults.UNDERVOLTAGE),
        "far over": (supply.hardware_time, faults.OVERVOLTAGE),
        "far under": (supply.hardware_time, faults.UNDERVOLTAGE),
        "neutral": (supply.neutral_time, faults.NEUTRAL),
        "heat": (heat.time, faults.TEMPERATURE),
    }
    mean_ms = model.overcurrent.mean_ms
    return {
        **{name: Given(0, fault, switch_ms) for name, fault in switches.items()},
        **{
            name: Given(time.filter_ms, fault, time.budget_ms - time.sensor_ms - time.contactor_ms)
            for name, (time, fault) in figures.items()
        },
        _OVERLOAD: Given(mean_ms, faults.OVERCURRENT, mean_ms + 1),
    }


def wrong(sample: Sample, model: RtmModel, settings: dict[Setting, int]) -> dict[str, bool]:
    """Which of these causes are there now."""
    low, high = window(model, settings)
    rated, residual, supply = sample.voltage_mv[: model.rating.phases], model.residual, model.supply
    least, most = min(rated), max(rated)
    direct = abs(sample.residual_dc_ua - settings[Setting.RCD_OFFSET]) >= residual.dc_trip_ua
    watches_dc = settings[Setting.RCD_TYPE] != 2
    over = model.overcurrent
    return {
        "ac alarm": sample.residual_alarm.ac,
        "dc alarm": sample.residual_alarm.dc and watches_dc,
        "emergency stop": sample.emergency_stop,
        "calibration": not sample.calibrated,
        "main cover": sample.covers.main,
        "service cover": sample.covers.service,
        "ac leak": sample.residual_ac_ua >= residual.ac_trip_ua,
        "dc leak": direct and watches_dc,
        "overvoltage": most > high,
        "undervoltage": least < low,
        "far over": most > supply.hardware_high_mv,
        "far under": least < supply.hardware_low_mv,
        "neutral": sample.neutral_pe_mv > supply.neutral_pe_mv,
        "heat": max(sample.temperature_mc) > model.temperature.steps[-1].up_to_mc,
        _OVERLOAD: 100 * max(sample.current_ma) > over.rating_percent * model.rating.current_ma,
    }


def right_again(sample: Sample, model: RtmModel, settings: dict[Setting, int]) -> dict[str, bool]:
    """Which figures are a hysteresis inside their limit now, so that their fault may end."""
    low, high = window(model, settings)
    rated, supply, heat = sample.voltage_mv[: model.rating.phases], model.supply, model.temperature
    return {
        "voltage well below": max(rated) <= high - supply.hysteresis_mv,
        "voltage well above": min(rated) >= low + supply.hysteresis_mv,
        "neutral low": sample.neutral_pe_mv <= supply.neutral_pe_mv,
        "cool": max(sample.temperature_mc) <= heat.steps[-1].up_to_mc - heat.hysteresis_mc,
    }


@dataclass(slots=True)
class Watched:
    """The self-test, the back-off and the offers, as seen from outside."""

    seen: int = 0
    """The alarms that came during the test."""
    passed: int = 0
    proved: int = 0
    """The alarms that came and went, and have not been used up by a closing."""
    proved_at: int = 0
    openings: int = 0
    owed: bool = False
    withheld_until: int = 0
    offers: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(since when, mA), the newest last."""
    causes: dict[str, bool] = field(default_factory=dict[str, bool])
    """Which causes of a fault are there now."""
    overloaded_at: int | None = None
    """When more than the rating flowed last."""

    def note(self, history: "History") -> None:
        if history.now.sample is None:
            return
        self._follow_test(history)
        self._follow_back_off(history)
        self._follow_offers(history)
        overloaded = self.causes.get(_OVERLOAD, False)
        self.causes = wrong(history.now.sample, history.model, history.settings)
        if overloaded or self.causes[_OVERLOAD]:
            self.overloaded_at = history.now.at
        self.causes |= {"late": history.pace is Pace.LATE, "stalled": history.pace is Pace.STALLED}
        passed = right_again(history.now.sample, history.model, history.settings)
        passed |= {"pace not late": history.pace is not Pace.LATE, "host heard": history.host_heard}
        for name, there in {**self.causes, **passed}.items():
            history.keep(name, there)
        offers = history.offered_ma > 0
        history.keep("over the offer", offers and self._over_the_offer(history, _ROUNDED_MA))
        history.keep("nearly over the offer", self._over_the_offer(history, -_ROUNDED_MA))
        history.keep("state A", history.now.state is PilotState.A)

    def greatest_offer(self, history: "History") -> int:
        """The greatest of the last seconds in which a car may still follow the one before (R-09)."""
        since = history.now.at - history.model.overcurrent.follow_ms * MS
        later = [begin for begin, _ in self.offers[1:]] + [history.now.at + 1]
        return max((ma for (_, ma), end in zip(self.offers, later, strict=True) if end > since), default=0)

    def _follow_test(self, history: "History") -> None:
        sample, tests, tested = history.now.sample, history.now.outputs, history.before.outputs
        assert sample is not None
        alarms = (1 if sample.residual_alarm.ac else 0) | (8 if sample.residual_alarm.dc else 0)
        if tests.residual_test and not tested.residual_test:
            self.seen, self.passed, self.proved = 0, 0, 0
        if tested.residual_test or tests.residual_test:
            self.seen |= alarms
        if tested.residual_test and not tests.residual_test:
            self.passed = self.seen
        if self.passed and not alarms and not tests.residual_test:
            self.proved, self.passed, self.proved_at = self.passed, 0, history.now.at
        if tested.relay:  # an offer that begins in the step of its closing still has its proof
            self.proved = 0

    def _follow_back_off(self, history: "History") -> None:
        now, before, limits = history.now, history.before, history.model.back_off
        if before.outputs.relay and not now.outputs.relay and now.faults & PASSING:
            self.owed, self.openings = True, self.openings + 1
        if self.owed and not now.faults & PASSING:
            nth = min(self.openings, len(limits.waits_ms)) - 1
            self.owed, self.withheld_until = False, now.at + limits.waits_ms[nth] * MS
        if history.lasted("state A") >= UNPLUG_MS * MS - GRID:
            self.owed, self.openings, self.withheld_until = False, 0, 0

    def _follow_offers(self, history: "History") -> None:
        now, offer = history.now, history.offered_ma
        if not self.offers or self.offers[-1][1] != offer:
            self.offers = [*self.offers, (now.at, offer)]
        too_old = now.at - history.model.overcurrent.follow_ms * MS
        while len(self.offers) > 1 and self.offers[1][0] <= too_old:
            self.offers = self.offers[1:]

    def _over_the_offer(self, history: "History", more_ma: int) -> bool:
        """More than the offer and a little more."""
        sample, rule = history.now.sample, history.model.overcurrent
        assert sample is not None
        most = max(self.greatest_offer(history) + more_ma, 0) * rule.offer_percent
        return 100 * max(sample.current_ma) > most


Invariant = Callable[["History"], bool]


def whatever_is_wrong_is_told(history: "History") -> bool:
    """Each cause is a fault when it has lasted its filter's time, and a switch at once; what trips opens.

    With the relay open an alarm may be the monitor's self-test, for as long as that may take.
    """
    relay, residual = history.now.outputs.relay, history.model.residual
    test_ms = 0 if relay else residual.test_ms + residual.clear_ms
    for name, given in history.given.items():
        if not history.watched.causes.get(name):
            continue
        ms = given.ms + (test_ms if "alarm" in name else 0)
        over = history.lasted(name) >= ms * MS + GRID if ms else True
        told = history.now.faults & given.fault
        if over and not (told and not (relay and given.fault & faults.TRIPPING)):
            return False
    return True


def trips_open_within_their_budget(history: "History") -> bool:
    """A closed relay outlasts no cause of a trip by more than sensor and contactor leave of its budget."""
    if not history.now.outputs.relay:
        return True
    return not any(
        there
        and history.given[name].fault & faults.TRIPPING
        and history.lasted(name) > history.given[name].latest_ms * MS
        for name, there in history.watched.causes.items()
    )


def nothing_is_told_without_its_cause(history: "History") -> bool:
    """A fault begins with its cause there, for its filter's time: a test that failed is no leak (R-40)."""
    begun = history.now.faults & ~history.before.faults & _of_causes(history)
    if begun & faults.OVERCURRENT and _may_be_overcurrent(history):
        begun &= ~faults.OVERCURRENT
    for name, given in history.given.items() if begun else ():
        there = name in history.since and given.fault != faults.OVERCURRENT
        begun &= ~given.fault if there and history.lasted(name) >= given.ms * MS else -1
    return not begun


def _may_be_overcurrent(history: "History") -> bool:
    """Too long over the offer; or over the rating at some moment that the mean still knows.

    A mean rises on as long as what leaves it is less than what flows now, be that under the limit.
    """
    rule, overloaded_at = history.model.overcurrent, history.watched.overloaded_at
    if history.lasted("nearly over the offer") >= rule.offer_ms * MS - GRID:
        return True
    return overloaded_at is not None and history.now.at - overloaded_at <= rule.mean_ms * MS + GRID


def _of_causes(history: "History") -> int:
    mask = 0
    for given in history.given.values():
        mask |= given.fault
    return mask


def what_is_over_is_not_told(history: "History") -> bool:
    """A passing fault ends when its figure has been well inside its limit for its time (R-13)."""
    return not any(
        history.now.faults & over.fault
        and over.condition in history.since
        and history.lasted(over.condition) >= over.ms * MS + (GRID if over.ms else 0)
        for over in history.endings
    )


def what_is_not_over_is_told(history: "History") -> bool:
    """A passing fault does not end before that: a figure at its limit would come and go (R-13)."""
    gone = history.before.faults & ~history.now.faults
    return not any(
        gone & over.fault
        and not (over.condition in history.since and history.lasted(over.condition) >= over.ms * MS)
        for over in (history.endings if gone else ())
    )


def too_much_for_the_offer_opens(history: "History") -> bool:
    """More than 1.1 times the offer ends within its time."""
    return (
        not history.now.outputs.relay
        or history.lasted("over the offer") < history.model.overcurrent.offer_ms * MS + GRID
    )


def never_closes_on_a_wrong_supply(history: "History") -> bool:
    """The relay closes, and PWM starts, on a supply that is right at that moment, believed or not (R-45)."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    sample = history.now.sample
    if not (closing or history.offer_begins) or sample is None:
        return True
    return supply_is_right(sample, history.model, history.settings)


def tests_with_open_contacts_only(history: "History") -> bool:
    """The monitor is tested in state A or B, on a steady pilot, with relay and contacts open (R-46)."""
    if not history.now.outputs.residual_test:
        return True
    steady = history.now.mode is PilotMode.STEADY
    in_a_or_b = history.now.state in (PilotState.A, PilotState.B)
    return steady and in_a_or_b and not history.now.outputs.relay and not history.contact_closed


def offers_on_a_proved_monitor(history: "History") -> bool:
    """PWM starts only when every watched alarm has come and gone since the last closing, and within 24 h."""
    if not history.offer_begins:
        return True
    watched = faults.RCD | (faults.RCD_DC if history.settings[Setting.RCD_TYPE] != 2 else 0)
    seen = history.watched
    young = history.now.at <= seen.proved_at + history.model.residual.holds_ms * MS + GRID
    return not watched & ~seen.proved and young


def settings_change_in_an_idle_station(history: "History") -> bool:
    """A safety setting changes in state A, all contacts open, for a host that knows the model (R-49)."""
    idle = history.before.state is PilotState.A and not history.before.outputs.relay
    return not history.commissioned or (idle and not history.contact_closed and history.accepted)


def back_off_withholds_the_offer(history: "History") -> bool:
    """After a passing fault has opened the relay no PWM starts before the wait is over (R-46)."""
    seen = history.watched
    waits = seen.owed or history.now.at < seen.withheld_until or seen.openings >= history.model.back_off.tries
    return not (history.offer_begins and seen.openings and waits)


def what_is_in_force_is_stored(history: "History") -> bool:
    """The last record the board was asked to keep holds the settings that were echoed (R-49)."""
    return history.stored is None or decode(history.stored) == history.settings


PROTECTIONS: tuple[Invariant, ...] = (
    whatever_is_wrong_is_told,
    trips_open_within_their_budget,
    nothing_is_told_without_its_cause,
    what_is_over_is_not_told,
    what_is_not_over_is_told,
    too_much_for_the_offer_opens,
    never_closes_on_a_wrong_supply,
    tests_with_open_contacts_only,
    offers_on_a_proved_monitor,
    back_off_withholds_the_offer,
    settings_change_in_an_idle_station,
    what_is_in_force_is_stored,
)
LASTING_PROTECTIONS: tuple[Invariant, ...] = (
    whatever_is_wrong_is_told,
    trips_open_within_their_budget,
    too_much_for_the_offer_opens,
    what_is_over_is_not_told,
)
"""Those of them that time alone can break."""
