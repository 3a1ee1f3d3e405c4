"""ISO 15118-2 from the car's side, with external identification: what AC and DC have in common."""

from collections.abc import Callable

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.evcc import dc
from pilotline.wire.v2g.evcc.physical import Physical
from pilotline.wire.v2g.evcc.session import begin_loop, setup_done
from pilotline.wire.v2g.evcc.talk import Leave, Next, Pace, Row, Step, Table, Talk, leads_to
from pilotline.wire.v2g.evcc.words import Ending, Quirk, Transfer

PHYSICAL = Physical(iso)
POWER_DELIVERY = 5 * SECOND
"""V2G_EVCC_Msg_Timeout of PowerDelivery (table 109)."""
_NUL_SCOPE = "\0" * 64


def _setup(talk: Talk) -> iso.SessionSetupReq:
    return iso.SessionSetupReq(evccid=talk.config.evccid)


def _discovery(talk: Talk) -> iso.ServiceDiscoveryReq:
    return iso.ServiceDiscoveryReq(
        service_scope=_NUL_SCOPE if talk.has(Quirk.NUL_SCOPE) else None,
        service_category=iso.ServiceCategory.EV_CHARGING,
    )


def _discovered(talk: Talk, answer: iso.ServiceDiscoveryRes) -> Next:
    offered = answer.charge_service.supported_energy_transfer_mode.energy_transfer_mode
    if mode(talk) not in offered:
        told = ", ".join(each.value for each in offered)
        return Leave(Ending.REFUSED, f"The charger has {told}, not {mode(talk).value}.")
    if iso.PaymentOption.EXTERNAL_PAYMENT not in answer.payment_option_list.payment_option:
        return Leave(Ending.REFUSED, "The charger takes contracts only.")
    talk.service_id = answer.charge_service.service_id
    return Step.SELECTION


def mode(talk: Talk) -> iso.EnergyTransferMode:
    """How the car charges; one that leaves at once says AC_single_phase_core whatever it is ([15])."""
    leaves = talk.has(Quirk.LEAVES_AFTER_DISCOVERY) and talk.config.transfer is Transfer.AC_THREE_PHASE
    return iso.EnergyTransferMode((Transfer.AC_SINGLE_PHASE if leaves else talk.config.transfer).value)


def _selection(talk: Talk) -> iso.PaymentServiceSelectionReq:
    chosen = iso.SelectedService(service_id=talk.service_id)
    return iso.PaymentServiceSelectionReq(
        selected_payment_option=iso.PaymentOption.EXTERNAL_PAYMENT,
        selected_service_list=iso.SelectedServiceList(selected_service=(chosen,)),
    )


def _authorised(_talk: Talk, answer: iso.AuthorizationRes) -> Next:
    return Step.PARAMETERS if dc.is_finished(answer) else Step.AUTHORISATION


def delivery(
    progress: iso.ChargeProgress, parameter: Callable[[Talk], iso.DC_EVPowerDeliveryParameter] | None = None
) -> Callable[[Talk], iso.PowerDeliveryReq]:
    """What asks for the start, the stop or new terms; ``parameter`` is DC's."""
    return lambda talk: iso.PowerDeliveryReq(
        charge_progress=progress,
        sa_schedule_tuple_id=talk.schedule.id,
        charging_profile=_profile(talk) if progress is iso.ChargeProgress.START else None,
        ev_power_delivery_parameter=parameter(talk) if parameter else None,
    )


def _profile(talk: Talk) -> iso.ChargingProfile | None:
    entries = tuple(
        iso.ProfileEntry(
            charging_profile_entry_start=start, charging_profile_entry_max_power=PHYSICAL.watts(watts)
        )
        for start, watts in talk.schedule.profile(talk.max_w)
    )
    return iso.ChargingProfile(profile_entry=entries) if entries else None


def _receipt(talk: Talk) -> iso.MeteringReceiptReq:
    """Not signed: the car has no contract to sign with."""
    return iso.MeteringReceiptReq(
        session_id=talk.session_id, sa_schedule_tuple_id=talk.schedule.id, meter_info=talk.meter
    )


def _end(talk: Talk) -> iso.SessionStopReq:
    pauses = talk.verdict is not None and talk.verdict.ending is Ending.PAUSED
    how = iso.ChargingSession.PAUSE if pauses else iso.ChargingSession.TERMINATE
    return iso.SessionStopReq(charging_session=how)


COMMON: Table = {
    Step.SETUP: Row(ask=_setup, answer=iso.SessionSetupRes, then=setup_done, leave=Step.GONE),
    Step.DISCOVERY: Row(ask=_discovery, answer=iso.ServiceDiscoveryRes, then=_discovered),
    Step.SELECTION: Row(
        ask=_selection, answer=iso.PaymentServiceSelectionRes, then=leads_to(Step.AUTHORISATION)
    ),
    Step.AUTHORISATION: Row(
        ask=lambda _: iso.AuthorizationReq(), answer=iso.AuthorizationRes, then=_authorised
    ),
    Step.END: Row(ask=_end, answer=iso.SessionStopRes, then=leads_to(Step.GONE), leave=Step.GONE),
}


def delivery_rows(
    parameter: Callable[[Talk], iso.DC_EVPowerDeliveryParameter] | None = None,
) -> dict[Step, Row]:
    """PowerDelivery's three, without how the car holds itself, which is AC's or DC's."""
    return {
        Step.START: Row(
            ask=delivery(iso.ChargeProgress.START, parameter),
            answer=iso.PowerDeliveryRes,
            then=begin_loop,
            timeout=POWER_DELIVERY,
        ),
        Step.RENEGOTIATE: Row(
            ask=delivery(iso.ChargeProgress.RENEGOTIATE, parameter),
            answer=iso.PowerDeliveryRes,
            then=leads_to(Step.PARAMETERS),
            leave=Step.STOP,
            timeout=POWER_DELIVERY,
        ),
        Step.STOP: Row(
            ask=delivery(iso.ChargeProgress.STOP, parameter),
            answer=iso.PowerDeliveryRes,
            then=dc.after_stop,
            timeout=POWER_DELIVERY,
        ),
        Step.RECEIPT: Row(
            ask=_receipt,
            answer=iso.MeteringReceiptRes,
            then=leads_to(Step.LOOP),
            leave=Step.STOP,
            pace=Pace.LOOP,
        ),
    }
