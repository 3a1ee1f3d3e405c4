"""Time lapse: simulated time in slices, by a clock that the test turns."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from pilotline.links.operations import NoAnswerError, OperationError
from pilotline.models.reader import load_charger
from pilotline.panel.feed import Feed
from pilotline.panel.picture import Picture
from pilotline.runtime.lapse import BENCH_SPEED, MOST_BOOKED, SLICE, STORY_SPEED, Pace, SimulatedStation
from pilotline.runtime.words import WORDS
from pilotline.simulator.station import Traced, VirtualStation
from pilotline.simulator.story import NO_HOST, STORY_ENDS, StoryRunner, load_story, parse_story
from pilotline.station.snapshot import ConnectorView
from pilotline.vocabulary.time import MINUTE, MS, SECOND

MODEL = load_charger("evnet-7kw-s")
CHARGE = "wait ocpp_status=Available\nplug_in\npresent_tag tag=04A1\nwait ocpp_status=Charging"


class Clock:
    """Real time as the test has it; ``costs`` is what every look at it takes."""

    def __init__(self) -> None:
        self.now = 5 * SECOND
        self.costs = 0

    def __call__(self) -> int:
        self.now += self.costs
        return self.now


class Watched:
    """A simulated station, its pictures in order, its story's steps and end, and all that passed in it."""

    def __init__(self, story: str | None = None, *, speed: float | None = None) -> None:
        self.clock = Clock()
        self.traced: list[Traced] = []
        self.virtual = VirtualStation(MODEL, trace=self.traced.append)
        self.steps: list[str] = []
        self.ends: list[str] = []
        self.pictures: list[tuple[int, Picture]] = []
        self.station = SimulatedStation(
            self.virtual,
            parse_story("s", story) if story is not None else None,
            self.clock,
            on_step=lambda step: self.steps.append(str(step)),
            on_end=self.ends.append,
        )
        self.station.on_picture = lambda picture: self.pictures.append((self.station.now_ms(), picture))
        if speed is not None:
            self.do("time_lapse", speed=speed)

    def do(self, word: str, **args: Any) -> Any:
        """An operation, as the page asks for it; time goes on for one that waits for somebody."""
        return asyncio.run(self._ask(word, args))

    async def _ask(self, word: str, args: Mapping[str, Any]) -> Any:
        asked = asyncio.create_task(self.station.ask(word, args))
        while not asked.done():
            await asyncio.sleep(0)
            if not asked.done():
                self.watch(SLICE / SECOND)
                await asyncio.sleep(SLICE / SECOND)
        return await asked

    def refusal(self, word: str, **args: Any) -> str:
        """The sentence of one that cannot be done."""
        with pytest.raises(OperationError) as refused:
            self.do(word, **args)
        return str(refused.value)

    def watch(self, seconds: float) -> None:
        """So much real time passes, in slices."""
        for _ in range(round(seconds * SECOND / SLICE)):
            self.clock.now += SLICE
            self.station.slice()

    @property
    def now(self) -> int:
        return self.virtual.timeline.now

    @property
    def picture(self) -> Picture:
        """The last one that was shown."""
        return self.pictures[-1][1]

    @property
    def connector(self) -> ConnectorView:
        return self.picture.connectors["1"]


# --- speed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [0, 0.5, 1, 60, 600])
def test_time_passes_as_fast_as_is_asked(speed: float) -> None:
    """Exactly, slice by slice; the pictures bear its times."""
    watched = Watched(speed=speed)
    watched.watch(3)
    assert watched.now == 3 * SECOND * speed
    assert watched.station.now_ms() == 3_000 * speed
    assert watched.picture.lapse is not None
    assert (watched.picture.lapse.speed, watched.picture.lapse.reached) == (speed, speed)


def test_a_story_begins_at_a_minute_a_second_and_an_empty_station_in_real_time() -> None:
    """Who shows a card has its full time to plug in."""
    told, empty = Watched("after 1h"), Watched()
    told.watch(1)
    empty.watch(1)
    assert (told.now, empty.now) == (MINUTE, SECOND)
    assert (STORY_SPEED, BENCH_SPEED) == (60, 1)


