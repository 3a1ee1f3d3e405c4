"""The sweep of the boundaries, of one model and the two ends of each setting; of messages on another."""

import pytest

from pilotline.models import reader
from support.places import ROOT

OF_MESSAGES = "test_boundaries_digital.py"
FILES = (
    "tests/rtm/test_boundaries.py",
    "tests/rtm/test_boundaries_signals.py",
    f"tests/rtm/{OF_MESSAGES}",
)
MODELS = ("evnet-7kw-s", "master-plus-ac")
_QUIETLY = ("-x", "-q", "-p", "no:cacheprovider", "--tb=no", "--assert=plain")


class FirstFailure:
    """Pytest plugin: the name of the test that failed first."""

    name: str | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Of the voltage window's settings the two ends are enough here, and no figure is judged twice."""
        spared = ["what_has_to_trip", *(f" offset {volts} " for volts in range(1, 23))]
        items[:] = [
            item
            for item in items
            if not any(part in item.name for part in spared)
            and (MODELS[1] not in item.name or item.path.name == OF_MESSAGES)
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid.partition("::")[2]


def find(_where: str, _begin: str) -> str | None:
    """The first test that fails. Raises SystemExit where the tests could not be run."""
    reader.list_models = lambda: MODELS
    first = FirstFailure()
    status = pytest.main([*_QUIETLY, *(str(ROOT / file) for file in FILES)], plugins=[first])
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise SystemExit(f"The sweep could not be run: pytest ended with {status}.")
    return first.name
