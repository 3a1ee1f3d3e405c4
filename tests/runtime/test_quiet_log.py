"""A log that never waits: what it cannot keep up with is counted."""

import threading
from typing import Any

from pilotline.runtime.quiet_log import QuietLog


def test_events_are_written_in_order_with_their_fields() -> None:
    """By another thread, all of them before it is closed."""
    written: list[tuple[str, dict[str, Any]]] = []

    def write(event: str, **fields: Any) -> None:
        written.append((event, fields))

    log = QuietLog(write)
    log("late", worst_us=6_000)
    log("relay", closed=True)
    log.close()
    assert written == [("late", {"worst_us": 6_000}), ("relay", {"closed": True})]


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    """What found no room is told of as a number when there is room again."""
    written: list[dict[str, Any]] = []
    begun, go_on, empty = threading.Event(), threading.Event(), threading.Event()

    def write(event: str, **fields: Any) -> None:
        written.append({"event": event, **fields})
        begun.set()
        go_on.wait()
        if event == "255":
            empty.set()

    log = QuietLog(write)
    log("first")
    begun.wait()
    for number in range(300):
        log(str(number))
    go_on.set()
    empty.wait()
    log("last")
    log.close()
    assert len(written) == 1 + 256 + 1
    assert written[-1] == {"event": "last", "lost": 44}


def test_an_end_is_not_kept_waiting_by_a_log_that_stands_still() -> None:
    """It is given its time, and no more."""
    stands = threading.Event()

    def write(event: str, **fields: Any) -> None:
        stands.wait()

    log = QuietLog(write)
    for number in range(300):
        log(str(number))
    log.close(within_s=0.01)
    stands.set()
