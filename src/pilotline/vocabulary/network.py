"""Ways to the backend (E-62): the interfaces a station may have, what their port says and is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Interface(Enum):
    """A way to the backend, by its word."""

    ETHERNET = "ethernet"
    WIFI = "wifi"
    CELLULAR = "cellular"


AUTOMATIC = 0
"""The number of no interface in particular: the first that works (R-17)."""
NUMBERED: Mapping[int, Interface] = {1: Interface.ETHERNET, 2: Interface.WIFI, 3: Interface.CELLULAR}
"""The numbers of the keys, in the order in which the automatic tries them: what costs nothing comes first.
The product numbers none but 0; these are ours."""
TITLES: Mapping[Interface, str] = {
    Interface.ETHERNET: "Ethernet",
    Interface.WIFI: "Wi-Fi",
    Interface.CELLULAR: "Cellular",
}
"""As people write them, where a sentence begins."""


@dataclass(frozen=True, slots=True)
class NetworkSaid:
    """The interfaces that could carry a connection if they were asked to; said at each change of them."""

    up: frozenset[Interface]


@dataclass(frozen=True, slots=True)
class UseInterface:
    """The connection to the backend is closed, and opened anew over this one.

    ``apn`` is for a cellular one, and None where none is set.
    """

    interface: Interface
    apn: str | None = None
