"""The next 24 hours as they were told, and as they then came: the real station judges the preview."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pilotline.station.events import BackendLink, ChargeNow, LimitCurrent, Limiter, SetProfile
from pilotline.station.preview import preview
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import DAY, HOUR, MINUTE, SECOND
from support.off_peak_bench import OffPeakBench, beat_slowly
from support.profiles import DAILY, MAX, TX, profile

NO_PEAK = {"c_ChargeOffPeriod1": "disable,08:00,11:00", "c_ChargeOffPeriod2": "disable,16:00,22:00"}
EVENING = "2026-01-05T18:30"  # a Monday; local time is UTC
LOOK_EVERY = 10 * MINUTE


def second(at: str) -> int:
    return round(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())


def told(bench: OffPeakBench) -> list[tuple[int, str, int]]:
    return [(each.at, each.source.name, each.limit_ma) for each in preview(bench.station, 1, bench.now)]


def foretold(steps: list[tuple[int, str, int]], at: int) -> tuple[str, int]:
    return next(step[1:] for step in reversed(steps) if step[0] <= at)


def live_through(bench: OffPeakBench) -> list[tuple[str, int]]:
    """What won at each of the told steps, just before each, and every ten minutes of the day."""
    steps, begin = told(bench), bench.now
    edges = [at for step in steps[1:] for at in (step[0] - SECOND, step[0])]
    moments = sorted({*edges, *range(begin + 1, begin + DAY, LOOK_EVERY)})
    winners: list[tuple[str, int]] = []
    for at in moments:
        bench.run(at - bench.now)
        winner = bench.connector.arbiter.winner(bench.now)
        assert (winner.source.name, winner.limit_ma) == foretold(steps, at), f"{(at - begin) / HOUR:.3f} h"
        winners.append((winner.source.name, winner.limit_ma))
    return [each for n, each in enumerate(winners) if n == 0 or winners[n - 1] != each]


def charging(
    monkeypatch: pytest.MonkeyPatch, stored: Mapping[str, KeyValue], *, online: bool = True
) -> OffPeakBench:
    beat_slowly(monkeypatch)
    bench = OffPeakBench(EVENING, online=online, stored={**NO_PEAK, **stored}, slow=True)
    bench.charge()
    return bench


@pytest.mark.requirement("E-06")
def test_a_day_of_the_schedule_is_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over midnight, with rows that overlap."""
    bench = charging(
        monkeypatch, {"c_ChargeSchedule": "Mo-Fr 20:00-06:00 16;Tu 02:00-03:00 0;Tu 12:00-13:00 10"}
    )
    assert live_through(bench) == [
        ("device", 32_000),
        ("schedule", 16_000),
        ("schedule", 0),
        ("schedule", 16_000),
        ("device", 32_000),
        ("schedule", 10_000),
        ("device", 32_000),
    ]


@pytest.mark.requirement("E-06", "E-60")
def test_schedule_and_profiles_are_foretold_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lowest of owner's week, station's maximum and session's profile, each to its second."""
    bench = charging(monkeypatch, {"c_ChargeSchedule": "Mo-Su 22:00-07:00 20"})
    night = profile((0, 24_000), (4 * 3_600, 12_000), (6 * 3_600, 28_000), number=1, purpose=TX)
    daily = profile(
        (0, 0), (3_600, 30_000), number=2, purpose=MAX, start_s=second("2026-01-05T05:00"), every=DAILY
    )
    bench.tell(SetProfile(1, 1, night))
    bench.tell(SetProfile(2, 0, daily))
    bench.run(10 * SECOND)
    found = live_through(bench)
    assert found[:2] == [("backend", 24_000), ("schedule", 20_000)]
    assert ("backend", 12_000) in found
    assert ("station_profile", 0) in found


@pytest.mark.requirement("E-06", "E-64")
def test_offline_the_hours_of_peak_demand_are_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the backend stays away; online there are none."""
    peak = {"c_ChargeOffPeriod1": "enable,08:00,11:00", "c_ChargeOffPeriod2": "enable,16:00,22:00"}
    beat_slowly(monkeypatch)
    bench = OffPeakBench("2026-01-05T12:00", stored={**peak, "c_MaxStartDelay": 0}, slow=True)
    bench.charge()
    assert live_through(bench) == [
        ("device", 32_000),
        ("off_hours", 0),
        ("device", 32_000),
        ("off_hours", 0),
        ("device", 32_000),
    ]
    bench.tell(BackendLink(True))
    assert [step[1] for step in told(bench)] == ["device"]


@pytest.mark.requirement("E-06")
def test_a_backend_that_stays_away_is_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    """After c_BackendLossTimeout its profiles count no more, and c_BackendLossLimit_I does."""
    bench = charging(monkeypatch, {"c_BackendLossTimeout": 7_200, "c_BackendLossLimit_I": 80})
    bench.tell(SetProfile(1, 1, profile((0, 24_000), purpose=TX)))
    bench.run(10 * SECOND)
    assert [step[1] for step in told(bench)] == ["backend"]
    bench.tell(BackendLink(False))
    assert live_through(bench) == [("backend", 24_000), ("backend_lost", 8_000)]


@pytest.mark.requirement("E-06")
def test_what_stands_until_somebody_lifts_it_is_in_every_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installer's limit and the fuse; the owner's while the session runs."""
    bench = charging(monkeypatch, {"c_ChargeSchedule": "Mo-Su 00:00-06:00 10", "c_MainFuseLimit": 250})
    bench.tell(LimitCurrent(20_000, Limiter.INSTALLER, role=Role.OPERATOR))
    assert live_through(bench) == [("installer", 20_000), ("schedule", 10_000), ("installer", 20_000)]
    bench.tell(LimitCurrent(8_000))
    assert [step[1:] for step in told(bench)] == [("owner", 8_000)]


@pytest.mark.requirement("E-06")
def test_who_skips_a_pause_is_told_that_none_comes() -> None:
    """For this session; without one the pauses are there."""
    bench = OffPeakBench(EVENING, stored={**NO_PEAK, "c_ChargeSchedule": "Mo 18:00-20:00 0"})
    assert [step[1] for step in told(bench)] == ["schedule", "device"]
    bench.charge()
    bench.tell(ChargeNow(call=-1))
    assert [step[1] for step in told(bench)] == ["device"]


def test_to_look_ahead_changes_nothing() -> None:
    """What the station offers, and when it wants to be woken."""
    bench = OffPeakBench(EVENING, stored={"c_ChargeSchedule": "Mo-Su 20:00-21:00 0"})
    bench.charge()
    before = bench.station.deadline(), bench.connector.arbiter.standing(bench.now)
    preview(bench.station, 1, bench.now)
    assert (bench.station.deadline(), bench.connector.arbiter.standing(bench.now)) == before
