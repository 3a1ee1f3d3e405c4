"""A real safety module on a bench: moves in, verdicts out; it can be put back to where it was.

Around the module stands only what moves need: the inputs as they are, a host that keeps a rhythm, and a plant
that follows what is driven, each part after its lag, unless a move says that it does not.
"""

from dataclasses import dataclass

from pilotline.proof.history import History
from pilotline.proof.invariants import judge_moment
from pilotline.proof.moves import OBEYING, Car, Keep, Move, Obey, Say, Sense, Value, Wait, message
from pilotline.proof.snapshot import Frozen, Part, Snapshot, held
from pilotline.rtm import Rtm
from pilotline.rtm.core import RtmEvent
from pilotline.vocabulary.board import (
    CONTACTS_CLOSED,
    CONTACTS_OPEN,
    Covers,
    HostAlive,
    LockPosition,
    Outputs,
    Pace,
    Permit,
    ResidualAlarm,
    Sample,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.phases import ZERO, on_phases
from pilotline.vocabulary.pilot import PilotMode, Signalling
from pilotline.vocabulary.time import MS, Tick, earliest

_OFF_GRID_US = 700
"""Nothing a plant does happens on the module's grid of milliseconds."""
RENEWAL_US = 490_300
"""About half a second, and beside the module's own seconds: else a renewal hides a forgotten deadline."""
F_MV = -12_000
NOBODY_MV = 12_000
CABLE_OHM = 220
_PACE = "pace"
_PILOT = "pilot"
"""What the pilot's level follows; a car cannot disobey."""
_TICK = Tick()


def right(model: RtmModel, outputs: Outputs) -> dict[str, frozenset[Value]]:
    """What each input may be while nothing is wrong; any other value of it is something wrong."""
    locked = LockPosition.LOCKED if outputs.lock else LockPosition.OPEN
    return {
        "pilot_mv": frozenset({NOBODY_MV, 9_000, 6_000}),
        "low_mv": frozenset({F_MV}),
        "proximity_ohm": frozenset({None, CABLE_OHM}),
        "contacts": frozenset({CONTACTS_CLOSED if outputs.relay else CONTACTS_OPEN}),
        "lock": frozenset({locked if model.outlet.lock else LockPosition.NONE}),
        "residual_alarm": frozenset({ResidualAlarm(outputs.residual_test, outputs.residual_test)}),
        "voltage_mv": frozenset({on_phases(model.rating.voltage_v * 1_000, model.rating.phases)}),
        "current_ma": frozenset({ZERO, on_phases(5_000, model.rating.phases)}),
        "neutral_pe_mv": frozenset({0}),
        "residual_ac_ua": frozenset({0}),
        "residual_dc_ua": frozenset({0}),
        "temperature_mc": frozenset({(25_000, 25_000)}),
        "covers": frozenset({Covers()}),
        "emergency_stop": frozenset({False}),
        "calibrated": frozenset({True}),
        _PACE: frozenset({Pace.KEPT}),
    }


def _lags(model: RtmModel) -> dict[str, int]:
    """How long each part takes to follow: well within what the model gives it."""
    lock_ms = min(model.lock.lock_ms, model.lock.unlock_ms) if model.lock else 0
    milliseconds = {
        _PILOT: 0,
        "contacts": model.relay.contact_ms * 2 // 3,
        "lock": lock_ms // 10,
        "residual_alarm": min(model.residual.test_ms, model.residual.clear_ms) // 10,
    }
    return {name: ms * MS + _OFF_GRID_US for name, ms in milliseconds.items()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An invariant that does not hold: its name, its words, when, and what the module was doing."""

    name: str
    words: str
    at: int


class Scene:
    """``apply`` makes a move and returns what it broke; ``freeze`` and ``thaw`` put the scene back."""

    def __init__(self, model: RtmModel) -> None:
        self.model = model
        self.rtm = Rtm(model)
        self.history = History(model)
        self.now = 0
        self.inputs: dict[str, Value] = {
            name: next(iter(values)) for name, values in right(model, Outputs()).items() if len(values) == 1
        } | {"pilot_mv": 12_000, "proximity_ohm": None, "current_ma": ZERO}
        self.sensed = PilotMode.STEADY
        """What the pilot's level follows: what was driven a moment ago."""
        self.obeys: frozenset[str] = frozenset(OBEYING)
        self.follows: dict[str, int] = {}
        """What has yet to follow the outputs, and when it will."""
        self._lags = _lags(model)
        self.keeps: Keep = Keep(None)
        self.renewal_at: int | None = None
        self._snapshot = Snapshot(self.rtm, self.history)
        self._waiting = [part for part in vars(self.rtm).values() if hasattr(part, "deadline")]
        self._found: dict[str, str] = {}
        self._feed(self.sample())

    # --- moves ---

    def apply(self, move: Move) -> list[Verdict]:
        """Make a move; what it broke, the first moment of it."""
        self._found = {}
        match move:
            case Sense(name, value):
                self._sense(name, value)
            case Car(pilot_mv):
                self._show_car(pilot_mv)
            case Say(word):
                self._feed(message(word, self.model.hash))
            case Keep():
                self._keep(move)
            case Wait(us):
                self._wait(self.now + us)
            case Obey(name, obeys):
                self._obey(name, obeys)
        return [Verdict(name, words, self.now) for name, words in self._found.items()]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that the module and its judge are made of."""
        return self._snapshot.parts

    @property
    def outputs(self) -> Outputs:
        return self.history.now.outputs

    def memory(self) -> tuple[object, ...]:
        """What the scene itself remembers beside its inputs."""
        return self.sensed, self.obeys, self.keeps, self._is_imminent()

    def _is_imminent(self) -> bool:
        due = self.next_due()
        return due is not None and due - self.now <= 1

    def is_right(self, name: str, value: Value) -> bool:
        """Whether an input may be this while nothing is wrong."""
        return value in right(self.model, self.outputs)[name]

    def wrong(self) -> list[str]:
        """The inputs that are not as they should be."""
        due = right(self.model, self.outputs)
        return [name for name, value in self.inputs.items() if value not in due[name]]

    def sample(self) -> Sample:
        """What the sensors say now."""
        inputs: dict[str, Value] = dict(self.inputs)
        high, low, _ = (inputs.pop(name) for name in ("pilot_mv", "low_mv", _PACE))
        if self.sensed is PilotMode.FAULT:
            high = low = F_MV
        elif self.sensed is PilotMode.STEADY:
            low = high
        return Sample(self.now, high, low, **inputs)  # pyright: ignore[reportArgumentType]

    def _sense(self, name: str, value: Value) -> None:
        self.inputs[name] = value
        if isinstance(value, Pace):
            self._feed(value)
            return
        if name == "contacts" and value != CONTACTS_CLOSED:
            self.inputs["current_ma"] = ZERO
        self._feed(self.sample())

    def _show_car(self, pilot_mv: int) -> None:
        self.inputs["pilot_mv"] = pilot_mv
        if self.model.proximity is not None:
            self.inputs["proximity_ohm"] = None if pilot_mv == NOBODY_MV else CABLE_OHM
        self._feed(self.sample())

    def _obey(self, name: str, obeys: bool) -> None:
        self.obeys = self.obeys | {name} if obeys else self.obeys - {name}
        if not obeys:
            self.follows.pop(name, None)
        elif self.inputs[name] not in right(self.model, self.outputs)[name]:
            self.follows[name] = self.now + self._lags[name]

    def _keep(self, keep: Keep) -> None:
        self.keeps = keep
        self.renewal_at = None
        if keep.offer_ma is not None:
            self._renew(keep.offer_ma)

    def _renew(self, offer_ma: int) -> None:
        self.renewal_at = self.now + RENEWAL_US
        permits = offer_ma or self.keeps.signalling is Signalling.DIGITAL
        self._feed(Permit(offer_ma, signalling=self.keeps.signalling) if permits else HostAlive())

    # --- time ---

    def _wait(self, end: int) -> None:
        """As an event-driven loop does: at each deadline once, the module's own before what comes then."""
        while True:
            deadline = self.rtm.deadline()
            following = earliest(deadline, *self.follows.values(), self.renewal_at)
            if following is None or following > end or self._found:
                break
            self.now = max(self.now, following)
            if following == deadline:
                self._feed(_TICK)
            elif following == self.renewal_at:
                self._renew(self.keeps.offer_ma or 0)
            else:
                self._follow(following)
        if not self._found:
            self.now = max(self.now, end)

    def _follow(self, now: int) -> None:
        """The parts whose lag is over are where they are driven."""
        due = right(self.model, self.outputs)
        for name in [name for name, at in self.follows.items() if at == now]:
            del self.follows[name]
            if name == _PILOT:
                self.sensed = self.outputs.pilot.mode
            else:
                (self.inputs[name],) = due[name]
        if self.inputs["contacts"] != CONTACTS_CLOSED:
            self.inputs["current_ma"] = ZERO
        self._feed(self.sample())

    def _feed(self, event: RtmEvent) -> None:
        before = self.outputs
        effects = self.rtm.handle(event, self.now)
        found = judge_moment(self.history, event, self.now, effects, self.rtm.deadline())
        self._found = self._found or dict(found)
        if self.outputs is not before:
            self._drive(before)

    def _drive(self, before: Outputs) -> None:
        """What was driven anew follows after its lag, if it obeys."""
        outputs = self.outputs
        changed = {
            _PILOT: outputs.pilot.mode is not before.pilot.mode,
            "contacts": outputs.relay is not before.relay,
            "lock": outputs.lock is not before.lock and self.model.outlet.lock,
            "residual_alarm": outputs.residual_test is not before.residual_test,
        }
        for name, is_new in changed.items():
            if is_new and (name == _PILOT or name in self.obeys):
                self.follows[name] = self.now + self._lags[name]

    # --- back to where it was ---

    def freeze(self) -> Frozen:
        """All that can change, as one value."""
        own = (
            self.now,
            tuple(self.inputs.values()),
            self.sensed,
            self.obeys,
            tuple(self.follows.items()),
            self.keeps,
            self.renewal_at,
        )
        return self._snapshot.take(), own

    def thaw(self, frozen: Frozen) -> None:
        """Put everything back."""
        state, own = frozen
        self._snapshot.restore(state)
        self.now, values, self.sensed, self.obeys, follows, self.keeps, self.renewal_at = own
        self.follows = dict(follows)
        self.inputs = dict(zip(self.inputs, values, strict=True))

    def next_due(self) -> int | None:
        """When the module has to do something next, beside its report and a host that keeps its rhythm."""
        skipped = (held(self.rtm, "_host"),) if self.keeps.offer_ma is not None else ()
        waits = (part.deadline(self.now) for part in self._waiting if part not in skipped)
        return earliest(*waits)
