"""The whole page by the keyboard alone: what has the focus is always to be seen."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station
from support.visitors import heading, sees, sees_no

Visit = Callable[..., Panel]
MOST_STOPS = 60
PAGES = (
    "", "history", "settings", "settings/plan", "settings/cards", "diagnostics/faults", "diagnostics/log",
    "diagnostics/support", "people",
)  # fmt: skip
_FOCUSED = """() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const inset = (low, high) => (low + high) / 2;
  const top = document.elementFromPoint(inset(box.left, box.right), inset(box.top, box.bottom));
  const label = at.closest('label');
  const name = at.dataset.testid ?? at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 40);
  return {
    name: `${at.tagName} ${name}`,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    seen: top !== null && (at.contains(top) || top.contains(at) || (label?.contains(top) ?? false)),
  };
}"""
"""What has the focus: whether it is ringed, and whether its middle is covered by nothing."""

pytestmark = pytest.mark.timeout(240)


def stops(panel: Panel) -> list[dict[str, Any]]:
    """Every stop of the Tab key after the first one of the page, up to the end."""
    panel.page.get_by_role("link", name="Skip to the content").focus()
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        panel.page.keyboard.press("Tab")
        stop = panel.page.evaluate(_FOCUSED)
        if stop is None:
            break
        found.append(stop)
    return found


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "desk"])
def test_every_stop_of_the_tab_key_is_ringed_and_covered_by_nothing(
    bench: Station, visit: Visit, size: dict[str, int]
) -> None:
    """Neither the bar of pages nor the header hides it; no page holds the focus for ever."""
    panel = visit(bench.address, size)
    if size is LAPTOP:
        panel.see("bench-toggle").click()
    wrong: list[str] = []
    for page in PAGES:
        panel.page.goto(f"{bench.address}#/{page}")
        expect(heading(panel)).to_have_count(1)
        if page:
            expect(heading(panel)).to_be_focused(timeout=PATIENCE_MS)  # it has arrived
        found = stops(panel)
        assert len(found) > 4
        wrong += [f"{page}: {each}" for each in found if not (each["ringed"] and each["seen"])]
    assert wrong == []


def test_what_opens_closes_by_escape_and_gives_the_focus_back(bench: Station, visit: Visit) -> None:
    """The menu, the question before a stop, the bench of a phone."""
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel = visit(bench.address, PHONE)
    keys = panel.page.keyboard
    panel.see("stop").focus()
    keys.press("Enter")
    sees(panel, "stop-sure")
    keys.press("Escape")
    sees_no(panel, "stop-sure")
    expect(panel.see("stop")).to_be_focused()
    panel.see("bench-toggle").focus()
    keys.press("Enter")
    panel.see("unplug").focus()
    keys.press("Escape")
    expect(panel.see("bench-toggle")).to_be_focused()
    expect(panel.see("unplug")).not_to_be_visible()
    panel.see("menu").focus()
    keys.press("Enter")
    sees(panel, "language")
    panel.see("nav-now").focus()
    sees_no(panel, "language")
