"""Pages that are drawn from tables are in step with them."""

import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pilotline.links.ocpp.about import ABOUT
from pilotline.wire.ocpp import v16
from support.places import ROOT


@pytest.mark.parametrize(
    "script",
    [
        "link_reference.py",
        "fault_reference.py",
        "light_reference.py",
        "limit_reference.py",
        "operations_reference.py",
        "refusal_reference.py",
        "ocpp_reference.py",
        "v2g_reference.py",
        "messages.py",
    ],
)
def test_the_page_is_in_step(script: str) -> None:
    """Each page in ``docs/reference``, and the page's English, is what its script draws now."""
    drawn = runpy.run_path(str(ROOT / "scripts" / script))
    pages: Mapping[Path, Callable[[], str]] = drawn.get("PAGES") or {drawn["TARGET"]: drawn["page"]}
    for target, page in pages.items():
        there = target.read_text(encoding="utf-8") if target.exists() else "missing"
        assert there == page(), f"run: .venv/bin/python scripts/{script}"


def test_every_action_is_told_of_in_each_direction_it_has() -> None:
    """The backend's calls with what they do and their answers, the station's own with when they go out."""
    assert list(ABOUT) == list(v16.ACTIONS)
    for action in v16.ACTIONS.values():
        about = ABOUT[action.name]
        asked = v16.Role.CENTRAL_SYSTEM in action.senders
        assert bool(about.asked) is bool(about.words) is asked
        assert bool(about.told) is (v16.Role.CHARGE_POINT in action.senders)


@pytest.mark.parametrize("action", [each for each in v16.ACTIONS.values() if ABOUT[each.name].words])
def test_the_words_told_of_are_the_answers_own(action: v16.Action) -> None:
    """All words OCPP has for the answer, but those a station of ours never says."""
    hint = action.answer.__annotations__.get("status")
    words = {word for word in ABOUT[action.name].words if not word.startswith("CALLERROR")}
    assert words <= ({each.value for each in hint} if hint else set())
