"""What the house leaves for the car: fuse, clamp, and a clamp that cannot be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.board import BoardLink
from pilotline.station.events import ChangeKey, StatusReport
from pilotline.station.house import HouseLimit
from pilotline.station.keys import KeyStore
from pilotline.station.limits import PACE, RESUME, Arbiter
from pilotline.station.snapshot import view
from pilotline.vocabulary import faults, limits
from pilotline.vocabulary.board import LINK_PROTOCOL, Identity, Measurement
from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode
from pilotline.vocabulary.time import SECOND
from support.station_bench import StationBench

S = ConnectorStatus
CLAMPED = {"c_CTClamp": True}
LASTS = 5 * SECOND


def at_home(house_ma: int | None = 0, **keys: bool | int) -> StationBench:
    """A car that charges behind a clamp, the house drawing so much beside it."""
    bench = StationBench(online=True, stored={**CLAMPED, **keys})
    bench.board.house_ma = house_ma
    bench.run(2 * SECOND)
    bench.charge()
    bench.run(10 * SECOND)
    return bench


def reasons(bench: StationBench) -> list[str | None]:
    """The limit reasons told."""
    return [each.vendor_error for each in bench.all(StatusReport) if each.vendor_id == "VendorID1"]


def total_ma(bench: StationBench) -> int:
    """What flows through the main fuse."""
    return (bench.board.house_ma or 0) + (bench.board.offer_ma if bench.board.relay else 0)


class Clamped:
    """The source alone: what is left of one measurement."""

    def __init__(self, phases: int = 1, **keys: bool | int) -> None:
        self.arbiter = Arbiter()
        self.house = HouseLimit(KeyStore({**CLAMPED, **keys}), phases)
        self.board = BoardLink(7)
        self.board.hear(Identity(LINK_PROTOCOL, 7, 1, True, 0, ""), 0)

    def left(self, clamp: PerPhase[int | None], own: PerPhase[int] = ZERO, now: int = 1) -> int:
        self.board.hear(Measurement(now, PerPhase(0, 0, 0), own, 0, (0, 0), clamp), now)
        self.house.update(self.board, self.arbiter, now)
        return self.arbiter.winner(now).limit_ma


def one(ma: int | None) -> PerPhase[int | None]:
    return PerPhase(ma, None, None)


# --- what is left -----------------------------------------------------------------------------------------


@pytest.mark.requirement("E-32")
@given(st.integers(0, 100_000), st.integers(0, 32_000))
def test_house_and_what_is_left_never_exceed_the_fuse(house_ma: int, own_ma: int) -> None:
    """What is left is the fuse less the house, whatever the car draws then, to a tenth of an ampere."""
    left = Clamped().left(one(house_ma + own_ma), PerPhase(own_ma, 0, 0))
    assert left == max(0, 60_000 - house_ma) // 100 * 100


@pytest.mark.requirement("E-32")
def test_the_least_of_the_rated_phases_counts() -> None:
    """Three phases: that with the largest load decides; one phase: the others are not the car's."""
    loads = PerPhase[int | None](10_000, 50_000, 20_000)
    assert Clamped(phases=3).left(loads) == 10_000
    assert Clamped(phases=1).left(loads) == 50_000


@pytest.mark.requirement("R-20")
@given(st.integers(-60_000, 60_000), st.integers(0, 32_000))
def test_a_clamp_the_wrong_way_round_is_never_optimistic(house_ma: int, own_ma: int) -> None:
    """Either sign gives the same, and never more than the fuse less what the house really draws."""
    own, total = PerPhase(own_ma, 0, 0), house_ma + own_ma
    left = Clamped().left(one(total), own)
    assert left == Clamped().left(one(-total), own)
    assert left <= 60_000 - max(0, house_ma)


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("broken", [UNKNOWN, one(50_100), one(-50_100)], ids=str)
def test_a_reading_that_is_none_or_too_large_counts_for_nothing(broken: PerPhase[int | None]) -> None:
    """It is no claim: the last valid one stands for 5 s, then 6 A do, and it is a fault."""
    clamped = Clamped(c_CTClampValue=500)
    assert clamped.left(one(50_000)) == 10_000
    for now in range(SECOND, LASTS + 1, SECOND):
        assert clamped.left(broken, now=now) == 10_000
    assert not clamped.house.silent
    assert clamped.left(broken, now=1 + LASTS) == 6_000
    assert clamped.house.silent


@pytest.mark.requirement("R-20")
def test_before_its_first_word_a_clamp_leaves_6_a() -> None:
    """From the start, and without the fault until it had 5 s."""
    clamped = Clamped()
    assert clamped.left(UNKNOWN) == 6_000
    assert not clamped.house.silent
    assert clamped.left(one(0), now=2) == 60_000


# --- the reason --------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-04", "E-30", "E-33")
def test_with_a_clamp_its_reading_is_reason_3_and_the_fuse_none() -> None:
    """A 10 A fuse and an idle house: 10 A, told as ExtTransformerCurrentLimit."""
    bench = at_home(c_MainFuseLimit=100)
    assert bench.board.offer_ma == 10_000
    assert reasons(bench) == ["3"]


@pytest.mark.requirement("R-04")
def test_the_key_decides_at_once_which_of_the_two_limits() -> None:
    """The clamp switched off in a session: the fuse alone, reason 5."""
    bench = at_home(house_ma=50_000)
    bench.tell(ChangeKey(1, "c_MainFuseLimit", "200"))
    bench.tell(ChangeKey(2, "c_CTClamp", "false"))
    bench.run(20 * SECOND)
    assert bench.board.offer_ma == 20_000
    assert reasons(bench)[-1] == "5"


