"""Which interface leads to the backend: main, fallback and back, to the microsecond (E-62, R-17)."""

from collections.abc import Collection, Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.network import LAST_WORDS, TRIAL, BackendReached, Network, NetworkView, Part, Ways
from pilotline.vocabulary.network import NUMBERED, Interface, NetworkSaid, UseInterface
from pilotline.vocabulary.time import SECOND, Tick

ETHERNET, WIFI, CELLULAR = Interface.ETHERNET, Interface.WIFI, Interface.CELLULAR
MAIN, FALLBACK = "c_MainNetworkInterface", "c_FallbackNetworkInterface"
MAIN_OFFLINE, FALLBACK_OFFLINE = "c_MainOfflineTimeout", "c_FallbackOfflineTimeout"
FALLBACK_ONLINE = "c_FallbackOnlineTimeout"
WIRE_THEN_WIFI = {MAIN: "1", FALLBACK: "2"}


class Roads:
    """The core with its keys, interfaces that are ``up``, and those over which the backend ``answers``.

    ``used`` are all interfaces it has asked for, with the time; the backend answers at once, or not at all.
    """

    def __init__(
        self,
        keys: Mapping[str, str] | None = None,
        *,
        up: Collection[Interface] = Interface,
        answers: Collection[Interface] = Interface,
    ) -> None:
        self.keys = KeyStore({})
        self.core = Network(self.keys)
        self.now = 0
        self.answers = set(answers)
        self.up: set[Interface] = set()
        self.used: list[tuple[int, UseInterface]] = []
        self._reached = False
        for name, text in (keys or {}).items():
            self.keys.change(BY_NAME[name.lower()], text)
        self.say(up)

    @property
    def way(self) -> Interface:
        return self.used[-1][1].interface

    @property
    def view(self) -> NetworkView:
        seen = self.core.view()
        assert seen is not None
        return seen

    def say(self, up: Collection[Interface]) -> None:
        self.up = set(up)
        self._follow()
        self.tell(NetworkSaid(frozenset(up)))

    def change(self, key: str, text: str) -> None:
        self.keys.change(BY_NAME[key.lower()], text)
        self.tell(Tick())

    def answer_on(self, *interfaces: Interface) -> None:
        self.answers = set(interfaces)
        self._follow()

    def tell(self, event: NetworkSaid | BackendReached | Tick) -> None:
        wishes = self.core.handle(event, self.now)
        due = self.core.deadline()
        assert due is None or due > self.now
        for wish in wishes:
            self.used.append((self.now, wish))
            self._reached = False
        self._follow()

    def run(self, duration: int) -> None:
        """Let so many microseconds pass."""
        until = self.now + duration
        while (due := self.core.deadline()) is not None and due <= until:
            self.now = due
            self.tell(Tick())
        self.now = until

    def _follow(self) -> None:
        reached = bool(self.used) and self.way in self.up & self.answers
        if reached is not self._reached:
            self._reached = reached
            self.tell(BackendReached(reached))


# --- the three timeouts -------------------------------------------------------------------------------


@pytest.mark.requirement("E-62", "R-17")
def test_the_main_interface_offline_for_its_timeout_is_left_for_the_fallback() -> None:
    """Not a microsecond before; and the fallback stays, with no other timeout set."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"})
    assert roads.used == [(0, UseInterface(ETHERNET))]
    roads.run(5 * SECOND)
    roads.answer_on(WIFI)
    roads.run(60 * SECOND - 1)
    assert roads.way is ETHERNET
    roads.run(1)
    assert roads.used[1:] == [(65 * SECOND, UseInterface(WIFI))]
    roads.run(10**6 * SECOND)
    assert len(roads.used) == 2


@pytest.mark.requirement("E-62")
def test_a_station_that_starts_offline_waits_the_timeout_too() -> None:
    """The count begins with the first word of the port."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"}, answers=[WIFI])
    roads.run(60 * SECOND - 1)
    assert roads.way is ETHERNET
    roads.run(1)
    assert roads.way is WIFI


