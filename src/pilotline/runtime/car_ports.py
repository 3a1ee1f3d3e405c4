"""Where the cars of a virtual station find its host: a TCP port on the loopback interface for each connector.

A simulated car has no modem. The number of its port stands in a file of the station's folder, as the other
virtual lines have their places there.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import structlog

from pilotline.drivers.v2g.connection import ChargerPort, Connected, LineEvent, Refused
from pilotline.drivers.v2g.interface import LOOPBACK, V2gPortError, interface
from pilotline.links.v2g.line import CarBytes, CarConnected, CarGone, FromCar, LineEffect
from pilotline.links.v2g.line import LineEvent as HostLineEvent


class CarPorts:
    """``start`` listens, ``act`` does what the host wants of a connection; ``post`` is told what comes."""

    def __init__(self, files: Sequence[str], post: Callable[[HostLineEvent], object]) -> None:
        """``files`` are the places of the port numbers, one a connector."""
        self._files = [Path(each) for each in files]
        self._post = post
        self._log = structlog.get_logger().bind(process="host")
        self._ports: dict[int, ChargerPort] = {}

    async def start(self) -> None:
        """A machine without IPv6, or without room for a file, charges by the duty cycle alone."""
        try:
            for number, file in enumerate(self._files, 1):
                port = ChargerPort(interface(LOOPBACK), partial(self._hear, number))
                told = await port.start()
                self._ports[number] = port
                _tell(file, told)
        except (V2gPortError, OSError) as error:
            self._log.warning("no lines to the cars", reason=str(error))
            self.close()

    def act(self, effect: LineEffect) -> None:
        port = self._ports.get(effect.connector)
        if port is None:
            return
        if isinstance(effect, CarBytes):
            port.send(effect.data)
        else:
            port.hang_up()

    def close(self) -> None:
        """No conversation, and no new one."""
        for port in self._ports.values():
            port.close()
        self._ports.clear()

    def _hear(self, connector: int, event: LineEvent) -> None:
        match event:
            case bytes():
                self._post(FromCar(connector, event))
            case Connected():
                self._post(CarConnected(connector))
            case Refused(peer):
                self._log.warning("a second car was not listened to", connector=connector, peer=peer)
            case _:
                self._post(CarGone(connector))


def _tell(file: Path, port: int) -> None:
    """Whole or not at all: a car may be about to read it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(port), encoding="ascii")
    fresh.replace(file)
