#!/usr/bin/env python
"""Print every requirement with its part, its tests and how they ended (`make requirements`).

Exit code 1 when a row of a closed stage has no passing test. Outcomes come from a run of all tests,
or from the file given with --report (what `pytest --requirements-report FILE` wrote).
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import Console
from rich.markup import escape
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.register import Judged, Register, Trial, Verdict, judge, load  # noqa: E402

Trials = dict[str, list[Trial]]

GROUPS = {
    "E": "EVNET 7 kW",
    "M": "Master Plus",
    "P": "platform and phone app",
    "R": "our readings",
}
SIGNS = {"passed": "✓", "failed": "✗"}
OTHER_SIGN = "·"  # skipped, expected to fail, or not run


def main() -> int:
    """Read or make the report, print it, judge it."""
    parser = argparse.ArgumentParser(description="requirement -> tests")
    parser.add_argument(
        "--report", type=Path, help="outcomes of an earlier run, instead of running all tests"
    )
    parser.add_argument("--part", type=int, help="only the rows this part of the plan builds something of")
    options = parser.parse_args()
    register = load()
    judged = judge(register, read(options.report) if options.report else run_tests())
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    shown = [one for one in judged if options.part in (None, one.row.stage, *one.row.earlier)]
    for letter, title in GROUPS.items():
        rows = [one for one in shown if one.id.startswith(letter)]
        if rows:
            console.print(table_of(f"{letter}: {title}", rows))
    return conclude(console, register, judged)


def run_tests() -> Trials:
    """Run all tests with the plugin's report into a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        pytest.main(["-q", "--rootdir", str(ROOT), str(ROOT / "tests"), f"--requirements-report={path}"])
        if not path.exists():
            sys.exit("The tests could not be collected, so there are no outcomes; see above.")
        return read(path)


def read(path: Path) -> Trials:
    """The outcomes in a report file."""
    report: dict[str, list[tuple[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return {key: [Trial(*trial) for trial in trials] for key, trials in report.items()}


def table_of(title: str, rows: Iterable[Judged]) -> Table:
    """One group of rows, each with its tests beneath its sentence."""
    table = Table(title=title, title_justify="left", pad_edge=False, box=None)
    for column in ("id", "part", "state"):
        table.add_column(column, no_wrap=True)
    table.add_column("requirement and tests", overflow="fold")
    for one in rows:
        lines = [one.row.text, *(f"  {line}" for line in tests_of(one.trials))]
        table.add_row(one.id, str(one.row.stage), state_of(one), escape("\n".join(lines)))
    return table


def state_of(one: Judged) -> str:
    """Passed, failed or none for a closed row; planned for the others, with what their tests say."""
    if one.closed:
        return one.verdict.value if not one.broken else f"[bold red]{one.verdict.value}[/]"
    return "planned" if one.verdict is Verdict.NONE else f"planned, {one.verdict.value}"


def tests_of(trials: Iterable[Trial]) -> list[str]:
    """A line per test, those of one parametrised function together."""
    counted = Counter(
        (trial.test.partition("[")[0].removeprefix("tests/"), trial.outcome) for trial in trials
    )
    return [
        f"{SIGNS.get(outcome, OTHER_SIGN)} {test}{f' × {count}' if count > 1 else ''}"
        for (test, outcome), count in counted.items()
    ]


def conclude(console: Console, register: Register, judged: Iterable[Judged]) -> int:
    """Sum up; 1 when a closed row is broken."""
    closed = [one for one in judged if one.closed]
    planned = [one for one in judged if not one.closed]
    broken = [one.id for one in closed if one.broken]
    bare = [
        one.id for one in planned if one.row.begun(register.closed_stages) and one.verdict is Verdict.NONE
    ]
    begun = sum(one.verdict is Verdict.PASSED for one in planned)
    console.print(f"{len(closed)} rows closed; {len(planned)} planned, of which {begun} have passing tests.")
    if bare:
        console.print(f"Begun in a closed part, but no test names them: {' '.join(bare)}")
    if broken:
        console.print(f"[bold red]Closed, but not proven by a passing test: {' '.join(broken)}[/]")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
