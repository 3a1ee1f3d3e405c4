"""Ports that play back and record, for the tests of a board's author.

Give a port what it shall read, a list of readings one after the other, the last for ever; what it was driven
with stands in ``driven``, in order and without repetition. ``broken`` makes every call raise PortError.
"""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from pilotline.drivers.boards.board import Board
from pilotline.drivers.boards.ports import Leakage, Levels, Mains, PortError, SensorFault
from pilotline.models.pulse_counter import Edge
from pilotline.vocabulary.board import CONTACTS_OPEN, Contacts, Covers, Light, LockPosition, ResidualAlarm
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotOutput

R = TypeVar("R")
D = TypeVar("D")


class Tape(Generic[R, D]):
    """The readings to come and the drives that came."""

    def __init__(self, *readings: R) -> None:
        self._readings = list(readings)
        self.driven: list[D] = []
        self.broken = False

    def play(self, *readings: R) -> None:
        """Read these from now on."""
        self._readings = list(readings)

    def _next(self) -> R:
        self._check()
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]

    def _note(self, drive: D) -> None:
        self._check()
        if not self.driven or self.driven[-1] != drive:
            self.driven.append(drive)

    def _check(self) -> None:
        if self.broken:
            raise PortError(f"{type(self).__name__} is broken: mend it with broken = False.")


class MockPilot(Tape[Levels, PilotOutput]):
    def drive(self, output: PilotOutput) -> None:
        self._note(output)

    def levels(self) -> Levels:
        return self._next()


class MockRelay(Tape[Contacts, bool]):
    def drive(self, closed: bool) -> None:
        self._note(closed)

    def contacts(self) -> Contacts:
        return self._next()


class MockLock(Tape[LockPosition, bool]):
    def drive(self, locked: bool) -> None:
        self._note(locked)

    def position(self) -> LockPosition:
        return self._next()


class MockMonitor(Tape[ResidualAlarm, bool]):
    """``measured`` is what it says it measures."""

    measured: Leakage | None = None

    def alarm(self) -> ResidualAlarm:
        return self._next()

    def figures(self) -> Leakage | None:
        self._check()
        return self.measured

    def test(self, active: bool) -> None:
        self._note(active)


class MockMains(Tape[Mains, None]):
    """``readable``: whether its calibration can be read."""

    readable = True

    def read(self) -> Mains:
        return self._next()

    def calibrated(self) -> bool:
        return self.readable


class MockThermistor(Tape[int | SensorFault, None]):
    def read(self) -> int | SensorFault:
        return self._next()


class MockProximity(Tape[int | None, None]):
    def read(self) -> int | None:
        return self._next()


class MockCovers(Tape[Covers, None]):
    def read(self) -> Covers:
        return self._next()


class MockStop(Tape[bool, None]):
    def pressed(self) -> bool:
        return self._next()


class MockSignals(Tape[None, tuple[Light, bool]]):
    def show(self, light: Light, beep: bool) -> None:
        self._note((light, beep))


class MockPulses:
    """Each edge is handed out once."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self.edges = list(edges)

    def take(self) -> Sequence[Edge]:
        taken, self.edges = self.edges, []
        return taken


class Mocks:
    """A board of mocks at rest: no car, relay open, 230 V, 25 °C."""

    def __init__(self) -> None:
        self.pilot = MockPilot(Levels(12_000, 12_000))
        self.relay = MockRelay(CONTACTS_OPEN)
        self.lock = MockLock(LockPosition.OPEN)
        self.monitor = MockMonitor(ResidualAlarm())
        self.mains = MockMains(Mains(PerPhase(230_000, 0, 0)))
        self.thermistors = (MockThermistor(25_000), MockThermistor(25_000))
        self.proximity = MockProximity(None)
        self.covers = MockCovers(Covers())
        self.stop = MockStop(False)
        self.signals = MockSignals(None)

    def board(self) -> Board:
        return Board(
            self.pilot,
            self.relay,
            self.monitor,
            self.mains,
            self.thermistors,
            covers=self.covers,
            stop=self.stop,
            signals=self.signals,
            proximity=self.proximity,
            lock=self.lock,
        )
