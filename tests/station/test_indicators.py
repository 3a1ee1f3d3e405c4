"""What the lights show: statuses and their colours, what a card is told, who wins, and what that costs."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.reader import list_models, load_charger
from pilotline.station.events import (
    AskAuthorization,
    BackendLink,
    ChangeAvailability,
    ModuleSaid,
    PresentTag,
    RemoteStart,
    StartAnswer,
    TagAnswer,
)
from pilotline.station.indicators import DARK, RingLight, Seen, SmallLights, choose, dim
from pilotline.station.snapshot import leds, view
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import HOST_LOST_LIGHT, Light, SetLight
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.lights import STATES, Cue, Module, ModuleState
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import AuthStatus, TagInfo
from pilotline.vocabulary.status import ConnectorStatus as S
from pilotline.vocabulary.time import MS, SECOND
from support.rtm_plant import Plant, charging
from support.station_bench import StationBench

MODELS = {name: load_charger(name) for name in list_models()}
EVNET, MASTER = MODELS["evnet-7kw-s"], MODELS["master-plus-ac"]
BLUE, PURPLE, GREEN, YELLOW, RED, WHITE, GREY = (
    0x0000FF, 0x8000FF, 0x00FF00, 0xFFFF00, 0xFF0000, 0xFFFFFF, 0x202020,
)  # fmt: skip
ASKING, ACCEPTED, REFUSED = Light(WHITE, GREY), Light(WHITE, WHITE), Light(RED, WHITE)
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))


def steady(colour: int) -> Light:
    return Light(colour, colour)


def blinking(colour: int) -> Light:
    return Light(colour, GREY)


def paint(model: ChargerModel, seen: Seen) -> Light:
    """What a ring shows to which no card was ever held."""
    return RingLight(model).paint(seen, 0)


def shown(bench: StationBench, since: int = 0) -> list[tuple[int, Light]]:
    """The lights the board was told from a moment on, with the ms after it."""
    told = [(at, each.light) for at, each in bench.to_board() if isinstance(each, SetLight)]
    return [((at - since) // MS, light) for at, light in told if at >= since]


def light_now(bench: StationBench) -> Light:
    return bench.board.light


def answer(bench: StationBench, said: Sequence[object], parent: str | None = None) -> None:
    """The operator accepts what it was asked about."""
    for each in said:
        if isinstance(each, AskAuthorization):
            bench.tell(TagAnswer(each.request, TagInfo(AuthStatus.ACCEPTED, parent=parent)))


def idle(online: bool = True, model: ChargerModel = EVNET) -> StationBench:
    return StationBench(model, online=online)


# --- statuses ---------------------------------------------------------------------------------------


@pytest.mark.requirement("E-50")
@each_model
@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("online", [True, False])
def test_without_a_card_or_a_fault_the_status_is_shown(model: ChargerModel, status: S, online: bool) -> None:
    """The model's row, online or offline."""
    row = model.ring[status]
    assert paint(model, Seen(status, online)) == (row.online if online else row.offline)


@pytest.mark.requirement("R-41")
@each_model
def test_before_the_first_status_it_is_dark_and_reserved_looks_unavailable(model: ChargerModel) -> None:
    """Also to whom holds a card to it in that moment."""
    ring = RingLight(model)
    ring.read(0)
    assert ring.paint(Seen(None), 0) == DARK
    assert not DARK.first | DARK.second
    assert paint(model, Seen(S.RESERVED)) == paint(model, Seen(S.UNAVAILABLE))


@pytest.mark.requirement("R-41")
def test_a_station_that_starts_is_dark() -> None:
    """Until its safety module has answered and there is a status."""
    assert [light for _, light in shown(idle())] == [DARK, steady(BLUE)]


