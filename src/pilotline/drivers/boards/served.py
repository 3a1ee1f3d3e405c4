"""A board behind a socket: samples of whoever serves them (a virtual world here), outputs back to it.

One packet is one JSON array of a Unix ``SOCK_SEQPACKET`` socket, with the fields of
:class:`~pilotline.vocabulary.board.Sample` towards the safety module, and those of
:class:`~pilotline.vocabulary.board.Outputs` back, in their order. Both ends repeat what they said last at
least every ``REPEAT_MS``, so that a packet is also a sign of life: the world opens its relay when the module
is silent for ``WATCHDOG_MS``, as the watchdog of a real board does, and to the module a silent world is a
broken port.
"""

import socket
from pathlib import Path

import msgspec

from pilotline.drivers.boards.ports import PortError
from pilotline.vocabulary.board import Outputs, Sample
from pilotline.vocabulary.pilot import STATE_F
from pilotline.vocabulary.time import MS

REPEAT_MS = 20
WATCHDOG_MS = 100
"""What a real board's watchdog has (docs/how-to/bring-up-a-board.md)."""
PACKET = 1024
KIND = socket.SOCK_SEQPACKET
_ENCODER = msgspec.json.Encoder()
_SAMPLES = msgspec.json.Decoder(Sample)
_OUTPUTS = msgspec.json.Decoder(Outputs)


def packet(value: Sample | Outputs) -> bytes:
    """The bytes of one packet."""
    return _ENCODER.encode(value)


def read_outputs(data: bytes) -> Outputs:
    """Raises ValueError for bytes that are none."""
    return _OUTPUTS.decode(data)


class ServedBoard:
    """The module's end: the verbs of :class:`~pilotline.drivers.boards.board.Board`, none of which waits."""

    def __init__(self, path: Path) -> None:
        """Raises PortError where nobody serves samples."""
        self._path = path
        self._line = socket.socket(socket.AF_UNIX, KIND | socket.SOCK_CLOEXEC)
        self._sample: Sample | None = None
        self._outputs = Outputs()
        self._heard_at: int | None = None
        self._said_at = -REPEAT_MS * MS
        try:
            self._line.connect(str(path))
        except OSError:
            self._line.close()
            raise PortError(
                f"Nobody serves samples at {path}; start the board, or the world, first."
            ) from None
        self._line.setblocking(False)

    def sample(self, at: int) -> Sample | None:
        """The newest sample, stamped ``at``; None before the first. Raises PortError when they have ended."""
        self._take(at)
        if at - self._said_at >= REPEAT_MS * MS:
            self._say(at)
        return None if self._sample is None else self._sample._replace(at=at)

    def obey(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._say(self._said_at)

    def make_safe(self) -> None:
        """Relay open, state F; the plug stays as it is."""
        self._outputs = self._outputs._replace(relay=False, pilot=STATE_F)
        try:
            self._line.send(packet(self._outputs))
        except OSError:
            return  # nobody there: the other end's watchdog opens

    def close(self) -> None:
        self._line.close()

    def _take(self, at: int) -> None:
        if self._heard_at is None:
            self._heard_at = at
        newest = self._receive()
        if newest is not None:
            self._sample, self._heard_at = newest, at
        elif at - self._heard_at > WATCHDOG_MS * MS:
            raise PortError(f"The samples at {self._path} have stopped; see why its other end is silent.")

    def _receive(self) -> Sample | None:
        """The last of the packets that wait; only that one is how things are now."""
        data, newest = b"", b""
        try:
            while data := self._line.recv(PACKET):
                newest = data
        except BlockingIOError:
            return _decode(newest) if newest else None
        except OSError:
            pass
        raise PortError(f"The other end of {self._path} has gone; start it, then this.")

    def _say(self, at: int) -> None:
        self._said_at = at
        try:
            self._line.send(packet(self._outputs))
        except BlockingIOError:
            raise PortError(f"The other end of {self._path} reads nothing any more; see why.") from None
        except OSError:
            raise PortError(f"The other end of {self._path} has gone; start it, then this.") from None


def _decode(data: bytes) -> Sample:
    try:
        return _SAMPLES.decode(data)
    except ValueError as error:
        raise PortError(
            f"What is served is no sample ({error}); both ends have to be of one version."
        ) from None