@pytest.mark.requirement("E-62")
def test_every_dial_that_fails_is_the_same_outage() -> None:
    """The shell says after each try that the backend is not reached: the count goes on, also of a trial."""
    for keys, patience in ((WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"}, 60 * SECOND), ({}, TRIAL)):
        roads = Roads(keys, answers=[WIFI])
        for _ in range(patience // SECOND - 1):
            roads.run(SECOND)
            roads.tell(BackendReached(False))
        roads.run(SECOND - 1)
        assert roads.way is ETHERNET
        roads.run(1)
        assert roads.way is WIFI


@pytest.mark.requirement("E-62")
def test_a_port_that_speaks_late_is_given_the_whole_timeout() -> None:
    """What passed before anybody said which interfaces there are was nobody's outage."""
    core = Network(KeyStore({}, {MAIN: 1, FALLBACK: 2, MAIN_OFFLINE: 60}))
    assert core.handle(Tick(), 0) == []
    assert core.handle(NetworkSaid(frozenset(Interface)), 100 * SECOND) == [UseInterface(ETHERNET)]
    assert core.deadline() == 160 * SECOND


@pytest.mark.requirement("E-62")
def test_a_backend_that_is_back_a_microsecond_early_keeps_the_main_interface() -> None:
    """And the next outage counts from its own beginning."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"})
    roads.answer_on(WIFI)
    roads.run(60 * SECOND - 1)
    roads.answer_on(ETHERNET, WIFI)
    roads.run(1_000 * SECOND)
    assert roads.way is ETHERNET
    roads.answer_on(WIFI)
    roads.run(60 * SECOND - 1)
    assert roads.way is ETHERNET
    roads.run(1)
    assert roads.way is WIFI


@pytest.mark.requirement("E-62")
def test_the_fallback_offline_for_its_timeout_is_left_for_the_main_interface() -> None:
    """Counted from its loss, or from its beginning where it never reached the backend."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60", FALLBACK_OFFLINE: "20"}, answers=[])
    roads.run(200 * SECOND)
    turns = [(at // SECOND, wish.interface) for at, wish in roads.used]
    assert turns == [(0, ETHERNET), (60, WIFI), (80, ETHERNET), (140, WIFI), (160, ETHERNET)]
    roads.run(60 * SECOND)
    roads.answer_on(WIFI)
    roads.run(500 * SECOND)
    assert roads.way is WIFI
    roads.answer_on(ETHERNET)
    roads.run(20 * SECOND - 1)
    assert roads.way is WIFI
    roads.run(1)
    assert roads.way is ETHERNET


@pytest.mark.requirement("E-62")
@pytest.mark.parametrize("answers", [[WIFI], [ETHERNET]])
def test_a_fallback_active_for_its_timeout_is_left_for_the_main_interface(answers: list[Interface]) -> None:
    """Whether it reaches the backend or not."""
    roads = Roads(WIRE_THEN_WIFI | {FALLBACK_ONLINE: "300"}, answers=answers)
    roads.answer_on()
    roads.change(MAIN_OFFLINE, "60")
    roads.run(60 * SECOND)
    roads.answer_on(*answers)
    roads.run(300 * SECOND - 1)
    assert roads.way is WIFI
    roads.run(1)
    assert roads.used[-1] == (360 * SECOND, UseInterface(ETHERNET))


@pytest.mark.requirement("E-62")
def test_an_outage_on_the_fallback_makes_its_time_no_longer() -> None:
    """It counts from the beginning of the fallback, not from its last loss of the backend."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60", FALLBACK_ONLINE: "300"}, answers=[WIFI])
    roads.run(160 * SECOND)
    roads.answer_on()
    roads.run(50 * SECOND)
    roads.answer_on(WIFI)
    roads.run(150 * SECOND - 1)
    assert roads.way is WIFI
    roads.run(1)
    assert roads.way is ETHERNET


@pytest.mark.requirement("E-62", "R-17")
@pytest.mark.parametrize(
    ("key", "turns"),
    [
        (MAIN_OFFLINE, [0]),
        (FALLBACK_OFFLINE, [0, 60, 150, 210, 300]),
        (FALLBACK_ONLINE, [0, 60, 130, 190, 260]),
    ],
)
def test_a_timeout_of_null_never_passes(key: str, turns: list[int]) -> None:
    """Each of the three; the two others do as they say, and the earlier of two that run wins."""
    timeouts = {MAIN_OFFLINE: "60", FALLBACK_OFFLINE: "70", FALLBACK_ONLINE: "90"} | {key: "null"}
    roads = Roads(WIRE_THEN_WIFI | timeouts, answers=[])
    roads.run(10_000 * SECOND)
    assert [at // SECOND for at, _ in roads.used][:5] == turns


@pytest.mark.requirement("E-62", "R-17")
@pytest.mark.parametrize("number", ["0", "1", "2", "3"])
def test_a_fallback_that_is_the_main_interface_is_none(number: str) -> None:
    """However long the outage, nothing takes over; the automatic tries its own interfaces in turn."""
    roads = Roads({MAIN: number, FALLBACK: number, MAIN_OFFLINE: "10"}, answers=[])
    roads.run(1_000 * SECOND)
    assert roads.view.part == "main"
    assert number == "0" or {wish.interface for _, wish in roads.used} == {NUMBERED[int(number)]}


# --- automatic ----------------------------------------------------------------------------------------


@pytest.mark.requirement("E-62", "R-17")
def test_as_shipped_the_first_interface_that_works_is_used() -> None:
    """Ethernet, Wi-Fi, cellular: what is down is passed over, and what works is not left."""
    roads = Roads(up=[WIFI, CELLULAR])
    assert roads.way is WIFI
    roads.say([ETHERNET, WIFI, CELLULAR])
    roads.run(1_000 * SECOND)
    assert roads.way is WIFI
    roads.say([ETHERNET, CELLULAR])
    assert roads.way is ETHERNET
    roads.say([CELLULAR])
    assert roads.way is CELLULAR
    roads.say([])
    assert roads.way is CELLULAR
    roads.say([WIFI])
    assert roads.way is WIFI


@pytest.mark.requirement("R-17")
def test_an_interface_that_is_up_and_leads_nowhere_is_tried_for_a_minute() -> None:
    """Then the next, in turn, until one works; alone it is not left."""
    roads = Roads(answers=[])
    roads.run(TRIAL - 1)
    assert roads.way is ETHERNET
    roads.run(1 + 3 * TRIAL)
    turns = [(at // TRIAL, wish.interface) for at, wish in roads.used]
    assert turns == [(0, ETHERNET), (1, WIFI), (2, CELLULAR), (3, ETHERNET), (4, WIFI)]
    roads.answer_on(WIFI)
    roads.run(100 * TRIAL)
    assert len(roads.used) == 5
    roads.answer_on()
    roads.say([WIFI])
    roads.run(100 * TRIAL)
    assert len(roads.used) == 5
    roads.say([WIFI, CELLULAR])
    assert roads.way is CELLULAR


@pytest.mark.requirement("R-17")
def test_an_interface_that_comes_up_again_has_its_minute_again() -> None:
    """What passed while nothing was up was no trial."""
    roads = Roads(up=[], answers=[])
    roads.run(10 * TRIAL)
    roads.say([ETHERNET, WIFI])
    assert roads.way is ETHERNET
    roads.run(TRIAL - 1)
    assert roads.way is ETHERNET
    roads.run(1)
    assert roads.way is WIFI


@pytest.mark.requirement("E-62", "R-17")
def test_the_automatic_leaves_out_what_the_other_key_names() -> None:
    """A fallback over the mobile network is not taken before its time because it is up."""
    roads = Roads({FALLBACK: "3", MAIN_OFFLINE: "600"}, up=[CELLULAR])
    assert (roads.way, roads.view.part) == (ETHERNET, "main")
    roads.run(600 * SECOND)
    assert (roads.way, roads.view.part) == (CELLULAR, "fallback")
    assert Ways.of(KeyStore({}, {MAIN: 2})).candidates(Part.FALLBACK) == (ETHERNET, CELLULAR)


@pytest.mark.requirement("E-62")
def test_an_automatic_main_interface_gives_up_as_a_whole() -> None:
    """The timeout counts from the loss of the backend, through all that is tried meanwhile."""
    roads = Roads({FALLBACK: "3", MAIN_OFFLINE: "150"}, answers=[CELLULAR])
    roads.run(150 * SECOND)
    turns = [(at // SECOND, wish.interface) for at, wish in roads.used]
    assert turns == [(0, ETHERNET), (60, WIFI), (120, ETHERNET), (150, CELLULAR)]


# --- interfaces that are down, and that flap ----------------------------------------------------------


@pytest.mark.requirement("E-62")
def test_nobody_falls_back_to_an_interface_that_is_down() -> None:
    """With both down the main one stays, until the other is up: then at once, its time has passed."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"}, up=[])
    roads.run(1_000 * SECOND)
    assert roads.way is ETHERNET
    roads.say([WIFI])
    assert roads.used[-1] == (1_000 * SECOND, UseInterface(WIFI))


@pytest.mark.requirement("E-62")
def test_nobody_returns_to_an_interface_that_is_down() -> None:
    """A fallback that works is not given up for a cable that is not there; for one that is, at once."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60", FALLBACK_ONLINE: "300"}, up=[WIFI])
    roads.run(5_000 * SECOND)
    assert (roads.way, roads.view.until) == (WIFI, None)
    roads.say([ETHERNET, WIFI])
    assert roads.used[1:] == [(60 * SECOND, UseInterface(WIFI)), (5_000 * SECOND, UseInterface(ETHERNET))]


@pytest.mark.requirement("E-62")
def test_a_main_interface_that_flaps_is_kept_while_it_reaches_the_backend_in_between() -> None:
    """Each outage counts for itself; no wish is repeated."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"})
    for _ in range(50):
        roads.say([WIFI])
        roads.run(59 * SECOND)
        roads.say([ETHERNET, WIFI])
        roads.run(1 * SECOND)
    assert roads.used == [(0, UseInterface(ETHERNET))]


