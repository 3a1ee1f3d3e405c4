"""A fake charger around the safety module: models to test with, and a plant that obeys its outputs.

The plant has a plug, a car, two contacts, a lock and a host that renews its permit. It calls the RTM like an
event-driven loop does: at every event and at every deadline, each moment of core time once.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol, TypeVar

from pilotline.rtm import Rtm
from pilotline.rtm.core import UNPLUG_MS, RtmEffect, RtmEvent
from pilotline.rtm.settings import FACTORY, encode
from pilotline.vocabulary.board import (
    CONTACTS_CLOSED,
    CONTACTS_OPEN,
    LINK_PROTOCOL,
    ConnectorReport,
    Contacts,
    Hello,
    HostAlive,
    HostMessage,
    LockPosition,
    Outputs,
    Pace,
    Permit,
    ResidualAlarm,
    Sample,
    Setting,
)
from pilotline.vocabulary.charger import (
    BackOff,
    CableStep,
    Digital,
    HostLimits,
    LockTimes,
    Outlet,
    OutletKind,
    Overcurrent,
    PilotLimits,
    Proximity,
    Rating,
    RelayLimits,
    Residual,
    RtmModel,
    Supply,
    Temperature,
    TemperatureStep,
    TripTime,
    WakeUp,
    Window,
)
from pilotline.vocabulary.phases import on_phases
from pilotline.vocabulary.pilot import PilotMode, PilotState, Signalling
from pilotline.vocabulary.time import MS, Tick, earliest

T = TypeVar("T")

LEVEL_MV = {
    PilotState.A: 12_000,
    PilotState.B: 9_000,
    PilotState.C: 6_000,
    PilotState.D: 3_000,
    PilotState.E: 0,
    PilotState.F: -12_000,
    PilotState.UNDEFINED: 7_500,
}
"""A level for every state, in the middle of its window."""

SOCKET = RtmModel(
    hash=0x5EED,
    rating=Rating(voltage_v=230, phases=1, current_ma=32_000, power_w=7_360),
    outlet=Outlet(OutletKind.SOCKET, lock=True, pcm=True, proximity=True),
    pilot=PilotLimits(
        windows={
            state: Window(LEVEL_MV[state] - 1_000, LEVEL_MV[state] + 1_000)
            for state in PilotState
            if state is not PilotState.UNDEFINED
        },
        hysteresis_mv=300,
        debounce_ms={state: 30 if state is PilotState.A else 100 for state in PilotState},
        left_c_ms=30,
        undefined_fault_ms=500,
        diode_max_mv=-10_000,
        diode_ms=200,
        fault_pulse_ms=300,
    ),
    relay=RelayLimits(
        trip_ms=40, left_c_ms=100, orderly_ms=6_000, orderly_current_ma=1_000, contact_ms=30, feedback_ms=100
    ),
    host=HostLimits(
        permit_ms=2_000, silent_ms=2_000, boot_grace_ms=30_000, beep_ms=200, beep_every_ms=10_000
    ),
    wake_up=WakeUp(enabled=True, after_ms=90_000, pulse_ms=4_000, tries=2),
    proximity=Proximity(
        from_ohm=80,
        steps=(
            CableStep(140, 63_000),
            CableStep(308, 32_000),
            CableStep(936, 20_000),
            CableStep(2_460, 13_000),
        ),
        settle_ms=100,
    ),
    residual=Residual(
        ac_trip_ua=25_000,
        dc_trip_ua=5_000,
        time=TripTime(5, 4, 1, 30, 40),
        test_ms=2_000,
        clear_ms=2_000,
        holds_ms=86_400_000,
        offset_max_ua=1_000,
        external_dc_detection_allowed=True,
    ),
    supply=Supply(
        window_percent=10,
        hysteresis_mv=2_000,
        back_ms=5_000,
        time=TripTime(20, 500, 1, 30, 5_000),
        hardware_low_mv=115_000,
        hardware_high_mv=300_000,
        hardware_time=TripTime(20, 20, 1, 30, 100),
        neutral_pe_mv=70_000,
        neutral_time=TripTime(20, 50, 1, 30, 200),
    ),
    overcurrent=Overcurrent(
        rating_percent=120, mean_ms=1_000, offer_percent=110, offer_ms=6_000, follow_ms=5_000
    ),
    temperature=Temperature(
        from_mc=72_000,
        steps=(TemperatureStep(72_000, 31_800), TemperatureStep(79_000, 6_000)),
        hysteresis_mc=2_000,
        time=TripTime(1_000, 1_000, 1, 30, 5_000),
    ),
    back_off=BackOff(waits_ms=(10_000, 60_000, 300_000), tries=6),
    lock=LockTimes(lock_ms=3_000, unlock_ms=3_000),
)
"""A socket with lock and proximity reading."""

TETHERED = replace(
    SOCKET,
    hash=0x7E74,
    outlet=Outlet(OutletKind.TETHERED, lock=False, pcm=False, proximity=False, cable_ma=20_000),
    proximity=None,
    lock=None,
    absent_faults=0x260,
)
"""A fixed cable of 20 A: no lock, no proximity reading."""

TALKING = replace(SOCKET, hash=0x1516, digital=Digital(step_x1_ms=3_000))
"""The socket, with a modem: a car may be told its current by messages."""


class Watcher(Protocol):
    """Something that looks on, such as the history the invariants are judged by."""

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None: ...


class Plant:
    """The world of one safety module. Set what is physical, then let it ``run``."""

    lag_us = 700
    """From a change of an output to the sample that shows it: never on the RTM's grid of milliseconds."""
    renewal_us = 500 * MS
    """The rhythm of the host; one beside the module's own seconds hides no deadline that was forgotten."""
    contact_ms = 20
    lock_ms = 300
    alarm_ms = 15
    """What the residual-current monitor needs to answer its test input, either way."""
    judged_by: ClassVar[Callable[[RtmModel, Mapping[Setting, int]], Watcher] | None] = None
    """Who looks on where no watcher is given."""

    def __init__(
        self,
        model: RtmModel = SOCKET,
        *,
        settings: Mapping[Setting, int] | None = None,
        stored: bytes | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self.model = model
        self.rtm = Rtm(model, serial="T-1", stored=record_of(settings) if settings else stored)
        self.now = 0
        self.trace: list[tuple[int, RtmEffect]] = []
        self.outputs = Outputs()
        self.report: ConnectorReport | None = None
        self.car = PilotState.A
        self.level_mv: int | None = None  # a level no car makes
        self.ohm: int | None = None
        self.diode = True
        self.stuck: tuple[bool | None, bool | None] = (None, None)  # live, neutral: where they are held
        self.jammed = False
        self.draws_ma = 10_000
        self.monitor: ResidualAlarm | None = None  # where its alarms are held; None lets them follow the test
        self._alarm = ResidualAlarm()
        self._senses: dict[str, object] = {}
        self._contacts = CONTACTS_OPEN
        self._lock = LockPosition.OPEN if model.outlet.lock else LockPosition.NONE
        self._offer_ma: int | None = None
        self._signalling = Signalling.NOMINAL
        self._renewals = 0
        judge = type(self).judged_by
        self._watcher = judge(model, settings or {}) if judge and not watcher else watcher
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self.measure()

    # --- what a story does ---

    def plug(self, state: PilotState = PilotState.B, ohm: int = 220) -> None:
        """Put the plug in; the car shows ``state``."""
        self.car, self.ohm = state, ohm if self.model.proximity else None
        self.measure()

    def unplug(self) -> None:
        self.car, self.ohm = PilotState.A, None
        self.measure()

    def unplug_for_good(self) -> None:
        """Unplug, and let pass what makes it an unplug and no bounce (R-29)."""
        self.unplug()
        self.run(UNPLUG_MS + self.model.pilot.debounce_ms[PilotState.A] + 1)

    def show(self, state: PilotState) -> None:
        """The car changes its resistor."""
        self.car = state
        self.measure()

    def show_mv(self, level_mv: int | None) -> None:
        """A level by itself, whatever the car does; None ends it."""
        self.level_mv = level_mv
        self.measure()

    def hold_contacts(self, live: bool | None, neutral: bool | None) -> None:
        """Weld contacts or break them: where each is held; None lets it follow the relay."""
        self.stuck = (live, neutral)
        self._move_contacts(Contacts(self.outputs.relay, self.outputs.relay))

    def draw(self, current_ma: int) -> None:
        """What the car draws as soon as both contacts are closed."""
        self.draws_ma = current_ma
        self.measure()

    def sense(self, **parts: object) -> None:
        """The sample says this from now on, whatever the plant does; naming nothing ends it."""
        self._senses = {**self._senses, **parts} if parts else {}
        self.measure()

    def hold_alarms(self, alarm: ResidualAlarm | None) -> None:
        """The monitor's alarms stand like this, test or not; None lets them follow the test input."""
        self.monitor = alarm
        self.measure()

    def force_lock(self, position: LockPosition) -> None:
        """The bolt stands here and stays until the RTM changes its command."""
        self._lock = position
        self.measure()

    def hello(self, model_hash: int | None = None) -> None:
        self.send(Hello(LINK_PROTOCOL, self.model.hash if model_hash is None else model_hash))

    def host_keeps(self, offer_ma: int, signalling: Signalling = Signalling.NOMINAL) -> None:
        """The host renews its permit every 0.5 s from now on; with 0 it sends its heartbeat alone.

        By messages 0 is a permit too: to talk, and no more.
        """
        self._offer_ma, self._renewals = offer_ma, self._renewals + 1
        self._signalling = signalling
        self._renew(self._renewals)

    def host_is_silent(self) -> None:
        self._offer_ma = None

    def send(self, message: HostMessage | Pace) -> None:
        self._feed(message)

    # --- time ---

    def run(self, ms: int) -> None:
        """Let ``ms`` milliseconds pass."""
        self._pass_until(self.now + ms * MS, lambda: False)

    def until(self, condition: Callable[[], bool], *, within_ms: int) -> int:
        """Let time pass until the condition holds; how many microseconds that took."""
        start = self.now
        self._pass_until(start + within_ms * MS, condition)
        assert condition(), f"not within {within_ms} ms: {self.outputs} {self.report}"
        return self.now - start

    def _pass_until(self, end: int, condition: Callable[[], bool]) -> None:
        while not condition():
            following = earliest(self._due[0][0] if self._due else None, self.rtm.deadline())
            if following is None or following > end:
                self.now = max(self.now, end)
                break
            self.now = max(self.now, following)
            deadline = self.rtm.deadline()
            if deadline is not None and deadline <= self.now:
                self._feed(Tick())
            else:
                heapq.heappop(self._due)[2]()

    # --- what was seen ---

    @property
    def relay(self) -> bool:
        return self.outputs.relay

    @property
    def mode(self) -> PilotMode:
        return self.outputs.pilot.mode

    @property
    def told(self) -> ConnectorReport:
        """The latest report."""
        assert self.report is not None
        return self.report

    @property
    def faults(self) -> int:
        return self.told.faults

    @property
    def contacts(self) -> Contacts:
        return self._contacts

    def changes(self, part: Callable[[Outputs], T], since: int = -1) -> list[tuple[int, T]]:
        """When a part of the outputs changed, and to what."""
        found: list[tuple[int, T]] = []
        for at, effect in self.trace:
            if isinstance(effect, Outputs) and (not found or found[-1][1] != part(effect)):
                found.append((at, part(effect)))
        return [(at, value) for at, value in found if at > since]

    def effects(self, kind: type[T]) -> list[T]:
        """All the effects of one type."""
        return [effect for _, effect in self.trace if isinstance(effect, kind)]

    # --- the physics ---

    def measure(self) -> None:
        """The RTM gets a sample of how things are now."""
        self._feed(self.sample())

    def sample(self) -> Sample:
        high, low = self._levels()
        flowing = self._contacts == CONTACTS_CLOSED and self.car in (PilotState.C, PilotState.D)
        rating = self.model.rating
        own = Sample(
            at=self.now,
            pilot_high_mv=high,
            pilot_low_mv=low,
            proximity_ohm=self.ohm,
            contacts=self._contacts,
            lock=self._lock,
            voltage_mv=on_phases(rating.voltage_v * 1_000, rating.phases),
            current_ma=on_phases(self.draws_ma if flowing else 0, rating.phases),
            residual_alarm=self._alarm if self.monitor is None else self.monitor,
        )
        return own._replace(**self._senses)

    def _levels(self) -> tuple[int, int]:
        level = LEVEL_MV[self.car] if self.level_mv is None else self.level_mv
        if self.mode is PilotMode.FAULT:
            return -12_000, -12_000
        if self.mode is PilotMode.STEADY:
            return level, level
        return level, -12_000 if self.diode or self.car is PilotState.A else -level

    def _feed(self, event: RtmEvent) -> None:
        deadline = self.rtm.deadline()
        if not isinstance(event, Tick) and deadline is not None and deadline <= self.now:
            self._feed(Tick())
        effects = self.rtm.handle(event, self.now)
        if self._watcher:
            self._watcher.note(event, self.now, effects, self.rtm.deadline())
        for effect in effects:
            self.trace.append((self.now, effect))
            if isinstance(effect, Outputs):
                self._obey(effect)
            elif isinstance(effect, ConnectorReport):
                self.report = effect

    def _obey(self, outputs: Outputs) -> None:
        before, self.outputs = self.outputs, outputs
        if outputs.pilot != before.pilot:
            self._later(self.lag_us, self.measure)
        if outputs.relay != before.relay:
            target = CONTACTS_CLOSED if outputs.relay else CONTACTS_OPEN
            self._later(self.contact_ms * MS, lambda: self._move_contacts(target))
        if outputs.lock != before.lock and not self.jammed:
            self._lock = LockPosition.MOVING
            self._later(self.lag_us, self.measure)
            self._later(self.lock_ms * MS, self._move_lock)
        if outputs.residual_test != before.residual_test:
            both = ResidualAlarm(outputs.residual_test, outputs.residual_test)
            self._later(self.alarm_ms * MS, lambda: self._move_alarm(both))

    def _move_contacts(self, target: Contacts) -> None:
        live, neutral = self.stuck
        self._contacts = Contacts(
            live=target.live if live is None else live,
            neutral=target.neutral if neutral is None else neutral,
        )
        self.measure()

    def _move_lock(self) -> None:
        self._lock = LockPosition.LOCKED if self.outputs.lock else LockPosition.OPEN
        self.measure()

    def _move_alarm(self, alarm: ResidualAlarm) -> None:
        self._alarm = alarm
        self.measure()

    def _renew(self, series: int) -> None:
        """One message of the host, and the next in half a second, unless the host was told otherwise."""
        if self._offer_ma is not None and series == self._renewals:
            permits = self._offer_ma or self._signalling is Signalling.DIGITAL
            self._feed(Permit(self._offer_ma, signalling=self._signalling) if permits else HostAlive())
            self._later(self.renewal_us, lambda: self._renew(series))

    def _later(self, us: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now + us, self._count, action))


