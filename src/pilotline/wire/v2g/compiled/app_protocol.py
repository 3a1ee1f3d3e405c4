"""How app_protocol is read and written. Made by scripts/exi_codec.py; a test holds it in step."""

from pilotline.wire.v2g.app_protocol import (
    AppProtocol,
    ResponseCode,
    SupportedAppProtocolReq,
    SupportedAppProtocolRes,
)
from pilotline.wire.v2g.exi.straight import Slow, binary, more, put_binary, put_more, put_text, text

RESPONSECODE = tuple(ResponseCode)
RESPONSECODE_AT = {word: place for place, word in enumerate(RESPONSECODE)}


def read_AppProtocol(b: int, p: int) -> tuple[AppProtocol, int]:
    p -= 2
    if b >> p & 3:
        raise Slow
    protocol_namespace, p = text(b, p, 100)
    p -= 11
    v = b >> p & 0x7FF
    if v & 0x700:
        raise Slow
    version_number_major = v & 0xFF
    if version_number_major > 127:
        version_number_major, p = more(b, p, version_number_major)
    if not version_number_major <= 4294967295:
        raise Slow
    p -= 11
    v = b >> p & 0x7FF
    if v & 0x700:
        raise Slow
    version_number_minor = v & 0xFF
    if version_number_minor > 127:
        version_number_minor, p = more(b, p, version_number_minor)
    if not version_number_minor <= 4294967295:
        raise Slow
    p -= 21
    v = b >> p & 0x1FFFFF
    if v & 0x1C0383:
        raise Slow
    schema_id = v >> 10 & 0xFF
    priority = v >> 2 & 0x1F
    priority += 1
    if priority > 20:
        raise Slow
    return AppProtocol(
        protocol_namespace=protocol_namespace,
        version_number_major=version_number_major,
        version_number_minor=version_number_minor,
        schema_id=schema_id,
        priority=priority,
    ), p


def write_AppProtocol(x: int, o: AppProtocol) -> int:
    x = x << 2
    x = put_text(x, o.protocol_namespace, 100)
    v1 = o.version_number_major
    if type(v1) is not int or not 0 <= v1 <= 4294967295:
        raise Slow
    x = x << 3
    x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
    v2 = o.version_number_minor
    if type(v2) is not int or not 0 <= v2 <= 4294967295:
        raise Slow
    x = x << 3
    x = x << 8 | v2 if v2 < 128 else put_more(x, v2)
    v3 = o.schema_id
    if type(v3) is not int or not 0 <= v3 <= 255:
        raise Slow
    v4 = o.priority
    if type(v4) is not int or not 1 <= v4 <= 20:
        raise Slow
    x = x << 21 | v3 << 10 | (v4 - 1) << 2
    return x


def read_SupportedAppProtocolReq(b: int, p: int) -> tuple[SupportedAppProtocolReq, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    app_protocol_ = []
    c = 0
    while c == 0:
        e, p = read_AppProtocol(b, p)
        app_protocol_.append(e)
        if len(app_protocol_) < 20:
            p -= 2
            c = b >> p & 3
            if c >= 2:
                raise Slow
        else:
            p -= 1
            if b >> p & 1:
                raise Slow
            c = 1
    app_protocol = tuple(app_protocol_)
    if not app_protocol:
        raise Slow
    if c != 1:
        raise Slow
    return SupportedAppProtocolReq(app_protocol=app_protocol), p


def write_SupportedAppProtocolReq(x: int, o: SupportedAppProtocolReq) -> int:
    f, w = 0, 1
    n = len(o.app_protocol)
    if not 1 <= n <= 20:
        raise Slow
    for m in o.app_protocol:
        x = x << w | 0 - f
        if type(m) is not AppProtocol:
            raise Slow
        x = write_AppProtocol(x, m)
        f, w = 0, 2
    if n == 20:
        f, w = 1, 1
    x = x << w | 1 - f
    return x


def read_SupportedAppProtocolRes(b: int, p: int) -> tuple[SupportedAppProtocolRes, int]:
    schema_id = None
    p -= 7
    v = b >> p & 0x7F
    if v & 0x64:
        raise Slow
    response_code = v >> 3 & 3
    c = v & 3
    response_code = RESPONSECODE[response_code]
    if c >= 2:
        raise Slow
    c += 1
    if c == 1:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x201:
            raise Slow
        schema_id = v >> 1 & 0xFF
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 2
    if c != 2:
        raise Slow
    return SupportedAppProtocolRes(response_code=response_code, schema_id=schema_id), p


def write_SupportedAppProtocolRes(x: int, o: SupportedAppProtocolRes) -> int:
    v1 = RESPONSECODE_AT[o.response_code]
    x = x << 5 | v1 << 1
    f, w = 1, 2
    m = o.schema_id
    if m is not None:
        x = x << w | 1 - f
        v2 = m
        if type(v2) is not int or not 0 <= v2 <= 255:
            raise Slow
        x = x << 10 | v2 << 1
        f, w = 2, 1
    x = x << w | 2 - f
    return x
