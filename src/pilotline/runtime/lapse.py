"""Time lapse: a simulated station on the event loop, its queue advanced in slices while pages look on.

Every 50 ms the time that has passed is worth ``speed`` times as much simulated time. A slice that takes more
than its budget is cut short: the station then runs as fast as the machine can, says so, and its page still
answers. Who looks changes nothing, and the simulated side knows neither this clock nor that there are slices.
"""

import asyncio
import inspect
import socket
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from pilotline import __version__
from pilotline.links.diary import Noted
from pilotline.links.here import look_around
from pilotline.links.host import BackendView, HostView
from pilotline.links.operations import (
    LOCAL,
    OPERATIONS,
    PATIENCE_S,
    NoAnswerError,
    OperationError,
    of_connector,
    value_of,
)
from pilotline.links.statement import Letterhead
from pilotline.panel.entry import OPEN
from pilotline.panel.picture import Lapse, Line, Picture, Plate, paint, plate_of
from pilotline.panel.port import Row
from pilotline.runtime import words
from pilotline.runtime.history_words import HistoryWords, InMemory
from pilotline.runtime.inspection_words import InspectionWords, SimulatedSources
from pilotline.runtime.settings_words import SETTINGS, SettingsWords
from pilotline.runtime.station_panel import StationPanel
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH
from pilotline.simulator.station import Disk, VirtualStation
from pilotline.simulator.story import NO_HOST, STORY_ENDS, Playing, Step, Story, StoryError, perform
from pilotline.station.core import Station
from pilotline.station.snapshot import ConnectorView, LimitView, Why, security_views
from pilotline.vocabulary.roles import Asker
from pilotline.vocabulary.time import MS, SECOND

STORY_SPEED, BENCH_SPEED = 60.0, 1.0
"""To begin with: a minute a second, so that half an hour of charging is watched in half a minute; and with no
story to watch, real time, so that who shows a card has its full time to plug in."""
SLICE, BUDGET = 50 * MS, 40 * MS
"""Real time: a slice begins this often, and begins no more work after its budget."""
PIECE = 1 * SECOND
"""Simulated time: a slice is passed in pieces of this length, each about a millisecond of work."""
PUBLISH_EVERY = 100 * MS
"""Real time between pictures, but for those of something that jumps: a curve needs it at its time."""
MEASURED = 1 * SECOND
"""Real time over which the speed that is reached is measured."""
JUMP_W = 500
MOST_BOOKED = 1_000
"""What the virtual backend remembers of a station that runs for years; nobody reads it here."""
SERIAL = "SIM-0001"
_OF_THE_HOST = frozenset(OPERATIONS) | {
    "status", "config_get", "config_set", "sessions", "session_curve", "export", "diagnostics",
    "ocpp_messages", "v2g_messages", "self_test", "support",
} | SETTINGS  # fmt: skip
"""What nobody answers while the host is down."""
TOO_MANY_KEYS = "More keys were named than GetConfigurationMaxKeys allows; name none for all."


EndT = TypeVar("EndT", Why, LimitView)


class Pace:
    """How fast time shall run, and how fast it does. Times in real microseconds."""

    def __init__(self, speed: float, now: int) -> None:
        self.speed = self.reached = speed
        self._at = self._since = now
        self._passed = 0

    def due(self, now: int) -> int:
        """The simulated time that the real time since the last question is worth."""
        elapsed, self._at = now - self._at, now
        return int(elapsed * self.speed)

    def count(self, passed: int) -> None:
        """So much of it has passed. What has not is given up: who is behind does not race to catch up."""
        self._passed += passed
        real = self._at - self._since
        if real >= MEASURED:
            self.reached = _readable(self._passed / real, self.speed)
            self._since, self._passed = self._at, 0


def _readable(measured: float, asked: float) -> float:
    """Rounded so that it rests: the speed that was asked for, or two digits."""
    return asked if measured >= asked * 0.98 else float(f"{measured:.2g}")


