"""Reservations: a connector, or any of them, is kept for a tag and its group until a time (OCPP 1.6 §5.13).

A reservation ends when a session of its tag or group is recorded, when its time has come, when it is
cancelled (§5.1), or when its connector (for any: every connector) is Faulted or Unavailable. The desk says
who is let in and which connectors are held; it starts nothing and asks nobody.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.authorisation import same_tag
from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.events import CallAnswer, CancelReservation, Reserve
from pilotline.station.keys import KeyStore
from pilotline.station.session import Phase
from pilotline.vocabulary.journal import ForgetReservation, KeepReservation, Reservation
from pilotline.vocabulary.status import ConnectorStatus, ReservationStatus, TagInfo
from pilotline.vocabulary.time import SECOND

ANY = 0
"""The number by which a reservation is of any connector."""
UNKNOWN_CLOCK = 10 * SECOND
"""While nobody knows the time, this often it is looked whether somebody does: no event brings it here."""
_OUT = (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)
Job = KeepReservation | ForgetReservation


def fits(reservation: Reservation, tag: str, parent: str | None) -> bool:
    """Whether it was made for this tag, or for its group."""
    of_the_group = reservation.parent is not None and parent is not None
    return same_tag(reservation.tag, tag) or (
        of_the_group and same_tag(reservation.parent or "", parent or "")
    )


class Reservations:
    """``take`` a backend's wishes; ``look`` before and after the connectors' update; then do the ``jobs``."""

    def __init__(
        self,
        keys: KeyStore,
        clock: WallClock,
        connectors: Mapping[int, Connector],
        kept: Sequence[Reservation] = (),
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._connectors = connectors
        self._kept = {each.id: each for each in kept if each.connector in (ANY, *connectors)}
        self._jobs: list[Job] = []

    # --- who is let in ---

    def admits(self, connector: Connector, tag: str, parent: str | None) -> bool:
        """Whether this tag may charge at this connector, as far as reservations go."""
        return connector.holding.by is None or self._found(connector, tag, parent) is not None

    def may_admit(self, connector: Connector, tag: str, known: TagInfo | None) -> bool:
        """As ``admits``, and also where only the backend can say whether a tag is of the group (§5.13)."""
        if self.admits(connector, tag, known.parent if known else None):
            return True
        return known is None and any(each.parent is not None for each in self._of(connector))

    def awaits(self, connector: Connector, tag: str, parent: str | None) -> bool:
        """Whether this very connector is reserved for the tag."""
        return any(
            each.connector == connector.number and fits(each, tag, parent) for each in self._kept.values()
        )

    def _of(self, connector: Connector) -> Sequence[Reservation]:
        """Those that a session there can use: its own, else those of any, the next to expire first."""
        own = [each for each in self._kept.values() if each.connector == connector.number]
        return own or self._of_any()

    def _of_any(self) -> list[Reservation]:
        return sorted((each for each in self._kept.values() if each.connector == ANY), key=_ends)

    def _found(self, connector: Connector, tag: str, parent: str | None) -> Reservation | None:
        return next((each for each in self._of(connector) if fits(each, tag, parent)), None)

    # --- what a backend wishes ---

    def take(self, wish: Reserve | CancelReservation, now: int) -> Sequence[CallAnswer]:
        if isinstance(wish, CancelReservation):
            known = wish.id in self._kept
            if known:
                self._end(wish.id)
            return [CallAnswer(wish.call, "Accepted" if known else "Rejected")]
        word = self._judge(wish, now)
        if word is ReservationStatus.ACCEPTED:
            made = Reservation(wish.id, wish.connector, wish.tag, wish.expiry_us or 0, wish.parent)
            self._kept[made.id] = made
            self._jobs.append(KeepReservation(made))
        return [CallAnswer(wish.call, word.value)]

    def _judge(self, wish: Reserve, now: int) -> ReservationStatus:
        """§5.13, and Rejected where there is no such connector, or the time is over or no time."""
        if not self._makes_sense(wish, now):
            return ReservationStatus.REJECTED
        meant = [each for number, each in self._connectors.items() if wish.connector in (ANY, number)]
        well = [each for each in meant if _is_well(each)]
        if not well:
            faulted = all(each.status is ConnectorStatus.FAULTED for each in meant)
            return ReservationStatus.FAULTED if faulted else ReservationStatus.UNAVAILABLE
        others = [each for each in self._kept.values() if each.id != wish.id]
        taken = {each.connector for each in others} - {ANY}
        free = [
            each
            for each in self._connectors.values()
            if self._is_free(each, wish) and each.number not in taken
        ]
        promised = sum(each.connector == ANY for each in others)
        fits_in = any(each in free for each in well) and len(free) > promised
        return ReservationStatus.ACCEPTED if fits_in else ReservationStatus.OCCUPIED

    def _makes_sense(self, wish: Reserve, now: int) -> bool:
        if wish.connector == ANY and not self._keys.flag("ReserveConnectorZeroSupported"):
            return False
        utc_us = self._clock.stamp(now).utc_us
        timely = wish.expiry_us is not None and (utc_us is None or utc_us < wish.expiry_us)
        return timely and wish.connector in (ANY, *self._connectors)

    def _is_free(self, connector: Connector, wish: Reserve) -> bool:
        """A car that stands where the reservation to be replaced holds keeps nobody from replacing it."""
        held = connector.holding.by
        unplugged = not connector.plugged or (held is not None and held.id == wish.id)
        return _is_idle(connector) and unplugged

    # --- following the facts ---

    def look(self, now: int) -> bool:
        """End what is over and hold what is reserved; whether a connector is held otherwise than before."""
        if not self._kept and not any(each.holding.by for each in self._connectors.values()):
            return False
        self._end_those_over(now)
        before = [each.holding.by for each in self._connectors.values()]
        self._hold(now)
        return before != [each.holding.by for each in self._connectors.values()]

    def jobs(self) -> Sequence[Job]:
        """What the store has to do; each is said once."""
        jobs, self._jobs = self._jobs, []
        return jobs

    def deadline(self, now: int) -> int | None:
        """When the next one expires."""
        if not self._kept:
            return None
        utc_us = self._clock.stamp(now).utc_us
        if utc_us is None:
            return now + UNKNOWN_CLOCK
        return now + max(1, min(each.expiry_us for each in self._kept.values()) - utc_us)

    def _end(self, number: int) -> None:
        del self._kept[number]
        self._jobs.append(ForgetReservation(number))

    def _end_those_over(self, now: int) -> None:
        for connector in self._connectors.values():
            if connector.session is not None and connector.session.reservation in self._kept:
                del self._kept[connector.session.reservation]  # the store forgets it with the record
        utc_us = self._clock.stamp(now).utc_us
        for each in list(self._kept.values()):
            if (utc_us is not None and each.expiry_us <= utc_us) or self._is_out(each):
                self._end(each.id)

    def _is_out(self, reservation: Reservation) -> bool:
        """§5.13: its connector, or for any of them each, is Faulted or Unavailable."""
        return all(
            each.status in _OUT
            for number, each in self._connectors.items()
            if reservation.connector in (ANY, number)
        )

    def _hold(self, now: int) -> None:
        for connector in self._connectors.values():
            connector.holding.uses = self._used_by(connector)
        used = {each.holding.uses for each in self._connectors.values()}
        named = {each.connector: each for each in self._kept.values() if each.connector != ANY}
        held = named | self._spread([each for each in self._of_any() if each.id not in used], named)
        utc_us = self._clock.stamp(now).utc_us
        for number, connector in self._connectors.items():
            by = connector.holding.by = held.get(number)
            connector.holding.until = now + by.expiry_us - utc_us if by and utc_us is not None else None

    def _used_by(self, connector: Connector) -> int | None:
        """The reservation that the present grant, or the session that has just begun, is of."""
        session = connector.session
        who = connector.grant or (session if session and session.phase is Phase.STARTING else None)
        found = self._found(connector, who.tag, who.parent) if who else None
        return found.id if found else None

    def _spread(self, wanted: list[Reservation], named: Mapping[int, object]) -> dict[int, Reservation]:
        """While more are free than are promised, none is held. Else the free ones are, and then those where
        only a car stands, first of all where one was held already.
        """
        idle = [
            each
            for number, each in self._connectors.items()
            if number not in named and each.status not in _OUT and _is_idle(each)
        ]
        if sum(not each.plugged for each in idle) > len(wanted):
            return {}
        order = sorted(idle, key=lambda each: (each.plugged, each.holding.by is None))
        return {each.number: one for each, one in zip(order, wanted, strict=False)}


def _ends(reservation: Reservation) -> int:
    return reservation.expiry_us


def _is_well(connector: Connector) -> bool:
    return connector.status is not None and connector.status not in _OUT


def _is_idle(connector: Connector) -> bool:
    """Nobody charges there, has been let in, or is being asked about, and no session waits for its unplug."""
    waits = connector.grant is not None or connector.asking or connector.over is not None
    return not connector.busy and not waits
