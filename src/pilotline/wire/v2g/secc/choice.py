"""Which protocol is spoken: the car's best liked one of those that we speak (V2G2-170 to 172)."""

from collections.abc import Sequence

from pilotline.wire.v2g.app_protocol import (
    AppProtocol,
    ResponseCode,
    SupportedAppProtocolReq,
    SupportedAppProtocolRes,
)
from pilotline.wire.v2g.protocols import Protocol


def choose(
    ask: SupportedAppProtocolReq, spoken: Sequence[Protocol]
) -> tuple[SupportedAppProtocolRes, Protocol | None]:
    """The answer, with the car's own SchemaID, and what is spoken from now on; None: nothing in common.

    A name that is not ours is passed over, whatever its priority: some cars prefer one of their maker's.
    """
    for offer in sorted(ask.app_protocol, key=lambda each: each.priority):
        protocol = _ours(offer, spoken)
        if protocol is not None:
            return _agree(offer, protocol), protocol
    return SupportedAppProtocolRes(response_code=ResponseCode.FAILED_NO_NEGOTIATION), None


def _ours(offer: AppProtocol, spoken: Sequence[Protocol]) -> Protocol | None:
    for protocol in spoken:
        name, major = protocol.uri, protocol.version[0]
        if (offer.protocol_namespace, offer.version_number_major) == (name, major):
            return protocol
    return None


def _agree(offer: AppProtocol, protocol: Protocol) -> SupportedAppProtocolRes:
    same = offer.version_number_minor == protocol.version[1]
    code = ResponseCode.OK_SUCCESSFUL_NEGOTIATION if same else ResponseCode.OK_WITH_MINOR_DEVIATION
    return SupportedAppProtocolRes(response_code=code, schema_id=offer.schema_id)
