"""DIN SPEC 70121:2014: its messages, in the order and with the bounds of its schemas.

Classes are named as the elements are, fields as the standard's in small letters
(:func:`.exi.schema.wire_name`).
"""

from typing import Annotated, ClassVar

from pilotline.wire.v2g import xmldsig
from pilotline.wire.v2g.din70121_words import (
    CostKind,
    DcEvErrorCode,
    DcEvseStatusCode,
    EvRequestedEnergyTransfer,
    EvseNotification,
    EvseProcessing,
    EvseSupportedEnergyTransfer,
    FaultCode,
    IsolationLevel,
    PaymentOption,
    ResponseCode,
    ServiceCategory,
    UnitSymbol,
    ValueType,
)
from pilotline.wire.v2g.exi.kinds import (
    Binary,
    Byte,
    Declared,
    Head,
    Int,
    Integer,
    Long,
    Name,
    Occurs,
    OneOf,
    Place,
    Short,
    String,
    Text,
    UnsignedInt,
    UnsignedShort,
)
from pilotline.wire.v2g.exi.schema import Element, Type

URI = "urn:din:70121:2012:MsgDef"
HEADER, BODY, DATA = (
    "urn:din:70121:2012:MsgHeader",
    "urn:din:70121:2012:MsgBody",
    "urn:din:70121:2012:MsgDataTypes",
)

# --- data types -----------------------------------------------------------------------------------

SessionId = Annotated[bytes, Binary("hex", 8)]
EvseId = Annotated[bytes, Binary("hex", 32)]
Percent = Annotated[int, Integer(0, 100)]
Multiplier = Annotated[int, Integer(-3, 3)]
_AttributeId = Annotated[String, Name("Id"), Place.ATTRIBUTE]


