"""A station and its model backend, and what must hold between the journal and the books when all is quiet.

:class:`ModelScene` is a virtual station in simulated time whose backend is the model. It remembers what the
journal made durable; :func:`unsettled` compares that with the books, the worlds' registers and the cache.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from machines.backend_model import CLAUSE_4_9, ModelBackend, Transaction, true_time
from pilotline.links.ocpp.link import BackendSaid
from pilotline.simulator.actions import PlugIn, Unplug
from pilotline.simulator.bench import BenchAction
from pilotline.simulator.station import Traced
from pilotline.station.status import OUR_MOVES
from pilotline.station.upkeep.events import Raise
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import (
    CachedTag,
    Durable,
    Ended,
    ForgetTags,
    Metered,
    Notified,
    Started,
    StoreAvailability,
    StoreKey,
)
from pilotline.vocabulary.time import SECOND
from support.crashes import CrashScene

PERMITTED = {
    before.value: CLAUSE_4_9[before.value] | {after.value for after in OUR_MOVES.get(before, ())}
    for before in OUR_MOVES
}
"""The rows of the clause that the station widens; the others are the clause's."""
CANNOT_START = ("Charging", "SuspendedEVSE", "Unavailable", "Faulted")
_ANSWERED_BEFORE_WRITTEN = (StoreKey, StoreAvailability, CachedTag, ForgetTags)


@dataclass(slots=True)
class Kept:
    """What the journal has of one session; ``began_at`` is the true time of its start (µs)."""

    started: Started
    began_at: int
    metered: int = 0
    ended: Ended | None = None

    @property
    def key(self) -> tuple[int, str, int]:
        return self.started.connector, self.started.tag, self.started.meter_start_wh


BELIEVED_S = 1.5
"""An unplug that lasts is believed within this, debouncing and R-29 included."""


class Hands:
    """Who was let in by hand or from afar, and when the car was last gone: in truth, by the world."""

    def __init__(self) -> None:
        self._acts: list[tuple[int, int, str]] = []
        self._gone_at: dict[int, int] = {}
        self._unplugs: dict[int, list[int]] = {}

    def let_in(self, connectors: Sequence[int], tag: str, now: int) -> None:
        self._acts += [(now, number, tag.casefold()) for number in connectors]

    def unplugged(self, connector: int, now: int) -> None:
        self._gone_at[connector] = now

    def plugged(self, connector: int, now: int) -> None:
        """Only what lasts is an unplug."""
        gone_at = self._gone_at.pop(connector, None)
        if gone_at is not None and now - gone_at >= BELIEVED_S * SECOND:
            self._unplugs.setdefault(connector, []).append(gone_at)

    def may_begin(self, connector: int, tag: str, began_at: int) -> bool:
        """Whether somebody was let in here with this tag since the car before this session went.

        A car that goes while its start is written, or is not yet believed to have gone, was there.
        """
        believed = began_at - round(BELIEVED_S * SECOND)
        since = max((at for at in self._unplugs.get(connector, ()) if at <= believed), default=0)
        return any(
            at >= since and (number, name) == (connector, tag.casefold()) for at, number, name in self._acts
        )


