"""The sessions of a station as people and programs read them: local times, names, costs, totals.

What is kept is in ``vocabulary.history``; where it is kept, and what is at this moment, is handed in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from pilotline.links.operations import OperationError
from pilotline.station.authorisation import same_tag
from pilotline.station.clock import WallClock
from pilotline.station.core import Station
from pilotline.vocabulary.history import KeptCurve, KeptSession, KeptSessions
from pilotline.vocabulary.journal import CurvePoint
from pilotline.vocabulary.money import cost_of, sum_of
from pilotline.vocabulary.refusals import NO_DAY, NO_SUCH_SESSION
from pilotline.vocabulary.roles import Asker, Role
from pilotline.vocabulary.time import SECOND, Stamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Running:
    """A session that is here now: the meter's register, and core time."""

    register_wh: int
    at: int


@dataclass(frozen=True, slots=True)
class Present:
    """What the history needs of a station as it is now.

    ``names`` are those of cards, by tag in small letters. ``metered`` False: the station counts no energy.
    """

    zone: tzinfo
    running: Mapping[str, Running] = field(default_factory=dict[str, Running])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    metered: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions: begun from one local day to another, both included, of one tag; "" is no bound."""

    first: str = ""
    last: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session. Times are local; ``began`` is None while nobody knows when, ``estimated`` marks a guess.

    ``cost`` and ``price`` (of a kWh) are decimal texts, None without a price. ``who`` is the card's name.
    """

    session: str
    connector: int
    tag: str
    who: str
    began: str | None
    ended: str | None
    estimated: bool
    seconds: int | None
    energy_wh: int | None
    cost: str | None
    currency: str
    price: str | None
    reason: str | None
    meter_start_wh: int | None
    meter_stop_wh: int | None
    transaction: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all sessions that were asked for, shown or not; ``cost`` is of those that have a price."""

    count: int
    energy_wh: int
    cost: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class SessionsView:
    """The newest first; ``more``: there are others. ``currency`` is "" where there is none, or several."""

    sessions: tuple[SessionRow, ...]
    totals: Totals
    currency: str
    more: bool


@dataclass(frozen=True, slots=True)
class CurveView:
    """A session's curve; ``from_ms``: when it began, ms since 1970, None while nobody knows."""

    session: str
    from_ms: int | None
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class _Bill:
    """A session and what follows from it."""

    kept: KeptSession
    stop: Stamp
    began: datetime | None
    seconds: int | None
    energy_wh: int | None
    cost: Decimal | None


def running_sessions(station: Station, now: int) -> Mapping[str, Running]:
    """The sessions that are at a station's connectors, as they are at core time ``now``."""
    return {
        each.session.id: Running(each.register_wh or 0, now)
        for each in station.connectors.values()
        if each.session is not None
    }


def view_sessions(
    wanted: Wanted, most: int, kept: KeptSessions, present: Present, asker: Asker
) -> SessionsView:
    """What somebody may see of the sessions: a guest those of his own card. Raises OperationError."""
    clock = WallClock(0, kept.boots)
    bills = list(_bills(wanted, kept, clock, present, asker))
    rows = tuple(_row(bill, clock, present) for bill in bills[:most])
    currencies = {each.kept.start.price.currency for each in bills if each.kept.start.price}
    currency = currencies.pop() if len(currencies) == 1 else ""
    return SessionsView(rows, _totals(bills, currency), currency, len(bills) > most)


def view_curve(session: str, kept: KeptCurve | None, live: Sequence[CurvePoint] | None) -> CurveView:
    """The curve of a session, as it is ``live`` where that runs. Raises OperationError."""
    if kept is None:
        raise OperationError(
            f"session_curve: there is no session {session}.", NO_SUCH_SESSION.of(session=session)
        )
    began = _moment(kept.start.stamp, WallClock(0, kept.boots))
    from_ms = None if began is None else (began - _EPOCH) // timedelta(milliseconds=1)
    return CurveView(session, from_ms, tuple(kept.points if live is None else live))


# --- which --------------------------------------------------------------------------------------------


