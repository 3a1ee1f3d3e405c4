"""The picture of a station: all that the page shows, and what has changed between two of them.

The parts come from the snapshot every door shows; beside it stand the plate of the station and, where the
world is a simulated one, the knobs of the bench and the lapse of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from pilotline.drivers.boards.indicators import PageIndicators, PageLamp
from pilotline.links.here import Here
from pilotline.links.host import BackendView, HostView
from pilotline.simulator.bench import BenchView
from pilotline.station.authorisation import filled_up, same_tag
from pilotline.station.snapshot import ConnectorView, LedView
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.sentences import Told

NOWHERE = Here()


@dataclass(frozen=True, slots=True)
class Plate:
    """What does not change while the host lives. ``zero_utc_ms`` is the wall-clock time of core time 0.

    A card's tag that is shorter than ``tag_bytes`` stands in sessions filled up to that (R-27). ``digital``:
    the station can talk with a car by ISO 15118.
    """

    id: str
    model: str
    serial: str
    firmware: str
    phases: int
    rated_a: float
    rated_v: int
    virtual: bool
    zero_utc_ms: int | None
    tag_bytes: int = 0
    digital: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The line to the backend: whether there is to be one, and whether somebody at the bench has cut it.

    ``up`` says of each interface by its word whether it could carry the line; empty where they are real ones.
    """

    configured: bool
    cut: bool
    up: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class BackendPicture:
    """How it stands with the backend; ``problem`` is a sentence or None, ``trouble`` the same by its code.

    ``interfaces`` are those of ``Line.up``; ``interface`` and ``part`` the one in use (E-62), None where the
    operating system chooses.
    """

    configured: bool
    connected: bool
    cut: bool
    queued: int
    set_aside: int
    problem: str | None
    interfaces: Mapping[str, bool] = field(default_factory=dict[str, bool])
    interface: str | None = None
    part: str | None = None
    trouble: Told | None = None


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
    sentences on how the station is set up. ``today``, ``after_restart`` and ``names`` are of ``links.here``.
    """

    station: Plate
    connectors: Mapping[str, ConnectorView]
    backend: BackendPicture
    world: BenchView | None = None
    lapse: Lapse | None = None
    beside: Mapping[str, BenchView] = field(default_factory=dict[str, BenchView])
    notes: tuple[Told, ...] = ()
    leds: Mapping[str, LedPicture] = field(default_factory=dict[str, LedPicture])
    today: str | None = None
    after_restart: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])


def paint(
    plate: Plate,
    view: HostView,
    line: Line,
    worlds: Mapping[int, BenchView] | None = None,
    lapse: Lapse | None = None,
    here: Here = NOWHERE,
) -> Picture:
    """Put a picture together; ``worlds`` by connector, as far as they are known."""
    connectors = {str(each.id): each for each in view.connectors}
    worlds = worlds or {}
    beside = {str(number): world for number, world in worlds.items() if number != 1}
    backend, small = _backend(view.backend, line), _small_lights(view.leds)
    around = worlds.get(1), lapse, beside
    told = here.today, here.after_restart, here.names
    return Picture(plate, connectors, backend, *around, view.notes, small, *told)


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
        model.session.tag_bytes,
        model.rtm.digital is not None,
    )


def _backend(view: BackendView, line: Line) -> BackendPicture:
    used = view.network
    return BackendPicture(
        line.configured,
        view.connected,
        line.cut,
        view.queued,
        view.set_aside,
        view.problem,
        line.up,
        used and used.name,
        used and used.part,
        view.trouble,
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


def for_card(tree: Tree, card: str, tag_bytes: int) -> Tree:
    """A picture, or what has changed in one, for a guest: of the names he is told that of his own card."""
    own = filled_up(card, tag_bytes)
    names = {tag: name for tag, name in tree.get("names", {}).items() if card and same_tag(tag, own)}
    return {**tree, "names": names} if "names" in tree else tree


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
