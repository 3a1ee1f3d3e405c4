"""What ISO 15118-2 has of its own: its services, schedules, renegotiation, receipts and pauses."""

from pilotline.vocabulary.time import MINUTE
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.iso15118_2_words import (
    ChargingSession,
    EnergyTransferMode,
    EvseProcessing,
    PaymentOption,
    ResponseCode,
    ServiceCategory,
)
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc import ac, dc
from pilotline.wire.v2g.secc.language import milli
from pilotline.wire.v2g.secc.session import Session
from pilotline.wire.v2g.secc.words import Energy, PausedSession, Wish

CHARGE_SERVICE = 1
SCHEDULE = 1
"""The one SAScheduleTuple; libraries of real cars have room for few."""
DAY_S = 86_400
RECEIPT_EVERY_US = MINUTE
"""How often a reading is to be confirmed, where receipts are asked for at all."""

_OK = ResponseCode.OK


# --- the session ---


def set_up(s: Session, ask: iso.SessionSetupReq) -> Element:
    """The paused session goes on for the same car with the same id (V2G2-741); else it is a new one."""
    s.tell(evccid=ask.evccid)
    old = s.resume
    known = old is not None and old.protocol is Protocol.ISO2
    if known and old and (s.asked_id, ask.evccid) == (old.session_id, old.evccid):
        s.session_id, s.schedule = old.session_id, old.schedule_id
        return session_set_up(s, ResponseCode.OK_OLD_SESSION)
    return session_set_up(s, ResponseCode.OK_NEW_SESSION)


def session_set_up(s: Session, code: ResponseCode) -> iso.SessionSetupRes:
    return iso.SessionSetupRes(response_code=code, evse_id=s.config.evse_id)


def leave(s: Session, ask: iso.SessionStopReq) -> Element:
    """Terminate or pause. A pause is remembered for the car's return."""
    if ask.charging_session is ChargingSession.PAUSE:
        s.paused = PausedSession(s.session_id, s.car.evccid, Protocol.ISO2, s.schedule)
    return iso.SessionStopRes(response_code=_OK)


# --- services and authorisation ---


def modes(s: Session) -> tuple[EnergyTransferMode, ...]:
    """What is on offer."""
    if s.config.energy is Energy.DC:
        return EnergyTransferMode.DC_EXTENDED, EnergyTransferMode.DC_CORE
    limits = ac.limits(s)
    if limits is not None and limits.phases == 3:
        return EnergyTransferMode.AC_THREE_PHASE_CORE, EnergyTransferMode.AC_SINGLE_PHASE_CORE
    return (EnergyTransferMode.AC_SINGLE_PHASE_CORE,)


def discover(s: Session, _: iso.ServiceDiscoveryReq) -> Element:
    return discovered(s, _OK)


def discovered(s: Session, code: ResponseCode) -> iso.ServiceDiscoveryRes:
    """One charge service, paid for elsewhere."""
    return iso.ServiceDiscoveryRes(
        response_code=code,
        payment_option_list=iso.PaymentOptionList(payment_option=(PaymentOption.EXTERNAL_PAYMENT,)),
        charge_service=iso.ChargeService(
            service_id=CHARGE_SERVICE,
            service_category=ServiceCategory.EV_CHARGING,
            free_service=s.config.free,
            supported_energy_transfer_mode=iso.SupportedEnergyTransferMode(energy_transfer_mode=modes(s)),
        ),
    )


def describe(_: Session, ask: iso.ServiceDetailReq) -> Element:
    known = ask.service_id == CHARGE_SERVICE
    return described(ask, _OK if known else ResponseCode.FAILED_SERVICE_ID_INVALID)


def described(ask: iso.ServiceDetailReq, code: ResponseCode) -> iso.ServiceDetailRes:
    return iso.ServiceDetailRes(response_code=code, service_id=ask.service_id)


