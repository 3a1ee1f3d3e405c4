"""The master's end of a meter's bus for simulated time: requests out, replies in, a reading at the end.

The twin of :mod:`pilotline.drivers.modbus_meter`, which does the same with pymodbus on a real port. Both
follow one plan, try each request once, and report in the same words; ``tests/contracts/test_meter.py`` holds
them to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.models.meter_profile import Block, MeterProfile, plan_reading
from pilotline.models.meter_registers import decode
from pilotline.models.meter_silence import Silence, explain
from pilotline.simulator.modbus_rtu import ERROR_BIT, build_request, is_whole
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.time import MS

REPLY_WITHIN = 300 * MS
_LONGEST_NOISE = 512  # two of the longest frames: a reply behind more noise is not looked for


@dataclass(frozen=True, slots=True)
class Send:
    """Put these bytes on the bus."""

    data: bytes


BusEffect = Send | MeterReading | MeterSilent


class MeterBus:
    """Reads one meter, one reading at a time: ``poll`` starts it, ``receive`` carries it on."""

    def __init__(
        self,
        profile: MeterProfile,
        address: int = 1,
        phases: int = 1,
        port: str = "the bus",
        device: str = "meter",
    ) -> None:
        self._device = device
        self._profile = profile
        self._address = address
        self._port = port
        self._plan = plan_reading(profile, phases)
        self._waiting: list[Block] = []  # the blocks still to be read; the first is being asked for
        self._registers: dict[int, int] = {}
        self._buffer = b""
        self._due = 0

    def deadline(self) -> int | None:
        """When the meter counts as silent; None while nothing is asked."""
        return self._due if self._waiting else None

    def poll(self, now: int) -> Sequence[BusEffect]:
        """Begin a reading. One that is still under way is given up unreported."""
        self._waiting = list(self._plan)
        self._registers = {}
        return [self._ask(now)]

    def receive(self, data: bytes, now: int) -> Sequence[BusEffect]:
        """Bytes from the bus, b"" when only time has passed."""
        if not self._waiting:
            return []  # late, or noise: nobody asked
        if now >= self._due:
            return [self._give_up(Silence.GARBAGE if self._buffer else Silence.NO_ANSWER)]
        self._buffer = (self._buffer + data)[-_LONGEST_NOISE:]
        reply = find_reply(self._buffer, self._address, self._profile.function, self._waiting[0].count)
        return [] if reply is None else self._accept(reply, now)

    def _ask(self, now: int) -> Send:
        block = self._waiting[0]
        self._buffer = b""
        self._due = now + REPLY_WITHIN
        return Send(build_request(self._address, self._profile.function, block.address, block.count))

    def _accept(self, reply: bytes, now: int) -> Sequence[BusEffect]:
        if reply[1] & ERROR_BIT:
            return [self._give_up(Silence.REFUSED)]
        block = self._waiting.pop(0)
        words = (int.from_bytes(reply[at : at + 2], "big") for at in range(3, len(reply) - 2, 2))
        self._registers.update(enumerate(words, block.address))
        return [self._ask(now) if self._waiting else decode(self._profile, self._registers)]

    def _give_up(self, why: Silence) -> MeterSilent:
        self._waiting = []
        return explain(self._port, self._address, why, self._device)


def find_reply(data: bytes, address: int, function: int, count: int) -> bytes | None:
    """The reply to a read request among the bytes that came, or None while there is none."""
    for head, length in (
        (bytes((address, function, 2 * count)), 5 + 2 * count),
        (bytes((address, function | ERROR_BIT)), 5),
    ):
        start = data.find(head)
        while start >= 0:
            frame = data[start : start + length]
            if len(frame) == length and is_whole(frame):
                return frame
            start = data.find(head, start + 1)
    return None