class ModelScene(CrashScene):
    """``model`` is the backend; ``sessions`` are those the journal ever recorded, by their names."""

    def __init__(self, model: str, keys: Mapping[str, KeyValue], trip_s: float) -> None:
        self.sessions: dict[str, Kept] = {}
        self.hands = Hands()
        self.openings: list[str] = []
        """Those the journal ever recorded, in order."""
        self._alarms = 0
        self._timed: set[int] = set()
        super().__init__(model, car=None, online=False, **keys)
        permitted = {**CLAUSE_4_9, **PERMITTED}
        self.model = ModelBackend(self._post, lambda: self.now, permitted)
        self.model.trip_s = trip_s
        self.model.ledger.attempts = int(keys.get("TransactionMessageAttempts") or 3)
        self.model.cache.enabled = keys.get("AuthorizationCacheEnabled") is not False
        self.station.backend = self.model  # pyright: ignore[reportAttributeAccessIssue] - its own kind
        self._kill_host = self.station._kill_host
        self.station._kill_host = self._killed
        self.network(up=True)

    # --- doing ---

    def attempt(self, action: BenchAction, connector: int = 1) -> None:
        """Act on the world, where it works that way."""
        if connector not in self.station.places or self.station.do(action, connector) is not None:
            return
        if isinstance(action, Unplug):
            self.hands.unplugged(connector, self.now)
        elif isinstance(action, PlugIn):
            self.hands.plugged(connector, self.now)

    def show(self, tag: str, connector: int) -> None:
        """Show a card."""
        self.hands.let_in([connector], tag, self.now)
        self.card(tag, connector)

    def raise_alarm(self) -> None:
        """A cover is opened, says the safety module."""
        self._alarms += 1
        self.station.tell(Raise(AlarmKind.TAMPER, f"opening {self._alarms}"))

    def order(self, action: str, payload: dict[str, Any], forbidden: str = "") -> str | None:
        """The backend calls; the answer's word if it came at once. Without a line nothing is said."""
        if not (self.station.online and self.station.host_runs):
            return None
        call_id, text = self.model.call(action, payload, forbidden)
        self._asked[call_id] = action
        if action == "RemoteStartTransaction":
            named = payload.get("connectorId")
            self.hands.let_in(self.numbers if named is None else [named], payload["idTag"], self.now)
        self.station.tell(BackendSaid(text))
        reply = self.replies.get(call_id)
        return reply.get("status") if isinstance(reply, dict) else None

    # --- looking ---

    @property
    def numbers(self) -> Sequence[int]:
        return tuple(self.station.places)

    def why_no_start(self, connector: int | None, tag: str) -> str:
        """Why a remote start has to be rejected now, "" where it need not be."""
        if self.model.line.registered != "Accepted":
            return "the station was not registered"
        named = self.numbers if connector is None else [connector]
        reasons = [self._why_not(number, tag) for number in named]
        return "" if "" in reasons else reasons[0]

    def _why_not(self, number: int, tag: str) -> str:
        if number not in self.station.places:
            return f"there is no connector {number}"
        if self.model.service.is_out(number):
            return f"connector {number} was out of service"
        status = self.at(number).ocpp_status
        plugged = self.station.places[number].world.view().plugged
        if status in CANNOT_START or (status == "SuspendedEV" and plugged):
            return f"connector {number} was {status}"
        if status == "Reserved" and not self.model.reservations.lets_in(number, tag):
            return f"connector {number} was reserved, and not for {tag}"
        return ""

    @property
    def quiet(self) -> bool:
        """Nobody is here, and nothing waits for the backend."""
        seen = self.station.snapshot()
        free = all(each.ocpp_status in ("Available", "Unavailable") for each in seen.connectors)
        idle = seen.backend.connected and seen.backend.queued == 0 and self.model.line.out is None
        return free and idle and self.model.line.registered == "Accepted"

    # --- the wheels ---

    def _killed(self) -> None:
        """What a host had answered and not yet written when it ended is anybody's guess."""
        if any(isinstance(job, _ANSWERED_BEFORE_WRITTEN) for job in self.station._unwritten):
            self.model.forget()
        self._kill_host()
        self.model.ledger.new_host()

    def _post(self, text: str, lasts_s: float) -> None:
        line = self.model.lines
        self.station.timeline.post(lambda: self._arrive(text, line), round(lasts_s * SECOND))

    def _arrive(self, text: str, line: int) -> None:
        """What still flew when its line broke never arrives."""
        if line == self.model.lines and self.station.online and self.station.host_runs:
            self.model.arrive(text)
            if self.model.line.registered:
                self._timed.add(self.station.journal.found.boot)
            self.station.tell(BackendSaid(text))

    def _note(self, traced: Traced) -> None:
        self._watch_supply()
        if traced.target == "backend" and isinstance(traced.what, str):
            self._judge(traced.what)
        elif isinstance(traced.what, Durable):
            self._keep(traced.what)

    def _keep(self, done: Durable) -> None:
        match done.fact:
            case Started() as started:
                kept = Kept(started, self.station.host_since + started.stamp.at)
                self.sessions[started.session] = kept
                if not self.hands.may_begin(started.connector, started.tag, kept.began_at):
                    self.model.complaints.append(f"{started} began on a card that the last car had left.")
            case Metered(session):
                self.sessions[session].metered += 1
            case Ended(session) as ended:
                self.sessions[session].ended = ended
            case Notified(word=AlarmKind.TAMPER.value, info=info):
                self.openings.append(info)
            case _:
                pass


# --- when all is quiet ------------------------------------------------------------------------------------


def unsettled(scene: ModelScene, *, metered: bool) -> list[str]:
    """What is wrong once all is put right; ``metered``: the meters could be read all the time."""
    complaints: list[str] = []
    scene.model.judge()
    aside = scene.station.journal.recollection(0).aside_sessions
    kept = {name: each for name, each in scene.sessions.items() if name not in aside}
    complaints += [f"{each.started} was never ended." for each in scene.sessions.values() if not each.ended]
    complaints += _judge_starts(scene, kept)
    complaints += [each for name, kept_ in kept.items() for each in _judge_session(scene, name, kept_)]
    complaints += _judge_states(scene)
    complaints += _judge_notices(scene)
    complaints += _judge_energy(scene) if metered else []
    scene.model.cache.judge(_remembered(scene), complaints.append)
    return complaints


