"""The RTM of one connector: one short update, run to a fixed point on every event and every deadline.

What it may touch: its own state. What it decides: pilot, relay, lock, light, beeper. Clauses: R-45 (closing
and the three ways to open), R-46 (no PWM before all is ready), R-47 (pilot output), E-15, E-16, E-31.
"""

from collections.abc import Sequence

from pilotline.rtm.cable import CableReader
from pilotline.rtm.faults import FaultLatch
from pilotline.rtm.host import HostWatch
from pilotline.rtm.pilot import WITH_A_CAR, PilotReader
from pilotline.rtm.relay import Relay
from pilotline.rtm.timing import Pulse, after
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
    Permit,
    Sample,
    SetAvailable,
    SetLight,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import (
    MIN_OFFER_MA,
    STATE_F,
    STEADY,
    PilotMode,
    PilotOutput,
    PilotState,
    duty_for,
)
from pilotline.vocabulary.time import US_PER_MS, Tick, earliest

RtmEvent = Sample | HostMessage | Tick
RtmEffect = Outputs | BoardMessage
_State = tuple[
    PilotState, PilotOutput, int, int | None, bool, Contacts, LockPosition, bool, int, int
]  # a ConnectorReport without its time

REPORT_MS = 1_000
_ROUNDS = 5  # three suffice for any event known; the bound keeps a mistake from hanging the module
_ONLY_C = frozenset({PilotState.C})
_C_AND_D = frozenset({PilotState.C, PilotState.D})
_UNPLUG_TRIPS = faults.select(faults.Recovery.UNPLUG) & faults.TRIPPING
_SERVICE_TRIPS = faults.select(faults.Recovery.SERVICE) & faults.TRIPPING
_ORDERLY = faults.mask_of(f for f in faults.FAULTS if f.stop is faults.Stop.ORDERLY)
_NOT_MEASURED = Sample(at=0, pilot_high_mv=0, pilot_low_mv=0)
"""What stands before the first sample: a pilot with which nothing is allowed, and 0x80 if it stays so."""
_DEFAULT_SETTINGS = {Setting.VENTILATED_ENABLED: 0, Setting.LOCK_ENABLED: 1}


