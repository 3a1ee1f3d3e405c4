"""DIN 70121 from the car's side: its steps as a table."""

from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g import din70121 as din
from pilotline.wire.v2g.evcc import dc
from pilotline.wire.v2g.evcc.schedule import read_din
from pilotline.wire.v2g.evcc.session import begin_loop, leaves_after_parameters, setup_done
from pilotline.wire.v2g.evcc.talk import (
    CHARGING,
    JOINED,
    READY,
    Leave,
    Next,
    Pace,
    Row,
    Step,
    Table,
    Talk,
    leads_to,
)
from pilotline.wire.v2g.evcc.words import Ending

_CAR = dc.DcCar(din)
_SHORT_MAX = 32_767


def _setup(talk: Talk) -> din.SessionSetupReq:
    return din.SessionSetupReq(evccid=talk.config.evccid)


def _discovery(_talk: Talk) -> din.ServiceDiscoveryReq:
    return din.ServiceDiscoveryReq(service_category=din.ServiceCategory.EV_CHARGING)


def _discovered(talk: Talk, answer: din.ServiceDiscoveryRes) -> Next:
    """The charger tells all it can in one word, such as AC_core1p_DC_extended."""
    wanted = talk.config.transfer.value
    if wanted not in answer.charge_service.energy_transfer_type.value:
        told = answer.charge_service.energy_transfer_type.value
        return Leave(Ending.REFUSED, f"The charger has {told}, not {wanted}.")
    if din.PaymentOption.EXTERNAL_PAYMENT not in answer.payment_options.payment_option:
        return Leave(Ending.REFUSED, "The charger takes contracts only.")
    talk.service_id = answer.charge_service.service_tag.service_id
    return Step.SELECTION


def _selection(talk: Talk) -> din.ServicePaymentSelectionReq:
    chosen = din.SelectedService(service_id=talk.service_id)
    return din.ServicePaymentSelectionReq(
        selected_payment_option=din.PaymentOption.EXTERNAL_PAYMENT,
        selected_service_list=din.SelectedServiceList(selected_service=(chosen,)),
    )


def _authorised(_talk: Talk, answer: din.ContractAuthenticationRes) -> Next:
    return Step.PARAMETERS if dc.is_finished(answer) else Step.AUTHORISATION


def _parameters(talk: Talk) -> din.ChargeParameterDiscoveryReq:
    return din.ChargeParameterDiscoveryReq(
        ev_requested_energy_transfer_type=din.EvRequestedEnergyTransfer(talk.config.transfer.value),
        ev_charge_parameter=_CAR.parameters(talk),
    )


def _agreed(talk: Talk, answer: din.ChargeParameterDiscoveryRes) -> Next:
    told = answer.evse_charge_parameter
    if not isinstance(told, din.DC_EVSEChargeParameter):
        return Leave(Ending.UNREADABLE, "The charger told the parameters of an AC charging.")
    if not dc.is_finished(answer):
        return Step.PARAMETERS
    talk.schedule, talk.scheduled_at = read_din(answer.sa_schedules), talk.now
    dc.note_limits(talk, told)
    return leaves_after_parameters(talk) or dc.judge_limits(talk, told) or Step.CABLE_CHECK


def _delivery(talk: Talk, ready: bool) -> din.PowerDeliveryReq:
    return din.PowerDeliveryReq(
        ready_to_charge_state=ready,
        charging_profile=_profile(talk) if ready else None,
        ev_power_delivery_parameter=_CAR.delivery(talk),
    )


def _profile(talk: Talk) -> din.ChargingProfile:
    entries = tuple(
        din.ProfileEntry(charging_profile_entry_start=start, charging_profile_entry_max_power=watts)
        for start, watts in talk.schedule.profile(min(talk.max_w, _SHORT_MAX))
    )
    return din.ChargingProfile(sa_schedule_tuple_id=talk.schedule.id, profile_entry=entries)


def _end(_talk: Talk) -> din.SessionStopReq:
    return din.SessionStopReq()


DIN_DC: Table = {
    Step.SETUP: Row(ask=_setup, answer=din.SessionSetupRes, then=setup_done, leave=Step.GONE),
    Step.DISCOVERY: Row(ask=_discovery, answer=din.ServiceDiscoveryRes, then=_discovered),
    Step.SELECTION: Row(
        ask=_selection, answer=din.ServicePaymentSelectionRes, then=leads_to(Step.AUTHORISATION)
    ),
    Step.AUTHORISATION: Row(
        ask=lambda _: din.ContractAuthenticationReq(),
        answer=din.ContractAuthenticationRes,
        then=_authorised,
    ),
    Step.PARAMETERS: Row(
        ask=_parameters, answer=din.ChargeParameterDiscoveryRes, then=_agreed, patience=60 * SECOND
    ),
    Step.CABLE_CHECK: Row(
        ask=_CAR.cable_check,
        answer=din.CableCheckRes,
        then=dc.after_cable_check,
        patience=40 * SECOND,
        hold=READY,
    ),
    Step.PRE_CHARGE: Row(
        ask=_CAR.pre_charge,
        answer=din.PreChargeRes,
        then=dc.after_pre_charge,
        pace=Pace.LOOP,
        patience=7 * SECOND,
        hold=READY,
    ),
    Step.START: Row(
        ask=lambda talk: _delivery(talk, ready=True),
        answer=din.PowerDeliveryRes,
        then=begin_loop,
        hold=JOINED,
    ),
    Step.LOOP: Row(
        ask=_CAR.demand,
        answer=din.CurrentDemandRes,
        then=dc.after_demand,
        leave=Step.STOP,
        timeout=250 * MS,
        pace=Pace.LOOP,
        hold=CHARGING,
    ),
    Step.STOP: Row(
        ask=lambda talk: _delivery(talk, ready=False),
        answer=din.PowerDeliveryRes,
        then=dc.after_stop,
        hold=CHARGING,
    ),
    Step.WELDING: Row(
        ask=_CAR.welding, answer=din.WeldingDetectionRes, then=dc.after_welding, pace=Pace.LOOP
    ),
    Step.END: Row(ask=_end, answer=din.SessionStopRes, then=leads_to(Step.GONE), leave=Step.GONE),
}
"""DIN 70121: a DC charging (§9.4)."""
