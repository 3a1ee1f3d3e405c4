"""A connector's status as a function of the facts, and when it is told."""

from dataclasses import fields, replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.events import StatusReport
from pilotline.station.limits import Winner
from pilotline.station.session import Phase
from pilotline.station.status import (
    ENDS,
    LIMIT_PACE,
    MOVES,
    OUR_MOVES,
    SUSPENDS,
    Facts,
    StatusTeller,
    derive,
    status_report,
    status_reports,
)
from pilotline.vocabulary import faults, limits
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode
from pilotline.vocabulary.time import SECOND

S = ConnectorStatus
IDLE = Facts(
    alive=True,
    accepted=True,
    available=True,
    faults=0,
    plugged=False,
    unplugging=False,
    authorising=False,
    over=False,
    phase=None,
    settling=False,
    offer_ma=0,
    relay=False,
    offering=False,
    booting=False,
    last=S.AVAILABLE,
)
PLUGGED = replace(IDLE, plugged=True, last=S.PREPARING)
OVER = replace(PLUGGED, over=True, last=S.FINISHING)
RUNNING = replace(PLUGGED, phase=Phase.RUNNING, offer_ma=16_000, offering=True)
CHARGING = replace(RUNNING, relay=True, last=S.CHARGING)
RCD, SAG, SILENT_HOST, TAMPER = faults.RCD, faults.UNDERVOLTAGE, faults.MISSING_HOST, faults.TAMPER1

TABLE: list[tuple[str, Facts, ConnectorStatus | None]] = [
    ("nothing there", IDLE, S.AVAILABLE),
    ("a car", PLUGGED, S.PREPARING),
    ("a card without a car", replace(IDLE, authorising=True), S.PREPARING),
    ("a session that is over", OVER, S.FINISHING),
    ("a card again after the end", replace(OVER, authorising=True), S.PREPARING),
    ("unplugged, and the session goes on", replace(RUNNING, plugged=False, away=True), S.SUSPENDED_EV),
    ("ending, and the car may come back", replace(PLUGGED, phase=Phase.STOPPING, away=True), S.SUSPENDED_EV),
    ("waiting for the meter", replace(PLUGGED, phase=Phase.STARTING), S.PREPARING),
    ("writing the start down", replace(PLUGGED, phase=Phase.RECORDING), S.PREPARING),
    ("offered, the car may still come", replace(RUNNING, settling=True), S.PREPARING),
    ("offered, the car does not come", RUNNING, S.SUSPENDED_EV),
    ("not yet offered", replace(RUNNING, offering=False), S.SUSPENDED_EVSE),
    ("the relay is closed", CHARGING, S.CHARGING),
    ("a pause", replace(CHARGING, offer_ma=0), S.SUSPENDED_EVSE),
    ("a pause before the car came", replace(RUNNING, offer_ma=0, settling=True), S.SUSPENDED_EVSE),
    ("a passing fault in a session", replace(CHARGING, relay=False, faults=SAG), S.SUSPENDED_EVSE),
    ("a silent host in a session", replace(CHARGING, faults=SILENT_HOST), S.SUSPENDED_EVSE),
    ("a passing fault without a session", replace(PLUGGED, faults=SAG), S.FAULTED),
    ("a trip in a session", replace(CHARGING, faults=RCD), S.FAULTED),
    ("a trip without a session", replace(IDLE, faults=RCD), S.FAULTED),
    ("a trip beside a passing fault", replace(CHARGING, faults=RCD | SAG), S.FAULTED),
    ("an open cover", replace(CHARGING, faults=TAMPER), S.CHARGING),
    ("an open cover, nothing there", replace(IDLE, faults=TAMPER), S.AVAILABLE),
    ("out of service", replace(IDLE, available=False), S.UNAVAILABLE),
    ("out of service and broken", replace(IDLE, available=False, faults=RCD), S.FAULTED),
    ("the plug is being pulled", replace(CHARGING, unplugging=True, relay=False), S.CHARGING),
    ("the relay opens for the end", replace(CHARGING, phase=Phase.STOPPING, offer_ma=0), S.CHARGING),
    ("writing the end down", replace(CHARGING, phase=Phase.ENDING, relay=False), S.CHARGING),
    ("booting, the board has not spoken", replace(IDLE, alive=False, booting=True, last=None), None),
    ("booting, the pilot not read yet", replace(IDLE, booting=True, unsure=True, last=None), None),
    ("booted, the pilot cannot be read", replace(IDLE, unsure=True, last=None), S.AVAILABLE),
    ("booted, the board has not spoken", replace(IDLE, alive=False, last=None), S.FAULTED),
    ("the board fell silent", replace(CHARGING, alive=False), S.FAULTED),
    ("the board is another model's", replace(IDLE, accepted=False), S.FAULTED),
]


