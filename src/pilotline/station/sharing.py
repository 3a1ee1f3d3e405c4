"""How connectors share one supply (M-20): what they may draw together never exceeds it, not for a moment.

A share that is lowered is not free at once. The board may not have heard of it, and the car has 5 s to follow
(IEC 61851-1 table A.6); so what a connector may still draw stays reserved until its board has reported that
it draws less. A board that says nothing keeps its reservation until its permit has run out and the orderly
stop after it is over (R-45). Only what nobody holds is given to another.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pilotline.vocabulary.charger import SharedSupply
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import MS, earliest

STEP_MA = 100
"""Shares are tenths of an ampere, as the keys count."""
CONFIRMED = 1_500 * MS
"""What a board says counts when it was said this much later than what it had said when its permit fell: by
then the permit was renewed, so a lost frame does not look like obedience."""
LOOK_AGAIN = 500 * MS
FOLLOWED_PERCENT = 110
"""A car may draw this much of its offer without being at fault (E-12), so with this much it has followed."""
IDLE_MA = 500
"""Less than this is the noise of a measurement."""


class Need(NamedTuple):
    """What a connector's share depends on; currents are those of its strongest phase.

    ``wants``: a session may be offered current, and its board answers. ``cap_ma`` is what all else allows it.
    ``told_ma`` is the permit its board is given now. ``heard_at`` is the board's own time of what it said
    last, None while it is silent; ``offered_ma`` and ``drawn_ma`` is what it said.
    """

    wants: bool = False
    cap_ma: int = 0
    told_ma: int = 0
    heard_at: int | None = None
    offered_ma: int = 0
    drawn_ma: int = 0


class Hold:
    """The most a connector may be drawing now, by all that is known of it."""

    def __init__(self, ma: int, lapse: int) -> None:
        """``lapse``: how long after its last permit a board that is not heard of may let current flow."""
        self.ma = ma
        self._lapse = lapse
        self._until = lapse
        self._mark: int | None = None

    def update(self, need: Need, share_ma: int, now: int) -> None:
        least = max(need.told_ma, share_ma)
        if least >= self.ma:
            self.ma, self._until, self._mark = least, now + self._lapse, need.heard_at
        elif self._is_confirmed(need.heard_at):
            self.ma = max(least, need.offered_ma, 0 if _has_followed(need.drawn_ma, least) else need.drawn_ma)
        elif now >= self._until:
            self.ma = least

    def _is_confirmed(self, heard_at: int | None) -> bool:
        """A board whose time goes back has started again, with an open relay."""
        if heard_at is None or self._mark is None:
            return heard_at is not None
        return heard_at < self._mark or heard_at >= self._mark + CONFIRMED


class Usage:
    """What a car makes of its offer. ``asks_ma`` is all it needs, None while it may want any current."""

    def __init__(self, supply: SharedSupply) -> None:
        self._unused = supply.unused_ms * MS
        self._headroom_ma = supply.headroom_ma
        self._told_ma = 0
        self._since = 0
        self._peak_ma = 0
        self.asks_ma: int | None = None
        self.idle = False

    def update(self, need: Need, now: int) -> None:
        if not need.wants or not need.told_ma:
            self.asks_ma, self.idle = None, False
        if need.told_ma != self._told_ma or not need.wants:
            self._begin(need, now)
        self._peak_ma = max(self._peak_ma, need.drawn_ma)
        if need.drawn_ma >= IDLE_MA:
            self.idle = False
        if self.asks_ma is not None and need.drawn_ma + self._headroom_ma // 2 >= self.asks_ma:
            self.asks_ma = None  # it uses what it has: it may want more
            self._begin(need, now)
        if need.told_ma and now >= self._since + self._unused:
            self._conclude(need)
            self._begin(need, now)

    def deadline(self, now: int) -> int | None:
        due = self._since + self._unused
        return due if self._told_ma and due > now else None

    def _begin(self, need: Need, now: int) -> None:
        self._told_ma, self._since, self._peak_ma = need.told_ma, now, need.drawn_ma

    def _conclude(self, need: Need) -> None:
        enough_ma = self._peak_ma + self._headroom_ma
        self.idle = self._peak_ma < IDLE_MA
        if enough_ma < need.told_ma or self.asks_ma is not None:
            self.asks_ma = max(MIN_OFFER_MA, enough_ma)


class _Place:
    """One connector among those that share."""

    def __init__(self, supply: SharedSupply, hold: Hold) -> None:
        self.hold = hold
        self.usage = Usage(supply)
        self.share_ma = 0
        self.since = 0
        """When its turn began; it has one while its share is not 0."""

    def take(self, share_ma: int, now: int) -> None:
        if not self.share_ma:
            self.since = now
        self.share_ma = share_ma
        self.hold.ma = max(self.hold.ma, share_ma)


class Sharing:
    """``update`` says what each connector may offer (mA): 0, or 6 A or more. Time is handed in."""

    def __init__(self, supply: SharedSupply, connectors: Iterable[int], *, rated_ma: int, lapse: int) -> None:
        """After boot each may still draw ``rated_ma``, by a permit of the host before."""
        self._supply = supply
        self._places = {number: _Place(supply, Hold(rated_ma, lapse)) for number in connectors}
        self._queue: list[int] = []
        self._waiting = False
        self._told: Mapping[int, int] = {}

    @property
    def held_ma(self) -> int:
        """What all connectors together may be drawing now."""
        return sum(place.hold.ma for place in self._places.values())

    def update(self, needs: Mapping[int, Need], allowed_ma: int, now: int) -> Mapping[int, int]:
        """``allowed_ma`` is what else bounds the sum: the house's fuse, say."""
        supply_ma = min(self._supply.current_ma, allowed_ma)
        for number, place in self._places.items():
            place.hold.update(needs[number], place.share_ma, now)
            place.usage.update(needs[number], now)
        self._told = {number: need.told_ma for number, need in needs.items()}
        self._line_up(needs)
        served = self._serve(supply_ma // MIN_OFFER_MA, now)
        self._grant(self._divide(served, needs, supply_ma), supply_ma, now)
        return {number: place.share_ma for number, place in self._places.items()}

    def deadline(self, now: int) -> int | None:
        return earliest(*(self._due(number, now) for number in self._places))

    def _due(self, number: int, now: int) -> int | None:
        place = self._places[number]
        held = place.hold.ma > max(place.share_ma, self._told.get(number, 0))
        turn = place.since + self._supply.turn_ms * MS
        return earliest(
            now + LOOK_AGAIN if held else None,
            turn if self._waiting and place.share_ma and turn > now else None,
            place.usage.deadline(now),
        )

    # --- whose turn it is ---

    def _line_up(self, needs: Mapping[int, Need]) -> None:
        """Who comes waits behind those who are here; who wants nothing leaves the line."""
        self._queue = [number for number in self._queue if needs[number].wants]
        self._queue += [number for number, need in needs.items() if need.wants and number not in self._queue]

    def _serve(self, slots: int, now: int) -> list[int]:
        """The first of the line. While others wait, who has had its turn or sleeps in it goes behind."""
        self._waiting = len(self._queue) > slots
        if self._waiting:
            done = [number for number in self._queue[:slots] if self._is_done(self._places[number], now)]
            self._queue = [number for number in self._queue if number not in done] + done
        return self._queue[:slots]

    def _is_done(self, place: _Place, now: int) -> bool:
        over = now >= place.since + self._supply.turn_ms * MS
        return bool(place.share_ma) and (over or place.usage.idle)

    # --- how much ---

    def _divide(self, served: Iterable[int], needs: Mapping[int, Need], supply_ma: int) -> Mapping[int, int]:
        """Each what it uses, then what is left to those that could take more."""
        caps = {number: needs[number].cap_ma for number in served}
        asked = {number: self._places[number].usage.asks_ma for number in caps}
        uses = {number: min(cap, asked[number] or cap) for number, cap in caps.items()}
        found = divide(supply_ma, uses)
        more = divide(supply_ma - sum(found.values()), {n: cap - found[n] for n, cap in caps.items()})
        return {number: (ma + more[number]) // STEP_MA * STEP_MA for number, ma in found.items()}

    def _grant(self, aims: Mapping[int, int], supply_ma: int, now: int) -> None:
        """Down at once; up as far as nobody holds it."""
        order = [*self._queue, *(number for number in self._places if number not in self._queue)]
        for number in order:
            place, aim = self._places[number], aims.get(number, 0)
            room = (supply_ma - self.held_ma + place.hold.ma) // STEP_MA * STEP_MA
            share_ma = min(aim, max(place.share_ma, room))
            place.take(share_ma if share_ma >= MIN_OFFER_MA else 0, now)


def divide(total_ma: int, wishes: Mapping[int, int]) -> dict[int, int]:
    """To each its wish, or as much as the others have: who wants the least is served first."""
    found: dict[int, int] = {}
    for number in sorted(wishes, key=lambda each: (wishes[each], each)):
        found[number] = min(wishes[number], max(0, total_ma) // (len(wishes) - len(found)))
        total_ma -= found[number]
    return found


def _has_followed(drawn_ma: int, offer_ma: int) -> bool:
    return drawn_ma < IDLE_MA or drawn_ma * 100 <= offer_ma * FOLLOWED_PERCENT