def test_a_slice_that_came_late_makes_up_for_it() -> None:
    """Real time is measured and not counted in slices."""
    watched = Watched(speed=60)
    watched.clock.now += 333 * MS
    watched.station.slice()
    assert watched.now == 60 * 333 * MS


def test_a_speed_holds_from_the_moment_it_is_asked_for() -> None:
    """What passed of the slice before is not stretched."""
    watched = Watched(speed=0)
    watched.clock.now += 40 * MS
    watched.do("time_lapse", speed=3600)
    watched.clock.now += 10 * MS
    watched.station.slice()
    assert watched.now == 36 * SECOND


def test_what_takes_too_long_is_cut_short_and_said_so() -> None:
    """Each look at this clock takes 15 ms: three pieces of a second are all a slice has room for."""
    watched = Watched(speed=600)
    watched.watch(0.5)
    before, watched.clock.costs = watched.now, 15 * MS
    watched.station.slice()
    assert watched.now - before <= 3 * SECOND
    watched.watch(3)
    assert watched.picture.lapse is not None
    assert watched.picture.lapse.speed == 600
    assert 0 < watched.picture.lapse.reached < 60
    behind, watched.clock.costs = watched.now, 0
    watched.watch(0.05)
    assert watched.now - behind < 120 * SECOND  # nobody races to catch up with 30 minutes


