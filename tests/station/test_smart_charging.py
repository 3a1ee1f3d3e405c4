"""Smart charging at the desk: what the backend's profiles make of a running station, to the second."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.models.reader import load_charger
from pilotline.station.core import Station
from pilotline.station.events import (
    BackendLink,
    CallAnswer,
    ChangeKey,
    ClearProfiles,
    CompositeRead,
    ReadComposite,
    RemoteStart,
    SetProfile,
    StartAnswer,
)
from pilotline.station.session import Session
from pilotline.station.snapshot import ConnectorView, view
from pilotline.vocabulary.board import Permit
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.charging import Installed, Period, Profile, RateUnit
from pilotline.vocabulary.journal import ForgetProfiles, KeepProfile, Recollection, Started
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, TagInfo
from pilotline.vocabulary.time import SECOND
from support.naive_schedule import amps_at
from support.profiles import DAILY, MAX, MOMENTS, NOON_S, TX, installations, profile
from support.station_bench import EVNET, StationBench

S = ConnectorStatus
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO_S = NOON_S
"""The UTC second in which the bench's station boots."""
A6, A8, A10, A16, A32 = 6_000, 8_000, 10_000, 16_000, 32_000


class Desk(StationBench):
    """A station whose clock is right from boot on, if it is ``dated``; its backend is there."""

    def __init__(
        self, model: ChargerModel = EVNET, *kept: Installed, dated: bool = True, **keys: KeyValue
    ) -> None:
        self._kept, self._dated = kept, dated
        super().__init__(model, online=True, stored=keys)

    def _make_core(self, model: ChargerModel, stored: Mapping[str, KeyValue] | None) -> Any:
        station = Station(model, boot=1, stored=stored, memory=Recollection(1, profiles=tuple(self._kept)))
        if self._dated:
            station._clock.learn(EPOCH + timedelta(seconds=ZERO_S), 0)
        return station

    def set(self, made: Profile, connector: int = 1) -> str:
        return self._word(SetProfile(1, connector, made))

    def clear(self, **named: Any) -> str:
        return self._word(ClearProfiles(1, **named))

    def read(
        self, duration_s: int, connector: int = 1, unit: RateUnit | None = RateUnit.A
    ) -> CompositeRead | None:
        said = self.tell(ReadComposite(1, connector, duration_s, unit))
        return next((each for each in said if isinstance(each, CompositeRead)), None)

    def steps(self, duration_s: int, connector: int = 1) -> Sequence[tuple[int, int]]:
        read = self.read(duration_s, connector)
        assert read is not None
        return read.steps

    def _word(self, wish: Any) -> str:
        (word,) = [each.word for each in self.tell(wish) if isinstance(each, CallAnswer)]
        return word

    @property
    def offer_ma(self) -> int:
        return self.connector.arbiter.offer_ma

    @property
    def seen(self) -> ConnectorView:
        return view(self.station, self.now)[0]

    @property
    def now_s(self) -> int:
        """The UTC second it is."""
        return ZERO_S + self.now // SECOND

    def until_s(self, at_s: int) -> None:
        self.run(at_s * SECOND - (ZERO_S * SECOND + self.now))


# --- a profile counts ---


@pytest.mark.requirement("E-60")
def test_a_default_profile_limits_the_session_and_why_names_the_operator() -> None:
    """With its sentence, and until when."""
    desk = Desk()
    assert desk.set(profile((0, A10), (100, A16), start_s=ZERO_S)) == "Accepted"
    desk.charge()
    assert desk.offer_ma == A10
    assert desk.seen.limit_reason == "OCPPGridLimit"
    assert desk.seen.why.sentence == "Charging. The operator limits the current to 10 A."
    assert desk.seen.why.until == 100 * SECOND


