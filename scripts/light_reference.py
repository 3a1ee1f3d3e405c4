#!/usr/bin/env python
"""Draw `docs/reference/lights.md` from the charger models (`[colours]`, `[ring]`, `[signs]`, `[leds]`)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pilotline.models.document import open_document
from pilotline.models.reader import list_models, load_charger
from pilotline.vocabulary.board import HOST_LOST_LIGHT, Light
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.lights import STATES, Cue, Glow, ModuleState

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "lights.md"
Names = Mapping[int, str]

INTRODUCTION = """\
<!-- Drawn by scripts/light_reference.py; change the models' tables and run it again. -->
# Lights

What each light of a charger means, model by model. The ring (on the Master Plus one light a socket) shows
the strongest of what there is to say; the first line of a first table is the strongest. A light that blinks
shows each of its two colours for half a second; dark grey is as good as off. `LightIntensity` dims all of the
ring, from 100 % down to 0, which is dark.

Two things hold for every model: before the first status the ring is dark, and while the safety module hears
no host it {host_lost} at full brightness, whatever it was told before.

The colours are the data of a model (`[ring]`, `[signs]`, `[leds]` in its file), and a model of your own may
have others. What no model may have is anything that hides a fault: a file that tries is refused.
"""

CUES = {
    Cue.FAULT: "A fault keeps it from charging: the row of its status, below, and nothing else",
    Cue.ASKING: "A card has been read, and perhaps the operator is being asked",
    Cue.REFUSED: "The card was refused",
    Cue.ACCEPTED: "The card was accepted, to begin a session or to end it",
    Cue.UPDATE: "Firmware is being written",
    Cue.ALLOWED: "Somebody may charge, and no current flows yet",
    Cue.STATUS: "Nothing of all that: the row of its status",
}
STATE_WORDS = {
    ModuleState.OFF: "not working, or nothing is known of it",
    ModuleState.RUNNING: "running",
    ModuleState.CONNECTED: "connected, nothing is said",
    ModuleState.COMMUNICATING: "connected, and communicating",
    ModuleState.SEARCHING: "searching for a network, or waiting for the SIM to be let in",
    ModuleState.REGISTERED: "in the network",
    ModuleState.DATA: "exchanging data",
    ModuleState.POWERED: "has power",
    ModuleState.WORKING: "working",
}


def page() -> str:
    """The whole page; models that show the same share their tables."""
    shown: dict[str, list[str]] = {}
    for name in list_models():
        shown.setdefault("\n".join(_tables(load_charger(name), _names(name))), []).append(name)
    parts = [f"\n## {_together(models)}\n\n{text}" for text, models in shown.items()]
    host_lost = _blinks(HOST_LOST_LIGHT, {0xFF0000: "red", 0x202020: "dark grey"})
    return "\n".join([INTRODUCTION.format(host_lost=host_lost), *parts, ""]).replace("\n\n\n", "\n\n")


def _together(models: Sequence[str]) -> str:
    return " and ".join(f"`{each}`" for each in models)


def _names(model: str) -> Names:
    colours = open_document("chargers", model).root.child("colours").table()
    return {node.value: name.replace("_", " ") for name, node in colours.items()}


def _tables(model: ChargerModel, names: Names) -> Iterable[str]:
    yield from ["| over the status | online | offline | for |", "|---|---|---|---|"]
    for cue in model.signs.order:
        row = model.signs.rows.get(cue)
        lights = f"{_light(row.online, names)} | {_light(row.offline, names)}" if row else "– | –"
        yield f"| {CUES[cue]} | {lights} | {_lasts(cue, row.for_ms if row else 0)} |"
    yield from ["", "| status | online | offline |", "|---|---|---|"]
    for status, row in model.ring.items():
        yield f"| {status.value} | {_light(row.online, names)} | {_light(row.offline, names)} |"
    if model.leds:
        yield from ["", "| small light of | when it is | shows |", "|---|---|---|"]
        yield from _small(model, names)


def _small(model: ChargerModel, names: Names) -> Iterable[str]:
    for module, rows in model.leds.items():
        for state in STATES[module]:
            glows = " and ".join(_glow(each, names) for each in rows.get(state, ())) or "dark"
            yield f"| {module.value} | {STATE_WORDS[state]} | {glows} |"


def _lasts(cue: Cue, for_ms: int) -> str:
    if not for_ms:
        return "as long as it is so"
    return f"{for_ms / 1_000:g} s" + (", or until the answer" if cue is Cue.ASKING else "")


def _light(light: Light, names: Names) -> str:
    words = _blinks(light, names) if light.blinks else names[light.first]
    return words + ("" if light.percent == 100 else f", at {light.percent} %")


def _blinks(light: Light, names: Names) -> str:
    return f"blinks {names[light.first]} and {names[light.second]}"


def _glow(glow: Glow, names: Names) -> str:
    times = f", {glow.on_ms} ms on, {glow.off_ms} ms off" if glow.off_ms else ""
    share = "" if glow.percent == 100 else f", at {glow.percent} %"
    return names[glow.colour] + times + share


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
