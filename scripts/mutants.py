"""``make mutants``: small mistakes in the safety module's code and data, and whether a test notices each.

Three kinds: the code of ``rtm`` and of the fault table's module, the rows of the fault table, and the safety
figures of every charger model. A survivor has to be explained in the decision record; exit code 1 when one is
not, 2 when the tests are not green without any mutant.
"""

import argparse
import os
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.mutants.court import judge_fresh, judge_living
from support.mutants.forks import HANGS, KILLED, REFUSED, SURVIVED, StoppedError, Verdict
from support.mutants.installers import install_function, install_model, install_module
from support.mutants.mutant import FunctionMutant, ModuleMutant, Mutant
from support.mutants.of_code import mutants_of
from support.mutants.of_models import mutants_of_model
from support.mutants.of_rows import row_mutants
from support.mutants.record import compare, explained_in
from support.places import ROOT, SOURCE

RECORD = next((ROOT / "docs" / "decisions").glob("*-surviving-mutants.md"))
DEAR = "boundaries or two_loops_give"
"""The dear tests of ``tests/rtm``: the sweep over every model, and the comparison of two loops."""
OF_RTM = ("tests/rtm", "-k", f"not ({DEAR})")
OF_RTM_DEAR = ("tests/rtm", "-k", DEAR)
OF_TABLE = (
    "tests/vocabulary/test_faults.py",
    "tests/vocabulary/test_fault_rows.py",
    "tests/rtm/test_faults.py",
)
OF_MODELS = (
    "tests/models/test_safety_figures.py",
    "tests/models/test_reader.py",
    "-k",
    "(figure or fitted_is or rating or temperature or window or differ) and not refused",
)
OF_MODELS_DEAR = (
    "tests/rtm/test_boundaries.py",
    "tests/rtm/test_boundaries_signals.py",
    "tests/rtm/test_boundaries_digital.py",
    "-k",
    "not (trips_after_its_filter or just_inside_a_threshold)",
)
"""Without the tests whose cases were computed from the models as they are."""


@cache
def all_code() -> Sequence[Mutant]:
    """Of the safety module's code."""
    return [mutant for file in sorted((SOURCE / "rtm").glob("*.py")) for mutant in mutants_of(file)]


def code(kind: type[Mutant]) -> Sequence[Mutant]:
    """Of its functions, or of what is computed when it is imported."""
    return [mutant for mutant in all_code() if isinstance(mutant, kind)]


def models() -> list[Mutant]:
    """Of all charger models' safety figures."""
    files = sorted((SOURCE / "models" / "chargers").glob("*.toml"))
    return [
        mutant
        for file in files
        for mutant in mutants_of_model(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
    ]


def judge_functions(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_living(mutants, OF_RTM, install_function, workers)


def judge_functions_again(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_living(mutants, OF_RTM_DEAR, install_function, workers)


def judge_modules(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_fresh(mutants, install_module, (OF_TABLE, OF_RTM), workers)


def judge_modules_again(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_fresh(mutants, install_module, (OF_RTM_DEAR,), workers)


def judge_models(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_living(mutants, OF_MODELS, install_model, workers)


def judge_models_again(mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    return judge_living(mutants, OF_MODELS_DEAR, install_model, workers)


Court = Callable[[Sequence[Mutant], int], Iterator[Verdict]]


OUTCOMES = (KILLED, REFUSED, HANGS, SURVIVED)


class Kind(NamedTuple):
    """One kind of mutants: how they are made, who judges them, and who judges an unexplained survivor."""

    name: str
    make: Callable[[], Sequence[Mutant]]
    court: Court
    appeal: Court


KINDS = (
    Kind("functions of rtm", lambda: code(FunctionMutant), judge_functions, judge_functions_again),
    Kind("constants of rtm", lambda: code(ModuleMutant), judge_modules, judge_modules_again),
    Kind("rows of the fault table", row_mutants, judge_modules, judge_modules_again),
    Kind("figures of the models", models, judge_models, judge_models_again),
)


def main() -> int:
    options = parse()
    os.chdir(ROOT)
    begun = time.perf_counter()
    verdicts: list[Verdict] = []
    print(f"{'mutants of':<24} {'total':>5}  {'  '.join(OUTCOMES)}      s", flush=True)
    try:
        for kind in KINDS:
            if fnmatch(kind.name, options.kind):
                verdicts += judge(kind, options)
    except StoppedError as error:
        print(error)
        return 2
    print(row("all", verdicts, time.perf_counter() - begun))
    return tell(verdicts, whole=options.kind == options.only == "*")


def judge(kind: Kind, options: argparse.Namespace) -> list[Verdict]:
    """Make and judge the mutants of one kind."""
    begun = time.perf_counter()
    mutants = [mutant for mutant in kind.make() if fnmatch(mutant.name, options.only)]
    found: list[Verdict] = []
    for verdict in two_hearings(kind, mutants, options.jobs):
        found.append(verdict)
        if options.verbose:
            words = (verdict.outcome, f"{verdict.seconds:.1f} s", verdict.mutant, verdict.test, verdict.note)
            print("  ".join(words), flush=True)
    print(row(kind.name, found, time.perf_counter() - begun), flush=True)
    return found


def two_hearings(kind: Kind, mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    """A survivor that is explained is spared the dear tests; any other has to meet them."""
    explained = explained_in(RECORD)
    unclear: set[str] = set()
    for verdict in kind.court(mutants, workers) if mutants else ():
        if verdict.outcome == SURVIVED and verdict.mutant not in explained:
            unclear.add(verdict.mutant)
        else:
            yield verdict
    if unclear:
        yield from kind.appeal([mutant for mutant in mutants if mutant.name in unclear], workers)


def row(name: str, verdicts: Sequence[Verdict], seconds: float) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    figures = "  ".join(f"{counts[outcome]:>{len(outcome)}}" for outcome in OUTCOMES)
    return f"{name:<24} {len(verdicts):>5}  {figures}  {seconds:>5.0f}"


def tell(verdicts: Sequence[Verdict], *, whole: bool) -> int:
    """Hold the survivors against the record."""
    survivors = [verdict.mutant for verdict in verdicts if verdict.outcome == SURVIVED]
    judged = [verdict.mutant for verdict in verdicts]
    found = compare(survivors, judged, explained_in(RECORD), whole=whole)
    print(f"{len(survivors) - len(found.unexplained)} survivors are explained in {RECORD.relative_to(ROOT)}")
    for name in found.outdated:
        print(f"the record explains what is noticed now or exists no longer, take it out: {name}")
    for name in found.unexplained:
        print(f"survived, and nobody has explained it: {name}")
    return 1 if found.unexplained else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", default="*", help=f"one of: {', '.join(kind.name for kind in KINDS)}")
    parser.add_argument("--only", default="*", help="a pattern for the names of mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes side by side")
    parser.add_argument("--verbose", action="store_true", help="each mutant, and the test that noticed it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
