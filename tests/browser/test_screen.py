"""The screen itself: sizes, modes, the bench's contents, several pages, errors as sentences, time lapse."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pilotline.simulator.bench import CAUSES
from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, simulated

Visit = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_and_the_reason_is_on_the_first_screen(
    bench: Station, visit: Visit, scheme: str
) -> None:
    """On three sizes, bench open or not: no sideways scrolling; ring and why are seen without a touch."""
    for size in (SMALL, PHONE, LAPTOP):
        panel = visit(bench.address, size, color_scheme=scheme)
        _fits(panel, size)
        panel.open_bench()
        _fits(panel, size)


def _fits(panel: Panel, size: dict[str, int]) -> None:
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for part in ("ring", "why"):
        box = panel.see(part).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]


def test_the_bench_has_a_switch_for_every_fault_the_table_can_cause(bench: Station, visit: Visit) -> None:
    """A new row of the table is a new switch, without a change of the page."""
    panel = visit(bench.address, LAPTOP)
    for name in CAUSES:
        expect(panel.see(f"inject-{name}")).to_be_visible()


def test_a_switch_tells_what_holds_in_the_world_and_not_what_was_pressed(
    bench: Station, visit: Visit
) -> None:
    """A fault caused by somebody else moves the switch here."""
    panel = visit(bench.address, LAPTOP)
    switch = panel.see("inject-EVSE_FAULT_VL_OUT_CLOSE")
    expect(switch).to_have_attribute("aria-checked", "false")
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_CLOSE")
    expect(switch).to_have_attribute("aria-checked", "true", timeout=PATIENCE_MS)


def test_what_cannot_be_done_is_a_sentence(bench: Station, visit: Visit) -> None:
    """The world's refusal reaches the person who pressed."""
    panel = visit(bench.address)
    panel.does("inject-EVSE_FAULT_PP_UNPRESENT")
    panel.shows("toast", "No plug is in whose resistor could change.")


def test_two_pages_see_the_same(bench: Station, visit: Visit) -> None:
    """What one does, both show."""
    one, two = visit(bench.address), visit(bench.address, LAPTOP)
    one.does("plug")
    for panel in (one, two):
        panel.shows("why", "A car is plugged in")
    two.does("tap")
    for panel in (one, two):
        panel.shows("status", "Charging")


def test_the_owners_limit_is_followed_and_named(bench: Station, visit: Visit) -> None:
    """The slider's word wins, is explained, and steps the curve."""
    panel = visit(bench.address, LAPTOP)
    panel.does("plug")
    panel.does("tap")
    panel.shows("status", "Charging")
    slider = panel.see("owner-limit")
    slider.focus()
    slider.fill("10")
    slider.dispatch_event("change")
    panel.shows("limit", "You limited the current to 10 A.")
    panel.shows("power", "2.3")


@pytest.mark.requirement("E-62")
def test_an_interface_that_goes_down_shows_and_the_next_one_carries_the_line(
    bench: Station, visit: Visit
) -> None:
    """The drawer says which is in use; each is cut and mended by itself."""
    panel = visit(bench.address, LAPTOP)
    panel.shows("interface-ethernet", "In use: the main interface")
    panel.does("interface-ethernet")
    panel.shows("interface-ethernet", "Down")
    panel.shows("interface-wifi", "In use: the main interface")
    panel.does("interface-wifi")
    panel.shows("interface-cellular", "In use: the main interface")
    panel.does("interface-cellular")
    panel.is_state("backend", "offline")
    panel.does("interface-wifi")
    panel.shows("interface-wifi", "In use: the main interface")
    panel.is_state("backend", "online")


def test_another_car_stands_there_at_a_turn_of_its_knobs(bench: Station, visit: Visit) -> None:
    """What its charger takes, and a battery that is full: the station says that it has enough."""
    panel = visit(bench.address, LAPTOP)
    panel.does("plug")
    panel.does("tap")
    panel.shows("power", "7.36")
    _turn(panel, "car-current", "10")
    panel.shows("power", "2.3")
    panel.shows("car-current", "10 A")
    _turn(panel, "car-battery", "100")
    panel.shows("car-battery", "100 %")
    panel.shows("power", "0.00")


@pytest.mark.requirement("E-32", "E-75")
def test_the_house_takes_its_current_and_the_car_gets_it_back(bench: Station, visit: Visit) -> None:
    """One switch fits the clamp and tells the station; then the car has what the fuse of 60 A leaves."""
    panel = visit(bench.address, LAPTOP)
    panel.does("plug")
    panel.does("tap")
    panel.shows("power", "7.36")
    panel.does("clamp")
    expect(panel.see("clamp")).to_have_attribute("aria-checked", "true", timeout=PATIENCE_MS)
    _turn(panel, "world-house", "50")
    panel.shows("limit", "The house needs current; 10 A are left.")
    panel.shows("power", "2.3")
    _turn(panel, "world-house", "0")
    panel.shows("limit", "32 A")


def test_a_low_voltage_suspends_until_it_is_back(bench: Station, visit: Visit) -> None:
    """Turned at the knob, seen in the banner; what is left then is the wait for the next offer."""
    panel = visit(bench.address, LAPTOP)
    panel.does("plug")
    panel.does("tap")
    panel.shows("power", "7.36")
    _turn(panel, "world-voltage", "190")
    panel.shows("status", "Paused")
    expect(panel.see("fault").first).to_contain_text("0x2000", timeout=PATIENCE_MS)
    _turn(panel, "world-voltage", "230")
    expect(panel.see("fault")).to_have_count(0, timeout=PATIENCE_MS)
    panel.shows("why", "The relay rests for a while")


def _turn(panel: Panel, knob: str, value: str) -> None:
    panel.see(f"{knob}-knob").fill(value)
    panel.see(f"{knob}-knob").dispatch_event("change")


def test_the_curve_of_a_session_is_whole_for_who_comes_late(bench: Station, visit: Visit) -> None:
    """The points were gathered before the first page was opened."""
    bench.ask("plug_in")
    bench.wait(ocpp_status="Preparing")
    bench.ask("present_tag", tag="04A1B2C3")
    bench.wait(ocpp_status="Charging")
    curve = visit(bench.address).see("curve")
    expect(curve).to_be_attached()
    assert int(curve.get_attribute("data-points") or 0) >= 3


def test_simulated_time_runs_as_fast_as_the_page_says(visit: Visit, tmp_path: Path) -> None:
    """An evening's charge passes in seconds; a pause stands still; the story's end is told."""
    with simulated(tmp_path, "evening") as address:
        panel = visit(address)
        panel.does("lapse-600")
        panel.shows("power", "7.36")
        panel.does("lapse-0")
        expect(panel.see("lapse-0")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
        at = _time_of(panel)
        panel.page.wait_for_timeout(500)  # real time passes, and simulated time must not
        assert _time_of(panel) == at
        panel.does("lapse-600")
        panel.shows("lapse-note", "The story ends as written.")


def _time_of(panel: Panel) -> int:
    answer = panel.page.request.get(f"{panel.address}api/picture")
    found: int = json.loads(answer.text())["at_ms"]
    return found
