"""The car: battery, on-board charger, S2, and how it follows the control pilot (IEC 61851-1 annex A).

It hears the pilot, is told whether its inlet carries voltage, and says in which state it holds the pilot and
what current it draws on each of its phases. Between two of its own moments (``due``) nothing of it
changes. A car that talks goes by what it is told there (:mod:`pilotline.simulator.v2g_car`).
"""

import dataclasses
from dataclasses import dataclass
from typing import assert_never

from pilotline.simulator.actions import (
    CarAction,
    ConfigureCar,
    Misbehaviour,
    Refused,
    RequestPower,
    SetLeakage,
    SetMisbehaviour,
    StopPower,
)
from pilotline.simulator.energy import PJ_PER_WH, Integral
from pilotline.simulator.v2g_car import Digital, LineNews, LineWish, Needs, TalkingSide
from pilotline.vocabulary.pilot import STEADY, PilotMode, PilotOutput, PilotState, current_for
from pilotline.vocabulary.time import MS, SECOND, earliest

NOTICES_STOP = 1 * SECOND
"""The longest it takes to notice that PWM has ended, however slowly it follows a new duty cycle."""
OPENS_WITHIN = 2 * SECOND
"""After that, S2 is open within this time: 3 s in all (IEC 61851-1 table A.6)."""
FLAPS_AFTER = 2 * SECOND

_RANGES = {
    "capacity_wh": (1, 1_000_000),
    "soc_percent": (0, 100),
    "efficiency_percent": (1, 100),
    "phases": (1, 3),
    "obc_ma": (1, 80_000),
    "minimum_ma": (0, 80_000),
    "s2_reaction_ms": (0, 600_000),
    "duty_reaction_ms": (0, 5_000),
    "ramp_step_ma": (1, 80_000),
    "ramp_up_ma_s": (1, 1_000_000),
    "ramp_down_ma_s": (1, 1_000_000),
    "taper_from_percent": (0, 100),
    "taper_floor_ma": (1, 80_000),
    "overdraw_percent": (100, 1_000),
}


@dataclass(frozen=True, slots=True)
class CarConfig:
    """One car. The default is a common small one; ValueError says which figure is out of range.

    ``obc_ma`` is what its on-board charger takes per phase, ``minimum_ma`` the offer below which it draws
    nothing. ``s2_reaction_ms`` runs from the first valid PWM to S2, ``duty_reaction_ms`` from a new duty
    cycle to the first step of current; steps of ``ramp_step_ma`` then follow at ``ramp_*_ma_s``.
    From ``taper_from_percent`` the current falls in a straight line over the state of charge, not below
    ``taper_floor_ma`` until the battery is full. ``overdraw_*`` say what DRAWS_TOO_MUCH draws: a share of
    the offer, or a fixed current. ``digital`` is what it speaks where the pilot asks it to talk.
    """

    capacity_wh: int = 52_000
    soc_percent: int = 40
    efficiency_percent: int = 90
    phases: int = 1
    obc_ma: int = 32_000
    minimum_ma: int = 6_000
    ventilation: bool = False
    s2_reaction_ms: int = 1_000
    duty_reaction_ms: int = 500
    ramp_step_ma: int = 500
    ramp_up_ma_s: int = 4_000
    ramp_down_ma_s: int = 20_000
    taper_from_percent: int = 95
    taper_floor_ma: int = 2_000
    overdraw_percent: int = 120
    overdraw_ma: int | None = None
    digital: Digital = Digital.OFF

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {low} to {high}")


