"""Whether two moments of a scene are one and the same: a snapshot without absolute time.

What a fingerprint leaves out, and why that is sound:

* absolute time: the module compares times with now and with each other alone. The one exception is the grid
  of the beeper, which no invariant looks at; the beeper is left out with it.
* the settings (no move changes them), the light, the count of wake-ups, what was told, what is remembered for
  a new host, and when the next report is due: they feed nothing but what is told.
* clocks that run on though nobody looks at them any more, and past offers that a later one was above.
* the exact value of an input: kept is its region, the values that no comparison of the module tells apart.

What it leaves out although that is **not** exact, so that the states can be finite:

* how long until a clock is due. Kept is the *order* in which the clocks of module and judge are due, and
  whether the next one of the module is due at once. Of two moments with the same order and other distances
  the one that came first goes on. ``exact`` keeps the distances instead, in whole milliseconds.
* the phase of a host that keeps its rhythm, hence how long its permit would still live without it.

So every violation that is found is real, and a search that comes to its end has seen each order of events
once, with one choice of the times between them.
"""

from bisect import bisect
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

from pilotline.proof.history import GRID, History
from pilotline.proof.moves import OBEYING, Value
from pilotline.proof.obedience import SHOWN
from pilotline.proof.protections import endings
from pilotline.proof.signalling import QUIET
from pilotline.proof.snapshot import Part, held
from pilotline.rtm.back_off import BackOffTimer
from pilotline.rtm.core import UNPLUG_MS
from pilotline.rtm.mean_square import MeanSquare
from pilotline.rtm.overcurrent import GreatestOffer
from pilotline.rtm.pilot import PilotReader
from pilotline.rtm.relay import Relay
from pilotline.rtm.self_test import SelfTest
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import MS, SECOND

_CLOCKS = {
    "OnDelay": {"due"},
    "Pulse": {"_until"},
    "PilotReader": {"_due"},
    "HostWatch": {"_silent_from", "_permit_until"},
}
"""Which values are moments of core time, by class; whoever adds one to the module adds it here."""
_LEFT_OUT = {
    "Rtm": {
        "_connector",
        "_serial",
        "_sample",
        "_light",
        "_told_outputs",
        "_told_state",
        "_report_due",
        "_deadline",
        "_remembered",
        "_effects",
        "_outputs",
    },
    "WakeUpPulse": {"count"},
    "BackOffTimer": {"_wait"},
    "MeanSquare": {"_pieces", "_above", "_greater", "_excess", "_at"},
    "GreatestOffer": {"_past"},
    "Settings": {"_values", "lost"},
    "History": {
        "model",
        "settings",
        "now",
        "before",
        "permit_until",
        "cleared",
        "since",
        "heard_at",
        "stored",
        "given",
        "endings",
        "commissioned",
    },
    "Watched": {"proved_at", "withheld_until", "offers", "causes", "overloaded_at"},
}
"""What no fingerprint needs, or what is looked at in its own way below."""
_RHYTHM = "HostWatch"


def patience(model: RtmModel) -> Mapping[str, int]:
    """For how long a condition can matter to the judge, in microseconds; longer makes no difference."""
    pilot, residual, lock = model.pilot, model.residual, model.lock
    undefined_ms = pilot.undefined_fault_ms
    test_ms = residual.test_ms + residual.clear_ms
    lock_ms = (lock.lock_ms, lock.unlock_ms) if lock else (0, 0)
    milliseconds = {
        "closed without an offer": model.relay.orderly_ms,
        QUIET: model.digital.step_x1_ms if model.digital else 0,
        "closed outside C": model.relay.left_c_ms - model.relay.contact_ms,
        "nothing plugged in": pilot.debounce_ms[PilotState.A],
        "all well": 3 * SECOND // MS,
        "waits for nothing": 2 * test_ms,
        "F without a lasting reason": max(pilot.fault_pulse_ms, model.wake_up.pulse_ms),
        "over the offer": model.overcurrent.offer_ms,
        "nearly over the offer": model.overcurrent.offer_ms,
        "stopping": model.relay.orderly_ms,
        **{name: 2 * pilot.debounce_ms[state] for state, name in SHOWN.items()},
        **{over.condition: over.ms for over in endings(model) if over.ms},
        "state A": UNPLUG_MS,
        **dict.fromkeys(_CONTACTS, model.relay.feedback_ms),
        "level of no state": pilot.debounce_ms[PilotState.UNDEFINED] + undefined_ms,
        "level of state E": pilot.debounce_ms[PilotState.E] + undefined_ms,
        "no diode": pilot.diode_ms,
        "cable unknown": model.proximity.settle_ms if model.proximity else 0,
        "bolt not out": lock_ms[0],
        "bolt not in": lock_ms[1],
        "lock silent": max(lock_ms),
    }
    causes = {name: given.ms for name, given in History(model).given.items()}
    return {name: ms * MS + GRID for name, ms in {**milliseconds, **causes}.items()}


