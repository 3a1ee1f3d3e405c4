"""What charging profiles allow at a moment, and until when: arithmetic over whole seconds, nothing else.

OCPP 1.6 §3.13. A profile says something while it is valid, within its schedule's run; of several of one
purpose the highest stack level that says something counts; a TxProfile goes before the TxDefaultProfiles;
the station's own maximum bounds both.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pilotline.vocabulary.charging import Period, Profile, RateUnit, RecurrencyKind

_CYCLE_S = {RecurrencyKind.DAILY: 86_400, RecurrencyKind.WEEKLY: 7 * 86_400}


class Wiring(NamedTuple):
    """What turns amperes into watts here: the nominal voltage, and the phases that are wired.

    The phases a profile names are not asked: the station cannot switch any off
    (ConnectorSwitch3to1PhaseSupported), so a car may take all there are.
    """

    voltage_v: int
    phases: int

    def power_mw(self, limit: int, unit: RateUnit) -> int:
        """A limit of either unit (mA per phase, mW) as power."""
        return limit if unit is RateUnit.W else limit * self.voltage_v * self.phases

    def limit_in(self, power_mw: int, unit: RateUnit) -> int:
        """A power as a limit of ``unit``, rounded down."""
        return power_mw if unit is RateUnit.W else power_mw // (self.voltage_v * self.phases)


class Moment(NamedTuple):
    """A moment for which a limit is asked; seconds since 1970, or since boot while nobody knows the date.

    ``begun_s`` is when the session began, None where there is none.
    """

    at_s: int
    begun_s: int | None = None
    dated: bool = True


class Word(NamedTuple):
    """What is said at a moment, None for nothing, and until when no other word can come; None: for ever."""

    period: Period | None
    until_s: int | None


class Limit(NamedTuple):
    """At most ``power_mw``, None for no limit, and until when that is so."""

    power_mw: int | None
    until_s: int | None


NOTHING = Word(None, None)
FREE = Limit(None, None)


def sooner(*moments: int | None) -> int | None:
    """The earliest of those that come."""
    return min((each for each in moments if each is not None), default=None)


def word_at(profile: Profile, moment: Moment) -> Word:
    """What one profile says."""
    if not moment.dated and _needs_a_date(profile):
        return Word(min(profile.schedule.periods, key=lambda each: each.limit), None)  # the least it may mean
    if profile.valid_from_s is not None and moment.at_s < profile.valid_from_s:
        return Word(None, profile.valid_from_s)
    if profile.valid_to_s is not None and moment.at_s >= profile.valid_to_s:
        return NOTHING
    word = _in_schedule(profile, moment)
    return Word(word.period, sooner(word.until_s, profile.valid_to_s))


def _needs_a_date(profile: Profile) -> bool:
    return (profile.valid_from_s, profile.valid_to_s, profile.schedule.start_s) != (None, None, None)


def _in_schedule(profile: Profile, moment: Moment) -> Word:
    schedule, at_s = profile.schedule, moment.at_s
    first_s = moment.begun_s if schedule.start_s is None else schedule.start_s
    if first_s is None:
        return NOTHING
    if at_s < first_s:
        return Word(None, first_s)
    cycle_s = _CYCLE_S[profile.recurrency] if profile.recurrency else None
    start_s = at_s - (at_s - first_s) % cycle_s if cycle_s else first_s
    again_s = start_s + cycle_s if cycle_s else None
    if schedule.duration_s is not None and at_s >= start_s + schedule.duration_s:
        return Word(None, again_s)
    end_s = None if schedule.duration_s is None else start_s + schedule.duration_s
    index = bisect_right(schedule.periods, at_s - start_s, key=_starts)
    following_s = start_s + schedule.periods[index].start_s if index < len(schedule.periods) else None
    return Word(schedule.periods[index - 1], sooner(following_s, end_s, again_s))


def _starts(period: Period) -> int:
    return period.start_s


class _Memory:
    """A profile, and what it said when it was last asked: it says the same until it said it would not."""

    __slots__ = ("asked", "power_mw", "profile", "since_s", "stack", "until_s", "wiring")

    def __init__(self, profile: Profile, wiring: Wiring) -> None:
        self.profile = profile
        self.wiring = wiring
        self.stack = profile.stack
        self.power_mw: int | None = None
        self.since_s = self.until_s = 0
        self.asked: tuple[int | None, bool] = (None, True)

    def look(self, moment: Moment) -> None:
        """Ask the profile itself."""
        word = word_at(self.profile, moment)
        limit = None if word.period is None else word.period.limit
        unit = self.profile.schedule.unit
        self.power_mw = None if limit is None else self.wiring.power_mw(limit, unit)
        self.since_s, self.until_s = moment.at_s, _FOR_EVER if word.until_s is None else word.until_s
        self.asked = moment.begun_s, moment.dated


_FOR_EVER = 2**62


class Stack:
    """The profiles of one purpose that count at one place, the highest level first."""

    def __init__(self, profiles: Sequence[Profile], wiring: Wiring) -> None:
        self._memories = sorted((_Memory(each, wiring) for each in profiles), key=lambda each: -each.stack)

    def at(self, moment: Moment) -> Limit:
        """The limit of the highest level that says something."""
        at_s, asked, until_s, power_mw = moment.at_s, moment[1:], _FOR_EVER, None
        for memory in self._memories:
            if not memory.since_s <= at_s < memory.until_s or memory.asked != asked:
                memory.look(moment)
            until_s, power_mw = min(until_s, memory.until_s), memory.power_mw
            if power_mw is not None:
                break
        return Limit(power_mw, None if until_s == _FOR_EVER else until_s)


def first_word(upper: Stack, lower: Stack, moment: Moment) -> Limit:
    """The limit of ``upper`` where it says something, else that of ``lower``."""
    above = upper.at(moment)
    if above.power_mw is not None:
        return above
    below = lower.at(moment)
    return Limit(below.power_mw, sooner(above.until_s, below.until_s))


def least(*limits: Limit) -> Limit:
    """What all of them allow."""
    powers = [each.power_mw for each in limits if each.power_mw is not None]
    return Limit(min(powers, default=None), sooner(*(each.until_s for each in limits)))


def total(limits: Sequence[Limit]) -> Limit:
    """What all of them allow together; each has a limit."""
    return Limit(sum(each.power_mw or 0 for each in limits), sooner(*(each.until_s for each in limits)))


MOST_PERIODS = 1_000
"""A composite has no more; one that would is cut short, and says how far it reaches."""


class Step(NamedTuple):
    """From ``start_s`` after a composite's start on, ``limit`` of its unit."""

    start_s: int
    limit: int


def composite(
    at: Callable[[int], Limit], start_s: int, duration_s: int, rounded: Callable[[int], int]
) -> tuple[Sequence[Step], int]:
    """Follow ``at`` from ``start_s`` for ``duration_s``: the steps, and how many seconds they cover.

    ``rounded`` turns a power into what is told; equal neighbours are one step.
    """
    steps: list[Step] = []
    for offset_s, limit in _changes(at, start_s, duration_s):
        value = rounded(limit.power_mw or 0)
        if steps and steps[-1].limit == value:
            continue
        if len(steps) == MOST_PERIODS:
            return steps, offset_s
        steps.append(Step(offset_s, value))
    return steps, duration_s


def _changes(at: Callable[[int], Limit], start_s: int, duration_s: int) -> Iterator[tuple[int, Limit]]:
    offset_s: int | None = 0
    while offset_s is not None and offset_s < duration_s:
        limit = at(start_s + offset_s)
        yield offset_s, limit
        offset_s = None if limit.until_s is None else limit.until_s - start_s
