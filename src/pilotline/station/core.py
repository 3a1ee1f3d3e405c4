"""The station: its connectors, its keys, and who may charge. A pure core (design rule 1).

Every event is routed to what it concerns; then every connector updates. What the station wants done comes
back as effects.
"""

from collections.abc import Callable, Mapping, Sequence

from pilotline.station.admission import Admission
from pilotline.station.authorisation import TagBook, filled_up, same_tag
from pilotline.station.availability import STATION, Availability
from pilotline.station.cards import CardBook
from pilotline.station.clock import WallClock
from pilotline.station.commissioning import SETTING_OF, deed_of, forbidden
from pilotline.station.common_supply import CommonSupply
from pilotline.station.connector import Connector, EntryNumbers
from pilotline.station.curves import SessionCurves
from pilotline.station.energy import EnergyBooks
from pilotline.station.events import (
    AskReset,
    BackendLink,
    BackendWish,
    Backlog,
    BoardSaid,
    CallAnswer,
    CancelReservation,
    CarSaid,
    ChangeAvailability,
    ChangeKey,
    ChargeNow,
    ClearCache,
    ClearLatched,
    ClearProfiles,
    CompensateRcd,
    KeyReading,
    KeysRead,
    LearnCard,
    LimitCurrent,
    Limiter,
    MeterSaid,
    ModuleSaid,
    PeopleWish,
    PresentTag,
    ReadComposite,
    ReadKeys,
    ReadListVersion,
    RemoteStart,
    RemoteStop,
    RemoveCard,
    Reserve,
    RestartFailed,
    RestartStation,
    SendList,
    SetCard,
    SetProfile,
    StartAnswer,
    StartCharging,
    StationEffect,
    StationEvent,
    StatusReport,
    StopCharging,
    SupplySaid,
    TagAnswer,
    TagLearned,
    TellMeter,
    TellStatus,
    ToBoard,
    Unlock,
)
from pilotline.station.indicators import SmallLights
from pilotline.station.keys import Access, Key, KeyRefusedError, KeyStore, known_to, told
from pilotline.station.left_open import left_open
from pilotline.station.local_list import LocalList, conflict_report
from pilotline.station.local_time import ZoneFinder, utc_alone
from pilotline.station.off_peak import OffPeak
from pilotline.station.reservations import Reservations
from pilotline.station.restarts import Restarts, StartTeller, failure_report
from pilotline.station.security import Askers, log_refusal
from pilotline.station.smart_charging import SmartCharging
from pilotline.station.weekly_limit import WeeklyLimit
from pilotline.vocabulary import limits, refusals
from pilotline.vocabulary.board import ClearFaults
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import Durable, LocalListStored, Recollection, StoreKey, StoreTrouble
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Deed, Role, refusal
from pilotline.vocabulary.status import (
    ConnectorStatus,
    ErrorCode,
    ResetKind,
    ResetReason,
    StopReason,
)
from pilotline.vocabulary.time import Tick, earliest

_AT_THE_STATION = (PresentTag, StartCharging, StopCharging, ChargeNow, ClearLatched, CompensateRcd)
_INSTALLERS_ROW = "installer's limit"  # no key of OCPP's: they have no spaces
_Wish = StartCharging | StopCharging | LimitCurrent | ClearLatched | CompensateRcd | RestartStation
_ANSWERED_LATER = (StartCharging, CompensateRcd)
_RESET_REASON = {ResetKind.SOFT: StopReason.SOFT_RESET, ResetKind.HARD: StopReason.HARD_RESET}


KeyGuard = Callable[[str, KeyValue, Role], Refusal | None]


def _everything_may(_name: str, _value: KeyValue, _role: Role) -> Refusal | None:
    return None


