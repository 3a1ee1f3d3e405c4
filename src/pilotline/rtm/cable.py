"""Reading the cable's rating from the proximity pilot (IEC 61851-1 annex B; E-31, R-47)."""

from pilotline.rtm.pilot import WITH_A_CAR
from pilotline.rtm.timing import on_delay
from pilotline.vocabulary.charger import Outlet, Proximity
from pilotline.vocabulary.pilot import PilotState


class CableReader:
    """Latches the resistor once per plug-in, after it has settled; a session never sees it change.

    While the station drives state F the pilot hides an unplug; then the open circuit of the proximity pilot
    tells it, so that a cable swapped meanwhile is read again.

    ``rating_ma`` is None until it is known; ``unreadable`` says that it was read and means nothing.
    """

    def __init__(self, outlet: Outlet, proximity: Proximity | None) -> None:
        self._proximity = proximity
        self._fixed_ma = outlet.cable_ma
        self._settled = on_delay(proximity.settle_ms if proximity else 0)
        self._latched = False
        self._rating_ma: int | None = None

    @property
    def rating_ma(self) -> int | None:
        return self._rating_ma if self._proximity else self._fixed_ma

    @property
    def ready(self) -> bool:
        """Whether nothing more has to be read before power may be offered."""
        return self._proximity is None or self._rating_ma is not None

    @property
    def unreadable(self) -> bool:
        return self._latched and self._rating_ma is None

    def update(self, state: PilotState, ohm: int | None, *, hidden: bool, now: int) -> None:
        """``hidden``: the station drives state F, so ``state`` is that of before."""
        if self._proximity is None:
            return
        if state is PilotState.A or (hidden and ohm is None):
            self._latched, self._rating_ma = False, None
        readable = state in WITH_A_CAR and not hidden
        if self._settled.update(readable and not self._latched, now):
            self._latched, self._rating_ma = True, _rating(self._proximity, ohm)

    def deadline(self, now: int) -> int | None:
        return self._settled.deadline(now)


def _rating(proximity: Proximity, ohm: int | None) -> int | None:
    """The rating a resistor stands for; between two nominal values the lower current counts."""
    if ohm is None or ohm < proximity.from_ohm:
        return None
    return next((step.cable_ma for step in proximity.steps if ohm <= step.up_to_ohm), None)