def select(_: Session, ask: iso.PaymentServiceSelectionReq) -> Element:
    chosen = {each.service_id for each in ask.selected_service_list.selected_service}
    if ask.selected_payment_option is not PaymentOption.EXTERNAL_PAYMENT:
        return selected(ResponseCode.FAILED_PAYMENT_SELECTION_INVALID)
    if CHARGE_SERVICE not in chosen:
        return selected(ResponseCode.FAILED_NO_CHARGE_SERVICE_SELECTED)
    return selected(_OK if chosen == {CHARGE_SERVICE} else ResponseCode.FAILED_SERVICE_SELECTION_INVALID)


def selected(code: ResponseCode) -> iso.PaymentServiceSelectionRes:
    return iso.PaymentServiceSelectionRes(response_code=code)


def authorise(s: Session, _: iso.AuthorizationReq) -> Element:
    """Ongoing as long as the car asks, up to the setting (R-55).

    That it is a person who is waited for is the word that keeps a car from giving up after its 60 s; every
    recorded charger says it.
    """
    if s.let_in is None:
        return authorised(_OK, EvseProcessing.ONGOING_WAITING_FOR_CUSTOMER)
    return authorised(_OK if s.let_in else ResponseCode.FAILED)


def authorised(
    code: ResponseCode, processing: EvseProcessing = EvseProcessing.FINISHED
) -> iso.AuthorizationRes:
    return iso.AuthorizationRes(response_code=code, evse_processing=processing)


# --- parameters and schedule ---


def compare(s: Session, ask: iso.ChargeParameterDiscoveryReq) -> Element:
    """What car and charger can do. Ongoing while the power side has not said it."""
    car = ask.ev_charge_parameter
    if ask.requested_energy_transfer_mode not in modes(s):
        return compared(s, ResponseCode.FAILED_WRONG_ENERGY_TRANSFER_MODE)
    s.single_phase = ask.requested_energy_transfer_mode is EnergyTransferMode.AC_SINGLE_PHASE_CORE
    fitting = _fits_dc(s, car) if s.config.energy is Energy.DC else _fits_ac(s, car)
    if fitting is None:
        late = s.waited() >= dc.PARAMETERS_US
        return compared(s, ResponseCode.FAILED if late else _OK, EvseProcessing.ONGOING)
    return compared(s, _OK if fitting else ResponseCode.FAILED_WRONG_CHARGE_PARAMETER)


_Parameter = iso.AC_EVChargeParameter | iso.DC_EVChargeParameter


def _fits_dc(s: Session, car: _Parameter) -> bool | None:
    """None while the power side has not said what it can."""
    if not isinstance(car, iso.DC_EVChargeParameter):
        return False
    dc.note_parameters(s, car)
    return None if s.dc_limits is None else dc.fits(s.dc_limits, car)


def _fits_ac(s: Session, car: _Parameter) -> bool | None:
    if not isinstance(car, iso.AC_EVChargeParameter):
        return False
    ac.note_parameters(s, car)
    return milli(car.ev_max_current) > 0 if ac.on_offer(s) else None


def compared(
    s: Session, code: ResponseCode, processing: EvseProcessing = EvseProcessing.FINISHED
) -> iso.ChargeParameterDiscoveryRes:
    finished = code is not _OK or processing is EvseProcessing.FINISHED
    return iso.ChargeParameterDiscoveryRes(
        response_code=code,
        evse_processing=EvseProcessing.FINISHED if finished else processing,
        sa_schedules=_schedules(s) if finished and code is _OK else None,
        evse_charge_parameter=(
            dc.charge_parameter(s) if s.config.energy is Energy.DC else ac.charge_parameter(s)
        ),
    )


def greatest_w(s: Session) -> int:
    """PMax: the rating where it is told, for the limit may rise again; else what is offered now."""
    if s.config.schedule_w is not None:
        return s.config.schedule_w
    if s.config.energy is Energy.AC:
        return ac.greatest_w(s)
    return s.dc_limits.power_w if s.dc_limits else 0


def _schedules(s: Session) -> iso.SAScheduleList:
    """One entry of a day; later changes of the limits are told in the loop."""
    p_max = s.language.watts(greatest_w(s))
    s.p_max_mw = milli(p_max)
    entry = iso.PMaxScheduleEntry(
        time_interval=iso.RelativeTimeInterval(start=0, duration=DAY_S), p_max=p_max
    )
    power = iso.PMaxSchedule(p_max_schedule_entry=(entry,))
    one = iso.SAScheduleTuple(sa_schedule_tuple_id=s.schedule, p_max_schedule=power)
    return iso.SAScheduleList(sa_schedule_tuple=(one,))


