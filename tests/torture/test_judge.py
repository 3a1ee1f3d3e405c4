"""The judge of the power-cut programme finds every wrong that is planted in right books."""

from collections.abc import Callable

import pytest

from support.torture import judge
from support.unkind_backend import Books

FIRST = (1, "TAG1", 0, "2026-01-05T10:00:00.000Z")
SECOND = (1, "TAG2", 50, "2026-01-05T11:00:00.000Z")
FIRST_END, SECOND_END = "2026-01-05T10:30:00.000Z", "2026-01-05T11:30:00.000Z"


def right() -> Books:
    """Two sessions of 50 and 30 Wh, one after the other."""
    books = Books()
    books.start(*FIRST)
    books.metered(1)
    books.stop(1, 50, FIRST_END, "Local")
    books.start(*SECOND)
    books.stop(2, 80, SECOND_END, "PowerLoss")
    return books


@pytest.mark.requirement("R-53")
def test_right_books_are_right_and_repeats_of_the_same_are_one() -> None:
    """An identical start and an identical stop count once, as R-53 words it."""
    books = right()
    assert books.start(*FIRST) == 1
    books.stop(1, 50, FIRST_END, "Local")
    assert judge(books, 80) == []
    assert judge(Books(), 0) == []


def missing_stop(books: Books) -> None:
    del books.stops[1]


def two_stops(books: Books) -> None:
    books.stop(2, 80, SECOND_END, "Reboot")


def two_starts(books: Books) -> None:
    books.start(1, "TAG2", 50, "2026-01-05T11:00:00.001Z")


def overlapping_registers(books: Books) -> None:
    books.stops[1] = {(60, FIRST_END, "Local")}


def register_goes_back(books: Books) -> None:
    books.stops[2] = {(40, SECOND_END, "PowerLoss")}


def lost_energy(books: Books) -> None:
    books.stops[2] = {(79, SECOND_END, "PowerLoss")}


def wrong_order(books: Books) -> None:
    books.order[1:3] = reversed(books.order[1:3])


def ends_before_it_began(books: Books) -> None:
    books.stops[1] = {(50, "2026-01-05T09:00:00.000Z", "Local")}


def overlapping_times(books: Books) -> None:
    books.stops[1] = {(50, "2026-01-05T11:10:00.000Z", "Local")}


def unknown_transaction(books: Books) -> None:
    books.stop(9, 80, SECOND_END, "Local")


def unknown_meter_values(books: Books) -> None:
    books.metered(None)


def meter_values_after_the_stop(books: Books) -> None:
    books.metered(1)


def answered_and_sent_again(books: Books) -> None:
    books.repeats.append("StartTransaction came again though it had been answered")


PLANTED: list[tuple[Callable[[Books], None], str]] = [
    (missing_stop, "has 0 stops"),
    (two_stops, "has 2 stops"),
    (two_starts, "has 0 stops"),
    (overlapping_registers, "counts 50 to 80 Wh after 60 Wh"),
    (register_goes_back, "counts 50 to 40 Wh"),
    (lost_energy, "the sessions hold 79 Wh and the meter counted 80 Wh"),
    (wrong_order, "the order was"),
    (ends_before_it_began, "before it began"),
    (overlapping_times, "before the last one ended"),
    (unknown_transaction, "StopTransaction for the unknown transaction 9"),
    (unknown_meter_values, "MeterValues for the unknown transaction None"),
    (meter_values_after_the_stop, "after its stop"),
    (answered_and_sent_again, "though it had been answered"),
]


@pytest.mark.parametrize(("plant", "complaint"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_a_planted_wrong_is_found(plant: Callable[[Books], None], complaint: str) -> None:
    """Each in otherwise right books, and named."""
    books = right()
    plant(books)
    assert any(complaint in found for found in judge(books, 80)), judge(books, 80)


def test_energy_outside_of_sessions_is_found() -> None:
    """The meter counted more than the sessions hold: current flowed without a record."""
    assert judge(right(), 81) == ["the sessions hold 80 Wh and the meter counted 81 Wh"]
    assert judge(Books(), 1) != []
