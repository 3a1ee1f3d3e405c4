"""People: who may use the page and as what; nobody takes the last operator away."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.looks import cut_off, violations
from support.visitors import OPERATOR, PASSWORD, sees, sees_no, settle, sign_in

Come = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}

pytestmark = [pytest.mark.timeout(240), pytest.mark.requirement("M-14")]


@pytest.fixture
def closed(browser: Browser, tmp_path: Path) -> Generator[Station]:
    """A station with an operator and a user."""
    with closed_station(tmp_path) as found:
        settle(found.address, {"Uwe": ("user", "")}).close()
        yield found


@pytest.fixture
def come(browser: Browser) -> Generator[Come]:
    """Opens the page of people as somebody."""
    panels: list[Panel] = []

    def open_page(address: str, name: str, viewport: dict[str, int] = PHONE, **context: Any) -> Panel:
        page = browser.new_context(viewport=viewport, **context).new_page()  # pyright: ignore[reportArgumentType]
        panels.append(Panel(page, address))
        page.goto(f"{address}#/people")
        sign_in(panels[-1], name)
        sees(panels[-1], "myself")
        return panels[-1]

    yield open_page
    for panel in panels:
        panel.page.context.close()
    assert [complaint for panel in panels for complaint in panel.complaints] == []


def test_an_operator_adds_changes_and_removes_people(closed: Station, come: Come) -> None:
    panel = come(closed.address, OPERATOR)
    panel.see("new-name").fill("Gina")
    panel.see("new-role").select_option("guest")
    panel.see("new-password").fill("password123")
    panel.see("add-person").click()
    expect(panel.page.locator("[aria-invalid=true]")).to_have_count(1, timeout=PATIENCE_MS)
    panel.see("new-password").fill(PASSWORD)
    panel.see("add-person").click()
    panel.shows("people-told", "Gina was added.")
    panel.shows("person-Gina", "Guest")
    panel.see("change-Gina").click()
    panel.see("role-Gina").select_option("user")
    panel.shows("person-Gina", "User ·")
    panel.see("remove-Gina").click()
    panel.see("remove-Gina-sure").click()
    expect(panel.see("person-Gina")).to_have_count(0, timeout=PATIENCE_MS)


def test_the_last_operator_stays_one_and_the_reason_is_at_the_field(closed: Station, come: Come) -> None:
    panel = come(closed.address, OPERATOR)
    panel.see(f"change-{OPERATOR}").click()
    panel.see(f"role-{OPERATOR}").select_option("user")
    expect(panel.see(f"of-{OPERATOR}-error")).to_be_visible(timeout=PATIENCE_MS)
    panel.shows(f"person-{OPERATOR}", "Operator")
    assert panel.see(f"role-{OPERATOR}").input_value() == "operator"


def test_a_user_changes_his_own_password_and_sees_no_other_person(closed: Station, come: Come) -> None:
    panel = come(closed.address, "Uwe")
    panel.shows("people-locked", "Operator")
    sees_no(panel, f"person-{OPERATOR}", "add-person")
    panel.see("my-password").click()
    panel.see("old-password").fill("not mine at all")
    panel.see("my-new-password").fill("another long password")
    panel.see("my-password-save").click()
    expect(panel.page.locator("[aria-invalid=true]")).to_have_count(1, timeout=PATIENCE_MS)
    panel.see("old-password").fill(PASSWORD)
    panel.see("my-password-save").click()
    panel.shows("my-told", "Your password was changed.")


def test_signing_out_everywhere_ends_the_other_browser_too(closed: Station, come: Come) -> None:
    one, two = come(closed.address, "Uwe"), come(closed.address, "Uwe", LAPTOP)
    one.see("sign-out-everywhere").click()
    one.see("sign-out-everywhere-sure").click()
    for panel in (one, two):
        sees(panel, "sign-in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(closed: Station, come: Come, scheme: str) -> None:
    for size in (SMALL, LAPTOP):
        panel = come(closed.address, OPERATOR, size, color_scheme=scheme)
        panel.see("change-Uwe").click()
        panel.see("my-password").click()
        assert cut_off(panel) == []
        assert violations(panel) == []