@pytest.mark.requirement("E-32", "R-48")
def test_a_snapshot_names_the_house_and_how_much_it_leaves() -> None:
    """Winner, sentence, code, amperes; no end, for the clamp speaks again every second."""
    (seen,) = view((bench := at_home(house_ma=48_000)).station, bench.now)
    assert (seen.limit.source, seen.limit.code, seen.limit.limit_a, seen.limit.until) == (
        "clamp",
        3,
        12.0,
        None,
    )
    assert seen.limit.sentence == "The house needs current; 12 A are left."
    assert seen.why.sentence == "Charging. The house needs current; 12 A are left."


# --- in time -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-32", "R-48")
def test_a_load_takes_the_car_down_within_1_1_s() -> None:
    """A second until the board measures again, and the offer falls in that moment."""
    bench = at_home()
    assert bench.board.offer_ma == 32_000
    bench.board.house_ma = 45_000
    bench.run(1_100_000)
    assert bench.board.offer_ma == 15_000
    assert total_ma(bench) == 60_000


@pytest.mark.requirement("R-48")
@pytest.mark.parametrize(("house_ma", "after_ma"), [(55_000, 15_000), (58_000, 0)])
def test_a_second_fall_within_5_s_waits_unless_it_is_a_pause(house_ma: int, after_ma: int) -> None:
    """Up to 1.2 times the fuse the pace holds; what leaves less than 6 A is a pause at once."""
    bench = at_home(c_DeviceLimit_I=200)
    bench.board.house_ma = 45_000
    bench.run(1_100_000)
    bench.board.house_ma = house_ma - 2_000 if after_ma else house_ma
    bench.run(1_100_000)
    assert (bench.board.offer_ma if bench.board.relay else 0) == after_ma
    bench.run(PACE)
    assert total_ma(bench) <= 60_000


@pytest.mark.requirement("R-48")
def test_a_fuse_exceeded_by_more_than_20_percent_waits_for_no_pace() -> None:
    """Down again at the next measurement, however short after the last fall."""
    bench = at_home(c_MainFuseLimit=400)
    bench.board.house_ma = 10_000
    bench.run(1_100_000)
    assert bench.board.offer_ma == 30_000
    bench.board.house_ma = 20_000
    bench.run(1_100_000)
    assert bench.board.offer_ma == 20_000


@pytest.mark.requirement("E-32")
def test_less_than_6_a_left_is_suspended_evse_and_the_offer_returns() -> None:
    """A pause while the house needs it all; 10 s after the load has gone the car has its 32 A again."""
    bench = at_home()
    bench.board.house_ma = 58_000
    bench.run(2 * SECOND)
    assert bench.status is S.SUSPENDED_EVSE
    assert not bench.board.permitted(bench.now)
    (seen,) = view(bench.station, bench.now)
    assert seen.why.sentence == limits.CLAMP.pause
    bench.board.house_ma = 2_000
    bench.run(2 * SECOND)
    (seen,) = view(bench.station, bench.now)
    assert seen.why.code == "resuming"
    assert seen.why.until is not None
    assert bench.now < seen.why.until <= bench.now + RESUME
    bench.run(RESUME)
    assert (bench.status, bench.board.offer_ma) == (S.CHARGING, 32_000)


@pytest.mark.requirement("R-20")
def test_a_clamp_that_falls_silent_leaves_6_a_and_is_told() -> None:
    """5 s after its last word: 6 A, OtherError under our own vendor id, and charging goes on."""
    bench = at_home()
    bench.board.house_ma = None
    bench.run(4 * SECOND)
    assert bench.board.offer_ma == 32_000
    bench.run(2 * SECOND)
    assert (bench.status, bench.board.offer_ma) == (S.CHARGING, 6_000)
    (seen,) = view(bench.station, bench.now)
    assert seen.why.sentence == "Charging. The clamp at the house's supply is silent; 6 A until it answers."
    assert [each.code for each in seen.faults] == [faults.CLAMP_SILENT]
    told = next(each for each in bench.all(StatusReport) if each.vendor_id == "Pilotline")
    assert (told.status, told.error, told.vendor_error) == (S.CHARGING, ErrorCode.OTHER_ERROR, "0x2000000")
    bench.board.house_ma = 0
    bench.run(10 * SECOND)
    assert bench.board.offer_ma == 32_000
    assert bench.all(StatusReport)[-1].vendor_id in (None, "VendorID1")


@pytest.mark.requirement("R-20")
def test_a_silent_board_is_no_silent_clamp() -> None:
    """While the board says nothing, and when it is back, the clamp is not accused."""
    bench = at_home()
    bench.board.talks = False
    bench.run(20 * SECOND)
    bench.board.talks = True
    bench.board.restart(bench.now)
    bench.run(5 * SECOND)
    assert all(each.vendor_id != "Pilotline" for each in bench.all(StatusReport))


@pytest.mark.requirement("E-75")
def test_a_steady_clamp_stays_valid_without_a_session() -> None:
    """An idle station whose measurements never change wakes itself, and sees no silence."""
    bench = StationBench(online=True, stored=CLAMPED)
    bench.board.house_ma = 1_000
    bench.run(120 * SECOND)
    (seen,) = view(bench.station, bench.now)
    assert seen.faults == ()
    assert seen.limit.source == "device"
