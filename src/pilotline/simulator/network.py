"""A simulated network port: every interface is there and up, until the bench takes it down.

The same object serves a station in simulated time and a virtual one of real processes. It carries nothing by
itself: the shell asks it whether the line to the backend is whole, and opens or cuts that line.
"""

from collections.abc import Callable, Mapping

from pilotline.vocabulary.network import Interface, NetworkSaid, UseInterface


class SimulatedNetwork:
    """``NetworkPort`` of :mod:`pilotline.drivers.network`.

    ``access_point`` is the one that the mobile network wants; None takes any.
    """

    def __init__(self) -> None:
        self.access_point: str | None = None
        self.used: UseInterface | None = None
        self._up = frozenset(Interface)
        self._hear: Callable[[NetworkSaid], object] = lambda _said: None

    def watch(self, hear: Callable[[NetworkSaid], object]) -> None:
        self._hear = hear
        hear(NetworkSaid(self._up))

    def use(self, wish: UseInterface) -> None:
        self.used = wish

    @property
    def carries(self) -> bool:
        used = self.used
        if used is None or used.interface not in self._up:
            return False
        wanted = self.access_point if used.interface is Interface.CELLULAR else None
        return wanted in (None, used.apn)

    @property
    def up(self) -> Mapping[str, bool]:
        """Of each interface by its word, whether it could carry a connection."""
        return {each.value: each in self._up for each in Interface}

    def set_interface(self, interface: Interface, *, up: bool) -> None:
        """Take an interface down, or bring it up again."""
        now_up = self._up | {interface} if up else self._up - {interface}
        if now_up != self._up:
            self._up = now_up
            self._hear(NetworkSaid(now_up))
