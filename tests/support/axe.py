"""What axe-core finds wrong with a page for who reads it with other means than eyes, or with weak ones."""

from typing import Any

from support.browser import Panel
from support.places import ROOT

AXE = ROOT / "web" / "panel" / "node_modules" / "axe-core" / "axe.min.js"


def violations(panel: Panel) -> list[str]:
    """Those of the page as it stands, one line each."""
    panel.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = panel.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