# --- keys that change in the middle -------------------------------------------------------------------


@pytest.mark.requirement("E-62")
def test_a_shorter_timeout_counts_from_where_the_longer_one_did() -> None:
    """Where it has passed already, the move is made at once; a longer one puts it off."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "3600"}, answers=[WIFI])
    roads.run(100 * SECOND)
    roads.change(MAIN_OFFLINE, "200")
    roads.run(50 * SECOND)
    assert roads.way is ETHERNET
    roads.change(MAIN_OFFLINE, "100")
    assert roads.used[-1] == (150 * SECOND, UseInterface(WIFI))


@pytest.mark.requirement("E-62")
def test_another_main_interface_is_used_a_second_later_so_that_the_backend_hears_the_answer() -> None:
    """Where it is not reached there is nobody to hear it: at once."""
    roads = Roads({MAIN: "1", FALLBACK: "1"})
    roads.change(MAIN, "2")
    roads.run(LAST_WORDS - 1)
    assert roads.way is ETHERNET
    roads.run(1)
    assert roads.used[1:] == [(LAST_WORDS, UseInterface(WIFI))]
    roads.answer_on()
    roads.change(MAIN, "3")
    assert roads.way is CELLULAR


def test_a_change_that_is_taken_back_within_the_second_changes_nothing() -> None:
    """No connection is closed for it."""
    roads = Roads({MAIN: "1", FALLBACK: "1"})
    roads.change(MAIN, "2")
    roads.run(LAST_WORDS // 2)
    roads.change(MAIN, "1")
    roads.run(10 * LAST_WORDS)
    assert len(roads.used) == 1
    assert roads.core.deadline() is None


@pytest.mark.requirement("E-62")
def test_another_pair_of_interfaces_begins_anew_with_the_main_one() -> None:
    """From the fallback too; a fallback that becomes the main one is not left for a moment."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"}, answers=[WIFI])
    roads.run(60 * SECOND)
    roads.change(FALLBACK, "3")
    roads.run(LAST_WORDS)
    assert (roads.way, roads.view.part) == (ETHERNET, "main")
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60"}, answers=[WIFI])
    roads.run(60 * SECOND)
    roads.change(MAIN, "2")
    roads.run(LAST_WORDS)
    assert (roads.way, roads.view.part, len(roads.used)) == (WIFI, "main", 2)


