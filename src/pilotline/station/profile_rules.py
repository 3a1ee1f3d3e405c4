"""Which charging profile may be installed: the rules of OCPP 1.6 §3.13 and a model's bounds, one by one."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.charging import Period, Profile, ProfileKind, ProfilePurpose

STATION = 0
"""The connector number that means the station as a whole."""
_MAX, _TX = ProfilePurpose.CHARGE_POINT_MAX_PROFILE, ProfilePurpose.TX_PROFILE


class Candidate(NamedTuple):
    """A profile that somebody wants at a connector of a station."""

    connector: int
    profile: Profile
    model: ChargerModel
    keys: KeyStore


def refusal(candidate: Candidate) -> str | None:
    """Why it cannot be installed, as a sentence; None where it can."""
    return next((words for holds, words in _RULES if not holds(candidate)), None)


def _purpose_fits(it: Candidate) -> bool:
    return it.profile.purpose in it.model.charging.purposes


def _place_fits(it: Candidate) -> bool:
    if it.profile.purpose is _MAX:
        return it.connector == STATION
    lowest = 1 if it.profile.purpose is _TX else STATION
    return lowest <= it.connector <= it.model.connectors


def _level_fits(it: Candidate) -> bool:
    return 0 <= it.profile.stack <= it.keys.number("ChargeProfileMaxStackLevel")


def _unit_fits(it: Candidate) -> bool:
    return it.profile.schedule.unit.value in it.keys.text("ChargingScheduleAllowedChargingRateUnit")


def _length_fits(it: Candidate) -> bool:
    return 0 < len(it.profile.schedule.periods) <= it.keys.number("ChargingScheduleMaxPeriods")


def _starts_fit(it: Candidate) -> bool:
    starts = [each.start_s for each in it.profile.schedule.periods]
    return starts[:1] == [0] and all(one < two for one, two in pairwise(starts))


def _values_fit(it: Candidate) -> bool:
    schedule = it.profile.schedule
    return all(map(_is_sound, schedule.periods)) and (schedule.duration_s is None or schedule.duration_s > 0)


def _is_sound(period: Period) -> bool:
    return period.limit >= 0 and period.phases in (None, 1, 2, 3)


def _kind_fits(it: Candidate) -> bool:
    if it.profile.kind is ProfileKind.RECURRING:
        return it.profile.recurrency is not None and it.profile.schedule.start_s is not None
    return it.profile.kind is ProfileKind.ABSOLUTE or it.profile.purpose is not _MAX


def _validity_fits(it: Candidate) -> bool:
    since, until = it.profile.valid_from_s, it.profile.valid_to_s
    return since is None or until is None or since < until


_RULES: Sequence[tuple[Callable[[Candidate], bool], str]] = (
    (_purpose_fits, "This station takes no profiles of that purpose."),
    (_place_fits, "A profile of that purpose does not go to that connector."),
    (_level_fits, "The stack level is above ChargeProfileMaxStackLevel, or below 0."),
    (_unit_fits, "The unit is none of ChargingScheduleAllowedChargingRateUnit."),
    (_length_fits, "The schedule has no period, or more than ChargingScheduleMaxPeriods."),
    (_starts_fit, "The first period starts at 0, and each later than the one before."),
    (_values_fit, "Limits are 0 or more, phases 1 to 3, a duration is more than 0 s."),
    (_kind_fits, "A recurring profile has a recurrency and a start; a station's maximum is not relative."),
    (_validity_fits, "The profile would be over before it begins."),
)
