"""The types of a charger model; the models themselves are data (``pilotline/models/chargers/*.toml``).

Field names are the keys of the file, units stand in them. Each type checks itself when it is made and
raises ValueError with the reason; the reader adds file, line and key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.charging import ProfilePurpose
from pilotline.vocabulary.feature_profiles import (
    ACTIONS_OF,
    ALL_PROFILES,
    SECURITY_ACTIONS,
    FeatureProfile,
    Lacking,
)
from pilotline.vocabulary.lights import STATUS_ALONE, Glow, Leds, Module, ModuleState, Signs, check_leds
from pilotline.vocabulary.pilot import MAX_OFFER_MA, MIN_OFFER_MA, PilotState
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import WORKING_DAYS, Weekday

KeyValue = bool | int | str | None
MOST_CONNECTORS = 2
"""M-02."""


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ValueError(reason)


class OutletKind(Enum):
    """How the vehicle is connected (IEC 61851-1 cases B and C)."""

    SOCKET = "socket"
    TETHERED = "tethered"


@dataclass(frozen=True, slots=True)
class Rating:
    """What the station is built for (E-02): nominal phase-to-neutral voltage, current per phase, power."""

    voltage_v: int
    phases: int
    current_ma: int
    power_w: int

    def __post_init__(self) -> None:
        _require(self.phases in (1, 3), "phases is 1 or 3")
        _require(100 <= self.voltage_v <= 300, "voltage_v is 100 to 300")
        _require(MIN_OFFER_MA <= self.current_ma <= MAX_OFFER_MA, "current_ma is 6000 to 80000")
        most = self.voltage_v * self.phases * self.current_ma // 1000
        _require(0 < self.power_w <= most, f"power_w is 1 to voltage × current × phases = {most}")


@dataclass(frozen=True, slots=True)
class Outlet:
    """``proximity``: the cable's rating is read (E-31); ``cable_ma``: that of a fixed cable."""

    kind: OutletKind
    lock: bool
    pcm: bool
    proximity: bool
    cable_ma: int | None = None

    def __post_init__(self) -> None:
        tethered = self.kind is OutletKind.TETHERED
        _require(not (tethered and self.lock), "a tethered cable has no lock")
        _require(not (tethered and self.pcm), "a tethered cable has no PCM")
        _require(not (tethered and self.proximity), "a tethered cable has no socket proximity reading")
        _require(tethered or self.cable_ma is None, "cable_ma belongs to a tethered cable")
        _require(not self.lock or self.proximity, "a socket with a lock reads the proximity pilot")


class Window(NamedTuple):
    """A closed range of millivolts."""

    low_mv: int
    high_mv: int


@dataclass(frozen=True, slots=True)
class PilotLimits:
    """How the RTM reads the pilot.

    ``windows`` per state, widened by ``hysteresis_mv`` on both sides for the state in force.
    ``debounce_ms`` per state: how long a level must stand before the state is believed.
    ``left_c_ms``: how long the level may be outside C before the relay opens, whatever it changes to.
    ``diode_max_mv``: with PWM the low level must reach this or less; ``diode_ms`` how long it may not.
    """

    windows: Mapping[PilotState, Window]
    hysteresis_mv: int
    debounce_ms: Mapping[PilotState, int]
    left_c_ms: int
    undefined_fault_ms: int
    diode_max_mv: int
    diode_ms: int
    fault_pulse_ms: int

    def __post_init__(self) -> None:
        named = set(PilotState) - {PilotState.UNDEFINED}
        _require(set(self.windows) == named, "windows names exactly the states A to F")
        _require(set(self.debounce_ms) == set(PilotState), "debounce_ms names the states A to F and ?")
        _require(
            all(w.low_mv < w.high_mv for w in self.windows.values()),
            "a window's low end is below its high end",
        )
        edges = sorted(self.windows.values())
        apart = all(
            below.high_mv + self.hysteresis_mv < above.low_mv - self.hysteresis_mv
            for below, above in pairwise(edges)
        )
        _require(apart, "windows, widened by hysteresis_mv, do not overlap")
        _require(0 < self.left_c_ms <= 50, "left_c_ms is 1 to 50: the relay is open within 100 ms (R-45)")
        _require(self.fault_pulse_ms >= 300, "fault_pulse_ms is at least 300 (IEC 61851-1 table A.6)")


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """The three ways to open (R-45), and the check that the relay obeyed.

    ``trip_ms`` and ``left_c_ms`` are the whole budgets, contacts open; ``orderly_ms`` is the longest an
    orderly stop may take; ``orderly_current_ma`` the current below which it opens at once.
    ``contact_ms`` is the relay's own longest time; ``feedback_ms`` when a wrong feedback is a fault.
    """

    trip_ms: int
    left_c_ms: int
    orderly_ms: int
    orderly_current_ma: int
    contact_ms: int
    feedback_ms: int

    def __post_init__(self) -> None:
        _require(0 < self.left_c_ms <= 100, "left_c_ms is 1 to 100 (R-29)")
        _require(0 < self.orderly_ms <= 6_000, "orderly_ms is 1 to 6000 (IEC 61851-1 table A.6)")
        _require(self.contact_ms < self.feedback_ms, "feedback_ms is longer than contact_ms")


