"""In or out of service (OCPP 1.6 §5.2): the station's word and each connector's own, over restarts.

A connector is in service when both say so. The station's word overwrites no connector's: when it is in
service again, each is what it was. A session goes on to its end; until then the change is scheduled.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.connector import Connector
from pilotline.vocabulary.journal import StoreAvailability

STATION = 0
"""The number under which the station as a whole is put in and out of service."""


class Availability:
    """``change`` takes the backend's wish; what it says is what the connectors are told."""

    def __init__(self, connectors: Mapping[int, Connector], inoperative: frozenset[int]) -> None:
        self._connectors = connectors
        self._out = set(inoperative & {STATION, *connectors})
        self._apply()

    @property
    def in_service(self) -> bool:
        """Whether the station as a whole is."""
        return STATION not in self._out

    def change(self, number: int, operative: bool) -> tuple[str, Sequence[StoreAvailability]]:
        """The answer's word, and what has to outlive a restart."""
        if number != STATION and number not in self._connectors:
            return "Rejected", []
        (self._out.discard if operative else self._out.add)(number)
        self._apply()
        concerned = self._connectors.values() if number == STATION else [self._connectors[number]]
        waits = not operative and any(each.session is not None for each in concerned)
        return "Scheduled" if waits else "Accepted", [StoreAvailability(number, operative)]

    def _apply(self) -> None:
        for number, connector in self._connectors.items():
            connector.in_service = self._out.isdisjoint({STATION, number})
            if not connector.available:
                connector.grant = None
