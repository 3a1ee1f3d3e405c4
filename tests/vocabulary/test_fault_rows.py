"""The fault table stands twice: as the rows all rooms read, and here as the clauses ask for it, in order.

A row that is lost, or that has another code, class, effect or rank, is seen here before any story can.
"""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import FAULTS

ASKED_FOR = """
0x01000000  EVSE_FAULT_EMERGENCY_STOP      unplug   trip
0x00000001  EVSE_FAULT_RCD                 unplug   trip
0x00000008  EVSE_FAULT_RCD_DC              unplug   trip
0x04000000  EVSE_FAULT_SELF_TEST           unplug   trip
0x00000002  EVSE_FAULT_NEUTRAL             self     trip
0x00010000  EVSE_FAULT_VN_OUT_OPEN         service  trip
0x00040000  EVSE_FAULT_VL_OUT_OPEN         service  trip
0x00000010  EVSE_FAULTS_POWER_RELAY        service  trip
0x00020000  EVSE_FAULT_VN_OUT_CLOSE        service  trip
0x00080000  EVSE_FAULT_VL_OUT_CLOSE        service  trip
0x00000004  EVSE_FAULT_OVERCURRENT         unplug   trip
0x00001000  EVSE_FAULT_OVERVOLTAGE         self     trip
0x00002000  EVSE_FAULT_UNDERVOLTAGE        self     trip
0x00000800  EVSE_FAULT_TEMPERATURE         cool     trip
0x00000060  EVSE_FAULT_MISSING_PCM         service  trip
0x00000020  EVSE_FAULT_ACT_LOCK_FAULT      service  trip
0x00000040  EVSE_FAULT_ACT_UNLOCK_FAULT    service  trip
0x00000080  EVSE_FAULT_CP_STATE            unplug   trip
0x00000100  EVSE_FAULT_DIODE_UNPRESENT     unplug   trip
0x00000200  EVSE_FAULT_PP_UNPRESENT        unplug   block
0x00008000  EVSE_FAULT_CAL                 service  trip
0x10000000  EVSE_FAULT_STALLED             unplug   trip
0x00000400  EVSE_FAULT_MISSING_HOST        self     orderly
0x08000000  EVSE_FAULT_LATE                self     orderly
0x00400000  EVSE_FAULT_MISSING_EXT_EMETER  self     orderly
0x00004000  EVSE_FAULTS_AUTO_RECOVERY      self     none
0x00100000  EVSE_FAULT_TAMPER1_EVENT       service  none
0x00200000  EVSE_FAULT_TAMPER2_EVENT       service  none
0x02000000  EVSE_FAULT_CLAMP_SILENT        self     none
"""
"""Most urgent first. Codes E-10 to E-25, classes R-13, effects R-45; order and codes over 24 bits: ours."""


@pytest.mark.requirement("E-10", "E-25", "R-13", "R-40", "R-45")
def test_every_row_is_the_one_asked_for() -> None:
    """Code, name, class and effect of every fault, and which of two is the more urgent."""
    wanted = [tuple(row.split()) for row in ASKED_FOR.strip().splitlines()]
    assert [(f"0x{f.code:08x}", f.name, f.recovery.value, f.stop.value) for f in FAULTS] == wanted


@pytest.mark.requirement("R-45")
def test_what_trips_opens_and_what_blocks_keeps_open() -> None:
    """The two masks the safety module opens and closes by, as figures."""
    assert faults.TRIPPING == 0x150F_B9FF
    assert faults.BLOCKING == faults.TRIPPING | 0x0840_0600
    assert faults.WELDED == 0x5_0010
