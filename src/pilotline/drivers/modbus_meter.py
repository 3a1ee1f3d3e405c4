"""Reads an energy meter over Modbus RTU on a real serial port, with pymodbus.

The port is a path: an adapter (``/dev/ttyUSB0``), or the pseudo-terminal of a virtual meter. Each poll ends
in one report: a MeterReading, or MeterSilent with what to check. No event on the bus ends the polling.
Importing this module imports all of pymodbus (about 0.2 s); only a station with a meter should do so.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from pymodbus.client import AsyncModbusSerialClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer.rtu import FramerRTU

from pilotline.models.meter_profile import Block, MeterProfile, Parity, plan_reading
from pilotline.models.meter_registers import decode
from pilotline.models.meter_silence import Silence, explain
from pilotline.vocabulary.metering import MeterReading, MeterSilent

REPLY_WITHIN_S = 0.3
_OPEN_WITHIN_S = 2.0
_MARGIN_S = 0.2  # pymodbus keeps REPLY_WITHIN_S itself; this is for the case that it does not
_PAUSE_S = 0.02  # between two readings, so that a slow bus is not driven without a break
_ERROR_BIT = 0x80
_PARITIES = {Parity.NONE: "N", Parity.EVEN: "E", Parity.ODD: "O"}

Report = Callable[[MeterReading | MeterSilent], None]


class ModbusMeterDriver:
    """The meter of one address on one port. ``run`` polls for ever; ``read`` is one poll."""

    def __init__(
        self,
        port: str,
        profile: MeterProfile,
        report: Report,
        *,
        address: int,
        phases: int,
        poll_ms: int = 1_000,
        device: str = "meter",
    ) -> None:
        """``device`` is what sentences call it; ``profile`` may be that of a sensor at the supply (M-08).

        A driver has its port to itself: two devices on one bus would need one driver that asks them in turn.
        """
        self._port = port
        self._device = device
        self._profile = profile
        self._report = report
        self._address = address
        self._period = poll_ms / 1_000
        self._plan = plan_reading(profile, phases)
        self._gate = _Gate(address, profile.function)
        self._hurry = asyncio.Event()
        self._client: AsyncModbusSerialClient | None = None
        _quiet_pymodbus()

    def pace(self, poll_ms: int) -> None:
        """Read this often from now on, the next time at once."""
        self._period = poll_ms / 1_000
        self._hurry.set()

    async def run(self) -> None:
        """Poll until cancelled; the port is closed then.

        pymodbus waits with asyncio.wait_for, which in Python 3.11 forgets a cancellation that comes in the
        same turn as its reply; so the task itself is asked after each poll whether it has been cancelled.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        try:
            while True:
                self._hurry.clear()
                self._report(await self.read())
                if _is_cancelled():
                    break
                due = max(due + self._period, loop.time() + _PAUSE_S)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._hurry.wait()
                    due = loop.time()
        finally:
            self.close()

    async def read(self) -> MeterReading | MeterSilent:
        """One poll, opening the port where it is not open."""
        registers: dict[int, int] = {}
        client = await self._open()
        if client is None:
            return self._explain(Silence.NO_PORT)
        for block in self._plan:
            words = await self._request(client, block)
            if isinstance(words, Silence):
                return self._explain(words)
            registers.update(enumerate(words, block.address))
        return decode(self._profile, registers)

    def close(self) -> None:
        """Let go of the port; the next ``read`` opens it again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _explain(self, why: Silence) -> MeterSilent:
        return explain(self._port, self._address, why, self._device)

    async def _open(self) -> AsyncModbusSerialClient | None:
        """A client on the open port, or None. pymodbus shall not reconnect by itself: the next poll does."""
        if self._client is not None and self._client.connected:
            return self._client
        self.close()
        opened = asyncio.Event()
        client = self._make_client(opened)
        try:
            async with asyncio.timeout(_OPEN_WITHIN_S):
                if not await client.connect():
                    return None
                await opened.wait()
        except (OSError, ValueError, ModbusException):  # ValueError: the port cannot do this baud rate
            client.close()
            return None
        self._client = client
        return client

    def _make_client(self, opened: asyncio.Event) -> AsyncModbusSerialClient:
        """No retries: Modbus RTU numbers nothing, so a late first reply would answer the next request."""
        line = self._profile.serial
        return AsyncModbusSerialClient(
            self._port,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=_PARITIES[line.parity],
            stopbits=line.stop_bits,
            timeout=REPLY_WITHIN_S,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._gate.admit,
            trace_connect=lambda connected: opened.set() if connected else None,
        )

    async def _request(self, client: AsyncModbusSerialClient, block: Block) -> list[int] | Silence:
        """The registers of one block, or why there are none."""
        self._gate.expect(block.count)
        read = client.read_input_registers if self._profile.function == 4 else client.read_holding_registers
        try:
            async with asyncio.timeout(REPLY_WITHIN_S + _MARGIN_S):
                reply = await read(block.address, count=block.count, device_id=self._address)
        except (OSError, ModbusException):  # TimeoutError is an OSError
            return self._diagnose(client)
        return Silence.REFUSED if reply.isError() else list(reply.registers)

    def _diagnose(self, client: AsyncModbusSerialClient) -> Silence:
        if not client.connected:
            return Silence.NO_PORT
        return Silence.GARBAGE if self._gate.heard else Silence.NO_ANSWER


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Gate:
    """Lets nothing but a whole reply to the pending request through to pymodbus.

    Two reasons. A byte of noise before a reply, usual when a line turns around, would cost the reply. And
    pymodbus raises what it cannot decode into the event loop, where it would reach the terminal.
    """

    def __init__(self, address: int, function: int) -> None:
        self._address = address
        self._function = function
        self._count = 0
        self.heard = False

    def expect(self, count: int) -> None:
        """A request for so many registers is about to be sent."""
        self._count = count
        self.heard = False

    def admit(self, sending: bool, data: bytes) -> bytes:
        """pymodbus' packet trace: what it returns is what pymodbus works on, all bytes since the request."""
        if sending:
            return data
        self.heard = True
        frames = (self._cut(data, start) for start in range(len(data) - 4))
        return next(filter(self._is_reply, frames), b"")

    def _cut(self, data: bytes, start: int) -> bytes:
        refused = data[start + 1] & _ERROR_BIT
        return data[start : start + (5 if refused else 5 + 2 * self._count)]

    def _is_reply(self, frame: bytes) -> bool:
        right_head = frame[0] == self._address and frame[1] & ~_ERROR_BIT == self._function
        whole = frame[1] & _ERROR_BIT or frame[2] == 2 * self._count == len(frame) - 5
        return (
            right_head and bool(whole) and FramerRTU.compute_CRC(frame[:-2]).to_bytes(2, "big") == frame[-2:]
        )


def _quiet_pymodbus() -> None:
    """Keep its log from the terminal; it repeats each timeout, and MeterSilent says what matters of it."""
    logger = logging.getLogger("pymodbus")
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
