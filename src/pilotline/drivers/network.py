"""The port to a station's network interfaces (E-62), and the machine's own network behind it.

Real Wi-Fi and cellular modems become implementations of ``NetworkPort``; which interface is used, and when,
is decided in :mod:`pilotline.station.network`.
"""

from collections.abc import Callable
from typing import Protocol

from pilotline.vocabulary.network import NetworkSaid, UseInterface


class NetworkPort(Protocol):
    """Three verbs. None of them blocks."""

    def watch(self, hear: Callable[[NetworkSaid], object]) -> None:
        """From now on ``hear`` is called, from the event loop: at once and at every change.

        An interface is up when it could carry a connection as soon as it is asked to: a link, credentials, a
        SIM. A modem that is switched off to save data is up in this sense.
        """
        ...

    def use(self, wish: UseInterface) -> None:
        """What is dialled from now on goes this way."""
        ...

    @property
    def carries(self) -> bool:
        """Whether dialling may lead anywhere."""
        ...


class OwnNetwork:
    """The operating system chooses: it says nothing of interfaces, so that nobody falls back or returns."""

    def watch(self, hear: Callable[[NetworkSaid], object]) -> None:
        """Nothing is ever said."""

    def use(self, wish: UseInterface) -> None:
        """Nobody wishes where nothing was said."""

    @property
    def carries(self) -> bool:
        return True
