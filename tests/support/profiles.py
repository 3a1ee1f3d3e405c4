"""Charging profiles for tests: short to write, and random ones."""

from hypothesis import strategies as st

from pilotline.vocabulary.charging import (
    Installed,
    Period,
    Profile,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    RecurrencyKind,
    Schedule,
)

MAX, DEFAULT, TX = (
    ProfilePurpose.CHARGE_POINT_MAX_PROFILE,
    ProfilePurpose.TX_DEFAULT_PROFILE,
    ProfilePurpose.TX_PROFILE,
)
ABSOLUTE, RECURRING, RELATIVE = ProfileKind.ABSOLUTE, ProfileKind.RECURRING, ProfileKind.RELATIVE
DAILY, WEEKLY = RecurrencyKind.DAILY, RecurrencyKind.WEEKLY
DAY_S = 86_400


def periods(*steps: tuple[int, int]) -> tuple[Period, ...]:
    """Start (s) and limit (mA, mW) of each."""
    return tuple(Period(start_s, limit) for start_s, limit in steps)


def profile(
    *steps: tuple[int, int],
    purpose: ProfilePurpose = DEFAULT,
    number: int = 1,
    stack: int = 0,
    unit: RateUnit = RateUnit.A,
    start_s: int | None = None,
    duration_s: int | None = None,
    every: RecurrencyKind | None = None,
    valid: tuple[int | None, int | None] = (None, None),
    transaction: int | None = None,
) -> Profile:
    """A profile; its kind follows from what it names. Without steps: 10 A from its start on."""
    kind = RECURRING if every else ABSOLUTE if start_s is not None else RELATIVE
    schedule = Schedule(unit, periods(*(steps or ((0, 10_000),))), duration_s, start_s)
    return Profile(number, stack, purpose, kind, schedule, transaction, every, *valid)


# --- random ones: their times lie close together, so that they meet -----------------------------------


def _moment(days: int, offset_s: int) -> int:
    return NOON_S + days * DAY_S + offset_s


NOON_S = 20_000 * DAY_S
"""A day around which random times lie."""
MOMENTS = st.builds(_moment, st.integers(-9, 9), st.integers(-30, 30))


@st.composite
def schedules(draw: st.DrawFn, *, start_s: int | None) -> Schedule:
    unit = draw(st.sampled_from(RateUnit))
    starts = sorted(draw(st.sets(st.integers(1, 40) | st.integers(DAY_S - 20, DAY_S + 20), max_size=4)))
    limits = st.integers(0, 40).map(lambda each: each * (1_000 if unit is RateUnit.A else 700_000))
    steps = tuple(Period(start, draw(limits)) for start in (0, *starts))
    duration = draw(st.none() | st.integers(1, 60) | st.integers(DAY_S - 10, DAY_S + 10))
    return Schedule(unit, steps, duration, start_s)


@st.composite
def random_profiles(draw: st.DrawFn, *, number: int, purpose: ProfilePurpose) -> Profile:
    """One that the rules allow."""
    kinds = [ABSOLUTE, RECURRING] if purpose is MAX else [ABSOLUTE, RECURRING, RELATIVE]
    kind = draw(st.sampled_from(kinds))
    dated = kind is RECURRING or purpose is MAX or (kind is ABSOLUTE and draw(st.booleans()))
    start_s = draw(MOMENTS) if dated else None
    since = draw(st.none() | MOMENTS)
    until = draw(st.none() | MOMENTS)
    if since is not None and until is not None and since >= until:
        until = None
    every = draw(st.sampled_from(RecurrencyKind)) if kind is RECURRING else None
    schedule = draw(schedules(start_s=start_s))
    return Profile(number, draw(st.integers(0, 3)), purpose, kind, schedule, None, every, since, until)


@st.composite
def installations(draw: st.DrawFn, *, session: str) -> list[Installed]:
    """Some profiles at a station of one connector, and of one session."""
    found: list[Installed] = []
    for number in range(draw(st.integers(0, 6))):
        purpose = draw(st.sampled_from(ProfilePurpose))
        place = 0 if purpose is MAX else 1 if purpose is TX else draw(st.integers(0, 1))
        made = draw(random_profiles(number=number, purpose=purpose))
        found.append(Installed(place, made, session if purpose is TX else None))
    return found
