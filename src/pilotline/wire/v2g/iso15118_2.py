"""ISO 15118-2:2014: all its messages, in the order and with the bounds of its schemas.

Classes are named as the elements are, fields as the standard's in small letters
(:func:`.exi.schema.wire_name`).
"""

from typing import Annotated, ClassVar, get_args

from pilotline.wire.v2g import xmldsig
from pilotline.wire.v2g.exi.kinds import (
    BigInteger,
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
    UnsignedByte,
    UnsignedInt,
    UnsignedLong,
    UnsignedShort,
)
from pilotline.wire.v2g.exi.schema import Element, Type
from pilotline.wire.v2g.iso15118_2_words import (
    ChargeProgress,
    ChargingSession,
    CostKind,
    DcEvErrorCode,
    DcEvseStatusCode,
    EnergyTransferMode,
    EvseNotification,
    EvseProcessing,
    FaultCode,
    IsolationLevel,
    PaymentOption,
    ResponseCode,
    ServiceCategory,
    UnitSymbol,
)

URI = "urn:iso:15118:2:2013:MsgDef"
HEADER, BODY, DATA = (
    "urn:iso:15118:2:2013:MsgHeader",
    "urn:iso:15118:2:2013:MsgBody",
    "urn:iso:15118:2:2013:MsgDataTypes",
)

# --- data types -----------------------------------------------------------------------------------

SessionId = Annotated[bytes, Binary("hex", 8)]
EvseId = Annotated[str, Text(37)]
Emaid = Annotated[str, Text(15)]
Percent = Annotated[int, Integer(0, 100)]
Multiplier = Annotated[int, Integer(-3, 3)]
ScheduleId = Annotated[int, Integer(1, 255)]
Certificate = Annotated[bytes, Binary("base64", 800)]
GenChallenge = Annotated[bytes, Binary("base64", 16)]
_AttributeId = Annotated[String, Name("Id"), Place.ATTRIBUTE]
_MaybeId = Annotated[String | None, Name("Id"), Place.ATTRIBUTE]