@dataclass(frozen=True, slots=True)
class HostLimits:
    """How long the RTM trusts the host: ``permit_ms`` at most, ``silent_ms`` without any frame (R-45)."""

    permit_ms: int
    silent_ms: int
    boot_grace_ms: int
    beep_ms: int
    beep_every_ms: int

    def __post_init__(self) -> None:
        _require(0 < self.permit_ms <= 2_000, "permit_ms is 1 to 2000 (R-45)")
        _require(0 < self.silent_ms <= 2_000, "silent_ms is 1 to 2000 (R-45)")
        _require(0 < self.beep_ms < self.beep_every_ms, "beep_ms is shorter than beep_every_ms")


@dataclass(frozen=True, slots=True)
class WakeUp:
    """For a car asleep in B (R-47): after ``after_ms``, state F for ``pulse_ms``, ``tries`` times."""

    enabled: bool
    after_ms: int
    pulse_ms: int
    tries: int

    def __post_init__(self) -> None:
        _require(self.after_ms > 0 and self.pulse_ms >= 300, "after_ms is above 0, pulse_ms at least 300")
        _require(0 <= self.tries <= 10, "tries is 0 to 10")


@dataclass(frozen=True, slots=True)
class Digital:
    """Digital signalling at 5 % (ISO 15118-3). ``step_x1_ms``: between it and a nominal duty cycle the pilot
    is steady this long, with the relay open (t_step_X1)."""

    step_x1_ms: int

    def __post_init__(self) -> None:
        _require(3_000 <= self.step_x1_ms <= 10_000, "step_x1_ms is 3000 to 10000 (ISO 15118-3, t_step_X1)")


class CableStep(NamedTuple):
    """A proximity resistor up to ``up_to_ohm`` means a cable of ``cable_ma`` (R-47)."""

    up_to_ohm: int
    cable_ma: int


@dataclass(frozen=True, slots=True)
class Proximity:
    """How the proximity resistor is read: below ``from_ohm`` or above the last step it is 0x200."""

    from_ohm: int
    steps: tuple[CableStep, ...]
    settle_ms: int

    def __post_init__(self) -> None:
        ups = [step.up_to_ohm for step in self.steps]
        _require(bool(ups) and ups == sorted(set(ups)) and self.from_ohm < ups[0], "steps rise from from_ohm")
        amps = [step.cable_ma for step in self.steps]
        _require(amps == sorted(amps, reverse=True), "a larger resistor never means a stronger cable")


@dataclass(frozen=True, slots=True)
class TripTime:
    """How the time from cause to open contacts is spent (R-50); the parts' sum keeps the budget.

    ``filter_ms`` is how long the RTM waits until it believes; the rest it cannot shorten.
    """

    sensor_ms: int
    filter_ms: int
    step_ms: int
    contactor_ms: int
    budget_ms: int

    def __post_init__(self) -> None:
        parts = (self.sensor_ms, self.filter_ms, self.step_ms, self.contactor_ms)
        _require(min(parts) >= 0, "no part of a trip's time is below 0")
        _require(
            sum(parts) <= self.budget_ms, f"the parts take {sum(parts)} ms, the budget is {self.budget_ms}"
        )


