"""The page's figures: `.venv/bin/python bench/page.py`, four minutes; nothing passes or fails.

Bytes of the first load; first paint in a slow browser; memory of the host without a visitor, with five pages
open; from relay to pixel; what axe finds on every page. A real station, Debian's Chromium, loopback.
"""

import gzip
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pilotline.panel.files import PAGE
from pilotline.runtime.clocks import CoreClock, local_time
from support.axe import violations
from support.browser import CHROMIUM, LAPTOP, PHONE, Panel, Station, chromium, closed_station, station
from support.visitors import settle

__all__ = ["CHROMIUM", "rows"]

PAGES = 5
ROUNDS = 20
PAINTS = 7
SETTLED_MS = 700
"""What a page that is looked at may take to be drawn before axe looks at it."""
ROUTES = (
    "", "history", "people", "setup",
    *(f"settings/{each}" for each in (
        "charging", "plan", "cards", "price", "installation", "operator", "station", "all")),
    *(f"diagnostics/{each}" for each in (
        "faults", "live", "limits", "log", "messages", "checks", "sessions", "support")),
)  # fmt: skip
"""Every page and chapter; the sign-in and the first set-up come before them."""
SLOWED = 6
"""A phone of some years ago: the browser's CPU is slowed this many times."""
_PAINTED = """() => new Promise((resolve) => {
  const said = () => document.querySelector('[data-testid=why]')?.textContent?.includes('Ready');
  const done = () => requestAnimationFrame(() => setTimeout(() => resolve({
    first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    truth: performance.now(),
  })));
  if (said()) { done(); return; }
  new MutationObserver((_, observer) => {
    if (!said()) return;
    observer.disconnect();
    done();
  }).observe(document, { subtree: true, childList: true, characterData: true });
})"""
"""Milliseconds from the navigation to the first paint, and to one that says why the station waits."""
_SEEN = """() => new Promise((resolve) => {
  const status = document.querySelector('[data-testid=status]');
  new MutationObserver((_, observer) => {
    if (!status.textContent.includes('Charging')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})"""
"""The time at which a frame that says Charging has been painted."""


def pss_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def first_load() -> tuple[int, int]:
    """Bytes of what the page needs before it shows anything, and of all of it, gzip."""
    html = (PAGE / "index.html").read_text()
    files = [path for path in (PAGE / "assets").iterdir() if path.suffix in (".js", ".css")]
    first = [path for path in files if path.name in html]
    page = len(gzip.compress(html.encode(), 9))
    return page + _packed(first), page + _packed(files)


def _packed(files: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def visit(browser: Browser, bench: Station) -> Panel:
    return Panel(browser.new_context().new_page(), bench.address).open()


def relay_to_pixel(bench: Station, panel: Panel) -> list[float]:
    """Milliseconds from closed contacts in the world to a painted frame that says Charging, ± one look."""
    found: list[float] = []
    for _ in range(ROUNDS):
        bench.ask("plug_in")
        panel.shows("why", "A car is plugged in")
        panel.page.evaluate(f"window.seen = ({_SEEN})(); undefined")
        bench.line.begin("present_tag", tag="04A1B2C3")
        while not any(bench.ask("world_view")["contacts"]):  # the world tells nobody: it is looked at
            pass
        closed = local_time().timestamp() * 1_000
        found.append(float(panel.page.evaluate("window.seen")) - closed)
        bench.ask("unplug")
        bench.wait(ocpp_status="Available")
        panel.shows("why", "Ready")
    return found


def paints(browser: Browser, bench: Station) -> tuple[list[float], list[float]]:
    """First paint, and first paint of the truth (ms), each time in a browser that knows nothing yet."""
    first: list[float] = []
    truth: list[float] = []
    for _ in range(PAINTS):
        context = browser.new_context()
        tab = context.new_page()
        context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        tab.goto(bench.address, wait_until="commit")
        seen = tab.evaluate(_PAINTED)
        first.append(seen["first"])
        truth.append(seen["truth"])
        context.close()
    return first, truth


def _spread(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ms, {len(times)} runs, {min(times):.0f} to {max(times):.0f}"


def _found_at(browser: Browser, address: str, routes: Sequence[str]) -> list[str]:
    """What axe finds there, on phone and desk, light and dark; each with where it was."""
    found: list[str] = []
    for size, scheme in product((PHONE, LAPTOP), ("light", "dark")):
        context = browser.new_context(viewport=size, color_scheme=scheme)  # pyright: ignore[reportArgumentType]
        panel = Panel(context.new_page(), address)
        for route in routes:
            panel.page.goto(f"{address}#/{route}")
            panel.page.wait_for_timeout(SETTLED_MS)
            found += [f"{route or 'now'}, {size['width']} px, {scheme}: {each}" for each in violations(panel)]
        context.close()
    return found


def axe_row(browser: Browser) -> tuple[str, str]:
    """How many violations there are on how many views; each is printed beside the table."""
    with tempfile.TemporaryDirectory() as folder, closed_station(Path(folder)) as bench:
        found = _found_at(browser, bench.address, ("",))  # the set-up of a new station
        settle(bench.address, {}).close()
        found += _found_at(browser, bench.address, ("",))  # the sign-in
    with tempfile.TemporaryDirectory() as folder, station(Path(folder)) as bench:
        bench.ask("plug_in")
        bench.ask("present_tag", tag="04A1B2C3")
        bench.wait(ocpp_status="Charging")
        found += _found_at(browser, bench.address, ROUTES)
    for each in found:
        print(each, file=sys.stderr)
    return "violations found by axe", f"{len(found)} on {4 * (len(ROUTES) + 2)} views"


def rows() -> list[tuple[str, str]]:
    """What was measured, for this table and for that of `bench/run.py`."""
    first, whole = first_load()
    found = [("first load of the page, gzip", f"{first:,} bytes, with all its pages {whole:,}")]
    with chromium() as browser, tempfile.TemporaryDirectory() as folder, station(Path(folder)) as bench:
        host = bench.ask("pids")["host"]
        found.append(("PSS of the host before the first visitor", f"{pss_mib(host):.1f} MiB"))
        first_ms, truth_ms = paints(browser, bench)
        found.append((f"first paint, CPU slowed {SLOWED} times", _spread(first_ms)))
        found.append((f"why it waits is painted, CPU slowed {SLOWED} times", _spread(truth_ms)))
        panels = [visit(browser, bench) for _ in range(PAGES)]
        before, clock = cpu_s(host), CoreClock()
        panels[0].page.wait_for_timeout(15_000)
        used = (cpu_s(host) - before) / (clock.now() / 1e6)
        found.append(
            (f"PSS of the host, {PAGES} pages open, idle", f"{pss_mib(host):.1f} MiB, {used:.1%} of a core")
        )
        for panel in panels[1:]:
            panel.page.context.close()
        found.append(("relay closed to pixel", _spread(relay_to_pixel(bench, panels[0]))))
        panels[0].page.context.close()
        found.append(axe_row(browser))
    return found


if __name__ == "__main__":
    for what, figure in rows():
        print(f"{what:<46}  {figure}")