class _Data(Type, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = DATA


class _DataElement(Element, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = DATA


class PhysicalValue(_Data, frozen=True, kw_only=True):
    """``value`` times ten to the ``multiplier``, in ``unit``."""

    multiplier: Multiplier
    unit: UnitSymbol
    value: Short


class Notification(_Data, frozen=True, kw_only=True):
    fault_code: FaultCode
    fault_msg: Annotated[str, Text(64)] | None = None


class Service(_Data, frozen=True, kw_only=True):
    service_id: UnsignedShort
    service_name: Annotated[str, Text(32)] | None = None
    service_category: ServiceCategory
    service_scope: Annotated[str, Text(64)] | None = None
    free_service: bool


class SupportedEnergyTransferMode(_Data, frozen=True, kw_only=True):
    energy_transfer_mode: Annotated[tuple[EnergyTransferMode, ...], Occurs(1, 6)]


class ChargeService(_Data, frozen=True, kw_only=True):
    service_id: UnsignedShort
    service_name: Annotated[str, Text(32)] | None = None
    service_category: ServiceCategory
    service_scope: Annotated[str, Text(64)] | None = None
    free_service: bool
    supported_energy_transfer_mode: SupportedEnergyTransferMode


class ServiceList(_Data, frozen=True, kw_only=True):
    service: Annotated[tuple[Service, ...], Occurs(1, 8)]


class PaymentOptionList(_Data, frozen=True, kw_only=True):
    payment_option: Annotated[tuple[PaymentOption, ...], Occurs(1, 2)]


class SelectedService(_Data, frozen=True, kw_only=True):
    service_id: UnsignedShort
    parameter_set_id: Short | None = None


class SelectedServiceList(_Data, frozen=True, kw_only=True):
    selected_service: Annotated[tuple[SelectedService, ...], Occurs(1, 16)]


class Parameter(_Data, frozen=True, kw_only=True):
    """One value of one type: exactly one of the six is there."""

    name: Annotated[String, Place.ATTRIBUTE]
    bool_value: Annotated[bool | None, Name("boolValue"), OneOf("value")] = None
    byte_value: Annotated[Byte | None, Name("byteValue"), OneOf("value")] = None
    short_value: Annotated[Short | None, Name("shortValue"), OneOf("value")] = None
    int_value: Annotated[Int | None, Name("intValue"), OneOf("value")] = None
    physical_value: Annotated[PhysicalValue | None, Name("physicalValue"), OneOf("value")] = None
    string_value: Annotated[String | None, Name("stringValue"), OneOf("value")] = None


class ParameterSet(_Data, frozen=True, kw_only=True):
    parameter_set_id: Short
    parameter: Annotated[tuple[Parameter, ...], Occurs(1, 16)]


class ServiceParameterList(_Data, frozen=True, kw_only=True):
    parameter_set: Annotated[tuple[ParameterSet, ...], Occurs(1, 255)]


class SubCertificates(_Data, frozen=True, kw_only=True):
    certificate: Annotated[tuple[Certificate, ...], Occurs(1, 4)]


class CertificateChain(_Data, frozen=True, kw_only=True):
    id: _MaybeId = None
    certificate: Certificate
    sub_certificates: SubCertificates | None = None


class RootCertificateId(Type, frozen=True, kw_only=True):
    """A certificate by its issuer and serial number, as XML signatures name it."""

    NAMESPACE: ClassVar[str] = xmldsig.URI
    x509_issuer_name: Annotated[String, Name("X509IssuerName")]
    x509_serial_number: Annotated[BigInteger, Name("X509SerialNumber")]


class ListOfRootCertificateIDs(_Data, frozen=True, kw_only=True):
    root_certificate_id: Annotated[tuple[RootCertificateId, ...], Occurs(1, 20)]


class EncryptedPrivateKey(_Data, frozen=True, kw_only=True):
    id: _AttributeId
    value: Annotated[bytes, Binary("base64", 48), Name("value"), Place.CONTENT]


class DiffieHellmanPublicKey(_Data, frozen=True, kw_only=True):
    id: _AttributeId
    value: Annotated[bytes, Binary("base64", 65), Name("value"), Place.CONTENT]


class SignedEmaid(_Data, frozen=True, kw_only=True):
    """An eMAID that a signature can refer to."""

    id: _AttributeId
    value: Annotated[str, Text(15), Name("value"), Place.CONTENT]


class DC_EVStatus(_DataElement, frozen=True, kw_only=True):
    ev_ready: bool
    ev_error_code: DcEvErrorCode
    ev_ress_soc: Percent


class AC_EVSEStatus(_DataElement, frozen=True, kw_only=True):
    notification_max_delay: UnsignedShort
    evse_notification: EvseNotification
    rcd: bool


class DC_EVSEStatus(_DataElement, frozen=True, kw_only=True):
    notification_max_delay: UnsignedShort
    evse_notification: EvseNotification
    evse_isolation_status: IsolationLevel | None = None
    evse_status_code: DcEvseStatusCode


class AC_EVChargeParameter(_DataElement, frozen=True, kw_only=True):
    departure_time: UnsignedInt | None = None
    e_amount: PhysicalValue
    ev_max_voltage: PhysicalValue
    ev_max_current: PhysicalValue
    ev_min_current: PhysicalValue


class DC_EVChargeParameter(_DataElement, frozen=True, kw_only=True):
    departure_time: UnsignedInt | None = None
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
    evse_nominal_voltage: PhysicalValue
    evse_max_current: PhysicalValue


class DC_EVSEChargeParameter(_DataElement, frozen=True, kw_only=True):
    dc_evse_status: DC_EVSEStatus
    evse_maximum_current_limit: PhysicalValue
    evse_maximum_power_limit: PhysicalValue
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
    start: Annotated[int, Integer(0, 16_777_214), Name("start")]
    duration: Annotated[Annotated[int, Integer(0, 86_400)] | None, Name("duration")] = None


class PMaxScheduleEntry(_DataElement, frozen=True, kw_only=True):
    time_interval: Annotated[RelativeTimeInterval, Head("TimeInterval")]
    p_max: PhysicalValue


class PMaxSchedule(_Data, frozen=True, kw_only=True):
    p_max_schedule_entry: Annotated[tuple[PMaxScheduleEntry, ...], Occurs(1, 1024)]


class Cost(_Data, frozen=True, kw_only=True):
    cost_kind: Annotated[CostKind, Name("costKind")]
    amount: Annotated[UnsignedInt, Name("amount")]
    amount_multiplier: Annotated[Multiplier | None, Name("amountMultiplier")] = None


class ConsumptionCost(_Data, frozen=True, kw_only=True):
    start_value: Annotated[PhysicalValue, Name("startValue")]
    cost: Annotated[tuple[Cost, ...], Occurs(1, 3)]


class SalesTariffEntry(_DataElement, frozen=True, kw_only=True):
    time_interval: Annotated[RelativeTimeInterval, Head("TimeInterval")]
    e_price_level: UnsignedByte | None = None
    consumption_cost: Annotated[tuple[ConsumptionCost, ...], Occurs(0, 3)] = ()


class SalesTariff(_Data, frozen=True, kw_only=True):
    id: _MaybeId = None
    sales_tariff_id: ScheduleId
    sales_tariff_description: Annotated[str, Text(32)] | None = None
    num_e_price_levels: UnsignedByte | None = None
    sales_tariff_entry: Annotated[tuple[SalesTariffEntry, ...], Occurs(1, 1024)]


class SAScheduleTuple(_Data, frozen=True, kw_only=True):
    sa_schedule_tuple_id: ScheduleId
    p_max_schedule: PMaxSchedule
    sales_tariff: SalesTariff | None = None


class SAScheduleList(_DataElement, frozen=True, kw_only=True):
    sa_schedule_tuple: Annotated[tuple[SAScheduleTuple, ...], Occurs(1, 3)]


class ProfileEntry(_Data, frozen=True, kw_only=True):
    charging_profile_entry_start: UnsignedInt
    charging_profile_entry_max_power: PhysicalValue
    charging_profile_entry_max_number_of_phases_in_use: Annotated[int, Integer(1, 3)] | None = None


class ChargingProfile(_Data, frozen=True, kw_only=True):
    profile_entry: Annotated[tuple[ProfileEntry, ...], Occurs(1, 24)]


class MeterInfo(_Data, frozen=True, kw_only=True):
    meter_id: Annotated[str, Text(32)]
    meter_reading: UnsignedLong | None = None
    sig_meter_reading: Annotated[bytes, Binary("base64", 64)] | None = None
    meter_status: Short | None = None
    t_meter: Long | None = None


# --- messages -------------------------------------------------------------------------------------


class _Body(Element, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = BODY


class SessionSetupReq(_Body, frozen=True, kw_only=True):
    evccid: Annotated[bytes, Binary("hex", 6)]


class SessionSetupRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_id: EvseId
    evse_time_stamp: Long | None = None


class ServiceDiscoveryReq(_Body, frozen=True, kw_only=True):
    service_scope: Annotated[str, Text(64)] | None = None
    service_category: ServiceCategory | None = None


class ServiceDiscoveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    payment_option_list: PaymentOptionList
    charge_service: ChargeService
    service_list: ServiceList | None = None


class ServiceDetailReq(_Body, frozen=True, kw_only=True):
    service_id: UnsignedShort


class ServiceDetailRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    service_id: UnsignedShort
    service_parameter_list: ServiceParameterList | None = None


class PaymentServiceSelectionReq(_Body, frozen=True, kw_only=True):
    selected_payment_option: PaymentOption
    selected_service_list: SelectedServiceList


class PaymentServiceSelectionRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode


class PaymentDetailsReq(_Body, frozen=True, kw_only=True):
    emaid: Annotated[Emaid, Name("eMAID")]
    contract_signature_cert_chain: CertificateChain


class PaymentDetailsRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    gen_challenge: GenChallenge
    evse_time_stamp: Long


class AuthorizationReq(_Body, frozen=True, kw_only=True):
    id: _MaybeId = None
    gen_challenge: GenChallenge | None = None


class AuthorizationRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_processing: EvseProcessing


class ChargeParameterDiscoveryReq(_Body, frozen=True, kw_only=True):
    max_entries_sa_schedule_tuple: UnsignedShort | None = None
    requested_energy_transfer_mode: EnergyTransferMode
    ev_charge_parameter: Annotated[AC_EVChargeParameter | DC_EVChargeParameter, Head("EVChargeParameter")]


class ChargeParameterDiscoveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_processing: EvseProcessing
    sa_schedules: Annotated[SAScheduleList | None, Head("SASchedules")] = None
    evse_charge_parameter: Annotated[
        AC_EVSEChargeParameter | DC_EVSEChargeParameter, Head("EVSEChargeParameter")
    ]


class PowerDeliveryReq(_Body, frozen=True, kw_only=True):
    charge_progress: ChargeProgress
    sa_schedule_tuple_id: ScheduleId
    charging_profile: ChargingProfile | None = None
    ev_power_delivery_parameter: Annotated[
        DC_EVPowerDeliveryParameter | None, Head("EVPowerDeliveryParameter")
    ] = None


class PowerDeliveryRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_status: Annotated[AC_EVSEStatus | DC_EVSEStatus, Head("EVSEStatus")]


class MeteringReceiptReq(_Body, frozen=True, kw_only=True):
    id: _MaybeId = None
    session_id: SessionId
    sa_schedule_tuple_id: ScheduleId | None = None
    meter_info: MeterInfo


class MeteringReceiptRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_status: Annotated[AC_EVSEStatus | DC_EVSEStatus, Head("EVSEStatus")]


class SessionStopReq(_Body, frozen=True, kw_only=True):
    charging_session: ChargingSession


class SessionStopRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode


class CertificateUpdateReq(_Body, frozen=True, kw_only=True):
    id: _AttributeId
    contract_signature_cert_chain: CertificateChain
    emaid: Annotated[Emaid, Name("eMAID")]
    list_of_root_certificate_ids: ListOfRootCertificateIDs


class CertificateUpdateRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    sa_provisioning_certificate_chain: CertificateChain
    contract_signature_cert_chain: CertificateChain
    contract_signature_encrypted_private_key: EncryptedPrivateKey
    dh_public_key: Annotated[DiffieHellmanPublicKey, Name("DHpublickey")]
    emaid: Annotated[SignedEmaid, Name("eMAID")]
    retry_counter: Short | None = None


class CertificateInstallationReq(_Body, frozen=True, kw_only=True):
    id: _AttributeId
    oem_provisioning_cert: Certificate
    list_of_root_certificate_ids: ListOfRootCertificateIDs


class CertificateInstallationRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    sa_provisioning_certificate_chain: CertificateChain
    contract_signature_cert_chain: CertificateChain
    contract_signature_encrypted_private_key: EncryptedPrivateKey
    dh_public_key: Annotated[DiffieHellmanPublicKey, Name("DHpublickey")]
    emaid: Annotated[SignedEmaid, Name("eMAID")]


class ChargingStatusReq(_Body, frozen=True, kw_only=True):
    """Asks how the AC charging stands; says nothing."""


class ChargingStatusRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    evse_id: EvseId
    sa_schedule_tuple_id: ScheduleId
    evse_max_current: PhysicalValue | None = None
    meter_info: MeterInfo | None = None
    receipt_required: bool | None = None
    ac_evse_status: AC_EVSEStatus


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
    evse_id: EvseId
    sa_schedule_tuple_id: ScheduleId
    meter_info: MeterInfo | None = None
    receipt_required: bool | None = None


class WeldingDetectionReq(_Body, frozen=True, kw_only=True):
    dc_ev_status: DC_EVStatus


class WeldingDetectionRes(_Body, frozen=True, kw_only=True):
    response_code: ResponseCode
    dc_evse_status: DC_EVSEStatus
    evse_present_voltage: PhysicalValue


BodyElement = (
    AuthorizationReq | AuthorizationRes | CableCheckReq | CableCheckRes | CertificateInstallationReq
    | CertificateInstallationRes | CertificateUpdateReq | CertificateUpdateRes
    | ChargeParameterDiscoveryReq | ChargeParameterDiscoveryRes | ChargingStatusReq | ChargingStatusRes
    | CurrentDemandReq | CurrentDemandRes | MeteringReceiptReq | MeteringReceiptRes | PaymentDetailsReq
    | PaymentDetailsRes | PaymentServiceSelectionReq | PaymentServiceSelectionRes | PowerDeliveryReq
    | PowerDeliveryRes | PreChargeReq | PreChargeRes | ServiceDetailReq | ServiceDetailRes
    | ServiceDiscoveryReq | ServiceDiscoveryRes | SessionSetupReq | SessionSetupRes | SessionStopReq
    | SessionStopRes | WeldingDetectionReq | WeldingDetectionRes
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


ABSTRACT = ("EVStatus", "Entry")
"""Abstract elements of the data types that no place here refers to."""
_PLACES = (
    "EVChargeParameter", "EVPowerDeliveryParameter", "EVSEChargeParameter", "EVSEStatus", "SASchedules",
    "TimeInterval", "BodyElement", "V2G_Message",
)  # fmt: skip
GLOBAL = (
    *(kind.__name__ for kind in get_args(BodyElement)),
    *(kind.__name__ for kind in _DataElement.__subclasses__()),
    *ABSTRACT,
    *_PLACES,
)
"""The elements that the schemas declare for all to use, abstract heads included."""
ATTRIBUTES = ("Algorithm", "Encoding", "Id", "MimeType", "Name", "Target", "Type", "URI")
"""The attributes that the schemas declare, those of XML signatures among them."""
