"""What is answered to a question that is refused: the matching response, with what its schema asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.din70121_words import EvseNotification
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc import dc, din, iso2
from pilotline.wire.v2g.secc.session import Session

Refusal = Callable[[Session, Any, Any], Element]


def refuse(s: Session, ask: Element, code: str) -> Element | None:
    """The response with this FAILED code; None for what is no question of the protocol."""
    build = REFUSALS[s.language.protocol].get(type(ask).__name__)
    return None if build is None else build(s, ask, s.language.code(code))


_SHARED: Mapping[str, Refusal] = {
    "CableCheckReq": lambda s, _, code: dc.cable_checked(s, code.name),
    "PreChargeReq": lambda s, _, code: dc.pre_charged(s, code.name),
    "WeldingDetectionReq": lambda s, _, code: dc.welding_detected(s, code.name),
}
"""DC, the same in both."""


def _no_din_certificate(kind: Any, **more: Any) -> Refusal:
    """Contracts are not spoken here: what the schema asks for, and empty."""
    chain = din70121.CertificateChain(certificate=b"")
    return lambda _, __, code: kind(
        id="id1",
        response_code=code,
        contract_signature_cert_chain=chain,
        contract_signature_encrypted_private_key=b"",
        dh_params=b"",
        contract_id="",
        **more,
    )


_NO_AC = din70121.AC_EVSEStatus(
    power_switch_closed=False, rcd=False, notification_max_delay=0, evse_notification=EvseNotification.NONE
)
"""AC is not spoken with DIN 70121."""

_DIN: Mapping[str, Refusal] = {
    **_SHARED,
    "SessionSetupReq": lambda _, __, code: din.session_set_up(code),
    "ServiceDiscoveryReq": lambda s, _, code: din.discovered(s, code),
    "ServiceDetailReq": lambda _, ask, code: din70121.ServiceDetailRes(
        response_code=code, service_id=ask.service_id
    ),
    "ServicePaymentSelectionReq": lambda _, __, code: din.selected(code),
    "PaymentDetailsReq": lambda _, __, code: din70121.PaymentDetailsRes(
        response_code=code, gen_challenge="", date_time_now=0
    ),
    "ContractAuthenticationReq": lambda _, __, code: din.authorised(code),
    "ChargeParameterDiscoveryReq": lambda s, _, code: din.compared(s, code),
    "PowerDeliveryReq": lambda s, _, code: din.delivered(s, code),
    "CurrentDemandReq": lambda s, _, code: din70121.CurrentDemandRes(**dc.demanded(s, code.name)),
    "ChargingStatusReq": lambda _, __, code: din70121.ChargingStatusRes(
        response_code=code,
        evse_id=din.NO_EVSE_ID,
        sa_schedule_tuple_id=din.SCHEDULE,
        receipt_required=False,
        ac_evse_status=_NO_AC,
    ),
    "MeteringReceiptReq": lambda _, __, code: din70121.MeteringReceiptRes(
        response_code=code, ac_evse_status=_NO_AC
    ),
    "SessionStopReq": lambda _, __, code: din70121.SessionStopRes(response_code=code),
    "CertificateInstallationReq": _no_din_certificate(din70121.CertificateInstallationRes),
    "CertificateUpdateReq": _no_din_certificate(din70121.CertificateUpdateRes, retry_counter=0),
}


def _no_iso2_certificate(kind: Any) -> Refusal:
    chain = iso15118_2.CertificateChain(certificate=b"")
    return lambda _, __, code: kind(
        response_code=code,
        sa_provisioning_certificate_chain=chain,
        contract_signature_cert_chain=chain,
        contract_signature_encrypted_private_key=iso15118_2.EncryptedPrivateKey(id="id1", value=b""),
        dh_public_key=iso15118_2.DiffieHellmanPublicKey(id="id2", value=b""),
        emaid=iso15118_2.SignedEmaid(id="id3", value=""),
    )


_ISO2: Mapping[str, Refusal] = {
    **_SHARED,
    "SessionSetupReq": lambda s, _, code: iso2.session_set_up(s, code),
    "ServiceDiscoveryReq": lambda s, _, code: iso2.discovered(s, code),
    "ServiceDetailReq": lambda _, ask, code: iso2.described(ask, code),
    "PaymentServiceSelectionReq": lambda _, __, code: iso2.selected(code),
    "PaymentDetailsReq": lambda _, __, code: iso15118_2.PaymentDetailsRes(
        response_code=code, gen_challenge=bytes(16), evse_time_stamp=0
    ),
    "AuthorizationReq": lambda _, __, code: iso2.authorised(code),
    "ChargeParameterDiscoveryReq": lambda s, _, code: iso2.compared(s, code),
    "PowerDeliveryReq": lambda s, _, code: iso2.delivered(s, code),
    "CurrentDemandReq": lambda s, _, code: iso2.demanded(s, dc.demanded(s, code.name)),
    "ChargingStatusReq": lambda s, _, code: iso2.charging(s, code),
    "MeteringReceiptReq": lambda s, _, code: iso2.confirmed(s, code),
    "SessionStopReq": lambda _, __, code: iso15118_2.SessionStopRes(response_code=code),
    "CertificateInstallationReq": _no_iso2_certificate(iso15118_2.CertificateInstallationRes),
    "CertificateUpdateReq": _no_iso2_certificate(iso15118_2.CertificateUpdateRes),
}

REFUSALS: Mapping[Protocol, Mapping[str, Refusal]] = {Protocol.DIN: _DIN, Protocol.ISO2: _ISO2}
"""By protocol and question: every question of the standards has its answer."""
