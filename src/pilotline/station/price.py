"""What a kWh costs when a session begins: the keys ``c_PricePerKWh`` and ``c_Currency``."""

from decimal import Decimal

from pilotline.station.authorisation import ANYBODY
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.status import AuthMode


def price_in_force(keys: KeyStore, tag: str) -> Price | None:
    """The price of a session of this tag: 0 where anybody charges for nothing, None where none is set."""
    currency = keys.text("c_Currency")
    if tag == ANYBODY[AuthMode.FREE]:
        return Price(Decimal(0), currency)
    per_kwh = keys.text("c_PricePerKWh")
    return Price(Decimal(per_kwh), currency) if per_kwh else None
