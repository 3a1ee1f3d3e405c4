"""The messages of a DC charging, which DIN 70121 and ISO 15118-2 have in common, and what they lead to.

The order of contactors and pilot is that of IEC 61851-23 annex CC: state C from the cable check on, the
car's contactors closed when both sides are at most 20 V apart, open before the welding detection.
"""

from typing import Any

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.evcc.physical import Physical, milli
from pilotline.wire.v2g.evcc.talk import Leave, Next, Step, Talk
from pilotline.wire.v2g.evcc.words import Ending, Quirk, Take
from pilotline.wire.v2g.exi.schema import Element

CLOSES_WITHIN_MV = 20_000
"""IEC 61851-23 CC.3.4: the greatest difference at which the car may close."""
PRE_CHARGE_MA = 1_000
"""Half of what the charger may give then (2 A)."""
DISCHARGED_MV = 60_000
"""At that and below the outlet is no danger (IEC 61851-23 CC.5.4)."""
WELDINGS = 5
FLOWS_MA = 1_000
"""Less counts as no current."""
_BELOW_MV = 60_000
_SOUND = {
    din70121.IsolationLevel.VALID, din70121.IsolationLevel.WARNING,
    iso15118_2.IsolationLevel.VALID, iso15118_2.IsolationLevel.WARNING,
}  # fmt: skip
_READY = {din70121.DcEvseStatusCode.READY, iso15118_2.DcEvseStatusCode.READY}


def is_finished(answer: Any) -> bool:
    """EVSEProcessing, which is Ongoing in one way or another otherwise."""
    return answer.evse_processing.value == "Finished"


class DcCar:
    """What a DC car says, in the protocol of ``messages``."""

    def __init__(self, messages: Any) -> None:
        self._say = messages
        self._physical = Physical(messages)

    def status(self, talk: Talk, *, ready: bool = True) -> Any:
        """DC_EVStatus: ready from the cable check to the end of the charging."""
        errors = self._say.DcEvErrorCode
        return self._say.DC_EVStatus(
            ev_ready=ready and talk.verdict is None,
            ev_error_code=errors.FAILED_EV_RESS_MALFUNCTION if talk.car.fault else errors.NO_ERROR,
            ev_ress_soc=talk.car.soc_percent,
        )

    def parameters(self, talk: Talk) -> Any:
        """DC_EVChargeParameter."""
        config, physical = talk.config, self._physical
        return self._say.DC_EVChargeParameter(
            dc_ev_status=self.status(talk, ready=False),
            ev_maximum_current_limit=physical.amperes(config.max_current_ma),
            ev_maximum_power_limit=physical.watts(talk.max_w),
            ev_maximum_voltage_limit=physical.volts(config.max_voltage_mv),
            ev_energy_capacity=physical.watt_hours(config.capacity_wh),
            ev_energy_request=physical.watt_hours(config.wants_wh),
            full_soc=100,
            bulk_soc=80,
        )

    def delivery(self, talk: Talk) -> Any:
        """DC_EVPowerDeliveryParameter."""
        return self._say.DC_EVPowerDeliveryParameter(
            dc_ev_status=self.status(talk), bulk_charging_complete=False, charging_complete=not talk.car.wants
        )

    def cable_check(self, talk: Talk) -> Element:
        return self._say.CableCheckReq(dc_ev_status=self.status(talk))

    def pre_charge(self, talk: Talk) -> Element:
        talk.pre_charges += 1
        return self._say.PreChargeReq(
            dc_ev_status=self.status(talk),
            ev_target_voltage=self._physical.volts(_pre_charge_target(talk)),
            ev_target_current=self._physical.amperes(PRE_CHARGE_MA),
        )

    def demand(self, talk: Talk) -> Element:
        talk.demands += 1
        physical, config = self._physical, talk.config
        return self._say.CurrentDemandReq(
            dc_ev_status=self.status(talk),
            ev_target_current=physical.amperes(wished_ma(talk), whole=talk.has(Quirk.ROUNDS_DOWN)),
            ev_maximum_voltage_limit=physical.volts(config.max_voltage_mv),
            ev_maximum_current_limit=physical.amperes(config.max_current_ma),
            charging_complete=False,
            ev_target_voltage=physical.volts(_demand_target(talk)),
        )

    def welding(self, talk: Talk) -> Element:
        talk.weldings += 1
        return self._say.WeldingDetectionReq(dc_ev_status=self.status(talk))