_CONTACTS = (
    "live elsewhere, open",
    "live elsewhere, closed",
    "neutral elsewhere, open",
    "neutral elsewhere, closed",
)


_STOPPED, _PAST, _IGNORED = -1, -2, -3


class Clocks:
    """The order of the moments that lie ahead; what lies behind is behind."""

    def __init__(self, now: int, *, exact: bool) -> None:
        self._now = now
        self._exact = exact
        self._noted: list[int] = []

    def note(self, at: int | None) -> None:
        """A clock that is due at ``at``; None where it does not run."""
        self._noted.append(_STOPPED if at is None else _PAST if at <= self._now else -(-at // MS))

    def skip(self) -> None:
        """A clock that does not matter."""
        self._noted.append(_IGNORED)

    def order(self) -> tuple[int, ...]:
        """Each clock's place, equal for those that are due in the same millisecond."""
        ahead = sorted({at for at in self._noted if at > 0})
        base = self._now // MS
        place = {at: at - base if self._exact else rank for rank, at in enumerate(ahead)}
        return tuple([place.get(at, at) for at in self._noted])


class Fingerprints:
    """``of`` gives that of the scene's present moment."""

    def __init__(
        self,
        parts: Sequence[Part],
        history: History,
        regions: Mapping[str, Sequence[int]],
        *,
        exact: bool = False,
        flows: bool = True,
    ) -> None:
        """``flows``: there may be a current; without one no sum is ever above anything."""
        self._flows = flows
        self._history = history
        self._model = history.model
        self._regions = regions
        self._known: dict[tuple[str, Value], Hashable] = {}
        self._exact = exact
        self._patience = patience(history.model)
        self._clocks = [(part.of, name) for part in parts for name in part.names if _is_clock(part, name)]
        self._host = next(part.of for part in parts if type(part.of).__name__ == _RHYTHM)
        self._plain = [(part.of, name) for part in parts for name in part.names if _is_plain(part, name)]
        self._dead = dict(_dead(parts))
        self._means = [part.of for part in parts if isinstance(part.of, MeanSquare)]
        self._greatest = [part.of for part in parts if isinstance(part.of, GreatestOffer)]
        self._back_off = next(part.of for part in parts if isinstance(part.of, BackOffTimer))

    def of(
        self,
        now: int,
        inputs: Mapping[str, Value],
        follows: Mapping[str, int],
        extra: Hashable,
        *,
        rhythm: bool,
    ) -> int:
        """That of the present moment.

        ``follows``: what has yet to follow the outputs; ``extra``: what else the scene remembers;
        ``rhythm``: the host keeps its permit alive.
        """
        clocks = Clocks(now, exact=self._exact)
        for part, name in self._clocks:
            dead = self._dead.get(id(part))
            if (dead is not None and dead()) or (rhythm and part is self._host):
                clocks.skip()
            else:
                clocks.note(getattr(part, name))
        for name in OBEYING:
            clocks.note(follows.get(name))
        sums = tuple(self._sums(clocks)) if self._flows else ()
        self._note_judge(clocks, rhythm=rhythm)
        plain = tuple([getattr(part, name) for part, name in self._plain])
        regions = tuple([self._region(name, value) for name, value in inputs.items()])
        return hash((plain, clocks.order(), sums, regions, self._outputs(), extra))

    def _region(self, name: str, value: Value) -> Hashable:
        known = self._known.get((name, value))
        if known is None:
            known = self._known[name, value] = self._find_region(name, value)
        return known

    def _find_region(self, name: str, value: Value) -> Hashable:
        edges = self._regions.get(name)
        if edges is None or value is None:
            return value
        if isinstance(value, tuple):
            return tuple(bisect(edges, part) for part in value)
        assert isinstance(value, int)
        return bisect(edges, value)

    def _outputs(self) -> Hashable:
        outputs = self._history.now.outputs
        return outputs.pilot, outputs.relay, outputs.lock, outputs.residual_test, self._history.now.faults

    def _sums(self, clocks: Clocks) -> Iterator[Hashable]:
        """What is summed up over a time: the mean squares, and the greatest offer."""
        for mean in self._means:
            yield _of_mean(mean, clocks)
        for greatest in self._greatest:
            past: list[tuple[int, int]] = held(greatest, "_past")
            yield _of_past(past, clocks)
        offers = self._history.watched.offers
        follow = self._model.overcurrent.follow_ms * MS
        ends = [(after[0] + follow, before[1]) for before, after in pairwise(offers)]
        later = offers[-1][1] if offers else 0
        yield later, _of_past([(end, ma) for end, ma in ends if ma > later], clocks)

    def _note_judge(self, clocks: Clocks, *, rhythm: bool) -> None:
        judge, model = self._history, self._model
        for name, bound in self._patience.items():
            since = judge.since.get(name)
            clocks.note(None if since is None else since + bound)
        silent_ms = model.host.boot_grace_ms if judge.heard_at is None else model.host.silent_ms
        for at in (judge.permit_until, (judge.heard_at or 0) + silent_ms * MS):
            if rhythm:
                clocks.skip()
            else:
                clocks.note(at)
        clocks.note(judge.watched.proved_at + model.residual.holds_ms * MS)
        clocks.note(judge.watched.withheld_until if judge.watched.openings else None)
        overloaded_at = judge.watched.overloaded_at
        mean_us = model.overcurrent.mean_ms * MS + GRID
        clocks.note(None if overloaded_at is None else overloaded_at + mean_us)


def _is_clock(part: Part, name: str) -> bool:
    return name in _CLOCKS.get(type(part.of).__name__, ())


def _is_plain(part: Part, name: str) -> bool:
    return not _is_clock(part, name) and name not in _LEFT_OUT.get(type(part.of).__name__, ())


def _dead(parts: Sequence[Part]) -> Iterator[tuple[int, Callable[[], bool]]]:
    """Clocks that may run on though nobody looks at them: when that is so.

    A level is debounced while it is another than the state's, and the time outside C opens a closed relay: an
    open one does not close before it is set back.
    """
    relay = next(part.of for part in parts if isinstance(part.of, Relay))
    for part in parts:
        if isinstance(part.of, PilotReader):
            pilot = part.of
            yield id(pilot), lambda pilot=pilot: pilot.raw is pilot.state
            yield id(held(pilot, "_left_c")), lambda: not relay.closed
        elif isinstance(part.of, SelfTest):
            test = part.of
            yield id(held(test, "_coming")), lambda test=test: not test.running
            yield id(held(test, "_going")), lambda test=test: not test.clearing
        elif isinstance(part.of, BackOffTimer):
            back_off = part.of
            for wait in held(back_off, "_waits"):
                yield id(wait), lambda wait=wait, of=back_off: _is_over(of, wait)


def _is_over(back_off: BackOffTimer, wait: object) -> bool:
    return wait is not held(back_off, "_wait") or not held(back_off, "_openings")


def _of_past(past: Sequence[tuple[int, int]], clocks: Clocks) -> Hashable:
    """The offers (until when they count, mA) above which no later one is."""
    greatest: list[int] = []
    for until, offer in reversed(past):
        if offer > max(greatest, default=0):
            greatest.append(offer)
            clocks.note(until)
    return tuple(greatest)


def _of_mean(mean: MeanSquare, clocks: Clocks) -> Hashable:
    """Whether it is above, and which of its pieces are; nothing when no piece can lift it."""
    pieces: list[tuple[int, int]] = held(mean, "_pieces")
    limit, above = held(mean, "_limit"), held(mean, "_above")
    over = tuple(square > limit for _, square in pieces)
    if not above and not any(over):
        return ()
    for since, _ in pieces[1:]:
        clocks.note(since + held(mean, "_window"))
    return above, over