class Rtm:
    """``handle(event, now)`` returns what changed: ``Outputs`` for the board, messages for the host.

    ``settings`` are the commissioned values the board has stored (R-49).
    """

    def __init__(
        self,
        model: RtmModel,
        *,
        connector: int = 1,
        serial: str = "",
        settings: dict[Setting, int] | None = None,
    ) -> None:
        self.model = model
        self._connector = connector
        self._serial = serial
        self._settings = {**_DEFAULT_SETTINGS, **(settings or {})}
        self._sample = _NOT_MEASURED
        self._pilot = PilotReader(model.pilot)
        self._cable = CableReader(model.outlet, model.proximity)
        self._host = HostWatch(model.host, LINK_PROTOCOL, model.hash)
        self._relay = Relay(model.relay)
        self._faults = FaultLatch(model.absent_faults)
        self._wake_up = WakeUpPulse(model.wake_up)
        self._fault_pulse = Pulse(model.pilot.fault_pulse_ms)
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
        self._told_state = None

    def _commission(self, setting: Setting, value: int) -> None:
        """R-49: in state A, with the relay seen open, within bounds; the echo says what is in force."""
        taken = value in (0, 1) and self._pilot.state is PilotState.A and not any(self._sample.contacts)
        if taken:
            self._settings[setting] = value
        self._effects.append(Commissioned(setting, self._settings[setting], taken))

    # --- the update ---

    def _step(self, now: int) -> None:
        """Read, judge and drive until nothing changes: what is driven is itself a condition of some rules."""
        for _ in range(_ROUNDS):
            before = self._outputs
            self._read(now)
            self._judge(now)
            self._drive(now)
            if self._outputs == before:
                break
        self._clearing = 0
        self._tell(now)
        self._deadline = self._next_deadline(now)

    def _read(self, now: int) -> None:
        driven = self._outputs.pilot.mode
        self._pilot.update(self._sample.pilot_high_mv, driven, now)
        hidden = driven is PilotMode.FAULT
        self._cable.update(self._pilot.state, self._sample.proximity_ohm, hidden=hidden, now=now)

    def _judge(self, now: int) -> None:
        """Collect the causes that are present and let the latch keep what its class keeps."""
        present = self._relay.mismatch(self._sample.contacts, now)
        if self._pilot.is_undefined(now):
            present |= faults.CP_STATE
        if self._pilot.lacks_diode(self._sample.pilot_low_mv, self._outputs.pilot.mode, now):
            present |= faults.DIODE_UNPRESENT
        if self._cable.unreadable:
            present |= faults.PP_UNPRESENT
        if self._host.is_silent(now):
            present |= faults.MISSING_HOST
        new = self._faults.update(present, self._pilot.state is PilotState.A, self._clearing)
        self._remembered |= new & faults.MISSING_HOST
        if new & _UNPLUG_TRIPS:
            self._fault_pulse.start(now)

    def _drive(self, now: int) -> None:
        permitted = self._permit_in_force = self._permitted(now)
        chargeable = self._chargeable()
        left = self._pilot.has_left(chargeable, now)
        self._relay.update(
            safe=not (self._faults.active & faults.TRIPPING or left) and self._plug_is_safe(),
            permitted=permitted,
            may_close=self._may_close(chargeable),
            current_ma=max(self._sample.current_ma),
            now=now,
        )
        self._outputs = Outputs(
            pilot=self._pilot_output(permitted, now),
            relay=self._relay.closed,
            lock=self._lock_command(permitted),
            light=HOST_LOST_LIGHT if self._faults.active & faults.MISSING_HOST else self._light,
            beep=self._beeps(now),
        )

    # --- conditions, each once ---

    def _permitted(self, now: int) -> bool:
        """A fresh permit of at least 6 A, and nothing that asks for an orderly stop."""
        orderly_stop = self._faults.active & _ORDERLY or not self._available
        return self._host.permits(now) and self._offer_ma() >= MIN_OFFER_MA and not orderly_stop

    def _offer_ma(self) -> int:
        """The least of what host, rating and cable allow."""
        cable_ma = self._cable.rating_ma
        least = min(self._host.offer_ma, self.model.rating.current_ma)
        return least if cable_ma is None else min(least, cable_ma)

    def _chargeable(self) -> frozenset[PilotState]:
        return _C_AND_D if self._settings[Setting.VENTILATED_ENABLED] else _ONLY_C

    def _plug_is_safe(self) -> bool:
        """Locked, where there is a lock and it is enabled (R-45)."""
        return not self._lock_in_use() or self._sample.lock is LockPosition.LOCKED

    def _lock_in_use(self) -> bool:
        return self.model.outlet.lock and bool(self._settings[Setting.LOCK_ENABLED])

    def _may_close(self, chargeable: frozenset[PilotState]) -> bool:
        """R-45: believed state C, seen now; PWM with its negative half; no fault; contacts open."""
        return (
            self._pilot.state in chargeable
            and self._pilot.raw in chargeable
            and self._outputs.pilot.mode is PilotMode.PWM
            and self._sample.pilot_low_mv <= self.model.pilot.diode_max_mv
            and not self._faults.active & faults.BLOCKING
            and not any(self._sample.contacts)
        )

    def _ready(self) -> bool:
        """R-46: whatever may delay a closing is over. Contacts still on their way open do not end the PWM."""
        contacts_obey = self._outputs.pilot.mode is PilotMode.PWM or not any(self._sample.contacts)
        blocked = self._faults.active & faults.BLOCKING
        return self._cable.ready and self._plug_is_safe() and contacts_obey and not blocked

    def _pilot_output(self, permitted: bool, now: int) -> PilotOutput:
        """R-47, the strongest reason first."""
        ready = permitted and self._ready() and self._pilot.state in WITH_A_CAR
        offered = ready and self._outputs.pilot.mode is PilotMode.PWM
        waking = self._wake_up.update(self._pilot.state, offered=offered, now=now)
        if self._relay.closed:
            return PilotOutput(PilotMode.PWM, duty_for(self._offer_ma())) if permitted else STEADY
        if self._fault_pulse.is_on(now) or self._faults.active & _SERVICE_TRIPS or not self._available:
            return STATE_F
        if ready:
            return STATE_F if waking else PilotOutput(PilotMode.PWM, duty_for(self._offer_ma()))
        return STEADY

    def _lock_command(self, permitted: bool) -> bool:
        """Before any offer, and never unlock while the relay is closed, by command or by its contacts."""
        plugged = self._pilot.state is not PilotState.A
        held = self._lock_wish or (permitted and plugged) or self._relay.closed or any(self._sample.contacts)
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
        offers = self._outputs.pilot.mode is PilotMode.PWM
        return (
            self._pilot.state,
            self._outputs.pilot,
            self._offer_ma() if offers else 0,
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
            now, sample.voltage_mv, sample.current_ma, sample.neutral_pe_mv, sample.temperature_mc
        )

    def _next_deadline(self, now: int) -> int | None:
        return earliest(
            self._report_due,
            self._pilot.deadline(now),
            self._cable.deadline(now),
            self._host.deadline(now),
            self._relay.deadline(now),
            self._wake_up.deadline(now),
            self._fault_pulse.deadline(now),
            self._next_beep_edge(now),
        )

    def _next_beep_edge(self, now: int) -> int | None:
        """When the beeper changes next, on the absolute grid."""
        if not self._faults.active & faults.MISSING_HOST:
            return None
        every, length = self.model.host.beep_every_ms * US_PER_MS, self.model.host.beep_ms * US_PER_MS
        start = now // every * every
        return start + length if now < start + length else start + every