@pytest.mark.requirement("E-62", "R-17")
def test_the_access_point_is_the_cellular_interfaces_alone() -> None:
    """Another one opens a connection over cellular anew, and no other; 0 is not set."""
    roads = Roads({MAIN: "3", FALLBACK: "3", "c_APN": "iot.example"})
    assert roads.used == [(0, UseInterface(CELLULAR, "iot.example"))]
    roads.change("c_APN", "0")
    roads.run(LAST_WORDS)
    assert roads.used[1:] == [(LAST_WORDS, UseInterface(CELLULAR, None))]
    roads = Roads({MAIN: "1", FALLBACK: "1"})
    roads.change("c_APN", "iot.example")
    roads.run(LAST_WORDS)
    assert roads.used == [(0, UseInterface(ETHERNET))]


@pytest.mark.requirement("E-62")
def test_a_connection_opened_anew_in_vain_is_a_loss_from_that_moment() -> None:
    """The access point is changed to a wrong one: the timeout counts from the change, whatever was before."""
    roads = Roads({MAIN: "3", FALLBACK: "2", MAIN_OFFLINE: "60"})
    roads.run(1_000 * SECOND)
    roads.change("c_APN", "wrong")
    roads.answers = {WIFI}
    roads.run(LAST_WORDS + 60 * SECOND - 1)
    assert [wish.interface for _, wish in roads.used] == [CELLULAR, CELLULAR]
    roads.run(1)
    assert roads.way is WIFI


