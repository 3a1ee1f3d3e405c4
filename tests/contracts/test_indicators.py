"""One battery for every place where lights are shown: what a person sees there is what the scene says."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.drivers.boards.indicators import (
    Animation,
    PageIndicators,
    ShownSignals,
    StripIndicators,
    apa102,
)
from pilotline.drivers.boards.ports import PortError
from pilotline.models.reader import load_charger
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.lights import Glow, Module, ModuleState, Scene, dimmed, glow_of, scene_of
from pilotline.vocabulary.status import AuthStatus
from pilotline.vocabulary.time import MS, SECOND
from support.light_stands import STANDS, LightStand, StripStand, TerminalStand
from support.station_bench import StationBench

MASTER = load_charger("master-plus-ac")
BLUE, GREEN, RED, WHITE, GREY = 0x0000FF, 0x00FF00, 0xFF0000, 0xFFFFFF, 0x202020
DARK = {(), (0,), (0, 0, 0)}


@pytest.fixture(params=STANDS)
def stand(request: pytest.FixtureRequest) -> LightStand:
    """Each place in turn."""
    return STANDS[request.param]()


def ring(light: Light, number: int = 1) -> Scene:
    return scene_of({number: light}, {})


def watch(stand: LightStand, scene: Scene, begin: int, end: int, name: str) -> list[tuple[int, int]]:
    """What one light shows from ``begin`` to ``end``, looked at each 10 ms: each colour with its ms."""
    seen: list[tuple[int, int]] = []
    for now in range(begin, end, 10 * MS):
        stand.indicators.show(scene, now)
        (colour,) = stand.seen(now)[name]
        if not seen or seen[-1][1] != colour:
            seen.append((now // MS, colour))
    return seen


# --- what is shown ----------------------------------------------------------------------------------


@pytest.mark.requirement("E-50")
@pytest.mark.parametrize("colour", [BLUE, GREEN, RED, 0xFF7F00, 0x8B4513, 0x123456])
def test_a_steady_light_is_its_colour(stand: LightStand, colour: int) -> None:
    """Each channel in its place, now and ever."""
    assert watch(stand, ring(Light(colour, colour)), 0, 3 * SECOND, "1") == [(0, colour)]


@pytest.mark.requirement("E-50")
def test_a_light_that_blinks_changes_each_half_second(stand: LightStand) -> None:
    """From its first colour, whenever that began."""
    shown = watch(stand, ring(Light(BLUE, GREY)), 330 * MS, 2_330 * MS, "1")
    assert shown == [(330, BLUE), (830, GREY), (1_330, BLUE), (1_830, GREY)]


@pytest.mark.requirement("E-51")
@pytest.mark.parametrize("percent", [0, 1, 30, 50, 99, 100])
def test_brightness_dims_each_channel(stand: LightStand, percent: int) -> None:
    """To its share; nothing but 0 % puts a light out."""
    stand.indicators.show(ring(Light(0xFF8001, 0xFF8001, percent)), 0)
    (colour,) = stand.seen(0)["1"]
    for full, channel in zip((0xFF, 0x80, 0x01), colour.to_bytes(3), strict=True):
        assert 0 <= channel - full * percent / 100 < 1
    assert (colour == 0) is (percent == 0)


@pytest.mark.requirement("M-30")
def test_two_rings_are_each_for_itself(stand: LightStand) -> None:
    """Neither is in the other's place."""
    stand.indicators.show(scene_of({1: Light(BLUE, BLUE), 2: Light(RED, RED)}, {}), 0)
    assert (stand.seen(0)["1"], stand.seen(0)["2"]) == ((BLUE,), (RED,))


@pytest.mark.requirement("M-31")
@pytest.mark.parametrize(
    ("state", "half_ms"), [(ModuleState.REGISTERED, 800), (ModuleState.DATA, 200)], ids=["slow", "fast"]
)
def test_the_modem_blinks_as_the_manual_says(stand: LightStand, state: ModuleState, half_ms: int) -> None:
    """800 ms on and off in the network, 200 ms while data passes."""
    scene = scene_of({}, {Module.MODEM: MASTER.leds[Module.MODEM][state]})
    changes = [at for at, _ in watch(stand, scene, 0, 4 * SECOND, "modem")]
    assert {later - earlier for earlier, later in pairwise(changes)} == {half_ms}
    assert len(changes) == 4_000 // half_ms