def record_of(settings: Mapping[Setting, int]) -> bytes:
    """What a board has kept on which these settings were commissioned."""
    return encode({**FACTORY, **settings})


def charging(
    model: RtmModel = SOCKET, offer_ma: int = 16_000, *, settings: Mapping[Setting, int] | None = None
) -> Plant:
    """A plant whose car charges: plugged in, permitted, closed, and the contacts at rest."""
    plant = Plant(model, settings=settings)
    plant.hello()
    plant.host_keeps(offer_ma)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=2_000)
    plant.run(50)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=3_000)
    plant.run(300)
    return plant


def waiting(
    model: RtmModel = SOCKET, offer_ma: int = 16_000, *, settings: Mapping[Setting, int] | None = None
) -> Plant:
    """A plant whose car is offered current and stays in state B."""
    plant = Plant(model, settings=settings)
    plant.hello()
    plant.host_keeps(offer_ma)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=2_000)
    return plant


def talking(model: RtmModel = TALKING) -> Plant:
    """A plant whose car is in state B under 5 %, and is allowed nothing yet."""
    plant = Plant(model)
    plant.hello()
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=2_000)
    plant.run(50)
    return plant


def charging_by_messages(model: RtmModel = TALKING, offer_ma: int = 16_000) -> Plant:
    """A plant whose car charges under 5 %, the contacts at rest."""
    plant = talking(model)
    plant.host_keeps(offer_ma, Signalling.DIGITAL)
    plant.run(500)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=3_000)
    plant.run(300)
    return plant
