"""What reservations mean for one connector at this moment; the desk in ``reservations`` writes it."""

from dataclasses import dataclass

from pilotline.vocabulary.journal import Reservation


@dataclass(slots=True)
class Holding:
    """``by``: the reservation that the connector is kept for, until core time ``until`` where that is known.

    ``uses`` is the reservation that a session of the present grant would use up (OCPP 1.6 §5.13).
    """

    by: Reservation | None = None
    until: int | None = None
    uses: int | None = None
