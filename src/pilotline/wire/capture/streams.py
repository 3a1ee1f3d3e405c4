"""One direction of a recorded TCP connection, put together again from its segments.

Segments come late, twice, or overlapping; some the recorder has missed. What was missed shows as a gap once
so much has come behind it that it will not come any more.
"""

from dataclasses import dataclass

_WRAP = 1 << 32
_PATIENCE = 8
"""How many segments may wait for a missing one. Car and charger speak in turns, so this is long."""


@dataclass(frozen=True)
class Piece:
    """The next bytes, and when their segment was seen. ``after_gap``: what stood before them is missing."""

    at_us: int
    data: bytes
    after_gap: bool = False


class Stream:
    """Feed it segments as they were recorded; it says what is new, in order."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, tuple[int, bytes]] = {}

    def open(self, number: int) -> None:
        """A SYN: data begins behind it."""
        self._next = (number + 1) % _WRAP

    def feed(self, at_us: int, number: int, data: bytes) -> list[Piece]:
        """A segment with data. Without a SYN before it, the recording began in the middle: it begins here."""
        if self._next is None:
            self._next = number
        self._keep(number, at_us, data)
        pieces = self._in_order()
        if len(self._waiting) > _PATIENCE:
            pieces += self._over_gap()
        return pieces

    def flush(self) -> list[Piece]:
        """What still waits when the recording ends."""
        pieces: list[Piece] = []
        while self._waiting:
            pieces += self._over_gap()
        return pieces

    def _ahead(self, number: int) -> int:
        """How far a number is ahead of the next expected one; below zero where behind, over any wrap."""
        assert self._next is not None
        return (number - self._next + _WRAP // 2) % _WRAP - _WRAP // 2

    def _keep(self, number: int, at_us: int, data: bytes) -> None:
        """Cut off what has been seen; of two that begin alike the longer one stays."""
        ahead = self._ahead(number)
        if ahead < 0:
            number, data = (number - ahead) % _WRAP, data[-ahead:]
        if data and len(data) > len(self._waiting.get(number, (0, b""))[1]):
            self._waiting[number] = (at_us, data)

    def _in_order(self) -> list[Piece]:
        pieces: list[Piece] = []
        while self._next in self._waiting:
            assert self._next is not None
            at_us, data = self._waiting.pop(self._next)
            self._next = (self._next + len(data)) % _WRAP
            pieces.append(Piece(at_us, data))
            self._cut_overlaps()
        return pieces

    def _cut_overlaps(self) -> None:
        for number in [each for each in self._waiting if self._ahead(each) < 0]:
            at_us, data = self._waiting.pop(number)
            self._keep(number, at_us, data)

    def _over_gap(self) -> list[Piece]:
        self._next = min(self._waiting, key=self._ahead)
        first, *others = self._in_order()
        return [Piece(first.at_us, first.data, after_gap=True), *others]
