"""ISO 15118-2, AC, from the car's side: its steps as a table (§8.8.4.2).

The limit is in the messages: EVSEMaxCurrent of ChargeParameterDiscovery and of ChargingStatus, and the
schedule. State C goes with PowerDelivery(Start), state B with Stop and Renegotiate, each not later than
250 ms after the request was sent (V2G2-847, V2G2-848).
"""

from dataclasses import replace

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.evcc import dc
from pilotline.wire.v2g.evcc.iso2 import COMMON, PHYSICAL, delivery_rows, mode
from pilotline.wire.v2g.evcc.physical import milli
from pilotline.wire.v2g.evcc.schedule import read_iso2
from pilotline.wire.v2g.evcc.session import begin_loop, leaves_after_parameters
from pilotline.wire.v2g.evcc.talk import DRAWING, READY, Leave, Next, Pace, Row, Step, Table, Talk, leads_to
from pilotline.wire.v2g.evcc.words import Ending, Quirk, Take

_DC = dc.DcCar(iso)
_DELIVERY = delivery_rows()


def _parameters(talk: Talk) -> iso.ChargeParameterDiscoveryReq:
    config = talk.config
    return iso.ChargeParameterDiscoveryReq(
        max_entries_sa_schedule_tuple=1,
        requested_energy_transfer_mode=mode(talk),
        ev_charge_parameter=iso.AC_EVChargeParameter(
            departure_time=config.departure_s,
            e_amount=PHYSICAL.watt_hours(config.wants_wh),
            ev_max_voltage=PHYSICAL.volts(config.max_voltage_mv),
            ev_max_current=PHYSICAL.amperes(config.max_current_ma),
            ev_min_current=PHYSICAL.amperes(config.min_current_ma),
        ),
    )


def _agreed(talk: Talk, answer: iso.ChargeParameterDiscoveryRes) -> Next:
    told = answer.evse_charge_parameter
    if not isinstance(told, iso.AC_EVSEChargeParameter):
        return Leave(Ending.UNREADABLE, "The charger told the parameters of a DC charging.")
    if not dc.is_finished(answer):
        return Step.PARAMETERS
    talk.schedule, talk.scheduled_at = read_iso2(answer.sa_schedules), talk.now
    talk.offered_ma, talk.nominal_mv = milli(told.evse_max_current), milli(told.evse_nominal_voltage)
    onward = Step.CABLE_CHECK if talk.has(Quirk.CABLE_CHECK_IN_AC) else Step.START
    return leaves_after_parameters(talk) or onward


def _take(talk: Talk) -> None:
    """What may be drawn per phase: the charger's figure, or the schedule's where that is less."""
    watts, voltage = talk.watts_now(), talk.nominal_mv
    allowed = talk.offered_ma
    if watts is not None and voltage > 0:
        allowed = min(allowed, watts * 1_000_000 // (voltage * talk.phases))
    talk.taken = Take(max(0, allowed), voltage)
    if allowed >= dc.FLOWS_MA:
        talk.current_at = talk.now


def _started(talk: Talk, _answer: iso.PowerDeliveryRes) -> Next:
    _take(talk)
    return begin_loop(talk)


def _charging(talk: Talk, answer: iso.ChargingStatusRes) -> Next:
    if answer.evse_max_current is not None:
        talk.offered_ma = milli(answer.evse_max_current)
    _take(talk)
    return dc.after_status(talk, answer)


ISO2_AC: Table = {
    **COMMON,
    Step.PARAMETERS: Row(
        ask=_parameters, answer=iso.ChargeParameterDiscoveryRes, then=_agreed, patience=60 * SECOND
    ),
    Step.CABLE_CHECK: Row(  # [15]: a car that has mistaken the session for a DC one
        ask=_DC.cable_check, answer=iso.CableCheckRes, then=leads_to(Step.START), leave=Step.GONE
    ),
    Step.START: replace(_DELIVERY[Step.START], then=_started, hold=READY),
    Step.LOOP: Row(
        ask=lambda _: iso.ChargingStatusReq(),
        answer=iso.ChargingStatusRes,
        then=_charging,
        leave=Step.STOP,
        pace=Pace.LOOP,
        hold=DRAWING,
    ),
    Step.RECEIPT: replace(_DELIVERY[Step.RECEIPT], hold=DRAWING),
    Step.RENEGOTIATE: _DELIVERY[Step.RENEGOTIATE],
    Step.STOP: replace(_DELIVERY[Step.STOP], then=leads_to(Step.END)),
}
