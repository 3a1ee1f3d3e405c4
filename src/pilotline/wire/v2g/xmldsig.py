"""XML signatures, as far as the car's standards use them (W3C xmldsig-core).

Not spoken: KeyInfo and Object, which ISO 15118-2 does not use in its signatures [V2G2-765 on], and content of
other namespaces. They have their codes, so that what follows is read right, and are refused where they stand.
"""

from typing import Annotated, ClassVar

from pilotline.wire.v2g.exi.kinds import Base64, BigInteger, Name, Occurs, Place, String
from pilotline.wire.v2g.exi.schema import Element, Unreadable

URI = "http://www.w3.org/2000/09/xmldsig#"
_Algorithm = Annotated[String, Place.ATTRIBUTE]


class _Dsig(Element, frozen=True, kw_only=True):
    NAMESPACE: ClassVar[str] = URI


class CanonicalizationMethod(_Dsig, frozen=True, kw_only=True):
    OPEN: ClassVar[bool] = True
    MIXED: ClassVar[bool] = True
    algorithm: _Algorithm


class SignatureMethod(_Dsig, frozen=True, kw_only=True):
    OPEN: ClassVar[bool] = True
    MIXED: ClassVar[bool] = True
    algorithm: _Algorithm
    hmac_output_length: Annotated[BigInteger | None, Name("HMACOutputLength")] = None


class Transform(_Dsig, frozen=True, kw_only=True):
    OPEN: ClassVar[bool] = True
    MIXED: ClassVar[bool] = True
    algorithm: _Algorithm
    xpath: Annotated[tuple[String, ...], Name("XPath"), Occurs(0, None)] = ()


class Transforms(_Dsig, frozen=True, kw_only=True):
    transform: Annotated[tuple[Transform, ...], Occurs(1, None)]


class DigestMethod(_Dsig, frozen=True, kw_only=True):
    OPEN: ClassVar[bool] = True
    MIXED: ClassVar[bool] = True
    algorithm: _Algorithm


class Reference(_Dsig, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    type: Annotated[String | None, Place.ATTRIBUTE] = None
    uri: Annotated[String | None, Place.ATTRIBUTE] = None
    transforms: Transforms | None = None
    digest_method: DigestMethod
    digest_value: Base64


class SignedInfo(_Dsig, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    canonicalization_method: CanonicalizationMethod
    signature_method: SignatureMethod
    reference: Annotated[tuple[Reference, ...], Occurs(1, None)]


class SignatureValue(_Dsig, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    value: Annotated[Base64, Name("value"), Place.CONTENT]


class Signature(_Dsig, frozen=True, kw_only=True):
    id: Annotated[String | None, Name("Id"), Place.ATTRIBUTE] = None
    signed_info: SignedInfo
    signature_value: SignatureValue
    key_info: Annotated[Unreadable | None, Name("KeyInfo")] = None
    object: Annotated[tuple[Unreadable, ...], Occurs(0, None)] = ()


GLOBAL = (
    "CanonicalizationMethod", "DSAKeyValue", "DigestMethod", "DigestValue", "KeyInfo", "KeyName",
    "KeyValue", "Manifest", "MgmtData", "Object", "PGPData", "RSAKeyValue", "Reference",
    "RetrievalMethod", "SPKIData", "Signature", "SignatureMethod", "SignatureProperties",
    "SignatureProperty", "SignatureValue", "SignedInfo", "Transform", "Transforms", "X509Data",
)  # fmt: skip
"""The elements that the schema declares for all to use."""
LOCAL = (
    "Exponent", "G", "HMACOutputLength", "J", "Modulus", "P", "PGPKeyID", "PGPKeyPacket", "PgenCounter",
    "Q", "SPKISexp", "Seed", "X509CRL", "X509Certificate", "X509IssuerName", "X509IssuerSerial",
    "X509SKI", "X509SerialNumber", "X509SubjectName", "XPath", "Y",
)  # fmt: skip
"""Those it declares inside its types."""
