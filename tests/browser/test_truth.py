"""Whatever dies, at whatever point: the page ends in the truth, and never shows old figures as new."""

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from support.bad_line import BadLine, bad_line
from support.browser import PATIENCE_MS, Panel, Station

Visit = Callable[..., Panel]

pytestmark = pytest.mark.timeout(240)


def agrees(panel: Panel, station: Station) -> None:
    """What the page says is what the station says to any program; it may go on while they are compared."""
    panel.is_live()
    for _ in range(100):
        if panel.says() == _said(station):
            return
        panel.page.wait_for_timeout(100)
    assert panel.says() == _said(station)


def _said(station: Station) -> tuple[str, tuple[str, str], str, int]:
    picture = station.picture()
    connector = picture["connectors"]["1"]
    first, second, *_ = connector["light"]
    backend = "online" if picture["backend"]["connected"] else "offline"
    return connector["why"]["sentence"], (first, second), backend, len(connector["faults"])


def charge(panel: Panel) -> None:
    panel.does("plug")
    panel.shows("why", "A car is plugged in")
    panel.does("tap")
    panel.shows("status", "Charging")


def test_a_killed_host_shows_at_once_and_the_next_one_is_live(bench: Station, visit: Visit) -> None:
    """The page says that nobody answers, and then what the next host says, in a life of its own."""
    panel = visit(bench.address)
    charge(panel)
    epoch = panel.page.locator("html").get_attribute("data-epoch")
    panel.does("host-crash")
    expect(panel.see("connection")).not_to_have_attribute("data-state", "live", timeout=PATIENCE_MS)
    panel.is_live()
    expect(panel.page.locator("html")).not_to_have_attribute("data-epoch", str(epoch), timeout=PATIENCE_MS)
    bench.wait(ocpp_status="Finishing")
    panel.shows("why", "Charging is over")
    agrees(panel, bench)


@pytest.mark.parametrize("button", ["power-cycle", "reset-button"])
def test_a_power_cut_or_a_reset_ends_in_a_closed_session_that_the_page_explains(
    bench: Station, visit: Visit, button: str
) -> None:
    """Board and host die; the plug is still in, and the page says what to do."""
    panel = visit(bench.address)
    charge(panel)
    epoch = panel.page.locator("html").get_attribute("data-epoch")
    panel.does(button)
    expect(panel.page.locator("html")).not_to_have_attribute("data-epoch", str(epoch), timeout=PATIENCE_MS)
    panel.is_live()
    panel.shows("why", "Charging is over")
    bench.wait(ocpp_status="Finishing")
    agrees(panel, bench)


@pytest.mark.requirement("E-50")
def test_a_cut_network_is_offline_on_chip_and_ring_and_charging_goes_on(bench: Station, visit: Visit) -> None:
    """Offline, Available is yellow and Charging blinks green and grey; restored, both are as before."""
    panel = visit(bench.address)
    panel.glows("#0000ff")
    panel.does("network")
    panel.is_state("backend", "offline")
    panel.glows("#ffff00")
    charge(panel)
    panel.glows("#00ff00", "#202020")
    panel.does("network")
    panel.is_state("backend", "online")
    panel.glows("#00ff00")
    panel.shows("status", "Charging")


def test_a_page_whose_connection_is_cut_says_so_and_comes_back_with_what_it_missed(
    bench: Station, visit: Visit
) -> None:
    """The session goes on meanwhile, and the page that comes back has its whole curve."""
    with bad_line(bench.address) as line:
        panel = visit(line.address)
        charge(panel)
        line.cut()
        expect(panel.see("connection")).not_to_have_attribute("data-state", "live", timeout=PATIENCE_MS)
        panel.shows("why", "No connection to the station")
        bench.ask("unplug")
        bench.wait(ocpp_status="Available")
        line.mend()
        panel.is_live()
        panel.shows("why", "Ready. Plug in a car.")
        agrees(panel, bench)


def test_a_line_that_falls_silent_without_a_word_is_noticed(bench: Station, visit: Visit) -> None:
    """A phone out of range: no socket ends, yet within seconds the page shows nothing as present."""
    with bad_line(bench.address) as line:
        panel = visit(line.address)
        charge(panel)
        line.freeze()
        panel.is_state("connection", "stale")
        assert panel.ring() == ("none", "none")
        line.mend()
        panel.is_live()
        agrees(panel, bench)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_sequence_of_deaths_ends_in_the_truth(bench: Station, visit: Visit, seed: int) -> None:
    """Host, power, network, the page's own line and the bench's acts, at random points of time."""
    chance = random.Random(seed)
    with bad_line(bench.address) as line:
        panel = visit(line.address)
        for _ in range(6):
            _strike(chance, bench, line)
            panel.page.wait_for_timeout(chance.randrange(20, 900))  # the point of time is what is random here
        line.mend()
        bench.ask("network", up=True)
        bench.wait(connected=True)
        panel.is_live()
        agrees(panel, bench)


def _strike(chance: random.Random, bench: Station, line: BadLine) -> None:
    blow = chance.choice(["plug", "tap", "unplug", "crash", "power", "network", "cut", "mend", "freeze"])
    match blow:
        case "plug":
            bench.line.answer("plug_in")
        case "tap":
            bench.line.answer("present_tag", tag="04A1B2C3")
        case "unplug":
            bench.line.answer("unplug")
        case "crash":
            bench.line.answer("host_crash")
        case "power":
            bench.line.answer("power_cycle")
        case "network":
            bench.line.answer("network", up=chance.random() < 0.5)
        case "cut":
            line.cut()
        case "mend":
            line.mend()
        case _:
            line.freeze()
