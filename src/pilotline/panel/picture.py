"""The picture of a station: all that the page shows, and what has changed between two of them.

The parts come from the snapshot every door shows; beside it stand the plate of the station and, where the
world is a simulated one, the knobs of the bench and the lapse of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from pilotline.drivers.boards.indicators import PageIndicators, PageLamp
from pilotline.links.host import BackendView, HostView
from pilotline.simulator.bench import BenchView
from pilotline.station.snapshot import ConnectorView, LedView
from pilotline.vocabulary.charger import ChargerModel


@dataclass(frozen=True, slots=True)
class Plate:
    """What does not change while the host lives. ``zero_utc_ms`` is the wall-clock time of core time 0."""

    id: str
    model: str
    serial: str
    firmware: str
    phases: int
    rated_a: float
    rated_v: int
    virtual: bool
    zero_utc_ms: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """The line to the backend: whether there is to be one, and whether somebody at the bench has cut it."""

    configured: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class BackendPicture:
    """How it stands with the backend; ``problem`` is a sentence or None."""

    configured: bool
    connected: bool
    cut: bool
    queued: int
    set_aside: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Lapse:
    """How fast simulated time runs: asked for, reached by this machine, and the story that is played."""

    speed: float
    reached: float
    story: str
    note: str | None


@dataclass(frozen=True, slots=True)
class LedPicture:
    """The small lights of a part of the controller: how it is, and its lamps as the page draws them."""

    state: str
    lamps: tuple[PageLamp, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything at one moment. ``world`` is None where the world is a real one, ``lapse`` where time is.

    ``world`` is that around connector 1; ``beside`` are those of the further connectors. ``notes`` are
    sentences on how the station is set up.
    """

    station: Plate
    connectors: Mapping[str, ConnectorView]
    backend: BackendPicture
    world: BenchView | None = None
    lapse: Lapse | None = None
    beside: Mapping[str, BenchView] = field(default_factory=dict[str, BenchView])
    notes: tuple[str, ...] = ()
    leds: Mapping[str, LedPicture] = field(default_factory=dict[str, LedPicture])


def paint(
    plate: Plate,
    view: HostView,
    line: Line,
    worlds: Mapping[int, BenchView] | None = None,
    lapse: Lapse | None = None,
) -> Picture:
    """Put a picture together; ``worlds`` by connector, as far as they are known."""
    connectors = {str(each.id): each for each in view.connectors}
    worlds = worlds or {}
    beside = {str(number): world for number, world in worlds.items() if number != 1}
    backend, small = _backend(view.backend, line), _small_lights(view.leds)
    return Picture(plate, connectors, backend, worlds.get(1), lapse, beside, view.notes, small)


def _small_lights(leds: Sequence[LedView]) -> Mapping[str, LedPicture]:
    page = PageIndicators()
    page.show({each.name: each.lamps for each in leds}, 0)
    return {each.name: LedPicture(each.state, page.picture[each.name]) for each in leds}


def plate_of(
    model: ChargerModel,
    station_id: str,
    serial: str,
    firmware: str,
    *,
    virtual: bool,
    zero_utc_ms: int | None,
) -> Plate:
    """The plate of a station of this model."""
    rating = model.rating
    return Plate(
        station_id,
        model.name,
        serial,
        firmware,
        rating.phases,
        rating.current_ma / 1_000,
        rating.voltage_v,
        virtual,
        zero_utc_ms,
    )


def _backend(view: BackendView, line: Line) -> BackendPicture:
    return BackendPicture(
        line.configured, view.connected, line.cut, view.queued, view.set_aside, view.problem
    )


Tree = dict[str, Any]
"""A picture as JSON has it: objects, lists, texts, numbers, null."""


def tree_of(picture: Picture) -> Tree:
    return cast("Tree", msgspec.to_builtins(picture))


def changes(old: Tree, new: Tree) -> Tree:
    """What to merge into ``old`` to have ``new``: objects part by part, everything else as a whole.

    A name that is there no more is told as null, which a client takes for "not there".
    """
    found: Tree = {}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            inner = changes(cast("Tree", before), cast("Tree", value))
            if inner:
                found[name] = inner
        elif value != before or name not in old:
            found[name] = value
    found |= {name: None for name in old if name not in new and old[name] is not None}
    return found


def merged(old: Tree, change: Tree) -> Tree:
    """The other way round, as a client does it."""
    result = dict(old)
    for name, value in change.items():
        before = result.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            result[name] = merged(cast("Tree", before), cast("Tree", value))
        else:
            result[name] = value
    return result
