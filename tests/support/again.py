"""Pytest plugin: a test of real processes that fails is asked again, up to twice, and the summary says so.

The station keeps promises in seconds: a board that hears nothing from its host for two seconds opens its
relay. On a machine that stands still for that long such a test fails though the station did right. A test in
simulated time never gets a second chance: there, a failure that comes and goes is the bug.
"""

from pathlib import Path

import pytest
import pytest_timeout

_time_out_of = getattr(pytest_timeout, "_get_item_settings")  # noqa: B009
TESTS = Path(__file__).parents[1]
REAL_TIME = frozenset({"browser", "cli", "drivers", "interop", "panel", "runtime", "torture"})
RERUNS = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tests whose clocks are simulated can run side by side, the others want a quiet machine."""
    parser.addoption("--clocks", choices=["simulated", "real"], help="run the tests of such clocks alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of the folders in which clocks are real; leave out those that are not asked for."""
    for item in items:
        if in_real_time(item.path):
            item.add_marker(pytest.mark.flaky(reruns=RERUNS, reruns_delay=1))
    wanted: str | None = config.getoption("--clocks")
    if wanted is not None:
        gone = [item for item in items if in_real_time(item.path) is not (wanted == "real")]
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in set(gone)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """One that is asked again may not wait for ever either: the first failure has put its time-out away."""
    if getattr(item, "execution_count", 1) > 1:
        item.config.hook.pytest_timeout_set_timer(item=item, settings=_time_out_of(item))


def in_real_time(path: Path) -> bool:
    """Whether the test file lies in one of those folders."""
    return path.is_relative_to(TESTS) and path.relative_to(TESTS).parts[0] in REAL_TIME