@pytest.mark.requirement("E-60", "E-30")
def test_the_offer_follows_the_schedule_to_the_second() -> None:
    """Down in the second in which the period begins; a moment before it is as it was."""
    desk = Desk()
    desk.set(profile((0, A16), (60, A8), (90, 0), (150, A10), start_s=ZERO_S))
    desk.charge()
    desk.until_s(ZERO_S + 60)
    assert desk.offer_ma == A8
    told = [at for at, message in desk.to_board() if isinstance(message, Permit) and message.offer_ma == A8]
    assert told[0] == 60 * SECOND
    desk.until_s(ZERO_S + 90)
    assert desk.offer_ma == 0
    desk.run(SECOND)
    assert (desk.seen.why.code, desk.seen.why.sentence) == ("limit", "The operator paused charging.")
    desk.until_s(ZERO_S + 165)
    assert desk.offer_ma == A10


@pytest.mark.requirement("E-60")
def test_a_profile_set_in_the_middle_counts_at_once_and_one_taken_out_no_longer() -> None:
    """Up again at the arbiter's pace."""
    desk = Desk()
    desk.charge()
    assert desk.offer_ma == A32
    desk.run(10 * SECOND)
    desk.set(profile((0, A8), start_s=ZERO_S))
    assert desk.offer_ma == A8
    desk.run(10 * SECOND)
    assert desk.clear(stack=0) == "Accepted"
    assert desk.offer_ma == A32
    assert desk.clear() == "Unknown"


@pytest.mark.requirement("E-60")
def test_the_lowest_of_station_and_session_wins() -> None:
    """A TxProfile above the station's maximum does not lift it."""
    desk = Desk()
    desk.set(profile((0, A10), purpose=MAX, start_s=0), connector=0)
    desk.charge()
    assert desk.set(profile((0, A16), purpose=TX, number=2)) == "Accepted"
    assert desk.offer_ma == A10
    assert desk.seen.limit.source == "station_profile"


@pytest.mark.requirement("E-60")
def test_watts_become_amperes_by_voltage_and_phases() -> None:
    """2,300 W are 10 A on one phase of 230 V."""
    desk = Desk()
    desk.set(profile((0, 2_300_000), unit=RateUnit.W, start_s=0))
    desk.charge()
    assert desk.offer_ma == A10


@pytest.mark.requirement("E-60")
def test_a_relative_profile_starts_with_the_session() -> None:
    """A minute after its start, whenever that was."""
    desk = Desk()
    desk.set(profile((0, A16), (60, A8)))
    desk.run(500 * SECOND)
    desk.charge()
    begun = next(fact for fact in desk.facts() if isinstance(fact, Started)).stamp.at
    desk.run(begun + 59 * SECOND - desk.now)
    assert desk.offer_ma == A16
    desk.run(SECOND)
    assert desk.offer_ma == A8


@pytest.mark.requirement("E-60")
def test_a_clock_that_is_set_right_moves_the_schedule() -> None:
    """What the station now knows to be later counts now."""
    desk = Desk()
    desk.set(profile((0, A16), (3_600, A8), start_s=ZERO_S))
    desk.charge()
    assert desk.offer_ma == A16
    desk.station._clock.learn(EPOCH + timedelta(seconds=desk.now_s + 3_600), desk.now)
    desk.run(10 * SECOND)
    assert desk.offer_ma == A8


@pytest.mark.requirement("E-60")
def test_without_a_date_the_least_a_profile_may_mean_counts() -> None:
    """And when the date is known, what it means."""
    desk = Desk(EVNET, Installed(1, profile((0, A16), (3_600, A8), start_s=ZERO_S)), dated=False)
    desk.charge()
    assert desk.offer_ma == A8
    desk.station._clock.learn(EPOCH + timedelta(seconds=ZERO_S), desk.now)
    desk.run(15 * SECOND)
    assert desk.offer_ma == A16


# --- profiles of one session ---


@pytest.mark.requirement("E-60")
def test_a_session_s_profile_needs_the_session_it_names() -> None:
    """None runs; another number; the right one; and none named means the one that runs."""
    desk = Desk()
    own = profile((0, A8), purpose=TX, transaction=7)
    assert desk.set(own) == "Rejected"
    desk.charge()
    assert desk.set(own) == "Rejected"  # the backend has not answered with a number yet
    session = desk.connector.session
    assert session is not None
    desk.tell(StartAnswer(session.id, "CARD", TagInfo(AuthStatus.ACCEPTED), 7))
    assert desk.set(replace(own, transaction=8)) == "Rejected"
    assert desk.set(own) == "Accepted"
    assert desk.set(replace(own, transaction=None)) == "Accepted"
    assert desk.offer_ma == A8


