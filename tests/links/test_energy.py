"""The energy records as people ask for them: days of the station's own zone, and records with their times."""

from collections.abc import Sequence

import pytest

from pilotline.links.energy import MOST_ROWS, EnergyView, view_energy
from pilotline.links.operations import OperationError
from pilotline.models.zones import find_zone
from pilotline.vocabulary.energy import EnergyRow, Tier

LONDON = find_zone("Europe/London")


class Shelf:
    """Notes what is asked for and gives the rows it has."""

    def __init__(self, *rows: EnergyRow, undated_wh: int = 0) -> None:
        self.asked: tuple[Tier, int, int, int] | None = None
        self._answer = list(rows), undated_wh

    def read(self, tier: Tier, first: int, last: int, most: int) -> tuple[Sequence[EnergyRow], int]:
        self.asked = tier, first, last, most
        return self._answer

    def view(self, tier: Tier, first: str = "", last: str = "") -> EnergyView:
        return view_energy(tier, first, last, LONDON, self.read)


def test_a_day_of_hours_is_as_long_as_that_day() -> None:
    """The Sunday on which summer time begins has 23 hours, from its first second to its last."""
    shelf = Shelf()
    shelf.view(Tier.HOUR, "2026-03-29", "2026-03-29")
    assert shelf.asked is not None
    _, first, last, most = shelf.asked
    assert (last + 1 - first, most) == (23 * 3_600, MOST_ROWS)


@pytest.mark.parametrize(
    ("tier", "first", "last"), [(Tier.DAY, 20260301, 20260402), (Tier.MONTH, 202603, 202604)]
)
def test_days_and_months_are_asked_for_by_their_dates(tier: Tier, first: int, last: int) -> None:
    """Both ends belong to it."""
    shelf = Shelf()
    shelf.view(tier, "2026-03-01", "2026-04-02")
    assert shelf.asked == (tier, first, last, MOST_ROWS)


@pytest.mark.parametrize("tier", Tier)
def test_without_bounds_it_is_all_there_is(tier: Tier) -> None:
    """From before the first record to after the last."""
    shelf = Shelf()
    shelf.view(tier)
    assert shelf.asked is not None
    _, first, last, _ = shelf.asked
    assert first <= 202_001
    assert last > 20_991_231 or tier is Tier.MONTH
    assert last >= 999_912


@pytest.mark.parametrize(
    ("tier", "start", "begin"),
    [
        (Tier.HOUR, 1_774_746_000, "2026-03-29T02:00:00+01:00"),
        (Tier.HOUR, 1_774_742_400, "2026-03-29T00:00:00+00:00"),
        (Tier.DAY, 20260329, "2026-03-29"),
        (Tier.MONTH, 202603, "2026-03"),
    ],
)
def test_a_record_says_when_it_began(tier: Tier, start: int, begin: str) -> None:
    """In local time, with its offset where there are hours."""
    seen = Shelf(EnergyRow(start, 12), undated_wh=5).view(tier)
    assert [(each.begin, each.wh) for each in seen.records] == [(begin, 12)]
    assert (seen.by, seen.undated_wh) == (tier.value, 5)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-13-01", "0"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """With a sentence that shows one."""
    with pytest.raises(OperationError, match="days are written like 2026-03-29"):
        Shelf().view(Tier.DAY, text)


def test_where_the_zone_is_unknown_days_are_those_of_utc() -> None:
    """As the records themselves are, then."""
    shelf = Shelf()
    view_energy(Tier.HOUR, "2026-07-01", "2026-07-01", None, shelf.read)
    assert shelf.asked is not None
    assert shelf.asked[1] % 86_400 == 0
