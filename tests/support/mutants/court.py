"""The court: tests are collected once, then every mutant gets a process of its own in which they are run.

A mutant that can be swapped in a living process (a function, a model's values) is judged in a fork of the
process that has collected the tests: what it costs is the tests until the first that fails. A mutant of a
module is judged in a fork that has imported nothing of the product yet.

The order of the tests is a guess of what finds it soonest; a survivor has met all of them. A test that takes
ten times its time and two seconds more finds the mutant, too: it hangs. Random tests draw the same examples
for every mutant and in every run, so that a verdict is one for good.
"""

import gc
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from support.mutants.forks import (
    HANGS,
    KILLED,
    REFUSED,
    SURVIVED,
    Hanging,
    StoppedError,
    Verdict,
    Work,
    in_a_fork,
    side_by_side,
    told_by,
)
from support.mutants.mutant import Mutant

_QUIET = (
    "-q", "-s", "--tb=no", "--assert=plain", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


Item = Any
Install = Callable[[Mutant, Sequence[Item]], None]
"""Puts a mutant in force in this process, which has collected these tests; ValueError when it is refused."""


def judge_living(
    mutants: Sequence[Mutant], selection: Sequence[str], install: Install, workers: int
) -> Iterator[Verdict]:
    """Judge mutants that are installed after everything was imported, by the tests of a selection."""
    court = Court(mutants, install, workers)
    return told_by(lambda tell: court.sit(selection, tell))


def judge_fresh(
    mutants: Sequence[Mutant],
    install: Callable[[Mutant], None],
    stages: Sequence[Sequence[str]],
    workers: int,
) -> Iterator[Verdict]:
    """Judge mutants that have to be there before anything is imported, by one selection after the other."""
    for selection in stages:
        _check(selection)
    works = ((mutant.name, _fresh_work(mutant, install, stages)) for mutant in mutants)
    yield from side_by_side(works, workers)


def _check(selection: Sequence[str]) -> None:
    """StoppedError when one of these tests fails without a mutant."""
    verdict = in_a_fork("nothing", lambda: _run(selection))
    if verdict.outcome != SURVIVED:
        raise StoppedError(f"{verdict.test} fails without any mutant; mend it first.")


class _Repeating:
    """Lets random tests draw the same examples in every run; no time goes into finding smaller ones."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        settings.register_profile(
            "mutants",
            settings.default,
            derandomize=True,
            database=None,
            phases=(Phase.explicit, Phase.generate),
        )
        settings.load_profile("mutants")


# --- living mutants: inside pytest ---


class Court(_Repeating):
    """A plugin that takes pytest's place where it would run the tests it has collected."""

    def __init__(self, mutants: Sequence[Mutant], install: Install, workers: int) -> None:
        self._mutants = mutants
        self._install = install
        self._workers = workers
        self._tell: Callable[[Verdict], None] | None = None
        self._trouble = "the tests cannot be collected; run pytest to see why"

    def sit(self, selection: Sequence[str], tell: Callable[[Verdict], None]) -> None:
        """Collect the tests and judge all mutants by them."""
        self._tell = tell
        pytest.main([*_QUIET, *selection], plugins=[self])
        if self._trouble:
            raise StoppedError(self._trouble)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()
        self._trouble = ""
        try:
            self._judge(session.items)
        except StoppedError as error:
            self._trouble = str(error)
        return True

    def _judge(self, items: Sequence[Item]) -> None:
        assert self._tell
        durations = in_a_fork_all_pass(items)
        bench = Bench(items, durations)
        places = {mutant.name: mutant.place for mutant in self._mutants}
        works = (
            (mutant.name, _living_work(mutant, bench.order(mutant.place), self._install, durations))
            for mutant in self._mutants
        )
        for verdict in side_by_side(works, self._workers):
            if verdict.test:
                bench.learn(places[verdict.mutant], verdict.test)
            self._tell(verdict)


class Bench:
    """Which tests to ask first: those that found a mutant of the same function, of the same file, by name."""

    def __init__(self, items: Sequence[Item], durations: Mapping[str, float]) -> None:
        self._items = items
        self._durations = durations
        self._found: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def learn(self, place: str, test: str) -> None:
        for key in (place, place.partition(":")[0], ""):
            self._found[key][test] += 1

    def order(self, place: str) -> list[Item]:
        file = place.partition(":")[0]
        here, near, ever = (self._found[key] for key in (place, file, ""))
        home = f"test_{file.rpartition('.')[2]}.py"

        def key(item: Item) -> tuple[int, int, bool, int, float]:
            name: str = item.nodeid
            return -here[name], -near[name], home not in name, -min(ever[name], 3), self._durations[name]

        return sorted(self._items, key=key)


def in_a_fork_all_pass(items: Sequence[Item]) -> dict[str, float]:
    """The seconds each test takes without any mutant; StoppedError names one that fails."""
    durations: dict[str, float] = {}

    def run(tell: Callable[[Verdict], None]) -> None:
        for item, following in _with_next(items):
            begun = time.process_time()
            outcome = SURVIVED if _passes(item, following) else KILLED
            tell(Verdict("", outcome, item.nodeid, time.process_time() - begun))

    for verdict in told_by(run):
        if verdict.outcome != SURVIVED:
            raise StoppedError(f"{verdict.test} fails without any mutant; mend it first.")
        durations[verdict.test] = verdict.seconds
    return durations


def _living_work(
    mutant: Mutant, items: Sequence[Item], install: Install, durations: Mapping[str, float]
) -> Work:
    def work() -> Verdict:
        try:
            install(mutant, items)
        except (ValueError, TypeError, SyntaxError) as error:
            return Verdict(mutant.name, REFUSED, note=str(error))
        for item, following in _with_next(items):
            passes = False
            with Hanging(10 * durations[item.nodeid] + 2) as hanging:
                passes = _passes(item, following)
            if not passes:
                return Verdict(mutant.name, HANGS if hanging.told else KILLED, item.nodeid)
        return Verdict(mutant.name, SURVIVED)

    return work


def _with_next(items: Sequence[Item]) -> Iterator[tuple[Item, Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _passes(item: Item, following: Item | None) -> bool:
    reports = runtestprotocol(item, nextitem=following, log=False)
    return not any(report.failed for report in reports)


# --- fresh mutants: a pytest of their own ---


def _fresh_work(mutant: Mutant, install: Callable[[Mutant], None], stages: Sequence[Sequence[str]]) -> Work:
    def work() -> Verdict:
        try:
            install(mutant)
        except Exception as error:  # noqa: BLE001 - whatever stops the import has stopped the mutant
            return Verdict(mutant.name, REFUSED, note=f"{type(error).__name__}: {error}"[:100])
        for selection in stages:
            verdict = in_a_fork(mutant.name, lambda chosen=selection: _run(chosen))
            if verdict.outcome != SURVIVED:
                return Verdict(mutant.name, verdict.outcome, verdict.test)
        return Verdict(mutant.name, SURVIVED)

    return work


class _Watch(_Repeating):
    """Remembers what failed first."""

    def __init__(self) -> None:
        self.red = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.red:
            self.red = report.nodeid


def _run(selection: Sequence[str]) -> Verdict:
    """A whole run of pytest, to the first test that fails."""
    watch = _Watch()
    code: int = pytest.ExitCode.INTERRUPTED
    with Hanging(300) as hanging:
        code = pytest.main([*_QUIET, "-x", *selection], plugins=[watch])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return Verdict("", SURVIVED)
    return Verdict("", HANGS if hanging.told else KILLED, watch.red or f"pytest ended with {code}")
