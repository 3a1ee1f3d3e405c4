"""How iso15118_2 is read and written. Made by scripts/exi_codec.py; a test holds it in step."""

from pilotline.wire.v2g.xmldsig import Signature
from pilotline.wire.v2g.compiled.xmldsig import read_Signature, write_Signature
from pilotline.wire.v2g.iso15118_2 import (
    AC_EVChargeParameter,
    AC_EVSEChargeParameter,
    AC_EVSEStatus,
    AuthorizationReq,
    AuthorizationRes,
    Body,
    CableCheckReq,
    CableCheckRes,
    CertificateChain,
    CertificateInstallationReq,
    CertificateInstallationRes,
    CertificateUpdateReq,
    CertificateUpdateRes,
    ChargeParameterDiscoveryReq,
    ChargeParameterDiscoveryRes,
    ChargeProgress,
    ChargeService,
    ChargingProfile,
    ChargingSession,
    ChargingStatusReq,
    ChargingStatusRes,
    ConsumptionCost,
    Cost,
    CostKind,
    CurrentDemandReq,
    CurrentDemandRes,
    DC_EVChargeParameter,
    DC_EVPowerDeliveryParameter,
    DC_EVSEChargeParameter,
    DC_EVSEStatus,
    DC_EVStatus,
    DcEvErrorCode,
    DcEvseStatusCode,
    DiffieHellmanPublicKey,
    EncryptedPrivateKey,
    EnergyTransferMode,
    EvseNotification,
    EvseProcessing,
    FaultCode,
    Header,
    IsolationLevel,
    ListOfRootCertificateIDs,
    MeterInfo,
    MeteringReceiptReq,
    MeteringReceiptRes,
    Notification,
    PMaxSchedule,
    PMaxScheduleEntry,
    Parameter,
    ParameterSet,
    PaymentDetailsReq,
    PaymentDetailsRes,
    PaymentOption,
    PaymentOptionList,
    PaymentServiceSelectionReq,
    PaymentServiceSelectionRes,
    PhysicalValue,
    PowerDeliveryReq,
    PowerDeliveryRes,
    PreChargeReq,
    PreChargeRes,
    ProfileEntry,
    RelativeTimeInterval,
    ResponseCode,
    RootCertificateId,
    SAScheduleList,
    SAScheduleTuple,
    SalesTariff,
    SalesTariffEntry,
    SelectedService,
    SelectedServiceList,
    Service,
    ServiceCategory,
    ServiceDetailReq,
    ServiceDetailRes,
    ServiceDiscoveryReq,
    ServiceDiscoveryRes,
    ServiceList,
    ServiceParameterList,
    SessionSetupReq,
    SessionSetupRes,
    SessionStopReq,
    SessionStopRes,
    SignedEmaid,
    SubCertificates,
    SupportedEnergyTransferMode,
    UnitSymbol,
    V2G_Message,
    WeldingDetectionReq,
    WeldingDetectionRes,
)
from pilotline.wire.v2g.exi.straight import Slow, binary, more, put_binary, put_more, put_text, text

CHARGEPROGRESS = tuple(ChargeProgress)
CHARGEPROGRESS_AT = {word: place for place, word in enumerate(CHARGEPROGRESS)}
CHARGINGSESSION = tuple(ChargingSession)
CHARGINGSESSION_AT = {word: place for place, word in enumerate(CHARGINGSESSION)}
COSTKIND = tuple(CostKind)
COSTKIND_AT = {word: place for place, word in enumerate(COSTKIND)}
DCEVERRORCODE = tuple(DcEvErrorCode)
DCEVERRORCODE_AT = {word: place for place, word in enumerate(DCEVERRORCODE)}
DCEVSESTATUSCODE = tuple(DcEvseStatusCode)
DCEVSESTATUSCODE_AT = {word: place for place, word in enumerate(DCEVSESTATUSCODE)}
ENERGYTRANSFERMODE = tuple(EnergyTransferMode)
ENERGYTRANSFERMODE_AT = {word: place for place, word in enumerate(ENERGYTRANSFERMODE)}
EVSENOTIFICATION = tuple(EvseNotification)
EVSENOTIFICATION_AT = {word: place for place, word in enumerate(EVSENOTIFICATION)}
EVSEPROCESSING = tuple(EvseProcessing)
EVSEPROCESSING_AT = {word: place for place, word in enumerate(EVSEPROCESSING)}
FAULTCODE = tuple(FaultCode)
FAULTCODE_AT = {word: place for place, word in enumerate(FAULTCODE)}
ISOLATIONLEVEL = tuple(IsolationLevel)
ISOLATIONLEVEL_AT = {word: place for place, word in enumerate(ISOLATIONLEVEL)}
PAYMENTOPTION = tuple(PaymentOption)
PAYMENTOPTION_AT = {word: place for place, word in enumerate(PAYMENTOPTION)}
RESPONSECODE = tuple(ResponseCode)
RESPONSECODE_AT = {word: place for place, word in enumerate(RESPONSECODE)}
SERVICECATEGORY = tuple(ServiceCategory)
SERVICECATEGORY_AT = {word: place for place, word in enumerate(SERVICECATEGORY)}
UNITSYMBOL = tuple(UnitSymbol)
UNITSYMBOL_AT = {word: place for place, word in enumerate(UNITSYMBOL)}


def read_Notification(b: int, p: int) -> tuple[Notification, int]:
    fault_msg = None
    p -= 7
    v = b >> p & 0x7F
    if v & 0x64:
        raise Slow
    fault_code = v >> 3 & 3
    c = v & 3
    fault_code = FAULTCODE[fault_code]
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 1
        if b >> p & 1:
            raise Slow
        fault_msg, p = text(b, p, 64)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return Notification(fault_code=fault_code, fault_msg=fault_msg), p


