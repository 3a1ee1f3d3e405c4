"""supportedAppProtocol: which protocol car and charger speak (ISO 15118-2 Annex C, as DIN 70121 has it)."""

from enum import Enum
from typing import Annotated, ClassVar

from pilotline.wire.v2g.exi.kinds import Integer, Name, Occurs, Text, UnsignedByte, UnsignedInt
from pilotline.wire.v2g.exi.schema import Element, Type

URI = "urn:iso:15118:2:2010:AppProtocol"


class ResponseCode(Enum):
    """How the choice went; the words are the schema's, lower case and all."""

    OK_SUCCESSFUL_NEGOTIATION = "OK_SuccessfulNegotiation"
    OK_WITH_MINOR_DEVIATION = "OK_SuccessfulNegotiationWithMinorDeviation"
    FAILED_NO_NEGOTIATION = "Failed_NoNegotiation"


class AppProtocol(Type, frozen=True, kw_only=True):
    """One protocol the car speaks; 1 is the priority it likes best."""

    NAMESPACE: ClassVar[str] = ""
    protocol_namespace: Annotated[str, Text(100)]
    version_number_major: UnsignedInt
    version_number_minor: UnsignedInt
    schema_id: UnsignedByte
    priority: Annotated[int, Integer(1, 20)]


class SupportedAppProtocolReq(Element, frozen=True, kw_only=True):
    """What the car speaks, in its order of liking."""

    NAMESPACE: ClassVar[str] = URI
    NAME: ClassVar[str | None] = "supportedAppProtocolReq"
    app_protocol: Annotated[tuple[AppProtocol, ...], Name("AppProtocol"), Occurs(1, 20)]


class SupportedAppProtocolRes(Element, frozen=True, kw_only=True):
    """What the charger chose, by the car's own number for it."""

    NAMESPACE: ClassVar[str] = URI
    NAME: ClassVar[str | None] = "supportedAppProtocolRes"
    response_code: ResponseCode
    schema_id: UnsignedByte | None = None


GLOBAL = ("supportedAppProtocolReq", "supportedAppProtocolRes")