def test_the_speed_reached_is_that_of_the_last_second_and_rests() -> None:
    """Two digits when it is lower, else what was asked for."""
    pace = Pace(600, 0)
    seen: list[float] = []
    for second in range(1, 4):
        for slice_ in range(20):
            due = pace.due((second - 1) * SECOND + (slice_ + 1) * SLICE)
            assert due == 30 * SECOND
            pace.count(due if second != 2 else due * 2 // 3 + slice_ * 1_001)
        seen.append(pace.reached)
    assert seen == [600, 400, 600]
    assert Pace(0, 0).reached == 0


# --- pictures ---------------------------------------------------------------------------------------


def test_pictures_are_shown_at_most_ten_times_a_second() -> None:
    """A station that rests costs no more."""
    watched = Watched(speed=60)
    watched.watch(1)
    watched.pictures.clear()
    watched.watch(2)
    assert 18 <= len(watched.pictures) <= 20


def test_the_curve_has_a_jump_at_its_time_at_any_speed() -> None:
    """The offer and the power of a charge that passes within a few slices are drawn within a second."""
    watched = Watched(f"{CHARGE}\nafter 20m\nlimit_current limit_ma=10000\nafter 10m\nunplug", speed=3600)
    feed = Feed("e")
    watched.station.on_picture = lambda picture: feed.see(picture, watched.station.now_ms())
    watched.watch(0.6)
    curve = feed._curves["1"]
    limits = [(at, limit_w) for at, _, limit_w in curve.points]
    lowered = next(at for at, limit_w in limits if limit_w == 2_300)
    full = next(at for at, power_w, _ in curve.points if power_w == 7_360)
    assert 20 * 60_000 <= lowered <= 20 * 60_000 + 20_000
    assert full < 20_000
    assert any(power_w is not None and 0 < power_w < 7_000 for _, power_w, _ in curve.points[:10])


def test_who_asks_for_the_picture_has_the_present_one() -> None:
    """Also between slices, and when time stands."""
    watched = Watched(speed=0)
    asyncio.run(watched.station.look())
    assert watched.picture.backend.configured
    assert not watched.picture.backend.cut


def test_a_station_that_is_watched_does_what_it_does_unwatched() -> None:
    """Slices, pictures and looks leave no trace: the same bytes and texts at the same times."""
    watched, unwatched = Watched("\n".join(map(str, load_story("demo").steps))), list[Traced]()
    alone = VirtualStation(MODEL, trace=unwatched.append)
    StoryRunner(alone).play(load_story("demo"))
    while not watched.ends:
        watched.watch(0.05)
        for word in ("status", "bench_view", "world_view"):
            watched.do(word)
    assert list(map(str, watched.traced[: len(unwatched)])) == list(map(str, unwatched))


# --- the story --------------------------------------------------------------------------------------


def test_a_story_is_announced_and_time_goes_on_when_it_has_ended() -> None:
    """Each step, with those that only wait, is on the page while it lasts."""
    watched = Watched("after 3s\nplug_in\nwait ocpp_status=Preparing\nafter 30s")
    notes: list[str | None] = []
    for _ in range(60):
        watched.watch(0.05)
        assert watched.picture.lapse is not None
        if watched.picture.lapse.note not in notes:
            notes.append(watched.picture.lapse.note)
    assert watched.steps == ["after 3s", "plug_in", "wait ocpp_status=Preparing", "after 30s"]
    assert watched.ends == [STORY_ENDS]
    assert notes[-2:] == ["> after 30s", STORY_ENDS]
    assert watched.now == 3 * MINUTE
    assert watched.picture.lapse is not None
    assert watched.picture.lapse.story == "s"


def test_a_story_that_fails_is_told_and_its_station_lives_on() -> None:
    """With line and reason; then it is there to be played with."""
    watched = Watched("after 3s\nunplug\nplug_in")
    watched.watch(1)
    sentence = "s:2: No plug is in."
    assert watched.ends == [sentence]
    assert watched.picture.lapse is not None
    assert watched.picture.lapse.note == sentence
    watched.do("plug_in")
    watched.watch(1)
    assert watched.connector.ocpp_status == "Preparing"
    assert watched.ends == [sentence]


def test_without_a_story_there_is_nothing_to_tell() -> None:
    """An empty name and no note."""
    watched = Watched()
    watched.watch(1)
    assert watched.picture.lapse is not None
    assert (watched.picture.lapse.story, watched.picture.lapse.note) == ("", None)
    assert not watched.ends


def test_who_helps_a_story_on_makes_it_go_on_even_while_time_stands() -> None:
    """A condition that comes true takes no time, nor does the step after it."""
    watched = Watched("wait connected=false\nplug_in\nafter 1h", speed=600)
    watched.watch(0.5)
    watched.do("time_lapse", speed=0)
    before = watched.now
    watched.do("network", up=False)
    assert "plug_in" in watched.steps
    assert watched.picture.world is not None
    assert watched.picture.world.plugged
    assert watched.now == before


# --- operations -------------------------------------------------------------------------------------


def test_a_paused_station_can_be_played_with() -> None:
    """What is done is done and shown; time does not move."""
    watched = Watched(speed=60)
    watched.watch(1)
    watched.do("time_lapse", speed=0)
    before = watched.now
    watched.do("plug_in", cable_ma=20_000)
    assert watched.picture.world is not None
    assert watched.picture.world.plugged
    assert watched.picture.world.cable_a == 20
    watched.do("present_tag", tag="04A1")
    watched.do("inject", fault="EVSE_FAULT_CP_STATE")
    assert watched.picture.world.causes == ("EVSE_FAULT_CP_STATE",)
    watched.watch(2)
    assert watched.now == before
    watched.do("inject", fault="EVSE_FAULT_CP_STATE", active=False)
    watched.do("time_lapse", speed=60)
    watched.watch(1)
    assert watched.connector.ocpp_status == "Charging"


@pytest.mark.parametrize("word", sorted(Watched().station.operations))
def test_every_word_that_is_offered_is_served(word: str) -> None:
    """Done, or refused with a sentence of its own; the station goes on in either case."""
    watched = Watched(speed=60)
    watched.watch(0.1)
    said = ""
    try:
        watched.do(word)
    except OperationError as error:
        said = str(error)
    assert not said.startswith("There is no operation")
    assert watched.station._error is None
    watched.watch(0.1)


def test_only_what_needs_processes_or_a_hostile_backend_is_not_offered() -> None:
    """All else of the control line is."""
    assert WORDS.keys() - Watched().station.operations.keys() == {
        "pids", "set_aside", "resend", "firmware",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "args", "sentence"),
    [
        ("fly", {}, "There is no operation fly; there are "),
        ("pids", {}, "There is no operation pids; there are "),
        ("plug_in", {"colour": "red"}, "plug_in has no argument colour; it takes cable_ma, ohm."),
        ("unplug", {}, "No plug is in."),
        ("time_lapse", {}, "time_lapse: "),
        ("time_lapse", {"speed": -1}, "time_lapse: "),
        ("time_lapse", {"speed": 3601}, "time_lapse: "),
        ("network", {"up": "perhaps"}, "network: "),
        ("status", {"all": True}, "status: "),
        ("config_get", {"keys": ["a"] * 99}, "More keys were named than GetConfigurationMaxKeys allows"),
        (
            "config_set",
            {"key": "LightIntensity", "value": 300},
            "LightIntensity was not set to '300': Rejected.",
        ),
        ("config_set", {"key": "NoSuchKey", "value": 1}, "NoSuchKey was not set to '1': NotSupported."),
    ],
)
def test_what_cannot_be_done_is_a_sentence(word: str, args: Mapping[str, Any], sentence: str) -> None:
    """For the page; the station goes on."""
    watched = Watched()
    watched.watch(1)
    assert watched.refusal(word, **args).startswith(sentence)
    before = watched.now
    watched.watch(1)
    assert watched.now > before