# --- what it says of itself ---------------------------------------------------------------------------


@pytest.mark.requirement("E-62")
def test_the_view_says_which_interface_why_and_until_when() -> None:
    """In use, what for, how it stands, and when that ends."""
    roads = Roads(WIRE_THEN_WIFI | {MAIN_OFFLINE: "60", FALLBACK_ONLINE: "300"})
    assert roads.view == NetworkView("ethernet", "main", "Ethernet, the main interface, reaches the backend.")
    roads.answer_on(WIFI)
    moves = " If that lasts, the fallback interface takes over."
    unanswered = "Ethernet, the main interface, does not reach the backend."
    assert roads.view == NetworkView("ethernet", "main", unanswered + moves, 60 * SECOND)
    roads.say([WIFI])
    assert roads.view.sentence == "Ethernet, the main interface, is down." + moves
    roads.run(60 * SECOND)
    reaches = "Wi-Fi, the fallback interface, reaches the backend."
    assert roads.view == NetworkView("wifi", "fallback", reaches)
    roads.say(Interface)
    returns = " The main interface is tried again in a while."
    assert roads.view == NetworkView("wifi", "fallback", reaches + returns, 360 * SECOND)


def test_as_shipped_the_view_names_what_works() -> None:
    """There is no main interface to speak of when the choice is automatic."""
    assert Roads(up=[CELLULAR]).view.sentence == "Cellular is the first interface that works."


def test_where_nobody_speaks_of_interfaces_the_operating_system_chooses() -> None:
    """The core wants nothing, waits for nothing and shows nothing, whatever becomes of the backend."""
    core = Network(KeyStore({}, {MAIN_OFFLINE: 10, MAIN: 1}))
    said = [core.handle(event, SECOND) for event in (BackendReached(True), BackendReached(False), Tick())]
    assert said == [[], [], []]
    assert (core.deadline(), core.view()) == (None, None)


# --- whatever happens ---------------------------------------------------------------------------------

INTERFACES = st.sets(st.sampled_from(Interface))
NUMBER = st.sampled_from("0123")
TIMEOUT = st.sampled_from(["null", "10", "60", "600"])
STEPS = st.one_of(
    st.tuples(st.just("say"), INTERFACES),
    st.tuples(st.just("answer"), INTERFACES),
    st.tuples(st.sampled_from([MAIN, FALLBACK]), NUMBER),
    st.tuples(st.sampled_from([MAIN_OFFLINE, FALLBACK_OFFLINE, FALLBACK_ONLINE]), TIMEOUT),
    st.tuples(st.just("run"), st.integers(1, 700)),
)


@given(steps=st.lists(STEPS, max_size=40))
def test_whatever_happens_the_interface_is_one_the_keys_allow(steps: list[tuple[str, object]]) -> None:
    """No wish is said twice in a row, every deadline lies ahead, and the keys in force are obeyed."""
    roads = Roads()
    for word, value in steps:
        if word == "say":
            roads.say(value)  # pyright: ignore[reportArgumentType]
        elif word == "answer":
            roads.answer_on(*value)  # pyright: ignore[reportGeneralTypeIssues]
        elif word == "run":
            roads.run(int(str(value)) * SECOND)
        else:
            roads.change(word, str(value))
    roads.run(LAST_WORDS)
    wishes = [wish for _, wish in roads.used]
    assert all(wish != before for before, wish in pairwise(wishes))
    assert roads.way in Ways.of(roads.keys).candidates(Part(roads.view.part))