class Battery:
    """What is stored, exactly, and what current the battery still takes."""

    def __init__(self, config: CarConfig, stored_pj: int | None, now: int) -> None:
        self._config = config
        self._full_pj = config.capacity_wh * PJ_PER_WH
        start = self._full_pj * config.soc_percent // 100 if stored_pj is None else stored_pj
        self._stored = Integral(start, now)
        self._taper_pj = self._full_pj * (100 - config.taper_from_percent) // 100
        self._next_pj = 0
        self.limit_ma = 0
        self.settle(now)

    @property
    def full(self) -> bool:
        """Whether it takes no more."""
        return self.limit_ma == 0

    @property
    def due(self) -> int | None:
        """When its limit changes if the power stays."""
        return None if self.full else self._stored.reaches(self._next_pj)

    def stored_pj(self, now: int) -> int:
        """The energy in it."""
        return self._stored.at(now)

    def permille(self, now: int) -> int:
        """Its state of charge in 1/1000; full is full, whatever a ramp still adds."""
        return min(1_000, self._stored.at(now) * 1_000 // self._full_pj)

    def charge(self, power_uw: int, now: int) -> None:
        """The inlet takes this power from now on; losses come off it."""
        self._stored.change(power_uw * self._config.efficiency_percent // 100, now)

    def settle(self, now: int) -> None:
        """Find the limit at what is stored, and the charge at which the next one holds."""
        config = self._config
        missing = self._full_pj - self._stored.at(now)
        if missing <= 0:
            self.limit_ma, self._next_pj = 0, self._full_pj
        elif missing > self._taper_pj:
            self.limit_ma, self._next_pj = config.obc_ma, self._full_pj - self._taper_pj
        else:
            step = config.ramp_step_ma
            steps = -(-config.obc_ma * missing // (self._taper_pj * step))
            self.limit_ma = min(config.obc_ma, max(config.taper_floor_ma, steps * step))
            self._next_pj = self._full_pj - (steps - 1) * step * self._taper_pj // config.obc_ma


class Car:
    """The state of one car. The world settles it at ``due`` and tells it what it sees."""

    def __init__(
        self, config: CarConfig, stored_pj: int | None = None, wants: bool = True, now: int = 0
    ) -> None:
        self.config = config
        self.battery = Battery(config, stored_pj, now)
        self.misbehaviours: set[Misbehaviour] = set()
        self.leak_ac_ua = 0
        self.leak_dc_ua = 0
        self.wants = wants
        self.plugged = False
        self.s2 = False
        self.target_ma = 0
        self.current_ma = 0
        self._pilot = STEADY
        self._accepted_ma = 0
        self._supplied = False
        self._follow_at: int | None = None
        self._close_at: int | None = None
        self._stop_by: int | None = None
        self._flap_at: int | None = None
        self._ramp_at: int | None = None
        self._talk = TalkingSide()
        self._engaged = False
        self.due = self._earliest()

    @property
    def state(self) -> PilotState:
        """The state in which it holds the pilot."""
        if not self.plugged:
            return PilotState.A
        if Misbehaviour.PILOT_SHORT in self.misbehaviours:
            return PilotState.E
        if not self.s2:
            return PilotState.B
        return PilotState.D if self.config.ventilation else PilotState.C

    def settle(self, now: int) -> None:
        """Do what is due at ``now``."""
        if _over(self._follow_at, now):
            self._accept()
        if _over(self.battery.due, now):
            self.battery.settle(now)
        if _over(self._close_at, now):
            self._close_at, self.s2 = None, True
            self._flap_at = now + FLAPS_AFTER if Misbehaviour.FLAPPING in self.misbehaviours else None
        if _over(self._stop_by, now):
            self._stop_by, self.current_ma = None, 0
        if _over(self._flap_at, now):
            self._open()
        if _over(self._ramp_at, now):
            self._step()
        self._talk.settle(now)
        self._decide(now)

    def plug(self, now: int) -> None:
        """Its inlet is connected."""
        self.plugged = True
        self.hear(self._pilot, now)

    def unplug(self, now: int) -> None:
        """Its inlet is free: everything that belonged to this connection is over."""
        self.plugged = False
        self._accepted_ma = 0
        self._follow_at = None
        self._open()
        self.misbehaviours.discard(Misbehaviour.ASLEEP)
        self._decide(now)

    def hear(self, pilot: PilotOutput, now: int) -> None:
        """The pilot says this from now on. State F wakes a sleeping car (R-47)."""
        self._pilot = pilot
        if self.plugged:
            if pilot.mode is PilotMode.FAULT:
                self.misbehaviours.discard(Misbehaviour.ASLEEP)
            self._listen(now)
            self._decide(now)

    def hear_line(self, news: LineNews, now: int) -> None:
        """What its connection to the charger says."""
        self._talk.hear(news, now)
        self._decide(now)

    def speak(self) -> list[LineWish]:
        """What it wants of that connection, once."""
        return self._talk.speak()

    @property
    def talks(self) -> bool:
        """Whether a conversation with the charger is open."""
        return self._talk.engaged

    def supply(self, supplied: bool, now: int) -> None:
        """Whether its inlet carries voltage: both contacts are closed. Without it no current flows."""
        if supplied is not self._supplied:
            self._supplied = supplied
            if not supplied:
                self.current_ma = 0
            self._decide(now)

    def charge(self, power_uw: int, now: int) -> None:
        """The power that its current takes at the present voltage."""
        self.battery.charge(power_uw, now)
        self.due = self._earliest()

    def apply(self, action: CarAction, now: int) -> Refused | None:
        """What the bench does to the car."""
        match action:
            case ConfigureCar():
                return self._configure(action, now)
            case SetMisbehaviour(name, active):
                (self.misbehaviours.add if active else self.misbehaviours.discard)(name)
                self._misbehave(now)
            case RequestPower() | StopPower():
                self.wants = isinstance(action, RequestPower)
            case SetLeakage(ac, dc):
                self.leak_ac_ua = self.leak_ac_ua if ac is None else ac
                self.leak_dc_ua = self.leak_dc_ua if dc is None else dc
            case _:
                assert_never(action)
        self._decide(now)
        return None

    # --- what it believes of the pilot ------------------------------------------------------------

    def _offered_ma(self) -> int:
        """What pilot or messages offer. One that ignores PWM goes by the greatest offer since the plug-in."""
        if self._talk.engaged:
            return self._talk.allowed_ma
        offered = current_for(self._pilot.duty) if self._pilot.mode is PilotMode.PWM else 0
        return max(offered, self._accepted_ma) if Misbehaviour.IGNORES_PWM in self.misbehaviours else offered

    def _listen(self, now: int) -> None:
        """Take a first offer at once (S2 has its own delay), any other after its reaction time."""
        offered = self._offered_ma()
        if offered == self._accepted_ma:
            self._follow_at = None
        elif self._accepted_ma == 0:
            self._accept()
        else:
            delay = self.config.duty_reaction_ms * MS
            self._follow_at = earliest(
                self._follow_at, now + (delay if offered else min(delay, NOTICES_STOP))
            )

    def _accept(self) -> None:
        self._accepted_ma = self._offered_ma()
        self._follow_at = None

    # --- what it does about it --------------------------------------------------------------------

    def _wishes_power(self) -> bool:
        bad = self.misbehaviours
        if self._talk.engaged:
            return self._talk.holds_c
        able = self.plugged and self.wants and not self.battery.full and Misbehaviour.ASLEEP not in bad
        return able and (self._accepted_ma > 0 or Misbehaviour.IMPATIENT in bad)

    def _decide(self, now: int) -> None:
        """Bring S2, the target and the timers in line with what it wishes."""
        self._converse(now)
        wishes = self._wishes_power()
        if not self.s2:
            self._arm_closing(wishes, now)
        elif wishes:
            self._stop_by = None
        else:
            self._wind_down(now)
        self.target_ma = self._aim() if wishes and self.s2 and self._supplied else 0
        self._arm_ramp(now)
        self.due = self._earliest()

    def _converse(self, now: int) -> None:
        """The conversation is told how it stands with the car, and the car what has come of it."""
        config = self.config
        if config.digital is Digital.OFF and not self._talk.awake:
            return
        speaks = config.digital is not Digital.OFF and Misbehaviour.ASLEEP not in self.misbehaviours
        needs = Needs(
            plugged=self.plugged,
            speaks=speaks,
            wants=self.wants and not self.battery.full,
            soc_percent=self.battery.permille(now) // 10,
            phases=config.phases,
            obc_ma=config.obc_ma,
            minimum_ma=config.minimum_ma,
            capacity_wh=config.capacity_wh,
        )
        self._talk.see(needs, self._pilot, now)
        if self._engaged is not self._talk.engaged:
            self._engaged = self._talk.engaged
            self._accept()
        elif self._engaged:
            self._listen(now)

    def _arm_closing(self, wishes: bool, now: int) -> None:
        if not wishes:
            self._close_at = None
        elif self._close_at is None:
            at_once = Misbehaviour.IMPATIENT in self.misbehaviours or self._talk.engaged  # V2G2-847
            self._close_at = now + (0 if at_once else self.config.s2_reaction_ms * MS)

    def _wind_down(self, now: int) -> None:
        """S2 opens without current, or when its time is up (table A.6: 3 s after the end of PWM)."""
        if Misbehaviour.NEVER_OPENS_S2 in self.misbehaviours:
            self._stop_by = None
        elif self.current_ma == 0 or self._talk.engaged:  # V2G2-848 leaves 250 ms
            self._open()
        elif self._stop_by is None:
            self._stop_by = now + OPENS_WITHIN

    def _open(self) -> None:
        self.s2 = False
        self.current_ma = 0
        self._close_at = self._stop_by = self._flap_at = None

    def _aim(self) -> int:
        """The current (mA) on each phase that it would draw now."""
        config = self.config
        if Misbehaviour.DRAWS_TOO_MUCH in self.misbehaviours and self._accepted_ma:
            too_much = self._accepted_ma * config.overdraw_percent // 100
            return too_much if config.overdraw_ma is None else config.overdraw_ma
        if self._accepted_ma < config.minimum_ma:
            return 0
        return min(self._accepted_ma, self.battery.limit_ma)

    def _arm_ramp(self, now: int) -> None:
        if self.current_ma == self.target_ma:
            self._ramp_at = None
        elif self._ramp_at is None:
            config = self.config
            rate = config.ramp_up_ma_s if self.target_ma > self.current_ma else config.ramp_down_ma_s
            self._ramp_at = now + max(1, config.ramp_step_ma * SECOND // rate)

    def _step(self) -> None:
        step = self.config.ramp_step_ma
        self.current_ma += max(-step, min(step, self.target_ma - self.current_ma))
        self._ramp_at = None

    # --- the bench --------------------------------------------------------------------------------

    def _configure(self, action: ConfigureCar, now: int) -> Refused | None:
        stated = {f.name: getattr(action, f.name) for f in dataclasses.fields(action)}
        changes = {name: value for name, value in stated.items() if value is not None}
        old = self.config
        try:
            self.config = dataclasses.replace(self.config, **changes)
        except ValueError as error:
            return Refused(action, f"There is no such car: {error}.")
        kept = self.battery.stored_pj(now) * self.config.capacity_wh // old.capacity_wh
        self.battery = Battery(self.config, None if "soc_percent" in changes else kept, now)
        self._decide(now)
        return None

    def _misbehave(self, now: int) -> None:
        """A car that starts or ends ignoring the pilot hears it anew."""
        if self.plugged:
            self._listen(now)
        if Misbehaviour.FLAPPING not in self.misbehaviours:
            self._flap_at = None
        elif self.s2 and self._flap_at is None:
            self._flap_at = now + FLAPS_AFTER

    def _earliest(self) -> int | None:
        return earliest(
            self._follow_at,
            self._close_at,
            self._stop_by,
            self._flap_at,
            self._ramp_at,
            self.battery.due,
            self._talk.due,
        )


def _over(due: int | None, now: int) -> bool:
    return due is not None and due <= now