class SimulatedStation:
    """The panel's port into a simulated station, and what lets its time pass.

    ``on_picture`` is called with every picture; ``on_step`` with every step of the story before it happens,
    and ``on_end`` with a sentence when there are no more. All times it shows are those of the timeline, which
    goes on through crashes and power cuts.
    """

    virtual = True

    def __init__(
        self,
        station: VirtualStation,
        story: Story | None,
        clock: Callable[[], int],
        *,
        on_step: Callable[[Step], None] = lambda _step: None,
        on_end: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        """``clock``: real microseconds. Without a story the station is there to be played with."""
        self.on_picture: Callable[[Picture], object] = lambda _picture: None
        self._station = station
        self._clock = clock
        self._on_step = on_step
        self._on_end = on_end
        self._name = story.name if story else ""
        self._note: str | None = None
        self._playing = Playing(station, story, self._announce) if story else None
        self.pace = Pace(STORY_SPEED if story else BENCH_SPEED, clock())
        self._seen = self._look()
        self._shown_at = clock() - PUBLISH_EVERY
        self._error: Exception | None = None
        self._stopped = False
        self._own = self._own_words()
        own = {word: words.WORDS[word] for word in self._own}
        self.connectors = tuple(station.places)
        self.operations: Mapping[str, Row] = {**own, **OPERATIONS, **BENCH, **ACTIONS}

    # --- time ---

    async def run(self) -> None:
        """Until somebody asks the station to stop. An error in the station ends it: it is raised here."""
        while not self._stopped:
            begun = self._clock()
            self.slice()
            await asyncio.sleep(max(0, SLICE - (self._clock() - begun)) / SECOND)
            if self._error is not None:
                raise self._error

    def slice(self) -> None:
        """Let pass what the time since the last slice is worth, as far as the budget goes."""
        begun = now = self._clock()
        due, passed = self.pace.due(begun), 0
        while passed < due and now - begun < BUDGET:
            piece = min(PIECE, due - passed)
            self._advance(piece)
            passed += piece
            self._notice()
            now = self._clock()
        self.pace.count(passed)
        if now - self._shown_at >= PUBLISH_EVERY:
            self._show()
        del self._station.backend.books[:-MOST_BOOKED]

    def _advance(self, duration: int) -> None:
        """Let simulated time pass; with none, what is due at this very moment."""
        until = self._station.timeline.now + duration
        if self._playing is not None and self._story_ends(self._playing, until):
            self._playing = None
        if self._playing is None:
            self._station.timeline.run(until)

    def _story_ends(self, playing: Playing, until: int) -> bool:
        """A story that does not go as written is over; its station lives on."""
        try:
            if not playing.advance(until):
                return False
            self._note = STORY_ENDS
        except StoryError as error:
            self._note = str(error)
        self._on_end(self._note)
        return True

    def _announce(self, step: Step) -> None:
        self._note = f"> {step}"
        self._on_step(step)

    # --- the panel's port ---

    def now_ms(self) -> int:
        return self._station.timeline.now // MS

    async def look(self) -> None:
        with self._fail_stop():
            self._show()

    def watch(self, watched: bool) -> None:
        """A picture costs so little that it is painted for nobody too."""

    def note(self, kind: str, words: Mapping[str, str]) -> None:
        self._station.tell(Noted(kind, words))

    async def ask(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> Any:
        with self._fail_stop():
            try:
                value = self._do(word, args, asker)
                return await value if inspect.isawaitable(value) else value
            finally:
                self._advance(0)
                self._show()

    @contextmanager
    def _fail_stop(self) -> Generator[None]:
        """A server answers an error and goes on; a station whose state is unknown must not."""
        try:
            yield
        except OperationError:
            raise
        except Exception as error:
            self._error = error
            raise

    # --- its words ---

    def _do(self, word: str, args: Mapping[str, Any], asker: Asker) -> Any:
        if word in _OF_THE_HOST and not self._station.host_runs:
            raise NoAnswerError(NO_HOST)
        if word in self._own:
            return self._own[word](words.arguments(word, args), asker)
        if word in OPERATIONS:
            return self._wish(word, args, asker)
        if word in self.operations:
            return perform(self._station, word, args, asker)
        raise OperationError(f"There is no operation {word}; there are {', '.join(self.operations)}.")

    async def _wish(self, word: str, args: Mapping[str, Any], asker: Asker) -> Any:
        """Answered at once but where the station waits for somebody, for whom simulated time goes on."""
        station = self._station
        call = station.ask(word, args, asker)
        self._advance(0)
        patience_s, answer = OPERATIONS[word].patience_s, station.answer(call)
        if answer is None and patience_s <= PATIENCE_S:
            return None
        for _ in range(round(patience_s * SECOND / SLICE)):
            if answer is not None:
                return value_of(word, answer)
            await asyncio.sleep(SLICE / SECOND)
            answer = station.answer(call)
        raise NoAnswerError(f"{word} was not answered within {patience_s:g} s.")

    def _host_now(self) -> tuple[Station, int]:
        return self._station.host.station, self._station.timeline.now - self._station.host_since

    def _own_words(self) -> Mapping[str, words.Serve]:
        """There are no processes here to number, and the backend takes everything: nothing is set aside."""
        station = self._station
        return {
            "status": lambda _, __: self._look(),
            "config_get": self._config_get,
            "config_set": self._config_set,
            "network": lambda wish, _: station.set_network(up=wish.up, interface=wish.interface),
            "disk": lambda wish, _: self._set_disk(wish),
            "security_events": lambda _, __: security_views(station.journal.security, station.host.clock),
            **SettingsWords(self._host_now).serves(),
            **self._history().serves(),
            **self._inspection().serves(),
            "world_view": lambda wish, _: station.world_view(self._known("world_view", wish)),
            "bench_view": lambda wish, _: station.bench_view(self._known("bench_view", wish)),
            "host_crash": lambda _, __: self._end_host(station.host_crash),
            "power_cycle": lambda _, __: self._end_host(station.power_cycle),
            "reset_button": lambda _, __: self._end_host(station.reset_button),
            "time_lapse": lambda wish, _: self._set_speed(wish),
            "stop": lambda _, __: self._stop(),
        }

    def _known(self, word: str, wish: words.OfConnector) -> int:
        return of_connector(word, {"connector": wish.connector}, self._station.places)[0]

    def _config_get(self, wish: words.ConfigGet, asker: Asker) -> Mapping[str, str | None]:
        read = self._station.read_keys(wish.keys, asker)
        assert read is not None  # the host runs
        if read.too_many:
            raise OperationError(TOO_MANY_KEYS)
        return {reading.name: reading.text for reading in read.readings}

    def _inspection(self) -> InspectionWords:
        station = self._station
        return InspectionWords(
            lambda: (station.host, station.timeline.now - station.host_since),
            SimulatedSources(station),
            (SERIAL, SERIAL),
            lambda: self._own,
            has_backend=True,
        )

    def _history(self) -> HistoryWords:
        station = self._station
        head = Letterhead(SERIAL, station.model.name, SERIAL)
        return HistoryWords(
            lambda: (station.host.station, station.timeline.now - station.host_since),
            InMemory(lambda: station.journal),
            head,
            lambda work: work(),
        )

    def _config_set(self, wish: words.ConfigSet, asker: Asker) -> str | None:
        text = str(wish.value).lower() if isinstance(wish.value, bool) else str(wish.value)
        return perform(self._station, "config_set", {"key": wish.key, "value": text}, asker)

    def _set_disk(self, wish: words.Disk) -> None:
        disk = self._station.disk
        self._station.set_disk(
            takes=disk.takes if wish.commit_s is None else round(wish.commit_s * SECOND),
            full=disk.full if wish.full is None else wish.full,
        )

    def _end_host(self, end: Callable[[], None]) -> None:
        """What was done to its disk ends with the host."""
        self._station.disk = Disk()
        end()

    def _set_speed(self, wish: words.TimeLapse) -> None:
        self.pace = Pace(wish.speed, self._clock())

    def _stop(self) -> None:
        self._stopped = True

    # --- the picture ---

    def _notice(self) -> None:
        """Show at once what jumps, for the curve; the rest can wait."""
        before, after = self._seen, self._look()
        if _outline(before) != _outline(after):
            self._show()

    def _show(self) -> None:
        self._shown_at = self._clock()
        self._seen = self._look()
        self.on_picture(self._paint(self._seen))

    def _look(self) -> HostView:
        """What the host says, in the timeline's time; of one that is down, what it said last."""
        station = self._station
        if not station.host_runs:
            return self._seen
        view = station.snapshot()
        since = station.host_since
        connectors = tuple(_on_timeline(each, since) for each in view.connectors)
        return replace(view, connectors=connectors, backend=_backend_on_timeline(view.backend, since))

    def _paint(self, view: HostView) -> Picture:
        station, pace = self._station, self.pace
        note = self._note if station.host_runs else NO_HOST
        lapse = Lapse(pace.speed, pace.reached, self._name, note)
        line = Line(configured=True, cut=station.cut, up=station.network.up)
        worlds = {number: station.bench_view(number) for number in station.places}
        return paint(self._plate(), view, line, worlds, lapse, look_around(*self._host_now()))

    def _plate(self) -> Plate:
        station = self._station
        zero = station.host.clock.stamp(-station.host_since).utc_us
        return plate_of(
            station.model,
            SERIAL,
            SERIAL,
            __version__,
            virtual=True,
            zero_utc_ms=None if zero is None else -(-zero // MS),  # the backend cuts what is below 1 ms
        )


def _on_timeline(view: ConnectorView, since: int) -> ConnectorView:
    """Every ``until``, and when a car leaves, is the time of a host that began at ``since``."""
    limits = tuple(_later(each, since) for each in view.limits)
    why, car = _later(view.why, since), view.car
    if car is not None and car.leaves is not None:
        car = replace(car, leaves=car.leaves + since)
    return replace(view, why=why, limit=_later(view.limit, since), limits=limits, car=car)


def _later(what: EndT, since: int) -> EndT:
    return what if what.until is None else replace(what, until=what.until + since)


def _backend_on_timeline(view: BackendView, since: int) -> BackendView:
    """``network.until`` likewise."""
    network = view.network
    if network is None or network.until is None:
        return view
    return replace(view, network=replace(network, until=network.until + since))


def _outline(view: HostView) -> list[tuple[object, ...]]:
    """What makes a step in a curve when it differs."""
    return [
        (
            each.ocpp_status,
            each.offered_a,
            each.transaction and each.transaction.session,
            each.power_w and round(each.power_w / JUMP_W),
        )
        for each in view.connectors
    ]


async def serve(station: SimulatedStation, listener: socket.socket) -> None:
    """Run a station with its page, until somebody asks it to stop. What fails in either is raised."""
    panel = StationPanel(station, OPEN)
    station.on_picture = panel.see
    tasks = [asyncio.create_task(station.run()), asyncio.create_task(panel.serve(listener))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