@pytest.mark.requirement("M-30", "R-35")
@pytest.mark.parametrize(
    ("seen", "light"),
    [
        (Seen(S.AVAILABLE), steady(GREEN)),
        (Seen(S.AVAILABLE, online=False), steady(YELLOW)),
        (Seen(S.CHARGING), steady(BLUE)),
        (Seen(S.CHARGING, online=False), steady(PURPLE)),
        (Seen(S.PREPARING, allowed=True), blinking(BLUE)),
        (Seen(S.PREPARING, online=False, allowed=True), blinking(PURPLE)),
        (Seen(S.PREPARING), steady(GREEN)),
        (Seen(S.AVAILABLE, updating=True), blinking(WHITE)),
        (Seen(S.FAULTED), steady(RED)),
        (Seen(S.FAULTED, online=False), steady(RED)),
    ],
)
def test_the_master_plus_shows_what_its_manual_says(seen: Seen, light: Light) -> None:
    """Green, yellow offline, blue and purple charging, blinking when allowed, white in an update, red."""
    assert paint(MASTER, seen) == light


@pytest.mark.requirement("M-30", "R-35")
def test_charging_that_is_allowed_without_a_car_blinks() -> None:
    """On the Master Plus: green; a card, blinking blue; the network is cut, blinking purple; nobody comes."""
    bench = idle(model=MASTER)
    assert light_now(bench) == steady(GREEN)
    bench.card()
    bench.run(2 * SECOND)
    assert light_now(bench) == blinking(BLUE)
    bench.tell(BackendLink(online=False))
    assert light_now(bench) == blinking(PURPLE)
    bench.run(90 * SECOND)
    assert light_now(bench) == steady(YELLOW)


@pytest.mark.requirement("R-35")
@pytest.mark.parametrize(
    ("both", "wins"),
    [
        (Seen(S.FAULTED, updating=True), steady(RED)),
        (Seen(S.FAULTED, online=False, updating=True, allowed=True), steady(RED)),
        (Seen(S.CHARGING, updating=True), blinking(WHITE)),
        (Seen(S.PREPARING, updating=True, allowed=True), blinking(WHITE)),
        (Seen(S.CHARGING, allowed=True), steady(BLUE)),
        (Seen(S.CHARGING, online=False, allowed=True), steady(PURPLE)),
        (Seen(S.PREPARING, online=False, allowed=True), blinking(PURPLE)),
        (Seen(S.AVAILABLE, online=False), steady(YELLOW)),
    ],
)
def test_red_white_blue_blinking_yellow_green(both: Seen, wins: Light) -> None:
    """R-35's order, wherever two of them meet."""
    assert paint(MASTER, both) == wins


@pytest.mark.requirement("E-51")
def test_the_key_dims_every_light_and_never_to_nothing_but_by_0() -> None:
    """Of the light's own brightness; also what a card is told."""
    assert dim(steady(RED)._replace(percent=40), 50).percent == 20
    assert [dim(steady(RED)._replace(percent=1), p).percent for p in (0, 1, 50, 100)] == [0, 1, 1, 1]
    bench = StationBench(online=True, stored={"LightIntensity": 30})
    bench.tell(PresentTag("CARD"))
    assert light_now(bench) == ASKING._replace(percent=30)


# --- what a card is told ------------------------------------------------------------------------------


@pytest.mark.requirement("M-30", "E-50")
@each_model
def test_an_accepted_card_is_read_accepted_and_the_status_comes_back(model: ChargerModel) -> None:
    """White that blinks for half a second, white for one, then what is now the status."""
    bench, at = idle(model=model), 2 * SECOND
    bench.plug()
    bench.card()
    bench.run(5 * SECOND)
    lights = shown(bench, at)
    turns = [now for before, now in pairwise(lights) if before[1] != now[1]]
    status = turns[2][1]
    assert turns[:3] == [(0, ASKING), (500, ACCEPTED), (1_500, status)]
    assert status == light_now(bench) == blinking(BLUE)


@pytest.mark.requirement("M-30")
def test_while_the_operator_is_asked_it_blinks_white() -> None:
    """For as long as that takes, and the answer is shown from when it comes."""
    bench = idle()
    asked = [each for each in bench.tell(PresentTag("SLOW")) if isinstance(each, AskAuthorization)]
    bench.run(3 * SECOND)
    assert light_now(bench) == ASKING
    bench.tell(TagAnswer(asked[0].request, TagInfo(AuthStatus.ACCEPTED)))
    assert light_now(bench) == ACCEPTED
    bench.run(1_499 * MS)
    assert light_now(bench) == ACCEPTED
    bench.run(MS)
    assert light_now(bench) == blinking(BLUE)


