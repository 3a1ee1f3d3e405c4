"""The bench's plain words: ``ev``, ``inject`` and ``world``, each made of actions on the physical world.

A fault is caused where it would arise: in a car, a cable, a contact, a wire. What no physics can cause acts
on the part that holds it. Nothing here touches a fault bit of the safety module.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from pilotline.links.operations import OperationError, build
from pilotline.simulator.actions import (
    ACTIONS,
    Action,
    ConfigureCar,
    Misbehaviour,
    Pole,
    RequestPower,
    SetHouseLoad,
    SetMisbehaviour,
    SetPilotOffset,
    SetProximity,
    SetTemperatures,
    SetVoltage,
    StickContact,
    StopPower,
    WeldContact,
)
from pilotline.simulator.cable import RESISTOR_OHM
from pilotline.simulator.world import WorldView
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.phases import PerPhase


@dataclass(frozen=True, slots=True)
class CutLink:
    """The line between host and board is cut, or mended."""

    cut: bool


BenchAction = Action | CutLink


class CarState(Enum):
    """What the car asks for, by the pilot state it then shows."""

    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Ev:
    """The car's wish, its greatest current, and its one misbehaviour ("none" for a good car)."""

    state: CarState | None = None
    current_a: float | None = None
    misbehave: str | None = None

    def actions(self) -> Sequence[BenchAction]:
        found: list[BenchAction] = []
        if self.current_a is not None:
            found.append(ConfigureCar(obc_ma=round(self.current_a * 1_000)))
        if self.state is not None:
            found.append(ConfigureCar(ventilation=self.state is CarState.D))
            found.append(StopPower() if self.state is CarState.B else RequestPower())
        if self.misbehave is not None:
            found += _misbehave(self.misbehave)
        return found


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Supply voltage, house load and the temperature of both sensors; None leaves one as it is."""

    voltage_v: float | None = None
    house_a: float | None = None
    temperature_c: float | None = None

    def actions(self) -> Sequence[BenchAction]:
        found: list[BenchAction] = []
        _within("voltage_v", self.voltage_v, 0, 1_000)
        _within("house_a", self.house_a, -1_000, 1_000)
        _within("temperature_c", self.temperature_c, -100, 300)
        if self.voltage_v is not None:
            found.append(SetVoltage(l1_mv=round(self.voltage_v * 1_000)))
        if self.house_a is not None:
            found.append(SetHouseLoad(l1_ma=round(self.house_a * 1_000)))
        if self.temperature_c is not None:
            mc = round(self.temperature_c * 1_000)
            found.append(SetTemperatures(relay_mc=mc, electronics_mc=mc))
        return found


@dataclass(frozen=True, slots=True)
class Inject:
    """Cause a fault, by its name in the fault table, or end its cause; ``value`` where one is needed."""

    fault: str
    active: bool = True
    value: float | None = None

    def actions(self) -> Sequence[BenchAction]:
        cause = CAUSES.get(self.fault)
        if cause is None:
            raise OperationError(
                f"{self.fault} cannot be caused in this release; what can: {', '.join(CAUSES)}."
            )
        return cause.actions(self.active, self.value)


def bench_actions(word: str, args: Mapping[str, Any]) -> Sequence[BenchAction]:
    """What a word of the bench, plain or fine, comes to. Raises OperationError."""
    if word in BENCH:
        return build(word, BENCH[word].type, args).actions()
    return [build(word, ACTIONS[word].type, args)]


def _within(name: str, value: float | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise OperationError(f"world: {name} is {least} to {most}.")


def _misbehave(word: str) -> Sequence[BenchAction]:
    known = {each.value: each for each in Misbehaviour}
    if word != "none" and word not in known:
        raise OperationError(f"A car knows no {word}; it can do none, {', '.join(known)}.")
    return [SetMisbehaviour(each, each.value == word) for each in Misbehaviour]


class BenchWord(NamedTuple):
    """One row of the bench's table."""

    type: type[Ev | Surroundings | Inject]
    help: str


