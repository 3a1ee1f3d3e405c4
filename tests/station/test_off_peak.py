"""Off periods and the random delay: who waits, until when, and who does not."""

from collections import Counter
from dataclasses import replace

import pytest

from pilotline.station.core import Station
from pilotline.station.events import BackendLink, ChargeNow, StopCharging
from pilotline.station.off_peak import OUTAGE
from pilotline.vocabulary import limits
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from pilotline.vocabulary.time import MINUTE, SECOND, Weekday
from support.off_peak_bench import OffPeakBench, beat_slowly
from support.station_bench import EVNET

CHARGING, SUSPENDED_EVSE = ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EVSE
FREE = {"c_AuthorizationMode": "free"}
PEAK, NOON = "2026-01-05T09:00", "2026-01-05T12:00"  # a Monday in winter: local time is UTC


def come_back(bench: OffPeakBench, seed: int = 1) -> None:
    """The power was away and is back: a new boot, the plug still in, and the car wants power."""
    bench.show(PilotState.C)
    stored = {"c_AuthorizationMode": bench.station.keys["c_AuthorizationMode"]}
    stored["c_MaxStartDelay"] = bench.station.keys["c_MaxStartDelay"]
    bench.seed = seed
    bench.core = bench._make_core(EVNET, stored)
    bench._read_every, bench._read_due = SECOND, bench.now
    bench.tell(BackendLink(False))
    bench.run(3 * SECOND)


# --- periods --------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-61", "E-64", "R-18")
def test_an_offline_session_waits_in_the_factory_s_hours_and_says_until_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """08:00 to 11:00 and 16:00 to 22:00, local time, the end excluded; the car is offered nothing."""
    beat_slowly(monkeypatch)
    bench = OffPeakBench(PEAK, slow=True)
    bench.charge()
    assert bench.status is SUSPENDED_EVSE
    assert not bench.board.relay
    seen = bench.look()
    assert (seen.why.code, seen.why.limit) == ("limit", "off_hours")
    assert seen.why.sentence == limits.OFF_HOURS.pause
    assert seen.limit_reason == "DeviceCurrentLimit"
    bench.run_until("2026-01-05T10:59:59.900")
    assert bench.status is SUSPENDED_EVSE
    assert bench.waits_s() == pytest.approx(0.1)


@pytest.mark.requirement("E-64")
@pytest.mark.parametrize("number", [1, 2])
def test_each_period_is_its_key_s(number: int) -> None:
    """A session is held in the hours that the key names, and in no others once it is disabled."""
    bench = OffPeakBench("2026-01-05T13:30")
    bench.set(f"c_ChargeOffPeriod{number}", "enable,13:00,14:00")
    bench.charge()
    assert bench.status is SUSPENDED_EVSE
    assert bench.waits_s() == pytest.approx(30 * 60, abs=10)
    bench.set(f"c_ChargeOffPeriod{number}", "disable,13:00,14:00")
    bench.run(2 * SECOND)
    assert bench.status is CHARGING


