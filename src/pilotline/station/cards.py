"""The station's own book of cards: whose a card is, and whether it may charge where nobody else decides it.

Whoever answers for the station keeps it beside the station, or by holding a card to the reader (M-11). It
decides offline and without a backend, after the local list of the backend and before what the backend said
earlier; online the backend decides. A name is for people: the history says who charged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pilotline.station.authorisation import filled_up
from pilotline.station.clock import WallClock
from pilotline.station.events import CallAnswer, CardWish, LearnCard, RemoveCard, SetCard
from pilotline.station.kinds import LONGEST_TAG
from pilotline.vocabulary import refusals
from pilotline.vocabulary.journal import Card, ForgetCard, KeepCard
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Deed, refusal
from pilotline.vocabulary.status import AuthStatus, TagInfo
from pilotline.vocabulary.time import MINUTE, SECOND

Effects = Sequence[KeepCard | ForgetCard | CallAnswer]
MOST_CARDS = 200
LONGEST_NAME = 40
LEARN_WITHIN = 30 * SECOND
_SEEN_AGAIN = MINUTE
"""A card that is shown again and again is written down once in this time."""
_BAD_TAG = refusals.CARD_TAG.of(most=LONGEST_TAG)
_BAD_NAME = refusals.CARD_NAME.of(most=LONGEST_NAME)
_FULL = refusals.CARDS_FULL.of(most=MOST_CARDS)
_NO_CARD = refusals.NO_CARD_CAME.of(seconds=LEARN_WITHIN // SECOND)
_ANOTHER = refusals.ANOTHER_LEARNS.of()


class CardBook:
    """``take`` serves who keeps it; ``show`` is told of each card that is held to the reader."""

    def __init__(self, tag_bytes: int, clock: WallClock, kept: Sequence[Card] = ()) -> None:
        """``tag_bytes``: the length to which shorter tags are filled up (R-27)."""
        self._tag_bytes = tag_bytes
        self._clock = clock
        self._cards = {each.tag.casefold(): each for each in kept}
        self._learning: int | None = None
        self._until = 0

    @property
    def cards(self) -> Sequence[Card]:
        """By their names."""
        return sorted(self._cards.values(), key=lambda card: (card.name.casefold(), card.tag.casefold()))

    @property
    def names(self) -> Mapping[str, str]:
        """By the tag in small letters; a card without a name is left out."""
        return {tag: card.name for tag, card in self._cards.items() if card.name}

    def find(self, tag: str) -> TagInfo | None:
        """What the book says of a tag; None of one it does not know."""
        card = self._cards.get(tag.casefold())
        if card is None:
            return None
        return TagInfo(AuthStatus.ACCEPTED if card.allowed else AuthStatus.BLOCKED)

    def take(self, wish: CardWish, now: int) -> Effects:
        """What somebody beside the station wants with it."""
        reason = refusal(wish.role, Deed.KEEP_CARDS)
        if reason is not None:
            return _answered(wish.call, reason)
        match wish:
            case SetCard():
                return self._set(wish)
            case RemoveCard(tag):
                return self._remove(filled_up(tag.strip(), self._tag_bytes), wish.call)
            case LearnCard(call=call):
                before, self._learning, self._until = self._learning, call, now + LEARN_WITHIN
                return [] if before is None else _answered(before, _ANOTHER)

    def show(self, tag: str, now: int) -> tuple[bool, Effects]:
        """A card is held to the reader: whether it was only to be learnt, and what follows from it."""
        tag = filled_up(tag, self._tag_bytes)
        call, self._learning = self._learning, None
        if call is None or not _is_tag(tag):
            self._learning = call
            return False, self._see(tag, now)
        return True, [CallAnswer(call, tag)] if call else []

    def update(self, now: int) -> Effects:
        """Nobody has come with a card."""
        if self._learning is None or now < self._until:
            return []
        call, self._learning = self._learning, None
        return _answered(call, _NO_CARD)

    def deadline(self) -> int | None:
        return None if self._learning is None else self._until

    def _set(self, wish: SetCard) -> Effects:
        tag, name = filled_up(wish.tag.strip(), self._tag_bytes), " ".join(wish.name.split())
        known = self._cards.get(tag.casefold())
        if not _is_tag(tag):
            return _answered(wish.call, _BAD_TAG)
        if len(name) > LONGEST_NAME or not name.isprintable():
            return _answered(wish.call, _BAD_NAME)
        if known is None and len(self._cards) >= MOST_CARDS:
            return _answered(wish.call, _FULL)
        card = Card(tag, name, wish.allowed, known.last_us if known else None)
        return [self._keep(card), *_answered(wish.call, None)]

    def _remove(self, tag: str, call: int) -> Effects:
        if self._cards.pop(tag.casefold(), None) is None:
            return _answered(call, refusals.NO_SUCH_CARD.of(tag=tag[:LONGEST_TAG]))
        return [ForgetCard(tag), *_answered(call, None)]

    def _see(self, tag: str, now: int) -> Effects:
        card, utc_us = self._cards.get(tag.casefold()), self._clock.stamp(now).utc_us
        if card is None or utc_us is None:
            return []
        again = card.last_us is not None and 0 <= utc_us - card.last_us < _SEEN_AGAIN
        return [] if again else [self._keep(replace(card, last_us=utc_us))]

    def _keep(self, card: Card) -> KeepCard:
        self._cards[card.tag.casefold()] = card
        return KeepCard(card)


def _is_tag(tag: str) -> bool:
    return 0 < len(tag) <= LONGEST_TAG and tag.isascii() and tag.isprintable()


def _answered(call: int, reason: Refusal | None) -> Sequence[CallAnswer]:
    return [CallAnswer(call, "Rejected" if reason else "Accepted", reason)] if call else []
