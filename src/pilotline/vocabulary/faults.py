"""The fault table: every fault has one code, one sentence for people and one place, which is here.

The codes below 0x1000000 are the product's own ``VendorID2`` mask (requirements E-10 to E-25, classes
R-13). What a row says holds for every model; a charger's data may narrow it, never widen it.
RTM, OCPP, panel, light ring and reference page read this table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from pilotline.vocabulary.status import ErrorCode


class Recovery(Enum):
    """How a fault ends (R-13)."""

    SELF = "self"  # with its cause; the same transaction resumes (E-19)
    COOL = "cool"  # it stops the session; a new one may start when the cause has ended
    UNPLUG = "unplug"  # latched until the vehicle is unplugged
    SERVICE = "service"  # latched until a reset or a service visit


class Stop(Enum):
    """What a fault does to a closed relay (R-45)."""

    TRIP = "trip"  # opens at once
    ORDERLY = "orderly"  # steady +12 V first, then opens as R-45 says
    BLOCK = "block"  # cannot arise in a session; keeps the next one from starting
    NONE = "none"  # reported, stops nothing


class Group(Enum):
    """What a fault is about, in one word for people."""

    STOP = "Stop"
    EARTH = "Earth"
    RELAY = "Relay"
    CURRENT = "Current"
    SUPPLY = "Supply"
    HEAT = "Heat"
    LOCK = "Lock"
    CAR = "Car"
    CABLE = "Cable"
    BOARD = "Board"
    HOST = "Host"
    METER = "Meter"
    CASE = "Case"


class Lamp(Enum):
    """What the light ring shows while a fault is in force; the colours of a status are the model's data."""

    FAULTED = "as Faulted"
    SUSPENDED = "as SuspendedEVSE in a session, else as Faulted"
    UNCHANGED = "as before"
    HOST_LOST = "red and dark grey in turn, by the safety module itself"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table. ``rank`` 1 is the most urgent: it names the errorCode of several at once.

    ``beeps``: the safety module beeps now and then while it is in force (E-16).
    """

    code: int
    name: str
    rank: int
    recovery: Recovery
    stop: Stop
    error_code: ErrorCode
    sentence: str
    advice: str
    group: Group
    beeps: bool = False

    @property
    def lamp(self) -> Lamp:
        """What the ring shows: the status it leads to; of a lost host the safety module tells by itself."""
        if self.code == MISSING_HOST:
            return Lamp.HOST_LOST
        if self.stop is Stop.NONE:
            return Lamp.UNCHANGED
        return Lamp.SUSPENDED if self.recovery is Recovery.SELF else Lamp.FAULTED


RCD = 0x1
NEUTRAL = 0x2
OVERCURRENT = 0x4
RCD_DC = 0x8
POWER_RELAY = 0x10
ACT_LOCK = 0x20
ACT_UNLOCK = 0x40
MISSING_PCM = 0x60
CP_STATE = 0x80
DIODE_UNPRESENT = 0x100
PP_UNPRESENT = 0x200
MISSING_HOST = 0x400
TEMPERATURE = 0x800
OVERVOLTAGE = 0x1000
UNDERVOLTAGE = 0x2000
AUTO_RECOVERY = 0x4000
CALIBRATION = 0x8000
N_CLOSED = 0x10000
N_OPEN = 0x20000
L_CLOSED = 0x40000
L_OPEN = 0x80000
TAMPER1 = 0x100000
TAMPER2 = 0x200000
MISSING_EXT_EMETER = 0x400000
TAMPER = TAMPER1 | TAMPER2
EMERGENCY_STOP = 0x1000000
"""Ours: the seed names the input (M-07) and no code; its own codes end below."""
CLAMP_SILENT = 0x2000000
"""Ours (R-20, M-08): the clamp or EVSENS at the house's supply is configured and says nothing valid."""
SELF_TEST = 0x4000000
"""Ours (R-40, R-46): an alarm the self-test asked for did not come. The monitor is at fault, and no leak."""
LATE = 0x8000000
"""Ours (R-40): the loop of the safety module wakes late. It stops charging before that is dangerous."""
STALLED = 0x10000000
"""Ours (R-40): the same loop stood still, and for that time nothing was watched."""
OURS = EMERGENCY_STOP | CLAMP_SILENT | SELF_TEST | LATE | STALLED
"""What goes out under vendorId ``Pilotline``: the seed's mask keeps the seed's bits (R-40)."""

WELDED = POWER_RELAY | N_CLOSED | L_CLOSED
"""A contact is closed that should be open: the relay cannot be trusted to open."""


