"""ISO 15118-2, DC, from the car's side: its steps as a table (§8.8.4.3)."""

from dataclasses import replace

from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.evcc import dc
from pilotline.wire.v2g.evcc.iso2 import COMMON, delivery_rows, mode
from pilotline.wire.v2g.evcc.schedule import read_iso2
from pilotline.wire.v2g.evcc.session import leaves_after_parameters
from pilotline.wire.v2g.evcc.talk import CHARGING, JOINED, READY, Leave, Next, Pace, Row, Step, Table, Talk
from pilotline.wire.v2g.evcc.words import Ending

_CAR = dc.DcCar(iso)
_DELIVERY = delivery_rows(_CAR.delivery)


def _parameters(talk: Talk) -> iso.ChargeParameterDiscoveryReq:
    return iso.ChargeParameterDiscoveryReq(
        max_entries_sa_schedule_tuple=1,
        requested_energy_transfer_mode=mode(talk),
        ev_charge_parameter=_CAR.parameters(talk),
    )


def _agreed(talk: Talk, answer: iso.ChargeParameterDiscoveryRes) -> Next:
    """A car that kept charging through a renegotiation needs no cable check ([10])."""
    told = answer.evse_charge_parameter
    if not isinstance(told, iso.DC_EVSEChargeParameter):
        return Leave(Ending.UNREADABLE, "The charger told the parameters of an AC charging.")
    if not dc.is_finished(answer):
        return Step.PARAMETERS
    talk.schedule, talk.scheduled_at = read_iso2(answer.sa_schedules), talk.now
    dc.note_limits(talk, told)
    onward = Step.START if talk.staying else Step.CABLE_CHECK
    return leaves_after_parameters(talk) or dc.judge_limits(talk, told) or onward


ISO2_DC: Table = {
    **COMMON,
    Step.PARAMETERS: Row(
        ask=_parameters, answer=iso.ChargeParameterDiscoveryRes, then=_agreed, patience=60 * SECOND
    ),
    Step.CABLE_CHECK: Row(
        ask=_CAR.cable_check,
        answer=iso.CableCheckRes,
        then=dc.after_cable_check,
        patience=40 * SECOND,
        hold=READY,
    ),
    Step.PRE_CHARGE: Row(
        ask=_CAR.pre_charge,
        answer=iso.PreChargeRes,
        then=dc.after_pre_charge,
        pace=Pace.LOOP,
        patience=7 * SECOND,
        hold=READY,
    ),
    Step.START: replace(_DELIVERY[Step.START], hold=JOINED),
    Step.LOOP: Row(
        ask=_CAR.demand,
        answer=iso.CurrentDemandRes,
        then=dc.after_demand,
        leave=Step.STOP,
        timeout=250 * MS,
        pace=Pace.LOOP,
        hold=CHARGING,
    ),
    Step.RECEIPT: replace(_DELIVERY[Step.RECEIPT], hold=CHARGING),
    Step.RENEGOTIATE: replace(_DELIVERY[Step.RENEGOTIATE], hold=CHARGING),
    Step.STOP: replace(_DELIVERY[Step.STOP], hold=CHARGING),
    Step.WELDING: Row(
        ask=_CAR.welding, answer=iso.WeldingDetectionRes, then=dc.after_welding, pace=Pace.LOOP
    ),
}
