"""Tells a station's story from its snapshots: a line when something worth telling has changed."""

from collections.abc import Iterator

from pilotline.links.host import HostView
from pilotline.station.snapshot import ConnectorView
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.lights import Scene, scene_of

POWER_STEP_W = 700
"""A change of power of this much is worth a line, and so is what it settles at."""


class Narrator:
    """``tell`` returns the lines that a new snapshot is worth."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str | None, str, str]] = {}
        self._power: dict[int, int] = {}
        self._seen: dict[int, int] = {}
        self._backend: tuple[bool, str | None] | None = None

    def tell(self, view: HostView) -> Iterator[str]:
        backend = (view.backend.connected, view.backend.problem)
        if backend != self._backend:
            self._backend = backend
            yield f"Backend        {'connected.' if backend[0] else backend[1] or 'connected, registering.'}"
        for connector in view.connectors:
            if self._is_news(connector):
                yield line(connector, many=len(view.connectors) > 1)

    def _is_news(self, connector: ConnectorView) -> bool:
        told = (connector.ocpp_status, connector.why.code, connector.limit_reason)
        power, told_power = connector.power_w or 0, self._power.get(connector.id, 0)
        settled = power == self._seen.get(connector.id) and power != told_power
        moved = settled or abs(power - told_power) >= POWER_STEP_W
        self._seen[connector.id] = power
        if told == self._told.get(connector.id) and not moved:
            return False
        self._told[connector.id] = told
        self._power[connector.id] = power
        return True


def scene(view: HostView) -> Scene:
    """The lights of a snapshot: a ring for each connector, and the small lights of the model."""
    rings = {each.id: _light(*each.light) for each in view.connectors}
    return {**scene_of(rings, {}), **{each.name: each.lamps for each in view.leds}}


def _light(first: str, second: str, percent: int) -> Light:
    return Light(int(first[1:], 16), int(second[1:], 16), percent)


def line(connector: ConnectorView, *, many: bool) -> str:
    """One connector in one line: its number where there are ``many``, status, power, register, and why."""
    number = f"{connector.id}  " if many else ""
    power = "?" if connector.power_w is None else f"{connector.power_w / 1_000:.2f} kW"
    energy = "?" if connector.energy_wh is None else f"{connector.energy_wh / 1_000:.3f} kWh"
    return (
        f"{number}{connector.ocpp_status or 'starting':<14} {power:>8} {energy:>10}  {connector.why.sentence}"
    )
