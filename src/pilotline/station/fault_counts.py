"""How often each fault came: in this session, and since ever.

What has come is written down at once, but not more often than every few seconds: a flood of faults costs the
disk no more than one fault does. What comes in between is written with the next.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.faults import faults_in
from pilotline.vocabulary.journal import StoreKey
from pilotline.vocabulary.time import SECOND

WRITE_EVERY = 5 * SECOND


class FaultCounter:
    """``update`` counts what is new in the mask; both counts are by fault code.

    ``in_session`` is that of the session here, or of the last one. What stands before and after a restart is
    one fault: a latched one did not come twice.
    """

    def __init__(self, connector: int, kept: Mapping[str, KeyValue]) -> None:
        self._row = f"faults counted {connector}"  # no key of OCPP's: they have no spaces
        present, self.ever = _read(kept.get(self._row))
        self.in_session: Counter[int] = Counter()
        self._present = {fault.code for fault in faults_in(present)}
        self._session = ""
        self._owed = False
        self._written_at: int | None = None

    @property
    def present(self) -> frozenset[int]:
        """The faults that stand, or stood when the last boot ended."""
        return frozenset(self._present)

    def update(self, mask: int, session: str | None, now: int) -> Sequence[StoreKey]:
        if session is not None and session != self._session:
            self._session = session
            self.in_session.clear()
        present = {fault.code for fault in faults_in(mask)}
        if present != self._present:
            new = present - self._present
            self.ever.update(new)
            self.in_session.update(new if session is not None else ())
            self._present, self._owed = present, True
        return self._write(now)

    def deadline(self, now: int) -> int | None:
        due = None if self._written_at is None or not self._owed else self._written_at + WRITE_EVERY
        return due if due is not None and due > now else None

    def _write(self, now: int) -> Sequence[StoreKey]:
        early = self._written_at is not None and now < self._written_at + WRITE_EVERY
        if early or not self._owed:
            return []
        self._owed, self._written_at = False, now
        return [StoreKey(self._row, _text(sum(self._present), self.ever))]


def _text(present: int, ever: Mapping[int, int]) -> str:
    """``2;1=4,2=1``: the mask in force, then how often each code came; masks and codes in hexadecimal."""
    return f"{present:x};{','.join(f'{code:x}={times}' for code, times in sorted(ever.items()))}"


def _read(kept: KeyValue) -> tuple[int, Counter[int]]:
    """What was written, as far as it can be read: a damaged count is no reason not to charge."""
    try:
        present, _, rest = str(kept or "0;").partition(";")
        pairs = [pair.split("=") for pair in rest.split(",") if pair]
        return int(present, 16), Counter({int(code, 16): int(times) for code, times in pairs})
    except ValueError:
        return 0, Counter()
