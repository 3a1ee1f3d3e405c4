"""The virtual meter behind a pseudo-terminal, for tests that read it with a production driver."""

import asyncio
import os
import tty
from pathlib import Path
from typing import Generic, TypeVar

from pilotline.simulator.evsens import Evsens
from pilotline.simulator.modbus_meter import ModbusMeter

DeviceT = TypeVar("DeviceT", ModbusMeter, Evsens)


class MeterOnPty(Generic[DeviceT]):
    """Carries bytes between a pseudo-terminal and a meter core; ``link`` is the path a driver opens.

    ``exchanges`` records each run of bytes that came and what was answered. ``noise`` goes out before every
    answer. Needs a running event loop between ``plug_in`` and ``pull_out``.
    """

    def __init__(self, meter: DeviceT, link: Path) -> None:
        self.meter = meter
        self.link = link
        self.exchanges: list[tuple[bytes, bytes]] = []
        self.noise = b""
        self._ends: tuple[int, int] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def plug_in(self) -> None:
        """The adapter appears: ``link`` leads to a new pseudo-terminal."""
        master, slave = os.openpty()  # our own hold on the slave keeps the line up while nobody has opened it
        tty.setraw(slave)
        self._ends = master, slave
        self.link.symlink_to(os.ttyname(slave))
        asyncio.get_running_loop().add_reader(master, self._carry)

    def pull_out(self) -> None:
        """The adapter is gone, for whoever has it open too."""
        if self._ends is None:
            return
        asyncio.get_running_loop().remove_reader(self._ends[0])
        for end in self._ends:
            os.close(end)
        self._ends = None
        self.link.unlink()
        if self._timer:
            self._timer.cancel()

    def _carry(self) -> None:
        assert self._ends
        data = os.read(self._ends[0], 4096)
        reply = self._receive(data)
        self.exchanges.append((data, reply))

    def _receive(self, data: bytes) -> bytes:
        assert self._ends
        loop = asyncio.get_running_loop()
        reply = self.meter.receive(data, int(loop.time() * 1_000_000))
        if reply:
            os.write(self._ends[0], self.noise + reply)
        if self._timer:
            self._timer.cancel()
        due = self.meter.deadline()
        self._timer = loop.call_at(due / 1_000_000, self._receive, b"") if due is not None else None
        return reply
