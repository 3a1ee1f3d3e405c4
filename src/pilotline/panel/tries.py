"""How soon the next password may be tried: a delay that grows with each wrong one, and an end to all of it.

Names that nobody has are counted as those of people, so that the delay tells neither apart. A try that comes
too soon is not compared and not counted: nobody is kept out longer by somebody who does not stop.
"""

import hashlib
import math

FREE = 3
"""Wrong passwords that cost nothing: everybody mistypes."""
LONGEST_S = 30.0
"""One try in this time for one name: under 3,000 a day, which no password off the list of the worst fears."""
FORGET_S = 900.0
"""After so long without a try the name begins anew."""
MOST_NAMES = 256
"""Names that are remembered, as eight bytes each: the one tried longest ago makes room."""
MOST_AT_ONCE, OVERALL_S = 20.0, 2.0
"""Of all names together: so many wrong ones on end, and then one in this time."""


class Tries:
    """``now`` is any clock's seconds that only go forward."""

    def __init__(self) -> None:
        self._wrong: dict[bytes, tuple[int, float]] = {}
        self._level = 0.0
        self._at = 0.0

    def wait_s(self, name: str, now: float) -> int:
        """Whole seconds until this name may be tried; 0 is now."""
        count, last = self._of(name, now)
        pause = 0.0 if count < FREE else min(LONGEST_S, 2.0 ** (count - FREE))
        overall = (self._leaked(now) - MOST_AT_ONCE) * OVERALL_S
        return max(0, math.ceil(max(last + pause - now, overall)))

    def begin(self, name: str, now: float) -> int:
        """A try is counted as wrong before it is compared, so that many at once are no way round.

        How many that makes on end for this name.
        """
        count = self._of(name, now)[0] + 1
        key = _key(name)
        self._wrong.pop(key, None)
        if len(self._wrong) >= MOST_NAMES:
            del self._wrong[min(self._wrong, key=lambda each: self._wrong[each][1])]
        self._wrong[key] = (count, now)
        self._level, self._at = self._leaked(now) + 1, now
        return count

    def right(self, name: str) -> None:
        """It was not wrong after all."""
        self._wrong.pop(_key(name), None)
        self._level = max(0.0, self._level - 1)

    def _of(self, name: str, now: float) -> tuple[int, float]:
        count, last = self._wrong.get(_key(name), (0, -math.inf))
        return (0, -math.inf) if now - last > FORGET_S else (count, last)

    def _leaked(self, now: float) -> float:
        return max(0.0, self._level - max(0.0, now - self._at) / OVERALL_S)

    def __len__(self) -> int:
        return len(self._wrong)


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8]
