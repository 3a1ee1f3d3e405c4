"""Habits of real cars that show in the frame or in the header, not in a body."""

from pilotline.wire.v2g import din70121
from pilotline.wire.v2g.evcc.talk import Talk
from pilotline.wire.v2g.evcc.words import EvccConfig, Quirk
from pilotline.wire.v2g.exi.schema import Element


def first_session_id(config: EvccConfig) -> bytes:
    """The id in SessionSetupReq: eight zeros by the standard, one or none from many cars ([4])."""
    if any(config.session_id):
        return config.session_id
    if Quirk.EMPTY_SESSION_ID in config.quirks:
        return b""
    return b"\0" if Quirk.SHORT_SESSION_ID in config.quirks else config.session_id


def surplus(talk: Talk, body: Element) -> bytes:
    """One zero byte too many behind ContractAuthenticationReq ([2])."""
    long = talk.has(Quirk.TRAILING_ZERO) and isinstance(body, din70121.ContractAuthenticationReq)
    return b"\0" if long else b""