@pytest.mark.requirement("R-18")
def test_a_charge_that_runs_into_a_period_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the second, and it goes on by itself after the period and a random delay."""
    beat_slowly(monkeypatch)
    bench = OffPeakBench("2026-01-05T07:59", slow=True)
    bench.charge()
    assert bench.status is CHARGING
    bench.run_until("2026-01-05T07:59:59.900")
    assert bench.connector.arbiter.offer_ma == 32_000
    bench.run_until("2026-01-05T08:00:00")
    assert bench.connector.arbiter.offer_ma == 0
    bench.run_until("2026-01-05T11:00:00")
    assert bench.look().why.limit == "start_delay"
    bench.run(601 * SECOND)
    assert bench.status is CHARGING


@pytest.mark.requirement("R-18")
def test_the_days_are_the_model_s() -> None:
    """Weekdays as shipped: a Saturday has no peak. Another model may say otherwise."""
    bench = OffPeakBench("2026-01-10T09:00")
    bench.charge()
    assert bench.status is CHARGING
    saturdays = replace(EVNET, session=replace(EVNET.session, charge_off_days=(Weekday.SATURDAY,)))
    bench = OffPeakBench("2026-01-10T09:00", model=saturdays)
    bench.charge()
    assert bench.status is SUSPENDED_EVSE


@pytest.mark.parametrize(("zone", "status"), [("Europe/London", CHARGING), ("Europe/Paris", SUSPENDED_EVSE)])
def test_the_hours_are_those_of_the_time_zone(zone: str, status: ConnectorStatus) -> None:
    """At 07:30 UTC it is half past eight in Paris."""
    bench = OffPeakBench("2026-01-05T07:30", stored={"TimeZone": zone})
    bench.charge()
    assert bench.status is status


def test_a_zone_without_rules_is_refused() -> None:
    """With the sentence; the old one stays."""
    bench = OffPeakBench(NOON)
    bench.set("TimeZone", "Europe/Nowhere")
    assert bench.said[-1][1].reason == "This station's database has no time zone Europe/Nowhere."
    assert bench.station.keys["TimeZone"] == "Europe/London"


@pytest.mark.requirement("E-64")
def test_with_the_backend_there_are_no_periods() -> None:
    """The operator decides then; and a session that waited goes on at once when the backend is back."""
    bench = OffPeakBench(PEAK, online=True)
    bench.charge()
    assert bench.status is CHARGING
    bench = OffPeakBench(PEAK)
    bench.charge()
    assert bench.status is SUSPENDED_EVSE
    bench.tell(BackendLink(True))
    bench.run(SECOND)
    assert bench.status is CHARGING


def test_a_line_that_blinks_interrupts_no_charge() -> None:
    """A minute's outage does; a session that has not been offered anything yet waits at once."""
    bench = OffPeakBench(PEAK, online=True)
    bench.charge()
    bench.tell(BackendLink(False))
    assert bench.station.off_peak.deadline(bench.now) == bench.now + OUTAGE
    bench.run(59 * SECOND)
    assert bench.status is CHARGING
    bench.run(2 * SECOND)
    assert bench.status is SUSPENDED_EVSE
    bench = OffPeakBench(PEAK, online=True)
    bench.tell(BackendLink(False))
    bench.charge()
    assert bench.status is SUSPENDED_EVSE


def test_a_station_that_does_not_know_the_time_charges() -> None:
    """An owner whose clock is lost is not left without a car; once the time is known, the period holds."""
    bench = OffPeakBench(None)
    bench.charge()
    assert bench.status is CHARGING
    bench.learn(PEAK)
    bench.run(2 * SECOND)
    assert bench.status is SUSPENDED_EVSE


@pytest.mark.requirement("E-64")
def test_the_user_may_charge_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, for this session, also in the other period; the next session waits again."""
    beat_slowly(monkeypatch)
    bench = OffPeakBench(PEAK, slow=True)
    bench.charge()
    assert bench.charge_now() is None
    bench.run(SECOND)
    assert bench.status is CHARGING
    bench.run_until("2026-01-05T16:30")
    assert bench.status is CHARGING
    bench.unplug()
    bench.run(20 * SECOND)
    bench.charge()
    assert bench.status is SUSPENDED_EVSE


def test_charge_now_needs_a_session_and_somebody_who_may() -> None:
    """Else it is answered with a sentence, and changes nothing."""
    bench = OffPeakBench(PEAK)
    assert bench.charge_now() == "There is no session here; plug in the car and begin one."
    bench.charge()
    (answer,) = bench.tell(ChargeNow(call=-1, role=Role.BACKEND))
    assert "Only the user" in answer.reason
    (answer,) = bench.tell(ChargeNow(connector=7, call=-1))
    assert answer.reason == "There is no connector 7."
    assert bench.status is SUSPENDED_EVSE


def test_what_else_limits_goes_on_when_the_period_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The station is hot: the car gets what heat allows, at once."""
    beat_slowly(monkeypatch)
    bench = OffPeakBench(PEAK, stored={"c_MaxStartDelay": 0}, slow=True)
    bench.charge()
    bench.board.temperature_mc = 77_500
    bench.run_until("2026-01-05T11:00:02")
    assert (bench.status, bench.connector.arbiter.offer_ma) == (CHARGING, 12_000)


def test_a_session_that_ends_waits_for_nothing() -> None:
    """And leaves no claim behind."""
    bench = OffPeakBench(PEAK)
    bench.charge()
    bench.tell(StopCharging())
    bench.run(5 * SECOND)
    assert bench.look().why.code == "finished"
    assert "off_hours" not in [each.source for each in bench.look().limits]
    assert bench.facts()[-1].reason is StopReason.LOCAL  # pyright: ignore[reportAttributeAccessIssue]


