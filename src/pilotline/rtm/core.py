"""The RTM of one connector: one short update, run to a fixed point on every event and every deadline.

What it may touch: its own state. What it decides: pilot, relay, lock, light, beeper, self-test. Clauses: R-45
(closing and the three ways to open), R-46 (no PWM before all is ready), R-47 (pilot output), R-49. Each
protection (E-10 to E-24) is a file of its own beside this one; here they are fed, and what follows is told.
"""

from collections.abc import Sequence

from pilotline.rtm.back_off import BackOffTimer
from pilotline.rtm.cable import CableReader
from pilotline.rtm.faults import FaultLatch
from pilotline.rtm.heat import HeatWatch
from pilotline.rtm.host import HostWatch
from pilotline.rtm.inputs import faults_of_inputs
from pilotline.rtm.lock import LockWatch
from pilotline.rtm.overcurrent import OvercurrentWatch
from pilotline.rtm.pilot import WITH_A_CAR, PilotReader
from pilotline.rtm.relay import Relay
from pilotline.rtm.residual import ResidualWatch, faults_of
from pilotline.rtm.self_test import SelfTest
from pilotline.rtm.settings import Settings
from pilotline.rtm.signalling import StepX1
from pilotline.rtm.supply import SupplyWatch
from pilotline.rtm.timing import Pulse, after, on_delay
from pilotline.rtm.wake_up import WakeUpPulse
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    HOST_LOST_LIGHT,
    LINK_PROTOCOL,
    BoardMessage,
    ClearFaults,
    Commission,
    Commissioned,
    ConnectorReport,
    Contacts,
    Hello,
    HostMessage,
    Identity,
    Light,
    LockPlug,
    LockPosition,
    Measurement,
    Outputs,
    Pace,
    Permit,
    Sample,
    SetAvailable,
    SetLight,
    Setting,
    StoreSettings,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import (
    DIGITAL_DUTY,
    MIN_OFFER_MA,
    STATE_F,
    STEADY,
    PilotMode,
    PilotOutput,
    PilotState,
    Signalling,
    duty_for,
)
from pilotline.vocabulary.time import US_PER_MS, Tick, earliest

RtmEvent = Sample | HostMessage | Pace | Tick
RtmEffect = Outputs | StoreSettings | BoardMessage
_State = tuple[
    PilotState, PilotOutput, int, int | None, bool, Contacts, LockPosition, bool, int, int
]  # a ConnectorReport without its time

REPORT_MS = 1_000
UNPLUG_MS = 1_000
"""R-29: a shorter state A opens the relay, but a plug that bounces ends no latch and no back-off."""
_ROUNDS = 5  # three suffice for any event known; the bound keeps a mistake from hanging the module
_ONLY_C = frozenset({PilotState.C})
_C_AND_D = frozenset({PilotState.C, PilotState.D})
_A_AND_B = frozenset({PilotState.A, PilotState.B})
_UNPLUG_TRIPS = faults.select(faults.Recovery.UNPLUG) & faults.TRIPPING
_SERVICE_TRIPS = faults.select(faults.Recovery.SERVICE) & faults.TRIPPING
_PASSING_TRIPS = (faults.select(faults.Recovery.SELF) | faults.select(faults.Recovery.COOL)) & faults.TRIPPING
_ORDERLY = faults.mask_of(f for f in faults.FAULTS if f.stop is faults.Stop.ORDERLY)
_OF_PACE = {Pace.KEPT: 0, Pace.LATE: faults.LATE, Pace.STALLED: faults.STALLED}
_NOT_MEASURED = Sample(at=0, pilot_high_mv=0, pilot_low_mv=0)
"""What stands before the first sample: a pilot with which nothing is allowed, and 0x80 if it stays so."""


