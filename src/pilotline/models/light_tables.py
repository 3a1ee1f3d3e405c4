"""Reads a model's lights: ``[colours]``, ``[ring]``, ``[signs]`` and ``[leds]`` (E-50, M-30, M-31)."""

from collections.abc import Mapping
from typing import Any

from pilotline.models.document import Node
from pilotline.models.records import build, name_value, read, read_key, suggest
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.charger import RingRow
from pilotline.vocabulary.lights import Cue, Glow, Leds, Module, ModuleState, SignRow, Signs
from pilotline.vocabulary.status import ConnectorStatus

Colours = Mapping[str, int]


def read_lights(root: Node) -> dict[str, Any]:
    """The fields of a charger model that are about lights; signs and small lights are optional."""
    colours = {name: _read_colour(node) for name, node in root.child("colours").table().items()}
    tables = root.table()
    found: dict[str, Any] = {"ring": _read_ring(root.child("ring"), colours)}
    if "signs" in tables:
        found["signs"] = _read_signs(tables["signs"], colours)
    if "leds" in tables:
        found["leds"] = _read_leds(tables["leds"], colours)
    return found


def _read_colour(node: Node) -> int:
    colour: int = read(int, node)
    if not 0 <= colour <= 0xFFFFFF:
        raise node.refuse("a colour is 0x000000 to 0xFFFFFF")
    return colour


def _read_ring(ring: Node, colours: Colours) -> dict[ConnectorStatus, RingRow]:
    nodes = {read_key(ConnectorStatus, key, node): node for key, node in ring.table().items()}
    own = {status: node for status, node in nodes.items() if not _has(node, "shown_as")}
    rows = {status: RingRow(*_read_pair(node, colours)) for status, node in own.items()}
    borrowed = {status: _borrow(node, rows) for status, node in nodes.items() if status not in own}
    return rows | borrowed


def _borrow(node: Node, rows: Mapping[ConnectorStatus, RingRow]) -> RingRow:
    """``{ shown_as = "Unavailable" }``: the row of another status, which has colours of its own."""
    _only(node, {"shown_as"})
    status: ConnectorStatus = read(ConnectorStatus, node.child("shown_as"))
    if status not in rows:
        raise node.refuse(f"{status.value} has no colours of its own")
    return rows[status]


def _read_signs(node: Node, colours: Colours) -> Signs:
    """``order`` and a row for each cue in it that has one."""
    table = node.table()
    order = tuple(read(Cue, each) for each in node.child("order").array())
    rows = {read_key(Cue, key, row): _read_sign(row, colours) for key, row in table.items() if key != "order"}
    return build(Signs, node, {"order": order, "rows": rows}, table)


def _read_sign(node: Node, colours: Colours) -> SignRow:
    """A row like the ring's, or ``{ light = …, for_ms = … }`` of an acknowledgement."""
    if not _has(node, "light"):
        return SignRow(*_read_pair(node, colours))
    _only(node, {"light", "for_ms"})
    return SignRow(*_read_pair(node.child("light"), colours), read(int, node.child("for_ms")))


def _read_leds(node: Node, colours: Colours) -> Leds:
    return {read_key(Module, key, part): _read_states(part, colours) for key, part in node.table().items()}


def _read_states(node: Node, colours: Colours) -> dict[ModuleState, tuple[Glow, ...]]:
    rows: dict[ModuleState, tuple[Glow, ...]] = {}
    for key, row in node.table().items():
        lamps = row.array() if isinstance(row.value, list) else [row]
        rows[read_key(ModuleState, key, row)] = tuple(_read_glow(each, colours) for each in lamps)
    return rows


def _read_glow(node: Node, colours: Colours) -> Glow:
    """A colour, steady, or ``{ colour, on_ms, off_ms, percent }``: dark for ``off_ms`` in between."""
    if not isinstance(node.value, dict):
        return Glow(_find_colour(node, colours))
    table = node.table()
    _only(node, {"colour", "on_ms", "off_ms", "percent"})
    times = {key: read(int, table[key]) for key in ("on_ms", "off_ms") if key in table}
    if len(times) == 1 or 0 in times.values():
        raise node.refuse("on_ms and off_ms are given together, each above 0; without them it is steady")
    return Glow(_find_colour(node.child("colour"), colours), percent=_read_percent(node), **times)


def _read_pair(node: Node, colours: Colours) -> tuple[Light, Light]:
    """``{ online = …, offline = … }``, or one light for both."""
    if not isinstance(node.value, dict) or _has(node, "colours"):
        light = _read_light(node, colours)
        return light, light
    _only(node, {"online", "offline"})
    return _read_light(node.child("online"), colours), _read_light(node.child("offline"), colours)


def _read_light(node: Node, colours: Colours) -> Light:
    """One colour is steady, two blink; ``{ colours = …, percent = … }`` is one of less brightness."""
    if isinstance(node.value, dict):
        _only(node, {"colours", "percent"})
        return _read_light(node.child("colours"), colours)._replace(percent=_read_percent(node))
    named = node.array() if isinstance(node.value, list) else [node]
    mixed = [_find_colour(element, colours) for element in named]
    if not 1 <= len(mixed) <= 2:
        raise node.refuse("a light is one colour, or two that it changes between")
    return Light(mixed[0], mixed[-1])


def _read_percent(node: Node) -> int:
    """The light's own share of the brightness; all of it unless it says so."""
    if not _has(node, "percent"):
        return 100
    percent: int = read(int, node.child("percent"))
    if not 1 <= percent <= 100:
        raise node.child("percent").refuse("percent is 1 to 100")
    return percent


def _find_colour(node: Node, colours: Colours) -> int:
    name = node.text()
    if name not in colours:
        raise node.refuse(f"{name_value(node)} is no colour of [colours]" + suggest(name, colours))
    return colours[name]


def _has(node: Node, key: str) -> bool:
    return type(node.value) is dict and key in node.table()


def _only(node: Node, known: set[str]) -> None:
    for key, child in node.table().items():
        if key not in known:
            raise child.refuse("unknown key" + suggest(key, known))