def test_settings_are_read_and_changed_beside_the_station() -> None:
    """Texts, numbers and truth values, as on the control line; they outlive a power cut."""
    watched = Watched(speed=60)
    watched.watch(0.1)
    assert watched.do("config_set", key="LightIntensity", value=30) == "Accepted"
    assert watched.do("config_set", key="AllowOfflineTxForUnknownId", value=False) == "Accepted"
    watched.do("power_cycle")
    watched.watch(0.1)
    keys = ["LightIntensity", "AllowOfflineTxForUnknownId"]
    assert watched.do("config_get", keys=keys) == {keys[0]: "30", keys[1]: "false"}
    assert len(watched.do("config_get")) > 10


def test_energy_is_read_as_of_a_real_station() -> None:
    """By hour, day or month, of a connector there is."""
    watched = Watched(speed=60)
    watched.watch(0.1)
    seen = watched.do("energy", by="hour", first="2026-01-01")
    assert (seen.by, seen.undated_wh) == ("hour", 0)
    assert watched.refusal("energy", by="week").startswith("energy: ")
    assert watched.refusal("energy", connector=9).startswith("energy: there is no connector 9")


def test_the_line_to_the_backend_can_be_cut_and_mended() -> None:
    """The picture says who cut it."""
    watched = Watched(speed=60)
    watched.watch(0.2)
    watched.do("network", up=False)
    assert (watched.picture.backend.cut, watched.picture.backend.connected) == (True, False)
    watched.do("network", up=True)
    watched.watch(0.2)
    assert (watched.picture.backend.cut, watched.picture.backend.connected) == (False, True)


def test_a_full_disk_stops_a_start_and_what_was_done_to_it_ends_with_the_host() -> None:
    """As on the control line: what is left out stays as it is."""
    watched = Watched(speed=60)
    watched.watch(0.1)
    watched.do("disk", commit_s=2.5)
    watched.do("disk", full=True)
    assert (watched.virtual.disk.takes, watched.virtual.disk.full) == (2_500_000, True)
    watched.do("plug_in")
    watched.do("present_tag", tag="04A1")
    watched.watch(0.2)
    assert not watched.connector.relay
    assert watched.connector.why.code == "disk"
    watched.do("power_cycle")
    assert (watched.virtual.disk.takes, watched.virtual.disk.full) == (0, False)
    watched.watch(0.2)
    watched.do("present_tag", tag="04A1")
    watched.watch(0.2)
    assert watched.connector.relay


# --- crash and power cut ----------------------------------------------------------------------------


