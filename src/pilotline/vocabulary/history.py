"""What a station keeps of its sessions for its owner, and for how long.

Kept sessions are counted and not dated, so that a clock that is wrong once takes nothing away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.vocabulary.journal import BootTime, CurvePoint, Ended, Started
from pilotline.vocabulary.time import MINUTE, Stamp

SESSIONS_KEPT = 5_000
"""The newest that have ended: 13 months of twelve a day, and years of a private station's.

One that is open, or of which something waits for the backend or is set aside, is kept beside them.
"""
BOOTS_KEPT = 2_500
"""The newest. An older one is kept while a session or an event is of it."""
CURVE_POINTS = 300
"""Most points of a kept curve: a line across a phone has no more."""
CURVE_EVERY = 5 * MINUTE
"""How often the curve of a running session is kept: so much of it a crash may take."""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as it was recorded. ``end`` has no data; without one, ``register_wh`` was kept ``last``."""

    start: Started
    end: Ended | None
    register_wh: int
    last: Stamp
    transaction: int | None = None


@dataclass(frozen=True, slots=True)
class KeptSessions:
    """Sessions, the newest first, and what is known of the boots that their stamps are of."""

    sessions: Sequence[KeptSession]
    boots: Sequence[BootTime]


@dataclass(frozen=True, slots=True)
class KeptCurve:
    """A session's start, the points of its curve, and what is known of the boots."""

    start: Started
    points: Sequence[CurvePoint]
    boots: Sequence[BootTime]