# --- power on, off, and anew ---


def start(s: Session, ask: iso.PowerDeliveryReq) -> Element | None:
    if ask.sa_schedule_tuple_id != s.schedule:
        return delivered(s, ResponseCode.FAILED_TARIFF_SELECTION_INVALID)
    if exceeds(s, ask.charging_profile):
        return delivered(s, ResponseCode.FAILED_CHARGING_PROFILE_INVALID)
    code = dc.power_on(s) if s.config.energy is Energy.DC else ac.power_on(s)
    if code == "OK":
        s.tell(charges=True)
    return None if code is None else delivered(s, ResponseCode[code])


def exceeds(s: Session, profile: iso.ChargingProfile | None) -> bool:
    """Whether the car plans to draw more than the schedule that it was told (V2G2-225)."""
    entries = profile.profile_entry if profile else ()
    return any(milli(each.charging_profile_entry_max_power) > s.p_max_mw for each in entries)


def stop(s: Session, _: iso.PowerDeliveryReq) -> Element | None:
    s.tell(charges=False)
    code = dc.power_off(s) if s.config.energy is Energy.DC else ac.power_off(s)
    return None if code is None else delivered(s, ResponseCode[code])


def renegotiate(s: Session, _: iso.PowerDeliveryReq) -> Element:
    """The power stays as it is: cars stay in state C meanwhile, and go on charging."""
    if s.wish is Wish.RENEGOTIATE:
        s.wish = Wish.NONE
    return delivered(s, _OK)


def delivered(s: Session, code: ResponseCode) -> iso.PowerDeliveryRes:
    status = dc.status(s) if s.config.energy is Energy.DC else ac.status(s)
    return iso.PowerDeliveryRes(response_code=code, evse_status=status)


# --- the charge loop ---


def demand(s: Session, ask: iso.CurrentDemandReq) -> Element:
    return demanded(s, dc.demand(s, ask), receipt=receipt_due(s))


def demanded(s: Session, shared: dict[str, object], *, receipt: bool = False) -> Element:
    return iso.CurrentDemandRes(
        **shared,  # pyright: ignore[reportArgumentType]
        evse_id=s.config.evse_id,
        sa_schedule_tuple_id=s.schedule,
        meter_info=meter_info(s),
        receipt_required=receipt,
    )


def charging_status(s: Session, _: iso.ChargingStatusReq) -> Element:
    return charging(s, _OK, receipt=receipt_due(s))


def charging(s: Session, code: ResponseCode, *, receipt: bool = False) -> iso.ChargingStatusRes:
    """The limit of this moment; 0 A is a pause."""
    return iso.ChargingStatusRes(
        response_code=code,
        evse_id=s.config.evse_id,
        sa_schedule_tuple_id=s.schedule,
        evse_max_current=ac.greatest_current(s),
        meter_info=meter_info(s),
        receipt_required=receipt,
        ac_evse_status=ac.status(s),
    )


def meter_info(s: Session) -> iso.MeterInfo | None:
    """The register, where there is a meter with a name."""
    if s.power is None or s.power.energy_wh is None or not s.config.meter_id:
        return None
    return iso.MeterInfo(meter_id=s.config.meter_id, meter_reading=max(0, s.power.energy_wh))


def receipt_due(s: Session) -> bool:
    """Whether this answer asks for a receipt, which sets the time of the next."""
    if not s.config.receipts or meter_info(s) is None:
        return False
    if s.receipt_due is not None and s.now < s.receipt_due:
        return False
    s.receipt_due = s.now + RECEIPT_EVERY_US
    return True


def confirm(s: Session, _: iso.MeteringReceiptReq) -> Element:
    return confirmed(s, _OK)


def confirmed(s: Session, code: ResponseCode) -> iso.MeteringReceiptRes:
    status = dc.status(s) if s.config.energy is Energy.DC else ac.status(s)
    return iso.MeteringReceiptRes(response_code=code, evse_status=status)
