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
    ClampState,
    ConfigureCar,
    Cover,
    EvsensFault,
    LockFault,
    MeterFault,
    Misbehaviour,
    MonitorFault,
    Pole,
    RequestPower,
    RestoreVoltage,
    SetCalibration,
    SetClamp,
    SetCover,
    SetEmergencyStop,
    SetEvsensFault,
    SetHeat,
    SetHouseLoad,
    SetLeakage,
    SetLockFault,
    SetMeterFault,
    SetMisbehaviour,
    SetMonitor,
    SetNeutralEarth,
    SetPilotOffset,
    SetProximity,
    SetTemperatures,
    SetVoltage,
    StickContact,
    StopPower,
    SwapWires,
    WeldContact,
)
from pilotline.simulator.cable import RESISTOR_OHM
from pilotline.simulator.world import WorldView
from pilotline.vocabulary.board import LockPosition, Pace
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.roles import Role


@dataclass(frozen=True, slots=True)
class CutLink:
    """The line between host and board is cut, or mended."""

    cut: bool


@dataclass(frozen=True, slots=True)
class SetPace:
    """The loop that runs the safety module keeps its time, or does not any more."""

    pace: Pace


@dataclass(frozen=True, slots=True)
class SilenceSupply:
    """Clamp and EVSENS at the house's supply say nothing any more, or are mended."""

    silent: bool

    @property
    def clamp(self) -> SetClamp:
        return SetClamp(ClampState.SILENT if self.silent else ClampState.FITTED)

    @property
    def evsens(self) -> SetEvsensFault:
        return SetEvsensFault(EvsensFault.SILENT if self.silent else EvsensFault.NONE)


NO_METER = "This model has no energy meter that could fail."
NO_EVSENS = "This model has no place for an EVSENS that could fail."
ConnectorAction = Action | SetMeterFault | CutLink | SetPace
"""What is done at one connector, or to what each connector's world has its own copy of."""
BenchAction = ConnectorAction | SetEvsensFault | SilenceSupply


class Lines(NamedTuple):
    """What the world is not: whether the line to the host is cut, how meter and EVSENS answer, how the safety
    module's loop keeps its time, and whether the model can talk to a car."""

    link_is_cut: bool = False
    meter: MeterFault = MeterFault.NONE
    evsens: EvsensFault = EvsensFault.NONE
    pace: Pace = Pace.KEPT
    digital: bool = False


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
    least: Role = Role.USER