_E, _G, _R, _S = ErrorCode, Group, Recovery, Stop
# The rows, most urgent first; the place in this list is the rank.
_ROWS: tuple[tuple[int, str, Group, Recovery, Stop, ErrorCode, str, str], ...] = (
    (EMERGENCY_STOP, "EVSE_FAULT_EMERGENCY_STOP", _G.STOP, _R.UNPLUG, _S.TRIP, _E.OTHER_ERROR,
     "The emergency stop was pressed.",
     "See to the emergency first. Then release the button and unplug the car."),
    (RCD, "EVSE_FAULT_RCD", _G.EARTH, _R.UNPLUG, _S.TRIP, _E.GROUND_FAILURE,
     "Current leaks to earth.",
     "Unplug the car. If it trips again, have cable and car checked."),
    (RCD_DC, "EVSE_FAULT_RCD_DC", _G.EARTH, _R.UNPLUG, _S.TRIP, _E.GROUND_FAILURE,
     "Direct current leaks to earth.",
     "Unplug the car. If it trips again, have the car checked."),
    (SELF_TEST, "EVSE_FAULT_SELF_TEST", _G.EARTH, _R.UNPLUG, _S.TRIP, _E.INTERNAL_ERROR,
     "The leakage sensor did not answer its self-test.",
     "Unplug the car; if none is there, reset the station. If it comes back, replace the sensor."),
    (NEUTRAL, "EVSE_FAULT_NEUTRAL", _G.EARTH, _R.SELF, _S.TRIP, _E.GROUND_FAILURE,
     "Neutral or protective earth is not as it should be.",
     "Have an electrician check neutral, earth and the order of L and N."),
    (N_CLOSED, "EVSE_FAULT_VN_OUT_OPEN", _G.RELAY, _R.SERVICE, _S.TRIP, _E.POWER_SWITCH_FAILURE,
     "The neutral contact stays closed when it should be open.",
     "Switch the station off at its breaker; the relay must be replaced."),
    (L_CLOSED, "EVSE_FAULT_VL_OUT_OPEN", _G.RELAY, _R.SERVICE, _S.TRIP, _E.POWER_SWITCH_FAILURE,
     "The live contact stays closed when it should be open.",
     "Switch the station off at its breaker; the relay must be replaced."),
    (POWER_RELAY, "EVSE_FAULTS_POWER_RELAY", _G.RELAY, _R.SERVICE, _S.TRIP, _E.POWER_SWITCH_FAILURE,
     "The main relay did not follow its command.",
     "Reset the station once; if it comes back, the relay must be replaced."),
    (N_OPEN, "EVSE_FAULT_VN_OUT_CLOSE", _G.RELAY, _R.SERVICE, _S.TRIP, _E.POWER_SWITCH_FAILURE,
     "The neutral contact stays open when it should be closed.",
     "Reset the station once; if it comes back, the relay must be replaced."),
    (L_OPEN, "EVSE_FAULT_VL_OUT_CLOSE", _G.RELAY, _R.SERVICE, _S.TRIP, _E.POWER_SWITCH_FAILURE,
     "The live contact stays open when it should be closed.",
     "Reset the station once; if it comes back, the relay must be replaced."),
    (OVERCURRENT, "EVSE_FAULT_OVERCURRENT", _G.CURRENT, _R.UNPLUG, _S.TRIP, _E.OVER_CURRENT_FAILURE,
     "The car draws more current than it was offered.",
     "Unplug the car and plug it in again; if it repeats, have the car checked."),
    (OVERVOLTAGE, "EVSE_FAULT_OVERVOLTAGE", _G.SUPPLY, _R.SELF, _S.TRIP, _E.OVER_VOLTAGE,
     "The supply voltage is too high; charging goes on when it is back.",
     "Wait. If it happens often, tell the grid operator."),
    (UNDERVOLTAGE, "EVSE_FAULT_UNDERVOLTAGE", _G.SUPPLY, _R.SELF, _S.TRIP, _E.UNDER_VOLTAGE,
     "The supply voltage is too low; charging goes on when it is back.",
     "Wait. If it happens often, have the supply cable and the connection checked."),
    (TEMPERATURE, "EVSE_FAULT_TEMPERATURE", _G.HEAT, _R.COOL, _S.TRIP, _E.HIGH_TEMPERATURE,
     "The station is too hot; it can be used again when it has cooled.",
     "Check for direct sun and for a loose terminal inside the station."),
    (MISSING_PCM, "EVSE_FAULT_MISSING_PCM", _G.LOCK, _R.SERVICE, _S.TRIP, _E.CONNECTOR_LOCK_FAILURE,
     "The module that drives the lock and reads cards is missing.",
     "Check the module and its plug inside the station."),
    (ACT_LOCK, "EVSE_FAULT_ACT_LOCK_FAULT", _G.LOCK, _R.SERVICE, _S.TRIP, _E.CONNECTOR_LOCK_FAILURE,
     "The plug could not be locked in the socket.",
     "Push the plug fully in, then reset the station; if it repeats, check the lock."),
    (ACT_UNLOCK, "EVSE_FAULT_ACT_UNLOCK_FAULT", _G.LOCK, _R.SERVICE, _S.TRIP, _E.CONNECTOR_LOCK_FAILURE,
     "The plug could not be unlocked.",
     "Take the strain off the plug and reset the station; else use the emergency release."),
    (CP_STATE, "EVSE_FAULT_CP_STATE", _G.CAR, _R.UNPLUG, _S.TRIP, _E.EV_COMMUNICATION_ERROR,
     "The signal between station and car has an undefined level.",
     "Unplug the car and plug it in again; if it repeats, check the cable."),
    (DIODE_UNPRESENT, "EVSE_FAULT_DIODE_UNPRESENT", _G.CAR, _R.UNPLUG, _S.TRIP, _E.EV_COMMUNICATION_ERROR,
     "The car's side of the control signal lacks its diode; this may be no car at all.",
     "Unplug. If a car was connected, have its inlet checked."),
    (PP_UNPRESENT, "EVSE_FAULT_PP_UNPRESENT", _G.CABLE, _R.UNPLUG, _S.BLOCK, _E.OTHER_ERROR,
     "The station cannot read what current the cable may carry.",
     "Unplug and push the plug fully in; if it repeats, use another cable."),
    (CALIBRATION, "EVSE_FAULT_CAL", _G.BOARD, _R.SERVICE, _S.TRIP, _E.INTERNAL_ERROR,
     "The station cannot read its calibration data.",
     "The station must be calibrated or replaced by its maker."),
    (STALLED, "EVSE_FAULT_STALLED", _G.BOARD, _R.UNPLUG, _S.TRIP, _E.INTERNAL_ERROR,
     "The safety module stood still for a moment, so it opened the relay.",
     "Unplug the car and plug it in again; if it repeats, have the station serviced."),
    (MISSING_HOST, "EVSE_FAULT_MISSING_HOST", _G.HOST, _R.SELF, _S.ORDERLY, _E.INTERNAL_ERROR,
     "The safety module lost contact with the station's computer.",
     "Wait a minute; if it does not end by itself, switch the station off and on."),
    (LATE, "EVSE_FAULT_LATE", _G.BOARD, _R.SELF, _S.ORDERLY, _E.INTERNAL_ERROR,
     "The safety module falls behind its clock; charging goes on when it keeps time again.",
     "Wait a minute; if it happens often, have the station serviced."),
    (MISSING_EXT_EMETER, "EVSE_FAULT_MISSING_EXT_EMETER", _G.METER, _R.SELF, _S.ORDERLY,
     _E.POWER_METER_FAILURE,
     "The energy meter does not answer.",
     "Check the meter's supply and its RS-485 wires A and B."),
    (AUTO_RECOVERY, "EVSE_FAULTS_AUTO_RECOVERY", _G.SUPPLY, _R.SELF, _S.NONE, _E.OTHER_ERROR,
     "Charging is suspended and goes on by itself when the cause has ended.",
     "Nothing: wait for the cause to end."),
    (TAMPER1, "EVSE_FAULT_TAMPER1_EVENT", _G.CASE, _R.SERVICE, _S.NONE, _E.OTHER_ERROR,
     "The main cover was opened.",
     "If nobody worked on the station, have it inspected."),
    (TAMPER2, "EVSE_FAULT_TAMPER2_EVENT", _G.CASE, _R.SERVICE, _S.NONE, _E.OTHER_ERROR,
     "The service cover was opened.",
     "If nobody worked on the station, have it inspected."),
    (CLAMP_SILENT, "EVSE_FAULT_CLAMP_SILENT", _G.METER, _R.SELF, _S.NONE, _E.OTHER_ERROR,
     "The sensor at the house's supply says nothing; the car gets 6 A until it does.",
     "Check the clamp or EVSENS and its wire, or switch c_CTClamp or c_Evsens off if there is none."),
)  # fmt: skip

