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
        return cause(self.active, self.value)


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

_Cause = Callable[[bool, float | None], Sequence[BenchAction]]


def _weld(*poles: Pole) -> _Cause:
    return lambda active, _value: [WeldContact(pole, active) for pole in poles]


def _stick(*poles: Pole) -> _Cause:
    return lambda active, _value: [StickContact(pole, active) for pole in poles]


def _pilot_level(active: bool, value: float | None) -> Sequence[BenchAction]:
    """``value``: how far off the level is in volts; 1.5 V puts every state between two windows."""
    return [SetPilotOffset(round((1.5 if value is None else value) * 1_000) if active else 0)]


def _proximity(active: bool, value: float | None) -> Sequence[BenchAction]:
    """``value``: what the resistor measures in ohm; none is a broken wire. Mended it is that of 32 A."""
    if not active:
        return [SetProximity(220)]
    return [SetProximity(None if value is None else round(value))]


CAUSES: Mapping[str, _Cause] = {
    "EVSE_FAULTS_POWER_RELAY": _stick(Pole.LIVE, Pole.NEUTRAL),
    "EVSE_FAULT_CP_STATE": _pilot_level,
    "EVSE_FAULT_DIODE_UNPRESENT": lambda active, _value: [SetMisbehaviour(Misbehaviour.NO_DIODE, active)],
    "EVSE_FAULT_PP_UNPRESENT": _proximity,
    "EVSE_FAULT_MISSING_HOST": lambda active, _value: [CutLink(active)],
    "EVSE_FAULT_VN_OUT_OPEN": _weld(Pole.NEUTRAL),
    "EVSE_FAULT_VN_OUT_CLOSE": _stick(Pole.NEUTRAL),
    "EVSE_FAULT_VL_OUT_OPEN": _weld(Pole.LIVE),
    "EVSE_FAULT_VL_OUT_CLOSE": _stick(Pole.LIVE),
}
"""The faults the safety module watches so far, by what causes them. A new watch brings a row."""
