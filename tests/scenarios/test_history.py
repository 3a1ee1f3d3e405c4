"""Stories of what a station tells afterwards: its sessions, what they cost, when they were, their curves."""

from datetime import UTC, date
from decimal import Decimal

import pytest

from pilotline.links.history import (
    Present,
    SessionsView,
    Wanted,
    running_sessions,
    view_curve,
    view_sessions,
)
from pilotline.links.operations import LOCAL
from pilotline.links.statement import Letterhead, Period, Weight, make_statement
from pilotline.links.statement_words import LANGUAGES
from pilotline.models.zones import find_zone
from pilotline.vocabulary.energy import Tier
from pilotline.vocabulary.history import CURVE_EVERY, CURVE_POINTS
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.roles import Asker, Role
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from support.crashes import CrashScene

S = ConnectorStatus
ANNA, BEN = "04A1B2C3", "04D4E5F6"
ENGLISH = LANGUAGES["en"]


def priced(*, online: bool = True) -> CrashScene:
    """A station with a price of four places, as tariffs have them."""
    return CrashScene(online=online, c_PricePerKWh="0.3147", c_Currency="EUR")


def history(scene: CrashScene, asker: Asker = LOCAL, **wanted: str) -> SessionsView:
    """What the station tells of its sessions now."""
    station = scene.station
    now = station.timeline.now - station.host_since
    zone = find_zone("Europe/Berlin") or UTC
    present = Present(zone, running_sessions(station.host.station, now), {ANNA.casefold(): "Anna"})
    return view_sessions(Wanted(**wanted), 200, station.journal.read_sessions(), present, asker)


def register_wh(scene: CrashScene) -> int:
    """What the meter's register says."""
    register = scene.station.host.station.connectors[1].register_wh
    assert register is not None
    return register


def three_sessions() -> CrashScene:
    """Anna's before the clock is known, Ben's with a power cut in it, and Anna's again."""
    scene = priced(online=False)
    scene.whole_session(ANNA, seconds=1_200)
    scene.network(up=True)
    scene.run(5)
    scene.charge(BEN)
    scene.run(900)
    scene.restart("power_cycle")
    scene.until(S.FINISHING)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(30)
    scene.whole_session(ANNA, seconds=1_800)
    scene.run(30)
    return scene


@pytest.mark.requirement("M-12", "P-05", "P-06", "R-51")
def test_the_statement_adds_up_to_the_meters_registers() -> None:
    """Three sessions, two cards, a power cut, an unknown clock: to the Wh what meter and backend say."""
    scene = three_sessions()
    view = history(scene)
    anna_again, ben, anna = view.sessions
    assert [row.who for row in view.sessions] == ["Anna", BEN, "Anna"]
    assert [row.reason for row in view.sessions] == ["EVDisconnected", "PowerLoss", "EVDisconnected"]
    starts, stops = scene.told(v16.StartTransaction), scene.backend.stops
    told = [stop.meter_stop - start.meter_start for start, stop in zip(starts, stops, strict=True)]
    assert told == [anna.energy_wh, ben.energy_wh, anna_again.energy_wh]
    assert view.totals.energy_wh == sum(told) == register_wh(scene)
    assert [row.cost for row in view.sessions] == [
        str((Decimal(row.energy_wh or 0) * Decimal("0.0003147")).quantize(Decimal("0.01")))
        for row in view.sessions
    ]
    assert view.totals.cost == str(sum(Decimal(row.cost or 0) for row in view.sessions))
    assert (view.currency, view.totals.count, view.more) == ("EUR", 3, False)
    statement = make_statement(
        view.sessions, Letterhead("S1", "EVNET", "7"), Period("", "", date(2026, 1, 1)), ENGLISH
    )
    total = statement.lines[-1]
    assert total.weight is Weight.TOTAL
    assert total.cells[3:] == (f"{register_wh(scene) / 1_000:.3f}", view.totals.cost)


def test_the_days_energy_is_that_of_the_sessions_as_soon_as_they_are_over() -> None:
    """Nobody waits a quarter of an hour for a bar that the list above it has already."""
    scene = priced()
    for seconds in (20, 300):
        scene.whole_session(ANNA, seconds=seconds)
        rows, undated_wh = scene.station.journal.energy.read(1, Tier.DAY, 0, 1 << 40, 10)
        assert sum(row.wh for row in rows) + undated_wh == history(scene).totals.energy_wh


@pytest.mark.requirement("R-51")
def test_a_session_has_no_time_until_the_clock_is_known_and_then_the_right_one() -> None:
    """The same boot learns it later: what was in core time is exact, and no estimate."""
    scene = CrashScene(online=False)
    scene.whole_session(ANNA)
    (row,) = history(scene).sessions
    assert (row.began, row.ended, row.estimated) == (None, None, False)
    assert row.seconds is not None
    assert history(scene, last="2099-01-01").sessions == ()
    scene.network(up=True)
    scene.run(5)
    (row,) = history(scene).sessions
    assert row.began is not None
    assert row.began.endswith(("+01:00", "+02:00"))
    assert not row.estimated
    assert history(scene, first=row.began[:10], last=row.began[:10]).sessions == (row,)
    assert history(scene, last="2001-01-01").sessions == ()


