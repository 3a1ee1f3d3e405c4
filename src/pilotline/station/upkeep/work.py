"""How work is done outside: what who performs a task is handed, and what all its performers are.

The cores never call this. The shell does it in threads (``runtime/caretaker.py``), a story at once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pilotline.station.upkeep.events import Outcome, Task


class Ear(Protocol):
    """Who waits for the task: told how far it is, and asked whether it still matters."""

    @property
    def given_up(self) -> bool:
        """Nobody waits any more: end soon, with whatever outcome."""
        ...

    def progress(self, done: int, total: int | None = None) -> None:
        """So many bytes are done. Say it as often as you like: it is passed on now and then."""
        ...


Perform = Callable[[Any, Ear], Outcome]
"""Does a task of one kind and says how it went; may block. An exception is a mistake of ours: the process
ends with it."""
Performers = Mapping[type[Task], Perform]
