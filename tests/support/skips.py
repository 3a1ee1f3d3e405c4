"""Pytest plugin: above pytest's closing line stands one line that counts what was skipped, and why."""

from collections import Counter
from collections.abc import Generator

import pytest

from support.shared import reason_of


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Write the line after all other summaries."""
    yield
    reports: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    terminalreporter.write_line(skip_line(Counter(map(reason_of, reports))))


def skip_line(reasons: Counter[str]) -> str:
    """What was skipped, the most frequent reason first."""
    if not reasons:
        return "Skipped: nothing."
    told = "; ".join(f"{count} × {' '.join(reason.split())}" for reason, count in reasons.most_common())
    return f"Skipped {reasons.total()}: {told}"
