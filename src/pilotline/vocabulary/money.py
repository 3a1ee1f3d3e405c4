"""What energy costs: exact decimal arithmetic, rounded once, when it becomes an amount of a currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_NONE = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DIGITS = {
    **dict.fromkeys(_NONE, 0),
    **dict.fromkeys(_THREE, 3),
}
"""ISO 4217: how many digits are behind the point where it is not two."""
_WH_PER_KWH = 1_000


@dataclass(frozen=True, slots=True)
class Price:
    """So much for a kWh, in a currency of ISO 4217. A tariff may be finer than the currency's coins."""

    per_kwh: Decimal
    currency: str


def cost_of(energy_wh: int, price: Price) -> Decimal:
    """What so much energy costs, rounded half up to the digits of the currency."""
    return (energy_wh * price.per_kwh / _WH_PER_KWH).quantize(_unit(price.currency), ROUND_HALF_UP)


def sum_of(costs: Iterable[Decimal], currency: str) -> Decimal:
    """The sum of amounts that were rounded already: what stands above a line adds up to what is below."""
    return sum(costs, Decimal(0)).quantize(_unit(currency), ROUND_HALF_UP)


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_DIGITS.get(currency, 2))
