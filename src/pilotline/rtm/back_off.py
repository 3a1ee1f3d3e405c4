"""Back-off (R-46): after a fault that ends by itself has opened the relay, the next offer waits.

So a supply that comes and goes does not hammer the contacts, nor the car's own.
"""

from pilotline.rtm.timing import Pulse
from pilotline.vocabulary.charger import BackOff


class BackOffTimer:
    """Counts such openings since plug-in; each wait runs from the end of its fault."""

    def __init__(self, limits: BackOff) -> None:
        self._tries = limits.tries
        self._waits = tuple(Pulse(ms) for ms in limits.waits_ms)
        self._wait = self._waits[0]
        self._openings = 0
        self._owed = False

    def update(self, *, opened: bool, faulty: bool, unplugged: bool, now: int) -> bool:
        """Returns whether the offer is withheld.

        ``opened``: such a fault opened a closed relay in this step; ``faulty``: one is in force.
        """
        if opened:
            self._owed = True
            self._wait = self._waits[min(self._openings, len(self._waits) - 1)]
            self._openings += 1
        if self._owed and not faulty:
            self._owed = False
            self._wait.start(now)
        if unplugged:
            self._openings, self._owed = 0, False
        waits = self._owed or self._wait.is_on(now) or self._openings >= self._tries
        return self._openings > 0 and waits

    def deadline(self, now: int) -> int | None:
        return self._wait.deadline(now)
