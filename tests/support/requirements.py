"""Pytest plugin: tests name the requirements they prove, and a report says how they ended.

``@pytest.mark.requirement("E-12")`` with an id that ``docs/requirements.toml`` does not hold is an error
of collection. ``--requirements-report PATH`` writes JSON, id -> [[test, outcome], ...].
"""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from support import register
from support.register import Trial

REPORT_OPTION = "--requirements-report"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for the report."""
    parser.addoption(REPORT_OPTION, type=Path, metavar="PATH", help="write requirement -> tests as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Check the marks of every run; keep a report of those that ask for one."""
    known = frozenset(register.load().requirements)
    config.pluginmanager.register(MarkCheck(known), "requirement-marks")
    path: Path | None = config.getoption(REPORT_OPTION)
    if path is not None:
        config.pluginmanager.register(Report(path), "requirement-report")


def ids_of(item: pytest.Item) -> list[str]:
    """The ids a test names, on itself, its class or its module, each once."""
    return list(dict.fromkeys(str(arg) for mark in item.iter_markers("requirement") for arg in mark.args))


class MarkCheck:
    """Refuses a mark that names no row."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self, name: str) -> Generator[None, object, object]:
        """Look at every test as it is found in its module or class."""
        made = yield
        for item in made if isinstance(made, list) else []:
            if isinstance(item, pytest.Item):
                self._check(item)
        return made

    def _check(self, item: pytest.Item) -> None:
        for mark in item.iter_markers("requirement"):
            if not mark.args or mark.kwargs:
                raise pytest.Collector.CollectError(
                    f"{item.name}: requirement wants ids: requirement('E-12')"
                )
        unknown = [key for key in ids_of(item) if key not in self._known]
        if unknown:
            listed = ", ".join(unknown)
            raise pytest.Collector.CollectError(
                f"{item.name}: no such row in docs/requirements.toml: {listed}"
            )


class Report:
    """Collects how each test ended and writes it down at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, list[str]] = {}
        self._outcomes: dict[str, str] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which ids each selected test names."""
        self._ids = {item.nodeid: ids_of(item) for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passes by its call; a failure in any phase outweighs that."""
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.nodeid] = outcome_of(report)

    def pytest_sessionfinish(self) -> None:
        """Write id -> tests."""
        trials: dict[str, list[Trial]] = {}
        for test, ids in self._ids.items():
            for key in ids:
                trials.setdefault(key, []).append(Trial(test, self._outcomes.get(test, "not run")))
        self._path.write_text(json.dumps(trials, indent=1, sort_keys=True), encoding="utf-8")


def outcome_of(report: pytest.TestReport) -> str:
    """An expected failure proves nothing, and an unexpected pass of one proves nothing either."""
    return "xfailed" if hasattr(report, "wasxfail") else report.outcome
