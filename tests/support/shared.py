"""Pytest plugin: external data is optional, but where it is present its tests must run.

Where the folder of :func:`support.places.shared_folder` is missing, tests that use ``shared_data`` are
skipped with a sentence. Where it exists, a skip of such a test is a failure.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from support.places import shared_folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of external data: recorded cars, vectors of foreign encoders."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"no external data at {folder} (set PILOTLINE_SHARED)")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where the data is present."""
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and "shared_data" in getattr(item, "fixturenames", ()) and shared_folder().is_dir():
        report.outcome = "failed"
        report.longrepr = f"Skipped although the external data is at {shared_folder()}: {reason_of(report)}"
    return report


def reason_of(report: pytest.TestReport) -> str:
    """The words a test was skipped with."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
