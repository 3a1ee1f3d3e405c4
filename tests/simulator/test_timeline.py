"""Simulated time: one queue ordered by time and sequence, and cores woken at their deadlines."""

from pilotline.simulator.timeline import Timeline


class Alarm:
    """A core with a list of deadlines; it notes when it was woken."""

    def __init__(self, name: str, log: list[tuple[str, int]], *deadlines: int) -> None:
        self._name, self._log, self._due = name, log, list(deadlines)

    def deadline(self) -> int | None:
        return self._due[0] if self._due else None

    def wake(self, now: int) -> None:
        self._due.pop(0)
        self._log.append((self._name, now))


def test_events_happen_in_the_order_of_their_times() -> None:
    """Whatever the order of posting; at one time, the order of posting."""
    timeline, log = Timeline(), list[str]()
    for name, delay in (("c", 30), ("a", 10), ("b1", 20), ("b2", 20)):
        timeline.post(lambda name=name: log.append(name), delay)
    assert not timeline.run(100)
    assert log == ["a", "b1", "b2", "c"]
    assert timeline.now == 100


def test_at_one_time_what_was_posted_comes_first_then_the_cores_as_added() -> None:
    """So the same story always runs the same way."""
    timeline, log = Timeline(), list[tuple[str, int]]()
    for name in ("first", "second"):
        core = Alarm(name, log, 10)
        timeline.add(core.deadline, core.wake)
    timeline.post(lambda: log.append(("posted", timeline.now)), 10)
    timeline.run(10)
    assert log == [("posted", 10), ("first", 10), ("second", 10)]


def test_what_is_posted_meanwhile_takes_its_place() -> None:
    """An action that posts for now runs before time moves on."""
    timeline, log = Timeline(), list[tuple[str, int]]()
    core = Alarm("core", log, 5, 11)
    timeline.add(core.deadline, core.wake)
    timeline.post(lambda: timeline.post(lambda: log.append(("later", timeline.now)), 1), 10)
    timeline.run(20)
    assert log == [("core", 5), ("later", 11), ("core", 11)]


def test_time_stops_where_the_story_says() -> None:
    """``stop`` is asked after every event; what is due afterwards waits."""
    timeline, log = Timeline(), list[tuple[str, int]]()
    core = Alarm("core", log, 5, 6, 7)
    timeline.add(core.deadline, core.wake)
    assert timeline.run(100, lambda: len(log) == 2)
    assert (log, timeline.now) == ([("core", 5), ("core", 6)], 6)
    assert not timeline.run(100)
    assert log[-1] == ("core", 7)


def test_nothing_after_the_end_happens() -> None:
    """``run`` goes up to its time, that time included, and no further."""
    timeline, log = Timeline(), list[tuple[str, int]]()
    core = Alarm("core", log, 10, 11)
    timeline.add(core.deadline, core.wake)
    timeline.run(10)
    assert log == [("core", 10)]


def test_an_overdue_deadline_is_served_now_and_time_never_goes_back() -> None:
    """A core added late may have a deadline in the past."""
    timeline, log = Timeline(), list[tuple[str, int]]()
    timeline.run(50)
    core = Alarm("core", log, 10)
    timeline.add(core.deadline, core.wake)
    timeline.run(60)
    assert log == [("core", 50)]


def test_a_timeline_without_anything_to_do_lets_time_pass() -> None:
    """No event is no reason to stand still."""
    timeline = Timeline()
    assert not timeline.run(1_000)
    assert timeline.now == 1_000