@pytest.mark.parametrize("word", [AuthStatus.BLOCKED, AuthStatus.EXPIRED, AuthStatus.INVALID])
def test_a_refused_card_blinks_red_and_white(word: AuthStatus) -> None:
    """After it was read, until two seconds after the answer."""
    bench = idle()
    bench.card("THIEF", word)
    bench.run(5 * SECOND)
    assert shown(bench, 2 * SECOND)[-3:] == [(0, ASKING), (500, REFUSED), (2_000, steady(BLUE))]


@pytest.mark.parametrize(
    ("name", "tag"), [("too long", "X" * 21), ("empty", ""), ("out of service", "CARD")], ids=str
)
def test_what_nobody_is_asked_about_is_refused_too(name: str, tag: str) -> None:
    """A tag that is none, and any card while the station is out of service."""
    bench = idle()
    if name == "out of service":
        bench.tell(ChangeAvailability(7, 1, operative=False))
    bench.tell(PresentTag(tag))
    bench.run(600 * MS)
    assert light_now(bench) == REFUSED


def test_another_s_card_does_not_end_a_session_and_is_told_so() -> None:
    """Red and white over the green of charging, which goes on."""
    bench = idle()
    bench.charge()
    bench.run(5 * SECOND)
    bench.tell(PresentTag("STRANGER"))
    bench.run(600 * MS)
    assert (light_now(bench), bench.status) == (REFUSED, S.CHARGING)
    bench.run(2 * SECOND)
    assert light_now(bench) == steady(GREEN)


def test_a_card_the_operator_knows_is_refused_where_it_is_of_no_use() -> None:
    """Of another group than the session's; or the station went out of service meanwhile."""
    bench = idle()
    bench.plug()
    answer(bench, bench.tell(PresentTag("CARD")), parent="FAMILY")
    bench.show(PilotState.C)
    bench.run(5 * SECOND)
    answer(bench, bench.tell(PresentTag("STRANGER")), parent="OTHERS")
    bench.run(600 * MS)
    assert (light_now(bench), bench.status) == (REFUSED, S.CHARGING)
    closing = idle()
    asking = closing.tell(PresentTag("CARD"))
    closing.tell(ChangeAvailability(7, 1, operative=False))
    answer(closing, asking)
    closing.run(600 * MS)
    assert light_now(closing) == REFUSED


def test_the_card_that_ends_its_session_is_accepted() -> None:
    """White, and then that it is finishing."""
    bench = idle()
    bench.charge()
    bench.run(5 * SECOND)
    bench.tell(PresentTag("CARD"))
    bench.run(600 * MS)
    assert light_now(bench) == ACCEPTED
    bench.run(10 * SECOND)
    assert light_now(bench) == EVNET.ring[S.FINISHING].online


def test_a_card_of_a_session_that_is_refused_after_all_is_told_so() -> None:
    """StartTransaction is answered by Blocked."""
    bench = idle()
    bench.charge()
    bench.run(5 * SECOND)
    session = bench.connector.session
    assert session is not None
    bench.tell(StartAnswer(session.id, "CARD", TagInfo(AuthStatus.BLOCKED), 7))
    assert light_now(bench) == REFUSED


def test_a_wish_from_afar_and_a_plug_that_is_enough_show_nothing_of_a_card() -> None:
    """Nobody held one to the reader."""
    bench = idle()
    answer(bench, bench.tell(RemoteStart(7, "APP", 1)))
    assert bench.connector.grant is not None
    free = StationBench(online=True, stored={"c_AuthorizationMode": "free"})
    free.plug()
    for each in (bench, free):
        each.run(3 * SECOND)
        assert not {light for _, light in shown(each)} & {ASKING, ACCEPTED, REFUSED}


def test_a_driver_who_leaves_is_told_nothing_more() -> None:
    """Unplugged while the operator was asked: the answer that comes then is nobody's."""
    bench = idle()
    bench.plug()
    asked = [each for each in bench.tell(PresentTag("SLOW")) if isinstance(each, AskAuthorization)]
    bench.run(SECOND)
    bench.unplug()
    bench.run(2 * SECOND)
    assert light_now(bench) == steady(BLUE)
    bench.tell(TagAnswer(asked[0].request, TagInfo(AuthStatus.ACCEPTED)))
    bench.run(MS)
    assert light_now(bench) == steady(BLUE)


