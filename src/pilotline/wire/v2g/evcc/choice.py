"""supportedAppProtocol, which comes before any protocol, as the car says it."""

from pilotline.wire.v2g.app_protocol import (
    AppProtocol,
    ResponseCode,
    SupportedAppProtocolReq,
    SupportedAppProtocolRes,
)
from pilotline.wire.v2g.evcc.talk import Leave, Next, Row, Step, Table, Talk
from pilotline.wire.v2g.evcc.words import Ending, Quirk
from pilotline.wire.v2g.protocols import Protocol

OWN_NAMESPACE = "urn:tesla:din:2018:MsgDef"
"""A maker's own, of version 0.7, that cars like better than the standards' ([3])."""
_ODD_IDS = (222, 111)


def offers(talk: Talk) -> tuple[tuple[AppProtocol, Protocol | None], ...]:
    """What this car offers, the best first; None is its maker's own."""
    spoken: list[Protocol | None] = list(talk.config.protocols)
    if talk.has(Quirk.OWN_NAMESPACE):
        spoken.insert(0, None)
    return tuple((_offer(talk, place, each), each) for place, each in enumerate(spoken))


def _offer(talk: Talk, place: int, spoken: Protocol | None) -> AppProtocol:
    major, minor = (0, 7) if spoken is None else spoken.version
    odd = talk.has(Quirk.SCHEMA_IDS) and place < len(_ODD_IDS)
    return AppProtocol(
        protocol_namespace=OWN_NAMESPACE if spoken is None else spoken.uri,
        version_number_major=major,
        version_number_minor=minor,
        schema_id=_ODD_IDS[place] if odd else place + 1,
        priority=place + 1,
    )


def _ask(talk: Talk) -> SupportedAppProtocolReq:
    return SupportedAppProtocolReq(app_protocol=tuple(offer for offer, _ in offers(talk)))


def _chosen(talk: Talk, answer: SupportedAppProtocolRes) -> Next:
    """By SchemaID, which may be left out where only one was offered."""
    if answer.response_code is ResponseCode.FAILED_NO_NEGOTIATION:
        return Leave(Ending.REFUSED, "The charger speaks nothing that the car speaks.")
    offered = {offer.schema_id: spoken for offer, spoken in offers(talk)}
    number = answer.schema_id
    if number is None and len(offered) == 1:
        number = next(iter(offered))
    if number not in offered:
        return Leave(Ending.UNREADABLE, f"The charger chose SchemaID {number}, which was not offered.")
    talk.protocol = offered[number]
    talk.mute = talk.protocol is None
    return Step.CHOICE if talk.mute else Step.SETUP


CHOICE: Table = {
    Step.CHOICE: Row(ask=_ask, answer=SupportedAppProtocolRes, then=_chosen, leave=Step.GONE),
}
