"""The tables of lights in a model file: what they become, and what is refused at which key."""

from importlib import resources

import pytest

from pilotline.models.document import parse
from pilotline.models.reader import ModelError, list_models, load_charger, read_charger
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.lights import (
    MOMENTARY,
    STATUS_ALONE,
    Cue,
    Glow,
    Module,
    ModuleState,
    SignRow,
    Signs,
)
from pilotline.vocabulary.status import ConnectorStatus

NAME = "master-plus-ac"
SOURCE = (resources.files("pilotline.models") / "chargers" / f"{NAME}.toml").read_text("utf-8")
SIGNS = SOURCE[SOURCE.index("[signs]") : SOURCE.index("# M-31, the small lights")]
LEDS = SOURCE[SOURCE.index("[leds]") : SOURCE.index("[meter]")]
UPDATE, CPU = 'update = ["white", "dark_grey"]', "cpu = { running = {"


def changed(old: str, new: str) -> str:
    """The model's text with one place changed."""
    assert SOURCE.count(old) == 1, f"{old!r} is not unique"
    return SOURCE.replace(old, new)


def model_of(text: str) -> ChargerModel:
    return read_charger(parse(f"{NAME}.toml", text.encode()))


@pytest.mark.requirement("R-35")
@pytest.mark.parametrize("name", list_models())
def test_every_model_shows_cards_over_the_status_and_faults_over_cards(name: str) -> None:
    """What is shown is known for both lines, and acknowledgements are short."""
    signs = load_charger(name).signs
    assert set(signs.rows) >= MOMENTARY
    assert signs.order[0] is Cue.FAULT
    assert all(500 <= signs.rows[cue].for_ms <= 2_000 for cue in MOMENTARY)


def test_a_sign_is_a_light_and_how_long_or_a_row_like_the_ring_s() -> None:
    """``{ light, for_ms }``, one light for both lines, or one each."""
    signs = load_charger(NAME).signs
    asking, white = Light(0xFFFFFF, 0x202020), Light(0xFFFFFF, 0xFFFFFF)
    assert signs.rows[Cue.ASKING] == SignRow(asking, asking, 500)
    assert signs.rows[Cue.ACCEPTED] == SignRow(white, white, 1_500)
    assert signs.rows[Cue.UPDATE] == SignRow(asking, asking)
    assert signs.rows[Cue.ALLOWED] == SignRow(Light(0x0000FF, 0x202020), Light(0x8000FF, 0x202020))


def test_a_light_may_have_a_brightness_of_its_own() -> None:
    """In the ring, in the signs and of a small light; without it, it is all there is."""
    dark = 'Unavailable = "dark_grey"'
    text = changed(dark, 'Unavailable = { colours = "white", percent = 5 }')
    assert model_of(text).ring[ConnectorStatus.UNAVAILABLE].online == Light(0xFFFFFF, 0xFFFFFF, 5)
    assert model_of(text).ring[ConnectorStatus.RESERVED].offline.percent == 5
    pair = '{ online = { colours = ["red", "white"], percent = 40 }, offline = "red" }'
    row = model_of(changed(dark, f"Unavailable = {pair}")).ring[ConnectorStatus.UNAVAILABLE]
    assert (row.online, row.offline) == (Light(0xFF0000, 0xFFFFFF, 40), Light(0xFF0000, 0xFF0000))
    lit = model_of(changed(CPU, CPU + " percent = 20,"))
    assert lit.leds[Module.CPU][ModuleState.RUNNING] == (Glow(0x0000FF, 0, 500, 500, 20),)


def test_a_model_without_signs_and_small_lights_is_one() -> None:
    """It shows statuses, faults among them, and nothing else."""
    bare = model_of(SOURCE.replace(SIGNS, "").replace(LEDS, ""))
    assert (bare.signs, bare.leds) == (STATUS_ALONE, {})


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('order = ["fault", "asking",', 'order = ["asking", "fault",', "signs.order",
         "order begins with fault, which nothing hides, and ends with status"),
        ('"allowed", "status"]', '"status", "allowed"]', "signs.order",
         "order begins with fault, which nothing hides, and ends with status"),
        ('"update", "allowed", "status"]', '"update", "update", "allowed", "status"]', "signs.order",
         "order names no cue twice"),
        ('"update", "allowed", "status"]', '"allowed", "status"]', "signs.order",
         "order names fault, status and each cue that has a row"),
        ('"update", "allowed", "status"]', '"updat", "allowed", "status"]', "signs.order[4]",
         '"updat" is none of ' + ", ".join(cue.value for cue in Cue)),
        (UPDATE, 'updat = "white"', "signs.updat",
         '"updat" is none of ' + ", ".join(cue.value for cue in Cue)),
        (UPDATE, 'fault = "white"', "signs.order", "order names fault, status and each cue that has a row"),
        (UPDATE, 'update = { light = "white" }', "signs.update.for_ms", "missing"),
        (UPDATE, 'update = { light = "white", for_ms = 500 }', "signs",
         "update: for_ms is given for a card's acknowledgements, only there"),
        ('"red", "white"], for_ms = 2_000', '"red", "white"], for_ms = 20_000', "signs",
         "refused: for_ms is 100 to 5000"),
        ('"red", "white"], for_ms = 2_000', '"red", "white"], until_ms = 2_000', "signs.refused.until_ms",
         "unknown key"),
        (UPDATE, 'update = { colours = "white", percent = 0 }', "signs.update.percent",
         "percent is 1 to 100"),
        (UPDATE, 'update = { colours = "whit" }', "signs.update.colours",
         '"whit" is no colour of [colours]; did you mean white?'),
        (CPU, "cpu = { sleeping = {", "leds.cpu.sleeping",
         '"sleeping" is none of ' + ", ".join(state.value for state in ModuleState)),
        (CPU, "fan = { running = {", "leds.fan", '"fan" is none of cpu, ethernet, modem, plc'),
        (CPU, "cpu = { data = {", "leds", "leds: cpu has rows for running"),
        ('searching = "green"\n', "", "leds", "leds: modem has rows for searching, registered, data"),
        ("on_ms = 800, off_ms = 800", "on_ms = 800", "leds.modem.registered",
         "on_ms and off_ms are given together, each above 0; without them it is steady"),
        ("on_ms = 800, off_ms = 800", "on_ms = 800, off_ms = 0", "leds.modem.registered",
         "on_ms and off_ms are given together, each above 0; without them it is steady"),
        ("on_ms = 800, off_ms = 800", "on_ms = 800, of_ms = 800", "leds.modem.registered.of_ms",
         "unknown key; did you mean off_ms?"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_at_its_key(old: str, new: str, key: str, reason: str) -> None:
    """In words for people."""
    with pytest.raises(ModelError) as caught:
        model_of(changed(old, new))
    assert (caught.value.key, caught.value.reason) == (key, reason)
    assert caught.value.line is not None


def test_an_order_needs_its_fault_even_alone() -> None:
    """No order at all is none that ends with the status."""
    with pytest.raises(ValueError, match="order begins with fault"):
        Signs(())