def test_times_never_go_back_though_every_host_counts_anew() -> None:
    """Through crashes and power cuts the pictures' times rise, and a time to come is on their scale."""
    watched = Watched(speed=60)
    watched.watch(1)
    for word in ("host_crash", "power_cycle", "reset_button", "host_crash"):
        watched.do(word)
        watched.watch(1)
    watched.do("present_tag", tag="04A1")
    watched.watch(0.1)
    times = [at_ms for at_ms, _ in watched.pictures]
    assert times == sorted(times)
    until = watched.connector.why.until
    assert until is not None
    assert watched.now < until <= watched.now + 90 * SECOND
    seen = watched.do("status").connectors[0]
    assert seen.why.until == until


def test_an_interface_is_taken_down_and_until_when_is_said_in_the_timelines_time() -> None:
    """The host's own time began later; the page's switch of the whole line stays as it was."""
    watched = Watched(speed=1)
    watched.watch(5)
    watched.do("host_crash")
    watched.watch(5)
    for key, value in (("c_FallbackNetworkInterface", 2), ("c_MainNetworkInterface", 1)):
        watched.do("config_set", key=key, value=value)
    watched.do("config_set", key="c_MainOfflineTimeout", value=60)
    watched.watch(2)
    watched.do("network", up=False, interface="ethernet")
    network = watched.do("status").backend.network
    assert (network.name, network.until) == ("ethernet", watched.now + 60 * SECOND)
    assert not watched.picture.backend.cut
    assert not watched.picture.backend.connected
    assert "interface" in watched.refusal("network", up=False, interface="pigeon")


def test_the_wall_clock_stands_on_the_same_scale() -> None:
    """The moment of time 0 is the same whichever host learned it, and unknown until one has."""
    watched = Watched(speed=60)
    zeros: list[int | None] = []
    for word in ("status", "host_crash", "power_cycle"):
        watched.do(word)
        watched.watch(1)
        zeros.append(watched.picture.station.zero_utc_ms)
    assert zeros == [1_767_571_200_000] * 3
    watched.do("network", up=False)
    watched.do("power_cycle")
    watched.watch(1)
    assert watched.picture.station.zero_utc_ms is None


def test_a_host_that_is_down_is_said_to_be_and_what_it_said_last_stands_still() -> None:
    """The world goes on without it: at real time this can be watched."""
    watched = Watched(CHARGE, speed=60)
    watched.watch(1)
    watched.do("time_lapse", speed=1)
    watched.watch(1)
    last = watched.connector
    watched.do("host_crash")
    for word in ("status", "config_get", "clear_faults"):
        with pytest.raises(NoAnswerError, match=NO_HOST):
            watched.do(word)
    watched.watch(0.5)
    assert watched.picture.lapse is not None
    assert watched.picture.lapse.note == NO_HOST
    assert watched.connector == last
    watched.do("unplug", force=True)
    assert watched.picture.world is not None
    assert not watched.picture.world.plugged
    watched.watch(3)
    assert watched.picture.lapse is not None
    assert watched.picture.lapse.note == STORY_ENDS
    assert watched.connector.transaction is None


# --- errors and the end -----------------------------------------------------------------------------


def break_it(watched: Watched) -> None:
    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    watched.virtual.timeline.post(fail)


def test_a_mistake_of_ours_in_simulated_time_ends_the_station_with_its_trace() -> None:
    """It is raised where the program waits."""
    watched = Watched()
    break_it(watched)
    watched.clock.now += SLICE
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        asyncio.run(watched.station.run())


def test_a_mistake_of_ours_in_an_operation_is_not_swallowed_by_the_server() -> None:
    """Whoever asked gets the error, and the program ends with the same."""
    watched = Watched(speed=0)
    break_it(watched)

    async def ask_and_run() -> None:
        with pytest.raises(RuntimeError):
            await watched.station.ask("status", {})
        await watched.station.run()

    with pytest.raises(RuntimeError, match="a mistake of ours"):
        asyncio.run(ask_and_run())