BENCH: Mapping[str, BenchWord] = {
    "ev": BenchWord(Ev, "The car's wish (state B, C or D), its greatest current, its one misbehaviour."),
    "world": BenchWord(Surroundings, "Supply voltage, house load, temperature of the sensors."),
    "inject": BenchWord(Inject, "Cause a fault by its name in the fault table, or end its cause."),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: the actions that cause it or end it, and whether the world (or a line) holds it now.

    ``value`` says what the figure of ``inject`` means here; empty where it means nothing.
    """

    actions: Callable[[bool, float | None], Sequence[BenchAction]]
    holds: Callable[[WorldView, Lines], bool]
    value: str = ""


def _weld(*poles: Pole) -> Cause:
    return Cause(
        lambda active, _value: [WeldContact(pole, active) for pole in poles],
        lambda world, _lines: world.welded.issuperset(poles),
    )


def _stick(*poles: Pole) -> Cause:
    return Cause(
        lambda active, _value: [StickContact(pole, active) for pole in poles],
        lambda world, _lines: world.stuck.issuperset(poles),
    )


def _misbehaves(how: Misbehaviour) -> Cause:
    return Cause(
        lambda active, _value: [SetMisbehaviour(how, active)],
        lambda world, _lines: how in world.misbehaviours,
    )


def _lock(how: LockFault, *alike: LockFault) -> Cause:
    return Cause(
        lambda active, _value: [SetLockFault(how if active else LockFault.NONE)],
        lambda world, _lines: world.lock_fault in (how, *alike),
    )


def _cover(cover: Cover) -> Cause:
    return Cause(
        lambda active, _value: [SetCover(cover, active)],
        lambda world, _lines: getattr(world.covers, cover.value),
    )


def _pace(pace: Pace) -> Cause:
    return Cause(
        lambda active, _value: [SetPace(pace if active else Pace.KEPT)],
        lambda _world, lines: lines.pace is pace,
    )


def _thousandths(value: float | None, default: float) -> int:
    return round((default if value is None else value) * 1_000)


def _leak_ac(active: bool, value: float | None) -> Sequence[BenchAction]:
    return [SetLeakage(ac_ua=_thousandths(value, 30) if active else 0)]


def _leak_dc(active: bool, value: float | None) -> Sequence[BenchAction]:
    return [SetLeakage(dc_ua=_thousandths(value, 6) if active else 0)]


def _raise_earth(active: bool, value: float | None) -> Sequence[BenchAction]:
    """Its end puts swapped wires right as well: no more is left that raises it."""
    if active:
        return [SetNeutralEarth(_thousandths(value, 100))]
    return [SetNeutralEarth(None), SwapWires(False)]


def _draw(active: bool, value: float | None) -> Sequence[BenchAction]:
    too_much = SetMisbehaviour(Misbehaviour.DRAWS_TOO_MUCH, active)
    return [ConfigureCar(overdraw_ma=_thousandths(value, 40)), too_much] if active else [too_much]


def _voltage(default: float) -> Callable[[bool, float | None], Sequence[BenchAction]]:
    return lambda active, value: (
        [SetVoltage(l1_mv=_thousandths(value, default))] if active else [RestoreVoltage()]
    )


def _heat(active: bool, value: float | None) -> Sequence[BenchAction]:
    return [SetHeat(relay_mc=_thousandths(value, 85)) if active else SetHeat()]


def _pilot_level(active: bool, value: float | None) -> Sequence[BenchAction]:
    return [SetPilotOffset(_thousandths(value, 1.5) if active else 0)]


def _proximity(active: bool, value: float | None) -> Sequence[BenchAction]:
    """Mended, the resistor is that of 32 A."""
    if not active:
        return [SetProximity(RESISTOR_OHM[32_000])]
    return [SetProximity(None if value is None else round(value))]


def _silence(active: bool, _value: float | None) -> Sequence[BenchAction]:
    return [SetMeterFault(MeterFault.SILENT if active else MeterFault.NONE)]


def _kill_monitor(active: bool, _value: float | None) -> Sequence[BenchAction]:
    """It shows in the next self-test: before the next offer, or after a day."""
    return [SetMonitor(MonitorFault.DEAD if active else MonitorFault.NONE)]


def _unreadable(world: WorldView, _lines: Lines) -> bool:
    return world.plugged and world.ohm not in RESISTOR_OHM.values()


def _strays(world: WorldView, above: bool) -> bool:
    """Whether a phase is more than a tenth above, or below, its nominal voltage (E-18 as shipped)."""
    return any(
        (10 * mv > 11 * nominal) if above else (10 * mv < 9 * nominal)
        for mv, nominal in zip(world.voltage_mv, world.nominal_mv, strict=True)
    )


CAUSES: Mapping[str, Cause] = {
    "EVSE_FAULT_EMERGENCY_STOP": Cause(
        lambda active, _value: [SetEmergencyStop(active)], lambda world, _lines: world.emergency_stop
    ),
    "EVSE_FAULT_RCD": Cause(
        _leak_ac, lambda world, _lines: world.leak_ua.ac_ua != 0, "mA that leak (30), behind a closed relay"
    ),
    "EVSE_FAULT_RCD_DC": Cause(
        _leak_dc, lambda world, _lines: world.leak_ua.dc_ua != 0, "mA that leak (6), behind a closed relay"
    ),
    "EVSE_FAULT_SELF_TEST": Cause(
        _kill_monitor, lambda world, _lines: world.monitor_fault is MonitorFault.DEAD
    ),
    "EVSE_FAULT_NEUTRAL": Cause(
        _raise_earth, lambda world, _lines: world.earth_is_raised, "volts between neutral and earth (100)"
    ),
    "EVSE_FAULTS_POWER_RELAY": _stick(Pole.LIVE, Pole.NEUTRAL),
    "EVSE_FAULT_OVERCURRENT": Cause(
        _draw,
        lambda world, _lines: Misbehaviour.DRAWS_TOO_MUCH in world.misbehaviours,
        "A that the car draws, whatever is offered (40)",
    ),
    "EVSE_FAULT_OVERVOLTAGE": Cause(
        _voltage(280), lambda world, _lines: _strays(world, above=True), "volts of the supply (280)"
    ),
    "EVSE_FAULT_UNDERVOLTAGE": Cause(
        _voltage(180), lambda world, _lines: _strays(world, above=False), "volts of the supply (180)"
    ),
    "EVSE_FAULT_TEMPERATURE": Cause(
        _heat, lambda world, _lines: world.heated, "°C at which the relay is kept (85); it cools in minutes"
    ),
    "EVSE_FAULT_MISSING_PCM": _lock(LockFault.MISSING),
    "EVSE_FAULT_ACT_LOCK_FAULT": _lock(LockFault.BLOCKED, LockFault.JAMMED),
    "EVSE_FAULT_ACT_UNLOCK_FAULT": _lock(LockFault.STRAINED, LockFault.JAMMED),
    "EVSE_FAULT_CP_STATE": Cause(
        _pilot_level,
        lambda world, _lines: world.pilot_offset_mv != 0,
        "volts by which the level is off (1.5: between two states)",
    ),
    "EVSE_FAULT_DIODE_UNPRESENT": _misbehaves(Misbehaviour.NO_DIODE),
    "EVSE_FAULT_PP_UNPRESENT": Cause(
        _proximity, _unreadable, "Ω that the plug's resistor measures (a broken wire)"
    ),
    "EVSE_FAULT_CAL": Cause(
        lambda active, _value: [SetCalibration(not active)], lambda world, _lines: not world.calibrated
    ),
    "EVSE_FAULT_STALLED": _pace(Pace.STALLED),
    "EVSE_FAULT_MISSING_HOST": Cause(
        lambda active, _value: [CutLink(active)], lambda _world, lines: lines.link_is_cut
    ),
    "EVSE_FAULT_LATE": _pace(Pace.LATE),
    "EVSE_FAULT_MISSING_EXT_EMETER": Cause(_silence, lambda _world, lines: lines.meter is MeterFault.SILENT),
    "EVSE_FAULT_VN_OUT_OPEN": _weld(Pole.NEUTRAL),
    "EVSE_FAULT_VN_OUT_CLOSE": _stick(Pole.NEUTRAL),
    "EVSE_FAULT_VL_OUT_OPEN": _weld(Pole.LIVE),
    "EVSE_FAULT_VL_OUT_CLOSE": _stick(Pole.LIVE),
    "EVSE_FAULT_CLAMP_SILENT": Cause(
        lambda active, _value: [SilenceSupply(active)],
        lambda world, lines: (
            world.clamp in (ClampState.SILENT, ClampState.INVALID)
            or lines.evsens not in (EvsensFault.NONE, EvsensFault.REVERSED)
        ),
    ),
    "EVSE_FAULT_TAMPER1_EVENT": _cover(Cover.MAIN),
    "EVSE_FAULT_TAMPER2_EVENT": _cover(Cover.SERVICE),
}
"""Every fault that has a cause of its own, by that cause. A consequence (0x4000) has none here."""


@dataclass(frozen=True, slots=True)
class BenchView:
    """What the bench's knobs stand at, in people's units; rounded, so that it rests when the world does.

    ``car`` is the state the car shows on the pilot, ``wants`` its driver's wish, ``car_a`` what its charger
    takes at most per phase, ``digital`` what it speaks (None: with this model it cannot), ``relay`` whether
    any contact is closed in truth; ``clamp`` how the clamp at the house's supply is; ``causes`` are the rows
    of ``CAUSES`` that hold.
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
    clamp: str
    car_a: float = 0.0
    digital: str | None = None


def bench_view(world: WorldView, lines: Lines) -> BenchView:
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
        causes=tuple(name for name, cause in CAUSES.items() if cause.holds(world, lines)),
        clamp=world.clamp.value,
        car_a=round(world.obc_ma / 1_000, 1),
        digital=world.digital.value if lines.digital else None,
    )


def _rating_a(ohm: int | None) -> int | None:
    return next((ma // 1_000 for ma, of_cable in RESISTOR_OHM.items() if of_cable == ohm), None)


def _tenths(thousandths: PerPhase[int]) -> PerPhase[float]:
    l1, l2, l3 = (round(value / 1_000, 1) for value in thousandths)
    return PerPhase(l1, l2, l3)
