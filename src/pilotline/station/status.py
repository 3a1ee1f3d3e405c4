"""A connector's OCPP status as a function of the facts, and when it is told (OCPP 1.6 §4.9, E-25, E-33)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.station.events import StatusReport
from pilotline.station.limits import Winner
from pilotline.station.session import Phase
from pilotline.vocabulary import faults
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode
from pilotline.vocabulary.time import SECOND, earliest

LIMIT_PACE = 10 * SECOND
"""R-40: reports of the limit's reason go out at most this often, the latest wins."""
LIMIT_VENDOR, FAULT_VENDOR, OUR_VENDOR = "VendorID1", "VendorID2", "Pilotline"

SUSPENDS = faults.mask_of(
    f for f in faults.FAULTS if f.recovery is faults.Recovery.SELF and f.stop is not faults.Stop.NONE
)
"""Faults that suspend a session and let it go on afterwards (E-19)."""
ENDS = faults.BLOCKING & ~SUSPENDS
"""Faults that end a session (R-13)."""


def _moves(**rows: str) -> dict[ConnectorStatus, frozenset[ConnectorStatus]]:
    return {
        ConnectorStatus[name]: frozenset(ConnectorStatus(word) for word in words.split())
        for name, words in rows.items()
    }


MOVES = _moves(
    AVAILABLE="Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
    PREPARING="Available Charging SuspendedEV SuspendedEVSE Finishing Faulted",
    CHARGING="Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    SUSPENDED_EV="Available Charging SuspendedEVSE Finishing Unavailable Faulted",
    SUSPENDED_EVSE="Available Charging SuspendedEV Finishing Unavailable Faulted",
    FINISHING="Available Preparing Unavailable Faulted",
    RESERVED="Available Preparing Unavailable Faulted",
    UNAVAILABLE="Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
    FAULTED="Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable",
)
"""The transitions that OCPP 1.6 §4.9 permits (its table, row by row)."""
OUR_MOVES = _moves(
    PREPARING="Unavailable",  # put out of service with a plug in and nothing running: no word lies between
    UNAVAILABLE="Finishing",  # back in service with the plug of the last session still in
)
"""What that table leaves out and a station still meets; each is told as it is."""


def may_follow(before: ConnectorStatus, after: ConnectorStatus) -> bool:
    """Whether a connector may go from one status to the other at once."""
    return before is after or after in MOVES[before] | OUR_MOVES.get(before, frozenset())


_UNDER_WAY = (ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE)
"""What a session that is once said to run can be; only Available lies between these and Preparing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All a status depends on. ``phase`` is None without a session; ``last`` is the status so far.

    ``unsure``: the pilot shows neither a car nor its absence, and none has been seen since boot. ``away``:
    the session goes on without its car, which may come back (R-29). ``reserved``: the connector is kept for
    somebody who has not come yet; a car alone does not end that (OCPP 1.6 §4.9).
    """

    alive: bool
    accepted: bool
    available: bool
    faults: int
    plugged: bool
    unplugging: bool
    authorising: bool
    over: bool
    phase: Phase | None
    settling: bool
    offer_ma: int
    relay: bool
    offering: bool
    booting: bool
    last: ConnectorStatus | None
    unsure: bool = False
    away: bool = False
    reserved: bool = False


def derive(facts: Facts) -> ConnectorStatus | None:
    """The status; None while the safety module has not spoken yet after boot."""
    if not facts.alive:
        return None if facts.booting and facts.last is None else ConnectorStatus.FAULTED
    if not facts.accepted or facts.faults & ENDS:
        return ConnectorStatus.FAULTED
    if not facts.available:
        return ConnectorStatus.UNAVAILABLE
    if facts.unsure and facts.booting and facts.last is None:
        return None  # a car may be plugged in
    if facts.phase is not None:
        return _in_session(facts, facts.phase)
    if facts.faults & SUSPENDS:
        return ConnectorStatus.FAULTED
    return _before_session(facts)


def _before_session(facts: Facts) -> ConnectorStatus:
    if facts.over and not facts.authorising:
        return ConnectorStatus.FINISHING
    if facts.reserved:
        return ConnectorStatus.RESERVED
    return ConnectorStatus.PREPARING if facts.plugged or facts.authorising else ConnectorStatus.AVAILABLE


def _in_session(facts: Facts, phase: Phase) -> ConnectorStatus | None:
    if phase in (Phase.STARTING, Phase.RECORDING):
        return ConnectorStatus.PREPARING
    if facts.away:
        return ConnectorStatus.SUSPENDED_EV
    if phase is not Phase.RUNNING or facts.unplugging:
        return facts.last  # it changes when the end is recorded: StopTransaction goes first
    if facts.faults & SUSPENDS or facts.offer_ma == 0:
        return ConnectorStatus.SUSPENDED_EVSE
    if facts.relay:
        return ConnectorStatus.CHARGING
    if facts.settling and facts.last not in _UNDER_WAY:
        return ConnectorStatus.PREPARING
    return ConnectorStatus.SUSPENDED_EV if facts.offering else ConnectorStatus.SUSPENDED_EVSE