def test_a_second_card_begins_anew() -> None:
    """What the first was told is over when the next is read."""
    bench = idle()
    bench.card("THIEF", AuthStatus.BLOCKED)
    bench.run(600 * MS)
    assert light_now(bench) == REFUSED
    bench.card("CARD")
    assert light_now(bench) == ASKING
    bench.run(500 * MS)
    assert light_now(bench) == ACCEPTED


@each_model
def test_no_card_s_light_looks_like_a_status(model: ChargerModel) -> None:
    """Who knows the lights takes none for another; each card's light is another."""
    rows = [model.signs.rows[cue] for cue in (Cue.ASKING, Cue.ACCEPTED, Cue.REFUSED)]
    lights = {light for row in rows for light in (row.online, row.offline)}
    assert len(lights) == 3
    assert not lights & {light for row in model.ring.values() for light in row}


# --- nothing hides a fault ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", [faults.RCD, faults.OVERVOLTAGE, faults.OVERCURRENT])
@pytest.mark.requirement("E-50", "R-35")
def test_a_fault_ends_what_a_card_is_told(code: int) -> None:
    """At once, and no card is told anything while it stands; also where the session waits for its end."""
    bench = idle()
    bench.charge()
    bench.tell(PresentTag("STRANGER"))
    assert light_now(bench) == ASKING
    bench.board.faults = code
    bench.notice()
    assert bench.status in (S.FAULTED, S.SUSPENDED_EVSE)
    assert light_now(bench) == EVNET.ring[bench.status].online
    bench.run(10 * SECOND)
    fault_light = light_now(bench)
    bench.tell(PresentTag("STRANGER"))
    for _ in range(30):
        assert light_now(bench) == fault_light
        bench.run(100 * MS)


@pytest.mark.requirement("R-35")
@each_model
@given(cues=st.sets(st.sampled_from(Cue)), status=st.sampled_from(S))
def test_the_strongest_cue_wins(model: ChargerModel, cues: set[Cue], status: S) -> None:
    """By the order of the data; a fault before all, the status where there is nothing else."""
    strongest = next(cue for cue in model.signs.order if cue in cues | {Cue.STATUS})
    chosen = choose(model, status, cues)
    assert chosen == model.signs.rows.get(strongest, model.ring[status])
    if Cue.FAULT in cues:
        assert chosen == model.ring[status]


@pytest.mark.requirement("E-16")
def test_a_card_does_not_hide_a_lost_host() -> None:
    """The safety module shows that by itself, whatever light it was given last."""
    plant = Plant()
    plant.send(SetLight(REFUSED))
    assert plant.outputs.light == REFUSED
    plant.run(2_500)
    assert plant.outputs.light == HOST_LOST_LIGHT


# --- what it costs ------------------------------------------------------------------------------------


def lightless(bench: StationBench) -> list[tuple[int, object]]:
    return [(at, each) for at, each in bench.to_board() if not isinstance(each, SetLight)]


@pytest.mark.requirement("R-45")
def test_cards_cost_the_safety_module_lights_and_nothing_else() -> None:
    """In a charge, a stranger's card each 100 ms: the same permits at the same microseconds."""
    quiet, busy = idle(), idle()
    for bench in (quiet, busy):
        bench.charge()
    for _ in range(100):
        busy.tell(PresentTag("STRANGER"))
        busy.run(100 * MS)
    quiet.run(10 * SECOND)
    assert lightless(busy) == lightless(quiet)
    assert len(shown(busy)) <= len(shown(quiet)) + 1


@pytest.mark.parametrize("gap_ms", [1, 300, 700, 3_000])
def test_a_card_is_at_most_three_lights(gap_ms: int) -> None:
    """Read, told, and back; held to the reader again and again it is fewer."""
    bench = idle()
    before = len(shown(bench))
    for _ in range(20):
        bench.card("THIEF", AuthStatus.BLOCKED)
        bench.run(gap_ms * MS)
    bench.run(5 * SECOND)
    assert len(shown(bench)) - before <= 3 * 20
    if gap_ms < 500:
        assert len(shown(bench)) - before == 3
    assert light_now(bench) == steady(BLUE)


