"""What smart charging costs: `python bench/smart_charging.py`.

The composite of ten profiles, stacked, of sixty periods each, over a day; and one look of the station at
them, as it has with every event. Both are CPU time.
"""

import statistics
import time
import timeit
from collections.abc import Callable, Sequence

from pilotline.station.schedule import Limit, Moment, Stack, Wiring, composite, least
from pilotline.vocabulary.charging import Period, Profile, ProfileKind, ProfilePurpose, RateUnit, Schedule

DAY_S = 86_400
STACKED, PERIODS = 10, 60
WIRING = Wiring(230, 3)
OWN = Limit(WIRING.power_mw(32_000, RateUnit.A), None)


def stacked(*, apart: bool = False) -> Stack:
    """Ten levels, each over a part of the day; ``apart``: one after the other, every period counts."""
    return Stack([_profile(level, apart=apart) for level in range(STACKED)], WIRING)


def _profile(level: int, *, apart: bool) -> Profile:
    span_s, start_s = (8_640, level * 8_640) if apart else (DAY_S - level * 7_200, level * 1_800)
    steps = tuple(Period(n * span_s // PERIODS, 6_000 + 300 * (n % 20) + level) for n in range(PERIODS))
    schedule = Schedule(RateUnit.A, steps, span_s, start_s)
    return Profile(level, level, ProfilePurpose.TX_DEFAULT_PROFILE, ProfileKind.ABSOLUTE, schedule)


def of_a_day(stack: Stack) -> Sequence[object]:
    """The steps of one day, in tenths of an ampere."""
    steps, _ = composite(
        lambda at_s: least(stack.at(Moment(at_s)), OWN),
        0,
        DAY_S,
        lambda power_mw: WIRING.limit_in(power_mw, RateUnit.A),
    )
    return steps


def rows() -> list[tuple[str, str]]:
    """What and how much, medians of seven."""
    stack, apart = stacked(), stacked(apart=True)
    look = _seconds(lambda: stack.at(Moment(43_200)), 2_000)
    return [
        (f"composite of {STACKED} × {PERIODS} periods, 24 h", _composite(stack)),
        ("the same, one after the other", _composite(apart)),
        (f"one look at {STACKED} stacked profiles", f"{look * 1e6:.1f} µs CPU"),
    ]


def _composite(stack: Stack) -> str:
    day = _seconds(lambda: of_a_day(stack), 20)
    return f"{day * 1e3:.2f} ms CPU ({len(of_a_day(stack))} steps)"


def _seconds(work: Callable[[], object], times: int) -> float:
    timer = timeit.Timer(work, timer=time.process_time)
    return statistics.median(timer.repeat(7, times)) / times


if __name__ == "__main__":
    for what, figure in rows():
        print(f"{what:<44} {figure}")
