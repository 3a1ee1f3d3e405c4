"""What generated code calls: integers, texts and bytes of any length, out of a number of bits and into one.

Nothing here explains: :class:`Slow` sends the message to the interpreter, which does.
"""

_SURROGATES = range(0xD800, 0xE000)


class Slow(Exception):  # noqa: N818 - no error, a way out
    """The quick way does not know what to do here."""


def more(b: int, p: int, first: int) -> tuple[int, int]:
    """The rest of an integer whose first group of seven bits has been read."""
    value, at = first & 0x7F, 7
    while at < 140:  # twenty groups, as the interpreter's bound
        p -= 8
        octet = b >> p & 0xFF
        value |= (octet & 0x7F) << at
        if octet < 0x80:
            return value, p
        at += 7
    raise Slow


def _length(b: int, p: int) -> tuple[int, int]:
    p -= 8
    length = b >> p & 0xFF
    return (length, p) if length < 0x80 else more(b, p, length)


def binary(b: int, p: int, longest: int | None) -> tuple[bytes, int]:
    length, p = _length(b, p)
    if (longest is not None and length > longest) or 8 * length > p:
        raise Slow
    p -= 8 * length
    return (b >> p & (1 << 8 * length) - 1).to_bytes(length, "big"), p


def text(b: int, p: int, longest: int | None) -> tuple[str, int]:
    length, p = _length(b, p)
    length -= 2
    if length < 0 or (longest is not None and length > longest) or 8 * length > p:
        raise Slow
    after = p - 8 * length
    octets = (b >> after & (1 << 8 * length) - 1).to_bytes(length, "big")
    if octets.isascii():
        return octets.decode("ascii"), after
    return _wide_text(b, p, length)


def _wide_text(b: int, p: int, length: int) -> tuple[str, int]:
    codes: list[int] = []
    for _ in range(length):
        code, p = _length(b, p)
        if code > 0x10FFFF or code in _SURROGATES:
            raise Slow
        codes.append(code)
    return "".join(map(chr, codes)), p


def put_more(x: int, value: int) -> int:
    """Append an unsigned integer."""
    while value >= 0x80:
        x = x << 8 | value & 0x7F | 0x80
        value >>= 7
    return x << 8 | value


def put_binary(x: int, value: bytes, longest: int | None) -> int:
    if type(value) is not bytes or (longest is not None and len(value) > longest):
        raise Slow
    return put_more(x, len(value)) << 8 * len(value) | int.from_bytes(value, "big")


def put_text(x: int, value: str, longest: int | None) -> int:
    if type(value) is not str or (longest is not None and len(value) > longest):
        raise Slow
    x = put_more(x, len(value) + 2)
    if value.isascii():
        return x << 8 * len(value) | int.from_bytes(value.encode("ascii"), "big")
    for each in value:
        if ord(each) in _SURROGATES:
            raise Slow
        x = put_more(x, ord(each))
    return x
