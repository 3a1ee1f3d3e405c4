"""A log for a loop that waits for nothing: one thread writes, and what it cannot keep up with is counted."""

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any

import structlog

_ROOM = 256


class QuietLog:
    """Call it with an event and its fields. ``close`` writes what is left."""

    def __init__(self, write: Callable[..., Any] | None = None) -> None:
        self._write = write or structlog.get_logger().bind(process="rtm").info
        self._waiting: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue(_ROOM)
        self._lost = 0
        self._writer = threading.Thread(target=self._work, name="log", daemon=True)
        self._writer.start()

    def __call__(self, event: str, **fields: Any) -> None:
        try:
            self._waiting.put_nowait((event, {**fields, "lost": self._lost} if self._lost else fields))
            self._lost = 0
        except queue.Full:
            self._lost += 1

    def close(self, within_s: float = 1.0) -> None:
        """A log that nobody reads does not keep the program from its end."""
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=within_s)
        self._writer.join(within_s)

    def _work(self) -> None:
        while (entry := self._waiting.get()) is not None:
            event, fields = entry
            self._write(event, **fields)