def _judge_notices(scene: ModelScene) -> list[str]:
    """Each opening that was on the disk was told, none that was not, and the first word of each in order."""
    said = [payload for action, payload in scene.model.heard if action == "SecurityEventNotification"]
    told = dict.fromkeys(each["techInfo"] for each in said if each["type"] == AlarmKind.TAMPER.value)
    right = list(told) == scene.openings
    return [] if right else [f"openings {scene.openings} were recorded, and {list(told)} told."]


def _judge_starts(scene: ModelScene, kept: dict[str, Kept]) -> list[str]:
    """Each recorded start has arrived once, and none that was not recorded."""
    arrived = Counter(_key(each) for each in scene.model.ledger.transactions.values())
    expected = Counter(each.key for each in kept.values())
    recorded = Counter(each.key for each in scene.sessions.values())
    missing, strange = expected - arrived, arrived - recorded
    return [
        *(f"the start {key} never arrived." for key in missing),
        *(f"the start {key} arrived more often than it was recorded." for key in strange),
    ]


def _key(found: Transaction) -> tuple[int, str, int]:
    return found.connector, found.start["idTag"], found.start["meterStart"]


def _judge_session(scene: ModelScene, name: str, kept: Kept) -> list[str]:
    """The transaction of a session has its end, its values and its time."""
    same = [each for each in scene.model.ledger.transactions.values() if _key(each) == kept.key]
    ended = kept.ended
    if not same or ended is None:
        return []
    stops = [each for each in same if each.stop and _stop_is_of(each.stop, ended)]
    if not stops:
        return [f"{same[0]} ends with {same[0].stop}, recorded was {ended}."]
    complaints: list[str] = []
    told = {len([v for v in each.values if _waited(v)]) for each in stops}
    given_up = sum(each.fact.session == name for each in scene.station.journal._aside.values())
    if not any(kept.metered - given_up <= each <= kept.metered for each in told):
        complaints.append(f"of {stops[0]} {kept.metered} values were recorded, and {told} arrived.")
    truth = true_time(kept.began_at)
    late = [each.began - truth for each in stops]
    behind = timedelta(seconds=scene.model.trip_s + 0.1)
    if kept.started.stamp.boot in scene._timed:
        if all(abs(each) > behind for each in late):
            complaints.append(f"{stops[0]} began at {truth} in truth.")
    elif all(each < -behind for each in late):
        complaints.append(f"{stops[0]} is told too early: it began at {truth}.")
    return complaints


def _waited(values: Any) -> bool:
    return values["meterValue"][0]["sampledValue"][0].get("context") != "Trigger"


def _stop_is_of(stop: Any, ended: Ended) -> bool:
    """Whether this StopTransaction tells of that end."""
    told = stop["meterStop"], stop.get("reason"), stop.get("idTag")
    return told == (ended.meter_stop_wh, ended.reason.value, ended.tag)


def _judge_states(scene: ModelScene) -> list[str]:
    """Each connector's last word is what the backend made of it."""
    model, complaints = scene.model, list[str]()
    for number in (0, *scene.numbers):
        told = model.statuses.last.get(number)
        wanted = "Unavailable" if model.service.is_out(number) else "Available"
        if told != wanted:
            complaints.append(f"connector {number} was last said to be {told}, and should be {wanted}.")
    waiting = scene.station.snapshot().backend.queued
    return [*complaints, *([f"{waiting} facts still wait."] if waiting else [])]


def _judge_energy(scene: ModelScene) -> list[str]:
    """All that ever flowed is in a session."""
    complaints: list[str] = []
    for number in scene.numbers:
        of_it = [each for each in scene.sessions.values() if each.started.connector == number and each.ended]
        counted = sum(each.ended.meter_stop_wh - each.started.meter_start_wh for each in of_it if each.ended)
        flowed = scene.station.world_view(number).energy_wh
        if counted != flowed:
            complaints.append(
                f"the sessions of connector {number} hold {counted} Wh, and {flowed} Wh flowed."
            )
    return complaints


def _remembered(scene: ModelScene) -> dict[str, tuple[str, str | None]]:
    """What the journal knows of tags."""
    found = scene.station.journal.recollection(0).tags
    return {each.tag: (each.status.value, each.parent) for each in found}