@dataclass(frozen=True, slots=True)
class Residual:
    """Leakage to earth (E-10, R-50). ``*_must_ua`` has to trip, ``*_never_ua`` must not; the figure between
    is where the RTM trips on what it measures. The monitor's own alarm needs no figure.

    The self-test (R-46): the alarms come within ``test_ms`` of the test input, and go within ``clear_ms``;
    it holds for one closing, or ``holds_ms``. ``offset_max_ua`` bounds the offset the RTM may measure (E-26).
    """

    ac_trip_ua: int
    dc_trip_ua: int
    time: TripTime
    test_ms: int
    clear_ms: int
    holds_ms: int
    offset_max_ua: int
    external_dc_detection_allowed: bool = False

    def __post_init__(self) -> None:
        _require(15_000 < self.ac_trip_ua <= 30_000, "ac_trip_ua is above 15000 and at most 30000 (R-50)")
        _require(3_000 < self.dc_trip_ua <= 6_000, "dc_trip_ua is above 3000 and at most 6000 (R-50)")
        _require(self.test_ms > 0 and self.clear_ms > 0, "test_ms and clear_ms are above 0")
        _require(0 < self.holds_ms <= 86_400_000, "holds_ms is at most 24 h (R-46)")
        _require(0 <= self.offset_max_ua <= 1_000, "offset_max_ua is at most 1000 (R-49)")


@dataclass(frozen=True, slots=True)
class Supply:
    """The voltage window (E-18), the hardware's own limits (R-11), and neutral to earth (E-11).

    The window is ``window_percent`` around the rated voltage, wider by the commissioned offset. Its faults
    end when the voltage has been ``hysteresis_mv`` inside for ``back_ms``; that of the neutral likewise.
    """

    window_percent: int
    hysteresis_mv: int
    back_ms: int
    time: TripTime
    hardware_low_mv: int
    hardware_high_mv: int
    hardware_time: TripTime
    neutral_pe_mv: int
    neutral_time: TripTime

    def __post_init__(self) -> None:
        _require(0 < self.window_percent <= 20, "window_percent is 1 to 20 (E-02)")
        _require(self.hysteresis_mv >= 0 and self.back_ms > 0, "hysteresis_mv and back_ms are not below 0")
        _require(self.time.budget_ms <= 5_000, "time.budget_ms is at most 5000 (E-11)")
        _require(105_000 <= self.hardware_low_mv <= 125_000, "hardware_low_mv is 105000 to 125000 (R-11)")
        _require(290_000 <= self.hardware_high_mv <= 310_000, "hardware_high_mv is 290000 to 310000 (R-11)")
        _require(0 < self.neutral_pe_mv <= 70_000, "neutral_pe_mv is at most 70000 (E-11)")


@dataclass(frozen=True, slots=True)
class Overcurrent:
    """Two rules (E-12, R-09): above ``rating_percent`` of the rating as a mean square over ``mean_ms``; above
    ``offer_percent`` of the greatest offer of the last ``follow_ms`` for longer than ``offer_ms``."""

    rating_percent: int
    mean_ms: int
    offer_percent: int
    offer_ms: int
    follow_ms: int

    def __post_init__(self) -> None:
        _require(100 < self.rating_percent <= 120, "rating_percent is 101 to 120 (E-12)")
        _require(0 < self.mean_ms <= 1_000, "mean_ms is 1 to 1000 (E-12)")
        _require(109 < self.offer_percent <= 110, "offer_percent is 110: never at 1.09 (E-12)")
        _require(5_900 <= self.offer_ms <= 6_000, "offer_ms is 5900 to 6000 (E-12)")
        _require(0 < self.follow_ms <= 5_000, "follow_ms is 1 to 5000 (IEC 61851-1 table A.6)")


