"""Who is let in, what each may, and how a page ends whose person the station does not know any more."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.visitors import CARD, OPERATOR, heading, sees, sees_no, settle, sign_in

Visit = Callable[..., Panel]

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def closed(browser: Browser, tmp_path: Path) -> Generator[Station]:
    """A station with an operator, a user and a guest who has a card."""
    with closed_station(tmp_path) as found:
        settle(found.address, {"Uwe": ("user", ""), "Gina": ("guest", CARD)}).close()
        yield found


@pytest.fixture
def come(browser: Browser) -> Generator[Callable[..., Panel]]:
    """Opens the page as somebody whom the station does not know yet."""
    panels: list[Panel] = []

    def open_page(address: str, viewport: dict[str, int] = PHONE) -> Panel:
        page = browser.new_context(viewport=viewport).new_page()  # pyright: ignore[reportArgumentType]
        panels.append(Panel(page, address))
        page.goto(address)
        return panels[-1]

    yield open_page
    for panel in panels:
        panel.page.context.close()
    assert [complaint for panel in panels for complaint in panel.complaints] == []


@pytest.mark.requirement("M-14")
def test_the_password_opens_the_page_and_signing_out_closes_it(closed: Station, come: Visit) -> None:
    """A wrong one is a sentence and shows nothing of the station; too many of them take time, in seconds."""
    panel = come(closed.address)
    sees(panel, "sign-in")
    expect(panel.see("name")).to_be_focused()
    sees_no(panel, "ring", "connection", "bench-toggle")
    sign_in(panel, OPERATOR, "not the password")
    panel.shows("sign-trouble", "Name or password is wrong.")
    panel.see("show-password").click()
    expect(panel.see("password")).to_have_attribute("type", "text")
    sign_in(panel, OPERATOR)
    panel.is_live()
    panel.see("menu").click()
    panel.shows("who", OPERATOR)
    panel.see("sign-out").click()
    sees(panel, "sign-in")
    sees_no(panel, "ended", "ring")


@pytest.mark.requirement("M-14")
def test_who_guesses_waits_and_is_told_how_long(closed: Station, come: Visit) -> None:
    panel = come(closed.address)
    for _ in range(8):
        if panel.see("sign-wait").count():
            break
        sign_in(panel, "Uwe", "a guess that is wrong")
        expect(panel.see("sign-trouble").or_(panel.see("sign-wait"))).to_be_visible(timeout=PATIENCE_MS)
    panel.shows("sign-wait", "Try again in")
    expect(panel.see("enter")).to_be_disabled()
    expect(panel.see("enter")).to_be_enabled(timeout=PATIENCE_MS)


@pytest.mark.requirement("M-14")
def test_a_guest_sees_all_and_stops_his_own_session_alone(closed: Station, come: Visit) -> None:
    """No start, no limit, no settings; a stop only where the session's card is his."""
    closed.ask("plug_in")
    panel = come(closed.address)
    sign_in(panel, "Gina")
    panel.shows("why", "A car is plugged in")
    sees_no(panel, "start", "owner-limit", "bench-toggle", "nav-settings", "nav-diagnostics")
    closed.ask("present_tag", tag="04FFFFFF")
    panel.shows("status", "Charging")
    sees_no(panel, "stop", "pause")
    closed.ask("stop_charging")
    panel.shows("status", "Finished")
    closed.ask("present_tag", tag=CARD)
    panel.shows("status", "Charging")
    sees_no(panel, "pause")
    panel.see("stop").click()
    panel.see("stop-sure").click()
    panel.shows("result", "The session has ended.")


@pytest.mark.requirement("M-14")
def test_a_session_that_ends_elsewhere_comes_back_to_where_it_was(closed: Station, come: Visit) -> None:
    """Signed out from another browser, the page says so, shows nothing more, and goes on after a sign-in."""
    panel, other = come(closed.address, LAPTOP), come(closed.address)
    for each in (panel, other):
        sign_in(each, "Uwe")
        each.is_live()
    panel.see("nav-history").click()
    expect(heading(panel)).to_have_text("History")
    other.see("menu").click()
    other.page.get_by_role("button", name="Sign out on all devices").click()
    panel.shows("ended", "You were signed out")
    sees_no(panel, "connection", "period")
    sign_in(panel, "Uwe")
    sees(panel, "period")
    expect(heading(panel)).to_have_text("History")


def test_a_role_that_may_not_see_a_page_is_told_so(closed: Station, come: Visit) -> None:
    panel = come(closed.address)
    sign_in(panel, "Gina")
    panel.is_live()
    panel.page.goto(f"{closed.address}#/diagnostics")
    panel.shows("page-refused", "Your role may not see this page.")
    panel.page.goto(f"{closed.address}#/nowhere")
    panel.shows("page-unknown", "There is no such page.")
