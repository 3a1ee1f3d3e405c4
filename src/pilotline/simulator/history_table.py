"""The history of sessions in memory: the twin of ``drivers.history_table``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pilotline.vocabulary import history
from pilotline.vocabulary.history import KeptCurve, KeptSession, KeptSessions
from pilotline.vocabulary.journal import BootTime, CurvePoint, Ended, KeepCurve, KeepRegister, Started
from pilotline.vocabulary.time import Stamp


class HistoryTable:
    """Sessions in the order they began, and their curves."""

    def __init__(self) -> None:
        self.sessions: dict[str, KeptSession] = {}
        self._curves: dict[str, Sequence[CurvePoint]] = {}

    def open_session(self, start: Started) -> None:
        last = Stamp(start.stamp.boot, start.stamp.at)
        self.sessions[start.session] = KeptSession(start, None, start.meter_start_wh, last)

    def keep_register(self, job: KeepRegister) -> None:
        if job.session in self.sessions:
            last = Stamp(job.stamp.boot, job.stamp.at)
            kept = self.sessions[job.session]
            self.sessions[job.session] = replace(kept, register_wh=job.register_wh, last=last)

    def keep_curve(self, job: KeepCurve) -> None:
        if job.session in self.sessions:
            self._curves[job.session] = job.points

    def name_transaction(self, session: str, transaction: int) -> None:
        """The backend has given it a number."""
        if session in self.sessions:
            self.sessions[session] = replace(self.sessions[session], transaction=transaction)

    def close_session(self, end: Ended, needed: Collection[str]) -> None:
        """``needed`` are the sessions of which something waits or is set aside."""
        if end.session in self.sessions:
            self.sessions[end.session] = replace(self.sessions[end.session], end=replace(end, data=()))
        ended = [name for name, kept in self.sessions.items() if kept.end is not None]
        for name in ended[: -history.SESSIONS_KEPT]:
            if name not in needed:
                del self.sessions[name]
                self._curves.pop(name, None)

    def boots_kept(self, boots: Mapping[int, BootTime], others: Collection[int]) -> tuple[BootTime, ...]:
        """Without those that are old, of no session and none of ``others``."""
        of_sessions = {stamp.boot for kept in self.sessions.values() for stamp in _stamps(kept)}
        since = max(boots, default=0) - history.BOOTS_KEPT
        return tuple(
            each
            for each in boots.values()
            if each.boot > since or each.boot in of_sessions or each.boot in others
        )

    def read_sessions(self, boots: Sequence[BootTime]) -> KeptSessions:
        """As ``read_sessions`` of the store."""
        return KeptSessions(tuple(reversed(self.sessions.values())), boots)

    def read_curve(self, session: str, boots: Sequence[BootTime]) -> KeptCurve | None:
        """As ``read_curve`` of the store."""
        kept = self.sessions.get(session)
        return KeptCurve(kept.start, self._curves.get(session, ()), boots) if kept else None


def _stamps(kept: KeptSession) -> Sequence[Stamp]:
    return [kept.start.stamp, kept.last, *([kept.end.stamp] if kept.end else [])]
