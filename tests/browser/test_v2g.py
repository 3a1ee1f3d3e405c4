"""A car that talks by ISO 15118-2: what it says is on the page, message by message, while it charges."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, station
from support.looks import cut_off, violations
from support.visitors import sees, sees_no

Visit = Callable[..., Panel]
MODEL = ("--model", "master-plus-ac")
SMALL = {"width": 320, "height": 568}

pytestmark = pytest.mark.timeout(300)


def messages(panel: Panel) -> None:
    """Go where the messages of the car are."""
    panel.page.goto(f"{panel.address}#/diagnostics/car")
    sees(panel, "talk")


def now(panel: Panel) -> None:
    panel.see("nav-now").click()
    sees(panel, "connector-1")


def line(panel: Panel, name: str) -> Any:
    """The newest line of the messages of that name."""
    return panel.page.locator(f"[data-testid=talk-entry][data-name={name}]").first


def says(panel: Panel, name: str, *texts: str) -> None:
    for text in texts:
        expect(line(panel, name)).to_contain_text(text, timeout=PATIENCE_MS)


def at_first(panel: Panel, what: str) -> Any:
    return panel.see("connector-1").get_by_test_id(what)


def plug_in_a_car_that_talks(panel: Panel) -> None:
    """By the bench alone: its car speaks, and is plugged in."""
    panel.does("talks")
    expect(panel.see("talks")).to_have_attribute("aria-checked", "true", timeout=PATIENCE_MS)
    panel.does("plug")


@pytest.mark.requirement("M-01", "M-10", "R-55")
def test_a_car_talks_is_let_in_by_a_card_and_charges_message_by_message(
    browser: Browser, visit: Visit, tmp_path: Path
) -> None:
    """It asks whether it may charge as long as nobody lets it in; then it says what it needs, and charges."""
    with station(tmp_path, *MODEL) as bench:
        panel = visit(bench.address, LAPTOP)
        sees_no(panel, "car-protocol")
        plug_in_a_car_that_talks(panel)
        expect(at_first(panel, "why")).to_contain_text("waits to be let in", timeout=PATIENCE_MS)
        expect(at_first(panel, "car-protocol")).to_have_text("ISO 15118-2", timeout=PATIENCE_MS)
        messages(panel)
        panel.shows("talk-phase", "The car asks whether it may charge.")
        says(panel, "supportedAppProtocol", "ISO 15118-2")
        says(panel, "SessionSetup", "Says who it is", "Begins a session")
        says(panel, "ServiceDiscovery", "Offers three-phase AC")
        says(panel, "PaymentServiceSelection", "by card or app")
        says(panel, "Authorization", "Asks whether it may charge", "nobody has let it in", "times since")
        bench.ask("present_tag", tag="04A1B2C3")
        says(panel, "Authorization", "It may charge")
        says(panel, "ChargeParameterDiscovery", "would like", "at most 32 A")
        says(panel, "PowerDelivery", "Wants the power on")
        says(panel, "ChargingStatus", "Asks how things stand", "at most 32 A", "times since")
        panel.shows("talk-phase", "The car charges")
        now(panel)
        expect(at_first(panel, "status")).to_have_text("Charging", timeout=PATIENCE_MS)
        expect(at_first(panel, "power")).not_to_contain_text("0.00", timeout=PATIENCE_MS)
        expect(at_first(panel, "car-wants")).to_have_text(re.compile(r"^\d+[.]\d\d$"))
        assert 0 < bench.picture()["world"]["soc_percent"] < 100


@pytest.mark.requirement("M-10")
def test_a_lower_limit_reaches_the_car_in_an_answer_and_a_stop_in_another(
    browser: Browser, visit: Visit, tmp_path: Path
) -> None:
    """Repeats are one line until something is new; the list can be held, searched and unfolded."""
    with station(tmp_path, *MODEL) as bench:
        panel = visit(bench.address, LAPTOP)
        plug_in_a_car_that_talks(panel)
        bench.ask("present_tag", tag="04A1B2C3")
        messages(panel)
        says(panel, "ChargingStatus", "at most 32 A")
        bench.ask("limit_current", limit_ma=10_000)
        says(panel, "ChargingStatus", "at most 10 A", "times since")
        bench.wait(ocpp_status="Charging")
        entries = panel.see("talk-entry")
        few = entries.count()
        panel.see("talk-hold").click()
        panel.see("talk-fold").click()
        expect(panel.see("talk-times")).to_have_count(0)
        assert entries.count() > few
        panel.see("talk-search").fill("supportedAppProtocol")
        expect(entries).to_have_count(1)
        line(panel, "supportedAppProtocol").click()
        panel.shows("talk", '"ProtocolNamespace"')
        panel.see("talk-search").fill("no such word")
        panel.shows("talk", "No message has these words.")
        panel.see("talk-search").fill("")
        panel.see("talk-hold").click()
        bench.ask("stop_charging")
        says(panel, "PowerDelivery", "Wants the power off")
        says(panel, "SessionStop", "Ends the conversation")


@pytest.mark.requirement("M-10")
def test_a_car_that_does_not_talk_and_a_station_that_cannot_have_no_place_for_it(
    bench: Station, visit: Visit
) -> None:
    """An EVNET has neither the chapter, nor the switch at the bench, nor the settings."""
    panel = visit(bench.address, LAPTOP)
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    expect(at_first(panel, "status")).to_have_text("Charging", timeout=PATIENCE_MS)
    sees_no(panel, "car-protocol", "car-wants", "car-soc", "talks")
    panel.page.goto(f"{bench.address}#/diagnostics/messages")
    sees(panel, "ocpp")
    sees_no(panel, "chapter-car")
    panel.page.goto(f"{bench.address}#/settings/charging")
    sees(panel, "field-c_AuthorizationMode")
    sees_no(panel, "field-c_Iso15118")


@pytest.mark.parametrize(("scheme", "language"), [("light", "de"), ("dark", "it")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, visit: Visit, tmp_path: Path, scheme: str, language: str
) -> None:
    with station(tmp_path, *MODEL, "--set", "c_Iso15118=true") as bench:
        bench.ask("car", digital="iso2")
        bench.ask("present_tag", tag="04A1B2C3")
        bench.ask("plug_in")
        bench.wait(ocpp_status="Charging")
        for size in (SMALL, PHONE, LAPTOP):
            panel = visit(bench.address, size, color_scheme=scheme, locale=language)
            expect(at_first(panel, "car-protocol")).to_be_visible(timeout=PATIENCE_MS)
            assert (cut_off(panel), violations(panel)) == ([], [])
            messages(panel)
            expect(line(panel, "ChargingStatus")).to_be_visible(timeout=PATIENCE_MS)
            line(panel, "ChargingStatus").click()
            assert (cut_off(panel), violations(panel)) == ([], [])
            panel.page.goto(f"{bench.address}#/settings/charging")
            sees(panel, "field-c_Iso15118")
            assert (cut_off(panel), violations(panel)) == ([], [])
