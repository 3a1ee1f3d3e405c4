"""What one step of the safety module costs: `python bench/rtm_step.py`.

The board's process runs it for every sample, so a second of core time has to fit many times into a second
of real time.
"""

import statistics
import time
import timeit
from collections.abc import Callable
from itertools import count

from rich.console import Console
from rich.table import Table

from pilotline.models.reader import load_charger
from pilotline.proof.monitor import Broken, Module, Monitor
from pilotline.rtm import Rtm
from pilotline.vocabulary.board import CONTACTS_CLOSED, LINK_PROTOCOL, Hello, Permit, Sample
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS, Tick

CALLS = 5_000
ROUNDS = 7
PERMIT = Permit(16_000)
ASKING = Sample(at=0, pilot_high_mv=6_000, pilot_low_mv=-12_000)
FLOWING = ASKING._replace(contacts=CONTACTS_CLOSED, current_ma=PerPhase(10_000, 0, 0))
A_LITTLE_MORE = FLOWING._replace(current_ma=PerPhase(10_250, 0, 0))


def charging(*, watched: bool = False) -> Module:
    """A module whose car charges; 200 ms have passed. ``watched``: with the monitor of its invariants."""
    model = load_charger("evnet-7kw-t2").rtm
    rtm: Module = Monitor(Rtm(model), model, _surprise) if watched else Rtm(model)
    rtm.handle(ASKING, 0)
    rtm.handle(Hello(LINK_PROTOCOL, model.hash), 0)
    rtm.handle(PERMIT, 0)
    rtm.handle(Tick(), 150 * MS)
    rtm.handle(FLOWING, 170 * MS)
    return rtm


def changed_samples() -> Callable[[], None]:
    """(a) a sample that changes a value, every millisecond"""
    return feed(charging(), FLOWING, A_LITTLE_MORE)


def equal_samples() -> Callable[[], None]:
    """(b) a sample that says the same again"""
    return feed(charging(), FLOWING, FLOWING)


def renewals() -> Callable[[], None]:
    """(c) the permit renewed, every millisecond instead of every half second"""
    return feed(charging(), PERMIT, PERMIT)


def watched_samples() -> Callable[[], None]:
    """(d) as (a), every invariant judged at every step"""
    return feed(charging(watched=True), FLOWING, A_LITTLE_MORE)


def watched_renewals() -> Callable[[], None]:
    """(e) as (c), every invariant judged at every step"""
    return feed(charging(watched=True), PERMIT, PERMIT)


def _surprise(broken: Broken) -> None:
    raise AssertionError(broken)


def feed(rtm: Module, even: Sample | Permit, odd: Sample | Permit) -> Callable[[], None]:
    """One millisecond of a session: an event, and the deadlines and renewals that come with time."""
    times = count(200 * MS, MS)

    def step() -> None:
        now = next(times)
        if now % (500 * MS) == 0:
            rtm.handle(PERMIT, now)
        rtm.handle(odd if now // MS & 1 else even, now)

    return step


UNWATCHED = {watched_samples: changed_samples, watched_renewals: renewals}
"""What a watched step is compared with."""


def main() -> None:
    """Measure and print, in CPU time; the last column says what the monitor costs."""
    columns = ("step", "median µs", "best µs", "per second", "times unwatched")
    table = Table(*columns, title="One step of the RTM")
    best: dict[Callable[[], Callable[[], None]], float] = {}
    for make in (changed_samples, equal_samples, renewals, watched_samples, watched_renewals):
        each = [
            seconds / CALLS * 1e6
            for seconds in timeit.repeat(make(), timer=time.process_time, repeat=ROUNDS, number=CALLS)
        ]
        median, best[make] = statistics.median(each), min(each)
        ratio = f"{best[make] / best[UNWATCHED[make]]:.1f}" if make in UNWATCHED else ""
        table.add_row(make.__doc__, f"{median:.2f}", f"{best[make]:.2f}", f"{1e6 / median:,.0f}", ratio)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
