"""One connector: plug, grant, session, offer, status. Level-based: after every event ``update`` looks at
the facts and moves what is due, so that no order of events can leave it behind.

It decides nothing about who may charge (that is the station's) and closes no relay (that is the RTM's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pilotline.station.board import BoardLink, Wish
from pilotline.station.clock import WallClock
from pilotline.station.commissioning import settings_of
from pilotline.station.covers import CoverWatch
from pilotline.station.digital import DigitalDesk
from pilotline.station.events import MeterPace, MeterReport, StationEffect, StatusReport, ToBoard
from pilotline.station.facts import facts_of, settled_at
from pilotline.station.fault_counts import FaultCounter
from pilotline.station.holding import Holding
from pilotline.station.house import HouseLimit
from pilotline.station.indicators import DARK, RingLight, Seen
from pilotline.station.keys import KeyStore
from pilotline.station.left_open import LeftOpen, LeftOpenSessions
from pilotline.station.limits import Arbiter
from pilotline.station.measurands import Sources
from pilotline.station.metering import Metering, Present
from pilotline.station.plug import PlugWatch
from pilotline.station.price import price_in_force
from pilotline.station.recovery import BackOffWatch, MeterWatch
from pilotline.station.security import Askers, SafetyDesk
from pilotline.station.session import Phase, Session, Stop
from pilotline.station.status import ENDS, SUSPENDS, StatusTeller, derive, status_reports
from pilotline.station.temperature import AmbientLimit, TemperatureLimit
from pilotline.station.unlocking import UnlockDesk
from pilotline.vocabulary import faults, limits
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.charging import Profile
from pilotline.vocabulary.journal import (
    Durable,
    Ended,
    Fact,
    Record,
    Started,
)
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.pilot import PilotMode, PilotState, Signalling
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, StopReason
from pilotline.vocabulary.time import MS, SECOND, earliest

FINAL_READING = 10 * SECOND
"""Longest wait for the register after the end: an orderly stop takes 6 s, the meter is read every second."""
READING_TAKES = 500 * MS
"""A reading that arrives later than this after the relay opened was asked for after it opened."""


@dataclass(slots=True)
class Grant:
    """Somebody may charge here; without a plug only until ``until``."""

    tag: str
    until: int | None
    parent: str | None = None
    profile: Profile | None = None


class Connector:
    """The facts of one connector and the moves that follow from them.

    ``update`` returns the effects; the public attributes are read by the snapshot and the status.
    """

    def __init__(
        self,
        number: int,
        model: ChargerModel,
        keys: KeyStore,
        clock: WallClock,
        entries: "EntryNumbers",
        left_open: Sequence[LeftOpen] = (),
        kept: Mapping[str, KeyValue] | None = None,
        askers: Askers | None = None,
    ) -> None:
        self.number = number
        self.model = model
        self._keys = keys
        self._clock = clock
        self._entries = entries
        self._sessions = 0
        self.plug = PlugWatch()
        self._open_since: int | None = None
        self._teller = StatusTeller(number)
        self._hot = TemperatureLimit(model.temperature)
        self._air = AmbientLimit(model.ambient) if model.ambient else None
        self._house = HouseLimit(keys, model.rating.phases, evsens=model.evsens is not None)
        kept = kept or {}
        self._covers = CoverWatch(number, kept, entries.next)
        self._metering = Metering(number, model, keys, clock, entries.next)
        self._left_open = LeftOpenSessions(left_open, self._metering, entries.next)
        self._unlocking = UnlockDesk()
        self.fault_counts = FaultCounter(number, kept)
        self.safety = SafetyDesk(number, kept, askers or Askers(kept))
        self._meter_watch = MeterWatch(model.meter)
        self._own_faults = 0
        self.back_off = BackOffWatch(model.rtm.back_off)
        self.board = BoardLink(model.rtm.hash)
        self.arbiter = Arbiter()
        self.digital = DigitalDesk(keys, fitted=model.rtm.digital is not None)
        self._meter_fast = True
        self.meter: MeterReading | None = None
        self.register_wh: int | None = None
        self.register_at = 0
        self.meter_silence: str | None = None
        self.grant: Grant | None = None
        self.holding = Holding()
        self.asking = False
        self.refusal: str | None = None
        self.session: Session | None = None
        self.over: StopReason | None = left_open[-1].reason if left_open else None
        self.disk_trouble: str | None = None
        self.in_service = True
        self.room = True
        self.restarting = False
        self.status: ConnectorStatus | None = None
        self.ring = RingLight(model)
        self.light = DARK
        self._claim(0)

    # --- facts ---

    @property
    def faults(self) -> int:
        """The whole mask: the RTM's, the station's own, and 0x4000 while a suspended session waits (R-14)."""
        return self._with_recovery((self.board.report.faults if self.board.report else 0) | self._own_faults)

    @property
    def stopping_faults(self) -> int:
        """Those that keep a car from charging here: a meter that is not required is none (M-09)."""
        return self.faults & faults.BLOCKING & ~self._meter_watch.tolerated

    def _with_recovery(self, mask: int) -> int:
        waits = self.session is not None and self.session.phase is Phase.RUNNING
        suspended = mask & SUSPENDS & ~self._meter_watch.tolerated
        return mask | faults.AUTO_RECOVERY if waits and suspended and not mask & ENDS else mask

    @property
    def offering(self) -> bool:
        """Whether the pilot carries an offer now."""
        report = self.board.report
        return report is not None and report.output.mode is PilotMode.PWM

    @property
    def facts_to_come(self) -> int:
        """How many starts and ends this connector has still to record (R-33)."""
        session, left = self.session, self._left_open.waiting
        if session is None:
            return left
        return left + (2 if session.phase in (Phase.STARTING, Phase.RECORDING) else 1)

    @property
    def may_offer(self) -> bool:
        """Whether the limits alone decide what is offered."""
        running = self.session is not None and self.session.phase is Phase.RUNNING
        return running and self.plugged and not self.stopping_faults and self.board.accepted

    @property
    def plugged(self) -> bool:
        """Whether a plug is in, as believed."""
        return self.plug.plugged

    @property
    def unplugs(self) -> int:
        """How often it was pulled since boot."""
        return self.plug.unplugs

    @property
    def unplugging(self) -> bool:
        """The pilot shows no car, and it is not believed yet (R-29)."""
        return self.plug.unplugging

    @property
    def available(self) -> bool:
        """In service; what was put out of it in a session is so when that ends."""
        return self.in_service or self.session is not None

    @property
    def occupied(self) -> bool:
        """Whether a session here still has its car: one that ends because its car has gone is in no way."""
        session = self.session
        return session is not None and (session.stop is None or session.unplugs == self.unplugs)

    def ready(self, now: int) -> bool:
        """Whether a new session could begin here, once the last one is over."""
        return self.board.alive(now) and self.board.accepted and self.in_service and not self.stopping_faults

    @property
    def busy(self) -> bool:
        """Whether a session is here, of this boot or one that the last left open."""
        return self.session is not None or self._left_open.busy

    def take_reading(self, reading: MeterReading | MeterSilent, now: int) -> None:
        if isinstance(reading, MeterSilent):
            self.meter_silence = reading.reason
        else:
            self.meter, self.meter_silence = reading, None
            if reading.import_wh is not None:
                self.register_wh, self.register_at = reading.import_wh, now

    def take_supply(self, reading: MeterReading | MeterSilent, now: int) -> None:
        """What the EVSENS at the house's supply says (M-08)."""
        self._house.hear(reading, now)

    @property
    def measured(self) -> MeterReading | None:
        """What the meter says now; None while it is silent, for an old value is not a present one."""
        return self.meter if self.meter_silence is None else None

    def give(self, tag: str, now: int, parent: str | None = None, profile: Profile | None = None) -> None:
        """Somebody may charge: at once when a car is there, else within ConnectionTimeOut (E-69)."""
        timeout = self._keys.number("ConnectionTimeOut") * SECOND
        self.grant = Grant(tag, None if self.plugged else now + timeout, parent, profile)
        self.refusal = None

    def refuse(self, status: AuthStatus, now: int) -> None:
        """The backend refuses the session's card, after it has begun."""
        self.refusal = status.value
        self.ring.refuse(now)
        if self.session is not None:
            self.session.refused_wh = self._register() or 0

    def unlock(self, call: int, now: int) -> None:
        """Let go of the plug; the call is answered when the lock has moved, or has not."""
        self.grant = None
        self.end(StopReason.UNLOCK_COMMAND, now)
        self._unlocking.ask(call, now)

    def end(self, reason: StopReason, now: int, tag: str | None = None) -> None:
        """End the session: nothing when there is none or it is ending already."""
        session = self.session
        if session is None or session.stop is not None:
            return
        session.stop = Stop(reason, now, tag)
        if session.phase is Phase.STARTING:
            self._drop(reason)
        elif session.phase is Phase.RUNNING:
            session.move(Phase.STOPPING)

    def durable(self, done: Durable) -> None:
        """The journal has it: go on."""
        self._left_open.durable(done.entry)
        session = self.session
        if session is None or session.entry != done.entry:
            return
        if session.phase is Phase.RECORDING:
            session.move(Phase.STOPPING if session.stop else Phase.RUNNING)
        elif session.phase is Phase.ENDING and session.stop is not None:
            self._drop(session.stop.reason)

    # --- the update ---

    def look(self, now: int) -> None:
        """See what is, before anything moves: what connectors share depends on the facts of all."""
        self._see_plug(now)
        self._claim(now)
        self._watch(now)
        self._converse(now)

    def update(self, online: bool, now: int) -> Sequence[StationEffect]:
        """Move what is due at ``now``, after a ``look``; the order is that of a session's life."""
        effects: list[StationEffect] = []
        effects += self._count_faults(now)
        effects += self.safety.update(self.board, self._clock.stamp(now))
        effects += self._left_open.close(self._register(), settled=self._has_final_reading(), now=now)
        effects += self._begin(now)
        effects += self._pace_meter()
        self._run(now)
        effects += self._metering.update(self._present(), now)
        effects += self._finish(now)
        lock = self.board.report.lock if self.board.report and self.board.alive(now) else None
        effects += self._unlocking.update(lock, self.faults, now)
        self.status = derive(facts_of(self, now))
        self._paint(online, now)
        effects += [ToBoard(self.number, message) for message in self.board.update(self._wish(), now)]
        effects += self._pass_on(now)
        return [*effects, *self._tell_status(online, now)]

    def _tell_status(self, online: bool, now: int) -> Sequence[StatusReport]:
        hold = self._keys.number("MinimumStatusDuration") * SECOND
        winner = self.arbiter.winner(now)
        return self._teller.update(self.status, self.faults, winner, now, online=online, hold=hold)

    def tell(self, now: int) -> Sequence[StatusReport]:
        """The present status, asked for."""
        return status_reports(self.number, self.status, self.faults, now) if self.status else []

    def read_out(self, now: int) -> Sequence[MeterReport]:
        """Meter values, asked for."""
        return self._metering.read_out(self._present(), now)

    def deadline(self, now: int) -> int | None:
        session = self.session
        running = session is not None and session.phase is Phase.RUNNING
        return earliest(
            self.plug.deadline(now),
            self.grant.until if self.grant else None,
            self.board.deadline(now),
            self.arbiter.deadline(now) if running else self.arbiter.expiry(now),
            self._house.deadline(now),
            self.digital.deadline(now),
            self.fault_counts.deadline(now),
            self.safety.deadline(now),
            self._meter_watch.deadline(now),
            self._metering.deadline(self._present(), now),
            self._settled_at(session, now) if session and running else None,
            self._last_reading_at(session, now) if session and session.phase is Phase.STOPPING else None,
            self._left_open.deadline(now),
            self._teller.deadline(now),
            self._unlocking.deadline(),
            self.ring.deadline(now),
            self.closes_at(now),
        )

    def _see_plug(self, now: int) -> None:
        report = self.board.report
        state = report.pilot if report and self.board.alive(now) else PilotState.UNDEFINED
        if self.plug.see(state, now):
            self._unplug()
        if self.plugged and self.grant:
            self.grant = replace(self.grant, until=None)
        elif state is PilotState.A and not self.plugged and not self.busy:
            self.over = None  # what an earlier boot left is over and unplugged
        closed = report is None or report.relay or any(report.contacts)
        if closed:
            self._open_since = None
        elif self._open_since is None:
            self._open_since = now

    def _unplug(self) -> None:
        self.asking, self.over, self.refusal, self.grant = False, None, None, None
        if self._outlives_unplug and self.session is not None:
            self.session.unplugs = self.unplugs
        else:
            self.end(StopReason.EV_DISCONNECTED, self.plug.gone_at)

    @property
    def _outlives_unplug(self) -> bool:
        """Whether the session goes on without its car (StopTransactionOnEVSideDisconnect)."""
        running = self.session is not None and self.session.phase in (Phase.RECORDING, Phase.RUNNING)
        return running and not self._keys.flag("StopTransactionOnEVSideDisconnect")

    def _back_until(self, session: Session) -> int:
        """Until when a car that was unplugged may come back before its end is told (R-29)."""
        unplugged = session.stop is not None and session.stop.reason is StopReason.EV_DISCONNECTED
        return session.stop.at + self.model.session.unplug_told_ms * MS if unplugged and session.stop else 0

    def closes_at(self, now: int) -> int | None:
        """Until when the end of an unplugged session waits; None when it does not, or somebody has come."""
        if self.session is None or self.plugged or self.grant is not None or self.asking:
            return None
        until = self._back_until(self.session)
        return until if now < until else None

    def _claim(self, now: int) -> None:
        """Tell the arbiter what each source of this station allows."""
        claim, report, measured = self.arbiter.claim, self.board.report, self.board.measurement
        own_ma = min(self.model.rating.current_ma, self._keys.number("c_DeviceLimit_I") * 100)
        claim(limits.DEVICE, own_ma, now)
        self._house.update(self.board, self.arbiter, now)
        claim(limits.CABLE, report.cable_ma if report else None, now)
        if measured is not None:
            sensors = measured.temperature_mc
            believed = self._air is None or self._air.update(sensors, self.arbiter, now)
            claim(limits.TEMPERATURE, self._hot.update(max(sensors)) if believed else None, now)

    def _watch(self, now: int) -> None:
        """The faults that the station finds by itself, and what it can know of the RTM's back-off."""
        clamp = faults.CLAMP_SILENT if self._house.silent else 0
        self._own_faults = clamp | self._meter_watch.update(self.meter_silence is not None, now)
        self.back_off.update(self.board.report, self.unplugs, now)

    def _converse(self, now: int) -> None:
        """Whether the car is asked to talk depends on whether anything could come of it."""
        report, session = self.board.report, self.session
        able = self.board.alive(now) and self.board.accepted and self.available
        ready = able and not self.stopping_faults and not self.unplugging
        signalled = report.output.signalling if report else None
        plugged_in = self.unplugs if self.plugged else None
        self.digital.update(plugged_in, session.id if session else None, signalled, now, ready=ready)

    def _count_faults(self, now: int) -> Sequence[StationEffect]:
        """What the board began while nobody listened counts too; what it said before its silence does not."""
        if self.board.report is None or not self.board.alive(now):
            return []
        session = self.session.id if self.session else None
        return self.fault_counts.update(self.faults | self.board.remembered, session, now)

    def _begin(self, now: int) -> Sequence[StationEffect]:
        """A grant and a plug make a session; its start is recorded once the register is known."""
        grant = self.grant
        if grant and grant.until is not None and now >= grant.until:
            self.grant = grant = None
        if self.unplugging:
            return []  # what begins now would end before it began
        if grant and self.plugged and self.ready(now) and not self.busy and self.room:
            self._sessions += 1
            name = f"{self._clock.boot}-{self.number}-{self._sessions}"
            self.session = Session(name, grant.tag, self.unplugs, parent=grant.parent, profile=grant.profile)
            self.grant = self.over = None
        session = self.session
        if session is None or session.phase is not Phase.STARTING or self._register() is None:
            return []
        session.move(Phase.RECORDING)
        session.started_at = now
        session.stamp = self._clock.stamp(now)
        session.meter_start_wh = self._register() or 0
        self._metering.begin(session, self._sources())
        session.reservation, session.price = self.holding.uses, price_in_force(self._keys, session.tag)
        who = session.id, self.number, session.tag, session.meter_start_wh, session.stamp
        return [self._record(session, Started(*who, session.reservation, session.price))]

    def _pace_meter(self) -> Sequence[StationEffect]:
        """Fast while a session is here, and until a reading that came after the relay opened."""
        fast = self.busy or self.meter is None or not self._has_final_reading()
        if fast == self._meter_fast:
            return []
        self._meter_fast = fast
        return [MeterPace(self.number, fast)]

    def _run(self, now: int) -> None:
        """The offer follows the limits."""
        session = self.session
        if self.faults & ENDS:
            pressed = self.faults & faults.EMERGENCY_STOP
            self.end(StopReason.EMERGENCY_STOP if pressed else StopReason.OTHER, now)
        if session is None or session.phase is not Phase.RUNNING:
            return
        report = self.board.report
        self._follow_refusal(session, now)
        if not session.offered:
            self.arbiter.start(now)
            session.offered = True
        self.arbiter.update(now)
        session.charged = session.charged or (report is not None and report.relay)

    def _follow_refusal(self, session: Session, now: int) -> None:
        """A card refused afterwards: what MaxEnergyOnInvalidId grants, then the end, or nothing more."""
        if session.refused_wh is None:
            return
        granted = session.refused_wh + self._keys.number("MaxEnergyOnInvalidId")
        if self.register_wh is not None and self.register_wh < granted:
            return
        if self._keys.flag("StopTransactionOnInvalidId"):
            self.end(StopReason.DE_AUTHORIZED, now)
        else:
            self.arbiter.claim(limits.REFUSED, 0, now)

    def _finish(self, now: int) -> Sequence[StationEffect]:
        """The relay is open and the meter was read since, or it takes too long: record the end."""
        session = self.session
        if session is None or session.phase is not Phase.STOPPING or session.stop is None:
            return []
        if self.closes_at(now) is not None:
            return []
        if not self._has_final_reading() and now < session.stop.at + FINAL_READING:
            return []
        session.move(Phase.ENDING)
        stop, register = session.stop, max(self._register() or 0, session.meter_start_wh)
        stamp = session.stamp.later(stop.at)
        data = self._metering.end(stamp, register)
        ended = Ended(session.id, self.number, register, stamp, stop.reason, stop.tag, data)
        return [self._record(session, ended)]

    def _has_final_reading(self) -> bool:
        """Whether the register was read since the relay is open."""
        opened = self._open_since
        metered = self.model.meter is not None
        return opened is not None and (not metered or self.register_at >= opened + READING_TAKES)

    # --- small parts ---

    def _pass_on(self, now: int) -> Sequence[StationEffect]:
        """Faults the board remembered while nobody listened are told once (E-16, R-34), openings recorded."""
        if self.status is None or not self.board.alive(now):
            return []
        mask, self.board.remembered = self.board.remembered, 0
        openings = self._covers.update(self.faults, mask, self.status, self._clock.stamp(now))
        mask &= ~faults.TAMPER
        if not mask:
            return openings
        self._teller.repeat()  # so that the last word is how it is now
        told = status_reports(self.number, self.status, mask, now, keep=True)
        return [*openings, *told]

    def _register(self) -> int | None:
        """The meter's register; 0 for a station without a meter (M-05)."""
        if self.model.meter is None:
            return 0
        return self.register_wh

    def _record(self, session: Session, fact: Fact) -> Record:
        session.entry = self._entries.next()
        return Record(session.entry, fact)

    def _drop(self, reason: StopReason) -> None:
        """The session is no more; it is over until the unplug, unless that has been and another car is in."""
        same_car = self.session is not None and self.session.unplugs == self.unplugs
        self.session = None
        self.over = reason if self.plugged and same_car else None
        self.arbiter.stop()
        for of_the_session in (limits.OWNER, limits.REFUSED):
            self.arbiter.claim(of_the_session, None, 0)

    def _present(self) -> Present:
        report = self.board.report
        relay = report is not None and report.relay
        return Present(self.session, self._sources(), self.register_wh, relay, self.unplugging)

    def _sources(self) -> Sources:
        report = self.board.report
        offered_ma = report.offer_ma if report else None
        return Sources(self.measured, self.board.measurement, offered_ma, self.model.rating.phases)

    def _wish(self) -> Wish:
        session, on = self.session, self.digital.is_on
        wanted_ma = self.arbiter.offer_ma if self.may_offer else 0
        return Wish(
            offer_ma=self.digital.allowed_ma(wanted_ma) if on else wanted_ma,
            lock=session is not None and self._keeps_plug,
            light=self.light,
            available=self.available,
            settings=settings_of(self._keys, self.model),
            signalling=Signalling.DIGITAL if on else Signalling.NOMINAL,
        )

    @property
    def _keeps_plug(self) -> bool:
        """A plug in a session is locked, also one that was pulled out of the car, if so configured."""
        stays = self.plugged or not self._keys.flag("UnlockConnectorOnEVSideDisconnect")
        return stays and not self._unlocking.wanted

    def is_away(self, session: Session, now: int) -> bool:
        return session.phase is Phase.RUNNING or self.closes_at(now) is not None

    def _paint(self, online: bool, now: int) -> None:
        allowed = self.grant is not None or self.session is not None
        percent = self._keys.number("LightIntensity")
        seen = Seen(self.status, online, percent, bool(self.stopping_faults), allowed, self.asking)
        self.light = self.ring.paint(seen, now)

    def _settled_at(self, session: Session, now: int) -> int | None:
        at = settled_at(self, session)
        return at if at > now and not session.charged else None

    def _last_reading_at(self, session: Session, now: int) -> int | None:
        at = (session.stop.at if session.stop else now) + FINAL_READING
        return at if at > now else None


class EntryNumbers:
    """Numbers journal entries over the whole station."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    def next(self) -> int:
        self._last += 1
        return self._last
