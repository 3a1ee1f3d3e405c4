"""The messages of a car as the page shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CarAnswerView:
    """What the station answered, when, and with which response code."""

    at: str | None
    name: str
    code: str
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class CarMessageView:
    """A question of the car's and its answer, None while it waits for one; ``at`` is UTC.

    ``text`` is the message as JSON. A row without a ``name`` is a note: a conversation began, or how it
    ended.
    """

    number: int
    at: str | None
    connector: int
    protocol: str | None
    name: str
    sentence: str
    text: str
    answer: CarAnswerView | None = None