class Station:
    """``handle(event, now)`` and ``deadline()``; the snapshot reads its public attributes."""

    key_guard: KeyGuard = staticmethod(_everything_may)
    """Why a key may not have a value for reasons that are not the station's own: upkeep sets it."""

    def __init__(
        self,
        model: ChargerModel,
        *,
        boot: int,
        stored: Mapping[str, KeyValue] | None = None,
        clock: WallClock | None = None,
        memory: Recollection | None = None,
        ended_by: StopReason = StopReason.POWER_LOSS,
        reset_reason: ResetReason = ResetReason.UNKNOWN,
        find_zone: ZoneFinder = utc_alone,
        seed: int = 0,
    ) -> None:
        """``memory`` is what earlier boots left, ``ended_by`` how the last one ended for its sessions (R-52),
        ``reset_reason`` why this one has begun (E-40). ``find_zone`` knows the rules of time zones; ``seed``
        is of the dice that random delays are drawn with.
        """
        memory = memory or Recollection(boot)
        clock = clock or WallClock(boot)
        self.model = model
        self.keys = KeyStore(model.key_defaults, {**memory.keys, **(stored or {})})
        self.online = False
        self._restarts = Restarts(lambda: self.keys.number("ResetRetries"))
        self._start = StartTeller(reset_reason)
        self.entries = entries = EntryNumbers(memory.last_entry)
        self._clock = clock
        self._askers = Askers(memory.keys)
        self.connectors = {
            number: Connector(
                number,
                model,
                self.keys,
                clock,
                entries,
                left_open(memory, number, ended_by),
                memory.keys,
                self._askers,
            )
            for number in range(1, model.connectors + 1)
        }
        self.smart_charging = SmartCharging(model, self.keys, clock, self.connectors, memory.profiles)
        self.off_peak = OffPeak(model.session, self.keys, clock, self.connectors, find_zone, seed)
        local, hurries = self.off_peak.local, self.off_peak.hurries
        self.week = WeeklyLimit(self.keys, local, self.connectors, hurries)
        self.energy = EnergyBooks(self.connectors, self.off_peak.local, model.rating.power_w, memory.energy)
        self.curves = SessionCurves(self.connectors, model.rating)
        self._supply = CommonSupply(model, self.connectors)
        self.small_lights = SmallLights(model)
        self.availability = Availability(self.connectors, memory.inoperative)
        self.local_list = LocalList(self.keys, memory.local_list_version, memory.local_list)
        self.reservations = Reservations(self.keys, clock, self.connectors, memory.reservations)
        self.cards = CardBook(model.session.tag_bytes, clock, memory.cards)
        tags = TagBook(self.keys, clock, memory.tags, self.local_list, self.cards.find)
        self.admission = Admission(
            model.session, self.keys, self.connectors, tags, self.reservations, self.smart_charging.refusal
        )
        self._limit_for_good(memory.keys.get(_INSTALLERS_ROW), 0)
        self.backlog = memory.queued
        self._deadline: int | None = 0
        self._effects: list[StationEffect] = []

    def handle(self, event: StationEvent, now: int) -> Sequence[StationEffect]:
        """Take one event at core time ``now``."""
        if isinstance(event, BoardSaid):
            news = self._at(event.connector).board.hear(event.message, now)
            if not news and self._deadline is not None and now < self._deadline:
                return []
        self._route(event, now)
        self._effects += self._conflicts(now)
        self.admission.closed = self.resetting is not None
        for connector in self.connectors.values():
            self.admission.start_unasked(connector, now)
            connector.look(now)
        self._effects += self.smart_charging.update(self.online, now)
        self.off_peak.update(self.online, now)
        self.week.update(now)
        self._effects += self.cards.update(now)
        self._supply.update(now)
        self.reservations.look(now)
        self._update_connectors(now)
        if self.reservations.look(now):  # what just began or ended frees another one, or holds it
            self._update_connectors(now)
        self._effects += self.reservations.jobs()
        self._effects += self.energy.update()
        self._effects += self.curves.update(now)
        self._effects += self._start.update(self._whole, online=self.online, now=now)
        self._restart_when_idle(now)
        waits = (connector.deadline(now) for connector in self.connectors.values())
        shared = self._supply.deadline(now), self.off_peak.deadline(now), self.smart_charging.deadline(now)
        others = self.reservations.deadline(now), self.week.deadline(now), self.cards.deadline()
        self._deadline = earliest(*shared, *others, self._restarts.deadline(), *waits)
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        return self._deadline

    def _update_connectors(self, now: int) -> None:
        for connector in self.connectors.values():
            connector.room, connector.restarting = self._has_room(), self.admission.closed
            self._effects += connector.update(self.online, now)

    @property
    def resetting(self) -> ResetKind | None:
        """The restart that is on its way: no session begins before it."""
        return self._restarts.pending

    # --- routing ---

    def _route(self, event: StationEvent, now: int) -> None:  # noqa: C901, PLR0912 - a flat table of events
        if isinstance(event, _AT_THE_STATION) and event.connector not in self.connectors:
            if not isinstance(event, PresentTag):
                self._answer(event.call, refusals.NO_CONNECTOR.of(connector=event.connector))
            return
        match event:
            case MeterSaid(connector, reading):
                self._at(connector).take_reading(reading, now)
            case CarSaid():
                self._at(event.connector).digital.hear(event, now)
            case ModuleSaid(module, state):
                self.small_lights.hear(module, state)
            case SupplySaid(reading):
                for each in self.connectors.values():
                    each.take_supply(reading, now)
            case PresentTag(tag, connector):
                self._present(self._at(connector), tag, now)
            case TagAnswer():
                self._effects += self.admission.answered(event, now)
            case TagLearned(tag, info):
                self._effects += self.admission.tags.learn(tag, info, now)
            case StartAnswer():
                self._effects += self.admission.started(event, now)
            case ChangeKey():
                self._change_key(event, now)
            case ReadKeys():
                self._read_keys(event)
            case Backlog(waiting):
                self.backlog = waiting
            case BackendLink(online):
                self.online = self.admission.online = online
            case Durable():
                for each in self.connectors.values():
                    each.durable(event)
            case StoreTrouble(reason):
                for each in self.connectors.values():
                    each.disk_trouble = reason
            case LocalListStored():
                self._effects += self.local_list.stored(event)
            case Tick() | BoardSaid():
                pass
            case StartCharging() | StopCharging() | LimitCurrent() | ChargeNow() | ClearLatched():
                self._serve_people(event, now)
            case CompensateRcd() | RestartStation() | SetCard() | RemoveCard() | LearnCard():
                self._serve_people(event, now)
            case _:
                self._serve(event, now)

    def _serve(self, wish: BackendWish, now: int) -> None:  # noqa: C901 - a flat table of wishes
        """What only a backend asks for."""
        match wish:
            case RemoteStart():
                self._effects += self.admission.remote_start(wish, now)
            case RemoteStop():
                self._remote_stop(wish, now)
            case AskReset(call, kind):
                self._answer(call, None)
                self._restart(kind, _RESET_REASON[kind], now)
            case ChangeAvailability(call, number, operative):
                self._change_availability(call, number, operative, now)
            case ClearCache(call):
                self._clear_cache(call)
            case Unlock(call, number):
                self._unlock(call, number, now)
            case SetProfile() | ClearProfiles() | ReadComposite():
                self._effects += self.smart_charging.take(wish, now)
            case SendList() | ReadListVersion():
                self._effects += self.local_list.take(wish)
            case Reserve() | CancelReservation():
                self._effects += self.reservations.take(wish, now)
            case TellStatus(connector):
                self._tell(connector, now)
            case TellMeter(number):
                if number in self.connectors:
                    self._effects += self.connectors[number].read_out(now)

    def _at(self, number: int) -> Connector:
        return self.connectors[number]

    # --- what people beside the station want ---

    def _serve_people(self, event: PeopleWish, now: int) -> None:  # noqa: C901 - a flat table of wishes
        match event:
            case StartCharging(tag, connector):
                if self._may(event, Deed.START):
                    self._effects += self.admission.start(self._at(connector), tag, event.call, now)
            case StopCharging(connector):
                if self._may(event, self._deed_of_stop(event)):
                    self._at(connector).end(StopReason.LOCAL, now)
            case RestartStation(kind):
                if self._may(event, Deed.RESTART):
                    self._restart(ResetKind(kind.capitalize()), StopReason.REBOOT, now)
            case SetCard() | RemoveCard() | LearnCard():
                self._effects += self.cards.take(event, now)
            case LimitCurrent():
                self._limit(event, now)
            case ChargeNow(connector):
                self._charge_now(event, connector)
            case ClearLatched(connector):
                if self._may(event, Deed.CLEAR):
                    self._effects.append(ToBoard(connector, ClearFaults(self._at(connector).faults)))
            case CompensateRcd():
                self._compensate(event, now)

    def _present(self, connector: Connector, tag: str, now: int) -> None:
        """A card that somebody wants to know begins nothing and ends nothing."""
        learnt, effects = self.cards.show(tag, now)
        self._effects += effects
        if learnt:
            connector.ring.read(now)
            connector.ring.answer(True, now)
        else:
            self._effects += self.admission.present(connector, tag, now)

    def _deed_of_stop(self, wish: StopCharging) -> Deed:
        """A session is one's own by one's card."""
        session, card = self._at(wish.connector).session, filled_up(wish.card, self.model.session.tag_bytes)
        own = session is not None and bool(card) and same_tag(session.tag, card)
        return Deed.STOP_OWN if own else Deed.STOP

    def _may(self, wish: _Wish, deed: Deed) -> bool:
        """Whether the role may; where not, the wish is answered with the sentence."""
        reason = refusal(wish.role, deed)
        if reason is not None or not isinstance(wish, _ANSWERED_LATER):
            self._answer(wish.call, reason)
        return reason is None

    def _answer(self, call: int, reason: Refusal | None) -> None:
        if call:
            self._effects.append(CallAnswer(call, "Rejected" if reason else "Accepted", reason))

    def _limit(self, wish: LimitCurrent, now: int) -> None:
        """The owner's ends with the session; the installer's stands, and outlives a restart."""
        if wish.limit_ma is not None and wish.limit_ma < 0:
            self._answer(wish.call, refusals.NEGATIVE_LIMIT.of())
        elif wish.by is Limiter.OWNER:
            if self._may(wish, Deed.LIMIT):
                for number, each in self.connectors.items():
                    if wish.connector in (None, number):
                        each.arbiter.claim(limits.OWNER, wish.limit_ma, now)
        elif self._may(wish, Deed.LIMIT_FOR_GOOD):
            self._limit_for_good(wish.limit_ma, now)
            self._effects.append(StoreKey(_INSTALLERS_ROW, wish.limit_ma))

    def _charge_now(self, wish: ChargeNow, connector: int) -> None:
        reason = refusal(wish.role, Deed.CHARGE_NOW) or self.off_peak.charge_now(connector)
        self._answer(wish.call, reason)

    def _limit_for_good(self, kept: KeyValue, now: int) -> None:
        limit_ma = kept if isinstance(kept, int) else None
        for each in self.connectors.values():
            each.arbiter.claim(limits.INSTALLER, limit_ma, now)

    def _compensate(self, wish: CompensateRcd, now: int) -> None:
        if self._may(wish, Deed.COMPENSATE):
            connector = self._at(wish.connector)
            stamp = self._clock.stamp(now)
            self._effects += connector.safety.measure_offset(connector.board, wish.call, wish.role, stamp)

    def _has_room(self) -> bool:
        """Whether one more session's two ends may wait for the backend, beside those to come (R-33)."""
        most = self.model.session.offline_events
        if most is None:
            return True
        needed = sum(each.facts_to_come for each in self.connectors.values())
        return self.backlog + needed + 2 <= most

    # --- the backend's wishes ---

    def _remote_stop(self, wish: RemoteStop, now: int) -> None:
        for connector in self.connectors.values():
            session = connector.session
            if session is not None and session.transaction == wish.transaction and session.stop is None:
                connector.end(StopReason.REMOTE, now)
                self._effects.append(CallAnswer(wish.call, "Accepted"))
                return
        self._effects.append(CallAnswer(wish.call, "Rejected"))

    def _restart(self, kind: ResetKind, reason: StopReason, now: int) -> None:
        """When the sessions are over, each for this reason (E-41)."""
        self._restarts.ask(kind, now)
        for connector in self.connectors.values():
            connector.grant = None
            connector.end(reason, now)

    def _restart_when_idle(self, now: int) -> None:
        busy = any(connector.busy for connector in self.connectors.values())
        for effect in self._restarts.update(busy=busy, now=now):
            self._effects.append(effect)
            if isinstance(effect, RestartFailed):
                self._effects.append(failure_report(self._whole(now), effect))

    def _change_availability(self, call: int, number: int, operative: bool, now: int) -> None:
        before = self.availability.in_service
        word, jobs = self.availability.change(number, operative)
        self._effects += [CallAnswer(call, word), *jobs]
        if self.availability.in_service is not before:
            self._effects.append(self._whole(now))

    def _clear_cache(self, call: int) -> None:
        """§5.4: the cache and nothing else; a cache that is switched off cannot be cleared."""
        kept = self.keys.flag("AuthorizationCacheEnabled")
        self._effects += self.admission.tags.clear() if kept else []
        self._effects.append(CallAnswer(call, "Accepted" if kept else "Rejected"))

    def _unlock(self, call: int, number: int, now: int) -> None:
        """A connector without a lock, or one that is switched off, has nothing to unlock (§5.18)."""
        locks = self.model.outlet.lock and self.keys.flag("c_LockerDisengage")
        if number not in self.connectors or not locks:
            self._effects.append(CallAnswer(call, "NotSupported"))
        else:
            self.connectors[number].unlock(call, now)

    def _tell(self, number: int, now: int) -> None:
        if number == STATION:
            self._effects.append(self._whole(now))
        for connector in self.connectors.values():
            if number in (STATION, connector.number):
                self._effects += connector.tell(now)

    def _conflicts(self, now: int) -> Sequence[StatusReport]:
        """Tags of which the local list and the backend think differently (OCPP 1.6 §3.5.3)."""
        tags, self.admission.tags.conflicts = self.admission.tags.conflicts, []
        return [conflict_report(self._whole(now), tag) for tag in tags]

    def _whole(self, now: int) -> StatusReport:
        """The station as a whole, connector 0 (OCPP 1.6 §4.9): in service or not."""
        in_service = self.availability.in_service
        status = ConnectorStatus.AVAILABLE if in_service else ConnectorStatus.UNAVAILABLE
        return StatusReport(STATION, status, ErrorCode.NO_ERROR, now)

    # --- keys ---

    def _change_key(self, wish: ChangeKey, now: int) -> None:
        key = known_to(wish.role).get(wish.key.lower())
        if key is None:
            self._effects.append(CallAnswer(wish.call, "NotSupported", refusals.NO_KEY.of()))
        elif key.access is Access.READ_ONLY:
            self._effects.append(CallAnswer(wish.call, "Rejected", refusals.READ_ONLY.of()))
        else:
            self._set_key(key, wish, now)

    def _set_key(self, key: Key, wish: ChangeKey, now: int) -> None:
        try:
            old, new = self.keys[key.name], key.kind.parse(wish.text)
            reason = refusal(wish.role, deed_of(key.name, new, self.model))
            reason = reason or forbidden(key.name, new, self.model)
            reason = reason or (self.off_peak.local.refusal(str(new)) if key.name == "TimeZone" else None)
            reason = reason or self.key_guard(key.name, new, wish.role)
        except KeyRefusedError as error:
            self._effects.append(CallAnswer(wish.call, "Rejected", error.refusal))
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
        table = known_to(wish.role)
        known = [table[name.lower()] for name in wish.names if name.lower() in table]
        unknown = tuple(name for name in wish.names if name.lower() not in table)
        known = known if wish.names else [*table.values()]
        self._effects.append(KeysRead(wish.call, tuple(self._reading(key) for key in known), unknown))

    def _reading(self, key: Key) -> KeyReading:
        return KeyReading(key.name, told(key, self.keys[key.name]), key.access is Access.READ_ONLY)