@dataclass(frozen=True, slots=True)
class LockTimes:
    """How long the lock may take to reach either end before that is a fault (E-14)."""

    lock_ms: int
    unlock_ms: int

    def __post_init__(self) -> None:
        _require(self.lock_ms > 0 and self.unlock_ms > 0, "lock_ms and unlock_ms are above 0")


@dataclass(frozen=True, slots=True)
class BackOff:
    """After a fault that ends by itself has opened the relay, PWM is withheld this long (R-46): the first,
    second, … time since plug-in, then always the last. After ``tries`` the car has to be unplugged."""

    waits_ms: tuple[int, ...]
    tries: int

    def __post_init__(self) -> None:
        _require(bool(self.waits_ms) and min(self.waits_ms) > 0, "waits_ms has at least one wait above 0")
        _require(list(self.waits_ms) == sorted(self.waits_ms), "waits_ms never get shorter")
        _require(0 < self.tries <= 20, "tries is 1 to 20")


class TemperatureStep(NamedTuple):
    """Up to ``up_to_mc``, at most ``limit_ma`` (E-17, R-08)."""

    up_to_mc: int
    limit_ma: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """The derating table: no limit below ``from_mc``; above the last step the station is too hot (E-17).

    ``hysteresis_mc`` must be lost before a lower limit is lifted or the fault ends (R-02). ``time`` is that
    of the fault.
    """

    from_mc: int
    steps: tuple[TemperatureStep, ...]
    hysteresis_mc: int
    time: TripTime

    def __post_init__(self) -> None:
        ups = [step.up_to_mc for step in self.steps]
        _require(bool(ups) and ups == sorted(set(ups)) and self.from_mc <= ups[0], "steps rise from from_mc")
        amps = [step.limit_ma for step in self.steps]
        _require(amps == sorted(amps, reverse=True), "a hotter step never allows more current")


@dataclass(frozen=True, slots=True)
class Ambient:
    """How much the air around the station allows (M-06): all up to ``full_to_mc``, then by the steps, and
    nothing above the last one.

    The air is taken to be ``above_mc`` colder than the cooler of the two sensors. A sensor that shows less
    than ``low_mc`` or more than ``high_mc`` is open, shorted or broken, and nothing is given.
    ``hysteresis_mc`` must be lost before a lower limit is lifted.
    """

    low_mc: int
    high_mc: int
    full_to_mc: int
    steps: tuple[TemperatureStep, ...]
    hysteresis_mc: int
    above_mc: int = 0

    def __post_init__(self) -> None:
        ups = [step.up_to_mc for step in self.steps]
        rising = bool(ups) and ups == sorted(set(ups)) and self.full_to_mc < ups[0]
        _require(rising, "steps rise from full_to_mc")
        amps = [step.limit_ma for step in self.steps]
        _require(amps == sorted(amps, reverse=True), "a hotter step of steps never allows more current")
        within = self.low_mc < self.full_to_mc and ups[-1] < self.high_mc
        _require(within, "low_mc and high_mc are outside of the steps: a broken sensor is no hot day")
        _require(self.hysteresis_mc > 0, "hysteresis_mc is above 0")

    @property
    def from_mc(self) -> int:
        """Where the steps begin: at ``full_to_mc`` itself all is given."""
        return self.full_to_mc + 1


@dataclass(frozen=True, slots=True)
class RtmModel:
    """All the RTM knows of its charger. ``hash`` identifies the file it came from (design rule 4)."""

    hash: int
    rating: Rating
    outlet: Outlet
    pilot: PilotLimits
    relay: RelayLimits
    host: HostLimits
    wake_up: WakeUp
    residual: Residual
    supply: Supply
    overcurrent: Overcurrent
    temperature: Temperature
    back_off: BackOff
    lock: LockTimes | None = None
    proximity: Proximity | None = None
    digital: Digital | None = None
    """None: the pilot tells a car its current by the duty cycle alone."""
    absent_faults: int = 0
    """The mask of faults this model cannot have."""

    def __post_init__(self) -> None:
        _require(self.outlet.proximity == (self.proximity is not None), "proximity is given where it is read")
        _require(self.outlet.lock == (self.lock is not None), "lock is given where there is one")
        _require(faults.unknown_bits(self.absent_faults) == 0, "absent_faults names faults of the table")
        spent = self.pilot.left_c_ms + self.relay.contact_ms
        _require(
            spent <= self.relay.left_c_ms, f"pilot.left_c_ms + relay.contact_ms = {spent} is over the budget"
        )