def write_Notification(x: int, o: Notification) -> int:
    v1 = FAULTCODE_AT[o.fault_code]
    x = x << 5 | v1 << 1
    f, w = 1, 2
    m = o.fault_msg
    if m is not None:
        x = x << w | 1 - f
        x = x << 1
        x = put_text(x, m, 64)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_Header(b: int, p: int) -> tuple[Header, int]:
    notification = None
    signature = None
    p -= 2
    if b >> p & 3:
        raise Slow
    session_id, p = binary(b, p, 8)
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 3:
        raise Slow
    c += 1
    if c == 1:
        notification, p = read_Notification(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 2
    if c == 2:
        signature, p = read_Signature(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return Header(session_id=session_id, notification=notification, signature=signature), p


def write_Header(x: int, o: Header) -> int:
    x = x << 2
    x = put_binary(x, o.session_id, 8)
    x = x << 1
    f, w = 1, 2
    m = o.notification
    if m is not None:
        x = x << w | 1 - f
        if type(m) is not Notification:
            raise Slow
        x = write_Notification(x, m)
        f, w = 2, 2
    m = o.signature
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not Signature:
            raise Slow
        x = write_Signature(x, m)
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_AuthorizationReq(b: int, p: int) -> tuple[AuthorizationReq, int]:
    id = None
    gen_challenge = None
    p -= 2
    c = b >> p & 3
    if c >= 3:
        raise Slow
    if c == 0:
        id, p = text(b, p, None)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 1
    if c == 1:
        p -= 1
        if b >> p & 1:
            raise Slow
        gen_challenge, p = binary(b, p, 16)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return AuthorizationReq(id=id, gen_challenge=gen_challenge), p


def write_AuthorizationReq(x: int, o: AuthorizationReq) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 2
    m = o.gen_challenge
    if m is not None:
        x = x << w | 1 - f
        x = x << 1
        x = put_binary(x, m, 16)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_AuthorizationRes(b: int, p: int) -> tuple[AuthorizationRes, int]:
    p -= 14
    v = b >> p & 0x3FFF
    if v & 0x3073:
        raise Slow
    response_code = v >> 7 & 0x1F
    evse_processing = v >> 2 & 3
    response_code = RESPONSECODE[response_code]
    evse_processing = EVSEPROCESSING[evse_processing]
    return AuthorizationRes(response_code=response_code, evse_processing=evse_processing), p


def write_AuthorizationRes(x: int, o: AuthorizationRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    v2 = EVSEPROCESSING_AT[o.evse_processing]
    x = x << 14 | v1 << 7 | v2 << 2
    return x


def read_DC_EVStatus(b: int, p: int) -> tuple[DC_EVStatus, int]:
    p -= 22
    v = b >> p & 0x3FFFFF
    if v & 0x370E03:
        raise Slow
    ev_ready = v >> 19 & 1
    ev_error_code = v >> 12 & 0xF
    ev_ress_soc = v >> 2 & 0x7F
    ev_ready = ev_ready == 1
    ev_error_code = DCEVERRORCODE[ev_error_code]
    if ev_ress_soc > 100:
        raise Slow
    return DC_EVStatus(ev_ready=ev_ready, ev_error_code=ev_error_code, ev_ress_soc=ev_ress_soc), p


def write_DC_EVStatus(x: int, o: DC_EVStatus) -> int:
    if (v1 := o.ev_ready) is not True and v1 is not False:
        raise Slow
    v2 = DCEVERRORCODE_AT[o.ev_error_code]
    v3 = o.ev_ress_soc
    if type(v3) is not int or not 0 <= v3 <= 100:
        raise Slow
    x = x << 22 | v1 << 19 | v2 << 12 | v3 << 2
    return x


def read_CableCheckReq(b: int, p: int) -> tuple[CableCheckReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return CableCheckReq(dc_ev_status=dc_ev_status), p


def write_CableCheckReq(x: int, o: CableCheckReq) -> int:
    x = x << 1
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    x = x << 1
    return x


def read_DC_EVSEStatus(b: int, p: int) -> tuple[DC_EVSEStatus, int]:
    evse_isolation_status = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    notification_max_delay = v & 0xFF
    if notification_max_delay > 127:
        notification_max_delay, p = more(b, p, notification_max_delay)
    if not notification_max_delay <= 65535:
        raise Slow
    p -= 8
    v = b >> p & 0xFF
    if v & 0xE4:
        raise Slow
    evse_notification = v >> 3 & 3
    c = v & 3
    evse_notification = EVSENOTIFICATION[evse_notification]
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        p -= 5
        v = b >> p & 0x1F
        if v & 0x11:
            raise Slow
        evse_isolation_status = v >> 1 & 7
        evse_isolation_status = ISOLATIONLEVEL[evse_isolation_status]
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    p -= 7
    v = b >> p & 0x7F
    if v & 0x43:
        raise Slow
    evse_status_code = v >> 2 & 0xF
    evse_status_code = DCEVSESTATUSCODE[evse_status_code]
    return DC_EVSEStatus(
        notification_max_delay=notification_max_delay,
        evse_notification=evse_notification,
        evse_isolation_status=evse_isolation_status,
        evse_status_code=evse_status_code,
    ), p


def write_DC_EVSEStatus(x: int, o: DC_EVSEStatus) -> int:
    v1 = o.notification_max_delay
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    v2 = EVSENOTIFICATION_AT[o.evse_notification]
    x = x << 6 | v2 << 1
    f, w = 2, 2
    m = o.evse_isolation_status
    if m is not None:
        x = x << w | 2 - f
        v3 = ISOLATIONLEVEL_AT[m]
        x = x << 5 | v3 << 1
        f, w = 3, 1
    x = x << w | 3 - f
    v4 = DCEVSESTATUSCODE_AT[o.evse_status_code]
    x = x << 7 | v4 << 2
    return x


def read_CableCheckRes(b: int, p: int) -> tuple[CableCheckRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    dc_evse_status, p = read_DC_EVSEStatus(b, p)
    p -= 6
    v = b >> p & 0x3F
    if v & 0x33:
        raise Slow
    evse_processing = v >> 2 & 3
    evse_processing = EVSEPROCESSING[evse_processing]
    return CableCheckRes(
        response_code=response_code, dc_evse_status=dc_evse_status, evse_processing=evse_processing
    ), p


def write_CableCheckRes(x: int, o: CableCheckRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.dc_evse_status) is not DC_EVSEStatus:
        raise Slow
    x = write_DC_EVSEStatus(x, o.dc_evse_status)
    v2 = EVSEPROCESSING_AT[o.evse_processing]
    x = x << 6 | v2 << 2
    return x


def read_RootCertificateId(b: int, p: int) -> tuple[RootCertificateId, int]:
    p -= 2
    if b >> p & 3:
        raise Slow
    x509_issuer_name, p = text(b, p, None)
    p -= 12
    v = b >> p & 0xFFF
    if v & 0xE00:
        raise Slow
    s = v >> 8 & 1
    x509_serial_number = v & 0xFF
    if x509_serial_number > 127:
        x509_serial_number, p = more(b, p, x509_serial_number)
    if s:
        x509_serial_number = -1 - x509_serial_number
    p -= 2
    if b >> p & 3:
        raise Slow
    return RootCertificateId(x509_issuer_name=x509_issuer_name, x509_serial_number=x509_serial_number), p


def write_RootCertificateId(x: int, o: RootCertificateId) -> int:
    x = x << 2
    x = put_text(x, o.x509_issuer_name, None)
    v1 = o.x509_serial_number
    if type(v1) is not int:
        raise Slow
    s = v1 < 0
    if s:
        v1 = -1 - v1
    x = x << 4 | s
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 2
    return x


def read_ListOfRootCertificateIDs(b: int, p: int) -> tuple[ListOfRootCertificateIDs, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    root_certificate_id_ = []
    c = 0
    while c == 0:
        e, p = read_RootCertificateId(b, p)
        root_certificate_id_.append(e)
        if len(root_certificate_id_) < 20:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    root_certificate_id = tuple(root_certificate_id_)
    if not root_certificate_id:
        raise Slow
    if c != 1:
        raise Slow
    return ListOfRootCertificateIDs(root_certificate_id=root_certificate_id), p


def write_ListOfRootCertificateIDs(x: int, o: ListOfRootCertificateIDs) -> int:
    f, w = 0, 1
    n = len(o.root_certificate_id)
    if not 1 <= n <= 20:
        raise Slow
    for m in o.root_certificate_id:
        x = x << w | 0 - f
        if type(m) is not RootCertificateId:
            raise Slow
        x = write_RootCertificateId(x, m)
        f, w = 0, 2
    if n == 20:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_CertificateInstallationReq(b: int, p: int) -> tuple[CertificateInstallationReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    id, p = text(b, p, None)
    p -= 2
    if b >> p & 3:
        raise Slow
    oem_provisioning_cert, p = binary(b, p, 800)
    p -= 2
    if b >> p & 3:
        raise Slow
    list_of_root_certificate_ids, p = read_ListOfRootCertificateIDs(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return CertificateInstallationReq(
        id=id,
        oem_provisioning_cert=oem_provisioning_cert,
        list_of_root_certificate_ids=list_of_root_certificate_ids,
    ), p


def write_CertificateInstallationReq(x: int, o: CertificateInstallationReq) -> int:
    x = x << 1
    x = put_text(x, o.id, None)
    x = x << 2
    x = put_binary(x, o.oem_provisioning_cert, 800)
    x = x << 2
    if type(o.list_of_root_certificate_ids) is not ListOfRootCertificateIDs:
        raise Slow
    x = write_ListOfRootCertificateIDs(x, o.list_of_root_certificate_ids)
    x = x << 1
    return x


def read_SubCertificates(b: int, p: int) -> tuple[SubCertificates, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    certificate_ = []
    c = 0
    while c == 0:
        p -= 1
        if b >> p & 1:
            raise Slow
        e, p = binary(b, p, 800)
        p -= 1
        if b >> p & 1:
            raise Slow
        certificate_.append(e)
        if len(certificate_) < 4:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    certificate = tuple(certificate_)
    if not certificate:
        raise Slow
    if c != 1:
        raise Slow
    return SubCertificates(certificate=certificate), p


def write_SubCertificates(x: int, o: SubCertificates) -> int:
    f, w = 0, 1
    n = len(o.certificate)
    if not 1 <= n <= 4:
        raise Slow
    for m in o.certificate:
        x = x << w | 0 - f
        x = x << 1
        x = put_binary(x, m, 800)
        x = x << 1
        f, w = 0, 2
    if n == 4:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_CertificateChain(b: int, p: int) -> tuple[CertificateChain, int]:
    id = None
    sub_certificates = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        id, p = text(b, p, None)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    p -= 1
    if b >> p & 1:
        raise Slow
    certificate, p = binary(b, p, 800)
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        sub_certificates, p = read_SubCertificates(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return CertificateChain(id=id, certificate=certificate, sub_certificates=sub_certificates), p


def write_CertificateChain(x: int, o: CertificateChain) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    x = x << 1
    x = put_binary(x, o.certificate, 800)
    x = x << 1
    f, w = 2, 2
    m = o.sub_certificates
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not SubCertificates:
            raise Slow
        x = write_SubCertificates(x, m)
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_EncryptedPrivateKey(b: int, p: int) -> tuple[EncryptedPrivateKey, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    id, p = text(b, p, None)
    p -= 1
    if b >> p & 1:
        raise Slow
    value, p = binary(b, p, 48)
    p -= 1
    if b >> p & 1:
        raise Slow
    return EncryptedPrivateKey(id=id, value=value), p


def write_EncryptedPrivateKey(x: int, o: EncryptedPrivateKey) -> int:
    x = x << 1
    x = put_text(x, o.id, None)
    x = x << 1
    x = put_binary(x, o.value, 48)
    x = x << 1
    return x


def read_DiffieHellmanPublicKey(b: int, p: int) -> tuple[DiffieHellmanPublicKey, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    id, p = text(b, p, None)
    p -= 1
    if b >> p & 1:
        raise Slow
    value, p = binary(b, p, 65)
    p -= 1
    if b >> p & 1:
        raise Slow
    return DiffieHellmanPublicKey(id=id, value=value), p


def write_DiffieHellmanPublicKey(x: int, o: DiffieHellmanPublicKey) -> int:
    x = x << 1
    x = put_text(x, o.id, None)
    x = x << 1
    x = put_binary(x, o.value, 65)
    x = x << 1
    return x


def read_SignedEmaid(b: int, p: int) -> tuple[SignedEmaid, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    id, p = text(b, p, None)
    p -= 1
    if b >> p & 1:
        raise Slow
    value, p = text(b, p, 15)
    p -= 1
    if b >> p & 1:
        raise Slow
    return SignedEmaid(id=id, value=value), p


def write_SignedEmaid(x: int, o: SignedEmaid) -> int:
    x = x << 1
    x = put_text(x, o.id, None)
    x = x << 1
    x = put_text(x, o.value, 15)
    x = x << 1
    return x


def read_CertificateInstallationRes(b: int, p: int) -> tuple[CertificateInstallationRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    sa_provisioning_certificate_chain, p = read_CertificateChain(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    contract_signature_cert_chain, p = read_CertificateChain(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    contract_signature_encrypted_private_key, p = read_EncryptedPrivateKey(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    dh_public_key, p = read_DiffieHellmanPublicKey(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    emaid, p = read_SignedEmaid(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return CertificateInstallationRes(
        response_code=response_code,
        sa_provisioning_certificate_chain=sa_provisioning_certificate_chain,
        contract_signature_cert_chain=contract_signature_cert_chain,
        contract_signature_encrypted_private_key=contract_signature_encrypted_private_key,
        dh_public_key=dh_public_key,
        emaid=emaid,
    ), p


def write_CertificateInstallationRes(x: int, o: CertificateInstallationRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.sa_provisioning_certificate_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.sa_provisioning_certificate_chain)
    x = x << 1
    if type(o.contract_signature_cert_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.contract_signature_cert_chain)
    x = x << 1
    if type(o.contract_signature_encrypted_private_key) is not EncryptedPrivateKey:
        raise Slow
    x = write_EncryptedPrivateKey(x, o.contract_signature_encrypted_private_key)
    x = x << 1
    if type(o.dh_public_key) is not DiffieHellmanPublicKey:
        raise Slow
    x = write_DiffieHellmanPublicKey(x, o.dh_public_key)
    x = x << 1
    if type(o.emaid) is not SignedEmaid:
        raise Slow
    x = write_SignedEmaid(x, o.emaid)
    x = x << 1
    return x


def read_CertificateUpdateReq(b: int, p: int) -> tuple[CertificateUpdateReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    id, p = text(b, p, None)
    p -= 1
    if b >> p & 1:
        raise Slow
    contract_signature_cert_chain, p = read_CertificateChain(b, p)
    p -= 2
    if b >> p & 3:
        raise Slow
    emaid, p = text(b, p, 15)
    p -= 2
    if b >> p & 3:
        raise Slow
    list_of_root_certificate_ids, p = read_ListOfRootCertificateIDs(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return CertificateUpdateReq(
        id=id,
        contract_signature_cert_chain=contract_signature_cert_chain,
        emaid=emaid,
        list_of_root_certificate_ids=list_of_root_certificate_ids,
    ), p


def write_CertificateUpdateReq(x: int, o: CertificateUpdateReq) -> int:
    x = x << 1
    x = put_text(x, o.id, None)
    x = x << 1
    if type(o.contract_signature_cert_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.contract_signature_cert_chain)
    x = x << 2
    x = put_text(x, o.emaid, 15)
    x = x << 2
    if type(o.list_of_root_certificate_ids) is not ListOfRootCertificateIDs:
        raise Slow
    x = write_ListOfRootCertificateIDs(x, o.list_of_root_certificate_ids)
    x = x << 1
    return x


def read_CertificateUpdateRes(b: int, p: int) -> tuple[CertificateUpdateRes, int]:
    retry_counter = None
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    sa_provisioning_certificate_chain, p = read_CertificateChain(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    contract_signature_cert_chain, p = read_CertificateChain(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    contract_signature_encrypted_private_key, p = read_EncryptedPrivateKey(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    dh_public_key, p = read_DiffieHellmanPublicKey(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    emaid, p = read_SignedEmaid(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 6
    if c == 6:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        retry_counter = v & 0xFF
        if retry_counter > 127:
            retry_counter, p = more(b, p, retry_counter)
        if s:
            retry_counter = -1 - retry_counter
        if not -32768 <= retry_counter <= 32767:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 7
    if c != 7:
        raise Slow
    return CertificateUpdateRes(
        response_code=response_code,
        sa_provisioning_certificate_chain=sa_provisioning_certificate_chain,
        contract_signature_cert_chain=contract_signature_cert_chain,
        contract_signature_encrypted_private_key=contract_signature_encrypted_private_key,
        dh_public_key=dh_public_key,
        emaid=emaid,
        retry_counter=retry_counter,
    ), p


def write_CertificateUpdateRes(x: int, o: CertificateUpdateRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.sa_provisioning_certificate_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.sa_provisioning_certificate_chain)
    x = x << 1
    if type(o.contract_signature_cert_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.contract_signature_cert_chain)
    x = x << 1
    if type(o.contract_signature_encrypted_private_key) is not EncryptedPrivateKey:
        raise Slow
    x = write_EncryptedPrivateKey(x, o.contract_signature_encrypted_private_key)
    x = x << 1
    if type(o.dh_public_key) is not DiffieHellmanPublicKey:
        raise Slow
    x = write_DiffieHellmanPublicKey(x, o.dh_public_key)
    x = x << 1
    if type(o.emaid) is not SignedEmaid:
        raise Slow
    x = write_SignedEmaid(x, o.emaid)
    f, w = 6, 2
    m = o.retry_counter
    if m is not None:
        x = x << w | 6 - f
        v2 = m
        if type(v2) is not int or not -32768 <= v2 <= 32767:
            raise Slow
        s = v2 < 0
        if s:
            v2 = -1 - v2
        x = x << 2 | s
        x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
        x = x << 1
        f, w = 7, 1
    x = x << w | 7 - f
    return x


def read_PhysicalValue(b: int, p: int) -> tuple[PhysicalValue, int]:
    p -= 23
    v = b >> p & 0x7FFFFF
    if v & 0x638E00:
        raise Slow
    multiplier = v >> 18 & 7
    unit = v >> 12 & 7
    s = v >> 8 & 1
    value = v & 0xFF
    multiplier -= 3
    if multiplier > 3:
        raise Slow
    unit = UNITSYMBOL[unit]
    if value > 127:
        value, p = more(b, p, value)
    if s:
        value = -1 - value
    if not -32768 <= value <= 32767:
        raise Slow
    p -= 2
    if b >> p & 3:
        raise Slow
    return PhysicalValue(multiplier=multiplier, unit=unit, value=value), p


def write_PhysicalValue(x: int, o: PhysicalValue) -> int:
    v1 = o.multiplier
    if type(v1) is not int or not -3 <= v1 <= 3:
        raise Slow
    v2 = UNITSYMBOL_AT[o.unit]
    v3 = o.value
    if type(v3) is not int or not -32768 <= v3 <= 32767:
        raise Slow
    s = v3 < 0
    if s:
        v3 = -1 - v3
    x = x << 15 | (v1 + 3) << 10 | v2 << 4 | s
    x = x << 8 | v3 if v3 < 128 else put_more(x, v3)
    x = x << 2
    return x


def read_AC_EVChargeParameter(b: int, p: int) -> tuple[AC_EVChargeParameter, int]:
    departure_time = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x100:
            raise Slow
        departure_time = v & 0xFF
        if departure_time > 127:
            departure_time, p = more(b, p, departure_time)
        if not departure_time <= 4294967295:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    e_amount, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_max_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_max_current, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_min_current, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return AC_EVChargeParameter(
        departure_time=departure_time,
        e_amount=e_amount,
        ev_max_voltage=ev_max_voltage,
        ev_max_current=ev_max_current,
        ev_min_current=ev_min_current,
    ), p


def write_AC_EVChargeParameter(x: int, o: AC_EVChargeParameter) -> int:
    f, w = 0, 2
    m = o.departure_time
    if m is not None:
        x = x << w | 0 - f
        v1 = m
        if type(v1) is not int or not 0 <= v1 <= 4294967295:
            raise Slow
        x = x << 1
        x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
        x = x << 1
        f, w = 1, 1
    x = x << w | 1 - f
    if type(o.e_amount) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.e_amount)
    x = x << 1
    if type(o.ev_max_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_max_voltage)
    x = x << 1
    if type(o.ev_max_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_max_current)
    x = x << 1
    if type(o.ev_min_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_min_current)
    x = x << 1
    return x


def read_DC_EVChargeParameter(b: int, p: int) -> tuple[DC_EVChargeParameter, int]:
    departure_time = None
    ev_maximum_power_limit = None
    ev_energy_capacity = None
    ev_energy_request = None
    full_soc = None
    bulk_soc = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x100:
            raise Slow
        departure_time = v & 0xFF
        if departure_time > 127:
            departure_time, p = more(b, p, departure_time)
        if not departure_time <= 4294967295:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_maximum_current_limit, p = read_PhysicalValue(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 3
    if c == 3:
        ev_maximum_power_limit, p = read_PhysicalValue(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    if c != 4:
        raise Slow
    ev_maximum_voltage_limit, p = read_PhysicalValue(b, p)
    p -= 3
    c = b >> p & 7
    if c >= 5:
        raise Slow
    c += 5
    if c == 5:
        ev_energy_capacity, p = read_PhysicalValue(b, p)
        p -= 3
        c = b >> p & 7
        if c >= 4:
            raise Slow
        c += 6
    if c == 6:
        ev_energy_request, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 7
    if c == 7:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x101:
            raise Slow
        full_soc = v >> 1 & 0x7F
        if full_soc > 100:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 8
    if c == 8:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x101:
            raise Slow
        bulk_soc = v >> 1 & 0x7F
        if bulk_soc > 100:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 9
    if c != 9:
        raise Slow
    return DC_EVChargeParameter(
        departure_time=departure_time,
        dc_ev_status=dc_ev_status,
        ev_maximum_current_limit=ev_maximum_current_limit,
        ev_maximum_power_limit=ev_maximum_power_limit,
        ev_maximum_voltage_limit=ev_maximum_voltage_limit,
        ev_energy_capacity=ev_energy_capacity,
        ev_energy_request=ev_energy_request,
        full_soc=full_soc,
        bulk_soc=bulk_soc,
    ), p


def write_DC_EVChargeParameter(x: int, o: DC_EVChargeParameter) -> int:
    f, w = 0, 2
    m = o.departure_time
    if m is not None:
        x = x << w | 0 - f
        v1 = m
        if type(v1) is not int or not 0 <= v1 <= 4294967295:
            raise Slow
        x = x << 1
        x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
        x = x << 1
        f, w = 1, 1
    x = x << w | 1 - f
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    x = x << 1
    if type(o.ev_maximum_current_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_maximum_current_limit)
    f, w = 3, 2
    m = o.ev_maximum_power_limit
    if m is not None:
        x = x << w | 3 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 4, 1
    x = x << w | 4 - f
    if type(o.ev_maximum_voltage_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_maximum_voltage_limit)
    f, w = 5, 3
    m = o.ev_energy_capacity
    if m is not None:
        x = x << w | 5 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 6, 3
    m = o.ev_energy_request
    if m is not None:
        x = x << w | 6 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 7, 2
    m = o.full_soc
    if m is not None:
        x = x << w | 7 - f
        v2 = m
        if type(v2) is not int or not 0 <= v2 <= 100:
            raise Slow
        x = x << 9 | v2 << 1
        f, w = 8, 2
    m = o.bulk_soc
    if m is not None:
        x = x << w | 8 - f
        v3 = m
        if type(v3) is not int or not 0 <= v3 <= 100:
            raise Slow
        x = x << 9 | v3 << 1
        f, w = 9, 1
    x = x << w | 9 - f
    return x


def read_ChargeParameterDiscoveryReq(b: int, p: int) -> tuple[ChargeParameterDiscoveryReq, int]:
    max_entries_sa_schedule_tuple = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x100:
            raise Slow
        max_entries_sa_schedule_tuple = v & 0xFF
        if max_entries_sa_schedule_tuple > 127:
            max_entries_sa_schedule_tuple, p = more(b, p, max_entries_sa_schedule_tuple)
        if not max_entries_sa_schedule_tuple <= 65535:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    p -= 7
    v = b >> p & 0x7F
    if v & 0x44:
        raise Slow
    requested_energy_transfer_mode = v >> 3 & 7
    c = v & 3
    requested_energy_transfer_mode = ENERGYTRANSFERMODE[requested_energy_transfer_mode]
    if c >= 3:
        raise Slow
    c += 2
    if c <= 4:
        if c == 2:
            ev_charge_parameter, p = read_AC_EVChargeParameter(b, p)
        elif c == 3:
            ev_charge_parameter, p = read_DC_EVChargeParameter(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 5
    else:
        raise Slow
    if c != 5:
        raise Slow
    return ChargeParameterDiscoveryReq(
        max_entries_sa_schedule_tuple=max_entries_sa_schedule_tuple,
        requested_energy_transfer_mode=requested_energy_transfer_mode,
        ev_charge_parameter=ev_charge_parameter,
    ), p


def write_ChargeParameterDiscoveryReq(x: int, o: ChargeParameterDiscoveryReq) -> int:
    f, w = 0, 2
    m = o.max_entries_sa_schedule_tuple
    if m is not None:
        x = x << w | 0 - f
        v1 = m
        if type(v1) is not int or not 0 <= v1 <= 65535:
            raise Slow
        x = x << 1
        x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
        x = x << 1
        f, w = 1, 1
    x = x << w | 1 - f
    v2 = ENERGYTRANSFERMODE_AT[o.requested_energy_transfer_mode]
    x = x << 5 | v2 << 1
    m = o.ev_charge_parameter
    if type(m) is AC_EVChargeParameter:
        x = x << 2
        x = write_AC_EVChargeParameter(x, m)
    elif type(m) is DC_EVChargeParameter:
        x = x << 2 | 0x1
        x = write_DC_EVChargeParameter(x, m)
    else:
        raise Slow
    x = x << 1
    return x


def read_RelativeTimeInterval(b: int, p: int) -> tuple[RelativeTimeInterval, int]:
    duration = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    start = v & 0xFF
    if start > 127:
        start, p = more(b, p, start)
    if not start <= 16777214:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x100:
            raise Slow
        duration = v & 0xFF
        if duration > 127:
            duration, p = more(b, p, duration)
        if not duration <= 86400:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return RelativeTimeInterval(start=start, duration=duration), p


def write_RelativeTimeInterval(x: int, o: RelativeTimeInterval) -> int:
    v1 = o.start
    if type(v1) is not int or not 0 <= v1 <= 16777214:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 1
    f, w = 1, 2
    m = o.duration
    if m is not None:
        x = x << w | 1 - f
        v2 = m
        if type(v2) is not int or not 0 <= v2 <= 86400:
            raise Slow
        x = x << 1
        x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_PMaxScheduleEntry(b: int, p: int) -> tuple[PMaxScheduleEntry, int]:
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c <= 1:
        if c == 0:
            time_interval, p = read_RelativeTimeInterval(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    else:
        raise Slow
    if c != 2:
        raise Slow
    p_max, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return PMaxScheduleEntry(time_interval=time_interval, p_max=p_max), p


def write_PMaxScheduleEntry(x: int, o: PMaxScheduleEntry) -> int:
    m = o.time_interval
    if type(m) is RelativeTimeInterval:
        x = x << 2
        x = write_RelativeTimeInterval(x, m)
    else:
        raise Slow
    x = x << 1
    if type(o.p_max) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.p_max)
    x = x << 1
    return x


def read_PMaxSchedule(b: int, p: int) -> tuple[PMaxSchedule, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    p_max_schedule_entry_ = []
    c = 0
    while c == 0:
        e, p = read_PMaxScheduleEntry(b, p)
        p_max_schedule_entry_.append(e)
        if len(p_max_schedule_entry_) < 1024:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    p_max_schedule_entry = tuple(p_max_schedule_entry_)
    if not p_max_schedule_entry:
        raise Slow
    if c != 1:
        raise Slow
    return PMaxSchedule(p_max_schedule_entry=p_max_schedule_entry), p


def write_PMaxSchedule(x: int, o: PMaxSchedule) -> int:
    f, w = 0, 1
    n = len(o.p_max_schedule_entry)
    if not 1 <= n <= 1024:
        raise Slow
    for m in o.p_max_schedule_entry:
        x = x << w | 0 - f
        if type(m) is not PMaxScheduleEntry:
            raise Slow
        x = write_PMaxScheduleEntry(x, m)
        f, w = 0, 2
    if n == 1024:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_Cost(b: int, p: int) -> tuple[Cost, int]:
    amount_multiplier = None
    p -= 15
    v = b >> p & 0x7FFF
    if v & 0x6700:
        raise Slow
    cost_kind = v >> 11 & 3
    amount = v & 0xFF
    cost_kind = COSTKIND[cost_kind]
    if amount > 127:
        amount, p = more(b, p, amount)
    if not amount <= 4294967295:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        p -= 5
        v = b >> p & 0x1F
        if v & 0x11:
            raise Slow
        amount_multiplier = v >> 1 & 7
        amount_multiplier -= 3
        if amount_multiplier > 3:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return Cost(cost_kind=cost_kind, amount=amount, amount_multiplier=amount_multiplier), p


def write_Cost(x: int, o: Cost) -> int:
    v1 = COSTKIND_AT[o.cost_kind]
    v2 = o.amount
    if type(v2) is not int or not 0 <= v2 <= 4294967295:
        raise Slow
    x = x << 7 | v1 << 3
    x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
    x = x << 1
    f, w = 2, 2
    m = o.amount_multiplier
    if m is not None:
        x = x << w | 2 - f
        v3 = m
        if type(v3) is not int or not -3 <= v3 <= 3:
            raise Slow
        x = x << 5 | (v3 + 3) << 1
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_ConsumptionCost(b: int, p: int) -> tuple[ConsumptionCost, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    start_value, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    cost_ = []
    c = 1
    while c == 1:
        e, p = read_Cost(b, p)
        cost_.append(e)
        if len(cost_) < 3:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
            c += 1
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 2
    cost = tuple(cost_)
    if not cost:
        raise Slow
    if c != 2:
        raise Slow
    return ConsumptionCost(start_value=start_value, cost=cost), p


def write_ConsumptionCost(x: int, o: ConsumptionCost) -> int:
    x = x << 1
    if type(o.start_value) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.start_value)
    f, w = 1, 1
    n = len(o.cost)
    if not 1 <= n <= 3:
        raise Slow
    for m in o.cost:
        x = x << w | 1 - f
        if type(m) is not Cost:
            raise Slow
        x = write_Cost(x, m)
        f, w = 1, 2
    if n == 3:
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_SalesTariffEntry(b: int, p: int) -> tuple[SalesTariffEntry, int]:
    e_price_level = None
    consumption_cost = ()
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c <= 1:
        if c == 0:
            time_interval, p = read_RelativeTimeInterval(b, p)
        else:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 2
    else:
        raise Slow
    if c == 2:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x201:
            raise Slow
        e_price_level = v >> 1 & 0xFF
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 3
    consumption_cost_ = []
    while c == 3:
        e, p = read_ConsumptionCost(b, p)
        consumption_cost_.append(e)
        if len(consumption_cost_) < 3:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
            c += 3
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 4
    consumption_cost = tuple(consumption_cost_)
    if c != 4:
        raise Slow
    return SalesTariffEntry(
        time_interval=time_interval, e_price_level=e_price_level, consumption_cost=consumption_cost
    ), p


def write_SalesTariffEntry(x: int, o: SalesTariffEntry) -> int:
    m = o.time_interval
    if type(m) is RelativeTimeInterval:
        x = x << 2
        x = write_RelativeTimeInterval(x, m)
    else:
        raise Slow
    f, w = 2, 2
    m = o.e_price_level
    if m is not None:
        x = x << w | 2 - f
        v1 = m
        if type(v1) is not int or not 0 <= v1 <= 255:
            raise Slow
        x = x << 10 | v1 << 1
        f, w = 3, 2
    n = len(o.consumption_cost)
    if not 0 <= n <= 3:
        raise Slow
    for m in o.consumption_cost:
        x = x << w | 3 - f
        if type(m) is not ConsumptionCost:
            raise Slow
        x = write_ConsumptionCost(x, m)
        f, w = 3, 2
    if n == 3:
        f, w = 4, 1
    x = x << w | 4 - f
    return x


def read_SalesTariff(b: int, p: int) -> tuple[SalesTariff, int]:
    id = None
    sales_tariff_description = None
    num_e_price_levels = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        id, p = text(b, p, None)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    p -= 12
    v = b >> p & 0xFFF
    if v & 0x804:
        raise Slow
    sales_tariff_id = v >> 3 & 0xFF
    c = v & 3
    sales_tariff_id += 1
    if sales_tariff_id > 255:
        raise Slow
    if c >= 3:
        raise Slow
    c += 2
    if c == 2:
        p -= 1
        if b >> p & 1:
            raise Slow
        sales_tariff_description, p = text(b, p, 32)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 3
    if c == 3:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x201:
            raise Slow
        num_e_price_levels = v >> 1 & 0xFF
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    sales_tariff_entry_ = []
    while c == 4:
        e, p = read_SalesTariffEntry(b, p)
        sales_tariff_entry_.append(e)
        if len(sales_tariff_entry_) < 1024:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
            c += 4
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 5
    sales_tariff_entry = tuple(sales_tariff_entry_)
    if not sales_tariff_entry:
        raise Slow
    if c != 5:
        raise Slow
    return SalesTariff(
        id=id,
        sales_tariff_id=sales_tariff_id,
        sales_tariff_description=sales_tariff_description,
        num_e_price_levels=num_e_price_levels,
        sales_tariff_entry=sales_tariff_entry,
    ), p


def write_SalesTariff(x: int, o: SalesTariff) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    v1 = o.sales_tariff_id
    if type(v1) is not int or not 1 <= v1 <= 255:
        raise Slow
    x = x << 10 | (v1 - 1) << 1
    f, w = 2, 2
    m = o.sales_tariff_description
    if m is not None:
        x = x << w | 2 - f
        x = x << 1
        x = put_text(x, m, 32)
        x = x << 1
        f, w = 3, 2
    m = o.num_e_price_levels
    if m is not None:
        x = x << w | 3 - f
        v2 = m
        if type(v2) is not int or not 0 <= v2 <= 255:
            raise Slow
        x = x << 10 | v2 << 1
        f, w = 4, 1
    n = len(o.sales_tariff_entry)
    if not 1 <= n <= 1024:
        raise Slow
    for m in o.sales_tariff_entry:
        x = x << w | 4 - f
        if type(m) is not SalesTariffEntry:
            raise Slow
        x = write_SalesTariffEntry(x, m)
        f, w = 4, 2
    if n == 1024:
        f, w = 5, 1
    x = x << w | 5 - f
    return x


def read_SAScheduleTuple(b: int, p: int) -> tuple[SAScheduleTuple, int]:
    sales_tariff = None
    p -= 12
    v = b >> p & 0xFFF
    if v & 0xC03:
        raise Slow
    sa_schedule_tuple_id = v >> 2 & 0xFF
    sa_schedule_tuple_id += 1
    if sa_schedule_tuple_id > 255:
        raise Slow
    p_max_schedule, p = read_PMaxSchedule(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        sales_tariff, p = read_SalesTariff(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return SAScheduleTuple(
        sa_schedule_tuple_id=sa_schedule_tuple_id, p_max_schedule=p_max_schedule, sales_tariff=sales_tariff
    ), p


def write_SAScheduleTuple(x: int, o: SAScheduleTuple) -> int:
    v1 = o.sa_schedule_tuple_id
    if type(v1) is not int or not 1 <= v1 <= 255:
        raise Slow
    x = x << 12 | (v1 - 1) << 2
    if type(o.p_max_schedule) is not PMaxSchedule:
        raise Slow
    x = write_PMaxSchedule(x, o.p_max_schedule)
    f, w = 2, 2
    m = o.sales_tariff
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not SalesTariff:
            raise Slow
        x = write_SalesTariff(x, m)
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_SAScheduleList(b: int, p: int) -> tuple[SAScheduleList, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    sa_schedule_tuple_ = []
    c = 0
    while c == 0:
        e, p = read_SAScheduleTuple(b, p)
        sa_schedule_tuple_.append(e)
        if len(sa_schedule_tuple_) < 3:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    sa_schedule_tuple = tuple(sa_schedule_tuple_)
    if not sa_schedule_tuple:
        raise Slow
    if c != 1:
        raise Slow
    return SAScheduleList(sa_schedule_tuple=sa_schedule_tuple), p


def write_SAScheduleList(x: int, o: SAScheduleList) -> int:
    f, w = 0, 1
    n = len(o.sa_schedule_tuple)
    if not 1 <= n <= 3:
        raise Slow
    for m in o.sa_schedule_tuple:
        x = x << w | 0 - f
        if type(m) is not SAScheduleTuple:
            raise Slow
        x = write_SAScheduleTuple(x, m)
        f, w = 0, 2
    if n == 3:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_AC_EVSEStatus(b: int, p: int) -> tuple[AC_EVSEStatus, int]:
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    notification_max_delay = v & 0xFF
    if notification_max_delay > 127:
        notification_max_delay, p = more(b, p, notification_max_delay)
    if not notification_max_delay <= 65535:
        raise Slow
    p -= 11
    v = b >> p & 0x7FF
    if v & 0x73B:
        raise Slow
    evse_notification = v >> 6 & 3
    rcd = v >> 2 & 1
    evse_notification = EVSENOTIFICATION[evse_notification]
    rcd = rcd == 1
    return AC_EVSEStatus(
        notification_max_delay=notification_max_delay, evse_notification=evse_notification, rcd=rcd
    ), p


def write_AC_EVSEStatus(x: int, o: AC_EVSEStatus) -> int:
    v1 = o.notification_max_delay
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    v2 = EVSENOTIFICATION_AT[o.evse_notification]
    if (v3 := o.rcd) is not True and v3 is not False:
        raise Slow
    x = x << 11 | v2 << 6 | v3 << 2
    return x


def read_AC_EVSEChargeParameter(b: int, p: int) -> tuple[AC_EVSEChargeParameter, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    ac_evse_status, p = read_AC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_nominal_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_max_current, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return AC_EVSEChargeParameter(
        ac_evse_status=ac_evse_status,
        evse_nominal_voltage=evse_nominal_voltage,
        evse_max_current=evse_max_current,
    ), p


def write_AC_EVSEChargeParameter(x: int, o: AC_EVSEChargeParameter) -> int:
    x = x << 1
    if type(o.ac_evse_status) is not AC_EVSEStatus:
        raise Slow
    x = write_AC_EVSEStatus(x, o.ac_evse_status)
    x = x << 1
    if type(o.evse_nominal_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_nominal_voltage)
    x = x << 1
    if type(o.evse_max_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_max_current)
    x = x << 1
    return x


def read_DC_EVSEChargeParameter(b: int, p: int) -> tuple[DC_EVSEChargeParameter, int]:
    evse_current_regulation_tolerance = None
    evse_energy_to_be_delivered = None
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_evse_status, p = read_DC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_maximum_current_limit, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_maximum_power_limit, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_maximum_voltage_limit, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_minimum_current_limit, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_minimum_voltage_limit, p = read_PhysicalValue(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 6
    if c == 6:
        evse_current_regulation_tolerance, p = read_PhysicalValue(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 7
    if c != 7:
        raise Slow
    evse_peak_current_ripple, p = read_PhysicalValue(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 8
    if c == 8:
        evse_energy_to_be_delivered, p = read_PhysicalValue(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 9
    if c != 9:
        raise Slow
    return DC_EVSEChargeParameter(
        dc_evse_status=dc_evse_status,
        evse_maximum_current_limit=evse_maximum_current_limit,
        evse_maximum_power_limit=evse_maximum_power_limit,
        evse_maximum_voltage_limit=evse_maximum_voltage_limit,
        evse_minimum_current_limit=evse_minimum_current_limit,
        evse_minimum_voltage_limit=evse_minimum_voltage_limit,
        evse_current_regulation_tolerance=evse_current_regulation_tolerance,
        evse_peak_current_ripple=evse_peak_current_ripple,
        evse_energy_to_be_delivered=evse_energy_to_be_delivered,
    ), p


def write_DC_EVSEChargeParameter(x: int, o: DC_EVSEChargeParameter) -> int:
    x = x << 1
    if type(o.dc_evse_status) is not DC_EVSEStatus:
        raise Slow
    x = write_DC_EVSEStatus(x, o.dc_evse_status)
    x = x << 1
    if type(o.evse_maximum_current_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_maximum_current_limit)
    x = x << 1
    if type(o.evse_maximum_power_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_maximum_power_limit)
    x = x << 1
    if type(o.evse_maximum_voltage_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_maximum_voltage_limit)
    x = x << 1
    if type(o.evse_minimum_current_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_minimum_current_limit)
    x = x << 1
    if type(o.evse_minimum_voltage_limit) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_minimum_voltage_limit)
    f, w = 6, 2
    m = o.evse_current_regulation_tolerance
    if m is not None:
        x = x << w | 6 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 7, 1
    x = x << w | 7 - f
    if type(o.evse_peak_current_ripple) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_peak_current_ripple)
    f, w = 8, 2
    m = o.evse_energy_to_be_delivered
    if m is not None:
        x = x << w | 8 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 9, 1
    x = x << w | 9 - f
    return x


def read_ChargeParameterDiscoveryRes(b: int, p: int) -> tuple[ChargeParameterDiscoveryRes, int]:
    sa_schedules = None
    p -= 16
    v = b >> p & 0xFFFF
    if v & 0xC1C8:
        raise Slow
    response_code = v >> 9 & 0x1F
    evse_processing = v >> 4 & 3
    c = v & 7
    response_code = RESPONSECODE[response_code]
    evse_processing = EVSEPROCESSING[evse_processing]
    if c >= 5:
        raise Slow
    c += 2
    if c <= 3:
        if c == 2:
            sa_schedules, p = read_SAScheduleList(b, p)
        else:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 4
    if c <= 6:
        if c == 4:
            evse_charge_parameter, p = read_AC_EVSEChargeParameter(b, p)
        elif c == 5:
            evse_charge_parameter, p = read_DC_EVSEChargeParameter(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 7
    else:
        raise Slow
    if c != 7:
        raise Slow
    return ChargeParameterDiscoveryRes(
        response_code=response_code,
        evse_processing=evse_processing,
        sa_schedules=sa_schedules,
        evse_charge_parameter=evse_charge_parameter,
    ), p


def write_ChargeParameterDiscoveryRes(x: int, o: ChargeParameterDiscoveryRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    v2 = EVSEPROCESSING_AT[o.evse_processing]
    x = x << 13 | v1 << 6 | v2 << 1
    f, w = 2, 3
    m = o.sa_schedules
    if type(m) is SAScheduleList:
        x = x << w | 2 - f
        x = write_SAScheduleList(x, m)
        f, w = 4, 2
    elif m is not None:
        raise Slow
    m = o.evse_charge_parameter
    if type(m) is AC_EVSEChargeParameter:
        x = x << w | 4 - f
        x = write_AC_EVSEChargeParameter(x, m)
    elif type(m) is DC_EVSEChargeParameter:
        x = x << w | 5 - f
        x = write_DC_EVSEChargeParameter(x, m)
    else:
        raise Slow
    x = x << 1
    return x


def read_ChargingStatusReq(b: int, p: int) -> tuple[ChargingStatusReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    return ChargingStatusReq(), p


def write_ChargingStatusReq(x: int, o: ChargingStatusReq) -> int:
    x = x << 1
    return x


def read_MeterInfo(b: int, p: int) -> tuple[MeterInfo, int]:
    meter_reading = None
    sig_meter_reading = None
    meter_status = None
    t_meter = None
    p -= 2
    if b >> p & 3:
        raise Slow
    meter_id, p = text(b, p, 32)
    p -= 4
    v = b >> p & 0xF
    if v & 0x8:
        raise Slow
    c = v & 7
    if c >= 5:
        raise Slow
    c += 1
    if c == 1:
        p -= 9
        v = b >> p & 0x1FF
        if v & 0x100:
            raise Slow
        meter_reading = v & 0xFF
        if meter_reading > 127:
            meter_reading, p = more(b, p, meter_reading)
        if not meter_reading <= 18446744073709551615:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 3
        c = b >> p & 7
        if c >= 4:
            raise Slow
        c += 2
    if c == 2:
        p -= 1
        if b >> p & 1:
            raise Slow
        sig_meter_reading, p = binary(b, p, 64)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 3
    if c == 3:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        meter_status = v & 0xFF
        if meter_status > 127:
            meter_status, p = more(b, p, meter_status)
        if s:
            meter_status = -1 - meter_status
        if not -32768 <= meter_status <= 32767:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 4
    if c == 4:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        t_meter = v & 0xFF
        if t_meter > 127:
            t_meter, p = more(b, p, t_meter)
        if s:
            t_meter = -1 - t_meter
        if not -9223372036854775808 <= t_meter <= 9223372036854775807:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 5
    if c != 5:
        raise Slow
    return MeterInfo(
        meter_id=meter_id,
        meter_reading=meter_reading,
        sig_meter_reading=sig_meter_reading,
        meter_status=meter_status,
        t_meter=t_meter,
    ), p


def write_MeterInfo(x: int, o: MeterInfo) -> int:
    x = x << 2
    x = put_text(x, o.meter_id, 32)
    x = x << 1
    f, w = 1, 3
    m = o.meter_reading
    if m is not None:
        x = x << w | 1 - f
        v1 = m
        if type(v1) is not int or not 0 <= v1 <= 18446744073709551615:
            raise Slow
        x = x << 1
        x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
        x = x << 1
        f, w = 2, 3
    m = o.sig_meter_reading
    if m is not None:
        x = x << w | 2 - f
        x = x << 1
        x = put_binary(x, m, 64)
        x = x << 1
        f, w = 3, 2
    m = o.meter_status
    if m is not None:
        x = x << w | 3 - f
        v2 = m
        if type(v2) is not int or not -32768 <= v2 <= 32767:
            raise Slow
        s = v2 < 0
        if s:
            v2 = -1 - v2
        x = x << 2 | s
        x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
        x = x << 1
        f, w = 4, 2
    m = o.t_meter
    if m is not None:
        x = x << w | 4 - f
        v3 = m
        if type(v3) is not int or not -9223372036854775808 <= v3 <= 9223372036854775807:
            raise Slow
        s = v3 < 0
        if s:
            v3 = -1 - v3
        x = x << 2 | s
        x = x << 8 | v3 if v3 < 128 else put_more(x, v3)
        x = x << 1
        f, w = 5, 1
    x = x << w | 5 - f
    return x


def read_ChargingStatusRes(b: int, p: int) -> tuple[ChargingStatusRes, int]:
    evse_max_current = None
    meter_info = None
    receipt_required = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x307:
        raise Slow
    response_code = v >> 3 & 0x1F
    response_code = RESPONSECODE[response_code]
    evse_id, p = text(b, p, 37)
    p -= 15
    v = b >> p & 0x7FFF
    if v & 0x7008:
        raise Slow
    sa_schedule_tuple_id = v >> 4 & 0xFF
    c = v & 7
    sa_schedule_tuple_id += 1
    if sa_schedule_tuple_id > 255:
        raise Slow
    if c >= 4:
        raise Slow
    c += 3
    if c == 3:
        evse_max_current, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 4
    if c == 4:
        meter_info, p = read_MeterInfo(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 5
    if c == 5:
        p -= 3
        v = b >> p & 7
        if v & 0x5:
            raise Slow
        receipt_required = v >> 1 & 1
        receipt_required = receipt_required == 1
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 6
    if c != 6:
        raise Slow
    ac_evse_status, p = read_AC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return ChargingStatusRes(
        response_code=response_code,
        evse_id=evse_id,
        sa_schedule_tuple_id=sa_schedule_tuple_id,
        evse_max_current=evse_max_current,
        meter_info=meter_info,
        receipt_required=receipt_required,
        ac_evse_status=ac_evse_status,
    ), p


def write_ChargingStatusRes(x: int, o: ChargingStatusRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 10 | v1 << 3
    x = put_text(x, o.evse_id, 37)
    v2 = o.sa_schedule_tuple_id
    if type(v2) is not int or not 1 <= v2 <= 255:
        raise Slow
    x = x << 12 | (v2 - 1) << 1
    f, w = 3, 3
    m = o.evse_max_current
    if m is not None:
        x = x << w | 3 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 4, 2
    m = o.meter_info
    if m is not None:
        x = x << w | 4 - f
        if type(m) is not MeterInfo:
            raise Slow
        x = write_MeterInfo(x, m)
        f, w = 5, 2
    m = o.receipt_required
    if m is not None:
        x = x << w | 5 - f
        if (v3 := m) is not True and v3 is not False:
            raise Slow
        x = x << 3 | v3 << 1
        f, w = 6, 1
    x = x << w | 6 - f
    if type(o.ac_evse_status) is not AC_EVSEStatus:
        raise Slow
    x = write_AC_EVSEStatus(x, o.ac_evse_status)
    x = x << 1
    return x


def read_CurrentDemandReq(b: int, p: int) -> tuple[CurrentDemandReq, int]:
    ev_maximum_voltage_limit = None
    ev_maximum_current_limit = None
    ev_maximum_power_limit = None
    bulk_charging_complete = None
    remaining_time_to_full_soc = None
    remaining_time_to_bulk_soc = None
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_target_current, p = read_PhysicalValue(b, p)
    p -= 3
    c = b >> p & 7
    if c >= 5:
        raise Slow
    c += 2
    if c == 2:
        ev_maximum_voltage_limit, p = read_PhysicalValue(b, p)
        p -= 3
        c = b >> p & 7
        if c >= 4:
            raise Slow
        c += 3
    if c == 3:
        ev_maximum_current_limit, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 4
    if c == 4:
        ev_maximum_power_limit, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 5
    if c == 5:
        p -= 3
        v = b >> p & 7
        if v & 0x5:
            raise Slow
        bulk_charging_complete = v >> 1 & 1
        bulk_charging_complete = bulk_charging_complete == 1
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 6
    if c != 6:
        raise Slow
    p -= 5
    v = b >> p & 0x1F
    if v & 0x14:
        raise Slow
    charging_complete = v >> 3 & 1
    c = v & 3
    charging_complete = charging_complete == 1
    if c >= 3:
        raise Slow
    c += 7
    if c == 7:
        remaining_time_to_full_soc, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 8
    if c == 8:
        remaining_time_to_bulk_soc, p = read_PhysicalValue(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 9
    if c != 9:
        raise Slow
    ev_target_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return CurrentDemandReq(
        dc_ev_status=dc_ev_status,
        ev_target_current=ev_target_current,
        ev_maximum_voltage_limit=ev_maximum_voltage_limit,
        ev_maximum_current_limit=ev_maximum_current_limit,
        ev_maximum_power_limit=ev_maximum_power_limit,
        bulk_charging_complete=bulk_charging_complete,
        charging_complete=charging_complete,
        remaining_time_to_full_soc=remaining_time_to_full_soc,
        remaining_time_to_bulk_soc=remaining_time_to_bulk_soc,
        ev_target_voltage=ev_target_voltage,
    ), p


def write_CurrentDemandReq(x: int, o: CurrentDemandReq) -> int:
    x = x << 1
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    x = x << 1
    if type(o.ev_target_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_target_current)
    f, w = 2, 3
    m = o.ev_maximum_voltage_limit
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 3, 3
    m = o.ev_maximum_current_limit
    if m is not None:
        x = x << w | 3 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 4, 2
    m = o.ev_maximum_power_limit
    if m is not None:
        x = x << w | 4 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 5, 2
    m = o.bulk_charging_complete
    if m is not None:
        x = x << w | 5 - f
        if (v1 := m) is not True and v1 is not False:
            raise Slow
        x = x << 3 | v1 << 1
        f, w = 6, 1
    x = x << w | 6 - f
    if (v2 := o.charging_complete) is not True and v2 is not False:
        raise Slow
    x = x << 3 | v2 << 1
    f, w = 7, 2
    m = o.remaining_time_to_full_soc
    if m is not None:
        x = x << w | 7 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 8, 2
    m = o.remaining_time_to_bulk_soc
    if m is not None:
        x = x << w | 8 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 9, 1
    x = x << w | 9 - f
    if type(o.ev_target_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_target_voltage)
    x = x << 1
    return x


def read_CurrentDemandRes(b: int, p: int) -> tuple[CurrentDemandRes, int]:
    evse_maximum_voltage_limit = None
    evse_maximum_current_limit = None
    evse_maximum_power_limit = None
    meter_info = None
    receipt_required = None
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    dc_evse_status, p = read_DC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_present_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_present_current, p = read_PhysicalValue(b, p)
    p -= 15
    v = b >> p & 0x7FFF
    if v & 0x6EE8:
        raise Slow
    evse_current_limit_achieved = v >> 12 & 1
    evse_voltage_limit_achieved = v >> 8 & 1
    evse_power_limit_achieved = v >> 4 & 1
    c = v & 7
    evse_current_limit_achieved = evse_current_limit_achieved == 1
    evse_voltage_limit_achieved = evse_voltage_limit_achieved == 1
    evse_power_limit_achieved = evse_power_limit_achieved == 1
    if c >= 4:
        raise Slow
    c += 7
    if c == 7:
        evse_maximum_voltage_limit, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 8
    if c == 8:
        evse_maximum_current_limit, p = read_PhysicalValue(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 9
    if c == 9:
        evse_maximum_power_limit, p = read_PhysicalValue(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 10
    if c != 10:
        raise Slow
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_id, p = text(b, p, 37)
    p -= 14
    v = b >> p & 0x3FFF
    if v & 0x3804:
        raise Slow
    sa_schedule_tuple_id = v >> 3 & 0xFF
    c = v & 3
    sa_schedule_tuple_id += 1
    if sa_schedule_tuple_id > 255:
        raise Slow
    if c >= 3:
        raise Slow
    c += 12
    if c == 12:
        meter_info, p = read_MeterInfo(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 13
    if c == 13:
        p -= 3
        v = b >> p & 7
        if v & 0x5:
            raise Slow
        receipt_required = v >> 1 & 1
        receipt_required = receipt_required == 1
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 14
    if c != 14:
        raise Slow
    return CurrentDemandRes(
        response_code=response_code,
        dc_evse_status=dc_evse_status,
        evse_present_voltage=evse_present_voltage,
        evse_present_current=evse_present_current,
        evse_current_limit_achieved=evse_current_limit_achieved,
        evse_voltage_limit_achieved=evse_voltage_limit_achieved,
        evse_power_limit_achieved=evse_power_limit_achieved,
        evse_maximum_voltage_limit=evse_maximum_voltage_limit,
        evse_maximum_current_limit=evse_maximum_current_limit,
        evse_maximum_power_limit=evse_maximum_power_limit,
        evse_id=evse_id,
        sa_schedule_tuple_id=sa_schedule_tuple_id,
        meter_info=meter_info,
        receipt_required=receipt_required,
    ), p


def write_CurrentDemandRes(x: int, o: CurrentDemandRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.dc_evse_status) is not DC_EVSEStatus:
        raise Slow
    x = write_DC_EVSEStatus(x, o.dc_evse_status)
    x = x << 1
    if type(o.evse_present_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_present_voltage)
    x = x << 1
    if type(o.evse_present_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_present_current)
    if (v2 := o.evse_current_limit_achieved) is not True and v2 is not False:
        raise Slow
    if (v3 := o.evse_voltage_limit_achieved) is not True and v3 is not False:
        raise Slow
    if (v4 := o.evse_power_limit_achieved) is not True and v4 is not False:
        raise Slow
    x = x << 12 | v2 << 9 | v3 << 5 | v4 << 1
    f, w = 7, 3
    m = o.evse_maximum_voltage_limit
    if m is not None:
        x = x << w | 7 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 8, 2
    m = o.evse_maximum_current_limit
    if m is not None:
        x = x << w | 8 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 9, 2
    m = o.evse_maximum_power_limit
    if m is not None:
        x = x << w | 9 - f
        if type(m) is not PhysicalValue:
            raise Slow
        x = write_PhysicalValue(x, m)
        f, w = 10, 1
    x = x << w | 10 - f
    x = x << 1
    x = put_text(x, o.evse_id, 37)
    v5 = o.sa_schedule_tuple_id
    if type(v5) is not int or not 1 <= v5 <= 255:
        raise Slow
    x = x << 12 | (v5 - 1) << 1
    f, w = 12, 2
    m = o.meter_info
    if m is not None:
        x = x << w | 12 - f
        if type(m) is not MeterInfo:
            raise Slow
        x = write_MeterInfo(x, m)
        f, w = 13, 2
    m = o.receipt_required
    if m is not None:
        x = x << w | 13 - f
        if (v6 := m) is not True and v6 is not False:
            raise Slow
        x = x << 3 | v6 << 1
        f, w = 14, 1
    x = x << w | 14 - f
    return x


def read_MeteringReceiptReq(b: int, p: int) -> tuple[MeteringReceiptReq, int]:
    id = None
    sa_schedule_tuple_id = None
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    if c == 0:
        id, p = text(b, p, None)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 1
    if c != 1:
        raise Slow
    p -= 1
    if b >> p & 1:
        raise Slow
    session_id, p = binary(b, p, 8)
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x201:
            raise Slow
        sa_schedule_tuple_id = v >> 1 & 0xFF
        sa_schedule_tuple_id += 1
        if sa_schedule_tuple_id > 255:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    meter_info, p = read_MeterInfo(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return MeteringReceiptReq(
        id=id, session_id=session_id, sa_schedule_tuple_id=sa_schedule_tuple_id, meter_info=meter_info
    ), p


def write_MeteringReceiptReq(x: int, o: MeteringReceiptReq) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    x = x << 1
    x = put_binary(x, o.session_id, 8)
    x = x << 1
    f, w = 2, 2
    m = o.sa_schedule_tuple_id
    if m is not None:
        x = x << w | 2 - f
        v1 = m
        if type(v1) is not int or not 1 <= v1 <= 255:
            raise Slow
        x = x << 10 | (v1 - 1) << 1
        f, w = 3, 1
    x = x << w | 3 - f
    if type(o.meter_info) is not MeterInfo:
        raise Slow
    x = write_MeterInfo(x, o.meter_info)
    x = x << 1
    return x


def read_MeteringReceiptRes(b: int, p: int) -> tuple[MeteringReceiptRes, int]:
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x304:
        raise Slow
    response_code = v >> 3 & 0x1F
    c = v & 3
    response_code = RESPONSECODE[response_code]
    if c >= 3:
        raise Slow
    c += 1
    if c <= 3:
        if c == 1:
            evse_status, p = read_AC_EVSEStatus(b, p)
        elif c == 2:
            evse_status, p = read_DC_EVSEStatus(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    else:
        raise Slow
    if c != 4:
        raise Slow
    return MeteringReceiptRes(response_code=response_code, evse_status=evse_status), p


def write_MeteringReceiptRes(x: int, o: MeteringReceiptRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 8 | v1 << 1
    m = o.evse_status
    if type(m) is AC_EVSEStatus:
        x = x << 2
        x = write_AC_EVSEStatus(x, m)
    elif type(m) is DC_EVSEStatus:
        x = x << 2 | 0x1
        x = write_DC_EVSEStatus(x, m)
    else:
        raise Slow
    x = x << 1
    return x


def read_PaymentDetailsReq(b: int, p: int) -> tuple[PaymentDetailsReq, int]:
    p -= 2
    if b >> p & 3:
        raise Slow
    emaid, p = text(b, p, 15)
    p -= 2
    if b >> p & 3:
        raise Slow
    contract_signature_cert_chain, p = read_CertificateChain(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return PaymentDetailsReq(emaid=emaid, contract_signature_cert_chain=contract_signature_cert_chain), p


def write_PaymentDetailsReq(x: int, o: PaymentDetailsReq) -> int:
    x = x << 2
    x = put_text(x, o.emaid, 15)
    x = x << 2
    if type(o.contract_signature_cert_chain) is not CertificateChain:
        raise Slow
    x = write_CertificateChain(x, o.contract_signature_cert_chain)
    x = x << 1
    return x


def read_PaymentDetailsRes(b: int, p: int) -> tuple[PaymentDetailsRes, int]:
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x307:
        raise Slow
    response_code = v >> 3 & 0x1F
    response_code = RESPONSECODE[response_code]
    gen_challenge, p = binary(b, p, 16)
    p -= 12
    v = b >> p & 0xFFF
    if v & 0xE00:
        raise Slow
    s = v >> 8 & 1
    evse_time_stamp = v & 0xFF
    if evse_time_stamp > 127:
        evse_time_stamp, p = more(b, p, evse_time_stamp)
    if s:
        evse_time_stamp = -1 - evse_time_stamp
    if not -9223372036854775808 <= evse_time_stamp <= 9223372036854775807:
        raise Slow
    p -= 2
    if b >> p & 3:
        raise Slow
    return PaymentDetailsRes(
        response_code=response_code, gen_challenge=gen_challenge, evse_time_stamp=evse_time_stamp
    ), p


def write_PaymentDetailsRes(x: int, o: PaymentDetailsRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 10 | v1 << 3
    x = put_binary(x, o.gen_challenge, 16)
    v2 = o.evse_time_stamp
    if type(v2) is not int or not -9223372036854775808 <= v2 <= 9223372036854775807:
        raise Slow
    s = v2 < 0
    if s:
        v2 = -1 - v2
    x = x << 4 | s
    x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
    x = x << 2
    return x


def read_SelectedService(b: int, p: int) -> tuple[SelectedService, int]:
    parameter_set_id = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    service_id = v & 0xFF
    if service_id > 127:
        service_id, p = more(b, p, service_id)
    if not service_id <= 65535:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        parameter_set_id = v & 0xFF
        if parameter_set_id > 127:
            parameter_set_id, p = more(b, p, parameter_set_id)
        if s:
            parameter_set_id = -1 - parameter_set_id
        if not -32768 <= parameter_set_id <= 32767:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return SelectedService(service_id=service_id, parameter_set_id=parameter_set_id), p


def write_SelectedService(x: int, o: SelectedService) -> int:
    v1 = o.service_id
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 1
    f, w = 1, 2
    m = o.parameter_set_id
    if m is not None:
        x = x << w | 1 - f
        v2 = m
        if type(v2) is not int or not -32768 <= v2 <= 32767:
            raise Slow
        s = v2 < 0
        if s:
            v2 = -1 - v2
        x = x << 2 | s
        x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_SelectedServiceList(b: int, p: int) -> tuple[SelectedServiceList, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    selected_service_ = []
    c = 0
    while c == 0:
        e, p = read_SelectedService(b, p)
        selected_service_.append(e)
        if len(selected_service_) < 16:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    selected_service = tuple(selected_service_)
    if not selected_service:
        raise Slow
    if c != 1:
        raise Slow
    return SelectedServiceList(selected_service=selected_service), p


def write_SelectedServiceList(x: int, o: SelectedServiceList) -> int:
    f, w = 0, 1
    n = len(o.selected_service)
    if not 1 <= n <= 16:
        raise Slow
    for m in o.selected_service:
        x = x << w | 0 - f
        if type(m) is not SelectedService:
            raise Slow
        x = write_SelectedService(x, m)
        f, w = 0, 2
    if n == 16:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_PaymentServiceSelectionReq(b: int, p: int) -> tuple[PaymentServiceSelectionReq, int]:
    p -= 5
    v = b >> p & 0x1F
    if v & 0x1B:
        raise Slow
    selected_payment_option = v >> 2 & 1
    selected_payment_option = PAYMENTOPTION[selected_payment_option]
    selected_service_list, p = read_SelectedServiceList(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return PaymentServiceSelectionReq(
        selected_payment_option=selected_payment_option, selected_service_list=selected_service_list
    ), p


def write_PaymentServiceSelectionReq(x: int, o: PaymentServiceSelectionReq) -> int:
    v1 = PAYMENTOPTION_AT[o.selected_payment_option]
    x = x << 5 | v1 << 2
    if type(o.selected_service_list) is not SelectedServiceList:
        raise Slow
    x = write_SelectedServiceList(x, o.selected_service_list)
    x = x << 1
    return x


def read_PaymentServiceSelectionRes(b: int, p: int) -> tuple[PaymentServiceSelectionRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    return PaymentServiceSelectionRes(response_code=response_code), p


def write_PaymentServiceSelectionRes(x: int, o: PaymentServiceSelectionRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    return x


def read_ProfileEntry(b: int, p: int) -> tuple[ProfileEntry, int]:
    charging_profile_entry_max_number_of_phases_in_use = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    charging_profile_entry_start = v & 0xFF
    if charging_profile_entry_start > 127:
        charging_profile_entry_start, p = more(b, p, charging_profile_entry_start)
    if not charging_profile_entry_start <= 4294967295:
        raise Slow
    p -= 2
    if b >> p & 3:
        raise Slow
    charging_profile_entry_max_power, p = read_PhysicalValue(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        p -= 4
        v = b >> p & 0xF
        if v & 0x9:
            raise Slow
        charging_profile_entry_max_number_of_phases_in_use = v >> 1 & 3
        charging_profile_entry_max_number_of_phases_in_use += 1
        if charging_profile_entry_max_number_of_phases_in_use > 3:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return ProfileEntry(
        charging_profile_entry_start=charging_profile_entry_start,
        charging_profile_entry_max_power=charging_profile_entry_max_power,
        charging_profile_entry_max_number_of_phases_in_use=charging_profile_entry_max_number_of_phases_in_use,
    ), p


def write_ProfileEntry(x: int, o: ProfileEntry) -> int:
    v1 = o.charging_profile_entry_start
    if type(v1) is not int or not 0 <= v1 <= 4294967295:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 2
    if type(o.charging_profile_entry_max_power) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.charging_profile_entry_max_power)
    f, w = 2, 2
    m = o.charging_profile_entry_max_number_of_phases_in_use
    if m is not None:
        x = x << w | 2 - f
        v2 = m
        if type(v2) is not int or not 1 <= v2 <= 3:
            raise Slow
        x = x << 4 | (v2 - 1) << 1
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_ChargingProfile(b: int, p: int) -> tuple[ChargingProfile, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    profile_entry_ = []
    c = 0
    while c == 0:
        e, p = read_ProfileEntry(b, p)
        profile_entry_.append(e)
        if len(profile_entry_) < 24:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    profile_entry = tuple(profile_entry_)
    if not profile_entry:
        raise Slow
    if c != 1:
        raise Slow
    return ChargingProfile(profile_entry=profile_entry), p


def write_ChargingProfile(x: int, o: ChargingProfile) -> int:
    f, w = 0, 1
    n = len(o.profile_entry)
    if not 1 <= n <= 24:
        raise Slow
    for m in o.profile_entry:
        x = x << w | 0 - f
        if type(m) is not ProfileEntry:
            raise Slow
        x = write_ProfileEntry(x, m)
        f, w = 0, 2
    if n == 24:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_DC_EVPowerDeliveryParameter(b: int, p: int) -> tuple[DC_EVPowerDeliveryParameter, int]:
    bulk_charging_complete = None
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 3
        v = b >> p & 7
        if v & 0x5:
            raise Slow
        bulk_charging_complete = v >> 1 & 1
        bulk_charging_complete = bulk_charging_complete == 1
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    p -= 4
    v = b >> p & 0xF
    if v & 0xB:
        raise Slow
    charging_complete = v >> 2 & 1
    charging_complete = charging_complete == 1
    return DC_EVPowerDeliveryParameter(
        dc_ev_status=dc_ev_status,
        bulk_charging_complete=bulk_charging_complete,
        charging_complete=charging_complete,
    ), p


def write_DC_EVPowerDeliveryParameter(x: int, o: DC_EVPowerDeliveryParameter) -> int:
    x = x << 1
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    f, w = 1, 2
    m = o.bulk_charging_complete
    if m is not None:
        x = x << w | 1 - f
        if (v1 := m) is not True and v1 is not False:
            raise Slow
        x = x << 3 | v1 << 1
        f, w = 2, 1
    x = x << w | 2 - f
    if (v2 := o.charging_complete) is not True and v2 is not False:
        raise Slow
    x = x << 4 | v2 << 2
    return x


def read_PowerDeliveryReq(b: int, p: int) -> tuple[PowerDeliveryReq, int]:
    charging_profile = None
    ev_power_delivery_parameter = None
    p -= 19
    v = b >> p & 0x7FFFF
    if v & 0x67008:
        raise Slow
    charge_progress = v >> 15 & 3
    sa_schedule_tuple_id = v >> 4 & 0xFF
    c = v & 7
    charge_progress = CHARGEPROGRESS[charge_progress]
    sa_schedule_tuple_id += 1
    if sa_schedule_tuple_id > 255:
        raise Slow
    if c >= 4:
        raise Slow
    c += 2
    if c == 2:
        charging_profile, p = read_ChargingProfile(b, p)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 3
    if c <= 4:
        if c == 3:
            ev_power_delivery_parameter, p = read_DC_EVPowerDeliveryParameter(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 5
    if c != 5:
        raise Slow
    return PowerDeliveryReq(
        charge_progress=charge_progress,
        sa_schedule_tuple_id=sa_schedule_tuple_id,
        charging_profile=charging_profile,
        ev_power_delivery_parameter=ev_power_delivery_parameter,
    ), p


def write_PowerDeliveryReq(x: int, o: PowerDeliveryReq) -> int:
    v1 = CHARGEPROGRESS_AT[o.charge_progress]
    v2 = o.sa_schedule_tuple_id
    if type(v2) is not int or not 1 <= v2 <= 255:
        raise Slow
    x = x << 16 | v1 << 12 | (v2 - 1) << 1
    f, w = 2, 3
    m = o.charging_profile
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not ChargingProfile:
            raise Slow
        x = write_ChargingProfile(x, m)
        f, w = 3, 2
    m = o.ev_power_delivery_parameter
    if type(m) is DC_EVPowerDeliveryParameter:
        x = x << w | 3 - f
        x = write_DC_EVPowerDeliveryParameter(x, m)
        f, w = 5, 1
    elif m is not None:
        raise Slow
    x = x << w | 5 - f
    return x


def read_PowerDeliveryRes(b: int, p: int) -> tuple[PowerDeliveryRes, int]:
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x304:
        raise Slow
    response_code = v >> 3 & 0x1F
    c = v & 3
    response_code = RESPONSECODE[response_code]
    if c >= 3:
        raise Slow
    c += 1
    if c <= 3:
        if c == 1:
            evse_status, p = read_AC_EVSEStatus(b, p)
        elif c == 2:
            evse_status, p = read_DC_EVSEStatus(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    else:
        raise Slow
    if c != 4:
        raise Slow
    return PowerDeliveryRes(response_code=response_code, evse_status=evse_status), p


def write_PowerDeliveryRes(x: int, o: PowerDeliveryRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 8 | v1 << 1
    m = o.evse_status
    if type(m) is AC_EVSEStatus:
        x = x << 2
        x = write_AC_EVSEStatus(x, m)
    elif type(m) is DC_EVSEStatus:
        x = x << 2 | 0x1
        x = write_DC_EVSEStatus(x, m)
    else:
        raise Slow
    x = x << 1
    return x


def read_PreChargeReq(b: int, p: int) -> tuple[PreChargeReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_target_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    ev_target_current, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return PreChargeReq(
        dc_ev_status=dc_ev_status, ev_target_voltage=ev_target_voltage, ev_target_current=ev_target_current
    ), p


def write_PreChargeReq(x: int, o: PreChargeReq) -> int:
    x = x << 1
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    x = x << 1
    if type(o.ev_target_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_target_voltage)
    x = x << 1
    if type(o.ev_target_current) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.ev_target_current)
    x = x << 1
    return x


def read_PreChargeRes(b: int, p: int) -> tuple[PreChargeRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    dc_evse_status, p = read_DC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_present_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return PreChargeRes(
        response_code=response_code, dc_evse_status=dc_evse_status, evse_present_voltage=evse_present_voltage
    ), p


def write_PreChargeRes(x: int, o: PreChargeRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.dc_evse_status) is not DC_EVSEStatus:
        raise Slow
    x = write_DC_EVSEStatus(x, o.dc_evse_status)
    x = x << 1
    if type(o.evse_present_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_present_voltage)
    x = x << 1
    return x


def read_ServiceDetailReq(b: int, p: int) -> tuple[ServiceDetailReq, int]:
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    service_id = v & 0xFF
    if service_id > 127:
        service_id, p = more(b, p, service_id)
    if not service_id <= 65535:
        raise Slow
    p -= 2
    if b >> p & 3:
        raise Slow
    return ServiceDetailReq(service_id=service_id), p


def write_ServiceDetailReq(x: int, o: ServiceDetailReq) -> int:
    v1 = o.service_id
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 2
    return x


def read_Parameter(b: int, p: int) -> tuple[Parameter, int]:
    bool_value = None
    byte_value = None
    short_value = None
    int_value = None
    physical_value = None
    string_value = None
    p -= 1
    if b >> p & 1:
        raise Slow
    name, p = text(b, p, None)
    p -= 3
    c = b >> p & 7
    if c >= 6:
        raise Slow
    c += 1
    if c <= 6:
        if c == 1:
            p -= 3
            v = b >> p & 7
            if v & 0x5:
                raise Slow
            bool_value = v >> 1 & 1
            bool_value = bool_value == 1
        elif c == 2:
            p -= 10
            v = b >> p & 0x3FF
            if v & 0x201:
                raise Slow
            byte_value = v >> 1 & 0xFF
            byte_value -= 128
        elif c == 3:
            p -= 10
            v = b >> p & 0x3FF
            if v & 0x200:
                raise Slow
            s = v >> 8 & 1
            short_value = v & 0xFF
            if short_value > 127:
                short_value, p = more(b, p, short_value)
            if s:
                short_value = -1 - short_value
            if not -32768 <= short_value <= 32767:
                raise Slow
            p -= 1
            if b >> p & 1:
                raise Slow
        elif c == 4:
            p -= 10
            v = b >> p & 0x3FF
            if v & 0x200:
                raise Slow
            s = v >> 8 & 1
            int_value = v & 0xFF
            if int_value > 127:
                int_value, p = more(b, p, int_value)
            if s:
                int_value = -1 - int_value
            if not -2147483648 <= int_value <= 2147483647:
                raise Slow
            p -= 1
            if b >> p & 1:
                raise Slow
        elif c == 5:
            physical_value, p = read_PhysicalValue(b, p)
        elif c == 6:
            p -= 1
            if b >> p & 1:
                raise Slow
            string_value, p = text(b, p, None)
            p -= 1
            if b >> p & 1:
                raise Slow
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 7
    else:
        raise Slow
    if c != 7:
        raise Slow
    return Parameter(
        name=name,
        bool_value=bool_value,
        byte_value=byte_value,
        short_value=short_value,
        int_value=int_value,
        physical_value=physical_value,
        string_value=string_value,
    ), p


def write_Parameter(x: int, o: Parameter) -> int:
    x = x << 1
    x = put_text(x, o.name, None)
    if (o.bool_value is not None) + (o.byte_value is not None) + (o.short_value is not None) + (
        o.int_value is not None
    ) + (o.physical_value is not None) + (o.string_value is not None) != 1:
        raise Slow
    if o.bool_value is not None:
        if (v1 := o.bool_value) is not True and v1 is not False:
            raise Slow
        x = x << 6 | v1 << 1
    elif o.byte_value is not None:
        v2 = o.byte_value
        if type(v2) is not int or not -128 <= v2 <= 127:
            raise Slow
        x = x << 13 | (v2 + 128) << 1 | 0x400
    elif o.short_value is not None:
        v3 = o.short_value
        if type(v3) is not int or not -32768 <= v3 <= 32767:
            raise Slow
        s = v3 < 0
        if s:
            v3 = -1 - v3
        x = x << 5 | s | 0x8
        x = x << 8 | v3 if v3 < 128 else put_more(x, v3)
        x = x << 1
    elif o.int_value is not None:
        v4 = o.int_value
        if type(v4) is not int or not -2147483648 <= v4 <= 2147483647:
            raise Slow
        s = v4 < 0
        if s:
            v4 = -1 - v4
        x = x << 5 | s | 0xC
        x = x << 8 | v4 if v4 < 128 else put_more(x, v4)
        x = x << 1
    elif o.physical_value is not None:
        x = x << 3 | 0x4
        x = write_PhysicalValue(x, o.physical_value)
    elif o.string_value is not None:
        x = x << 4 | 0xA
        x = put_text(x, o.string_value, None)
        x = x << 1
    x = x << 1
    return x


def read_ParameterSet(b: int, p: int) -> tuple[ParameterSet, int]:
    p -= 11
    v = b >> p & 0x7FF
    if v & 0x600:
        raise Slow
    s = v >> 8 & 1
    parameter_set_id = v & 0xFF
    if parameter_set_id > 127:
        parameter_set_id, p = more(b, p, parameter_set_id)
    if s:
        parameter_set_id = -1 - parameter_set_id
    if not -32768 <= parameter_set_id <= 32767:
        raise Slow
    p -= 2
    if b >> p & 3:
        raise Slow
    parameter_ = []
    c = 1
    while c == 1:
        e, p = read_Parameter(b, p)
        parameter_.append(e)
        if len(parameter_) < 16:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
            c += 1
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 2
    parameter = tuple(parameter_)
    if not parameter:
        raise Slow
    if c != 2:
        raise Slow
    return ParameterSet(parameter_set_id=parameter_set_id, parameter=parameter), p


def write_ParameterSet(x: int, o: ParameterSet) -> int:
    v1 = o.parameter_set_id
    if type(v1) is not int or not -32768 <= v1 <= 32767:
        raise Slow
    s = v1 < 0
    if s:
        v1 = -1 - v1
    x = x << 3 | s
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 1
    f, w = 1, 1
    n = len(o.parameter)
    if not 1 <= n <= 16:
        raise Slow
    for m in o.parameter:
        x = x << w | 1 - f
        if type(m) is not Parameter:
            raise Slow
        x = write_Parameter(x, m)
        f, w = 1, 2
    if n == 16:
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_ServiceParameterList(b: int, p: int) -> tuple[ServiceParameterList, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    parameter_set_ = []
    c = 0
    while c == 0:
        e, p = read_ParameterSet(b, p)
        parameter_set_.append(e)
        if len(parameter_set_) < 255:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    parameter_set = tuple(parameter_set_)
    if not parameter_set:
        raise Slow
    if c != 1:
        raise Slow
    return ServiceParameterList(parameter_set=parameter_set), p


def write_ServiceParameterList(x: int, o: ServiceParameterList) -> int:
    f, w = 0, 1
    n = len(o.parameter_set)
    if not 1 <= n <= 255:
        raise Slow
    for m in o.parameter_set:
        x = x << w | 0 - f
        if type(m) is not ParameterSet:
            raise Slow
        x = write_ParameterSet(x, m)
        f, w = 0, 2
    if n == 255:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_ServiceDetailRes(b: int, p: int) -> tuple[ServiceDetailRes, int]:
    service_parameter_list = None
    p -= 18
    v = b >> p & 0x3FFFF
    if v & 0x30700:
        raise Slow
    response_code = v >> 11 & 0x1F
    service_id = v & 0xFF
    response_code = RESPONSECODE[response_code]
    if service_id > 127:
        service_id, p = more(b, p, service_id)
    if not service_id <= 65535:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        service_parameter_list, p = read_ServiceParameterList(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return ServiceDetailRes(
        response_code=response_code, service_id=service_id, service_parameter_list=service_parameter_list
    ), p


def write_ServiceDetailRes(x: int, o: ServiceDetailRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    v2 = o.service_id
    if type(v2) is not int or not 0 <= v2 <= 65535:
        raise Slow
    x = x << 10 | v1 << 3
    x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
    x = x << 1
    f, w = 2, 2
    m = o.service_parameter_list
    if m is not None:
        x = x << w | 2 - f
        if type(m) is not ServiceParameterList:
            raise Slow
        x = write_ServiceParameterList(x, m)
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_ServiceDiscoveryReq(b: int, p: int) -> tuple[ServiceDiscoveryReq, int]:
    service_scope = None
    service_category = None
    p -= 2
    c = b >> p & 3
    if c >= 3:
        raise Slow
    if c == 0:
        p -= 1
        if b >> p & 1:
            raise Slow
        service_scope, p = text(b, p, 64)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 1
    if c == 1:
        p -= 4
        v = b >> p & 0xF
        if v & 0x9:
            raise Slow
        service_category = v >> 1 & 3
        service_category = SERVICECATEGORY[service_category]
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return ServiceDiscoveryReq(service_scope=service_scope, service_category=service_category), p


def write_ServiceDiscoveryReq(x: int, o: ServiceDiscoveryReq) -> int:
    f, w = 0, 2
    m = o.service_scope
    if m is not None:
        x = x << w | 0 - f
        x = x << 1
        x = put_text(x, m, 64)
        x = x << 1
        f, w = 1, 2
    m = o.service_category
    if m is not None:
        x = x << w | 1 - f
        v1 = SERVICECATEGORY_AT[m]
        x = x << 4 | v1 << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x


def read_PaymentOptionList(b: int, p: int) -> tuple[PaymentOptionList, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    payment_option_ = []
    c = 0
    while c == 0:
        p -= 3
        v = b >> p & 7
        if v & 0x5:
            raise Slow
        e = v >> 1 & 1
        e = PAYMENTOPTION[e]
        payment_option_.append(e)
        if len(payment_option_) < 2:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    payment_option = tuple(payment_option_)
    if not payment_option:
        raise Slow
    if c != 1:
        raise Slow
    return PaymentOptionList(payment_option=payment_option), p


def write_PaymentOptionList(x: int, o: PaymentOptionList) -> int:
    f, w = 0, 1
    n = len(o.payment_option)
    if not 1 <= n <= 2:
        raise Slow
    for m in o.payment_option:
        x = x << w | 0 - f
        v1 = PAYMENTOPTION_AT[m]
        x = x << 3 | v1 << 1
        f, w = 0, 2
    if n == 2:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_SupportedEnergyTransferMode(b: int, p: int) -> tuple[SupportedEnergyTransferMode, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    energy_transfer_mode_ = []
    c = 0
    while c == 0:
        p -= 5
        v = b >> p & 0x1F
        if v & 0x11:
            raise Slow
        e = v >> 1 & 7
        e = ENERGYTRANSFERMODE[e]
        energy_transfer_mode_.append(e)
        if len(energy_transfer_mode_) < 6:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    energy_transfer_mode = tuple(energy_transfer_mode_)
    if not energy_transfer_mode:
        raise Slow
    if c != 1:
        raise Slow
    return SupportedEnergyTransferMode(energy_transfer_mode=energy_transfer_mode), p


def write_SupportedEnergyTransferMode(x: int, o: SupportedEnergyTransferMode) -> int:
    f, w = 0, 1
    n = len(o.energy_transfer_mode)
    if not 1 <= n <= 6:
        raise Slow
    for m in o.energy_transfer_mode:
        x = x << w | 0 - f
        v1 = ENERGYTRANSFERMODE_AT[m]
        x = x << 5 | v1 << 1
        f, w = 0, 2
    if n == 6:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_ChargeService(b: int, p: int) -> tuple[ChargeService, int]:
    service_name = None
    service_scope = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    service_id = v & 0xFF
    if service_id > 127:
        service_id, p = more(b, p, service_id)
    if not service_id <= 65535:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 1
        if b >> p & 1:
            raise Slow
        service_name, p = text(b, p, 32)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    p -= 6
    v = b >> p & 0x3F
    if v & 0x24:
        raise Slow
    service_category = v >> 3 & 3
    c = v & 3
    service_category = SERVICECATEGORY[service_category]
    if c >= 2:
        raise Slow
    c += 3
    if c == 3:
        p -= 1
        if b >> p & 1:
            raise Slow
        service_scope, p = text(b, p, 64)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    if c != 4:
        raise Slow
    p -= 4
    v = b >> p & 0xF
    if v & 0xB:
        raise Slow
    free_service = v >> 2 & 1
    free_service = free_service == 1
    supported_energy_transfer_mode, p = read_SupportedEnergyTransferMode(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return ChargeService(
        service_id=service_id,
        service_name=service_name,
        service_category=service_category,
        service_scope=service_scope,
        free_service=free_service,
        supported_energy_transfer_mode=supported_energy_transfer_mode,
    ), p


def write_ChargeService(x: int, o: ChargeService) -> int:
    v1 = o.service_id
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 1
    f, w = 1, 2
    m = o.service_name
    if m is not None:
        x = x << w | 1 - f
        x = x << 1
        x = put_text(x, m, 32)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    v2 = SERVICECATEGORY_AT[o.service_category]
    x = x << 4 | v2 << 1
    f, w = 3, 2
    m = o.service_scope
    if m is not None:
        x = x << w | 3 - f
        x = x << 1
        x = put_text(x, m, 64)
        x = x << 1
        f, w = 4, 1
    x = x << w | 4 - f
    if (v3 := o.free_service) is not True and v3 is not False:
        raise Slow
    x = x << 4 | v3 << 2
    if type(o.supported_energy_transfer_mode) is not SupportedEnergyTransferMode:
        raise Slow
    x = write_SupportedEnergyTransferMode(x, o.supported_energy_transfer_mode)
    x = x << 1
    return x


def read_Service(b: int, p: int) -> tuple[Service, int]:
    service_name = None
    service_scope = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x300:
        raise Slow
    service_id = v & 0xFF
    if service_id > 127:
        service_id, p = more(b, p, service_id)
    if not service_id <= 65535:
        raise Slow
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 1
        if b >> p & 1:
            raise Slow
        service_name, p = text(b, p, 32)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    p -= 6
    v = b >> p & 0x3F
    if v & 0x24:
        raise Slow
    service_category = v >> 3 & 3
    c = v & 3
    service_category = SERVICECATEGORY[service_category]
    if c >= 2:
        raise Slow
    c += 3
    if c == 3:
        p -= 1
        if b >> p & 1:
            raise Slow
        service_scope, p = text(b, p, 64)
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    if c != 4:
        raise Slow
    p -= 4
    v = b >> p & 0xF
    if v & 0xB:
        raise Slow
    free_service = v >> 2 & 1
    free_service = free_service == 1
    return Service(
        service_id=service_id,
        service_name=service_name,
        service_category=service_category,
        service_scope=service_scope,
        free_service=free_service,
    ), p


def write_Service(x: int, o: Service) -> int:
    v1 = o.service_id
    if type(v1) is not int or not 0 <= v1 <= 65535:
        raise Slow
    x = x << 2
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    x = x << 1
    f, w = 1, 2
    m = o.service_name
    if m is not None:
        x = x << w | 1 - f
        x = x << 1
        x = put_text(x, m, 32)
        x = x << 1
        f, w = 2, 1
    x = x << w | 2 - f
    v2 = SERVICECATEGORY_AT[o.service_category]
    x = x << 4 | v2 << 1
    f, w = 3, 2
    m = o.service_scope
    if m is not None:
        x = x << w | 3 - f
        x = x << 1
        x = put_text(x, m, 64)
        x = x << 1
        f, w = 4, 1
    x = x << w | 4 - f
    if (v3 := o.free_service) is not True and v3 is not False:
        raise Slow
    x = x << 4 | v3 << 2
    return x


def read_ServiceList(b: int, p: int) -> tuple[ServiceList, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    service_ = []
    c = 0
    while c == 0:
        e, p = read_Service(b, p)
        service_.append(e)
        if len(service_) < 8:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    service = tuple(service_)
    if not service:
        raise Slow
    if c != 1:
        raise Slow
    return ServiceList(service=service), p


def write_ServiceList(x: int, o: ServiceList) -> int:
    f, w = 0, 1
    n = len(o.service)
    if not 1 <= n <= 8:
        raise Slow
    for m in o.service:
        x = x << w | 0 - f
        if type(m) is not Service:
            raise Slow
        x = write_Service(x, m)
        f, w = 0, 2
    if n == 8:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_ServiceDiscoveryRes(b: int, p: int) -> tuple[ServiceDiscoveryRes, int]:
    service_list = None
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    payment_option_list, p = read_PaymentOptionList(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    charge_service, p = read_ChargeService(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 2:
        raise Slow
    c += 3
    if c == 3:
        service_list, p = read_ServiceList(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    if c != 4:
        raise Slow
    return ServiceDiscoveryRes(
        response_code=response_code,
        payment_option_list=payment_option_list,
        charge_service=charge_service,
        service_list=service_list,
    ), p


def write_ServiceDiscoveryRes(x: int, o: ServiceDiscoveryRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.payment_option_list) is not PaymentOptionList:
        raise Slow
    x = write_PaymentOptionList(x, o.payment_option_list)
    x = x << 1
    if type(o.charge_service) is not ChargeService:
        raise Slow
    x = write_ChargeService(x, o.charge_service)
    f, w = 3, 2
    m = o.service_list
    if m is not None:
        x = x << w | 3 - f
        if type(m) is not ServiceList:
            raise Slow
        x = write_ServiceList(x, m)
        f, w = 4, 1
    x = x << w | 4 - f
    return x


def read_SessionSetupReq(b: int, p: int) -> tuple[SessionSetupReq, int]:
    p -= 2
    if b >> p & 3:
        raise Slow
    evccid, p = binary(b, p, 6)
    p -= 2
    if b >> p & 3:
        raise Slow
    return SessionSetupReq(evccid=evccid), p


def write_SessionSetupReq(x: int, o: SessionSetupReq) -> int:
    x = x << 2
    x = put_binary(x, o.evccid, 6)
    x = x << 2
    return x


def read_SessionSetupRes(b: int, p: int) -> tuple[SessionSetupRes, int]:
    evse_time_stamp = None
    p -= 10
    v = b >> p & 0x3FF
    if v & 0x307:
        raise Slow
    response_code = v >> 3 & 0x1F
    response_code = RESPONSECODE[response_code]
    evse_id, p = text(b, p, 37)
    p -= 3
    v = b >> p & 7
    if v & 0x4:
        raise Slow
    c = v & 3
    if c >= 2:
        raise Slow
    c += 2
    if c == 2:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        evse_time_stamp = v & 0xFF
        if evse_time_stamp > 127:
            evse_time_stamp, p = more(b, p, evse_time_stamp)
        if s:
            evse_time_stamp = -1 - evse_time_stamp
        if not -9223372036854775808 <= evse_time_stamp <= 9223372036854775807:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 3
    if c != 3:
        raise Slow
    return SessionSetupRes(response_code=response_code, evse_id=evse_id, evse_time_stamp=evse_time_stamp), p


def write_SessionSetupRes(x: int, o: SessionSetupRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 10 | v1 << 3
    x = put_text(x, o.evse_id, 37)
    x = x << 1
    f, w = 2, 2
    m = o.evse_time_stamp
    if m is not None:
        x = x << w | 2 - f
        v2 = m
        if type(v2) is not int or not -9223372036854775808 <= v2 <= 9223372036854775807:
            raise Slow
        s = v2 < 0
        if s:
            v2 = -1 - v2
        x = x << 2 | s
        x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
        x = x << 1
        f, w = 3, 1
    x = x << w | 3 - f
    return x


def read_SessionStopReq(b: int, p: int) -> tuple[SessionStopReq, int]:
    p -= 5
    v = b >> p & 0x1F
    if v & 0x1B:
        raise Slow
    charging_session = v >> 2 & 1
    charging_session = CHARGINGSESSION[charging_session]
    return SessionStopReq(charging_session=charging_session), p


def write_SessionStopReq(x: int, o: SessionStopReq) -> int:
    v1 = CHARGINGSESSION_AT[o.charging_session]
    x = x << 5 | v1 << 2
    return x


def read_SessionStopRes(b: int, p: int) -> tuple[SessionStopRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    return SessionStopRes(response_code=response_code), p


def write_SessionStopRes(x: int, o: SessionStopRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    return x


def read_WeldingDetectionReq(b: int, p: int) -> tuple[WeldingDetectionReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    dc_ev_status, p = read_DC_EVStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return WeldingDetectionReq(dc_ev_status=dc_ev_status), p


def write_WeldingDetectionReq(x: int, o: WeldingDetectionReq) -> int:
    x = x << 1
    if type(o.dc_ev_status) is not DC_EVStatus:
        raise Slow
    x = write_DC_EVStatus(x, o.dc_ev_status)
    x = x << 1
    return x


def read_WeldingDetectionRes(b: int, p: int) -> tuple[WeldingDetectionRes, int]:
    p -= 9
    v = b >> p & 0x1FF
    if v & 0x183:
        raise Slow
    response_code = v >> 2 & 0x1F
    response_code = RESPONSECODE[response_code]
    dc_evse_status, p = read_DC_EVSEStatus(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    evse_present_voltage, p = read_PhysicalValue(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return WeldingDetectionRes(
        response_code=response_code, dc_evse_status=dc_evse_status, evse_present_voltage=evse_present_voltage
    ), p


def write_WeldingDetectionRes(x: int, o: WeldingDetectionRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 9 | v1 << 2
    if type(o.dc_evse_status) is not DC_EVSEStatus:
        raise Slow
    x = write_DC_EVSEStatus(x, o.dc_evse_status)
    x = x << 1
    if type(o.evse_present_voltage) is not PhysicalValue:
        raise Slow
    x = write_PhysicalValue(x, o.evse_present_voltage)
    x = x << 1
    return x


def read_Body(b: int, p: int) -> tuple[Body, int]:
    element = None
    p -= 6
    c = b >> p & 0x3F
    if c >= 36:
        raise Slow
    if c <= 34:
        if c == 0:
            element, p = read_AuthorizationReq(b, p)
        elif c == 1:
            element, p = read_AuthorizationRes(b, p)
        elif c == 3:
            element, p = read_CableCheckReq(b, p)
        elif c == 4:
            element, p = read_CableCheckRes(b, p)
        elif c == 5:
            element, p = read_CertificateInstallationReq(b, p)
        elif c == 6:
            element, p = read_CertificateInstallationRes(b, p)
        elif c == 7:
            element, p = read_CertificateUpdateReq(b, p)
        elif c == 8:
            element, p = read_CertificateUpdateRes(b, p)
        elif c == 9:
            element, p = read_ChargeParameterDiscoveryReq(b, p)
        elif c == 10:
            element, p = read_ChargeParameterDiscoveryRes(b, p)
        elif c == 11:
            element, p = read_ChargingStatusReq(b, p)
        elif c == 12:
            element, p = read_ChargingStatusRes(b, p)
        elif c == 13:
            element, p = read_CurrentDemandReq(b, p)
        elif c == 14:
            element, p = read_CurrentDemandRes(b, p)
        elif c == 15:
            element, p = read_MeteringReceiptReq(b, p)
        elif c == 16:
            element, p = read_MeteringReceiptRes(b, p)
        elif c == 17:
            element, p = read_PaymentDetailsReq(b, p)
        elif c == 18:
            element, p = read_PaymentDetailsRes(b, p)
        elif c == 19:
            element, p = read_PaymentServiceSelectionReq(b, p)
        elif c == 20:
            element, p = read_PaymentServiceSelectionRes(b, p)
        elif c == 21:
            element, p = read_PowerDeliveryReq(b, p)
        elif c == 22:
            element, p = read_PowerDeliveryRes(b, p)
        elif c == 23:
            element, p = read_PreChargeReq(b, p)
        elif c == 24:
            element, p = read_PreChargeRes(b, p)
        elif c == 25:
            element, p = read_ServiceDetailReq(b, p)
        elif c == 26:
            element, p = read_ServiceDetailRes(b, p)
        elif c == 27:
            element, p = read_ServiceDiscoveryReq(b, p)
        elif c == 28:
            element, p = read_ServiceDiscoveryRes(b, p)
        elif c == 29:
            element, p = read_SessionSetupReq(b, p)
        elif c == 30:
            element, p = read_SessionSetupRes(b, p)
        elif c == 31:
            element, p = read_SessionStopReq(b, p)
        elif c == 32:
            element, p = read_SessionStopRes(b, p)
        elif c == 33:
            element, p = read_WeldingDetectionReq(b, p)
        elif c == 34:
            element, p = read_WeldingDetectionRes(b, p)
        else:
            raise Slow
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 35
    if c != 35:
        raise Slow
    return Body(element=element), p


def write_Body(x: int, o: Body) -> int:
    f, w = 0, 6
    m = o.element
    if type(m) is AuthorizationReq:
        x = x << w | 0 - f
        x = write_AuthorizationReq(x, m)
        f, w = 35, 1
    elif type(m) is AuthorizationRes:
        x = x << w | 1 - f
        x = write_AuthorizationRes(x, m)
        f, w = 35, 1
    elif type(m) is CableCheckReq:
        x = x << w | 3 - f
        x = write_CableCheckReq(x, m)
        f, w = 35, 1
    elif type(m) is CableCheckRes:
        x = x << w | 4 - f
        x = write_CableCheckRes(x, m)
        f, w = 35, 1
    elif type(m) is CertificateInstallationReq:
        x = x << w | 5 - f
        x = write_CertificateInstallationReq(x, m)
        f, w = 35, 1
    elif type(m) is CertificateInstallationRes:
        x = x << w | 6 - f
        x = write_CertificateInstallationRes(x, m)
        f, w = 35, 1
    elif type(m) is CertificateUpdateReq:
        x = x << w | 7 - f
        x = write_CertificateUpdateReq(x, m)
        f, w = 35, 1
    elif type(m) is CertificateUpdateRes:
        x = x << w | 8 - f
        x = write_CertificateUpdateRes(x, m)
        f, w = 35, 1
    elif type(m) is ChargeParameterDiscoveryReq:
        x = x << w | 9 - f
        x = write_ChargeParameterDiscoveryReq(x, m)
        f, w = 35, 1
    elif type(m) is ChargeParameterDiscoveryRes:
        x = x << w | 10 - f
        x = write_ChargeParameterDiscoveryRes(x, m)
        f, w = 35, 1
    elif type(m) is ChargingStatusReq:
        x = x << w | 11 - f
        x = write_ChargingStatusReq(x, m)
        f, w = 35, 1
    elif type(m) is ChargingStatusRes:
        x = x << w | 12 - f
        x = write_ChargingStatusRes(x, m)
        f, w = 35, 1
    elif type(m) is CurrentDemandReq:
        x = x << w | 13 - f
        x = write_CurrentDemandReq(x, m)
        f, w = 35, 1
    elif type(m) is CurrentDemandRes:
        x = x << w | 14 - f
        x = write_CurrentDemandRes(x, m)
        f, w = 35, 1
    elif type(m) is MeteringReceiptReq:
        x = x << w | 15 - f
        x = write_MeteringReceiptReq(x, m)
        f, w = 35, 1
    elif type(m) is MeteringReceiptRes:
        x = x << w | 16 - f
        x = write_MeteringReceiptRes(x, m)
        f, w = 35, 1
    elif type(m) is PaymentDetailsReq:
        x = x << w | 17 - f
        x = write_PaymentDetailsReq(x, m)
        f, w = 35, 1
    elif type(m) is PaymentDetailsRes:
        x = x << w | 18 - f
        x = write_PaymentDetailsRes(x, m)
        f, w = 35, 1
    elif type(m) is PaymentServiceSelectionReq:
        x = x << w | 19 - f
        x = write_PaymentServiceSelectionReq(x, m)
        f, w = 35, 1
    elif type(m) is PaymentServiceSelectionRes:
        x = x << w | 20 - f
        x = write_PaymentServiceSelectionRes(x, m)
        f, w = 35, 1
    elif type(m) is PowerDeliveryReq:
        x = x << w | 21 - f
        x = write_PowerDeliveryReq(x, m)
        f, w = 35, 1
    elif type(m) is PowerDeliveryRes:
        x = x << w | 22 - f
        x = write_PowerDeliveryRes(x, m)
        f, w = 35, 1
    elif type(m) is PreChargeReq:
        x = x << w | 23 - f
        x = write_PreChargeReq(x, m)
        f, w = 35, 1
    elif type(m) is PreChargeRes:
        x = x << w | 24 - f
        x = write_PreChargeRes(x, m)
        f, w = 35, 1
    elif type(m) is ServiceDetailReq:
        x = x << w | 25 - f
        x = write_ServiceDetailReq(x, m)
        f, w = 35, 1
    elif type(m) is ServiceDetailRes:
        x = x << w | 26 - f
        x = write_ServiceDetailRes(x, m)
        f, w = 35, 1
    elif type(m) is ServiceDiscoveryReq:
        x = x << w | 27 - f
        x = write_ServiceDiscoveryReq(x, m)
        f, w = 35, 1
    elif type(m) is ServiceDiscoveryRes:
        x = x << w | 28 - f
        x = write_ServiceDiscoveryRes(x, m)
        f, w = 35, 1
    elif type(m) is SessionSetupReq:
        x = x << w | 29 - f
        x = write_SessionSetupReq(x, m)
        f, w = 35, 1
    elif type(m) is SessionSetupRes:
        x = x << w | 30 - f
        x = write_SessionSetupRes(x, m)
        f, w = 35, 1
    elif type(m) is SessionStopReq:
        x = x << w | 31 - f
        x = write_SessionStopReq(x, m)
        f, w = 35, 1
    elif type(m) is SessionStopRes:
        x = x << w | 32 - f
        x = write_SessionStopRes(x, m)
        f, w = 35, 1
    elif type(m) is WeldingDetectionReq:
        x = x << w | 33 - f
        x = write_WeldingDetectionReq(x, m)
        f, w = 35, 1
    elif type(m) is WeldingDetectionRes:
        x = x << w | 34 - f
        x = write_WeldingDetectionRes(x, m)
        f, w = 35, 1
    elif m is not None:
        raise Slow
    x = x << w | 35 - f
    return x


def read_V2G_Message(b: int, p: int) -> tuple[V2G_Message, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    header, p = read_Header(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    body, p = read_Body(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    return V2G_Message(header=header, body=body), p


def write_V2G_Message(x: int, o: V2G_Message) -> int:
    x = x << 1
    if type(o.header) is not Header:
        raise Slow
    x = write_Header(x, o.header)
    x = x << 1
    if type(o.body) is not Body:
        raise Slow
    x = write_Body(x, o.body)
    x = x << 1
    return x