_BEEPS = MISSING_HOST
"""Nobody else tells of it: whoever stands beside a dark station hears it (E-16)."""

FAULTS = tuple(
    Fault(code, name, rank, recovery, stop, error, sentence, advice, group, beeps=code == _BEEPS)
    for rank, (code, name, group, recovery, stop, error, sentence, advice) in enumerate(_ROWS, 1)
)
BY_CODE = {fault.code: fault for fault in FAULTS}
BY_NAME = {fault.name: fault for fault in FAULTS}


def faults_in(mask: int) -> tuple[Fault, ...]:
    """The faults of a mask, most urgent first. 0x60 is one fault, not its two bits (R-01).

    Bits that stand in no row are left out; :func:`unknown_bits` names them.
    """
    if mask & MISSING_PCM == MISSING_PCM:
        mask_without_pcm = mask & ~MISSING_PCM
        found = [f for f in FAULTS if f.code == MISSING_PCM or (f.code & mask_without_pcm == f.code)]
        return tuple(found)
    return tuple(f for f in FAULTS if f.code != MISSING_PCM and f.code & mask == f.code)


def unknown_bits(mask: int) -> int:
    """The bits of a mask that no row knows."""
    for fault in FAULTS:
        mask &= ~fault.code
    return mask


def mask_of(faults: Iterable[Fault]) -> int:
    """The mask a set of faults is reported as."""
    mask = 0
    for fault in faults:
        mask |= fault.code
    return mask


def select(recovery: Recovery) -> int:
    """The mask of all faults of one recovery class."""
    return mask_of(f for f in FAULTS if f.recovery is recovery)


TRIPPING = mask_of(f for f in FAULTS if f.stop is Stop.TRIP)
BLOCKING = mask_of(f for f in FAULTS if f.stop is not Stop.NONE)
"""Any of these keeps the relay from closing."""
