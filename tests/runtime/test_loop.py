"""The event loop around a core: one queue, effects in order, one timer."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.loop import CoreLoop
from pilotline.vocabulary.time import MS, Tick


class Echo:
    """A core that answers each text with its letters, remembers what it heard, and can be told a deadline."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.due: int | None = None

    def handle(self, event: str | Tick, now: int) -> Sequence[str]:
        self.heard.append(("tick" if isinstance(event, Tick) else event, now))
        if self.due is not None and self.due <= now:
            self.due = None
        if event == "broken":
            raise ValueError("the core is broken")
        return [] if isinstance(event, Tick) else list(event)

    def deadline(self) -> int | None:
        return self.due

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.heard]


def play(story: Callable[[Echo, CoreLoop[str, str], list[str], CoreClock], None], wait_s: float = 0) -> Echo:
    """Run a story on a loop around an Echo, and let timers run for a moment."""

    async def run() -> Echo:
        core, acted, clock = Echo(), list[str](), CoreClock()
        story(core, CoreLoop(core, acted.append, clock), acted, clock)
        await asyncio.sleep(wait_s)
        return core

    return asyncio.run(run())


def test_effects_are_acted_on_at_once_and_in_order() -> None:
    """When ``post`` returns, the core has run to completion."""

    def story(_core: Echo, loop: CoreLoop[str, str], acted: list[str], _clock: CoreClock) -> None:
        loop.post("ab")
        loop.post("c")
        assert acted == ["a", "b", "c"]

    play(story)


def test_an_event_posted_by_an_effect_waits_its_turn() -> None:
    """The core is never entered while it runs, and what an effect leads to comes after its siblings."""

    async def run() -> None:
        core, acted = Echo(), list[str]()

        def act(effect: str) -> None:
            acted.append(effect)
            if effect == "x":
                loop.post("12")
                assert core.words == ["xy"]

        loop = CoreLoop(core, act, CoreClock())
        loop.post("xy")
        assert acted == ["x", "y", "1", "2"]
        assert core.words == ["xy", "12"]

    asyncio.run(run())


def test_a_core_is_woken_at_its_deadline_and_not_before_it() -> None:
    """The tick's time is the deadline or later, even where the timer fires early by its resolution."""

    def story(core: Echo, loop: CoreLoop[str, str], _acted: list[str], clock: CoreClock) -> None:
        core.due = clock.now() + 5 * MS
        loop.post("a")
        deadlines.append(core.due)

    deadlines: list[int] = []
    core = play(story, 0.03)
    assert core.words == ["a", "tick"]
    assert deadlines[0] <= core.heard[1][1] < deadlines[0] + 1_000 * MS


def test_a_deadline_that_passes_while_effects_are_acted_on_is_served_at_once_after() -> None:
    """No deadline is lost because it came too late for the timer."""

    async def run() -> None:
        core, clock = Echo(), CoreClock()

        def act(_effect: str) -> None:
            while core.due is not None and clock.now() <= core.due:
                pass

        core.due = clock.now() + MS
        CoreLoop(core, act, clock).post("a")
        await asyncio.sleep(0.01)
        assert core.words == ["a", "tick"]

    asyncio.run(run())


def test_a_deadline_that_moves_is_served_once_and_at_its_new_time() -> None:
    """The old timer is gone: no tick comes at the old time."""

    def story(core: Echo, loop: CoreLoop[str, str], _acted: list[str], clock: CoreClock) -> None:
        core.due = clock.now() + 5 * MS
        loop.post("a")
        core.due = clock.now() + 20 * MS
        loop.post("b")

    assert play(story, 0.05).words == ["a", "b", "tick"]


def test_a_stopped_loop_wakes_nobody() -> None:
    """``stop`` takes the timer away."""

    def story(core: Echo, loop: CoreLoop[str, str], _acted: list[str], clock: CoreClock) -> None:
        core.due = clock.now() + 5 * MS
        loop.post("a")
        loop.stop()

    assert play(story, 0.02).words == ["a"]


def test_an_error_of_the_core_reaches_who_posted() -> None:
    """Nothing is swallowed: the process decides what becomes of it (fail-stop)."""

    def story(_core: Echo, loop: CoreLoop[str, str], _acted: list[str], _clock: CoreClock) -> None:
        with pytest.raises(ValueError, match="the core is broken"):
            loop.post("broken")

    play(story)