@pytest.mark.requirement("R-51")
def test_a_session_of_a_boot_that_never_learned_the_time_is_marked() -> None:
    """Its boot ended, at the latest, when the next began: that is what is told, as an estimate."""
    scene = CrashScene(online=False)
    scene.whole_session(ANNA)
    scene.restart("power_cycle")
    scene.whole_session(BEN)
    assert [row.began for row in history(scene).sessions] == [None, None]
    scene.network(up=True)
    scene.run(5)
    ben, anna = history(scene).sessions
    assert (ben.estimated, anna.estimated) == (False, True)
    assert anna.began is not None
    assert ben.began is not None
    assert anna.began < ben.began
    lines = make_statement((ben, anna), Letterhead("", "", ""), Period("", "", None), ENGLISH)
    assert sum(line.cells[0].endswith(" *") for line in lines.lines) == 1
    assert ENGLISH.estimated_note in lines.notes


@pytest.mark.requirement("P-06")
def test_the_session_that_runs_is_told_with_its_energy_so_far() -> None:
    """Open, without an end; its energy, time and cost grow."""
    scene = priced()
    scene.charge(ANNA)
    scene.run(600)
    (row,) = history(scene).sessions
    assert (row.open, row.ended, row.reason, row.meter_stop_wh) == (True, None, None, None)
    assert row.energy_wh is not None
    assert row.energy_wh == register_wh(scene) > 1_000
    assert row.seconds == pytest.approx(612, abs=15)
    assert row.cost == str((Decimal(row.energy_wh) * Decimal("0.0003147")).quantize(Decimal("0.01")))


@pytest.mark.requirement("P-05")
def test_the_price_is_the_one_of_the_sessions_begin() -> None:
    """Dearer from now on is dearer from the next session on; no price is no cost, and free is 0."""
    scene = priced()
    scene.charge(ANNA)
    scene.set_key("c_PricePerKWh", "9")
    scene.run(600)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.set_key("c_PricePerKWh", "")
    scene.whole_session(ANNA)
    scene.set_key("c_PricePerKWh", "0.5")
    scene.set_key("c_AuthorizationMode", "free")
    scene.plug_in()
    scene.until(S.CHARGING)
    free, none, first = history(scene).sessions
    assert (first.price, none.price, free.price) == ("0.3147", None, "0")
    assert (first.currency, none.currency, free.currency) == ("EUR", "", "EUR")
    assert (none.cost, free.cost) == (None, "0.00")
    assert Decimal(first.cost or 0) < Decimal("0.50")


def test_a_guest_sees_the_sessions_of_his_own_card_alone() -> None:
    """And without a card none; the totals are those of what he sees."""
    scene = CrashScene()
    scene.whole_session(ANNA)
    scene.whole_session(BEN)
    guest = Asker(Role.GUEST, "Ben", BEN.lower())
    view = history(scene, guest)
    assert [row.tag for row in view.sessions] == [BEN]
    assert view.totals.energy_wh == view.sessions[0].energy_wh
    assert history(scene, Asker(Role.GUEST, "nobody")).sessions == ()
    assert history(scene, tag=ANNA.lower()).totals.count == 1


def curve_of(scene: CrashScene, session: str) -> list[tuple[int, int | None, int]]:
    """What is kept of it."""
    return list(view_curve(session, scene.station.journal.read_curve(session), None).points)


def test_the_curve_of_a_session_is_kept_though_nobody_looked() -> None:
    """Power and limit, from its begin to the open relay; a step of the limit is a step in it."""
    scene = CrashScene()
    scene.charge(ANNA)
    scene.run(100)
    scene.limit(10)
    scene.run(100)
    scene.unplug()
    scene.until(S.AVAILABLE)
    points = curve_of(scene, "1-1-1")
    assert points[0][0] < 1_000
    assert points == sorted(points)
    assert {2_300, 7_360} <= {limit for _, _, limit in points}
    assert max(power or 0 for _, power, _ in points) == pytest.approx(7_360, rel=0.02)
    assert points[-1][1] == 0
    assert points[-1][0] == pytest.approx(212_000, abs=15_000)


def test_a_crash_takes_five_minutes_of_the_curve_at_most() -> None:
    """It is kept on the way; what the host had in its head is gone with it."""
    scene = CrashScene()
    scene.charge(ANNA)
    scene.run(3_500)
    crashed = scene.now
    scene.restart("host_crash")
    scene.until(S.FINISHING)
    points = curve_of(scene, "1-1-1")
    assert points[-1][0] * 1_000 > crashed - CURVE_EVERY - 20 * SECOND
    assert len(points) <= CURVE_POINTS


def test_a_price_is_recorded_with_the_start_and_not_told_to_the_backend() -> None:
    """OCPP's StartTransaction has no field for it."""
    scene = priced()
    scene.whole_session(ANNA)
    (kept,) = scene.station.journal.read_sessions().sessions
    assert kept.start.price == Price(Decimal("0.3147"), "EUR")
    (sent,) = scene.sent("StartTransaction")
    assert set(sent.payload) == {"connectorId", "idTag", "meterStart", "timestamp"}
