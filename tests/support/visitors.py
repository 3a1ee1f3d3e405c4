"""People of a station, and how a page is used by one of them."""

from collections.abc import Mapping
from typing import Any

import httpx
from playwright.sync_api import expect

from support.browser import PATIENCE_MS, Panel

PASSWORD = "a long enough password"
OPERATOR = "Olga"
CARD = "04A1B2C3"


def settle(address: str, people: Mapping[str, tuple[str, str]]) -> httpx.Client:
    """Make Olga the operator, and others by name with their role and card; Olga's own client comes back."""
    olga = httpx.Client(base_url=address, timeout=20)
    olga.post("api/first-person", json={"name": OPERATOR, "password": PASSWORD}).raise_for_status()
    for name, (role, card) in people.items():
        person = {"name": name, "role": role, "password": PASSWORD, "card": card}
        olga.post("api/people", json=person).raise_for_status()
    return olga


def sign_in(panel: Panel, name: str, password: str = PASSWORD) -> None:
    """Fill in the form that stands there, and press."""
    panel.see("name").fill(name)
    panel.see("password").fill(password)
    panel.see("enter").click()


def sees(panel: Panel, what: str) -> None:
    expect(panel.see(what)).to_be_visible(timeout=PATIENCE_MS)


def sees_no(panel: Panel, *things: str) -> None:
    for what in things:
        expect(panel.see(what)).to_have_count(0)


def heading(panel: Panel) -> Any:
    """The heading of the page that is shown."""
    return panel.page.get_by_role("heading", level=1)
