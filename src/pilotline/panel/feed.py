"""The live line without its sockets: numbers what changes, keeps the latest, knows what a client has missed.

One feed serves all clients; each has a cursor, the number of the last text it was given. A client that is
slow, or was away, goes on from its cursor if what follows is still kept, and gets the whole otherwise. All
are told the same but for names, of which a guest is told that of his own card: ``card`` is a guest's.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

import msgspec

from pilotline.panel.curve import Curve
from pilotline.panel.picture import Picture, Tree, changes, for_card, tree_of

KEPT = 512
"""Changes kept for those who come back: over a minute and a half of the busiest line."""

_ENCODER = msgspec.json.Encoder()


class Whole(msgspec.Struct, tag_field="kind", tag="whole"):
    """Everything, for a client that is new or was away for too long."""

    epoch: str
    seq: int
    at_ms: int
    picture: Tree
    curves: dict[str, dict[str, Any]]


class Change(msgspec.Struct, tag_field="kind", tag="change", omit_defaults=True):
    """What differs from the picture before, and the new points of the curves."""

    seq: int
    at_ms: int
    picture: Tree = {}
    points: dict[str, list[Any]] = {}


class Alive(msgspec.Struct, tag_field="kind", tag="alive"):
    """Nothing has changed, and the line is sound."""

    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A change as everybody is told it; where names are in it, a guest is told another."""

    seq: int
    text: str
    names: Change | None


class Feed:
    """``see`` takes pictures; ``after`` says what a client of a cursor is to be sent."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.seq = 0
        self.at_ms = 0
        self._tree: Tree | None = None
        self._curves: dict[str, Curve] = {}
        self._tag_bytes = 0
        self._kept: deque[_Kept] = deque(maxlen=KEPT)

    def see(self, picture: Picture, at_ms: int) -> bool:
        """Take the picture of this moment; whether anything is new."""
        self.at_ms, self._tag_bytes = at_ms, picture.station.tag_bytes
        tree = tree_of(picture)
        points = self._see_curves(picture, at_ms)
        change = changes(self._tree or {}, tree)
        self._tree = tree
        if not change and not points:
            return False
        self.seq += 1
        news = Change(self.seq, at_ms, change, points)
        self._kept.append(_Kept(self.seq, _text(news), news if "names" in change else None))
        return True

    def cursor(self, epoch: str | None, since: int | None) -> int | None:
        """Where a client goes on that says this; None when its numbers mean nothing here."""
        if epoch != self.epoch or since is None or not 0 < since <= self.seq:
            return None
        return since

    def has_news(self, cursor: int | None) -> bool:
        """Whether a client of this cursor is to be sent something."""
        return self._tree is not None and cursor != self.seq

    def after(self, cursor: int | None, card: str | None = None) -> list[str]:
        """The texts that bring a client of this cursor to ``seq``; none before the first picture."""
        if not self.has_news(cursor):
            return []
        if cursor is None or cursor < self._kept[0].seq - 1:
            return [self.whole(card)]
        return [self._told(each, card) for each in self._kept if each.seq > cursor]

    def whole(self, card: str | None = None) -> str:
        """Everything, as the first text of the line."""
        curves = {
            name: {"session": curve.session, "from_ms": curve.from_ms, "points": curve.points}
            for name, curve in self._curves.items()
        }
        return _text(Whole(self.epoch, self.seq, self.at_ms, self._seen_by(self._tree or {}, card), curves))

    def alive(self, at_ms: int) -> str:
        """A sign of life at ``at_ms``."""
        return _text(Alive(self.seq, at_ms))

    def _told(self, kept: _Kept, card: str | None) -> str:
        news = kept.names
        if card is None or news is None:
            return kept.text
        return _text(Change(news.seq, news.at_ms, self._seen_by(news.picture, card), news.points))

    def _seen_by(self, tree: Tree, card: str | None) -> Tree:
        return tree if card is None else for_card(tree, card, self._tag_bytes)

    def _see_curves(self, picture: Picture, at_ms: int) -> dict[str, list[Any]]:
        watts_per_amp = picture.station.phases * picture.station.rated_v
        found: dict[str, list[Any]] = {}
        for name, view in picture.connectors.items():
            new = self._curves.setdefault(name, Curve()).see(view, at_ms, watts_per_amp)
            if new:
                found[name] = [*new]
        return found


def _text(message: Whole | Change | Alive) -> str:
    return _ENCODER.encode(message).decode()
