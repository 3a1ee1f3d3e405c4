"""The world around one connector: supply, relay, lock, cable, car, heat and energy, as one pure core.

The RTM's :class:`Outputs` and the bench's actions go in, its :class:`Sample` values come out. Every part
changes at moments of its own, which the world visits in order, so its story does not depend on how often
it is called. It issues a sample when a value crosses a quantum of its data, and at least every 100 ms while
current flows (design rule 5). It decides nothing that a station decides, and it is not the bus of any
device: :meth:`World.reading` is what a virtual meter then puts into registers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pilotline.simulator.actions import (
    Action,
    ClampState,
    ConfigureCar,
    LockFault,
    Misbehaviour,
    MonitorFault,
    PlugIn,
    Pole,
    Refused,
    RequestPower,
    RestoreVoltage,
    SetAmbient,
    SetCalibration,
    SetClamp,
    SetCover,
    SetEmergencyStop,
    SetHeat,
    SetHouseLoad,
    SetLeakage,
    SetLockFault,
    SetMisbehaviour,
    SetMonitor,
    SetNeutralEarth,
    SetPilotOffset,
    SetProximity,
    SetTemperatures,
    SetVoltage,
    StationAction,
    StickContact,
    StopPower,
    SwapWires,
    Unplug,
    WeldContact,
)
from pilotline.simulator.cable import RESISTOR_OHM, Cable, levels
from pilotline.simulator.car import Car, CarConfig
from pilotline.simulator.clamp import Clamp
from pilotline.simulator.contactor import Contactor, ContactorConfig
from pilotline.simulator.enclosure import Enclosure
from pilotline.simulator.energy import Integral, whole_wh
from pilotline.simulator.grid import Grid, GridConfig
from pilotline.simulator.lock import Lock, LockConfig
from pilotline.simulator.monitor import Figures, Monitor, MonitorConfig
from pilotline.simulator.thermal import Thermal, ThermalConfig
from pilotline.simulator.v2g_car import Digital, FromCharger, LineBroken, LineNews, LineOpen, LineWish
from pilotline.vocabulary import refusals
from pilotline.vocabulary.board import Contacts, Covers, Light, LockPosition, Outputs, Sample
from pilotline.vocabulary.charger import Outlet, OutletKind, Rating
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import ZERO, PerPhase, on_phases
from pilotline.vocabulary.pilot import STEADY, PilotState
from pilotline.vocabulary.time import MS, SECOND, Tick, earliest

_NEVER = 1 << 62
_SETTLES_WITHIN = 1 * SECOND
"""A change below its quantum is told this late at most when nothing flows."""

CLOSED = Covers()


@dataclass(frozen=True, slots=True)
class Beside:
    """What the station's other connectors draw (mA): the clamp at the common supply measures it too."""

    current_ma: PerPhase[int]


Event = Outputs | Action | Beside | LineNews | Tick
Effect = Sample | Refused | LineWish