# --- the delay ------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-61", "E-65")
def test_after_a_power_cut_a_start_waits_at_random_and_says_until_when() -> None:
    """All of a street's cars would else begin in the same second; from the factory it is 600 s at most."""
    bench = OffPeakBench(NOON, stored=FREE)
    come_back(bench)
    assert bench.status is SUSPENDED_EVSE
    seen = bench.look()
    assert (seen.why.limit, seen.why.sentence) == ("start_delay", limits.START_DELAY.pause)
    waits = bench.waits_s()
    assert waits is not None
    assert 0 < waits <= 600
    bench.run(round((waits - 1) * SECOND))
    assert bench.status is SUSPENDED_EVSE
    bench.run(2 * SECOND)
    assert bench.status is CHARGING


@pytest.mark.requirement("E-65")
def test_the_delay_is_uniform_to_the_second() -> None:
    """Every whole second from 0 to the most comes, each about as often."""
    bench = OffPeakBench(NOON, stored={"c_MaxStartDelay": 9})
    drawn = Counter(bench.station.off_peak._draw(0) for _ in range(10_000))
    assert sorted(drawn) == [second * SECOND for second in range(10)]
    assert all(900 <= count <= 1_100 for count in drawn.values())


def test_two_stations_draw_differently_and_one_the_same_again() -> None:
    """The dice come from outside: simulated time repeats itself."""

    def waits(seed: int) -> float | None:
        bench = OffPeakBench(NOON, stored=FREE)
        come_back(bench, seed)
        return bench.waits_s()

    assert waits(1) == waits(1)
    assert len({waits(seed) for seed in range(4)}) == 4


@pytest.mark.requirement("E-65")
def test_0_is_no_delay() -> None:
    """The start after a power cut is then at once."""
    bench = OffPeakBench(NOON, stored={**FREE, "c_MaxStartDelay": 0})
    come_back(bench)
    assert bench.status is CHARGING


@pytest.mark.requirement("E-65")
def test_the_user_may_skip_the_delay() -> None:
    """The car is offered current in the same moment."""
    bench = OffPeakBench(NOON, stored=FREE)
    come_back(bench)
    assert bench.charge_now() is None
    bench.run(SECOND)
    assert bench.status is CHARGING


@pytest.mark.requirement("E-65")
@pytest.mark.parametrize("stored", [{}, FREE, {"c_OfflinePlugAndCharge": True}])
def test_what_a_person_does_beside_the_station_waits_for_nothing(stored: dict[str, str]) -> None:
    """A card, or a plug that is put in where that is enough: who stands there sees it begin."""
    bench = OffPeakBench(NOON, stored=stored)
    bench.charge()
    assert bench.status is CHARGING


@pytest.mark.requirement("E-65")
def test_a_card_in_a_period_waits_for_its_end_and_then_at_random(monkeypatch: pytest.MonkeyPatch) -> None:
    """The card was shown by a person; that it begins at eleven, with all others, is the clock's work."""
    beat_slowly(monkeypatch)
    bench = OffPeakBench(PEAK, slow=True)
    bench.charge()
    bench.run_until("2026-01-05T11:00")
    assert bench.look().why.limit == "start_delay"
    assert 0 <= (bench.waits_s() or 0) <= 600


def test_a_lost_backend_begins_nothing_at_once() -> None:
    """Offline Plug & Charge lets in the car that stood there: all over the country, if the cloud is down."""
    bench = OffPeakBench(NOON, online=True, stored={"c_OfflinePlugAndCharge": True})
    bench.show(PilotState.C)
    bench.run(MINUTE)
    bench.tell(BackendLink(False))
    bench.run(5 * SECOND)
    assert bench.look().why.limit == "start_delay"


def test_a_backend_that_comes_ends_the_delay() -> None:
    """Online, it is the operator who spreads the load."""
    bench = OffPeakBench(NOON, stored=FREE)
    come_back(bench)
    bench.tell(BackendLink(True))
    bench.run(SECOND)
    assert bench.status is CHARGING


def test_a_period_changed_by_hand_ends_without_a_delay() -> None:
    """Only the clock is a cause that all stations have in common."""
    bench = OffPeakBench(PEAK)
    bench.charge()
    bench.set("c_ChargeOffPeriod1", "disable,08:00,11:00")
    bench.run(SECOND)
    assert bench.status is CHARGING


def test_an_idle_station_has_nothing_to_wait_for() -> None:
    """Without a session nobody is woken for periods."""
    bench = OffPeakBench(PEAK)
    assert bench.station.off_peak.deadline(bench.now) is None


def test_a_core_without_a_database_knows_utc_alone() -> None:
    """Who hands in no rules of time zones has none: the station then charges at any hour."""
    station = Station(EVNET, boot=1)
    assert station.off_peak.local.zone is None
