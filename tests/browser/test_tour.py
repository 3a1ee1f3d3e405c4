"""The two-minute tour of the README, as a newcomer takes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station

LEAK = "EVSE_FAULT_RCD"
Visit = Callable[..., Panel]

pytestmark = pytest.mark.timeout(180)


@pytest.mark.requirement("E-50")
@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_plug_why_tap_watch_trip_unplug_recover(
    bench: Station, visit: Visit, viewport: dict[str, int]
) -> None:
    """Every step of the tour shows what the README says it shows."""
    panel = visit(bench.address, viewport)
    panel.shows("why", "Ready. Plug in a car.")
    panel.glows("#0000ff")
    panel.does("plug")
    panel.shows("why", "A car is plugged in. Show a card")
    panel.does("tap")
    panel.shows("status", "Charging")
    panel.shows("power", "7.36")
    panel.glows("#00ff00")
    panel.shows("limit", "32")
    panel.does(f"inject-{LEAK}")
    fault = panel.see("fault").first
    expect(fault).to_have_attribute("data-code", "1", timeout=PATIENCE_MS)
    panel.glows("#ff0000")
    panel.does(f"inject-{LEAK}")
    panel.does("unplug")
    expect(panel.see("fault")).to_have_count(0, timeout=PATIENCE_MS)
    panel.shows("why", "Ready. Plug in a car.")
    assert bench.picture()["connectors"]["1"]["ocpp_status"] == "Available"
