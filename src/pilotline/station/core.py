"""The station: its connectors, its keys, and who may charge. A pure core (design rule 1).

Every event is routed to what it concerns; then every connector updates. What the station wants done comes
back as effects.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pilotline.station import authorisation
from pilotline.station.authorisation import ANYBODY, same_tag
from pilotline.station.clock import WallClock
from pilotline.station.commissioning import SETTING_OF, deed_of, forbidden
from pilotline.station.common_supply import CommonSupply
from pilotline.station.connector import Connector, EntryNumbers, LeftOpen
from pilotline.station.events import (
    AskAuthorization,
    AskReset,
    BackendLink,
    BoardSaid,
    CallAnswer,
    ChangeKey,
    ClearLatched,
    CompensateRcd,
    KeyReading,
    KeysRead,
    LimitCurrent,
    Limiter,
    MeterSaid,
    PresentTag,
    ReadKeys,
    RemoteStart,
    RemoteStop,
    Restart,
    StartAnswer,
    StationEffect,
    StationEvent,
    StopCharging,
    SupplySaid,
    TagAnswer,
    TellMeter,
    TellStatus,
    ToBoard,
)
from pilotline.station.keys import BY_NAME, KEYS, Access, Key, KeyRefusedError, KeyStore, to_text
from pilotline.station.security import Askers, log_refusal
from pilotline.vocabulary import limits
from pilotline.vocabulary.board import ClearFaults
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import Durable, Recollection, StoreKey, StoreTrouble
from pilotline.vocabulary.roles import Deed, Role, refusal
from pilotline.vocabulary.status import AuthMode, AuthStatus, ResetKind, StopReason
from pilotline.vocabulary.time import Tick, earliest

_AT_THE_STATION = (PresentTag, StopCharging, ClearLatched, CompensateRcd)
_INSTALLERS_ROW = "installer's limit"  # no key of OCPP's: they have no spaces
LONGEST_TAG = 20
"""OCPP 1.6 §7.15 IdToken."""
_RESET_REASON = {ResetKind.SOFT: StopReason.SOFT_RESET, ResetKind.HARD: StopReason.HARD_RESET}


class _Asked(NamedTuple):
    """A tag the backend was asked about, and for which plug-in: the answer does not outlive it (R-29)."""

    connector: int
    tag: str
    unplugs: int


class Station:
    """``handle(event, now)`` and ``deadline()``; the snapshot reads its public attributes."""

    def __init__(
        self,
        model: ChargerModel,
        *,
        boot: int,
        stored: Mapping[str, KeyValue] | None = None,
        clock: WallClock | None = None,
        memory: Recollection | None = None,
        ended_by: StopReason = StopReason.POWER_LOSS,
    ) -> None:
        """``memory`` is what earlier boots left, ``ended_by`` how the last one ended (R-52)."""
        memory = memory or Recollection(boot)
        clock = clock or WallClock(boot)
        self.model = model
        self.keys = KeyStore(model.key_defaults, {**memory.keys, **(stored or {})})
        self.online = False
        self.resetting: ResetKind | None = None
        entries = EntryNumbers(memory.last_entry)
        self._clock = clock
        self._askers = Askers(memory.keys)
        self.connectors = {
            number: Connector(
                number,
                model,
                self.keys,
                clock,
                entries,
                _left_open(memory, number, ended_by),
                memory.keys,
                self._askers,
            )
            for number in range(1, model.connectors + 1)
        }
        self._supply = CommonSupply(model, self.connectors)
        for number in memory.inoperative & self.connectors.keys():
            self.connectors[number].available = False
        self._limit_for_good(memory.keys.get(_INSTALLERS_ROW), 0)
        self._requests = 0
        self._asked: dict[int, _Asked] = {}
        self._deadline: int | None = 0
        self._effects: list[StationEffect] = []

    def handle(self, event: StationEvent, now: int) -> Sequence[StationEffect]:
        """Take one event at core time ``now``."""
        if isinstance(event, BoardSaid):
            news = self._at(event.connector).board.hear(event.message, now)
            if not news and self._deadline is not None and now < self._deadline:
                return []
        self._route(event, now)
        for connector in self.connectors.values():
            self._start_unasked(connector, now)
            connector.look(now)
        self._supply.update(now)
        for connector in self.connectors.values():
            self._effects += connector.update(self.online, now)
        self._restart_when_idle()
        waits = (connector.deadline(now) for connector in self.connectors.values())
        self._deadline = earliest(self._supply.deadline(now), *waits)
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        return self._deadline

    # --- routing ---

    def _route(self, event: StationEvent, now: int) -> None:  # noqa: C901, PLR0912 - a flat table of events
        if isinstance(event, _AT_THE_STATION) and event.connector not in self.connectors:
            if not isinstance(event, PresentTag):
                self._answer(event.call, f"There is no connector {event.connector}.")
            return
        match event:
            case MeterSaid(connector, reading):
                self._at(connector).take_reading(reading, now)
            case SupplySaid(reading):
                for each in self.connectors.values():
                    each.take_supply(reading, now)
            case PresentTag(tag, connector):
                self._present(self._at(connector), tag, now)
            case TagAnswer():
                self._answered(event, now)
            case StartAnswer():
                self._started(event, now)
            case RemoteStart():
                self._remote_start(event, now)
            case RemoteStop():
                self._remote_stop(event, now)
            case ChangeKey():
                self._change_key(event, now)
            case ReadKeys():
                self._read_keys(event)
            case AskReset(call, kind):
                self._reset(call, kind, now)
            case StopCharging(connector):
                if self._may(event, Deed.STOP):
                    self._at(connector).end(StopReason.LOCAL, now)
            case LimitCurrent():
                self._limit(event, now)
            case ClearLatched(connector):
                if self._may(event, Deed.CLEAR):
                    self._effects.append(ToBoard(connector, ClearFaults(self._at(connector).faults)))
            case CompensateRcd():
                self._compensate(event, now)
            case BackendLink(online):
                self.online = online
            case TellStatus(connector):
                self._tell(connector, now)
            case TellMeter(number):
                if number in self.connectors:
                    self._effects += self.connectors[number].read_out(now)
            case Durable():
                for each in self.connectors.values():
                    each.durable(event)
            case StoreTrouble(reason):
                for each in self.connectors.values():
                    each.disk_trouble = reason
            case Tick() | BoardSaid():
                pass

    def _at(self, number: int) -> Connector:
        return self.connectors[number]

    # --- what people beside the station want ---

    def _may(self, wish: StopCharging | LimitCurrent | ClearLatched | CompensateRcd, deed: Deed) -> bool:
        """Whether the role may; where not, the wish is answered with the sentence."""
        reason = refusal(wish.role, deed)
        if reason is not None or not isinstance(wish, CompensateRcd):  # that one is answered when it is done
            self._answer(wish.call, reason)
        return reason is None

    def _answer(self, call: int, reason: str | None) -> None:
        if call:
            self._effects.append(CallAnswer(call, "Rejected" if reason else "Accepted", reason))

    def _limit(self, wish: LimitCurrent, now: int) -> None:
        """The owner's ends with the session; the installer's stands, and outlives a restart."""
        if wish.limit_ma is not None and wish.limit_ma < 0:
            self._answer(wish.call, "A limit is 0 A, a pause, or more.")
        elif wish.by is Limiter.OWNER:
            if self._may(wish, Deed.LIMIT):
                for each in self.connectors.values():
                    each.arbiter.claim(limits.OWNER, wish.limit_ma, now)
        elif self._may(wish, Deed.LIMIT_FOR_GOOD):
            self._limit_for_good(wish.limit_ma, now)
            self._effects.append(StoreKey(_INSTALLERS_ROW, wish.limit_ma))

    def _limit_for_good(self, kept: KeyValue, now: int) -> None:
        limit_ma = kept if isinstance(kept, int) else None
        for each in self.connectors.values():
            each.arbiter.claim(limits.INSTALLER, limit_ma, now)

    def _compensate(self, wish: CompensateRcd, now: int) -> None:
        if self._may(wish, Deed.COMPENSATE):
            connector = self._at(wish.connector)
            stamp = self._clock.stamp(now)
            self._effects += connector.safety.measure_offset(connector.board, wish.call, wish.role, stamp)

    # --- who may charge ---

    def _present(self, connector: Connector, tag: str, now: int) -> None:
        """The same card again stops; another one starts nothing while a session runs."""
        session = connector.session
        if session is not None:
            if same_tag(session.tag, tag):
                connector.end(StopReason.LOCAL, now, tag)
            return
        if not 0 < len(tag) <= LONGEST_TAG:
            connector.refusal = AuthStatus.INVALID.value
        elif not connector.asking and connector.grant is None and not self.resetting:
            self._authorise(connector, tag, now)

    def _authorise(self, connector: Connector, tag: str, now: int) -> None:
        if not self.online:
            self._decide(connector, tag, authorisation.offline_status(self.keys), now)
            return
        self._requests += 1
        self._asked[self._requests] = _Asked(connector.number, tag, connector.unplugs)
        connector.asking, connector.refusal = True, None
        self._effects.append(AskAuthorization(self._requests, tag))

    def _answered(self, answer: TagAnswer, now: int) -> None:
        asked = self._asked.pop(answer.request, None)
        connector = self.connectors[asked.connector] if asked else None
        if asked is None or connector is None or connector.unplugs != asked.unplugs:
            return
        connector.asking = False
        self._decide(connector, asked.tag, answer.status or authorisation.offline_status(self.keys), now)

    def _decide(self, connector: Connector, tag: str, status: AuthStatus, now: int) -> None:
        if status is AuthStatus.ACCEPTED and connector.session is None and not self.resetting:
            connector.give(tag, now)
        elif status is not AuthStatus.ACCEPTED:
            connector.refusal = status.value

    def _start_unasked(self, connector: Connector, now: int) -> None:
        """Free charging and Plug & Charge: a plug is enough, once per plug-in (E-68, R-26)."""
        mode = authorisation.mode(self.keys, self.online)
        fresh = connector.over in (None, StopReason.REBOOT, StopReason.POWER_LOSS)
        idle = connector.session is None and fresh and connector.grant is None and not connector.asking
        if mode is not AuthMode.TAG and connector.plugged and idle and not self.resetting:
            connector.give(ANYBODY[mode], now)

    def _started(self, answer: StartAnswer, now: int) -> None:
        """The backend's word on a session that has begun: its number, and perhaps a refusal."""
        for connector in self.connectors.values():
            session = connector.session
            if session is None or session.id != answer.session:
                continue
            session.transaction = answer.transaction
            refused = answer.status is not AuthStatus.ACCEPTED
            if refused and self.keys.flag("StopTransactionOnInvalidId"):
                connector.refusal = answer.status.value
                connector.end(StopReason.DE_AUTHORIZED, now)

    # --- the backend's wishes ---

    def _remote_start(self, wish: RemoteStart, now: int) -> None:
        numbers = list(self.connectors) if wish.connector is None else [wish.connector]
        found = [self.connectors[n] for n in numbers if n in self.connectors and self._can_start(n, now)]
        self._effects.append(CallAnswer(wish.call, "Accepted" if found else "Rejected"))
        if not found:
            return
        if self.keys.flag("AuthorizeRemoteTxRequests"):
            self._authorise(found[0], wish.tag, now)
        else:
            found[0].give(wish.tag, now)

    def _can_start(self, number: int, now: int) -> bool:
        connector = self.connectors[number]
        return connector.free(now) and connector.grant is None and not connector.asking and not self.resetting

    def _remote_stop(self, wish: RemoteStop, now: int) -> None:
        for connector in self.connectors.values():
            session = connector.session
            if session is not None and session.transaction == wish.transaction and session.stop is None:
                connector.end(StopReason.REMOTE, now)
                self._effects.append(CallAnswer(wish.call, "Accepted"))
                return
        self._effects.append(CallAnswer(wish.call, "Rejected"))

    def _reset(self, call: int, kind: ResetKind, now: int) -> None:
        self._effects.append(CallAnswer(call, "Accepted"))
        self.resetting = kind
        for connector in self.connectors.values():
            connector.grant = None
            connector.end(_RESET_REASON[kind], now)

    def _restart_when_idle(self) -> None:
        if self.resetting and all(not connector.busy for connector in self.connectors.values()):
            self._effects.append(Restart(self.resetting))
            self.resetting = None

    def _tell(self, number: int, now: int) -> None:
        for connector in self.connectors.values():
            if number in (0, connector.number):
                self._effects += connector.tell(now)

    # --- keys ---

    def _change_key(self, wish: ChangeKey, now: int) -> None:
        key = BY_NAME.get(wish.key.lower())
        if key is None:
            self._effects.append(CallAnswer(wish.call, "NotSupported", "There is no such key."))
        elif key.access is Access.READ_ONLY:
            self._effects.append(CallAnswer(wish.call, "Rejected", "This key can only be read."))
        else:
            self._set_key(key, wish, now)

    def _set_key(self, key: Key, wish: ChangeKey, now: int) -> None:
        try:
            old, new = self.keys[key.name], key.kind.parse(wish.text)
            reason = refusal(wish.role, deed_of(key.name, new, self.model))
            reason = reason or forbidden(key.name, new, self.model)
        except KeyRefusedError as error:
            self._effects.append(CallAnswer(wish.call, "Rejected", f"Not possible: {error}."))
            return
        self._log_safety(key, (old, new), wish.role, now, refused=reason is not None)
        if reason is not None:
            self._effects.append(CallAnswer(wish.call, "Rejected", reason))
            return
        self._effects.append(StoreKey(key.name, self.keys.change(key, wish.text)))
        self._effects.append(CallAnswer(wish.call, "RebootRequired" if key.reboot else "Accepted"))

    def _log_safety(
        self, key: Key, change: tuple[KeyValue, KeyValue], role: Role, now: int, *, refused: bool
    ) -> None:
        """A safety setting that is to be another one leaves a trace, refused or not (R-49)."""
        setting, (old, new) = SETTING_OF.get(key.name), change
        if setting is None or old == new:
            return
        tell = log_refusal if refused else self._askers.asked
        self._effects += tell(setting, role, int(old or 0), int(new or 0), self._clock.stamp(now))

    def _read_keys(self, wish: ReadKeys) -> None:
        if len(wish.names) > self.keys.number("GetConfigurationMaxKeys"):
            self._effects.append(KeysRead(wish.call, (), (), too_many=True))
            return
        known = (
            [BY_NAME[name.lower()] for name in wish.names if name.lower() in BY_NAME] if wish.names else KEYS
        )
        unknown = tuple(name for name in wish.names if name.lower() not in BY_NAME)
        self._effects.append(KeysRead(wish.call, tuple(self._reading(key) for key in known), unknown))

    def _reading(self, key: Key) -> KeyReading:
        return KeyReading(key.name, to_text(self.keys[key.name]), key.access is Access.READ_ONLY)


def _left_open(memory: Recollection, number: int, reason: StopReason) -> tuple[LeftOpen, ...]:
    """The sessions of one connector that the last boot left open; what flowed since is the last one's."""
    found = [each for each in memory.open_sessions if each.start.connector == number]
    return tuple(LeftOpen(each, reason, last=each is found[-1]) for each in found)
