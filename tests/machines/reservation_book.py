"""What a backend knows of the reservations it asked for, and what it may expect of the starts it hears of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A reservation that the station was asked for, and may have."""

    id: int
    connector: int
    tag: str
    parent: str | None


class ReservationBook:
    """``groups``: the parent of each tag. What was cancelled or has expired may still come back: a crash can
    lose the word that it has ended, and a start made before that may be told long after. So the book only
    says what a start may never claim, and whom a Reserved connector never lets in.
    """

    def __init__(self, groups: Mapping[str, str], complain: Callable[[str], object]) -> None:
        self._groups = groups
        self._complain = complain
        self._asked: list[Asked] = []
        self._starts: dict[tuple[int, str, str], int] = {}

    def ask(self, wish: Payload) -> None:
        """A line that is cut, or a crash, may keep the answer from us: asked is perhaps made."""
        parent = wish.get("parentIdTag")
        self._asked.append(Asked(wish["reservationId"], wish["connectorId"], wish["idTag"], parent))

    def refused(self, wish: Payload) -> None:
        """It was certainly not made."""
        parent = wish.get("parentIdTag")
        self._asked.remove(Asked(wish["reservationId"], wish["connectorId"], wish["idTag"], parent))

    def begin(self, start: Payload) -> None:
        """A start uses up a reservation of its tag or group, each once; a repeat is the same start."""
        key, number = (start["connectorId"], start["timestamp"], start["idTag"]), start.get("reservationId")
        if number is None or key in self._starts:
            return
        self._starts[key] = number
        made = [each for each in self._asked if each.id == number]
        if not any(self._fits(each, start["connectorId"], start["idTag"]) for each in made):
            self._complain(f"the start of {key} claims reservation {number}, which is not its own.")
        if list(self._starts.values()).count(number) > len(made):
            self._complain(f"reservation {number} was used more often than it was made.")

    def lets_in(self, connector: int, tag: str) -> bool:
        """Whether some reservation of this connector, or of any, can be of this tag."""
        return any(self._fits(each, connector, tag) for each in self._asked)

    def _fits(self, asked: Asked, connector: int, tag: str) -> bool:
        of_the_group = asked.parent is not None and asked.parent == self._groups.get(tag)
        return asked.connector in (0, connector) and (asked.tag.casefold() == tag.casefold() or of_the_group)
