"""The book of charging profiles: what may be installed, what replaces what, what counts where."""

from dataclasses import replace

import pytest

from pilotline.station.keys import KeyStore
from pilotline.station.profiles import Filter, ProfileBook, anchored
from pilotline.vocabulary.charger import ChargerModel, ChargingRules
from pilotline.vocabulary.charging import Installed, Period, Profile, RateUnit
from pilotline.vocabulary.journal import ForgetProfiles, KeepProfile
from support.profiles import DAILY, DEFAULT, MAX, RECURRING, TX, profile
from support.station_bench import EVNET

STATION = 0


def book(*kept: Installed, model: ChargerModel = EVNET, **keys: int | str) -> ProfileBook:
    return ProfileBook(model, KeyStore(model.key_defaults, keys), kept)


def ids(found: ProfileBook) -> list[int]:
    return [each.profile.id for each in found.installed]


# --- what may be ---


LONG = profile(*((second, 6_000) for second in range(61)))
REFUSED = {
    "a station's maximum at a connector": (1, profile(purpose=MAX, start_s=0), "does not go to that"),
    "a session's own at the station": (STATION, profile(purpose=TX), "does not go to that"),
    "a connector there is not": (2, profile(), "does not go to that"),
    "a connector below none": (-1, profile(), "does not go to that"),
    "a level too high": (1, profile(stack=101), "stack level"),
    "a level below 0": (1, profile(stack=-1), "stack level"),
    "no period": (1, replace(profile(), schedule=replace(profile().schedule, periods=())), "no period"),
    "too many periods": (1, LONG, "more than ChargingScheduleMaxPeriods"),
    "a first period that is late": (1, profile((1, 6_000)), "starts at 0"),
    "periods out of order": (1, profile((0, 6_000), (9, 7_000), (9, 8_000)), "later than"),
    "a limit below 0": (1, profile((0, -1)), "0 or more"),
    "a duration of nothing": (1, profile(duration_s=0), "more than 0 s"),
    "recurring without a start": (1, replace(profile(every=DAILY), kind=RECURRING), "recurrency and a start"),
    "a relative maximum": (STATION, profile(purpose=MAX), "not relative"),
    "over before it begins": (1, profile(valid=(9, 9)), "before it begins"),
}


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(("connector", "made", "words"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_rule(connector: int, made: Profile, words: str) -> None:
    """One sentence, which names what to change."""
    reason = book().refusal(connector, made)
    assert reason is not None
    assert words in reason


@pytest.mark.requirement("E-60")
def test_four_phases_are_none() -> None:
    """Phases are 1 to 3, or not named."""
    odd = replace(profile(), schedule=replace(profile().schedule, periods=(Period(0, 6_000, 4),)))
    assert "phases 1 to 3" in (book().refusal(1, odd) or "")


@pytest.mark.requirement("E-60", "R-05")
@pytest.mark.parametrize(
    ("connector", "made"),
    [
        (1, profile(stack=0)),
        (STATION, profile(stack=100)),
        (1, profile(purpose=TX, unit=RateUnit.W)),
        (STATION, profile(purpose=MAX, start_s=0)),
        (1, profile(every=DAILY, start_s=5)),
        (1, profile(*((second, 0) for second in range(60)))),
    ],
)
def test_what_keeps_them_is_not(connector: int, made: Profile) -> None:
    """Level 0 and a limit of 0 are as good as any."""
    assert book().refusal(connector, made) is None


@pytest.mark.requirement("M-46", "R-05")
def test_a_model_narrows_purposes_and_units() -> None:
    """By its data alone."""
    narrow = replace(EVNET, charging=ChargingRules((MAX,)))
    keys = {"ChargingScheduleAllowedChargingRateUnit": "A"}
    assert "no profiles of that purpose" in (book(model=narrow).refusal(1, profile()) or "")
    watts = profile(purpose=MAX, start_s=0, unit=RateUnit.W)
    assert "unit" in (book(model=narrow, **keys).refusal(STATION, watts) or "")
    assert book(model=narrow, **keys).refusal(STATION, profile(purpose=MAX, start_s=0)) is None


# --- what replaces what ---


@pytest.mark.requirement("E-60")
def test_the_same_purpose_and_level_replaces_in_one_stroke() -> None:
    """On the disk too: one job keeps the new and takes out the old."""
    shelf = book()
    old, new = Installed(1, profile(number=1, stack=0)), Installed(1, profile((0, 16_000), number=2, stack=0))
    assert shelf.install(old, None) == [KeepProfile(old)]
    assert shelf.install(new, None) == [KeepProfile(new, (1,))]
    assert ids(shelf) == [2]


@pytest.mark.requirement("E-60")
def test_the_same_id_replaces_wherever_it_was() -> None:
    """An id is of the whole station."""
    shelf = book(Installed(STATION, profile(number=1)))
    moved = Installed(1, profile(number=1, stack=3))
    assert shelf.install(moved, None) == [KeepProfile(moved)]
    assert shelf.installed == [moved]


@pytest.mark.requirement("E-60")
def test_another_level_place_purpose_or_session_stays() -> None:
    """Four that differ in one thing each."""
    shelf = book(Installed(1, profile(number=1, stack=1)))
    shelf.install(Installed(1, profile(number=2, stack=2)), None)
    shelf.install(Installed(STATION, profile(number=3, stack=1)), None)
    shelf.install(Installed(1, profile(number=4, stack=1, purpose=TX), "one"), None)
    shelf.install(Installed(1, profile(number=5, stack=1, purpose=TX), "two"), None)
    assert ids(shelf) == [1, 2, 3, 4, 5]


@pytest.mark.requirement("E-61")
def test_a_full_book_takes_no_more_but_takes_replacements() -> None:
    """MaxChargingProfilesInstalled; what is over makes room when the date is known."""
    shelf = book(MaxChargingProfilesInstalled=2)
    shelf.install(Installed(1, profile(number=1, stack=1)), None)
    shelf.install(Installed(1, profile(number=2, stack=2, valid=(None, 1_000))), None)
    third = Installed(1, profile(number=3, stack=3))
    assert shelf.install(third, 999) is None
    assert ids(shelf) == [1, 2]
    assert shelf.install(Installed(1, profile(number=9, stack=1)), None) is not None
    assert shelf.install(third, 1_000) == [KeepProfile(third, (2,))]
    assert ids(shelf) == [9, 3]


# --- taking out ---


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Filter(), []),
        (Filter(id=3), [1, 2, 4]),
        (Filter(id=3, stack=9), [1, 2, 4]),  # an id is enough
        (Filter(stack=0), [2, 4]),
        (Filter(connector=STATION), [1, 2]),
        (Filter(connector=1, purpose=DEFAULT, stack=1), [1, 3, 4]),
        (Filter(purpose=MAX), [1, 2, 3]),
        (Filter(connector=7), [1, 2, 3, 4]),
    ],
)
def test_a_filter_takes_out_what_it_names(wanted: Filter, left: list[int]) -> None:
    """Level 0 and connector 0 are names like any other; nothing named is everything."""
    shelf = book(
        Installed(1, profile(number=1, stack=0)),
        Installed(1, profile(number=2, stack=1)),
        Installed(STATION, profile(number=3, stack=0)),
        Installed(STATION, profile(number=4, stack=1, purpose=MAX, start_s=0)),
    )
    gone = tuple(number for number in (1, 2, 3, 4) if number not in left)
    assert shelf.clear(wanted) == ([ForgetProfiles(gone)] if gone else [])
    assert ids(shelf) == left


