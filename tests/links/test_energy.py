"""The energy records as people ask for them: days of the station's own zone, and records with their times."""

from collections.abc import Sequence

import pytest

from pilotline.links.energy import MOST_ROWS, EnergyView, view_energy
from pilotline.links.operations import OperationError
from pilotline.models.zones import find_zone
from pilotline.vocabulary.energy import EnergyHour, EnergyPiece, EnergyRow, Tier

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


NOON = EnergyHour(1_774_785_600, 20260329, 202603)


@pytest.mark.parametrize(
    ("tier", "row"),
    [
        (Tier.HOUR, EnergyRow(1_774_785_600, 70)),
        (Tier.DAY, EnergyRow(20260329, 70)),
        (Tier.MONTH, EnergyRow(202603, 70)),
    ],
)
def test_what_no_record_has_yet_is_in_the_bar_of_its_hour_day_and_month(tier: Tier, row: EnergyRow) -> None:
    """Beside the record of the same bar, or as a bar of its own; what nobody can date is told apart."""
    pieces = (EnergyPiece(NOON, 30), EnergyPiece(None, 5))
    for rows, wh in (((row,), 100), ((), 30)):
        shelf = Shelf(*rows, undated_wh=1)
        view = view_energy(tier, "2026-03-01", "2026-03-31", LONDON, shelf.read, waiting=lambda: pieces)
        assert [(each.begin[:7], each.wh) for each in view.records] == [("2026-03", wh)]
        assert view.undated_wh == 6


def test_what_waits_outside_of_what_was_asked_for_is_left_out() -> None:
    """And of more bars than an answer holds, the newest are told."""
    waits = EnergyPiece(NOON, 30)
    shelf = Shelf()
    view = view_energy(Tier.DAY, "2026-03-30", "2026-04-02", LONDON, shelf.read, waiting=lambda: [waits])
    assert view.records == ()
    full = Shelf(EnergyRow(20260327, 1), EnergyRow(20260328, 2))
    view = view_energy(Tier.DAY, "", "", LONDON, full.read, 2, lambda: [waits])
    assert [each.begin for each in view.records] == ["2026-03-28", "2026-03-29"]


def test_what_waits_is_asked_after_the_records_are_read() -> None:
    """What is written in between is then in one of the two, and never in both."""
    asked: list[str] = []

    def read(*_args: object) -> tuple[Sequence[EnergyRow], int]:
        asked.append("records")
        return [], 0

    def waiting() -> Sequence[EnergyPiece]:
        asked.append("waiting")
        return []

    view_energy(Tier.DAY, "", "", None, read, waiting=waiting)
    assert asked == ["records", "waiting"]
