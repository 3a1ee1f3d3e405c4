"""A virtual DC power stage as a pure core: source, insulation monitor, contactors, meter, a battery as load.

It takes the seven verbs of :mod:`pilotline.vocabulary.power_side` and tells a PowerState when a part of it
has changed. Voltage and current are straight lines in time and energy is integrated in closed form, so they
are the same however often they are looked at. Nobody tells it what the car's contactors do: while it
supplies, they are closed; when the current has ended, they are open, and the output falls by itself.
"""

from dataclasses import dataclass
from math import isqrt

from pilotline.vocabulary.power_side import (
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PowerVerb,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND, Tick, earliest

SAFE_MV = 60_000
"""Below this an output may be touched (IEC 61851-23 CC.4): the insulation test ends there."""
LIMITS = DcLimits(1_000_000, 200_000, 100_000, 150_000, 1_000)
"""1000 V, 200 A and 100 kW at the most; 150 V and 1 A at the least."""
_UW_US_PER_WH = 3_600 * 10**12
"""Energy is summed in µW·µs."""


@dataclass(frozen=True, slots=True)
class StageConfig:
    """The figures are ours, and of the size of real ones; slopes are per second.

    IEC 61851-23 asks for at least 20 A/s upwards and 100 A/s downwards in normal operation.
    """

    limits: DcLimits = LIMITS
    rise_mv: int = 500_000
    fall_mv: int = 1_000_000
    rise_ma: int = 100_000
    fall_ma: int = 200_000
    test_ms: int = 1_000
    close_ms: int = 50
    open_ms: int = 30
    resistance_mohm: int = 50
    """Of the battery with its cable."""
    below_precharge_mv: int = 5_000
    """Where nobody has said the battery's voltage, it lies so far below the last pre-charge target: cars
    that ask for no more than that in the charge loop still take a current."""
    sample_ms: int = 50
    """How often is told what moves."""
    energy_ms: int = 1_000
    """And how often, while a steady current flows, what the meter counts."""


USUAL = StageConfig()


@dataclass(frozen=True, slots=True)
class NewSession:
    """Another car: what was known of insulation, battery and emergency is forgotten; the meter counts on."""


@dataclass(frozen=True, slots=True)
class SetBattery:
    """The battery behind the car's contactors has this voltage; None: it follows the pre-charge target."""

    voltage_mv: int | None


@dataclass(frozen=True, slots=True)
class SetInsulation:
    """What the monitor finds from now on: VALID, WARNING, FAULT or NO_MONITOR. A fault switches off."""

    found: Insulation


StageEvent = PowerVerb | NewSession | SetBattery | SetInsulation | DcLimits | Trouble | Tick


class _Ramp:
    """A value on its straight way to another, with one slope upwards and one downwards (per second)."""

    def __init__(self, rise: int, fall: int) -> None:
        self._rise, self._fall = rise, fall
        self._start: int = 0
        self._start_at: int = 0
        self.target: int = 0

    def at(self, now: int) -> int:
        went, whole = now - self._start_at, self.target - self._start
        if whole >= 0:
            return self._start + min(whole, self._rise * went // SECOND)
        return self._start - min(-whole, self._fall * went // SECOND)

    def aim(self, target: int, now: int) -> None:
        if target != self.target:
            self._start, self._start_at, self.target = self.at(now), now, target

    def jump(self, value: int, now: int) -> None:
        self._start, self._start_at, self.target = value, now, value

    def arrives(self) -> int:
        """When it is there, or was."""
        whole = self.target - self._start
        slope = self._rise if whole >= 0 else self._fall
        return self._start_at - (-abs(whole) * SECOND // slope)


class PowerStage:
    """``handle`` tells the state if it has changed; :meth:`deadline` is when it next will have."""

    def __init__(self, config: StageConfig = USUAL, energy_wh: int = 0) -> None:
        self._config = config
        self._limits = config.limits
        self._finds = Insulation.VALID
        self._trouble = Trouble.NONE
        self._voltage = _Ramp(config.rise_mv, config.fall_mv)
        self._current = _Ramp(config.rise_ma, config.fall_ma)
        self._closed = False
        self._moves_at: int | None = None
        self._counted = energy_wh * _UW_US_PER_WH
        self._counted_at = 0
        self._told: PowerState | None = None
        self._due: int | None = None
        self._begin()

    def _begin(self) -> None:
        """What nobody has asked for yet, and what a new car does not inherit."""
        self._insulation = Insulation.UNTESTED
        self._break_test()
        self._battery_mv = 0
        self._follows_precharge = True
        self._dead = False
        self._let_go()

    def _break_test(self) -> None:
        """A test without its end has found nothing; the next one begins anew."""
        if self._insulation is Insulation.TESTING:
            self._insulation = Insulation.UNTESTED
        self._testing = False
        self._tested_mv: int | None = None
        self._test_ends: int | None = None

    def _let_go(self) -> None:
        self._asked_mv = 0
        self._asked_ma = 0
        self._supplies = False
        self._wants_closed = False

    def handle(self, event: StageEvent, now: int) -> list[PowerState]:
        self._count(now)
        self._take(event)
        self._move(now)
        self._test(now)
        self._steer(now)
        state = self._state(now)
        self._due = self._next(now)
        if state == self._told:
            return []
        self._told = state
        return [state]

    def deadline(self) -> int | None:
        """When a Tick is wanted; None while nothing moves."""
        return self._due

    # --- what is asked ---

    def _take(self, event: StageEvent) -> None:
        match event:
            case DcLimits():
                self._limits = event
            case Trouble():
                self._trouble = event
            case SetInsulation():
                self._find(event.found)
            case SetBattery():
                self._follows_precharge = event.voltage_mv is None
                self._battery_mv = event.voltage_mv or self._battery_mv
            case NewSession():
                self._begin()
            case Tick():
                pass
            case _:
                self._obey(event)

    def _find(self, found: Insulation) -> None:
        """A monitor goes on looking after the test, and what it then finds holds at once."""
        self._finds = found
        if self._insulation is not Insulation.UNTESTED and not self._testing:
            self._insulation = found

    def _obey(self, verb: PowerVerb) -> None:
        """Whatever else is asked breaks off a test that runs, and makes the next one a new one."""
        if not isinstance(verb, CheckInsulation):
            self._break_test()
        match verb:
            case CheckInsulation():
                self._check(verb.voltage_mv)
            case PreCharge():
                self._precharge(verb)
            case CloseContactors():
                self._wants_closed = True
            case Supply():
                self._asked_mv, self._asked_ma, self._supplies = verb.voltage_mv, verb.current_ma, True
            case StopSupply():
                self._asked_mv, self._asked_ma, self._supplies = 0, 0, False
            case OpenContactors():
                self._let_go()
            case EmergencyOff():
                self._dead = True

    def _check(self, voltage_mv: int) -> None:
        if self._tested_mv == voltage_mv:
            return
        self._tested_mv = voltage_mv
        self._testing, self._test_ends = True, None
        self._insulation = Insulation.TESTING

    def _precharge(self, verb: PreCharge) -> None:
        self._asked_mv, self._supplies = verb.voltage_mv, False
        if self._follows_precharge:
            self._battery_mv = max(verb.voltage_mv - self._config.below_precharge_mv, 0)

    # --- what follows ---

    @property
    def _off(self) -> bool:
        """It has switched off by itself, or was told to at once."""
        return self._dead or self._trouble is not Trouble.NONE or self._insulation is Insulation.FAULT

    def _test(self, now: int) -> None:
        """Voltage up, then the test, then the result; the voltage falls by itself afterwards."""
        if not self._testing or self._off:
            return
        if self._test_ends is None:
            self._voltage.aim(self._test_mv(), now)
            if self._voltage.at(now) == self._test_mv():
                self._test_ends = now + self._config.test_ms * MS
        elif self._test_ends <= now:
            self._testing, self._test_ends = False, None
            self._insulation = self._finds

    def _test_mv(self) -> int:
        return min(self._tested_mv or 0, self._limits.voltage_mv)

    def _move(self, now: int) -> None:
        """Contacts arrive where they were sent; they are sent apart when no current flows."""
        if self._off:
            self._let_go()
            self._break_test()
            self._current.jump(0, now)
        if self._moves_at is not None and self._moves_at <= now:
            self._moves_at, self._closed = None, not self._closed
        if self._wants_closed == self._closed:
            self._moves_at = None
        elif self._moves_at is None and (self._wants_closed or self._current.at(now) == 0):
            time_ms = self._config.close_ms if self._wants_closed else self._config.open_ms
            self._moves_at = now + time_ms * MS

    def _steer(self, now: int) -> None:
        self._current.aim(self._goal_ma(), now)
        current = self._current.at(now)
        if self._feeds(current):
            self._voltage.jump(self._terminal_mv(current), now)
        else:
            target = self._test_mv() if self._testing else self._asked_mv
            self._voltage.aim(max(0, min(target, self._limits.voltage_mv)), now)

    def _feeds(self, current_ma: int) -> bool:
        """Whether the battery is at the output: see the head of this module."""
        return self._closed and (self._supplies or current_ma > 0)

    def _goal_ma(self) -> int:
        """The least of what is asked, what the output can do, and what the voltages and the power allow."""
        if not (self._supplies and self._closed):
            return 0
        ceiling_mv = min(self._asked_mv, self._limits.voltage_mv)
        drive = max(ceiling_mv - self._battery_mv, 0) * 1_000 // max(self._config.resistance_mohm, 1)
        return max(0, min(self._asked_ma, self._limits.current_ma, drive, self._within_power_ma()))

    def _within_power_ma(self) -> int:
        """The current at which battery voltage and resistance take the greatest power: R·I² + V·I = P."""
        volts, ohms = self._battery_mv, max(self._config.resistance_mohm, 1)
        root = isqrt(volts * volts + 4 * ohms * self._limits.power_w * 1_000)
        return (root - volts) * 1_000 // (2 * ohms)

    def _terminal_mv(self, current_ma: int) -> int:
        return self._battery_mv + self._config.resistance_mohm * current_ma // 1_000

    # --- what is told ---

    def _state(self, now: int) -> PowerState:
        return PowerState(
            self._limits,
            self._insulation,
            self._closed,
            self._voltage.at(now),
            self._current.at(now),
            self._counted // _UW_US_PER_WH,
            self._trouble,
        )

    def _next(self, now: int) -> int | None:
        ways = (self._voltage.arrives(), self._current.arrives())
        moving = earliest(*(at for at in ways if at > now))
        sample = None if moving is None else min(moving, now + self._config.sample_ms * MS)
        flows = self._current.at(now) > 0
        counts = now + self._config.energy_ms * MS if flows else None
        return earliest(sample, self._moves_at, self._test_ends, counts)

    def _count(self, now: int) -> None:
        """Energy since the last event: battery and cable take V·I + R·I² of a current in a straight line."""
        arrived = min(max(self._current.arrives(), self._counted_at), now)
        for begin, end in ((self._counted_at, arrived), (arrived, now)):
            if end > begin:
                self._counted += self._energy(self._current.at(begin), self._current.at(end), end - begin)
        self._counted_at = now

    def _energy(self, first_ma: int, last_ma: int, span_us: int) -> int:
        charge = (first_ma + last_ma) * span_us // 2
        squares = (first_ma**2 + first_ma * last_ma + last_ma**2) * span_us // 3
        return self._battery_mv * charge + self._config.resistance_mohm * squares // 1_000