def wished_ma(talk: Talk) -> int:
    """What the battery takes, the car stands and the charger has: the least of them, never below 0."""
    return max(0, min(talk.car.target_ma, talk.config.max_current_ma, talk.offered_ma))


def _pre_charge_target(talk: Talk) -> int:
    if talk.has(Quirk.WRONG_FIRST_PRECHARGE) and talk.pre_charges == 1:
        return talk.battery_mv + _BELOW_MV
    if talk.has(Quirk.TARGET_BELOW_BATTERY) and talk.pre_charges == 1:
        return -10_000
    if talk.has(Quirk.TARGET_BELOW_BATTERY) and talk.pre_charges == 2:
        return talk.battery_mv - _BELOW_MV
    return talk.battery_mv


def _demand_target(talk: Talk) -> int:
    early = talk.has(Quirk.TARGET_BELOW_BATTERY) and talk.demands <= 2
    return talk.battery_mv - _BELOW_MV if early else talk.car.target_mv


# --- what the answers lead to ---------------------------------------------------------------------


def note_limits(
    talk: Talk, said: din70121.DC_EVSEChargeParameter | iso15118_2.DC_EVSEChargeParameter
) -> None:
    """The charger's greatest current, for the first question of the loop."""
    talk.offered_ma = milli(said.evse_maximum_current_limit)


def judge_limits(
    talk: Talk, said: din70121.DC_EVSEChargeParameter | iso15118_2.DC_EVSEChargeParameter
) -> Leave | None:
    """A charger whose voltages do not meet the battery's is of no use."""
    low, high = milli(said.evse_minimum_voltage_limit), milli(said.evse_maximum_voltage_limit)
    if low <= talk.battery_mv <= high:
        return None
    what = f"{low / 1_000:g} to {high / 1_000:g} V"
    return Leave(Ending.REFUSED, f"The charger has {what}, the battery {talk.battery_mv / 1_000:g} V.")


def after_cable_check(_talk: Talk, answer: din70121.CableCheckRes | iso15118_2.CableCheckRes) -> Next:
    """Finished counts with a sound insulation and EVSE_Ready alone (ISO 15118-2 §8.7.3.3)."""
    if not is_finished(answer):
        return Step.CABLE_CHECK
    status = answer.dc_evse_status
    if status.evse_isolation_status in _SOUND and status.evse_status_code in _READY:
        return Step.PRE_CHARGE
    insulation = status.evse_isolation_status.value if status.evse_isolation_status else "not stated"
    return Leave(
        Ending.REFUSED,
        f"The cable check ended with insulation {insulation} and {status.evse_status_code.value}.",
    )


def after_pre_charge(talk: Talk, answer: din70121.PreChargeRes | iso15118_2.PreChargeRes) -> Next:
    """By the car's own measurement where it has one, else by the charger's word ([6])."""
    reported = milli(answer.evse_present_voltage)
    inlet = reported if talk.car.inlet_mv is None else talk.car.inlet_mv
    return Step.START if abs(inlet - talk.battery_mv) <= CLOSES_WITHIN_MV else Step.PRE_CHARGE


def after_demand(talk: Talk, answer: din70121.CurrentDemandRes | iso15118_2.CurrentDemandRes) -> Next:
    """Notes what flows and what the charger can do now; ISO 15118-2 may ask for a receipt."""
    current = milli(answer.evse_present_current)
    talk.taken = Take(current, milli(answer.evse_present_voltage))
    if current >= FLOWS_MA:
        talk.current_at = talk.now
    if answer.evse_maximum_current_limit is not None:
        talk.offered_ma = milli(answer.evse_maximum_current_limit)
    return after_status(talk, answer)


def after_status(talk: Talk, answer: Any) -> Next:
    """A receipt can be given only for a meter's reading."""
    if not getattr(answer, "receipt_required", None) or getattr(answer, "meter_info", None) is None:
        return Step.LOOP
    talk.meter = answer.meter_info
    return Step.RECEIPT


def after_stop(talk: Talk, _answer: Element) -> Next:
    """Some cars go straight to the end ([22]); in an emergency all do."""
    skips = talk.emergency or talk.has(Quirk.NO_WELDING_DETECTION)
    return Step.END if skips else Step.WELDING


def after_welding(talk: Talk, answer: din70121.WeldingDetectionRes | iso15118_2.WeldingDetectionRes) -> Next:
    """Until the outlet is discharged; a charger that never says so is not asked for ever."""
    done = milli(answer.evse_present_voltage) <= DISCHARGED_MV or talk.weldings >= WELDINGS
    return Step.END if done else Step.WELDING
