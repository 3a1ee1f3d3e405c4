"""Whoever reads German or Italian is answered in it: why, refusals, troubles, what tests found."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.browser import Panel, Station, closed_station

Visit = Callable[..., Panel]
ENGLISH = ("Not possible", "Only ", "The ", "There is ", "somebody", "interface", " is ")
"""Words that no German sentence of these has."""


@pytest.fixture
def german(bench: Station, visit: Visit) -> Panel:
    """A page on a virtual station, for somebody whose telephone speaks German."""
    return visit(bench.address, locale="de-DE")


def without_english(panel: Panel, what: str) -> None:
    """No sentence of this part is the station's own."""
    text = panel.see(what).inner_text()
    assert not [word for word in ENGLISH if word in text], text


def go(panel: Panel, *path: str) -> None:
    panel.page.goto(f"{panel.address}#/{'/'.join(path)}")


def enter(panel: Panel, key: str, text: str) -> None:
    """Set a key as a person does."""
    field = panel.see(f"input-{key}")
    field.fill(text)
    field.press("Enter")


@pytest.mark.requirement("E-71")
def test_why_is_said_in_the_reader_s_language(bench: Station, german: Panel) -> None:
    """Waiting, charging, who limits it, a pause: by codes and words, as the station goes on."""
    german.shows("why", "Bereit. Stecken Sie ein Auto an.")
    bench.ask("plug_in")
    bench.ask("start_charging")
    german.shows("why", "Lädt. Die Station selbst gibt höchstens 32 A.")
    bench.ask("limit_current", limit_ma=13_500)
    german.shows("why", "Sie haben den Strom auf 13,5 A begrenzt.")
    bench.ask("limit_current", limit_ma=0)
    german.shows("why", "Sie haben das Laden angehalten.")


def test_what_keeps_the_operator_away_is_said_in_the_reader_s_language(bench: Station, german: Panel) -> None:
    """The trouble of the line has words of its own, though it comes from a driver."""
    bench.ask("network", up=False)
    go(german, "settings", "operator")
    german.is_state("backend", "offline")
    german.shows("backend-state", "Das Netz ist unterbrochen.")
    without_english(german, "backend-state")


def test_a_setting_is_refused_in_the_reader_s_language(german: Panel) -> None:
    """At its field, with what is possible and what stands."""
    go(german, "settings", "station")
    enter(german, "TimeZone", "nowhere")
    german.shows("field-TimeZone-error", "Name einer Zeitzone der IANA")
    without_english(german, "field-TimeZone-error")
    go(german, "settings", "operator")
    enter(german, "c_BackendUrl", "http://x")
    german.shows("field-c_BackendUrl-error", "Die Adresse muss mit ws:// oder wss:// beginnen.")
    without_english(german, "field-c_BackendUrl-error")


def test_a_number_has_the_decimal_sign_of_the_reader(bench: Station, german: Panel) -> None:
    """What is shown may be typed, and the station keeps its own way of writing it."""
    go(german, "settings", "installation")
    enter(german, "c_MainFuseLimit", "40,5")
    german.shows("field-c_MainFuseLimit-note", "")
    german.see("input-c_MainFuseLimit").press("Tab")
    assert german.see("input-c_MainFuseLimit").input_value() == "40,5"
    assert bench.ask("config_get", keys=["c_MainFuseLimit"]) == {"c_MainFuseLimit": "405"}


@pytest.mark.requirement("E-26")
def test_a_measurement_is_refused_in_the_reader_s_language(bench: Station, german: Panel) -> None:
    """While a car is there the leakage monitor's offset is not measured, and the page says what to do."""
    bench.ask("plug_in")
    go(german, "diagnostics", "checks")
    german.see("compensate").click()
    german.see("compensate-sure").click()
    german.shows("checks-problem", "Stecken Sie zuerst das Auto ab.")


def test_what_tests_found_is_said_in_the_reader_s_language(bench: Station, german: Panel) -> None:
    """Every test's name, what it found and its advice, a note among them."""
    bench.ask("config_set", key="c_VoltageProtectionOffset", value="20")
    go(german, "diagnostics", "checks")
    german.see("self-test").click()
    german.shows("self-test-settings", "Das Spannungsfenster ist um 20 V erweitert")
    german.shows("self-test-light", "Der Ring sollte in")
    german.shows("self-test-network", "Ethernet ist der erste Weg, der funktioniert.")
    without_english(german, "self-tests")


def test_the_log_is_in_the_reader_s_language(bench: Station, german: Panel) -> None:
    """Who changed a setting, which way to the operator is used, why the station started."""
    bench.ask("config_set", key="c_DeviceLimit_I", value="200")
    go(german, "diagnostics", "log")
    german.shows("log", "geändert, durch jemanden als Betreiber.")
    german.shows("log", "Ethernet wird benutzt, der Hauptweg.")
    without_english(german, "log")


@pytest.mark.parametrize(
    ("language", "words"), [("de-DE", "Das Passwort ist zu kurz"), ("it-IT", "La password è troppo corta")]
)
def test_a_weak_first_password_is_refused_in_the_reader_s_language(
    browser: Browser, tmp_path: Path, language: str, words: str
) -> None:
    """Before anybody has said which language the station speaks."""
    with closed_station(tmp_path) as fresh:
        context = browser.new_context(locale=language)
        panel = Panel(context.new_page(), fresh.address)
        panel.page.goto(fresh.address)
        panel.see("setup-next").click()
        panel.see("input-first-name").fill("Anna")
        panel.see("input-first-password").fill("kurz")
        panel.see("setup-next").click()
        panel.shows("first-password-error", words)
        context.close()