def test_lights_change_no_other_output_of_the_safety_module() -> None:
    """A module that charges, told another light each 10 ms, drives the rest as one that is told none."""

    def drive(lights: Sequence[Light]) -> list[tuple[object, ...]]:
        plant = charging()
        driven: list[tuple[object, ...]] = []
        for light in lights:
            if light != DARK:
                plant.send(SetLight(light))
            plant.run(10)
            driven.append(tuple(plant.outputs._replace(light=DARK)))
        return driven

    assert drive([ASKING, ACCEPTED, REFUSED] * 100) == drive([DARK] * 300)


@given(
    st.lists(st.tuples(st.sampled_from(["read", "yes", "no", "after"]), st.integers(0, 1_500)), max_size=20)
)
def test_every_acknowledgement_ends(story: list[tuple[str, int]]) -> None:
    """Whatever comes in whichever order: woken at its deadlines, the light is the status again in time."""
    ring, now = RingLight(EVNET), 0
    seen, calls = Seen(S.AVAILABLE), {"yes": True, "no": False}
    for word, wait_ms in story:
        if word == "read":
            ring.read(now)
        elif word in calls:
            ring.answer(calls[word], now)
        else:
            ring.refuse(now)
        ring.paint(seen, now)
        now += wait_ms * MS
    last = now
    while (due := ring.deadline(now)) is not None:
        assert due > now
        now = due
        ring.paint(seen, now)
    assert now - last <= 2 * SECOND
    assert ring.paint(seen, now) == steady(BLUE)


# --- on the page, and the small lights ------------------------------------------------------------------


def test_the_snapshot_shows_what_a_card_is_told() -> None:
    """The page's ring is the ring."""
    bench = idle()
    bench.card("THIEF", AuthStatus.BLOCKED)
    bench.run(600 * MS)
    assert view(bench.station, bench.now)[0].light == ("#ff0000", "#ffffff", 100)


@pytest.mark.requirement("M-31")
def test_the_controller_s_small_lights_follow_its_parts() -> None:
    """It runs; the network is as the backend is, until it speaks itself; the others once they do."""
    bench = idle(model=MASTER)

    def states() -> dict[str, str]:
        return {each.name: each.state for each in leds(bench.station)}

    assert states() == {"cpu": "running", "ethernet": "communicating", "modem": "off", "plc": "off"}
    bench.tell(BackendLink(online=False))
    assert states()["ethernet"] == "off"
    bench.tell(ModuleSaid(Module.ETHERNET, ModuleState.CONNECTED))
    bench.tell(ModuleSaid(Module.MODEM, ModuleState.REGISTERED))
    bench.tell(ModuleSaid(Module.PLC, ModuleState.DATA))  # no state of a power-line module
    assert states() == {"cpu": "running", "ethernet": "connected", "modem": "registered", "plc": "off"}
    assert leds(idle().station) == ()


@pytest.mark.requirement("M-31")
def test_the_small_lights_are_those_of_the_manual() -> None:
    """Processor blinking blue; orange and blue, then yellow too; 800 and 200 ms; red, then yellow."""
    small, shown_by = SmallLights(MASTER), dict[tuple[Module, ModuleState], list[tuple[int, int]]]()
    for module, states in STATES.items():
        for state in states:
            small.hear(module, state)
            shown_by[module, state] = [(g.colour, g.off_ms) for g in small.shown(online=True)[module]]
    orange = 0xFF7F00
    assert shown_by[Module.CPU, ModuleState.RUNNING][0][0] == BLUE
    assert shown_by[Module.CPU, ModuleState.RUNNING][0][1] > 0
    assert shown_by[Module.ETHERNET, ModuleState.CONNECTED] == [(orange, 0), (BLUE, 0)]
    assert [colour for colour, _ in shown_by[Module.ETHERNET, ModuleState.COMMUNICATING]] == [
        orange, BLUE, YELLOW,
    ]  # fmt: skip
    assert [shown_by[Module.MODEM, state][0][1] for state in STATES[Module.MODEM][1:]] == [0, 800, 200]
    assert [shown_by[Module.PLC, state][0][0] for state in STATES[Module.PLC][1:]] == [RED, YELLOW]
    assert all(shown_by[module, ModuleState.OFF] == [] for module in STATES)