@pytest.mark.requirement("E-60")
def test_a_session_s_profile_goes_with_it_from_the_disk_too() -> None:
    """The next session does not know it."""
    desk = Desk()
    desk.charge()
    desk.set(profile((0, A8), purpose=TX, number=5))
    desk.unplug()
    desk.run(5 * SECOND)
    assert desk.all(ForgetProfiles) == [ForgetProfiles((5,))]
    desk.charge()
    assert desk.offer_ma == A32


@pytest.mark.requirement("E-60", "R-52")
def test_profiles_outlive_a_reboot_but_those_of_sessions() -> None:
    """A session the last boot left open is over."""
    default = Installed(1, profile((0, A16), number=1))
    own = Installed(1, profile((0, A8), number=2, purpose=TX), "0-1-1")
    desk = Desk(EVNET, default, own)
    assert desk.all(ForgetProfiles) == [ForgetProfiles((2,))]
    desk.charge()
    assert desk.offer_ma == A16


@pytest.mark.requirement("E-60", "M-40")
def test_a_remote_start_brings_the_session_s_profile_along() -> None:
    """It counts from the session's first moment, and is kept as the session's."""
    desk = Desk(AuthorizeRemoteTxRequests=False)
    desk.plug()
    desk.tell(RemoteStart(3, "CARD", 1, profile=profile((0, A8), purpose=TX, number=9)))
    desk.run(2 * SECOND)
    assert desk.offer_ma == A8
    session = desk.connector.session
    assert session is not None
    (kept,) = desk.all(KeepProfile)
    assert (kept.installed.profile.id, kept.installed.session) == (9, session.id)
    offers = [message.offer_ma for _, message in desk.to_board() if isinstance(message, Permit)]
    assert max(offers) == A8


@pytest.mark.requirement("E-60", "M-40")
@pytest.mark.parametrize(
    "made",
    [profile(), profile(purpose=TX, transaction=4), profile((1, A8), purpose=TX)],
    ids=["no TxProfile", "it names a session", "it breaks a rule"],
)
def test_a_remote_start_with_a_profile_that_cannot_be_is_rejected(made: Profile) -> None:
    """Whole: nothing starts."""
    desk = Desk(AuthorizeRemoteTxRequests=False)
    desk.plug()
    answers = [
        each for each in desk.tell(RemoteStart(3, "CARD", 1, profile=made)) if isinstance(each, CallAnswer)
    ]
    assert answers == [CallAnswer(3, "Rejected")]
    desk.run(5 * SECOND)
    assert desk.connector.session is None


def test_a_refused_profile_is_answered_with_the_reason() -> None:
    """For the log and for people."""
    desk = Desk()
    reasons = [
        each.reason
        for wish in (SetProfile(1, 1, None), SetProfile(1, 1, profile((5, 1))), SetProfile(1, 5, profile()))
        for each in desk.tell(wish)
        if isinstance(each, CallAnswer)
    ]
    assert all(reasons)
    assert len(set(reasons)) == 3


@pytest.mark.requirement("E-61")
def test_no_more_profiles_than_the_key_allows() -> None:
    """Ten, as shipped."""
    desk = Desk()
    assert [desk.set(profile(number=n, stack=n)) for n in range(11)] == ["Accepted"] * 10 + ["Rejected"]
    assert desk.set(profile((0, A8), number=3, stack=3)) == "Accepted"


@pytest.mark.requirement("E-61")
def test_levels_and_periods_go_as_far_as_their_keys_say() -> None:
    """Read-only for a backend; a model may say less."""
    desk = Desk(ChargeProfileMaxStackLevel=2, ChargingScheduleMaxPeriods=2)
    assert desk.set(profile(stack=2)) == "Accepted"
    assert desk.set(profile(stack=3)) == "Rejected"
    assert desk.set(profile((0, A16), (60, A8))) == "Accepted"
    assert desk.set(profile((0, A16), (60, A8), (90, A16))) == "Rejected"


