"""Opened covers: each opening is a fact with its time, durable before it is told (E-21).

The journal keeps which openings it knows, so that a host that starts again under an RTM that still shows one
does not tell it twice. One that happened while no host ran is told with the time of its handing over: the
RTM knows no clock, and it was not later (R-51).
"""

from collections.abc import Callable, Mapping, Sequence

from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.faults import TAMPER
from pilotline.vocabulary.journal import Record, StoreKey, Tampered
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import Stamp


class CoverWatch:
    """``update`` returns what is to be recorded; it is looked at while the board speaks."""

    def __init__(self, connector: int, kept: Mapping[str, KeyValue], number: Callable[[], int]) -> None:
        self._connector = connector
        self._row = f"covers known open {connector}"  # no key of OCPP's: they have no spaces
        known = kept.get(self._row)
        self._known: int = known if isinstance(known, int) else 0
        self._number = number

    def update(
        self, mask: int, opened: int, status: ConnectorStatus, stamp: Stamp
    ) -> Sequence[Record | StoreKey]:
        """``mask`` is what is reported now; ``opened`` what was opened since the last host, closed or not."""
        present = (mask | opened) & TAMPER
        effects: list[Record | StoreKey] = []
        if present & ~self._known:
            entry = self._number()
            name = f"cover-{stamp.boot}-{entry}"
            effects.append(Record(entry, Tampered(name, self._connector, mask | opened, status, stamp)))
        if present != self._known:
            self._known = present
            effects.append(StoreKey(self._row, present))
        return effects
