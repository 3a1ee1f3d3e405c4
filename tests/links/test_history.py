"""The history as people ask for it: which sessions, whose, when, and what they add up to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pilotline.links.history import (
    Present,
    Running,
    SessionsView,
    Wanted,
    local_midnight,
    view_curve,
    view_sessions,
)
from pilotline.links.operations import LOCAL, OperationError
from pilotline.models.zones import find_zone
from pilotline.vocabulary.history import KeptCurve, KeptSession, KeptSessions
from pilotline.vocabulary.journal import BootTime, Ended, Started, Zero
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.roles import Asker, Role
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import HOUR, SECOND, Stamp

BERLIN = find_zone("Europe/Berlin")
assert BERLIN is not None
PRESENT = Present(BERLIN, names={"04a1": "Anna"})
EURO, YEN = Price(Decimal("0.3147"), "EUR"), Price(Decimal(40), "JPY")


def utc_us(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * SECOND


def kept(
    name: str,
    began: str | None,
    *,
    tag: str = "04A1",
    wh: int = 10_000,
    price: Price | None = EURO,
    boot: int = 1,
) -> KeptSession:
    """A session of an hour."""
    stamp = Stamp(boot, 7 * SECOND, None if began is None else utc_us(began))
    start = Started(name, 1, tag, 5_000, stamp, None, price)
    end = Ended(name, 1, 5_000 + wh, stamp.later(7 * SECOND + HOUR), StopReason.LOCAL)
    return KeptSession(start, end, 5_000, stamp, 77)


def view(
    *sessions: KeptSession,
    wanted: Wanted | None = None,
    most: int = 200,
    asker: Asker = LOCAL,
    present: Present = PRESENT,
    boots: Sequence[BootTime] = (),
) -> SessionsView:
    return view_sessions(wanted or Wanted(), most, KeptSessions(sessions, boots), present, asker)


def test_a_row_says_all_there_is_to_a_session() -> None:
    """Local times with their offset, the name of the card, the cost as decimal text."""
    (row,) = view(kept("s1", "2026-11-03T18:04:11+01:00")).sessions
    assert (row.session, row.connector, row.tag, row.who) == ("s1", 1, "04A1", "Anna")
    assert (row.began, row.ended) == ("2026-11-03T18:04:11+01:00", "2026-11-03T19:04:11+01:00")
    assert (row.seconds, row.energy_wh, row.cost, row.currency) == (3_600, 10_000, "3.15", "EUR")
    assert (row.meter_start_wh, row.meter_stop_wh, row.transaction) == (5_000, 15_000, 77)
    assert (row.reason, row.open, row.estimated, row.price) == ("Local", False, False, "0.3147")


def test_a_card_without_a_name_is_told_by_its_tag() -> None:
    """Also when its name is empty."""
    (row,) = view(kept("s1", None, tag="04FF")).sessions
    assert row.who == "04FF"


def test_days_are_local_and_both_belong_to_the_period() -> None:
    """The last minute of the last day is in it, the first of the next is not; summer time is counted."""
    sessions = (
        kept("s4", "2026-03-30T00:00:00+02:00"),
        kept("s3", "2026-03-29T23:59:59+02:00"),
        kept("s2", "2026-03-29T00:00:00+01:00"),
        kept("s1", "2026-03-28T23:59:59+01:00"),
    )
    wanted = Wanted("2026-03-29", "2026-03-29")
    assert [row.session for row in view(*sessions, wanted=wanted).sessions] == ["s3", "s2"]
    assert [row.session for row in view(*sessions, wanted=Wanted(last="2026-03-28")).sessions] == ["s1"]
    assert [row.session for row in view(*sessions, wanted=Wanted("2026-03-30")).sessions] == ["s4"]


@pytest.mark.parametrize("text", ["today", "2026-02-30", "20260101T00", "9999-12-31"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """With a sentence that shows how one is written."""
    with pytest.raises(OperationError, match="days are written like 2026-03-29"):
        local_midnight(text, UTC, days=1)


def test_totals_are_of_all_and_not_of_those_that_are_shown() -> None:
    """The newest are shown; that there are more is said."""
    sessions = [kept(f"s{n}", "2026-11-03T18:00:00+01:00") for n in range(5)]
    seen = view(*sessions, most=2)
    assert ([row.session for row in seen.sessions], seen.more) == (["s0", "s1"], True)
    assert (seen.totals.count, seen.totals.energy_wh, seen.totals.seconds) == (5, 50_000, 18_000)
    assert seen.totals.cost == "15.75"
    assert not view(*sessions, most=5).more


def test_two_currencies_have_no_sum() -> None:
    """Nor has what has no price; one currency beside sessions without a price has."""
    euro, yen = kept("s1", None), kept("s2", None, price=YEN)
    none = kept("s3", None, price=None)
    assert (view(euro, yen).currency, view(euro, yen).totals.cost) == ("", None)
    assert (view(none).currency, view(none).totals.cost) == ("", None)
    assert (view(euro, none).currency, view(euro, none).totals.cost) == ("EUR", "3.15")
    assert view(yen).totals.cost == "400"


@pytest.mark.requirement("R-51")
def test_a_time_that_nobody_knows_is_none_and_an_estimate_is_marked() -> None:
    """A boot that learned the time later puts it right; one that never did is estimated."""
    unknown = kept("s1", None)
    (row,) = view(unknown, boots=[BootTime(1, 99, None)]).sessions
    assert (row.began, row.ended, row.estimated, row.seconds) == (None, None, False, 3_600)
    zero = utc_us("2026-11-03T18:00:00+01:00")
    (row,) = view(unknown, boots=[BootTime(1, 99, Zero(1, zero))]).sessions
    assert (row.began, row.estimated) == ("2026-11-03T18:00:07+01:00", False)
    (row,) = view(unknown, boots=[BootTime(1, 99, Zero(1, zero, estimated=True))]).sessions
    assert (row.began, row.estimated) == ("2026-11-03T18:00:07+01:00", True)


@pytest.mark.requirement("R-51")
def test_a_session_of_unknown_time_is_in_a_period_without_an_end() -> None:
    """It is of the present boots, so it is new; no day that is over can be said to hold it."""
    assert view(kept("s1", None), wanted=Wanted(first="2026-01-01")).totals.count == 1
    assert view(kept("s1", None), wanted=Wanted(last="2026-12-31")).totals.count == 0


def test_a_session_over_two_boots_is_measured_by_the_clock() -> None:
    """If it knows both moments; its own time is of one boot alone."""
    one = kept("s1", "2026-11-03T18:00:00+01:00")
    assert one.end is not None
    over = replace(one, end=replace(one.end, stamp=Stamp(2, 5, utc_us("2026-11-03T18:10:00+01:00"))))
    assert view(over).sessions[0].seconds == 600
    unknown = replace(one, end=replace(one.end, stamp=Stamp(2, 5)))
    (row,) = view(unknown).sessions
    assert (row.seconds, row.ended) == (None, None)


def test_an_open_session_is_told_by_the_register_of_now_or_by_the_last_that_was_kept() -> None:
    """Now, where it runs; as it was left, while it waits to be closed."""
    stamp = Stamp(1, 10 * SECOND)
    start = Started("s1", 1, "04A1", 5_000, stamp, None, EURO)
    left = KeptSession(start, None, 6_000, Stamp(1, 70 * SECOND))
    (row,) = view(left).sessions
    assert (row.open, row.energy_wh, row.seconds) == (True, 1_000, 60)
    running = replace(PRESENT, running={"s1": Running(9_000, 130 * SECOND)})
    (row,) = view(left, present=running).sessions
    assert (row.open, row.energy_wh, row.seconds, row.cost) == (True, 4_000, 120, "1.26")
    assert (row.ended, row.reason, row.meter_stop_wh) == (None, None, None)


def test_a_station_without_a_meter_claims_no_energy() -> None:
    """Nor a cost (M-05)."""
    (row,) = view(kept("s1", None, wh=0), present=replace(PRESENT, metered=False)).sessions
    assert (row.energy_wh, row.cost, row.meter_start_wh, row.meter_stop_wh) == (None, None, None, None)


@pytest.mark.requirement("M-14")
def test_a_guest_without_a_card_sees_nothing() -> None:
    """And with one what is its own, though he asks for another's."""
    mine, other = kept("s1", None, tag="04A1"), kept("s2", None, tag="")
    assert view(mine, other, asker=Asker(Role.GUEST)).totals.count == 0
    assert view(mine, other, asker=Asker(Role.GUEST, "Anna", "04a1")).totals.count == 1
    foreign = view(mine, other, asker=Asker(Role.GUEST, "Ben", "04ff"), wanted=Wanted(tag="04A1"))
    assert foreign.totals.count == 0


def test_a_curve_begins_when_its_session_did() -> None:
    """As it is now where it runs, else as it was kept; a session that is not there is a sentence."""
    start = kept("s1", "2026-11-03T18:00:00+01:00").start
    curve = KeptCurve(start, ((0, 1, 2),), ())
    seen = view_curve("s1", curve, None)
    assert (seen.from_ms, seen.points) == (utc_us("2026-11-03T18:00:00+01:00") // 1_000, ((0, 1, 2),))
    assert view_curve("s1", curve, [(0, 1, 2), (5, 6, 7)]).points[-1] == (5, 6, 7)
    with pytest.raises(OperationError, match="there is no session s2"):
        view_curve("s2", None, None)
