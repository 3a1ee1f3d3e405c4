"""What DIN 70121 has of its own: what stands before the cable check, and power by a truth value."""

from pilotline.vocabulary.power_side import DcLimits
from pilotline.wire.v2g import din70121 as din
from pilotline.wire.v2g.din70121_words import (
    EvRequestedEnergyTransfer,
    EvseProcessing,
    EvseSupportedEnergyTransfer,
    PaymentOption,
    ResponseCode,
    ServiceCategory,
)
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.secc import dc
from pilotline.wire.v2g.secc.language import GREATEST
from pilotline.wire.v2g.secc.session import Session

CHARGE_SERVICE = 1
SCHEDULE = 1
"""The one SAScheduleTuple; libraries of real cars have room for few."""
DAY_S = 86_400
NO_EVSE_ID = b"\x00"
"""DIN 70121 lets a charger without an id of its form say nought."""

_OK = ResponseCode.OK


def set_up(s: Session, ask: din.SessionSetupReq) -> Element:
    """A session is always new: DIN 70121 has no pause."""
    s.tell(evccid=ask.evccid)
    return session_set_up(ResponseCode.OK_NEW_SESSION)


def session_set_up(code: ResponseCode) -> din.SessionSetupRes:
    return din.SessionSetupRes(response_code=code, evse_id=NO_EVSE_ID)


def discover(s: Session, _: din.ServiceDiscoveryReq) -> Element:
    return discovered(s, _OK)


def discovered(s: Session, code: ResponseCode) -> din.ServiceDiscoveryRes:
    """Exactly DC_extended, without name and scope: other lists make cars stop."""
    tag = din.ServiceTag(service_id=CHARGE_SERVICE, service_category=ServiceCategory.EV_CHARGING)
    return din.ServiceDiscoveryRes(
        response_code=code,
        payment_options=din.PaymentOptions(payment_option=(PaymentOption.EXTERNAL_PAYMENT,)),
        charge_service=din.ServiceCharge(
            service_tag=tag,
            free_service=s.config.free,
            energy_transfer_type=EvseSupportedEnergyTransfer.DC_EXTENDED,
        ),
    )


def select(_: Session, ask: din.ServicePaymentSelectionReq) -> Element:
    chosen = {each.service_id for each in ask.selected_service_list.selected_service}
    if ask.selected_payment_option is not PaymentOption.EXTERNAL_PAYMENT:
        return selected(ResponseCode.FAILED_PAYMENT_SELECTION_INVALID)
    return selected(_OK if chosen == {CHARGE_SERVICE} else ResponseCode.FAILED_SERVICE_SELECTION_INVALID)


def selected(code: ResponseCode) -> din.ServicePaymentSelectionRes:
    return din.ServicePaymentSelectionRes(response_code=code)


def authorise(s: Session, _: din.ContractAuthenticationReq) -> Element:
    """Ongoing as long as the car asks, up to the setting (R-55)."""
    if s.let_in is None:
        return authorised(_OK, EvseProcessing.ONGOING)
    return authorised(_OK if s.let_in else ResponseCode.FAILED)


def authorised(
    code: ResponseCode, processing: EvseProcessing = EvseProcessing.FINISHED
) -> din.ContractAuthenticationRes:
    return din.ContractAuthenticationRes(response_code=code, evse_processing=processing)


def compare(s: Session, ask: din.ChargeParameterDiscoveryReq) -> Element:
    """What car and charger can do. Ongoing while the power side has not said it."""
    car, limits = ask.ev_charge_parameter, s.dc_limits
    if ask.ev_requested_energy_transfer_type is not EvRequestedEnergyTransfer.DC_EXTENDED:
        return compared(s, ResponseCode.FAILED_WRONG_ENERGY_TRANSFER_TYPE)
    if not isinstance(car, din.DC_EVChargeParameter):
        return compared(s, ResponseCode.FAILED_WRONG_CHARGE_PARAMETER)
    dc.note_parameters(s, car)
    if limits is None:
        late = s.waited() >= dc.PARAMETERS_US
        return compared(s, ResponseCode.FAILED if late else _OK, EvseProcessing.ONGOING)
    return compared(s, _OK if dc.fits(limits, car) else ResponseCode.FAILED_WRONG_CHARGE_PARAMETER)


def compared(
    s: Session, code: ResponseCode, processing: EvseProcessing = EvseProcessing.FINISHED
) -> din.ChargeParameterDiscoveryRes:
    return din.ChargeParameterDiscoveryRes(
        response_code=code,
        evse_processing=processing if code is _OK else EvseProcessing.FINISHED,
        sa_schedules=_schedules(s.dc_limits),
        evse_charge_parameter=dc.charge_parameter(s),
    )


def _schedules(limits: DcLimits | None) -> din.SAScheduleList:
    """One entry; PMax is in W and ends at 32 767, which only a tariff would ever compare with."""
    power_w = min(limits.power_w if limits else 0, GREATEST)
    entry = din.PMaxScheduleEntry(
        time_interval=din.RelativeTimeInterval(start=0, duration=DAY_S), p_max=power_w
    )
    power = din.PMaxSchedule(p_max_schedule_id=SCHEDULE, p_max_schedule_entry=(entry,))
    one = din.SAScheduleTuple(sa_schedule_tuple_id=SCHEDULE, p_max_schedule=power)
    return din.SAScheduleList(sa_schedule_tuple=(one,))


def start(s: Session, _: din.PowerDeliveryReq) -> Element | None:
    code = dc.power_on(s, "FAILED_POWER_DELIVERY_NOT_APPLIED")
    if code == "OK":
        s.tell(charges=True)
    return None if code is None else delivered(s, ResponseCode[code])


def stop(s: Session, _: din.PowerDeliveryReq) -> Element | None:
    s.tell(charges=False)
    code = dc.power_off(s)
    return None if code is None else delivered(s, ResponseCode[code])


def delivered(s: Session, code: ResponseCode) -> din.PowerDeliveryRes:
    return din.PowerDeliveryRes(response_code=code, evse_status=dc.status(s))


def demand(s: Session, ask: din.CurrentDemandReq) -> Element:
    return din.CurrentDemandRes(**dc.demand(s, ask))


def leave(_: Session, __: din.SessionStopReq) -> Element:
    return din.SessionStopRes(response_code=_OK)
