"""The panel's port into a host: who is asked what, and when the simulated world is looked at."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import msgspec
import pytest

from pilotline.links.diary import Noted
from pilotline.links.operations import OPERATIONS, OperationError
from pilotline.runtime import host_port
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.host_port import HostPort
from pilotline.runtime.words import WORDS, served_by
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH, BenchView
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.roles import Asker

VIEW = BenchView(
    False, None, "A", False, 50.0, False, False, PerPhase(0, 0, 0), PerPhase(230, 0, 0), 25, (), (), "absent"
)
Asked = list[tuple[str, str]]


class Ends:
    """Both ends a port asks. ``world`` is what the launcher answers for the board, or its error."""

    def __init__(self) -> None:
        self.asked: Asked = []
        self.world: Any = msgspec.to_builtins(VIEW)
        self.own_error: Exception | None = None
        self.seen = 0
        self.noted: list[Noted] = []
        self.looked = asyncio.Event()

    async def own(self, word: str, _args: Mapping[str, Any], _asker: Asker) -> Any:
        self.asked.append(("own", word))
        if self.own_error is not None:
            raise self.own_error
        return "own"

    async def launcher(self, word: str, _args: Mapping[str, Any]) -> Any:
        self.asked.append(("launcher", word))
        if word == "bench_view":
            self.looked.set()
            if isinstance(self.world, Exception):
                raise self.world
            return self.world
        return "launcher"

    def see(self) -> None:
        self.seen += 1

    def port(self, *, virtual: bool = True, connectors: int = 1) -> HostPort:
        clock = CoreClock()
        return HostPort(
            self.own,
            self.launcher,
            clock,
            self.see,
            self.noted.append,
            virtual=virtual,
            connectors=connectors,
        )


def play(story: Callable[[Ends], Coroutine[Any, Any, None]]) -> list[dict[str, Any]]:
    """Run a story; what reached the event loop's handler."""
    escaped: list[dict[str, Any]] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: escaped.append(context))
        await story(Ends())

    asyncio.run(run())
    return escaped


def test_a_virtual_station_offers_every_word_but_those_of_time_lapse() -> None:
    """All four tables."""

    async def story(ends: Ends) -> None:
        words = set(WORDS) - served_by("lapse") | set(OPERATIONS) | set(BENCH) | set(ACTIONS)
        assert set(ends.port().operations) == words

    play(story)


@pytest.mark.parametrize(("many", "numbers"), [(1, [1]), (2, [1, 2])])
def test_a_page_may_ask_for_the_connectors_there_are(many: int, numbers: list[int]) -> None:
    """They count from 1, as in OCPP."""

    async def story(ends: Ends) -> None:
        assert list(ends.port(connectors=many).connectors) == numbers

    play(story)


def test_a_real_station_offers_nothing_of_the_bench() -> None:
    """What acts on a simulated world has nothing to act on."""

    async def story(ends: Ends) -> None:
        words = set(ends.port(virtual=False).operations)
        assert not words & (set(BENCH) | set(ACTIONS))
        assert words >= set(OPERATIONS)

    play(story)


@pytest.mark.parametrize("word", sorted(OPERATIONS) + sorted(served_by("host") - {"status"}))
def test_the_hosts_own_words_are_done_at_once(word: str) -> None:
    """Without the way by the launcher, which may be busy."""

    async def story(ends: Ends) -> None:
        assert await ends.port().ask(word, {}) == "own"
        assert ends.asked == [("own", word)]

    play(story)


@pytest.mark.parametrize("word", ["status", "plug_in", "inject", "host_crash", "pids"])
def test_every_other_word_goes_by_the_launcher_and_the_world_is_looked_at_after_it(word: str) -> None:
    """The page shows what an operation has done when it is answered."""

    async def story(ends: Ends) -> None:
        assert await ends.port().ask(word, {}) == "launcher"
        assert ends.asked == [("launcher", word), ("launcher", "bench_view")]

    play(story)