@pytest.mark.requirement("E-25", "E-69")
@pytest.mark.parametrize(("facts", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_status_follows_from_the_facts(facts: Facts, status: ConnectorStatus | None) -> None:
    """Each row of the table: these facts, that status."""
    assert derive(facts) is status


@given(
    phase=st.sampled_from([None, *Phase]),
    mask=st.sampled_from([0, RCD, SAG, TAMPER, SILENT_HOST]),
    last=st.sampled_from([None, S.AVAILABLE, S.CHARGING]),
    flags=st.lists(st.booleans(), min_size=14, max_size=14),
)
def test_any_facts_have_a_status(
    phase: Phase | None, mask: int, last: ConnectorStatus | None, flags: list[bool]
) -> None:
    """No combination raises, and none says Charging with an open relay unless it did before."""
    names = [f.name for f in fields(Facts) if f.name not in ("faults", "phase", "offer_ma", "last")]
    values = dict(zip(names, flags, strict=True))
    facts = replace(IDLE, phase=phase, faults=mask, last=last, offer_ma=6_000, **values)
    status = derive(facts)
    assert status is not S.CHARGING or facts.relay or last is S.CHARGING


@pytest.mark.requirement("R-13")
def test_every_blocking_fault_ends_or_suspends_and_never_both() -> None:
    """Only those that recover by themselves suspend."""
    assert ENDS & SUSPENDS == 0
    assert ENDS | SUSPENDS == faults.BLOCKING
    supply = SAG | faults.OVERVOLTAGE | faults.NEUTRAL
    assert supply | SILENT_HOST | faults.MISSING_EXT_EMETER | faults.LATE == SUSPENDS


# --- how it may change --------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_every_status_has_its_row_of_moves() -> None:
    """Nine words, and each of them leads out of itself and never to itself."""
    assert MOVES.keys() == set(S)
    assert all(targets and status not in targets for status, targets in MOVES.items())
    assert all(not targets & MOVES[status] for status, targets in OUR_MOVES.items())


def test_a_move_ocpp_does_not_know_is_told_in_two() -> None:
    """The next session begins in the moment in which the last one ends: Available lies between them."""
    teller = StatusTeller(1)
    teller.update(S.SUSPENDED_EV, 0, DEVICE, 0)
    told = teller.update(S.PREPARING, 0, DEVICE, 5)
    assert [(each.status, each.at) for each in told] == [(S.AVAILABLE, 5), (S.PREPARING, 5)]


def test_a_status_is_told_when_it_has_lasted() -> None:
    """MinimumStatusDuration: with the time at which it began; one that was taken back is never told."""
    teller = StatusTeller(1)
    assert [each.status for each in teller.update(S.AVAILABLE, 0, DEVICE, 0, hold=SECOND)] == [S.AVAILABLE]
    assert teller.update(S.PREPARING, 0, DEVICE, 10, hold=SECOND) == []
    assert teller.deadline(10) == 10 + SECOND
    assert teller.update(S.AVAILABLE, 0, DEVICE, 20, hold=SECOND) == []
    assert teller.deadline(20) is None
    assert teller.update(S.PREPARING, 0, DEVICE, 30, hold=SECOND) == []
    (told,) = teller.update(S.PREPARING, 0, DEVICE, 30 + SECOND, hold=SECOND)
    assert (told.status, told.at) == (S.PREPARING, 30)


# --- what it is told as ---------------------------------------------------------------------------------


@pytest.mark.requirement("E-25", "R-40")
def test_several_faults_are_one_mask_under_the_most_urgent() -> None:
    """A leak and a hot station: the whole mask in hex, errorCode and name of the leak."""
    report = status_report(1, S.FAULTED, faults.RCD | faults.TEMPERATURE, 5)
    assert report == StatusReport(
        1, S.FAULTED, ErrorCode.GROUND_FAILURE, 5, "EVSE_FAULT_RCD", "VendorID2", "0x0801"
    )


@pytest.mark.requirement("R-40")
@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_with_at_least_four_upper_case_digits(fault: faults.Fault) -> None:
    """The vendor, and 0x plus four digits or more; the errorCode is the row's. Ours are no VendorID2's."""
    report = status_report(1, S.FAULTED, fault.code, 0)
    ours = (faults.EMERGENCY_STOP, faults.CLAMP_SILENT, faults.SELF_TEST, faults.LATE, faults.STALLED)
    vendor = "Pilotline" if fault.code in ours else "VendorID2"
    assert report.vendor_error == "0x" + f"{fault.code:X}".rjust(4, "0")
    assert (report.vendor_id, report.error) == (vendor, fault.error_code)


@pytest.mark.requirement("R-40")
def test_faults_of_ours_never_enter_the_seeds_mask() -> None:
    """An emergency stop beside a hot station: two reports, each mask under its own vendor."""
    told = status_reports(1, S.FAULTED, faults.EMERGENCY_STOP | faults.TEMPERATURE, 5)
    assert [(each.vendor_id, each.vendor_error) for each in told] == [
        ("Pilotline", "0x1000000"),
        ("VendorID2", "0x0800"),
    ]


@pytest.mark.requirement("R-40", "R-46")
def test_a_failed_self_test_is_told_beside_a_leak_and_apart_from_it() -> None:
    """A monitor with one side dead may see a leak with the other: each under its own vendor and errorCode."""
    told = status_reports(1, S.FAULTED, faults.SELF_TEST | faults.RCD, 5)
    assert [(each.vendor_id, each.vendor_error, each.error) for each in told] == [
        ("Pilotline", "0x4000000", ErrorCode.INTERNAL_ERROR),
        ("VendorID2", "0x0001", ErrorCode.GROUND_FAILURE),
    ]


@pytest.mark.requirement("E-21")
def test_an_opened_cover_alone_is_left_to_the_journal() -> None:
    """The teller says nothing of it; with the next change it stands in the mask, and its end is told."""
    teller = StatusTeller(1)
    teller.update(S.AVAILABLE, 0, DEVICE, 0)
    assert not teller.update(S.AVAILABLE, TAMPER, DEVICE, 1)
    (changed,) = teller.update(S.PREPARING, TAMPER, DEVICE, 2)
    assert changed.vendor_error == "0x100000"
    (over,) = teller.update(S.PREPARING, 0, DEVICE, 3)
    assert (over.error, over.vendor_error) == (ErrorCode.NO_ERROR, None)


def test_faulted_without_a_fault_is_an_internal_error() -> None:
    """The safety module itself is missing."""
    assert status_report(1, S.FAULTED, 0, 0).error is ErrorCode.INTERNAL_ERROR
    assert status_report(1, S.AVAILABLE, 0, 0).error is ErrorCode.NO_ERROR


# --- when it is told ------------------------------------------------------------------------------------

DEVICE, CABLE = Winner(limits.DEVICE, 32_000, None), Winner(limits.CABLE, 13_000, None)
WARM, FUSE = Winner(limits.TEMPERATURE, 12_000, None), Winner(limits.FUSE, 10_000, None)


def test_a_status_is_told_when_it_or_its_faults_change() -> None:
    """The same again is silence; another mask under the same status is news."""
    teller = StatusTeller(1)
    assert len(teller.update(S.FAULTED, RCD, DEVICE, 0)) == 1
    assert teller.update(S.FAULTED, RCD, DEVICE, 1) == []
    assert len(teller.update(S.FAULTED, RCD | SAG, DEVICE, 2)) == 1
    assert len(teller.update(S.AVAILABLE, 0, DEVICE, 3)) == 1


def test_nothing_is_told_before_there_is_a_status() -> None:
    """While the safety module has not spoken."""
    assert StatusTeller(1).update(None, 0, CABLE, 0) == []


@pytest.mark.requirement("E-30", "E-33", "R-40")
@pytest.mark.parametrize("source", [s for s in limits.SOURCES if s.code], ids=lambda source: source.name)
def test_a_limit_reason_is_told_by_its_number(source: limits.LimitSource) -> None:
    """VendorID1, the code as a decimal, NoError, and the status in force."""
    teller = StatusTeller(1)
    _, told = teller.update(S.CHARGING, 0, Winner(source, 10_000, None), 7)
    assert told == StatusReport(
        1, S.CHARGING, ErrorCode.NO_ERROR, 7, source.code_name, "VendorID1", str(source.code)
    )


@pytest.mark.requirement("E-33", "R-40")
def test_limit_reasons_are_told_at_most_every_10_s_and_the_latest_wins() -> None:
    """Cable, temperature and fuse within 10 s: the cable at once, the fuse when the 10 s are over."""
    teller = StatusTeller(1)
    teller.update(S.CHARGING, 0, CABLE, 0)
    assert teller.update(S.CHARGING, 0, WARM, 2 * SECOND) == []
    assert teller.update(S.CHARGING, 0, FUSE, 3 * SECOND) == []
    assert teller.deadline(3 * SECOND) == LIMIT_PACE
    assert [report.vendor_error for report in teller.update(S.CHARGING, 0, FUSE, LIMIT_PACE)] == ["5"]
    assert teller.deadline(LIMIT_PACE) is None


@pytest.mark.requirement("E-33")
def test_a_reason_that_came_and_went_is_not_told() -> None:
    """Back at the reason told last, nothing is due any more."""
    teller = StatusTeller(1)
    teller.update(S.CHARGING, 0, CABLE, 0)
    teller.update(S.CHARGING, 0, WARM, SECOND)
    teller.update(S.CHARGING, 0, CABLE, 2 * SECOND)
    assert teller.deadline(2 * SECOND) is None


@pytest.mark.requirement("R-34")
def test_after_an_outage_the_present_reason_alone_is_told() -> None:
    """What limited in between is history; what limits now is told, be it what was told before."""
    for before, missed, now in product([CABLE], [WARM, DEVICE], [DEVICE, CABLE, FUSE]):
        teller = StatusTeller(1)
        teller.update(S.CHARGING, 0, before, 0)
        assert teller.update(S.CHARGING, 0, missed, 20 * SECOND, online=False) == []
        told = teller.update(S.CHARGING, 0, now, 40 * SECOND, online=True)
        assert [report.vendor_error for report in told] == [str(now.source.code)]