class StatusTeller:
    """Reports a status when it changed, and the limit's reason when it changed (at its own pace)."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._told: tuple[ConnectorStatus, int] | None = None
        self._seen: tuple[ConnectorStatus, int] | None = None
        self._seen_at = 0
        self._hold_until: int | None = None
        self._told_code: int | None = 0  # the station's own limit is what nobody needs to be told
        self._online = False
        self._code_at: int | None = None
        self._code_due: int | None = None

    def update(
        self,
        status: ConnectorStatus | None,
        mask: int,
        winner: Winner,
        now: int,
        *,
        online: bool = True,
        hold: int = 0,
    ) -> Sequence[StatusReport]:
        """``hold`` (µs): a status that does not last as long is never told (MinimumStatusDuration)."""
        if online and not self._online and self._code_at is not None:
            self._told_code = None  # after an outage the present reason is told, whatever was before
        self._online = online
        if status is None:
            return []
        reports: list[StatusReport] = []
        if self._has_lasted((status, mask), hold, now):
            reports += self._between(status)
            if not self._is_opening(status, mask):
                reports += status_reports(self._number, status, mask, self._seen_at)
            self._told = (status, mask)
        return reports + self._limit(status, winner, now)

    def _has_lasted(self, seen: tuple[ConnectorStatus, int], hold: int, now: int) -> bool:
        """Whether this is news that has stood for ``hold``; the first word of all waits for nothing."""
        if self._seen != seen:
            self._seen, self._seen_at = seen, now
        news = self._told != seen
        until = self._seen_at + (hold if self._told is not None else 0)
        self._hold_until = until if news and now < until else None
        return news and self._hold_until is None

    def deadline(self, now: int) -> int | None:
        code_due = self._code_due if self._code_due is not None and self._code_due > now else None
        return earliest(self._hold_until, code_due)

    def repeat(self) -> None:
        """Tell the status again, although it has not changed."""
        self._told = None

    def _between(self, status: ConnectorStatus) -> Sequence[StatusReport]:
        """Where one session ends at the moment at which the next begins, it was Available between."""
        if self._told is None or may_follow(self._told[0], status):
            return []
        return status_reports(self._number, ConnectorStatus.AVAILABLE, 0, self._seen_at)

    def _is_opening(self, status: ConnectorStatus, mask: int) -> bool:
        """Nothing is new but an opened cover: that goes through the journal, with its own time (E-21)."""
        if self._told is None or self._told[0] is not status:
            return False
        return bool(mask & ~self._told[1]) and not (mask ^ self._told[1]) & ~faults.TAMPER

    def _limit(self, status: ConnectorStatus, winner: Winner, now: int) -> list[StatusReport]:
        """E-33, R-40: the reason that limits now, when it is another one than was told."""
        self._code_due = None
        source = winner.source
        if source.code == self._told_code or not self._online:
            return []
        if self._code_at is not None and now < self._code_at + LIMIT_PACE:
            self._code_due = self._code_at + LIMIT_PACE
            return []
        self._told_code, self._code_at = source.code, now
        code, error = str(source.code), ErrorCode.NO_ERROR
        return [StatusReport(self._number, status, error, now, source.code_name, LIMIT_VENDOR, code)]


def status_reports(
    number: int, status: ConnectorStatus, mask: int, now: int, keep: bool = False
) -> list[StatusReport]:
    """As ``status_report``; faults of ours beside others go first, under their own vendor id (R-40)."""
    parts = [part for part in (mask & faults.OURS, mask & ~faults.OURS) if part] or [0]
    return [status_report(number, status, part, now, keep) for part in parts]


def status_report(
    number: int, status: ConnectorStatus, mask: int, now: int, keep: bool = False
) -> StatusReport:
    """A status with its faults: the whole mask, under the errorCode of the most urgent (E-25, R-40)."""
    found = faults.faults_in(mask)
    if found:
        first, vendor = found[0], FAULT_VENDOR if mask & ~faults.OURS else OUR_VENDOR
        return StatusReport(number, status, first.error_code, now, first.name, vendor, f"0x{mask:04X}", keep)
    lost = status is ConnectorStatus.FAULTED  # without a fault of the board: the board itself is missing
    return StatusReport(number, status, ErrorCode.INTERNAL_ERROR if lost else ErrorCode.NO_ERROR, now)
