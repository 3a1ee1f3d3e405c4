"""Smart charging: what the backend's profiles allow each connector now, claimed to the second (E-60).

It takes the backend's wishes, asks the book of profiles and the arithmetic of schedules, and claims; the
lowest claim of all sources wins as ever. OCPP 1.6 §3.13, §5.5, §5.7, §5.16. Without a date (after a boot that
nobody has told the time) a profile that needs one allows the least it may mean.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.events import (
    CallAnswer,
    ClearProfiles,
    CompositeRead,
    ReadComposite,
    SetProfile,
)
from pilotline.station.keys import KeyStore
from pilotline.station.profile_rules import STATION
from pilotline.station.profiles import Filter, ProfileBook, anchored
from pilotline.station.schedule import Limit, Moment, Stack, Wiring, composite, first_word, least, total
from pilotline.station.session import Phase, Session
from pilotline.vocabulary import limits
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.charging import Installed, Profile, ProfilePurpose, RateUnit
from pilotline.vocabulary.journal import ForgetProfiles, KeepProfile
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.refusals import PROFILE, Refusal
from pilotline.vocabulary.time import SECOND, earliest

Effects = Sequence[CallAnswer | CompositeRead | KeepProfile | ForgetProfiles]


class Ahead(NamedTuple):
    """What a source allows (mA), None for all, and until when that is so at least (core time)."""

    source: LimitSource
    limit_ma: int | None
    until: int | None


_WITH_A_PROFILE = (Phase.RECORDING, Phase.RUNNING)
_ROUNDED = 100
"""OCPP tells tenths of an ampere and of a watt; our units are thousandths."""


class SmartCharging:
    """``update`` claims for every connector, before those update; the rest answers the backend."""

    def __init__(
        self,
        model: ChargerModel,
        keys: KeyStore,
        clock: WallClock,
        connectors: Mapping[int, Connector],
        kept: Sequence[Installed] = (),
    ) -> None:
        self._model = model
        self._keys = keys
        self._clock = clock
        self._connectors = connectors
        self._wiring = Wiring(model.rating.voltage_v, model.rating.phases)
        self._lost_at: int | None = 0
        self._due: int | None = None
        self._claims = False
        self.book = ProfileBook(model, keys, kept)
        self._stacks: dict[int, tuple[str | None, Stack, Stack]] = {}
        self._station = Stack(self.book.of_station(), self._wiring)

    # --- what the backend wants ---

    def take(self, wish: SetProfile | ClearProfiles | ReadComposite, now: int) -> Effects:
        match wish:
            case SetProfile(call, connector, profile):
                return self._set(call, connector, profile, now)
            case ClearProfiles(call):
                jobs = self.book.clear(Filter(wish.id, wish.connector, wish.purpose, wish.stack))
                self._forget_stacks()
                return [*jobs, CallAnswer(call, "Accepted" if jobs else "Unknown")]
            case ReadComposite():
                return [self._read(wish, now)]

    def refusal(self, profile: Profile) -> Refusal | None:
        """Why a profile may not come along with a remote start (§5.11); the connector does not matter."""
        if profile.purpose is not ProfilePurpose.TX_PROFILE or profile.transaction is not None:
            return PROFILE.of(
                reason="What comes with a remote start is a TxProfile, and names no transaction."
            )
        reason = self.book.refusal(1, profile)
        return None if reason is None else PROFILE.of(reason=reason)

    def _set(self, call: int, connector: int, profile: Profile | None, now: int) -> Effects:
        if profile is None:
            return [CallAnswer(call, "Rejected", PROFILE.of(reason="The profile could not be read."))]
        reason = self.book.refusal(connector, profile) or self._no_session(connector, profile)
        jobs = None if reason else self._install(connector, profile, now)
        if jobs is None:
            said = PROFILE.of(reason=reason or "MaxChargingProfilesInstalled are installed.")
            return [CallAnswer(call, "Rejected", said)]
        return [*jobs, CallAnswer(call, "Accepted")]

    def _no_session(self, connector: int, profile: Profile) -> str | None:
        """§5.16: a TxProfile is for the session that runs; one it names has to be that."""
        if profile.purpose is not ProfilePurpose.TX_PROFILE:
            return None
        session = self._running(connector)
        if session is None:
            return "No session runs there."
        named = profile.transaction
        return None if named in (None, session.transaction) else f"The session there is not number {named}."

    def _install(self, connector: int, profile: Profile, now: int) -> Sequence[KeepProfile] | None:
        session = self._running(connector) if profile.purpose is ProfilePurpose.TX_PROFILE else None
        kept = anchored(profile, self._moment(None, now).at_s)
        jobs = self.book.install(Installed(connector, kept, session.id if session else None), self._date(now))
        self._forget_stacks()
        return jobs

    def _running(self, connector: int) -> Session | None:
        session = self._connectors[connector].session
        return session if session is not None and session.phase in _WITH_A_PROFILE else None

    # --- what it comes to ---

    def update(self, online: bool, now: int) -> Effects:
        """Claim what counts now, and forget what is over."""
        if online:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = now
        effects = self._bind(now)
        self._due = self._fallback_at()
        counts = bool(self.book.installed) or self._is_lost(now)
        if counts or self._claims:
            for connector in self._connectors.values():
                self._claim_for(connector, now)
        self._claims = counts
        return effects

    def deadline(self, now: int) -> int | None:
        return self._due if self._due is not None and self._due > now else None

    def _bind(self, now: int) -> Effects:
        """A profile that came with a remote start is its session's; those of ended sessions go (§3.13.1)."""
        effects: list[CallAnswer | CompositeRead | KeepProfile | ForgetProfiles] = []
        alive = [each.session.id for each in self._connectors.values() if each.session is not None]
        if any(e.session is not None and e.session not in alive for e in self.book.installed):
            effects += self.book.keep_for(alive)
            self._forget_stacks()
        for number in self._connectors:
            session = self._running(number)
            if session is not None and session.profile is not None:
                effects += self._install(number, session.profile, now) or []
                session.profile = None
        return effects

    def _claim_for(self, connector: Connector, now: int) -> None:
        session, claim = connector.session, connector.arbiter.claim
        moment = self._moment(session, now)
        station = self._station.at(moment)
        lost = self._is_lost(now)
        profile = Limit(None, None) if session is None or lost else self._of_session(connector.number, moment)
        for source, limit in ((limits.STATION_PROFILE, station), (limits.BACKEND, profile)):
            until = self._core_time(limit.until_s)
            self._due = earliest(self._due, until)
            claim(source, self._amps(limit), now, until=until)
        loss_ma = self._keys.number("c_BackendLossLimit_I") * 100
        claim(limits.BACKEND_LOST, loss_ma if lost and session is not None else None, now)

    def ahead(self, number: int, at: int, now: int) -> Sequence[Ahead]:
        """What this would claim at core time ``at``, if nobody says anything until then.

        Where no session runs, of one that begins now.
        """
        session = self._connectors[number].session
        moment = self._moment(session, at)
        if moment.begun_s is None:
            moment = moment._replace(begun_s=self._moment(None, now).at_s)
        lost, loss_ma = self._is_lost(at), self._keys.number("c_BackendLossLimit_I") * 100
        station = self._station.at(moment)
        own = Limit(None, None) if lost else self._of_session(number, moment)
        return (
            Ahead(limits.STATION_PROFILE, self._amps(station), self._core_time(station.until_s)),
            Ahead(limits.BACKEND, self._amps(own), self._core_time(own.until_s)),
            Ahead(limits.BACKEND_LOST, loss_ma if lost else None, self._fallback_at()),
        )

    def _amps(self, limit: Limit) -> int | None:
        """A limit in mA per phase."""
        return None if limit.power_mw is None else self._wiring.limit_in(limit.power_mw, RateUnit.A)

    def _of_session(self, number: int, moment: Moment) -> Limit:
        session = self._connectors[number].session
        name = session.id if session else None
        stacks = self._stacks.get(number)
        if stacks is None or stacks[0] != name:
            own = Stack(self.book.of_session(name), self._wiring)
            stacks = name, own, Stack(self.book.defaults(number), self._wiring)
            self._stacks[number] = stacks
        return first_word(stacks[1], stacks[2], moment)

    def _forget_stacks(self) -> None:
        self._stacks.clear()
        self._station = Stack(self.book.of_station(), self._wiring)

    # --- the backend is away ---

    def _fallback_at(self) -> int | None:
        """When the limit for a lost backend begins; None when it does not."""
        patience = self._keys["c_BackendLossTimeout"]
        if self._lost_at is None or not isinstance(patience, int):
            return None
        return self._lost_at + patience * SECOND

    def _is_lost(self, now: int) -> bool:
        begins = self._fallback_at()
        return begins is not None and now >= begins

    # --- the composite schedule ---

    def _read(self, wish: ReadComposite, now: int) -> CallAnswer | CompositeRead:
        unit = wish.unit or self._first_unit()
        allowed = unit.value in self._keys.text("ChargingScheduleAllowedChargingRateUnit")
        known = wish.connector == STATION or wish.connector in self._connectors
        if not (allowed and known and wish.duration_s > 0) or self._date(now) is None:
            return CallAnswer(wish.call, "Rejected")
        start_s = self._moment(None, now).at_s

        def at(at_s: int) -> Limit:
            whole = wish.connector == STATION
            return self._of_all(at_s, start_s) if whole else self._of_one(wish.connector, at_s, start_s)

        def rounded(power_mw: int) -> int:
            return self._wiring.limit_in(power_mw, unit) // _ROUNDED * _ROUNDED

        steps, reach_s = composite(at, start_s, wish.duration_s, rounded)
        phases, found = self._wiring.phases, tuple((step.start_s, step.limit) for step in steps)
        return CompositeRead(wish.call, wish.connector, start_s, reach_s, unit, phases, found)

    def _first_unit(self) -> RateUnit:
        return RateUnit(self._keys.text("ChargingScheduleAllowedChargingRateUnit").partition(",")[0].strip())

    def _of_one(self, number: int, at_s: int, start_s: int) -> Limit:
        station = self._station.at(Moment(at_s))
        return least(self._of_connector(number, at_s, start_s), station, self._supply())

    def _of_all(self, at_s: int, start_s: int) -> Limit:
        """§5.7: what the grid connection has to expect, all connectors together."""
        each = [self._of_connector(number, at_s, start_s) for number in self._connectors]
        return least(total(each), self._station.at(Moment(at_s)), self._supply())

    def _of_connector(self, number: int, at_s: int, start_s: int) -> Limit:
        """Of its session; where none runs, of one that would begin with the composite."""
        session = self._connectors[number].session
        begun_s = start_s if session is None or not session.entry else self._begun_s(session)
        own_ma = min(self._model.rating.current_ma, self._keys.number("c_DeviceLimit_I") * 100)
        own = Limit(self._wiring.power_mw(own_ma, RateUnit.A), None)
        return least(self._of_session(number, Moment(at_s, begun_s)), own)

    def _supply(self) -> Limit:
        """What all connectors have together, where they share it."""
        shared = self._model.shared_supply
        return Limit(self._wiring.power_mw(shared.current_ma, RateUnit.A) if shared else None, None)

    # --- time ---

    def _date(self, now: int) -> int | None:
        """Seconds since 1970, None while nobody knows them."""
        utc_us = self._clock.stamp(now).utc_us
        return None if utc_us is None else utc_us // SECOND

    def _zero(self) -> int:
        return self._clock.stamp(0).utc_us or 0

    def _moment(self, session: Session | None, now: int) -> Moment:
        begun_s = None if session is None or not session.entry else self._begun_s(session)
        return Moment((self._zero() + now) // SECOND, begun_s, self._clock.known)

    def _begun_s(self, session: Session) -> int:
        return (self._zero() + session.started_at) // SECOND

    def _core_time(self, at_s: int | None) -> int | None:
        return None if at_s is None else at_s * SECOND - self._zero()
