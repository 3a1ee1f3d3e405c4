"""What energy costs: exact, and rounded once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.money import Price, cost_of, sum_of


@pytest.mark.requirement("P-05")
@pytest.mark.parametrize(
    ("wh", "per_kwh", "currency", "cost"),
    [
        (10_000, "0.3147", "EUR", "3.15"),
        (500, "0.01", "EUR", "0.01"),
        (499, "0.01", "EUR", "0.00"),
        (1_500, "0.33", "EUR", "0.50"),
        (10_000, "0.3147", "JPY", "3"),
        (10_000, "0.3147", "KWD", "3.147"),
        (0, "0.3147", "EUR", "0.00"),
        (123_456_789, "9999.9999", "EUR", "1234567877.65"),
    ],
)
def test_a_cost_is_rounded_half_up_to_the_currencys_digits(
    wh: int, per_kwh: str, currency: str, cost: str
) -> None:
    """Half a cent is one; no float is in it."""
    assert str(cost_of(wh, Price(Decimal(per_kwh), currency))) == cost


@given(st.lists(st.integers(0, 10**6), max_size=50), st.decimals(0, 10, places=4))
def test_what_stands_above_the_line_adds_up_to_what_is_below(energies: list[int], per_kwh: Decimal) -> None:
    """The sum is of the rounded costs, and at most half a cent a session from the exact one."""
    price = Price(per_kwh, "EUR")
    costs = [cost_of(wh, price) for wh in energies]
    total = sum_of(costs, "EUR")
    assert total == sum(costs)
    assert abs(total - sum(energies) * per_kwh / 1_000) <= Decimal("0.005") * len(costs)