BENCH: Mapping[str, BenchWord] = {
    "ev": BenchWord(Ev, "The car's wish (state B, C or D), its greatest current, its one misbehaviour."),
    "world": BenchWord(Surroundings, "Supply voltage, house load, temperature of the sensors."),
    "inject": BenchWord(Inject, "Cause a fault by its name in the fault table, or end its cause."),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: the actions that cause it or end it, and whether the world (or the cut link) holds it now."""

    actions: Callable[[bool, float | None], Sequence[BenchAction]]
    holds: Callable[[WorldView, bool], bool]


def _weld(*poles: Pole) -> Cause:
    return Cause(
        lambda active, _value: [WeldContact(pole, active) for pole in poles],
        lambda world, _cut: world.welded.issuperset(poles),
    )


def _stick(*poles: Pole) -> Cause:
    return Cause(
        lambda active, _value: [StickContact(pole, active) for pole in poles],
        lambda world, _cut: world.stuck.issuperset(poles),
    )


def _misbehaves(how: Misbehaviour) -> Cause:
    return Cause(
        lambda active, _value: [SetMisbehaviour(how, active)],
        lambda world, _cut: how in world.misbehaviours,
    )


def _pilot_level(active: bool, value: float | None) -> Sequence[BenchAction]:
    """``value``: how far off the level is in volts; 1.5 V puts every state between two windows."""
    return [SetPilotOffset(round((1.5 if value is None else value) * 1_000) if active else 0)]


def _proximity(active: bool, value: float | None) -> Sequence[BenchAction]:
    """``value``: what the resistor measures in ohm; none is a broken wire. Mended it is that of 32 A."""
    if not active:
        return [SetProximity(RESISTOR_OHM[32_000])]
    return [SetProximity(None if value is None else round(value))]


def _unreadable(world: WorldView, _cut: bool) -> bool:
    return world.plugged and world.ohm not in RESISTOR_OHM.values()


CAUSES: Mapping[str, Cause] = {
    "EVSE_FAULTS_POWER_RELAY": _stick(Pole.LIVE, Pole.NEUTRAL),
    "EVSE_FAULT_CP_STATE": Cause(_pilot_level, lambda world, _cut: world.pilot_offset_mv != 0),
    "EVSE_FAULT_DIODE_UNPRESENT": _misbehaves(Misbehaviour.NO_DIODE),
    "EVSE_FAULT_PP_UNPRESENT": Cause(_proximity, _unreadable),
    "EVSE_FAULT_MISSING_HOST": Cause(lambda active, _value: [CutLink(active)], lambda _world, cut: cut),
    "EVSE_FAULT_VN_OUT_OPEN": _weld(Pole.NEUTRAL),
    "EVSE_FAULT_VN_OUT_CLOSE": _stick(Pole.NEUTRAL),
    "EVSE_FAULT_VL_OUT_OPEN": _weld(Pole.LIVE),
    "EVSE_FAULT_VL_OUT_CLOSE": _stick(Pole.LIVE),
}
"""The faults the safety module watches so far, by what causes them. A new watch brings a row."""


@dataclass(frozen=True, slots=True)
class BenchView:
    """What the bench's knobs stand at, in people's units; rounded, so that it rests when the world does.

    ``car`` is the state the car shows on the pilot, ``wants`` its driver's wish, ``relay`` whether any
    contact is closed in truth; ``causes`` are the rows of ``CAUSES`` that hold.
    """

    plugged: bool
    cable_a: int | None
    car: str
    wants: bool
    soc_percent: float
    relay: bool
    locked: bool
    house_a: PerPhase[float]
    voltage_v: PerPhase[float]
    temperature_c: float
    misbehaviours: tuple[str, ...]
    causes: tuple[str, ...]


def bench_view(world: WorldView, link_is_cut: bool) -> BenchView:
    """The truth of the world, as a person at the bench reads it."""
    return BenchView(
        plugged=world.plugged,
        cable_a=_rating_a(world.ohm) if world.plugged else None,
        car=world.state.value,
        wants=world.wants,
        soc_percent=world.soc_permille / 10,
        relay=any(world.contacts),
        locked=world.lock is LockPosition.LOCKED,
        house_a=_tenths(world.house_ma),
        voltage_v=_tenths(world.voltage_mv),
        temperature_c=round(max(world.temperature_mc) / 1_000, 1),
        misbehaviours=tuple(sorted(each.value for each in world.misbehaviours)),
        causes=tuple(name for name, cause in CAUSES.items() if cause.holds(world, link_is_cut)),
    )


def _rating_a(ohm: int | None) -> int | None:
    return next((ma // 1_000 for ma, of_cable in RESISTOR_OHM.items() if of_cable == ohm), None)


def _tenths(thousandths: PerPhase[int]) -> PerPhase[float]:
    l1, l2, l3 = (round(value / 1_000, 1) for value in thousandths)
    return PerPhase(l1, l2, l3)
