"""A station with two connectors, and who stands before it: which of them is meant is never in doubt."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, Panel, station

Visit = Callable[..., Panel]
TWO = ("--model", "master-plus-ac")

pytestmark = pytest.mark.timeout(240)


def at(panel: Panel, connector: int, what: str) -> Any:
    """A part of one connector's card."""
    return panel.see(f"connector-{connector}").get_by_test_id(what)


def shows(panel: Panel, connector: int, what: str, text: str) -> None:
    expect(at(panel, connector, what)).to_contain_text(text, timeout=PATIENCE_MS)


@pytest.mark.requirement("M-02")
def test_each_is_started_paused_and_stopped_by_itself_and_history_says_which(
    browser: Browser, visit: Visit, tmp_path: Path
) -> None:
    """The second begins while the first charges; what is done at one is not felt at the other."""
    with station(tmp_path, *TWO) as bench:
        panel = visit(bench.address, LAPTOP)
        bench.ask("plug_in")
        at(panel, 1, "start").click()
        shows(panel, 1, "status", "Charging")
        bench.ask("plug_in", connector=2)
        at(panel, 2, "start").click()
        shows(panel, 2, "status", "Charging")
        shows(panel, 2, "limit", "The connectors share one supply")
        at(panel, 2, "pause").click()
        shows(panel, 2, "result", "Paused. Nothing flows.")
        shows(panel, 1, "status", "Charging")
        expect(at(panel, 1, "offered")).to_have_text("32", timeout=PATIENCE_MS)
        at(panel, 2, "stop").click()
        at(panel, 2, "stop-sure").click()
        shows(panel, 2, "status", "Finished")
        shows(panel, 1, "status", "Charging")
        panel.see("nav-history").click()
        newest, first = panel.see("session").nth(0), panel.see("session").nth(1)
        expect(newest).to_contain_text("Connector 2", timeout=PATIENCE_MS)
        expect(newest).not_to_contain_text("runs")
        expect(first).to_contain_text("Connector 1")
        expect(first).to_contain_text("runs")


def test_a_fault_and_the_log_name_their_connector(browser: Browser, visit: Visit, tmp_path: Path) -> None:
    """The bench acts on the one that is chosen there, and the other charges on."""
    with station(tmp_path, *TWO) as bench:
        panel = visit(bench.address, LAPTOP)
        panel.see("aim-2").click()
        panel.does("plug")
        panel.does("tap")
        shows(panel, 2, "status", "Charging")
        shows(panel, 1, "status", "Ready")
        panel.does("inject-EVSE_FAULT_RCD")
        shows(panel, 2, "fault", "Current leaks to earth.")
        expect(at(panel, 1, "fault")).to_have_count(0)
        panel.page.goto(f"{bench.address}#/diagnostics/faults")
        now = panel.see("faults-now")
        expect(now.nth(0)).to_contain_text("No fault.")
        expect(now.nth(1)).to_contain_text("Current leaks to earth.", timeout=PATIENCE_MS)
        panel.page.goto(f"{bench.address}#/diagnostics/log")
        fault = panel.page.locator("[data-testid=event][data-kind=fault]").first
        expect(fault).to_contain_text("Connector 2", timeout=PATIENCE_MS)
