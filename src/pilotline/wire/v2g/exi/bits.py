"""Single bits out of bytes and into them (EXI §7.1): the most significant first."""

from pilotline.wire.v2g.exi.errors import DecodeError

_LONGEST_INTEGER = 20
"""Groups of seven bits in an integer: 140 bits; nothing a car says needs as many."""


class BitReader:
    """Reads from the front; ``at`` is the position in bits."""

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "big")
        self._length = 8 * len(data)
        self.at = 0

    @property
    def left(self) -> int:
        """How many bits are still there."""
        return self._length - self.at

    def bits(self, count: int) -> int:
        """An unsigned number of ``count`` bits. Raises DecodeError past the end."""
        end = self.at + count
        if end > self._length:
            raise DecodeError("The message ends too early", bit=self.at)
        self.at = end
        return (self._bits >> (self._length - end)) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """An unsigned integer: groups of seven bits, the least significant first (EXI §7.1.6)."""
        begin, value = self.at, 0
        for group in range(_LONGEST_INTEGER):
            octet = self.bits(8)
            value |= (octet & 0x7F) << (7 * group)
            if octet < 0x80:
                return value
        raise DecodeError("An integer has no end", bit=begin)


class BitWriter:
    """Collects bits; ``data`` pads them to whole bytes with zeros."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def bits(self, value: int, count: int) -> None:
        if count:
            self._parts.append(format(value, f"0{count}b"))

    def unsigned(self, value: int) -> None:
        while value >= 0x80:
            self.bits(value & 0x7F | 0x80, 8)
            value >>= 7
        self.bits(value, 8)

    def data(self) -> bytes:
        text = "".join(self._parts)
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big") if text else b""