@pytest.mark.requirement("E-61")
def test_a_station_that_cannot_switch_phases_counts_all_it_has() -> None:
    """ConnectorSwitch3to1PhaseSupported is false: 4,140 W for one phase are 6 A on each of three."""
    desk = Desk(replace(EVNET, rating=replace(EVNET.rating, phases=3)))
    assert desk.station.keys.flag("ConnectorSwitch3to1PhaseSupported") is False
    one_phase = replace(profile(unit=RateUnit.W).schedule, periods=(Period(0, 4_140_000, 1),))
    desk.set(replace(profile(), schedule=one_phase))
    desk.charge()
    assert desk.offer_ma == A6


# --- the backend is away ---


@pytest.mark.requirement("E-60")
def test_a_session_s_profile_stays_in_an_outage() -> None:
    """As OCPP has it, as long as no limit for a lost backend is set."""
    desk = Desk()
    desk.charge()
    desk.set(profile((0, 0), purpose=TX))
    desk.tell(BackendLink(False))
    desk.run(1_800 * SECOND)
    assert desk.offer_ma == 0


@pytest.mark.requirement("E-60")
def test_after_a_while_without_the_backend_a_limit_of_our_own_stands_in() -> None:
    """Edge case 27: no car stays at 0 A for hours; the station's maximum still counts; the way back too."""
    desk = Desk(c_BackendLossTimeout=600, c_BackendLossLimit_I=100)
    desk.charge()
    desk.set(profile((0, 0), purpose=TX))
    desk.tell(BackendLink(False))
    desk.run(600 * SECOND - 1)
    assert desk.offer_ma == 0
    desk.run(11 * SECOND)
    assert desk.offer_ma == A10
    desk.show(desk.board.pilot)
    assert "cannot be reached" in desk.seen.limit.sentence
    desk.tell(BackendLink(True))
    desk.run(SECOND)
    assert desk.offer_ma == 0
    desk.clear()
    desk.set(profile((0, A8), purpose=MAX, start_s=0), connector=0)
    desk.tell(BackendLink(False))
    desk.run(700 * SECOND)
    assert desk.offer_ma == A8


@pytest.mark.requirement("E-60")
def test_the_time_without_a_backend_begins_with_the_boot() -> None:
    """A station that never reached it has lost it too; changing the key counts at once."""
    desk = Desk(c_BackendLossTimeout=600)
    desk.tell(BackendLink(False))
    desk.run(1_000 * SECOND)
    desk.charge()
    assert desk.offer_ma == A6
    desk.tell(ChangeKey(1, "c_BackendLossTimeout", "null"))
    desk.run(10 * SECOND)
    assert desk.offer_ma == A32


# --- the composite schedule ---


@pytest.mark.requirement("E-60")
def test_where_nothing_limits_the_composite_says_the_station_s_own_maximum() -> None:
    """Edge case 26: no invented default; the key c_DeviceLimit_I bounds it."""
    desk = Desk()
    read = desk.read(3_600)
    assert read == CompositeRead(1, 1, desk.now_s, 3_600, RateUnit.A, 1, ((0, A32),))
    desk.tell(ChangeKey(1, "c_DeviceLimit_I", "200"))
    assert desk.steps(3_600) == ((0, 20_000),)