class _Data(Type, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = DATA


class _DataElement(Element, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = DATA


class PhysicalValue(_Data, frozen=True, kw_only=True):
    """``value`` times ten to the ``multiplier``, in ``unit``."""

    multiplier: Multiplier
    unit: UnitSymbol | None = None
    value: Short


class Notification(_Data, frozen=True, kw_only=True):
    fault_code: FaultCode
    fault_msg: Annotated[str, Text(64)] | None = None


class ServiceTag(_Data, frozen=True, kw_only=True):
    service_id: UnsignedShort
    service_name: Annotated[str, Text(32)] | None = None
    service_category: ServiceCategory
    service_scope: Annotated[str, Text(32)] | None = None


class Service(_Data, frozen=True, kw_only=True):
    service_tag: ServiceTag
    free_service: bool


class ServiceCharge(_Data, frozen=True, kw_only=True):
    """ChargeService; its EnergyTransferType is told here alone, as one word."""

    service_tag: ServiceTag
    free_service: bool
    energy_transfer_type: EvseSupportedEnergyTransfer


class ServiceTagList(_Data, frozen=True, kw_only=True):
    service: Annotated[tuple[Service, ...], Occurs(1, None)]


class PaymentOptions(_Data, frozen=True, kw_only=True):
    payment_option: Annotated[tuple[PaymentOption, ...], Occurs(1, None)]


class SelectedService(_Data, frozen=True, kw_only=True):
    service_id: UnsignedShort
    parameter_set_id: Short | None = None


class SelectedServiceList(_Data, frozen=True, kw_only=True):
    selected_service: Annotated[tuple[SelectedService, ...], Occurs(1, None)]


class Parameter(_Data, frozen=True, kw_only=True):
    """One value of one type: exactly one of the six is there."""

    name: Annotated[String, Place.ATTRIBUTE]
    value_type: Annotated[ValueType, Place.ATTRIBUTE]
    bool_value: Annotated[bool | None, Name("boolValue"), OneOf("value")] = None
    byte_value: Annotated[Byte | None, Name("byteValue"), OneOf("value")] = None
    short_value: Annotated[Short | None, Name("shortValue"), OneOf("value")] = None
    int_value: Annotated[Int | None, Name("intValue"), OneOf("value")] = None
    physical_value: Annotated[PhysicalValue | None, Name("physicalValue"), OneOf("value")] = None
    string_value: Annotated[String | None, Name("stringValue"), OneOf("value")] = None


class ParameterSet(_Data, frozen=True, kw_only=True):
    parameter_set_id: Short
    parameter: Annotated[tuple[Parameter, ...], Occurs(1, None)]


class ServiceParameterList(_Data, frozen=True, kw_only=True):
    parameter_set: Annotated[tuple[ParameterSet, ...], Occurs(1, None)]


class SubCertificates(_Data, frozen=True, kw_only=True):
    certificate: Annotated[tuple[Annotated[bytes, Binary("base64", 1200)], ...], Occurs(1, None)]


class CertificateChain(_Data, frozen=True, kw_only=True):
    certificate: Annotated[bytes, Binary("base64", 1200)]
    sub_certificates: SubCertificates | None = None


class ListOfRootCertificateIDs(_Data, frozen=True, kw_only=True):
    root_certificate_id: Annotated[tuple[Annotated[str, Text(40)], ...], Occurs(1, None)]


class DC_EVStatus(_DataElement, frozen=True, kw_only=True):
    ev_ready: bool
    ev_cabin_conditioning: bool | None = None
    ev_ress_conditioning: Annotated[bool | None, Name("EVRESSConditioning")] = None
    ev_error_code: DcEvErrorCode
    ev_ress_soc: Percent


class AC_EVSEStatus(_DataElement, frozen=True, kw_only=True):
    power_switch_closed: bool
    rcd: bool
    notification_max_delay: UnsignedInt
    evse_notification: EvseNotification


class DC_EVSEStatus(_DataElement, frozen=True, kw_only=True):
    evse_isolation_status: IsolationLevel | None = None
    evse_status_code: DcEvseStatusCode
    notification_max_delay: UnsignedInt
    evse_notification: EvseNotification


class AC_EVChargeParameter(_DataElement, frozen=True, kw_only=True):
    departure_time: UnsignedInt
    e_amount: PhysicalValue
    ev_max_voltage: PhysicalValue
    ev_max_current: PhysicalValue
    ev_min_current: PhysicalValue


class DC_EVChargeParameter(_DataElement, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus
    ev_maximum_current_limit: PhysicalValue
    ev_maximum_power_limit: PhysicalValue | None = None
    ev_maximum_voltage_limit: PhysicalValue
    ev_energy_capacity: PhysicalValue | None = None
    ev_energy_request: PhysicalValue | None = None
    full_soc: Percent | None = None
    bulk_soc: Percent | None = None


class AC_EVSEChargeParameter(_DataElement, frozen=True, kw_only=True):
    ac_evse_status: AC_EVSEStatus
    evse_max_voltage: PhysicalValue
    evse_max_current: PhysicalValue
    evse_min_current: PhysicalValue


class DC_EVSEChargeParameter(_DataElement, frozen=True, kw_only=True):
    dc_evse_status: DC_EVSEStatus
    evse_maximum_current_limit: PhysicalValue
    evse_maximum_power_limit: PhysicalValue | None = None
    evse_maximum_voltage_limit: PhysicalValue
    evse_minimum_current_limit: PhysicalValue
    evse_minimum_voltage_limit: PhysicalValue
    evse_current_regulation_tolerance: PhysicalValue | None = None
    evse_peak_current_ripple: PhysicalValue
    evse_energy_to_be_delivered: PhysicalValue | None = None


class DC_EVPowerDeliveryParameter(_DataElement, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus
    bulk_charging_complete: bool | None = None
    charging_complete: bool


class RelativeTimeInterval(_DataElement, frozen=True, kw_only=True):
    start: Annotated[UnsignedInt, Name("start")]
    duration: Annotated[UnsignedInt | None, Name("duration")] = None


class PMaxScheduleEntry(_DataElement, frozen=True, kw_only=True):
    time_interval: Annotated[RelativeTimeInterval, Head("TimeInterval")]
    p_max: Short


class PMaxSchedule(_Data, frozen=True, kw_only=True):
    p_max_schedule_id: Short
    p_max_schedule_entry: Annotated[tuple[PMaxScheduleEntry, ...], Occurs(1, None)]


class Cost(_Data, frozen=True, kw_only=True):
    cost_kind: Annotated[CostKind, Name("costKind")]
    amount: Annotated[UnsignedInt, Name("amount")]
    amount_multiplier: Annotated[Multiplier | None, Name("amountMultiplier")] = None


class ConsumptionCost(_Data, frozen=True, kw_only=True):
    start_value: Annotated[UnsignedInt, Name("startValue")]
    cost: Annotated[tuple[Cost, ...], Occurs(1, 3)]


class SalesTariffEntry(_DataElement, frozen=True, kw_only=True):
    time_interval: Annotated[RelativeTimeInterval, Head("TimeInterval")]
    e_price_level: Annotated[int, Integer(0, 255)]
    consumption_cost: Annotated[tuple[ConsumptionCost, ...], Occurs(0, 3)] = ()


class SalesTariff(_Data, frozen=True, kw_only=True):
    id: _AttributeId
    sales_tariff_id: Short
    sales_tariff_description: Annotated[str, Text(32)] | None = None
    num_e_price_levels: Annotated[int, Integer(0, 255)]
    sales_tariff_entry: Annotated[tuple[SalesTariffEntry, ...], Occurs(1, None)]


class SAScheduleTuple(_Data, frozen=True, kw_only=True):
    sa_schedule_tuple_id: Short
    p_max_schedule: PMaxSchedule
    sales_tariff: SalesTariff | None = None


class SAScheduleList(_DataElement, frozen=True, kw_only=True):
    sa_schedule_tuple: Annotated[tuple[SAScheduleTuple, ...], Occurs(1, None)]


class ProfileEntry(_Data, frozen=True, kw_only=True):
    charging_profile_entry_start: UnsignedInt
    charging_profile_entry_max_power: Short


class ChargingProfile(_Data, frozen=True, kw_only=True):
    sa_schedule_tuple_id: Short
    profile_entry: Annotated[tuple[ProfileEntry, ...], Occurs(1, None)]


class MeterInfo(_Data, frozen=True, kw_only=True):
    meter_id: Annotated[str, Text(32)]
    meter_reading: PhysicalValue | None = None
    sig_meter_reading: Annotated[bytes, Binary("base64", 64)] | None = None
    meter_status: Short | None = None
    t_meter: Long | None = None


# --- messages -------------------------------------------------------------------------------------


class _Body(Element, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = BODY


class SessionSetupReq(_Body, frozen=True, kw_only=True):
    evccid: Annotated[bytes, Binary("hex", 8)]


class SessionSetupRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_id: EvseId
    date_time_now: Long | None = None


class ServiceDiscoveryReq(_Body, frozen=True, kw_only=True):
    service_scope: Annotated[str, Text(32)] | None = None
    service_category: ServiceCategory | None = None


class ServiceDiscoveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    payment_options: PaymentOptions
    charge_service: ServiceCharge
    service_list: ServiceTagList | None = None


class ServiceDetailReq(_Body, frozen=True, kw_only=True):
    service_id: UnsignedShort


class ServiceDetailRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    service_id: UnsignedShort
    service_parameter_list: ServiceParameterList | None = None


class ServicePaymentSelectionReq(_Body, frozen=True, kw_only=True):
    selected_payment_option: PaymentOption
    selected_service_list: SelectedServiceList


class ServicePaymentSelectionRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode


class PaymentDetailsReq(_Body, frozen=True, kw_only=True):
    contract_id: Annotated[str, Text(24)]
    contract_signature_cert_chain: CertificateChain


class PaymentDetailsRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    gen_challenge: String
    date_time_now: Long


class ContractAuthenticationReq(_Body, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    gen_challenge: String | None = None


class ContractAuthenticationRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_processing: EvseProcessing


class ChargeParameterDiscoveryReq(_Body, frozen=True, kw_only=True):
    ev_requested_energy_transfer_type: EvRequestedEnergyTransfer
    ev_charge_parameter: Annotated[AC_EVChargeParameter | DC_EVChargeParameter, Head("EVChargeParameter")]


class ChargeParameterDiscoveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_processing: EvseProcessing
    sa_schedules: Annotated[SAScheduleList, Head("SASchedules")]
    evse_charge_parameter: Annotated[
        AC_EVSEChargeParameter | DC_EVSEChargeParameter, Head("EVSEChargeParameter")
    ]


class PowerDeliveryReq(_Body, frozen=True, kw_only=True):
    ready_to_charge_state: bool
    charging_profile: ChargingProfile | None = None
    ev_power_delivery_parameter: Annotated[
        DC_EVPowerDeliveryParameter | None, Head("EVPowerDeliveryParameter")
    ] = None


class PowerDeliveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_status: Annotated[AC_EVSEStatus | DC_EVSEStatus, Head("EVSEStatus")]


class ChargingStatusReq(_Body, frozen=True, kw_only=True):
    """Asks how the AC charging stands; says nothing."""


class ChargingStatusRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_id: EvseId
    sa_schedule_tuple_id: Short
    evse_max_current: PhysicalValue | None = None
    meter_info: MeterInfo | None = None
    receipt_required: bool
    ac_evse_status: AC_EVSEStatus


class MeteringReceiptReq(_Body, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    session_id: SessionId
    sa_schedule_tuple_id: Short | None = None
    meter_info: MeterInfo


class MeteringReceiptRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    ac_evse_status: AC_EVSEStatus


class SessionStopReq(_Body, frozen=True, kw_only=True):
    """Ends the session; says nothing."""


class SessionStopRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode


class CertificateUpdateReq(_Body, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    contract_signature_cert_chain: CertificateChain
    contract_id: Annotated[str, Text(24)]
    list_of_root_certificate_ids: ListOfRootCertificateIDs
    dh_params: Annotated[bytes, Binary("base64", 256)]


class CertificateUpdateRes(_Body, frozen=True, kw_only=True):
    id: _AttributeId
    response_code: ResponseCode
    contract_signature_cert_chain: CertificateChain
    contract_signature_encrypted_private_key: Annotated[bytes, Binary("base64", 128)]
    dh_params: Annotated[bytes, Binary("base64", 256)]
    contract_id: Annotated[str, Text(24)]
    retry_counter: Short


class CertificateInstallationReq(_Body, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    oem_provisioning_cert: Annotated[bytes, Binary("base64", 1200)]
    list_of_root_certificate_ids: ListOfRootCertificateIDs
    dh_params: Annotated[bytes, Binary("base64", 256)]


class CertificateInstallationRes(_Body, frozen=True, kw_only=True):
    id: _AttributeId
    response_code: ResponseCode
    contract_signature_cert_chain: CertificateChain
    contract_signature_encrypted_private_key: Annotated[bytes, Binary("base64", 128)]
    dh_params: Annotated[bytes, Binary("base64", 256)]
    contract_id: Annotated[str, Text(24)]


class CableCheckReq(_Body, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus


class CableCheckRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    dc_evse_status: DC_EVSEStatus
    evse_processing: EvseProcessing


class PreChargeReq(_Body, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus
    ev_target_voltage: PhysicalValue
    ev_target_current: PhysicalValue


class PreChargeRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    dc_evse_status: DC_EVSEStatus
    evse_present_voltage: PhysicalValue


class CurrentDemandReq(_Body, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus
    ev_target_current: PhysicalValue
    ev_maximum_voltage_limit: PhysicalValue | None = None
    ev_maximum_current_limit: PhysicalValue | None = None
    ev_maximum_power_limit: PhysicalValue | None = None
    bulk_charging_complete: bool | None = None
    charging_complete: bool
    remaining_time_to_full_soc: Annotated[PhysicalValue | None, Name("RemainingTimeToFullSoC")] = None
    remaining_time_to_bulk_soc: Annotated[PhysicalValue | None, Name("RemainingTimeToBulkSoC")] = None
    ev_target_voltage: PhysicalValue


class CurrentDemandRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    dc_evse_status: DC_EVSEStatus
    evse_present_voltage: PhysicalValue
    evse_present_current: PhysicalValue
    evse_current_limit_achieved: bool
    evse_voltage_limit_achieved: bool
    evse_power_limit_achieved: bool
    evse_maximum_voltage_limit: PhysicalValue | None = None
    evse_maximum_current_limit: PhysicalValue | None = None
    evse_maximum_power_limit: PhysicalValue | None = None


class WeldingDetectionReq(_Body, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus


class WeldingDetectionRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    dc_evse_status: DC_EVSEStatus
    evse_present_voltage: PhysicalValue


BodyElement = (
    CableCheckReq | CableCheckRes | CertificateInstallationReq | CertificateInstallationRes
    | CertificateUpdateReq | CertificateUpdateRes | ChargeParameterDiscoveryReq
    | ChargeParameterDiscoveryRes | ChargingStatusReq | ChargingStatusRes | ContractAuthenticationReq
    | ContractAuthenticationRes | CurrentDemandReq | CurrentDemandRes | MeteringReceiptReq
    | MeteringReceiptRes | PaymentDetailsReq | PaymentDetailsRes | PowerDeliveryReq | PowerDeliveryRes
    | PreChargeReq | PreChargeRes | ServiceDetailReq | ServiceDetailRes | ServiceDiscoveryReq
    | ServiceDiscoveryRes | ServicePaymentSelectionReq | ServicePaymentSelectionRes | SessionSetupReq
    | SessionSetupRes | SessionStopReq | SessionStopRes | WeldingDetectionReq | WeldingDetectionRes
)  # fmt: skip
"""What a message is about."""


class Header(Type, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = HEADER
    session_id: SessionId
    notification: Notification | None = None
    signature: Annotated[xmldsig.Signature | None, Declared(xmldsig.URI)] = None


class Body(Type, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = BODY
    element: Annotated[BodyElement | None, Head("BodyElement")] = None


class V2G_Message(Element, frozen=True, kw_only=True):
    """The document: a header and one body."""

    NAMESPACE: ClassVar[str] = URI
    header: Header
    body: Body