@dataclass(frozen=True, slots=True)
class Quanta:
    """By how much a value must have moved since the last sample for a new one to be issued at once.

    Pilot levels, contacts, lock, proximity, alarms, covers, emergency stop and calibration are told on every
    change, and so is the begin and the end of current, and of what the clamp says. While current flows,
    ``period_ms`` is the longest time between samples.
    """

    current_ma: int = 250
    voltage_mv: int = 1_000
    residual_ua: int = 500
    temperature_mc: int = 500
    clamp_ma: int = 250
    period_ms: int = 100


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """What stands around one connector when the world begins."""

    outlet: OutletKind = OutletKind.SOCKET
    grid: GridConfig = field(default_factory=GridConfig)
    car: CarConfig = field(default_factory=CarConfig)
    contactor: ContactorConfig = field(default_factory=ContactorConfig)
    lock: LockConfig = field(default_factory=LockConfig)
    thermal: ThermalConfig = field(default_factory=ThermalConfig)
    monitor: MonitorConfig = field(default_factory=MonitorConfig)
    clamp: ClampState = ClampState.ABSENT
    quanta: Quanta = field(default_factory=Quanta)

    @staticmethod
    def around(rating: Rating, outlet: Outlet, car: CarConfig | None = None) -> "WorldConfig":
        """The world in which a charger model stands: its supply (a stiff one), its outlet, its lock."""
        return WorldConfig(
            outlet=outlet.kind,
            grid=GridConfig(on_phases(rating.voltage_v * 1_000, rating.phases), impedance_mohm=0),
            car=car or CarConfig(),
            lock=LockConfig(fitted=outlet.lock),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a power cycle of the station: plug, bolt, register, battery, case (design section 4)."""

    plugged: bool = False
    ohm: int | None = None
    locked: bool = False
    energy_pj: int = 0
    battery_pj: int | None = None
    wants: bool = True
    covers: Covers = CLOSED
    emergency_stop: bool = False
    calibrated: bool = True
    digital: Digital | None = None
    """What the car speaks, None: what the world begins with."""


@dataclass(frozen=True, slots=True)
class WorldView:
    """The truth at core time ``at``, for status lines, the page and tests; the RTM sees samples only.

    ``wants`` is its driver's wish, ``obc_ma`` the most its charger takes per phase, ``wanted_ma`` what it
    aims at, ``current_ma`` what flows;
    ``ohm`` is the resistor in the plug, ``proximity_ohm`` what the station's socket measures of it.
    ``leak_ua`` leaks from the car as soon as it can; ``nominal_mv`` is the voltage when nothing is wrong;
    ``light`` is what the ring shows; ``digital`` what the car speaks, ``talks`` whether it does now.
    """

    at: int
    plugged: bool
    state: PilotState
    s2: bool
    soc_permille: int
    obc_ma: int
    wanted_ma: int
    current_ma: PerPhase[int]
    voltage_mv: PerPhase[int]
    temperature_mc: tuple[int, int]
    energy_wh: int
    contacts: Contacts
    lock: LockPosition
    ohm: int | None
    proximity_ohm: int | None
    house_ma: PerPhase[int]
    wants: bool
    misbehaviours: frozenset[Misbehaviour]
    welded: frozenset[Pole]
    stuck: frozenset[Pole]
    pilot_offset_mv: int
    nominal_mv: PerPhase[int]
    earth_is_raised: bool
    leak_ua: Figures
    heated: bool
    lock_fault: LockFault
    monitor_fault: MonitorFault
    covers: Covers
    emergency_stop: bool
    calibrated: bool
    clamp: ClampState
    light: Light
    digital: Digital
    talks: bool


class World:
    """One connector's surroundings. Begins at core time ``now`` and owes its first sample then."""

    def __init__(self, config: WorldConfig, memory: Memory | None = None, now: int = 0) -> None:
        memory = memory or Memory()
        self._quanta = config.quanta
        self._period = config.quanta.period_ms * MS
        self._grid = Grid(config.grid)
        self._cable = Cable(config.outlet)
        self._contactor = Contactor(config.contactor)
        self._lock = Lock(config.lock, memory.locked)
        self._thermal = Thermal(config.thermal, config.quanta.temperature_mc, now)
        self._monitor = Monitor(config.monitor)
        self._enclosure = Enclosure(memory.covers, memory.emergency_stop, memory.calibrated)
        self._rings = PerPhase(*(mv > 0 for mv in config.grid.nominal_mv))
        self._clamp = Clamp(config.clamp, self._rings)
        speaks = config.car.digital if memory.digital is None else memory.digital
        self._car = Car(replace(config.car, digital=speaks), memory.battery_pj, memory.wants, now)
        self._register = Integral(memory.energy_pj, now)
        self._pilot = STEADY
        self._light = Light()
        self._pilot_offset_mv = 0
        self._current_ma = ZERO
        self._voltage_mv = ZERO
        self._beside_ma = ZERO
        self._now = now
        if memory.plugged:
            self._cable.plug(memory.ohm)
            self._car.plug(now)
        self._couple(now)
        self._last = self._measure(now)
        self._tail = self._last[1:]
        self._flows = False
        self._dirty = True
        self._beat_at = now
        self._plan()

    def handle(self, event: Event, now: int) -> list[Effect]:
        """All samples up to ``now``, each with its own time, and what the event itself leads to."""
        out: list[Effect] = []
        if self._next <= now:
            self._advance(now, out)
        self._now = now
        if not isinstance(event, Tick):
            refused = self._apply(event, now)
            if refused is not None:
                out.append(refused)
            self._refresh(now, out)
            self._advance(now, out)
        return out

    def deadline(self) -> int | None:
        """When something changes next or a sample is due."""
        return self._next if self._next < _NEVER else None

    @property
    def current_ma(self) -> PerPhase[int]:
        """What flows to the car as of the last event."""
        return self._current_ma

    def view(self) -> WorldView:
        """The truth as of the last event."""
        now, car = self._now, self._car
        return WorldView(
            at=now,
            plugged=car.plugged,
            state=car.state,
            s2=car.s2,
            soc_permille=car.battery.permille(now),
            obc_ma=car.config.obc_ma,
            wanted_ma=car.target_ma,
            current_ma=self._current_ma,
            voltage_mv=self._voltage_mv,
            temperature_mc=self._thermal.at(now),
            energy_wh=whole_wh(self._register.at(now)),
            contacts=self._contactor.contacts,
            lock=self._lock.position,
            ohm=self._cable.ohm,
            proximity_ohm=self._cable.proximity_ohm,
            house_ma=self._grid.house_ma,
            wants=car.wants,
            misbehaviours=frozenset(car.misbehaviours),
            welded=self._contactor.welded,
            stuck=self._contactor.stuck,
            pilot_offset_mv=self._pilot_offset_mv,
            nominal_mv=self._grid.nominal_mv,
            earth_is_raised=self._grid.earth_is_raised,
            leak_ua=Figures(car.leak_ac_ua, car.leak_dc_ua),
            heated=self._thermal.heated,
            lock_fault=self._lock.fault,
            monitor_fault=self._monitor.fault,
            covers=self._enclosure.covers,
            emergency_stop=self._enclosure.emergency_stop,
            calibrated=self._enclosure.calibrated,
            clamp=self._clamp.state,
            light=self._light,
            digital=car.config.digital,
            talks=car.talks,
        )

    def reading(self) -> MeterReading:
        """What a meter at the outlet knows as of the last event; hand over a Tick first to be exact."""
        volts, amps = self._voltage_mv, self._current_ma
        watts = ((v * i + 500_000) // 1_000_000 for v, i in zip(volts, amps, strict=True))
        return MeterReading(
            import_wh=whole_wh(self._register.at(self._now)),
            export_wh=0,
            voltage_mv=_known(volts),
            current_ma=_known(amps),
            power_w=_known(watts),
        )

    def memory(self) -> Memory:
        """What to begin the next world with after a power cycle."""
        return Memory(
            plugged=self._car.plugged,
            ohm=self._cable.ohm,
            locked=self._lock.holds,
            energy_pj=self._register.at(self._now),
            battery_pj=self._car.battery.stored_pj(self._now),
            wants=self._car.wants,
            covers=self._enclosure.covers,
            emergency_stop=self._enclosure.emergency_stop,
            calibrated=self._enclosure.calibrated,
            digital=self._car.config.digital,
        )

    # --- time -------------------------------------------------------------------------------------

    def _advance(self, now: int, out: list[Effect]) -> None:
        while self._next <= now:
            if self._beat_at < self._change_at:
                self._beat(out)
            else:
                at = self._change_at
                self._contactor.settle(at)
                self._lock.settle(at)
                self._monitor.settle(at)
                self._take_cable()
                self._car.settle(at)
                self._refresh(at, out)

    def _beat(self, out: list[Effect]) -> None:
        """The sample that is due though nothing crossed a quantum. This is the hot path of a charge."""
        at = self._beat_at
        if self._dirty:
            self._tell(self._measure(at), out)
            self._plan()
            return
        out.append(Sample(at, *self._tail))
        self._beat_at = at + self._period if self._flows else _NEVER
        self._next = min(self._beat_at, self._change_at)

    def _plan(self) -> None:
        due = earliest(
            self._contactor.due, self._lock.due, self._monitor.due, self._car.due, self._thermal.due
        )
        self._change_at = _NEVER if due is None else due
        self._next = min(self._beat_at, self._change_at)

    # --- cause and effect -------------------------------------------------------------------------

    def _refresh(self, at: int, out: list[Effect]) -> None:
        """Something changed at ``at``: find the currents, and say so if it is worth a sample."""
        self._couple(at)
        out += self._car.speak()
        sample, warm = self._measure(at), self._thermal.due
        self._dirty = sample[1:11] != self._last[1:11] or sample[12:] != self._last[12:]  # warmth has a time
        late = self._dirty and self._last.at + _SETTLES_WITHIN <= at
        if late or (warm is not None and warm <= at) or _crossed(sample, self._last, self._quanta):
            self._tell(sample, out)
        elif self._dirty:
            self._beat_at = min(self._beat_at, self._last.at + _SETTLES_WITHIN)
        self._plan()

    def _couple(self, at: int) -> None:
        """Contacts make current, current pulls voltage, both make power, power fills and warms."""
        contacts, car = self._contactor.contacts, self._car
        car.supply(contacts.live and contacts.neutral and self._grid.alive, at)
        amps = self._current_ma = self._grid.share(car.current_ma, car.config.phases)
        volts = self._voltage_mv = self._grid.voltage_at(amps)
        power_uw = volts.l1 * amps.l1 + volts.l2 * amps.l2 + volts.l3 * amps.l3
        self._register.change(power_uw, at)
        car.charge(power_uw, at)
        self._thermal.load(max(amps), at)
        leaks = car.plugged and contacts.live and self._grid.alive
        self._monitor.feel(car.leak_ac_ua if leaks else 0, car.leak_dc_ua if leaks else 0, at)

    def _measure(self, at: int) -> Sample:
        car, contacts = self._car, self._contactor.contacts
        diode = Misbehaviour.NO_DIODE not in car.misbehaviours
        high, low = levels(self._pilot, car.state, diode, self._pilot_offset_mv)
        monitor, case = self._monitor, self._enclosure
        return Sample(
            at,
            high,
            low,
            self._cable.proximity_ohm,
            contacts,
            self._lock.position,
            self._voltage_mv,
            self._current_ma,
            self._grid.neutral_pe_mv,
            *monitor.figures,
            self._thermal.at(at),
            monitor.alarm,
            case.covers,
            self._clamp.measure(self._grid.house_ma, self._current_ma, self._beside_ma),
            case.emergency_stop,
            case.calibrated,
        )

    def _tell(self, sample: Sample, out: list[Effect]) -> None:
        out.append(sample)
        self._last, self._tail = sample, sample[1:]
        self._dirty = False
        self._flows = any(sample.current_ma)
        self._beat_at = sample.at + self._period if self._flows else _NEVER
        self._thermal.tell(sample.at)

    # --- what is done to it -----------------------------------------------------------------------

    def _apply(self, event: Outputs | Action | Beside | LineNews, now: int) -> Refused | None:  # noqa: C901
        match event:
            case Outputs():
                self._obey(event, now)
            case LineOpen() | FromCharger() | LineBroken():
                self._car.hear_line(event, now)
            case PlugIn():
                return self._plug_in(event, now)
            case Unplug():
                return self._unplug(event, now)
            case SetProximity():
                return self._set_proximity(event)
            case SetPilotOffset(mv):
                self._pilot_offset_mv = mv
            case SetVoltage() | RestoreVoltage() | SwapWires() | SetNeutralEarth() | SetHouseLoad():
                self._grid.apply(event)
            case Beside(current_ma):
                self._beside_ma = current_ma
            case SetClamp(state):
                self._clamp = Clamp(state, self._rings)
            case ConfigureCar() | SetMisbehaviour() | RequestPower() | StopPower() | SetLeakage():
                return self._car.apply(event, now)
            case _:
                return self._apply_to_station(event, now)
        return None

    def _apply_to_station(self, action: StationAction, now: int) -> Refused | None:
        match action:
            case SetLockFault(fault):
                if not self._lock.fitted:
                    return Refused(action, refusals.TETHERED.of())
                self._lock.break_down(fault, now)
            case SetCover() | SetEmergencyStop() | SetCalibration():
                self._enclosure.apply(action)
            case WeldContact() | StickContact():
                self._contactor.apply(action)
            case SetMonitor():
                self._monitor.apply(action, now)
            case _:
                self._warm(action, now)
        return None

    def _warm(self, action: SetAmbient | SetTemperatures | SetHeat, now: int) -> None:
        match action:
            case SetAmbient(mc):
                self._thermal.set_ambient(mc, now)
            case SetTemperatures():
                self._thermal.put(action, now)
            case SetHeat():
                self._thermal.heat(action, now)

    def _obey(self, outputs: Outputs, now: int) -> None:
        self._light = outputs.light
        if outputs.pilot != self._pilot:
            self._pilot = outputs.pilot
            self._car.hear(outputs.pilot, now)
        self._contactor.command(outputs.relay, now)
        self._lock.command(outputs.lock, now)
        self._monitor.test(outputs.residual_test, now)

    def _plug_in(self, action: PlugIn, now: int) -> Refused | None:
        ohm = RESISTOR_OHM.get(action.cable_ma) if action.ohm is None else action.ohm
        if self._car.plugged:
            return Refused(action, refusals.PLUGGED.of())
        if self._cable.plugged:  # left in a locked socket: the same cable goes back to a car
            self._car.plug(now)
            return None
        if self._lock.holds:
            return Refused(action, refusals.BOLT_OUT.of())
        if ohm is None:
            rated = ", ".join(str(ma) for ma in RESISTOR_OHM)
            return Refused(
                action, f"No cable is rated {action.cable_ma} mA; choose one of {rated}, or give ohm."
            )
        self._cable.plug(ohm)
        self._car.plug(now)
        return None

    def _unplug(self, action: Unplug, now: int) -> Refused | None:
        if not self._car.plugged:
            return Refused(action, refusals.NO_PLUG.of())
        self._car.unplug(now)
        if action.force:
            self._cable.unplug()
        self._take_cable()
        return None

    def _take_cable(self) -> None:
        """Who pulled the plug at the car takes the cable along as soon as the socket lets go of it."""
        if self._cable.plugged and not self._car.plugged and not self._lock.holds:
            self._cable.unplug()

    def _set_proximity(self, action: SetProximity) -> Refused | None:
        if not self._cable.plugged:
            return Refused(action, "No plug is in whose resistor could change.")
        self._cable.change(action.ohm)
        return None


def _known(values: Iterable[int]) -> PerPhase[int | None]:
    l1, l2, l3 = values
    return PerPhase[int | None](l1, l2, l3)


def _crossed(new: Sample, old: Sample, quanta: Quanta) -> bool:
    """Whether the difference between two samples is worth telling at once."""
    return (
        new[1:6] != old[1:6]  # pilot levels, proximity, contacts, lock
        or new[12:14] != old[12:14]  # alarms, covers
        or new[15:] != old[15:]  # emergency stop, calibration
        or any(new.current_ma) != any(old.current_ma)
        or _moved(new.current_ma, old.current_ma, quanta.current_ma)
        or _moved(new.voltage_mv, old.voltage_mv, quanta.voltage_mv)
        or _moved(new[8:9], old[8:9], quanta.voltage_mv)  # neutral to earth
        or _moved(new[9:11], old[9:11], quanta.residual_ua)
        or _moved(new.temperature_mc, old.temperature_mc, quanta.temperature_mc)
        or (new.clamp_ma != old.clamp_ma and _clamped(new.clamp_ma, old.clamp_ma, quanta.clamp_ma))
    )


def _clamped(new: PerPhase[int | None], old: PerPhase[int | None], quantum: int) -> bool:
    """Whether the clamp says something else, or says something where it was silent."""
    return any(
        (a is None) is not (b is None) or (a is not None and b is not None and abs(a - b) >= quantum)
        for a, b in zip(new, old, strict=True)
    )


def _moved(new: Iterable[int], old: Iterable[int], quantum: int) -> bool:
    return any(abs(a - b) >= quantum for a, b in zip(new, old, strict=True))