@pytest.mark.requirement("E-60")
def test_a_composite_right_after_a_default_profile_shows_it() -> None:
    """From now on, ended with the duration, in either unit."""
    desk = Desk()
    desk.set(profile((0, A16), (100, A8), start_s=ZERO_S))
    assert desk.steps(200) == ((0, A16), (100 - desk.now // SECOND, A8))
    read = desk.read(200, unit=RateUnit.W)
    assert read is not None
    assert [limit for _, limit in read.steps] == [A16 * 230, A8 * 230]


@pytest.mark.requirement("E-60")
def test_without_a_session_relative_profiles_start_with_the_composite() -> None:
    """As if a session began now; in one they start where it began."""
    desk = Desk()
    desk.set(profile((0, A16), (100, A8)))
    desk.run(500 * SECOND)
    assert desk.steps(200) == ((0, A16), (100, A8))
    desk.charge()
    begun = next(fact for fact in desk.facts() if isinstance(fact, Started)).stamp.at
    passed_s = desk.now // SECOND - begun // SECOND
    assert passed_s > 0
    assert desk.steps(200) == ((0, A16), (100 - passed_s, A8))


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(
    ("connector", "duration_s", "unit"), [(2, 60, RateUnit.A), (1, 0, RateUnit.A), (-1, 60, None)]
)
def test_what_cannot_be_asked_is_rejected(connector: int, duration_s: int, unit: RateUnit | None) -> None:
    """No such connector, no duration."""
    assert Desk().read(duration_s, connector, unit) is None


@pytest.mark.requirement("E-60", "M-46")
def test_a_unit_the_model_has_not_is_rejected_and_none_named_is_its_first() -> None:
    """By the key, which is the model's."""
    desk = Desk(load_charger("master-plus-ac"))
    assert desk.read(60, unit=RateUnit.W) is None
    read = desk.read(60, unit=None)
    assert read is not None
    assert (read.unit, read.phases) == (RateUnit.A, 3)


@pytest.mark.requirement("E-60")
def test_without_a_date_there_is_no_composite() -> None:
    """It could not say when it starts."""
    assert Desk(dated=False).read(60) is None


@pytest.mark.requirement("E-60", "M-20")
def test_connector_0_is_all_connectors_together() -> None:
    """Bounded by the supply they share, and by the station's own maximum."""
    model = replace(load_charger("master-plus-ac"), charging=EVNET.charging)
    desk = Desk(model, MaxChargingProfilesInstalled=10)
    shared = model.shared_supply
    assert shared is not None
    assert desk.steps(60, connector=0) == ((0, min(2 * A32, shared.current_ma)),)
    desk.set(profile((0, A10), number=1), connector=1)
    desk.set(profile((0, A8), number=2), connector=2)
    assert desk.steps(60, connector=0) == ((0, A10 + A8),)
    desk.set(profile((0, 12_000), number=3, purpose=MAX, start_s=0), connector=0)
    assert desk.steps(60, connector=0) == ((0, 12_000),)
    assert desk.steps(60, connector=2) == ((0, A8),)


EXAMPLES = int(os.environ.get("PILOTLINE_EXAMPLES", "150"))


@pytest.mark.requirement("E-60")
@given(installations(session="S"), MOMENTS, st.integers(0, 60), st.sampled_from([1, 3]))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_slow_composite_of_another_make_says_the_same(
    found: list[Installed], at_s: int, begun_before_s: int, phases: int
) -> None:
    """Random profiles, every second of a minute and a half in which they meet."""
    desk, session = _with_a_session(phases)
    desk.station._clock.learn(EPOCH + timedelta(seconds=at_s), desk.now)
    session.started_at = desk.now - begun_before_s * SECOND
    desk.clear()
    smart = desk.station.smart_charging
    for each in found:
        smart.book.install(replace(each, session=session.id if each.session else None), None)
    smart._forget_stacks()
    kept = smart.book.installed
    read = desk.read(90)
    assert read is not None
    for second in range(90):
        told = max(step for step in read.steps if step[0] <= second)[1]
        meant = amps_at(kept, read.start_s + second, read.start_s - begun_before_s, own_ma=A32, phases=phases)
        assert told == meant // 100 * 100, second
    assert all(one[1] != two[1] for one, two in pairwise(read.steps))


@cache
def _with_a_session(phases: int) -> tuple[Desk, Session]:
    """A station with a session; one for all examples, for only its profiles and its clock change."""
    desk = Desk(replace(EVNET, rating=replace(EVNET.rating, phases=phases, power_w=7_360)))
    desk.charge()
    session = desk.connector.session
    assert session is not None
    return desk, session


def test_the_oracle_counts_in_fractions() -> None:
    """It rounds nothing: 10 kW on three phases are 14.49... A."""
    made = Installed(1, profile((0, 10_000_000), unit=RateUnit.W, start_s=0, every=DAILY))
    assert amps_at([made], NOON_S, NOON_S, own_ma=A32, phases=3) == Fraction(10_000_000, 690)
