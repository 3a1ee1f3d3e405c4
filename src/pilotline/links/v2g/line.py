"""What passes between the station and the shells that hold the connections to its cars.

The conversations themselves are in :mod:`pilotline.links.v2g.charging`, loaded only where a model can have
them: the tables of two protocols are large.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pilotline.links.v2g.log_views import CarMessageView
from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.events import CarSaid
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import ChargerModel


@dataclass(frozen=True, slots=True)
class CarConnected:
    """A car has opened a connection at a connector's line."""

    connector: int


@dataclass(frozen=True, slots=True)
class FromCar:
    """Bytes of it."""

    connector: int
    data: bytes


@dataclass(frozen=True, slots=True)
class CarGone:
    """The car closed the connection, or it broke."""

    connector: int


@dataclass(frozen=True, slots=True)
class CarBytes:
    """Bytes for the connection."""

    connector: int
    data: bytes


@dataclass(frozen=True, slots=True)
class CarHangUp:
    """Close the connection."""

    connector: int


LineEvent = CarConnected | FromCar | CarGone
LineEffect = CarBytes | CarHangUp


class Lines(Protocol):
    """The conversations of a station."""

    def handle(self, event: LineEvent, now: int) -> None: ...

    def look(self, now: int) -> Sequence[CarSaid]:
        """After the station has moved: what it has to hear."""
        ...

    def take_effects(self) -> Sequence[LineEffect]:
        """What is to be sent, once."""
        ...

    def views(self, connector: int, clock: WallClock, after: int) -> Sequence[CarMessageView]:
        """The last messages of a connector, those with a greater number than ``after``."""
        ...

    def deadline(self) -> int | None: ...


class NoLines:
    """Of a model without digital signalling: whoever calls is not listened to."""

    def __init__(self) -> None:
        self._effects: list[LineEffect] = []

    def handle(self, event: LineEvent, now: int) -> None:  # noqa: ARG002 - a protocol's verb
        if isinstance(event, CarConnected):
            self._effects.append(CarHangUp(event.connector))

    def look(self, now: int) -> Sequence[CarSaid]:  # noqa: ARG002
        return ()

    def take_effects(self) -> Sequence[LineEffect]:
        effects, self._effects = self._effects, []
        return effects

    def views(self, connector: int, clock: WallClock, after: int) -> Sequence[CarMessageView]:  # noqa: ARG002
        return ()

    def deadline(self) -> int | None:
        return None


def open_lines(connectors: Mapping[int, Connector], model: ChargerModel, keys: KeyStore, boot: int) -> Lines:
    """Those of a station of this model."""
    if model.rtm.digital is None:
        return NoLines()
    from pilotline.links.v2g.charging import CarLines  # noqa: PLC0415 - the tables of two protocols

    return CarLines(connectors, model, keys, boot)
