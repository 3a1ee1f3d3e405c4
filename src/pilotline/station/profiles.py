"""The charging profiles that are installed: which may be, which replaces which, and which count where.

OCPP 1.6 §3.13, §5.16, §5.5. It knows no time and claims no current: that is the desk's (smart_charging).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from pilotline.station.keys import KeyStore
from pilotline.station.profile_rules import STATION, Candidate, refusal
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.charging import Installed, Profile, ProfileKind, ProfilePurpose
from pilotline.vocabulary.journal import ForgetProfiles, KeepProfile

_MAX, _DEFAULT = ProfilePurpose.CHARGE_POINT_MAX_PROFILE, ProfilePurpose.TX_DEFAULT_PROFILE


class Filter(NamedTuple):
    """Which profiles are meant; None asks nothing (OCPP 1.6 §5.5)."""

    id: int | None = None
    connector: int | None = None
    purpose: ProfilePurpose | None = None
    stack: int | None = None

    def takes(self, each: Installed) -> bool:
        if self.id is not None:
            return each.profile.id == self.id
        wanted = (self.connector, self.purpose, self.stack)
        found = (each.connector, each.profile.purpose, each.profile.stack)
        return all(one in (None, other) for one, other in zip(wanted, found, strict=True))


class ProfileBook:
    """``installed`` in the order in which they came."""

    def __init__(self, model: ChargerModel, keys: KeyStore, kept: Sequence[Installed] = ()) -> None:
        self._model = model
        self._keys = keys
        self._installed = list(kept)

    @property
    def installed(self) -> Sequence[Installed]:
        return self._installed

    # --- what may be ---

    def refusal(self, connector: int, profile: Profile) -> str | None:
        """Why this profile cannot be installed there, as a sentence; None where it can."""
        return refusal(Candidate(connector, profile, self._model, self._keys))

    def install(self, new: Installed, now_s: int | None) -> Sequence[KeepProfile] | None:
        """Take a profile that nothing was said against; None where there is no room for it.

        It replaces the one of its id, and the one of its purpose and level at its place, in one stroke. Those
        that are over go too, when the date is known.
        """
        gone = [each for each in self._installed if _replaces(new, each) or _is_over(each.profile, now_s)]
        kept = [each for each in self._installed if each not in gone]
        if len(kept) >= self._keys.number("MaxChargingProfilesInstalled"):
            return None
        self._installed = [*kept, new]
        return [
            KeepProfile(new, tuple(each.profile.id for each in gone if each.profile.id != new.profile.id))
        ]

    def clear(self, wanted: Filter) -> Sequence[ForgetProfiles]:
        """Take out what the filter means; nothing where it means none."""
        return self._forget(each for each in self._installed if wanted.takes(each))

    def keep_for(self, sessions: Iterable[str]) -> Sequence[ForgetProfiles]:
        """TxProfiles of other sessions are over."""
        alive = set(sessions)
        return self._forget(e for e in self._installed if e.session is not None and e.session not in alive)

    def _forget(self, found: Iterable[Installed]) -> Sequence[ForgetProfiles]:
        gone = list(found)
        if not gone:
            return []
        self._installed = [each for each in self._installed if each not in gone]
        return [ForgetProfiles(tuple(each.profile.id for each in gone))]

    # --- which count ---

    def of_station(self) -> Sequence[Profile]:
        """Those that bound the station as a whole."""
        return [each.profile for each in self._installed if each.profile.purpose is _MAX]

    def of_session(self, session: str | None) -> Sequence[Profile]:
        """Those of this one session."""
        return [e.profile for e in self._installed if session is not None and e.session == session]

    def defaults(self, connector: int) -> Sequence[Profile]:
        """A connector's own default goes before the station's of the same level (§3.13.1)."""
        found = [each for each in self._installed if each.profile.purpose is _DEFAULT]
        own = [each.profile for each in found if each.connector == connector]
        taken = {each.stack for each in own}
        common = [e.profile for e in found if e.connector == STATION and e.profile.stack not in taken]
        return [*own, *common]


def _replaces(new: Installed, old: Installed) -> bool:
    same_place = (new.connector, new.session) == (old.connector, old.session)
    same_rank = (new.profile.purpose, new.profile.stack) == (old.profile.purpose, old.profile.stack)
    return new.profile.id == old.profile.id or (same_place and same_rank)


def _is_over(profile: Profile, now_s: int | None) -> bool:
    return now_s is not None and profile.valid_to_s is not None and profile.valid_to_s <= now_s


def anchored(profile: Profile, now_s: int) -> Profile:
    """A profile as it is kept: what is not the schedule's own is left out.

    A relative schedule starts with its session, whatever start it names; a station's maximum without a start
    begins when it came.
    """
    schedule = profile.schedule
    if profile.kind is ProfileKind.RELATIVE:
        schedule = replace(schedule, start_s=None)
    elif profile.purpose is _MAX and schedule.start_s is None:
        schedule = replace(schedule, start_s=now_s)
    recurrency = profile.recurrency if profile.kind is ProfileKind.RECURRING else None
    return replace(profile, schedule=schedule, recurrency=recurrency)
