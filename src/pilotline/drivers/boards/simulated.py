"""The ports of a world: what its last sample says, and what it is to be driven with.

Whoever has a world feeds ``sample`` and takes ``outputs``; nothing here knows which world it is.
"""

from collections.abc import Sequence

from pilotline.drivers.boards.board import Board
from pilotline.drivers.boards.ports import Leakage, Levels, Mains
from pilotline.models.pulse_counter import Edge
from pilotline.vocabulary.board import Contacts, Covers, Light, LockPosition, Outputs, ResidualAlarm, Sample
from pilotline.vocabulary.pilot import PilotOutput


class Simulated:
    """All ports at once, around one sample. ``outputs`` is what was driven last; ``edges`` wait to be
    taken."""

    def __init__(self, sample: Sample | None = None) -> None:
        self.sample = sample or Sample(0)
        self.outputs = Outputs()
        self.edges: list[Edge] = []
        self.pilot = _Pilot(self)
        self.relay = _Relay(self)
        self.lock = _Lock(self)
        self.monitor = _Monitor(self)
        self.mains = _Mains(self)
        self.thermistors = (_Thermistor(self, 0), _Thermistor(self, 1))

    def board(self, *, lock: bool = True, proximity: bool = True) -> Board:
        """A board of these ports; a model without a lock or a proximity reading has no such port."""
        return Board(
            self.pilot,
            self.relay,
            self.monitor,
            self.mains,
            self.thermistors,
            covers=_Covers(self),
            stop=_Stop(self),
            signals=_Signals(self),
            proximity=_Proximity(self) if proximity else None,
            lock=self.lock if lock else None,
        )

    def take(self) -> Sequence[Edge]:
        """As an S0 input."""
        taken, self.edges = self.edges, []
        return taken


class _Port:
    def __init__(self, world: Simulated) -> None:
        self._world = world

    @property
    def _seen(self) -> Sample:
        return self._world.sample

    def _drive(self, **part: object) -> None:
        self._world.outputs = self._world.outputs._replace(**part)  # type: ignore[arg-type] - a field each


class _Pilot(_Port):
    def drive(self, output: PilotOutput) -> None:
        self._drive(pilot=output)

    def levels(self) -> Levels:
        return Levels(self._seen.pilot_high_mv, self._seen.pilot_low_mv)


class _Relay(_Port):
    def drive(self, closed: bool) -> None:
        self._drive(relay=closed)

    def contacts(self) -> Contacts:
        return self._seen.contacts


class _Lock(_Port):
    def drive(self, locked: bool) -> None:
        self._drive(lock=locked)

    def position(self) -> LockPosition:
        return self._seen.lock


class _Monitor(_Port):
    def alarm(self) -> ResidualAlarm:
        return self._seen.residual_alarm

    def figures(self) -> Leakage | None:
        return Leakage(self._seen.residual_ac_ua, self._seen.residual_dc_ua)

    def test(self, active: bool) -> None:
        self._drive(residual_test=active)


class _Mains(_Port):
    def read(self) -> Mains:
        seen = self._seen
        return Mains(seen.voltage_mv, seen.current_ma, seen.neutral_pe_mv, seen.clamp_ma)

    def calibrated(self) -> bool:
        return self._seen.calibrated


class _Thermistor(_Port):
    def __init__(self, world: Simulated, place: int) -> None:
        super().__init__(world)
        self._place = place

    def read(self) -> int:
        return self._seen.temperature_mc[self._place]


class _Proximity(_Port):
    def read(self) -> int | None:
        return self._seen.proximity_ohm


class _Covers(_Port):
    def read(self) -> Covers:
        return self._seen.covers


class _Stop(_Port):
    def pressed(self) -> bool:
        return self._seen.emergency_stop


class _Signals(_Port):
    def show(self, light: Light, beep: bool) -> None:
        self._drive(light=light, beep=beep)