class RingRow(NamedTuple):
    """What the ring shows for one status (E-50)."""

    online: Light
    offline: Light


class MeterKind(Enum):
    """How a meter tells what it counted."""

    MODBUS = "modbus"
    S0 = "s0"


@dataclass(frozen=True, slots=True)
class MeterSlot:
    """Which meter counts this connector's energy: a profile at an address of a bus, or the pulses of an S0
    output (M-05), ``pulses_per_kwh`` of them unless it is configured otherwise (P-11).

    It is read every ``poll_ms`` in a session, and every ``idle_poll_ms`` while no current can flow.
    Silent for ``missing_ms`` it is 0x400000 (E-22): more than one reading in a row must have failed.
    ``required``: nothing is charged that it does not count (M-09); else a session goes on without it.
    """

    profile: str = ""
    address: int = 0
    poll_ms: int = 1_000
    idle_poll_ms: int = 10_000
    missing_ms: int = 15_000
    required: bool = True
    kind: MeterKind = MeterKind.MODBUS
    pulses_per_kwh: int | None = None

    def __post_init__(self) -> None:
        pulses = self.kind is MeterKind.S0
        _require(
            pulses == (self.pulses_per_kwh is not None), "pulses_per_kwh is given for kind s0, and only there"
        )
        _require(1 <= (self.pulses_per_kwh or 1) <= 100_000, "pulses_per_kwh is 1 to 100000")
        _require(pulses != bool(self.profile), "profile is given for kind modbus, and only there")
        _require(pulses or 1 <= self.address <= 247, "address is 1 to 247 (Modbus)")
        _require(
            100 <= self.poll_ms <= self.idle_poll_ms, "poll_ms is at least 100, idle_poll_ms not less than it"
        )
        _require(self.missing_ms > self.idle_poll_ms, "missing_ms is longer than idle_poll_ms")


@dataclass(frozen=True, slots=True)
class EvsensSlot:
    """The place for an EVSENS at the house's supply (M-08): profile, bus address, how often it is asked.

    It has a port of its own, as the connector it is plugged into is. Whether one is there is configured.
    """

    profile: str
    address: int
    poll_ms: int = 1_000

    def __post_init__(self) -> None:
        _require(1 <= self.address <= 247, "address is 1 to 247 (Modbus)")
        _require(100 <= self.poll_ms <= 1_000, "poll_ms is 100 to 1000: its word is valid for 5 s")


@dataclass(frozen=True, slots=True)
class SharedSupply:
    """What several connectors have together, and how they share it (M-20).

    The sum of their offers never exceeds ``current_ma`` per phase. Who cannot have 6 A waits; when somebody
    waits, a turn takes ``turn_ms``. Who draws less than is offered for ``unused_ms`` lends the rest, but for
    ``headroom_ma``: by that a car shows that it wants more again.
    """

    current_ma: int
    turn_ms: int
    unused_ms: int
    headroom_ma: int

    def __post_init__(self) -> None:
        _require(self.current_ma >= MIN_OFFER_MA, "current_ma is at least 6000: else nobody ever charges")
        _require(self.turn_ms >= 60_000, "turn_ms is at least 60000: a car pauses for more than a blink")
        _require(self.unused_ms >= 10_000, "unused_ms is at least 10000: a car needs that long to start")
        _require(1_000 <= self.headroom_ma <= MIN_OFFER_MA, "headroom_ma is 1000 to 6000")


