"""A virtual energy meter: a Modbus RTU slave, bytes in and bytes out. No port and no clock.

What its registers hold is a MeterReading seen through a profile, the same file that the real driver reads.
It can be made to fail in the ways meters fail on a bus. It answers as soon as a request is complete; a real
meter takes some milliseconds more.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pilotline.models.meter_profile import MeterProfile
from pilotline.models.meter_registers import encode
from pilotline.simulator.actions import MeterFault
from pilotline.simulator.modbus_rtu import (
    ERROR_BIT,
    READ_HOLDING,
    READ_INPUT,
    REQUEST_LENGTH,
    close_frame,
    is_whole,
    measure_silence,
)
from pilotline.vocabulary.metering import MeterReading

BROADCAST = 0
_LONGEST_FRAME = 256
_FIXED_LENGTH = range(1, 7)
"""The functions whose requests all have REQUEST_LENGTH; the end of others is known by silence alone."""


class ModbusRefusal(Enum):
    """Exception codes (Modbus application protocol §7)."""

    FUNCTION = 1
    ADDRESS = 2
    VALUE = 3


@dataclass(slots=True)
class Traffic:
    """What the meter has seen since it was switched on."""

    answered: int = 0
    refused: int = 0
    for_others: int = 0
    damaged: int = 0


class ModbusMeter:
    """The meter at one address of a bus. ``fault`` can be set at any time."""

    def __init__(self, profile: MeterProfile, address: int = 1) -> None:
        self.address = address
        self.fault = MeterFault.NONE
        self.traffic = Traffic()
        self._profile = profile
        self._silence = measure_silence(profile.serial.character_us, profile.serial.baud)
        self._unknown = encode(profile, MeterReading())
        self._shown = MeterReading()
        self._registers = self._unknown
        self._buffer = b""
        self._silent_at = 0

    def show(self, reading: MeterReading) -> None:
        """What the meter measures from now on."""
        if reading != self._shown:
            self._shown = reading
            self._registers = encode(self._profile, reading)

    def deadline(self) -> int | None:
        """When the silence after the bytes so far will end their frame; None between frames."""
        return self._silent_at if self._buffer else None

    def receive(self, data: bytes, now: int) -> bytes:
        """Bytes from the bus, b"" when only time has passed; the bytes the meter answers."""
        replies = self._end_frame() if self._buffer and now >= self._silent_at else b""
        if data:
            self._buffer += data
            self._silent_at = now + self._silence
        return replies + self._take_requests()

    def _take_requests(self) -> bytes:
        """Answer the requests at the head of the buffer that are complete."""
        replies = b""
        while self._starts_with_request():
            replies += self._answer(self._buffer[:REQUEST_LENGTH])
            self._buffer = self._buffer[REQUEST_LENGTH:]
        if len(self._buffer) > _LONGEST_FRAME:  # no frame is longer: this is noise, keep what silence needs
            self._buffer = self._buffer[-_LONGEST_FRAME:]
        return replies

    def _starts_with_request(self) -> bool:
        head = self._buffer[:REQUEST_LENGTH]
        return len(head) == REQUEST_LENGTH and head[1] in _FIXED_LENGTH and is_whole(head)

    def _end_frame(self) -> bytes:
        """Silence: what has come is a frame, or nothing ever will make it one."""
        frame, self._buffer = self._buffer, b""
        if is_whole(frame):
            return self._answer(frame)
        self.traffic.damaged += 1
        return b""

    def _answer(self, frame: bytes) -> bytes:
        if frame[0] != self.address:
            self.traffic.for_others += frame[0] != BROADCAST
            return b""
        if self.fault is MeterFault.SILENT:
            return b""
        reply = self._serve(frame[1], frame[2:-2])
        return self._spoil(close_frame(bytes((self.address,)) + reply))

    def _serve(self, function: int, data: bytes) -> bytes:
        """The function and data of the reply."""
        if function not in (READ_HOLDING, READ_INPUT):
            return self._refuse(function, ModbusRefusal.FUNCTION)
        first, count = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        if len(data) != 4 or not 1 <= count <= self._profile.max_registers:
            return self._refuse(function, ModbusRefusal.VALUE)
        registers = self._unknown if self.fault is MeterFault.NAN else self._registers
        words = [registers.get(at) for at in range(first, first + count)]
        known = [word for word in words if word is not None]
        if len(known) < count:
            return self._refuse(function, ModbusRefusal.ADDRESS)
        self.traffic.answered += 1
        return bytes((function, 2 * count)) + _to_bytes(known)

    def _refuse(self, function: int, refusal: ModbusRefusal) -> bytes:
        self.traffic.refused += 1
        return bytes((function | ERROR_BIT, refusal.value))

    def _spoil(self, reply: bytes) -> bytes:
        """What the fault leaves of a reply."""
        if self.fault is MeterFault.GARBAGE:  # noise of the same length, the same in every run
            return hashlib.shake_256(reply + self.traffic.answered.to_bytes(8, "big")).digest(len(reply))
        return reply[:-1] + bytes((reply[-1] ^ 0x55,)) if self.fault is MeterFault.WRONG_CRC else reply


def _to_bytes(words: Sequence[int]) -> bytes:
    return b"".join(word.to_bytes(2, "big") for word in words)
