"""The frame of Modbus RTU: address, function and data, closed by a CRC (Modbus over serial line §2.5).

For the virtual meter and its virtual master only. The production driver uses pymodbus, so that the two ends
that meet in ``tests/contracts`` share no code.
"""

READ_HOLDING, READ_INPUT = 3, 4
ERROR_BIT = 0x80
REQUEST_LENGTH = 8
"""A read request: address, function, first register, count, CRC."""


def _table() -> tuple[int, ...]:
    """CRC-16 of each byte: polynomial 0xA001, the bits of 0x8005 reversed."""
    table: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 * (crc & 1)
        table.append(crc)
    return tuple(table)


_CRC = _table()


def compute_crc(data: bytes) -> bytes:
    """The two bytes that close a frame, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def close_frame(body: bytes) -> bytes:
    """Address, function and data with their CRC."""
    return body + compute_crc(body)


def is_whole(frame: bytes) -> bool:
    """Whether these bytes are a frame whose CRC is right."""
    return len(frame) >= 4 and compute_crc(frame[:-2]) == frame[-2:]


def build_request(address: int, function: int, first: int, count: int) -> bytes:
    """The request to read ``count`` registers from wire address ``first``."""
    return close_frame(bytes((address, function)) + first.to_bytes(2, "big") + count.to_bytes(2, "big"))


def measure_silence(character_us: int, baud: int) -> int:
    """The silence that ends a frame: 3.5 characters, above 19200 baud a fixed 1750 µs (§2.5.1.1)."""
    return 1_750 if baud > 19_200 else -(-character_us * 7 // 2)