@pytest.mark.requirement("E-60")
def test_a_session_s_profile_is_over_with_it() -> None:
    """Those of living sessions and those of no session stay."""
    shelf = book(
        Installed(1, profile(number=1, purpose=TX), "over"),
        Installed(1, profile(number=2, purpose=TX), "alive"),
        Installed(1, profile(number=3)),
    )
    assert shelf.keep_for(["alive"]) == [ForgetProfiles((1,))]
    assert shelf.keep_for(["alive"]) == []
    assert ids(shelf) == [2, 3]


# --- which count where ---


@pytest.mark.requirement("E-60")
def test_a_connector_s_own_default_goes_before_the_station_s_of_its_level() -> None:
    """§3.13.1; of another level both stand."""
    own = Installed(1, profile(number=1, stack=1))
    shelf = book(
        own, Installed(STATION, profile(number=2, stack=1)), Installed(STATION, profile(number=3, stack=2))
    )
    assert [each.id for each in shelf.defaults(1)] == [1, 3]
    assert [each.id for each in shelf.defaults(2)] == [2, 3]


@pytest.mark.requirement("E-60")
def test_each_purpose_is_asked_for_by_itself() -> None:
    """The station's maximum, a session's own; no session has none."""
    shelf = book(
        Installed(STATION, profile(number=1, purpose=MAX, start_s=0)),
        Installed(1, profile(number=2, purpose=TX), "mine"),
        Installed(1, profile(number=3)),
    )
    assert [each.id for each in shelf.of_station()] == [1]
    assert [each.id for each in shelf.of_session("mine")] == [2]
    assert shelf.of_session("another") == []
    assert shelf.of_session(None) == []


@pytest.mark.requirement("E-60")
def test_what_is_kept_names_only_what_counts() -> None:
    """A relative schedule's start and a recurrency that is none are left out; a maximum gets a start."""
    relative = profile()
    odd = replace(relative, schedule=replace(relative.schedule, start_s=7), recurrency=DAILY)
    assert anchored(odd, 99) == relative
    maximum = replace(profile(start_s=1, purpose=MAX), schedule=relative.schedule)
    assert anchored(maximum, 99).schedule.start_s == 99
    absolute = replace(profile(start_s=1), schedule=relative.schedule)
    assert anchored(absolute, 99).schedule.start_s is None  # §7.13: it starts with charging
    assert anchored(profile(every=DAILY, start_s=5), 99).recurrency is DAILY