class Rtm:
    """``handle(event, now)`` returns what changed: ``Outputs`` for the board, messages for the host.

    ``stored`` is the last record of settings that a ``StoreSettings`` asked the board to keep (R-49).
    """

    def __init__(
        self,
        model: RtmModel,
        *,
        connector: int = 1,
        serial: str = "",
        stored: bytes | None = None,
    ) -> None:
        self.model = model
        self._connector = connector
        self._serial = serial
        self._settings = Settings(model.residual, stored)
        self._sample = _NOT_MEASURED
        self._pace = Pace.KEPT
        self._pilot = PilotReader(model.pilot)
        self._cable = CableReader(model.outlet, model.proximity)
        self._host = HostWatch(model.host, LINK_PROTOCOL, model.hash)
        self._step_x1 = StepX1(model.digital)
        self._relay = Relay(model.relay)
        self._faults = FaultLatch(model.absent_faults)
        self._wake_up = WakeUpPulse(model.wake_up)
        self._fault_pulse = Pulse(model.pilot.fault_pulse_ms)
        self._residual = ResidualWatch(model.residual)
        self._self_test = SelfTest(model.residual)
        self._supply = SupplyWatch(model.supply, model.rating)
        self._overcurrent = OvercurrentWatch(model.overcurrent, model.rating)
        self._heat = HeatWatch(model.temperature)
        self._lock = LockWatch(model.outlet, model.lock)
        self._back_off = BackOffTimer(model.back_off)
        self._gone = on_delay(UNPLUG_MS)
        self._unplugged = False
        self._withheld = False
        self._light = Light()
        self._lock_wish = False
        self._available = True
        self._clearing = 0
        self._remembered = 0
        self._outputs = Outputs()
        self._told_outputs: Outputs | None = None
        self._told_state: _State | None = None
        self._permit_in_force = False
        self._report_due = 0
        self._deadline: int | None = 0
        self._effects: list[RtmEffect] = []

    # --- the two verbs of a core ---

    def handle(self, event: RtmEvent, now: int) -> Sequence[RtmEffect]:
        """Take one event at core time ``now``; deadlines up to ``now`` are acted on first, in order."""
        while self._deadline is not None and self._deadline <= now:
            self._step(self._deadline)
        if isinstance(event, Sample):
            known = self._sample is not _NOT_MEASURED and self._sample[1:] == event[1:]
            if not known:  # equal inputs and no deadline: nothing can change
                self._sample = event
                self._step(now)
        elif isinstance(event, Pace):
            self._pace = event
            self._step(now)
        elif not isinstance(event, Tick):
            self._host.hear(now)
            self._obey(event, now)
            self._step(now)
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        return self._deadline

    # --- the host's words ---

    def _obey(self, message: HostMessage, now: int) -> None:
        match message:
            case Hello():
                self._introduce(message)
            case Permit():
                self._host.grant(message, now)
            case Withdraw():
                self._host.withdraw()
            case LockPlug(locked):
                self._lock_wish = locked
            case SetLight(light):
                self._light = light
            case SetAvailable(available):
                self._available = available
            case ClearFaults(mask):
                self._clearing = mask
                self._remembered &= ~mask
            case Commission(setting, value):
                self._commission(setting, value)
            case _:
                pass  # HostAlive: that it was heard is all it says

    def _introduce(self, hello: Hello) -> None:
        accepted = self._host.meet(hello)
        self._effects.append(
            Identity(
                LINK_PROTOCOL, self.model.hash, self._connector, accepted, self._remembered, self._serial
            )
        )
        if self._settings.lost:  # who commissioned them has to know that they are gone
            self._effects += [self._echo(setting, taken=False) for setting in Setting]
        self._told_state = None

    def _commission(self, setting: Setting, value: int) -> None:
        """R-49: in state A, relay open and seen open, within bounds, from a host that knows the model.

        The echo says what is in force; a value that is new is stored before it. The offset of the
        residual-current monitor is measured here, whatever figure the host names (E-26).
        """
        idle = self._host.accepted and self._pilot.state is PilotState.A and self._is_open()
        before = self._settings[setting]
        if setting is Setting.RCD_OFFSET:
            value, idle = self._sample.residual_dc_ua, idle and self._may_measure_offset()
        taken = idle and self._settings.take(setting, value)
        if taken and (self._settings.lost or self._settings[setting] != before):
            self._effects.append(StoreSettings(self._settings.record()))
        self._effects.append(self._echo(setting, taken))

    def _echo(self, setting: Setting, taken: bool) -> Commissioned:
        return Commissioned(setting, self._settings[setting], taken)

    def _may_measure_offset(self) -> bool:
        """The figure can be read, and is not the current of a test."""
        return self._sample.calibrated and not self._self_test.busy

    # --- the update ---

    def _step(self, now: int) -> None:
        """Read, judge and drive until nothing changes: what is driven is itself a condition of some rules."""
        for _ in range(_ROUNDS):
            before = self._outputs, self._faults.active
            self._read(now)
            self._judge(now)
            self._drive(now)
            if (self._outputs, self._faults.active) == before:
                break
        self._clearing = 0
        self._tell(now)
        self._deadline = self._next_deadline(now)

    def _read(self, now: int) -> None:
        driven = self._outputs.pilot.mode
        self._step_x1.update(self._outputs.pilot, closed=self._relay.closed, now=now)
        self._pilot.update(self._sample.pilot_high_mv, driven, now)
        gone = self._pilot.state is self._pilot.raw is PilotState.A
        self._unplugged = self._gone.update(gone, now)
        hidden = driven is PilotMode.FAULT
        self._cable.update(self._pilot.state, self._sample.proximity_ohm, hidden=hidden, now=now)

    def _judge(self, now: int) -> None:
        """Collect the causes that are present and let the latch keep what its class keeps."""
        present = self._relay.mismatch(self._sample.contacts, now) | _OF_PACE[self._pace]
        if self._pilot.is_undefined(self._outputs.pilot.mode, now):
            present |= faults.CP_STATE
        if self._pilot.lacks_diode(self._sample.pilot_low_mv, self._outputs.pilot.mode, now):
            present |= faults.DIODE_UNPRESENT
        if self._cable.unreadable:
            present |= faults.PP_UNPRESENT
        if self._host.is_silent(now):
            present |= faults.MISSING_HOST
        if self._sample is not _NOT_MEASURED:
            present |= self._measured(now)
        new = self._faults.update(present, self._unplugged, self._clearing)
        self._remembered |= new & faults.MISSING_HOST
        if new & _UNPLUG_TRIPS:
            self._fault_pulse.start(now)

    def _measured(self, now: int) -> int:
        """What the sensors say is wrong; the monitor's alarms count unless its self-test has caused them."""
        sample, settings = self._sample, self._settings
        self._test_monitor(now)
        leaks = self._residual.update(
            sample, offset_ua=settings[Setting.RCD_OFFSET], ignored=self._self_test.ignored, now=now
        )
        wider_mv = settings[Setting.VOLTAGE_OFFSET] * 1_000
        lock_command = self._outputs.lock if self._lock_in_use() else None
        watched = self._watched_leaks()
        return (
            leaks & watched
            | (faults.SELF_TEST if self._self_test.failed & watched else 0)
            | self._supply.update(sample, wider_mv=wider_mv, now=now)
            | self._overcurrent.update(sample.current_ma, self._offered_ma(), now)
            | self._heat.update(sample.temperature_mc, now)
            | self._lock.update(sample.lock, lock_command, now)
            | faults_of_inputs(sample)
        )

    def _test_monitor(self, now: int) -> None:
        """R-46: in state A or B before the offer, with the relay open and seen open, and nothing wrong."""
        idle = self._pilot.state in _A_AND_B and self._outputs.pilot.mode is PilotMode.STEADY
        watched = self._watched_leaks()
        if self._relay.closed:
            self._self_test.spend()
        plugged = self._pilot.state is not PilotState.A
        cleared = bool(self._clearing & faults.SELF_TEST)
        self._self_test.forgive(plugged=plugged, unplugged=self._unplugged, cleared=cleared)
        self._self_test.update(
            faults_of(self._sample.residual_alarm) & watched,
            watched,
            allowed=idle and self._is_open() and not self._faults.active & faults.BLOCKING,
            now=now,
        )

    def _drive(self, now: int) -> None:
        fresh, speaks = self._permit_stands(now), self._step_x1.allows(self._host.signalling)
        offered = fresh and self._offer_ma() >= MIN_OFFER_MA
        permitted = self._permit_in_force = offered and speaks
        chargeable = self._chargeable()
        left = self._pilot.has_left(chargeable, now)
        was_closed = self._relay.closed
        self._relay.update(
            safe=not (self._faults.active & faults.TRIPPING or left) and self._plug_is_safe(),
            permitted=permitted,
            may_close=self._may_close(chargeable, now),
            current_ma=max(self._sample.current_ma),
            now=now,
        )
        # A car may let go of a sinking supply before the fault is believed: that opening counts as well.
        passing = self._supply.suspect or bool(self._faults.active & _PASSING_TRIPS)
        self._withheld = self._back_off.update(
            opened=was_closed and not self._relay.closed and passing,
            faulty=passing,
            unplugged=self._unplugged,
            now=now,
        )
        self._outputs = Outputs(
            pilot=self._pilot_output(
                shown=fresh and speaks and (offered or self._is_digital()),
                slipped=was_closed and not self._plug_is_safe(),
                now=now,
            ),
            relay=self._relay.closed,
            lock=self._lock_command(offered),
            light=HOST_LOST_LIGHT if self._faults.active & faults.MISSING_HOST else self._light,
            beep=self._beeps(now),
            residual_test=self._self_test.running,
        )

    # --- conditions, each once ---

    def _is_open(self) -> bool:
        """By command and by what is sensed."""
        return not self._relay.closed and not any(self._sample.contacts)

    def _permit_stands(self, now: int) -> bool:
        """A fresh permit by a signalling that the model has, and nothing that asks for an orderly stop."""
        orderly_stop = self._faults.active & _ORDERLY or not self._available
        known = self.model.digital is not None or not self._is_digital()
        return self._host.permits(now) and known and not orderly_stop

    def _is_digital(self) -> bool:
        """The host's permit is told by messages, under 5 %."""
        return self._host.signalling is Signalling.DIGITAL

    def _offer_ma(self) -> int:
        """The least of what host, rating and cable allow."""
        cable_ma = self._cable.rating_ma
        least = min(self._host.offer_ma, self.model.rating.current_ma)
        return least if cable_ma is None else min(least, cable_ma)

    def _offered_ma(self) -> int:
        """What the car is allowed now; 0 without PWM, and at 5 % in a conversation alone."""
        offer_ma = self._offer_ma()
        told = self._outputs.pilot.signalling is self._host.signalling
        return offer_ma if told and offer_ma >= MIN_OFFER_MA else 0

    def _chargeable(self) -> frozenset[PilotState]:
        return _C_AND_D if self._settings.ventilated else _ONLY_C

    def _watched_leaks(self) -> int:
        """The residual currents to be found here; with RCD type 2 direct current is not (E-10)."""
        leaks = faults.RCD | (faults.RCD_DC if self._settings.watches_dc else 0)
        return leaks & ~self.model.absent_faults

    def _plug_is_safe(self) -> bool:
        """Locked, where there is a lock and it is enabled (R-45)."""
        return not self._lock_in_use() or self._sample.lock is LockPosition.LOCKED

    def _lock_in_use(self) -> bool:
        return self.model.outlet.lock and self._settings.lock_enabled

    def _may_close(self, chargeable: frozenset[PilotState], now: int) -> bool:
        """R-45: state C, believed and seen; PWM with both halves; no fault; supply right; contacts open.

        A car may wait under PWM for days: then the proof of the monitor is too old to close on (R-46).
        """
        return (
            self._pilot.state in chargeable
            and self._pilot.raw in chargeable
            and self._outputs.pilot.mode is PilotMode.PWM
            and self._sample.pilot_low_mv <= self.model.pilot.diode_max_mv
            and not self._faults.active & faults.BLOCKING
            and not self._supply.suspect
            and not any(self._sample.contacts)
            and self._self_test.is_recent(self._watched_leaks(), now)
        )

    def _ready(self, now: int) -> bool:
        """R-46: whatever may delay a closing is over before the PWM starts, and does not end it later.

        A conversation needs no lock: whoever has not shown a card yet may pull the plug. Its closing does.
        """
        offers = self._outputs.pilot.mode is PilotMode.PWM and self._self_test.is_recent(
            self._watched_leaks(), now
        )
        blocked = self._faults.active & faults.BLOCKING
        held = self._plug_is_safe() or self._is_digital()
        return self._cable.ready and held and not blocked and (offers or self._may_offer(now))

    def _may_offer(self, now: int) -> bool:
        """Contacts open, supply right, residual-current monitor proved, back-off over."""
        proved = self._self_test.holds(self._watched_leaks(), now)
        return proved and not (any(self._sample.contacts) or self._supply.suspect or self._withheld)

    def _pilot_output(self, *, shown: bool, slipped: bool, now: int) -> PilotOutput:
        """R-47, the strongest reason first.

        ``shown``: the permit is one for PWM. ``slipped``: the lock let go under power, which ends a
        conversation too. A car that is told by messages is awake: state F would only cut it short.
        """
        ready = shown and not slipped and self._ready(now) and self._pilot.state in WITH_A_CAR
        offered = ready and self._outputs.pilot.mode is PilotMode.PWM and not self._is_digital()
        again = self._may_offer(now)
        waking = self._wake_up.update(self._pilot.state, offered=offered, again=again, now=now)
        if self._relay.closed:
            return self._pwm() if shown else STEADY
        if self._fault_pulse.is_on(now) or self._faults.active & _SERVICE_TRIPS or not self._available:
            return STATE_F
        if ready:
            return STATE_F if waking and not self._is_digital() else self._pwm()
        return STEADY

    def _pwm(self) -> PilotOutput:
        """5 %, or the duty cycle of a nominal offer."""
        duty = DIGITAL_DUTY if self._is_digital() else duty_for(self._offer_ma())
        return PilotOutput(PilotMode.PWM, duty)

    def _lock_command(self, offered: bool) -> bool:
        """Before any offer, and never unlock while the relay is closed, by command or by its contacts."""
        plugged = self._pilot.state is not PilotState.A
        held = self._lock_wish or (offered and plugged) or self._relay.closed or any(self._sample.contacts)
        return self._lock_in_use() and held

    def _beeps(self, now: int) -> bool:
        """E-16: a beep now and then while the host is missing."""
        limits = self.model.host
        missing = bool(self._faults.active & faults.MISSING_HOST)
        return missing and now // US_PER_MS % limits.beep_every_ms < limits.beep_ms

    # --- telling ---

    def _tell(self, now: int) -> None:
        """Outputs when they changed; the report when anything in it did, and at least every second."""
        if self._outputs != self._told_outputs:
            self._told_outputs = self._outputs
            self._effects.append(self._outputs)
        due = now >= self._report_due
        state = self._state()
        if due or state != self._told_state:
            self._told_state = state
            self._effects.append(ConnectorReport(now, *state))
        if due:
            self._report_due = after(now, REPORT_MS)
        if due and self._sample is not _NOT_MEASURED:
            self._effects.append(self._measurement(now))

    def _state(self) -> _State:
        return (
            self._pilot.state,
            self._outputs.pilot,
            self._offered_ma(),
            self._cable.rating_ma,
            self._relay.closed,
            self._sample.contacts,
            self._sample.lock,
            self._permit_in_force,
            self._faults.active,
            self._wake_up.count,
        )

    def _measurement(self, now: int) -> Measurement:
        sample = self._sample
        return Measurement(
            now,
            sample.voltage_mv,
            sample.current_ma,
            sample.neutral_pe_mv,
            sample.temperature_mc,
            sample.clamp_ma,
            sample.pilot_high_mv,
            sample.pilot_low_mv,
            sample.proximity_ohm,
            sample.residual_ac_ua,
            sample.residual_dc_ua,
        )

    def _next_deadline(self, now: int) -> int | None:
        parts = (
            self._pilot,
            self._cable,
            self._host,
            self._step_x1,
            self._relay,
            self._wake_up,
            self._fault_pulse,
            self._residual,
            self._self_test,
            self._supply,
            self._overcurrent,
            self._heat,
            self._lock,
            self._back_off,
            self._gone,
        )
        waits = (part.deadline(now) for part in parts)
        return earliest(self._report_due, self._next_beep_edge(now), *waits)

    def _next_beep_edge(self, now: int) -> int | None:
        """When the beeper changes next, on the absolute grid."""
        if not self._faults.active & faults.MISSING_HOST:
            return None
        every, length = self.model.host.beep_every_ms * US_PER_MS, self.model.host.beep_ms * US_PER_MS
        start = now // every * every
        return start + length if now < start + length else start + every