@pytest.mark.requirement("M-31")
def test_each_lamp_of_a_part_is_seen_for_itself(stand: LightStand) -> None:
    """Orange and blue without data; yellow beside them, blinking, with it."""
    rows = MASTER.leds[Module.ETHERNET]
    stand.indicators.show(scene_of({}, {Module.ETHERNET: rows[ModuleState.CONNECTED]}), 0)
    assert stand.seen(0)["ethernet"][:2] == (0xFF7F00, BLUE)
    assert sum(stand.seen(0)["ethernet"][2:]) == 0
    talking = scene_of({}, {Module.ETHERNET: rows[ModuleState.COMMUNICATING]})
    stand.indicators.show(talking, 0)
    assert stand.seen(0)["ethernet"] == (0xFF7F00, BLUE, 0xFFFF00)
    stand.indicators.show(talking, 100 * MS)
    assert stand.seen(100 * MS)["ethernet"] == (0xFF7F00, BLUE, 0)


@pytest.mark.requirement("R-41")
def test_what_is_dark_or_gone_is_dark(stand: LightStand) -> None:
    """Also where something shone before."""
    stand.indicators.show(scene_of({1: Light(RED, RED)}, {Module.PLC: (Glow(RED),)}), 0)
    stand.indicators.show(scene_of({1: Light()}, {Module.PLC: ()}), 1)
    assert stand.seen(1)["1"] in DARK
    assert stand.seen(1)["plc"] in DARK
    stand.indicators.show({}, 2)
    assert set(stand.seen(2).values()) <= DARK


@pytest.mark.parametrize("light", [Light(BLUE, BLUE), Light(BLUE, GREY)], ids=["steady", "blinking"])
def test_what_has_not_changed_is_not_written_again(stand: LightStand, light: Light) -> None:
    """However often it is asked, as a board's loop does each millisecond."""
    for now in range(0, 499 * MS, MS):
        stand.indicators.show(ring(light), now)
    assert stand.written == 1


def test_woken_at_its_deadlines_it_misses_no_change(stand: LightStand) -> None:
    """Between them nothing changes: what is seen is what a loop of 10 ms sees."""
    scene = scene_of({1: Light(BLUE, GREY)}, {Module.MODEM: (Glow(GREEN, on_ms=200, off_ms=300),)})
    looped, now = type(stand)(), 0
    stand.indicators.show(scene, 0)
    for at in range(0, 5 * SECOND, 10 * MS):
        looped.indicators.show(scene, at)
        due = stand.indicators.deadline()
        while due is not None and due <= at:
            assert due > now, "a deadline that is not later than now"
            now = due
            stand.indicators.show(scene, now)
            due = stand.indicators.deadline()
        assert (stand.seen(at)["1"], stand.seen(at)["modem"]) == (
            looped.seen(at)["1"],
            looped.seen(at)["modem"],
        )


