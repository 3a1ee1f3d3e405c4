"""A composite schedule by another way: second by second, profile by profile, with nothing clever in it.

Slow and meant to be seen to be right; it shares no line with the station's own arithmetic.
"""

from collections.abc import Sequence
from fractions import Fraction

from pilotline.vocabulary.charging import (
    Installed,
    Profile,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    RecurrencyKind,
)

VOLTS = 230


def amps_at(installed: Sequence[Installed], at_s: int, begun_s: int, *, own_ma: int, phases: int) -> Fraction:
    """What one connector (number 1) may draw per phase in this second, in mA."""
    allowed = [Fraction(own_ma)]
    station = _of_purpose(installed, ProfilePurpose.CHARGE_POINT_MAX_PROFILE, at_s, begun_s, phases)
    session = _of_purpose(installed, ProfilePurpose.TX_PROFILE, at_s, begun_s, phases)
    if session is None:
        session = _of_purpose(installed, ProfilePurpose.TX_DEFAULT_PROFILE, at_s, begun_s, phases)
    allowed += [each for each in (station, session) if each is not None]
    return min(allowed)


def _of_purpose(
    installed: Sequence[Installed], purpose: ProfilePurpose, at_s: int, begun_s: int, phases: int
) -> Fraction | None:
    found = [each for each in installed if each.profile.purpose is purpose]
    for level in range(100, -1, -1):
        here = [each for each in found if each.profile.stack == level]
        own = [each for each in here if each.connector == 1]
        for each in own or here:
            limit = _limit(each.profile, at_s, begun_s)
            if limit is not None:
                unit = each.profile.schedule.unit
                return Fraction(limit) if unit is RateUnit.A else Fraction(limit, VOLTS * phases)
    return None


def _limit(profile: Profile, at_s: int, begun_s: int) -> int | None:
    if profile.valid_from_s is not None and at_s < profile.valid_from_s:
        return None
    if profile.valid_to_s is not None and at_s >= profile.valid_to_s:
        return None
    schedule = profile.schedule
    start_s = begun_s if schedule.start_s is None else schedule.start_s
    if profile.kind is ProfileKind.RECURRING:
        days = 1 if profile.recurrency is RecurrencyKind.DAILY else 7
        while start_s + days * 86_400 <= at_s:
            start_s += days * 86_400
    if at_s < start_s:
        return None
    if schedule.duration_s is not None and at_s >= start_s + schedule.duration_s:
        return None
    last = None
    for period in schedule.periods:
        if start_s + period.start_s <= at_s:
            last = period.limit
    return last