@dataclass(frozen=True, slots=True)
class OcppIdentity:
    """What BootNotification says, each at most 20 characters (R-38), and how much of OCPP the model shows.

    ``profiles`` are those it has; of these it may lack single actions, answered with the code given (M-46).
    ``security``: whether it has the messages of the security whitepaper.
    """

    vendor: str
    model: str
    profiles: tuple[FeatureProfile, ...] = ALL_PROFILES
    lacks: Mapping[str, Lacking] = field(default_factory=dict[str, Lacking])
    security: bool = True

    def __post_init__(self) -> None:
        _require(
            0 < len(self.vendor) <= 20 and 0 < len(self.model) <= 20,
            "vendor and model have 1 to 20 characters",
        )
        _require(FeatureProfile.CORE in self.profiles, "profiles has Core at least")
        served = frozenset[str]().union(*(ACTIONS_OF.get(each, ()) for each in self.profiles))
        _require(self.lacks.keys() <= served, f"lacks names actions of its profiles: {sorted(served)}")

    def lacking(self, action: str) -> Lacking | None:
        """The code by which an action is answered that this model has not."""
        absent = any(action in actions and each not in self.profiles for each, actions in ACTIONS_OF.items())
        absent = absent or (not self.security and action in SECURITY_ACTIONS)
        return Lacking.NOT_SUPPORTED if absent else self.lacks.get(action)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What the products do differently around a session.

    ``unplug_told_ms``: StopTransaction follows this long after the unplug, with its time and register (R-29).
    ``card_stops``: the card that started it ends it (R-28). ``tag_bytes``: a shorter UID of a card is filled
    up with zero bytes (R-27); 0 leaves it. ``offline_events``: more starts and ends than this never wait for
    the backend (R-33); None: as many as the disk takes. ``metered_when_charging``: meter values go out only
    while it charges and the backend has given it a number (M-44).
    ``charge_off_days``: on these days c_ChargeOffPeriod1 and 2 begin (R-18).
    """

    unplug_told_ms: int = 0
    card_stops: bool = True
    tag_bytes: int = 0
    offline_events: int | None = None
    metered_when_charging: bool = False
    charge_off_days: tuple[Weekday, ...] = WORKING_DAYS

    def __post_init__(self) -> None:
        _require(0 <= self.unplug_told_ms <= 60_000, "unplug_told_ms is 0 to 60000")
        _require(0 <= self.tag_bytes <= 10, "tag_bytes is 0 to 10")
        _require(self.offline_events is None or self.offline_events >= 2, "offline_events is 2 at least")


@dataclass(frozen=True, slots=True)
class ChargingRules:
    """What the products do differently in smart charging (R-05); bounds and units are keys.

    ``purposes``: the charging profiles that are taken (M-46).
    """

    purposes: tuple[ProfilePurpose, ...] = tuple(ProfilePurpose)


@dataclass(frozen=True, slots=True)
class ChargerModel:
    """One charger model: what it is, what its RTM is held to, and its keys as they leave the factory."""

    name: str
    title: str
    ocpp: OcppIdentity
    rating: Rating
    outlet: Outlet
    rtm: RtmModel
    temperature: Temperature
    ring: Mapping[ConnectorStatus, RingRow]
    meter: MeterSlot | None
    key_defaults: Mapping[str, KeyValue] = field(default_factory=dict[str, KeyValue])
    connectors: int = 1
    session: SessionRules = SessionRules()
    charging: ChargingRules = ChargingRules()
    ambient: Ambient | None = None
    evsens: EvsensSlot | None = None
    shared_supply: SharedSupply | None = None
    """One connector has its supply to itself."""
    signs: Signs = STATUS_ALONE
    leds: Leds = field(default_factory=dict[Module, Mapping[ModuleState, tuple[Glow, ...]]])

    def __post_init__(self) -> None:
        _require(set(self.ring) == set(ConnectorStatus), "ring names every connector status")
        check_leds(self.leds)
        _require(1 <= self.connectors <= MOST_CONNECTORS, "connectors is 1 or 2 (M-02)")
        shares = self.shared_supply is not None
        _require(shares == (self.connectors > 1), "connectors is 2 exactly where there is a shared_supply")