def test_a_world_that_has_not_changed_is_not_shown_again() -> None:
    """One look shows it, the next only if it differs."""

    async def story(ends: Ends) -> None:
        port = ends.port()
        await port.look()
        await port.look()
        assert (ends.seen, port.worlds) == (1, {1: VIEW})
        ends.world = {**ends.world, "plugged": True}
        await port.look()
        assert ends.seen == 2
        assert port.worlds[1].plugged

    play(story)


@pytest.mark.parametrize("world", [OperationError("That part is not running."), {}, None, {"plugged": 7}])
def test_a_board_that_cannot_be_looked_at_leaves_the_last_look(world: Any) -> None:
    """It is being started again, or says what nobody understands."""

    async def story(ends: Ends) -> None:
        port = ends.port()
        await port.look()
        ends.world = world
        await port.look()
        assert (ends.seen, port.worlds) == (1, {1: VIEW})

    assert play(story) == []


def test_a_real_world_is_not_looked_at() -> None:
    """There is nobody to ask."""

    async def story(ends: Ends) -> None:
        port = ends.port(virtual=False)
        await port.look()
        port.watch(True)
        assert ends.asked == []
        assert port.worlds == {}

    play(story)


def test_the_world_is_looked_at_while_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, until nobody does."""
    monkeypatch.setattr(host_port, "LOOK_EVERY_S", 0.001)

    async def story(ends: Ends) -> None:
        port = ends.port()
        port.watch(True)
        for _ in range(3):
            ends.looked.clear()
            await asyncio.wait_for(ends.looked.wait(), 5)
        port.watch(False)
        count = len(ends.asked)
        await asyncio.sleep(0.01)
        assert len(ends.asked) == count

    assert play(story) == []


def test_a_board_that_is_gone_for_a_while_does_not_end_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cycle with the page open."""
    monkeypatch.setattr(host_port, "LOOK_EVERY_S", 0.001)

    async def story(ends: Ends) -> None:
        port, ends.world = ends.port(), OperationError("The process has ended.")
        port.watch(True)
        await asyncio.wait_for(ends.looked.wait(), 5)
        ends.world = msgspec.to_builtins(VIEW)
        async with asyncio.timeout(5):
            while not port.worlds:  # noqa: ASYNC110 - the port tells the host, not the test
                await asyncio.sleep(0)
        port.watch(False)

    assert play(story) == []


def test_what_cannot_be_done_is_raised_and_no_mistake() -> None:
    """The sentence goes to whoever asked."""

    async def story(ends: Ends) -> None:
        ends.own_error = OperationError("resend: x is not set aside; no session is.")
        with pytest.raises(OperationError, match="not set aside"):
            await ends.port().ask("resend", {"session": "x"})

    assert play(story) == []


def test_what_happens_at_the_door_is_handed_on_for_the_log() -> None:
    """Who signed in is a thing the host keeps."""

    async def story(ends: Ends) -> None:
        ends.port().note("person_signed_in", {"name": "anna"})
        assert ends.noted == [Noted("person_signed_in", {"name": "anna"})]

    assert play(story) == []


def test_a_mistake_in_the_core_is_not_the_panels_to_swallow() -> None:
    """A server would answer 500 and go on with a core in an unknown state: the loop's handler hears of it."""

    async def story(ends: Ends) -> None:
        ends.own_error = ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await ends.port().ask("present_tag", {"tag": "TAG"})

    (context,) = play(story)
    assert isinstance(context["exception"], ZeroDivisionError)


def test_a_mistake_while_looking_is_heard_of_at_once() -> None:
    """Not when the task happens to be thrown away."""

    async def story(ends: Ends) -> None:
        port = ends.port()
        port._seen = lambda: 1 / 0
        port.watch(True)
        await asyncio.wait_for(ends.looked.wait(), 5)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    contexts = play(story)
    assert isinstance(contexts[0]["exception"], ZeroDivisionError)
