"""How xmldsig is read and written. Made by scripts/exi_codec.py; a test holds it in step."""

from pilotline.wire.v2g.xmldsig import (
    CanonicalizationMethod,
    DigestMethod,
    Reference,
    Signature,
    SignatureMethod,
    SignatureValue,
    SignedInfo,
    Transform,
    Transforms,
)
from pilotline.wire.v2g.exi.straight import Slow, binary, more, put_binary, put_more, put_text, text


def read_CanonicalizationMethod(b: int, p: int) -> tuple[CanonicalizationMethod, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    algorithm, p = text(b, p, None)
    p -= 2
    c = b >> p & 3
    if c >= 3:
        raise Slow
    c += 1
    if c == 1:
        raise Slow
    if c != 2:
        raise Slow
    return CanonicalizationMethod(algorithm=algorithm), p


def write_CanonicalizationMethod(x: int, o: CanonicalizationMethod) -> int:
    x = x << 1
    x = put_text(x, o.algorithm, None)
    x = x << 2 | 0x1
    return x


def read_SignatureMethod(b: int, p: int) -> tuple[SignatureMethod, int]:
    hmac_output_length = None
    p -= 1
    if b >> p & 1:
        raise Slow
    algorithm, p = text(b, p, None)
    p -= 3
    c = b >> p & 7
    if c >= 4:
        raise Slow
    c += 1
    if c == 1:
        p -= 10
        v = b >> p & 0x3FF
        if v & 0x200:
            raise Slow
        s = v >> 8 & 1
        hmac_output_length = v & 0xFF
        if hmac_output_length > 127:
            hmac_output_length, p = more(b, p, hmac_output_length)
        if s:
            hmac_output_length = -1 - hmac_output_length
        p -= 1
        if b >> p & 1:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 2
    if c == 2:
        raise Slow
    if c != 3:
        raise Slow
    return SignatureMethod(algorithm=algorithm, hmac_output_length=hmac_output_length), p


def write_SignatureMethod(x: int, o: SignatureMethod) -> int:
    x = x << 1
    x = put_text(x, o.algorithm, None)
    f, w = 1, 3
    m = o.hmac_output_length
    if m is not None:
        x = x << w | 1 - f
        v1 = m
        if type(v1) is not int:
            raise Slow
        s = v1 < 0
        if s:
            v1 = -1 - v1
        x = x << 2 | s
        x = x << 8 | v1 if v1 < 128 else put_more(x, v1)
        x = x << 1
        f, w = 2, 2
    x = x << w | 3 - f
    return x


def read_Transform(b: int, p: int) -> tuple[Transform, int]:
    xpath = ()
    p -= 1
    if b >> p & 1:
        raise Slow
    algorithm, p = text(b, p, None)
    p -= 3
    c = b >> p & 7
    if c >= 4:
        raise Slow
    c += 1
    xpath_ = []
    while c == 1:
        p -= 1
        if b >> p & 1:
            raise Slow
        e, p = text(b, p, None)
        p -= 1
        if b >> p & 1:
            raise Slow
        xpath_.append(e)
        if len(xpath_) > 1024:
            raise Slow
        p -= 3
        c = b >> p & 7
        if c >= 4:
            raise Slow
        c += 1
    xpath = tuple(xpath_)
    if c == 2:
        raise Slow
    if c != 3:
        raise Slow
    return Transform(algorithm=algorithm, xpath=xpath), p


def write_Transform(x: int, o: Transform) -> int:
    x = x << 1
    x = put_text(x, o.algorithm, None)
    f, w = 1, 3
    n = len(o.xpath)
    if not 0 <= n:
        raise Slow
    for m in o.xpath:
        x = x << w | 1 - f
        x = x << 1
        x = put_text(x, m, None)
        x = x << 1
        f, w = 1, 3
    x = x << w | 3 - f
    return x


def read_Transforms(b: int, p: int) -> tuple[Transforms, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    transform_ = []
    c = 0
    while c == 0:
        e, p = read_Transform(b, p)
        transform_.append(e)
        if len(transform_) > 1024:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
    transform = tuple(transform_)
    if not transform:
        raise Slow
    if c != 1:
        raise Slow
    return Transforms(transform=transform), p


def write_Transforms(x: int, o: Transforms) -> int:
    f, w = 0, 1
    n = len(o.transform)
    if not 1 <= n:
        raise Slow
    for m in o.transform:
        x = x << w | 0 - f
        if type(m) is not Transform:
            raise Slow
        x = write_Transform(x, m)
        f, w = 0, 2
    x = x << w | 1 - f
    return x


def read_DigestMethod(b: int, p: int) -> tuple[DigestMethod, int]:
    p -= 1
    if b >> p & 1:
        raise Slow
    algorithm, p = text(b, p, None)
    p -= 2
    c = b >> p & 3
    if c >= 3:
        raise Slow
    c += 1
    if c == 1:
        raise Slow
    if c != 2:
        raise Slow
    return DigestMethod(algorithm=algorithm), p


def write_DigestMethod(x: int, o: DigestMethod) -> int:
    x = x << 1
    x = put_text(x, o.algorithm, None)
    x = x << 2 | 0x1
    return x


def read_Reference(b: int, p: int) -> tuple[Reference, int]:
    id = None
    type = None
    uri = None
    transforms = None
    p -= 3
    c = b >> p & 7
    if c >= 5:
        raise Slow
    if c == 0:
        id, p = text(b, p, None)
        p -= 3
        c = b >> p & 7
        if c >= 4:
            raise Slow
        c += 1
    if c == 1:
        type, p = text(b, p, None)
        p -= 2
        c = b >> p & 3
        if c >= 3:
            raise Slow
        c += 2
    if c == 2:
        uri, p = text(b, p, None)
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 3
    if c == 3:
        transforms, p = read_Transforms(b, p)
        p -= 1
        if b >> p & 1:
            raise Slow
        c = 4
    if c != 4:
        raise Slow
    digest_method, p = read_DigestMethod(b, p)
    p -= 2
    if b >> p & 3:
        raise Slow
    digest_value, p = binary(b, p, None)
    p -= 2
    if b >> p & 3:
        raise Slow
    return Reference(
        id=id,
        type=type,
        uri=uri,
        transforms=transforms,
        digest_method=digest_method,
        digest_value=digest_value,
    ), p


def write_Reference(x: int, o: Reference) -> int:
    f, w = 0, 3
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 3
    m = o.type
    if m is not None:
        x = x << w | 1 - f
        x = put_text(x, m, None)
        f, w = 2, 2
    m = o.uri
    if m is not None:
        x = x << w | 2 - f
        x = put_text(x, m, None)
        f, w = 3, 2
    m = o.transforms
    if m is not None:
        x = x << w | 3 - f
        if type(m) is not Transforms:
            raise Slow
        x = write_Transforms(x, m)
        f, w = 4, 1
    x = x << w | 4 - f
    if type(o.digest_method) is not DigestMethod:
        raise Slow
    x = write_DigestMethod(x, o.digest_method)
    x = x << 2
    x = put_binary(x, o.digest_value, None)
    x = x << 2
    return x


def read_SignedInfo(b: int, p: int) -> tuple[SignedInfo, int]:
    id = None
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
    canonicalization_method, p = read_CanonicalizationMethod(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    signature_method, p = read_SignatureMethod(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    reference_ = []
    c = 3
    while c == 3:
        e, p = read_Reference(b, p)
        reference_.append(e)
        if len(reference_) > 1024:
            raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 3
    reference = tuple(reference_)
    if not reference:
        raise Slow
    if c != 4:
        raise Slow
    return SignedInfo(
        id=id,
        canonicalization_method=canonicalization_method,
        signature_method=signature_method,
        reference=reference,
    ), p


def write_SignedInfo(x: int, o: SignedInfo) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    if type(o.canonicalization_method) is not CanonicalizationMethod:
        raise Slow
    x = write_CanonicalizationMethod(x, o.canonicalization_method)
    x = x << 1
    if type(o.signature_method) is not SignatureMethod:
        raise Slow
    x = write_SignatureMethod(x, o.signature_method)
    f, w = 3, 1
    n = len(o.reference)
    if not 1 <= n:
        raise Slow
    for m in o.reference:
        x = x << w | 3 - f
        if type(m) is not Reference:
            raise Slow
        x = write_Reference(x, m)
        f, w = 3, 2
    x = x << w | 4 - f
    return x


def read_SignatureValue(b: int, p: int) -> tuple[SignatureValue, int]:
    id = None
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
    value, p = binary(b, p, None)
    p -= 1
    if b >> p & 1:
        raise Slow
    return SignatureValue(id=id, value=value), p


def write_SignatureValue(x: int, o: SignatureValue) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    x = put_binary(x, o.value, None)
    x = x << 1
    return x


def read_Signature(b: int, p: int) -> tuple[Signature, int]:
    id = None
    key_info = None
    object = ()
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
    signed_info, p = read_SignedInfo(b, p)
    p -= 1
    if b >> p & 1:
        raise Slow
    signature_value, p = read_SignatureValue(b, p)
    p -= 2
    c = b >> p & 3
    if c >= 3:
        raise Slow
    c += 3
    if c == 3:
        raise Slow
        p -= 2
        c = b >> p & 3
        if c >= 2:
            raise Slow
        c += 4
    if c == 4:
        raise Slow
    if c != 5:
        raise Slow
    return Signature(
        id=id, signed_info=signed_info, signature_value=signature_value, key_info=key_info, object=object
    ), p


def write_Signature(x: int, o: Signature) -> int:
    f, w = 0, 2
    m = o.id
    if m is not None:
        x = x << w | 0 - f
        x = put_text(x, m, None)
        f, w = 1, 1
    x = x << w | 1 - f
    if type(o.signed_info) is not SignedInfo:
        raise Slow
    x = write_SignedInfo(x, o.signed_info)
    x = x << 1
    if type(o.signature_value) is not SignatureValue:
        raise Slow
    x = write_SignatureValue(x, o.signature_value)
    f, w = 3, 2
    m = o.key_info
    if m is not None:
        x = x << w | 3 - f
        raise Slow
        f, w = 4, 2
    if o.object:
        raise Slow
    x = x << w | 5 - f
    return x