def test_stop_ends_it() -> None:
    """As Ctrl-C does, and without an error."""
    watched = Watched(speed=0)

    async def ask_and_run() -> None:
        await watched.station.ask("stop", {})
        await watched.station.run()

    asyncio.run(ask_and_run())


def test_years_of_simulated_time_do_not_fill_the_memory() -> None:
    """The virtual backend's books are kept short."""
    watched = Watched(speed=60)
    watched.watch(0.1)
    books = watched.virtual.backend.books
    books.extend(books[:1] * 2 * MOST_BOOKED)
    watched.watch(0.1)
    assert len(books) == MOST_BOOKED


@pytest.mark.requirement("M-12")
def test_a_car_is_charged_and_let_go_from_the_page_alone() -> None:
    """Started with the station's own tag and asked of the backend; the second press is a sentence."""
    watched = Watched(speed=60)
    watched.watch(0.2)
    watched.do("plug_in")
    watched.watch(0.2)
    assert watched.do("start_charging") is None
    watched.watch(0.5)
    assert watched.connector.ocpp_status == "Charging"
    assert watched.connector.transaction is not None
    assert watched.connector.transaction.tag == "LOCAL"
    assert watched.refusal("start_charging") == "start_charging: A session runs here already."
    assert watched.do("stop_charging") is None
    watched.watch(1)
    assert watched.connector.ocpp_status == "Finishing"


@pytest.mark.requirement("M-11")
def test_a_card_is_learnt_named_and_kept_over_a_power_cut() -> None:
    """The card that is learnt begins nothing; a wait for one that does not come ends."""
    watched = Watched(speed=60)
    watched.watch(0.2)

    async def learn() -> Any:
        asked = asyncio.create_task(watched.station.ask("card_learn", {}))
        await asyncio.sleep(0)
        await watched.station.ask("present_tag", {"tag": "04A1"})
        return await asked

    assert asyncio.run(learn()) == {"tag": "04A1"}
    assert watched.connector.ocpp_status == "Available"
    assert watched.do("card_set", tag="04A1", name="Anna") is None
    watched.do("power_cycle")
    watched.watch(0.2)
    (card,) = watched.do("cards")
    assert (card.tag, card.name, card.allowed, card.last) == ("04A1", "Anna", True, None)
    assert watched.do("card_forget", tag="04a1") is None
    assert watched.do("cards") == []
    assert watched.refusal("card_learn") == "card_learn: No card was held to the reader within 30 s."


@pytest.mark.requirement("E-41")
@pytest.mark.parametrize(("kind", "reason"), [("soft", "SW"), ("hard", "EXT")])
def test_a_restart_from_the_page_tells_its_reason(kind: str, reason: str) -> None:
    """Reset reason 3 and 2, as of OCPP's Reset (R-42)."""
    watched = Watched(speed=60)
    watched.watch(0.2)
    assert watched.do("restart", kind=kind) is None
    watched.watch(0.5)
    told = [payload["info"] for payload in _notified(watched) if payload.get("vendorId") == "VendorID3"]
    assert told == ["POWERON", reason]
    assert watched.refusal("restart", kind="gently").startswith("restart: ")


def _notified(watched: Watched) -> list[dict[str, Any]]:
    frames = [json.loads(each.what) for each in watched.traced if each.target == "backend"]  # type: ignore[arg-type]
    return [frame[3] for frame in frames if frame[0] == 2 and frame[2] == "StatusNotification"]


@pytest.mark.requirement("E-06")
def test_the_next_day_is_told_in_local_time() -> None:
    """By the key TimeZone; the schedule is the owner's."""
    watched = Watched(speed=60)
    watched.watch(0.2)
    watched.do("config_set", key="TimeZone", value="Europe/Rome")
    watched.do("config_set", key="c_ChargeSchedule", value="Mo-Su 00:00-24:00 16")
    seen = watched.do("preview")
    (step,) = seen["steps"]
    assert (step.source, step.limit_a, step.at, seen["zone"]) == (
        "schedule",
        16.0,
        seen["from"],
        "Europe/Rome",
    )
    assert step.sentence == "Your weekly schedule allows 16 A at this hour."
