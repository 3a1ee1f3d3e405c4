"""Why the station started, and the restart it is asked for: pure, no process and no pin (E-40, R-34, R-42).

A restart waits until the sessions are recorded, but not for ever (OCPP 1.6 §5.14). One that does not come
about is asked for again, ``ResetRetries`` times; then the station goes on working and says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pilotline.station.events import Restart, RestartFailed, StatusReport
from pilotline.vocabulary.status import ErrorCode, ResetKind, ResetReason
from pilotline.vocabulary.time import SECOND

PATIENCE = {ResetKind.SOFT: 60 * SECOND, ResetKind.HARD: 10 * SECOND}
"""How long the sessions' ends may take to be on the disk; what is not is closed after the restart (R-52)."""
TRY_AGAIN = 30 * SECOND
"""A station that still runs after this has not been restarted."""
RESET_VENDOR = "VendorID3"


class Restarts:
    """The restart that was asked for, if one was: ``pending`` until it comes about or is given up.

    ``retries`` is asked when it matters: the key may change meanwhile.
    """

    def __init__(self, retries: Callable[[], int]) -> None:
        self._retries = retries
        self._tries = 0
        self._due = 0
        self.pending: ResetKind | None = None

    def ask(self, kind: ResetKind, now: int) -> None:
        """A second wish hurries the first, and makes a soft one hard; it never holds it up."""
        due = now + PATIENCE[kind]
        if self.pending is None:
            self.pending, self._due, self._tries = kind, due, 0
            return
        if kind is ResetKind.HARD:
            self.pending = kind
        self._due = min(self._due, due)

    def update(self, *, busy: bool, now: int) -> Sequence[Restart | RestartFailed]:
        """What is due at ``now``; ``busy`` while the end of a session is not recorded."""
        if self.pending is None or (now < self._due and (busy or self._tries)):
            return []
        if self._tries > self._retries():
            return [self._give_up(self.pending)]
        self._tries += 1
        self._due = now + TRY_AGAIN
        return [Restart(self.pending)]

    def deadline(self) -> int | None:
        return None if self.pending is None else self._due

    def _give_up(self, kind: ResetKind) -> RestartFailed:
        self.pending = None
        return RestartFailed(kind, self._tries)


class StartTeller:
    """Tells once a start why it was, when the backend has accepted us: however late, and not again (R-34)."""

    def __init__(self, reason: ResetReason) -> None:
        self._untold: ResetReason | None = reason

    def update(
        self, whole: Callable[[int], StatusReport], *, online: bool, now: int
    ) -> Sequence[StatusReport]:
        """``whole`` says how the station as a whole is: the reason is no status of its own."""
        if self._untold is None or not online:
            return []
        reason, self._untold = self._untold, None
        code = str(reason.value)
        return [replace(whole(now), info=reason.name, vendor_id=RESET_VENDOR, vendor_error=code, keep=True)]


def failure_report(whole: StatusReport, failed: RestartFailed) -> StatusReport:
    """OCPP 1.6 §7.6: the station was to restart, and could not."""
    info = f"{failed.kind.value} reset failed, tried {failed.tries} times"
    return replace(whole, error=ErrorCode.RESET_FAILURE, info=info)