def _bills(
    wanted: Wanted, kept: KeptSessions, clock: WallClock, present: Present, asker: Asker
) -> Iterator[_Bill]:
    low = local_midnight(wanted.first, present.zone)
    high = local_midnight(wanted.last, present.zone, days=1)
    for each in kept.sessions:
        if not _may_see(each, wanted, asker):
            continue
        began = _moment(each.start.stamp, clock)
        if _is_between(began, low, high):
            yield _bill(each, began, clock, present)


def _may_see(kept: KeptSession, wanted: Wanted, asker: Asker) -> bool:
    if wanted.tag and not same_tag(kept.start.tag, wanted.tag):
        return False
    return asker.role is not Role.GUEST or (bool(asker.card) and same_tag(kept.start.tag, asker.card))


def _is_between(began: datetime | None, low: datetime | None, high: datetime | None) -> bool:
    """A session that began nobody knows when is of the present boots: no day ends behind it."""
    if began is None:
        return high is None
    return (low is None or low <= began) and (high is None or began < high)


def local_midnight(text: str, zone: tzinfo, *, days: int = 0) -> datetime | None:
    """When a local day begins, or one so many days later; None of no text. Raises OperationError."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + days * _DAY
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise OperationError(f"sessions: {NO_DAY.of(text=text)}", NO_DAY.of(text=text)) from None


# --- what follows from it -------------------------------------------------------------------------------


def _bill(kept: KeptSession, began: datetime | None, clock: WallClock, present: Present) -> _Bill:
    start, end, running = kept.start, kept.end, present.running.get(kept.start.session)
    if end is not None:
        stop, register_wh = end.stamp, end.meter_stop_wh
    elif running is not None:
        stop, register_wh = start.stamp.later(running.at), running.register_wh
    else:
        stop, register_wh = kept.last, kept.register_wh
    energy_wh = max(register_wh - start.meter_start_wh, 0) if present.metered else None
    cost = None if start.price is None or energy_wh is None else cost_of(energy_wh, start.price)
    return _Bill(kept, stop, began, _seconds(start.stamp, stop, clock), energy_wh, cost)


def _seconds(start: Stamp, stop: Stamp, clock: WallClock) -> int | None:
    """Within a boot by its own time; from one boot to another by the clock, if it knows both."""
    if start.boot == stop.boot:
        return max(stop.at - start.at, 0) // SECOND
    began, ended = _moment(start, clock), _moment(stop, clock)
    return None if began is None or ended is None else max(int((ended - began).total_seconds()), 0)


def _moment(stamp: Stamp, clock: WallClock) -> datetime | None:
    return clock.utc(stamp) if clock.is_settled(stamp) else None


def _row(bill: _Bill, clock: WallClock, present: Present) -> SessionRow:
    start, end = bill.kept.start, bill.kept.end
    began = _local(bill.began, present.zone)
    meter_stop_wh = end.meter_stop_wh if end else None
    return SessionRow(
        session=start.session,
        connector=start.connector,
        tag=start.tag,
        who=present.names.get(start.tag.casefold()) or start.tag,
        began=began,
        ended=_local(_moment(end.stamp, clock), present.zone) if end else None,
        estimated=clock.is_estimated(start.stamp) or (end is not None and clock.is_estimated(end.stamp)),
        seconds=bill.seconds,
        energy_wh=bill.energy_wh,
        cost=None if bill.cost is None else str(bill.cost),
        currency=start.price.currency if start.price else "",
        price=format(start.price.per_kwh, "f") if start.price else None,
        reason=end.reason.value if end else None,
        meter_start_wh=start.meter_start_wh if present.metered else None,
        meter_stop_wh=meter_stop_wh if present.metered else None,
        transaction=bill.kept.transaction,
        open=end is None,
    )


def _local(utc: datetime | None, zone: tzinfo) -> str | None:
    return None if utc is None else utc.astimezone(zone).isoformat(timespec="seconds")


def _totals(bills: Sequence[_Bill], currency: str) -> Totals:
    costs = [bill.cost for bill in bills if bill.cost is not None]
    return Totals(
        count=len(bills),
        energy_wh=sum(bill.energy_wh or 0 for bill in bills),
        cost=str(sum_of(costs, currency)) if currency and costs else None,
        seconds=sum(bill.seconds or 0 for bill in bills),
    )