@pytest.mark.requirement("M-30", "E-50")
def test_a_refused_card_is_seen_and_the_light_is_what_it_was(stand: LightStand) -> None:
    """A whole story: idle blue; half a second of white; red and white; blue again."""
    bench = StationBench(online=True)
    begin = bench.now
    told: list[tuple[int, int]] = []
    for step in range(400):
        if step == 50:
            bench.card("THIEF", AuthStatus.BLOCKED)
        stand.indicators.show(ring(bench.board.light), bench.now)
        (colour,) = stand.seen(bench.now)["1"]
        if not told or told[-1][1] != colour:
            told.append(((bench.now - begin) // MS, colour))
        bench.run(10 * MS)
    assert told == [(0, BLUE), (500, WHITE), (1_000, RED), (1_500, WHITE), (2_000, RED), (2_500, BLUE)]


# --- the strip's bytes --------------------------------------------------------------------------------


def test_the_bytes_of_a_strip() -> None:
    """Start, then 0xFF blue green red for each LED, then zeros."""
    assert apa102([0x112233, 0xFF0000]) == bytes.fromhex("00000000 ff332211 ff0000ff 00000000 00")


@pytest.mark.parametrize(("leds", "tail"), [(0, 4), (1, 5), (16, 5), (17, 6), (144, 13)])
def test_the_last_led_gets_its_clocks(leds: int, tail: int) -> None:
    """32 and half a clock for each LED; all of them zeros, which light no LED behind the last."""
    data = apa102([WHITE] * leds)
    assert len(data) == 4 + 4 * leds + tail
    assert data[4 + 4 * leds :] == bytes(tail)


@given(st.lists(st.integers(0, 0xFFFFFF), max_size=40))
def test_every_colour_comes_out_of_the_strip_as_it_went_in(colours: list[int]) -> None:
    """Whatever the colours: no colour looks like a start or an end."""
    data = apa102(colours)
    frames = [data[at : at + 4] for at in range(4, 4 + 4 * len(colours), 4)]
    assert [int.from_bytes(frame[1:], "little") for frame in frames] == colours
    assert all(frame[0] == 0xFF for frame in frames)


def test_a_strip_that_could_not_be_written_is_written_with_the_next_word() -> None:
    """The failure is told, and what was to be shown is not believed to be."""
    sent: list[bytes] = []
    broken = True

    def transfer(data: bytes) -> None:
        if broken:
            raise PortError("The strip's SPI does not answer: look at its plug.")
        sent.append(data)

    strip = StripIndicators(transfer, {"1": 1})
    with pytest.raises(PortError):
        strip.show(ring(Light(RED, RED)), 0)
    broken = False
    strip.show(ring(Light(RED, RED)), 1)
    assert sent == [apa102([RED])]


def test_a_group_without_a_place_takes_no_other_s() -> None:
    """A strip of one ring shows nothing of the second connector and nothing of the small lights."""
    stand = StripStand()
    stand.indicators.show({"display": (Glow(RED),)}, 0)
    assert set(stand.leds) == {0}


# --- the others' own ----------------------------------------------------------------------------------


def test_a_terminal_without_colours_still_tells_lit_from_dark() -> None:
    """A dot, or a ring, and the name."""
    stand = TerminalStand()
    stand.indicators.show(scene_of({1: Light(RED, RED), 2: Light()}, {Module.PLC: ()}), 0)
    assert stand.line == "\x1b[38;2;255;0;0m●\x1b[0m 1  ○ 2  ○ plc"


def test_the_page_blinks_by_itself() -> None:
    """It is told both colours, their times and the brightness, once; a steady light has one colour."""
    page = PageIndicators()
    page.show(scene_of({1: Light(BLUE, GREY, 30), 2: Light(RED, RED)}, {}), 0)
    assert page.picture == {
        "1": (("#0000ff", "#202020", 500, 500, 30),),
        "2": (("#ff0000", "#ff0000", 500, 0, 100),),
    }
    assert page.deadline() is None


def test_a_light_that_comes_back_begins_anew() -> None:
    """And one that stays goes on where it was, whatever else changes."""
    lights, both = Animation(), {"a": (Glow(RED, on_ms=500, off_ms=500),), "b": (Glow(BLUE),)}
    lights.at(both, 0)
    assert lights.at({"a": both["a"]}, 700 * MS) == {"a": (0,)}
    assert lights.at({}, 800 * MS) == {}
    assert lights.at(both, 900 * MS) == {"a": (RED,), "b": (BLUE,)}


@given(st.integers(0, 0xFFFFFF), st.integers(1, 5_000), st.integers(1, 5_000), st.integers(0, 10**8))
def test_a_light_keeps_its_colour_until_it_turns(colour: int, on_ms: int, off_ms: int, elapsed: int) -> None:
    """Up to the microsecond before; then it is the other."""
    glow = Glow(colour, colour ^ 0xFFFFFF, on_ms, off_ms)
    wait = glow.turns_in(elapsed)
    assert wait is not None
    assert wait > 0
    assert glow.colour_at(elapsed + wait - 1) == glow.colour_at(elapsed)
    assert glow.colour_at(elapsed + wait) == glow.colour_at(elapsed) ^ 0xFFFFFF


def test_a_steady_light_never_turns() -> None:
    """Nobody has to wake for it."""
    assert glow_of(Light(RED, RED)).turns_in(12_345) is None
    assert dimmed(0x010101, 1) == 0x010101


def test_a_board_s_ring_may_be_any_of_them() -> None:
    """The safety module's light and beep reach it through the board's own port; refreshed, it blinks."""
    stand, now, beeps = StripStand(), 0, list[bool]()
    signals = ShownSignals(stand.indicators, 2, lambda: now, beeps.append)
    signals.show(Light(BLUE, GREY), True)
    assert (stand.seen(now)["2"], beeps) == ((BLUE,), [True])
    due = stand.indicators.deadline()
    assert due == 500 * MS
    now = due
    signals.refresh()
    assert stand.seen(now)["2"] == (GREY,)
