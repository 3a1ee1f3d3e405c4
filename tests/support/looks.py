"""What axe-core finds wrong with a page, and whether anything of it is cut off."""

from typing import Any

from support.browser import Panel
from support.places import ROOT

AXE = ROOT / "web" / "panel" / "node_modules" / "axe-core" / "axe.min.js"


def violations(panel: Panel) -> list[str]:
    """What axe-core finds wrong with the page as it stands, one line each."""
    panel.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = panel.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def cut_off(panel: Panel) -> list[str]:
    """The parts that reach beyond the page's right edge, where it can be scrolled sideways at all."""
    found: list[str] = panel.page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((each) => each.getBoundingClientRect().right > width + 1)
            .map((each) => each.outerHTML.slice(0, 120));
        }"""
    )
    return found
