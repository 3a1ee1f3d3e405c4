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
from pilotline.vocabulary.pilot import MAX_OFFER_MA, MIN_OFFER_MA, PilotState
from pilotline.vocabulary.status import ConnectorStatus

KeyValue = bool | int | str | None


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
class RtmModel:
    """All the RTM knows of its charger. ``hash`` identifies the file it came from (design rule 4)."""

    hash: int
    rating: Rating
    outlet: Outlet
    pilot: PilotLimits
    relay: RelayLimits
    host: HostLimits
    wake_up: WakeUp
    proximity: Proximity | None = None
    absent_faults: int = 0
    """The mask of faults this model cannot have."""

    def __post_init__(self) -> None:
        _require(self.outlet.proximity == (self.proximity is not None), "proximity is given where it is read")
        _require(faults.unknown_bits(self.absent_faults) == 0, "absent_faults names faults of the table")
        spent = self.pilot.left_c_ms + self.relay.contact_ms
        _require(
            spent <= self.relay.left_c_ms, f"pilot.left_c_ms + relay.contact_ms = {spent} is over the budget"
        )


class TemperatureStep(NamedTuple):
    """Up to ``up_to_mc``, at most ``limit_ma`` (E-17, R-08)."""

    up_to_mc: int
    limit_ma: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """The derating table: no limit below ``from_mc``; above the last step the station is too hot (E-17).

    ``hysteresis_mc`` must be lost before a lower limit is lifted or the fault ends (R-02).
    """

    from_mc: int
    steps: tuple[TemperatureStep, ...]
    hysteresis_mc: int

    def __post_init__(self) -> None:
        ups = [step.up_to_mc for step in self.steps]
        _require(bool(ups) and ups == sorted(set(ups)) and self.from_mc <= ups[0], "steps rise from from_mc")
        amps = [step.limit_ma for step in self.steps]
        _require(amps == sorted(amps, reverse=True), "a hotter step never allows more current")


class RingRow(NamedTuple):
    """What the ring shows for one status (E-50)."""

    online: Light
    offline: Light


@dataclass(frozen=True, slots=True)
class MeterSlot:
    """Which meter profile counts this connector's energy, and where it stands on the bus.

    It is read every ``poll_ms`` in a session, and every ``idle_poll_ms`` while no current can flow.
    """

    profile: str
    address: int
    poll_ms: int = 1_000
    idle_poll_ms: int = 10_000

    def __post_init__(self) -> None:
        _require(1 <= self.address <= 247, "address is 1 to 247 (Modbus)")
        _require(
            100 <= self.poll_ms <= self.idle_poll_ms, "poll_ms is at least 100, idle_poll_ms not less than it"
        )


@dataclass(frozen=True, slots=True)
class OcppIdentity:
    """What BootNotification says; OCPP bounds each to 20 characters, the firmware version to 50 (R-38)."""

    vendor: str
    model: str

    def __post_init__(self) -> None:
        _require(
            0 < len(self.vendor) <= 20 and 0 < len(self.model) <= 20,
            "vendor and model have 1 to 20 characters",
        )


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

    def __post_init__(self) -> None:
        _require(set(self.ring) == set(ConnectorStatus), "ring names every connector status")
        _require(self.connectors == 1, "connectors is 1 in this release")
