"""The fault table: codes, names, classes and what a mask is read as, by the product's own words."""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import (
    BY_CODE,
    BY_NAME,
    FAULTS,
    Group,
    Lamp,
    Recovery,
    faults_in,
    mask_of,
    select,
)
from pilotline.vocabulary.status import ErrorCode

CLASSES = {
    Recovery.SELF: 0x2 | 0x400 | 0x1000 | 0x2000 | 0x4000 | 0x40_0000 | faults.CLAMP_SILENT | faults.LATE,
    Recovery.COOL: 0x800,
    Recovery.UNPLUG: (
        0x1 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200 | faults.EMERGENCY_STOP | faults.SELF_TEST | faults.STALLED
    ),
    Recovery.SERVICE: 0x10 | 0x20 | 0x40 | 0x60 | 0x8000 | 0xF_0000 | 0x30_0000,
}
"""R-13, and the same for the codes that are ours."""


@pytest.mark.requirement("R-01")
@pytest.mark.parametrize("mask", [0x60, 0x60 | 0x1000])
def test_both_lock_bits_are_one_fault_the_missing_module(mask: int) -> None:
    """0x60 is never read as a lock that neither locks nor unlocks."""
    names = {fault.name for fault in faults_in(mask)}
    assert "EVSE_FAULT_MISSING_PCM" in names
    assert not names & {"EVSE_FAULT_ACT_LOCK_FAULT", "EVSE_FAULT_ACT_UNLOCK_FAULT"}
    assert mask_of(faults_in(mask)) == mask


@pytest.mark.requirement("R-01")
@pytest.mark.parametrize("code", [faults.ACT_LOCK, faults.ACT_UNLOCK])
def test_one_lock_bit_is_that_fault_alone(code: int) -> None:
    """A lock that only fails one way has its module."""
    assert [fault.code for fault in faults_in(code)] == [code]


@pytest.mark.requirement("R-07")
@pytest.mark.parametrize(
    ("name", "code", "contact", "stays"),
    [
        ("EVSE_FAULT_VN_OUT_OPEN", 0x1_0000, "neutral", "closed"),
        ("EVSE_FAULT_VN_OUT_CLOSE", 0x2_0000, "neutral", "open"),
        ("EVSE_FAULT_VL_OUT_OPEN", 0x4_0000, "live", "closed"),
        ("EVSE_FAULT_VL_OUT_CLOSE", 0x8_0000, "live", "open"),
    ],
)
def test_a_contacts_symbol_names_what_it_should_be(name: str, code: int, contact: str, stays: str) -> None:
    """The seed's symbol says where a contact should be; its description, and our sentence, where it is."""
    fault = BY_NAME[name]
    assert fault.code == code
    assert f"The {contact} contact stays {stays}" in fault.sentence


@pytest.mark.requirement("R-15")
def test_the_main_covers_fault_has_its_symbol() -> None:
    """The seed gives 0x100000 no symbol; ours follows that of the service cover."""
    assert BY_CODE[0x10_0000].name == "EVSE_FAULT_TAMPER1_EVENT"
    assert BY_CODE[0x20_0000].name == "EVSE_FAULT_TAMPER2_EVENT"


@pytest.mark.requirement("R-13")
@pytest.mark.parametrize("recovery", Recovery)
def test_every_fault_ends_by_its_class(recovery: Recovery) -> None:
    """The classes are those of the reading, and every fault has one."""
    assert select(recovery) == CLASSES[recovery]


@pytest.mark.requirement("R-40")
def test_our_own_faults_stay_out_of_the_products_mask() -> None:
    """What the seed does not name has a code above its own, and no bit of it."""
    assert faults.OURS & 0xFF_FFFF == 0
    assert {fault.code for fault in FAULTS if fault.code & faults.OURS} == {
        faults.EMERGENCY_STOP,
        faults.CLAMP_SILENT,
        faults.SELF_TEST,
        faults.LATE,
        faults.STALLED,
    }


@pytest.mark.requirement("R-40")
def test_a_failed_self_test_is_no_leak() -> None:
    """It has a code of its own, is as urgent as the leaks it can no longer see, and blames the station."""
    fault = BY_NAME["EVSE_FAULT_SELF_TEST"]
    assert fault.code == 0x400_0000
    assert fault.rank == BY_CODE[faults.RCD_DC].rank + 1
    assert (fault.group, fault.error_code) == (Group.EARTH, ErrorCode.INTERNAL_ERROR)


def test_the_table_is_a_ranking_of_different_faults() -> None:
    """Codes, names and sentences stand once; the rank is the place."""
    for part in ("code", "name", "sentence"):
        values = [getattr(fault, part) for fault in FAULTS]
        assert len(set(values)) == len(values)
    assert [fault.rank for fault in FAULTS] == list(range(1, len(FAULTS) + 1))


def test_every_fault_has_a_group_that_is_one_word() -> None:
    """So that people know at once what it is about."""
    assert {fault.group for fault in FAULTS} == set(Group)
    assert all(fault.group.value.isalpha() and fault.group.value.istitle() for fault in FAULTS)


@pytest.mark.requirement("E-16")
def test_only_a_missing_host_beeps_and_has_a_light_of_its_own() -> None:
    """All others the host can show."""
    assert [fault.code for fault in FAULTS if fault.beeps] == [faults.MISSING_HOST]
    assert [fault.code for fault in FAULTS if fault.lamp is Lamp.HOST_LOST] == [faults.MISSING_HOST]


@pytest.mark.parametrize(
    ("code", "lamp"),
    [
        (faults.RCD, Lamp.FAULTED),
        (faults.SELF_TEST, Lamp.FAULTED),
        (faults.TEMPERATURE, Lamp.FAULTED),
        (faults.OVERVOLTAGE, Lamp.SUSPENDED),
        (faults.TAMPER1, Lamp.UNCHANGED),
        (faults.CLAMP_SILENT, Lamp.UNCHANGED),
    ],
)
def test_the_ring_shows_what_a_fault_does(code: int, lamp: Lamp) -> None:
    """One that ends by itself suspends; one that stops nothing changes nothing."""
    assert BY_CODE[code].lamp is lamp
