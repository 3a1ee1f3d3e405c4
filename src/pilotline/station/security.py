"""Security events: every change of a safety setting leaves a trace, with who asked for it (R-49).

A change is told of twice: when it is asked for, and when the safety module has taken or refused it, which may
be days later and under another host. So it is kept who asked last, and what was last in force.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.board import BoardLink
from pilotline.station.commissioning import is_idle
from pilotline.station.events import CallAnswer
from pilotline.vocabulary import refusals
from pilotline.vocabulary.board import Commissioned, Setting
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepSecurityEvent, SecurityEvent, StoreKey
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND, Stamp

Trace = KeepSecurityEvent | StoreKey
ANSWER_WITHIN = 3 * SECOND
"""The safety module answers a command at once; one that is lost is not repeated behind anybody's back."""
_NO_BOARD = refusals.NO_SAFETY_MODULE.of()
_NOT_IDLE = refusals.NOT_IDLE.of()
_BUSY = refusals.OFFSET_BUSY.of()
_BEYOND = refusals.OFFSET_BEYOND.of()


class Askers:
    """Who asked last for each setting; one for the station."""

    def __init__(self, kept: Mapping[str, KeyValue]) -> None:
        self._kept = {setting: kept.get(_asker_row(setting)) for setting in Setting}

    def role(self, setting: Setting) -> str | None:
        role = self._kept[setting]
        return role if isinstance(role, str) else None

    def asked(
        self, setting: Setting, role: Role, old: int | None, new: int | None, stamp: Stamp
    ) -> Sequence[Trace]:
        """It is to change, and waits for the safety module."""
        self._kept[setting] = role.value
        event = SecurityEvent(0, setting.name, old, new, role.value, taken=None, stamp=stamp)
        return [StoreKey(_asker_row(setting), role.value), KeepSecurityEvent(event)]


def log_refusal(setting: Setting, role: Role, old: int, new: int, stamp: Stamp) -> Sequence[Trace]:
    """Somebody asked for what is not theirs to have."""
    return [KeepSecurityEvent(SecurityEvent(0, setting.name, old, new, role.value, taken=False, stamp=stamp))]


class SafetyLog:
    """Hears one safety module's echoes and tells of what they change."""

    def __init__(self, connector: int, kept: Mapping[str, KeyValue], askers: Askers) -> None:
        self._connector = connector
        self._askers = askers
        self._in_force = {setting: _number(kept.get(self._row(setting))) for setting in Setting}
        self._refused: set[Commissioned] = set()

    def hear(self, echo: Commissioned, wanted: int | None, stamp: Stamp) -> Sequence[Trace]:
        """``wanted`` is what was asked for; the echo says what is in force. A refusal is told once."""
        traces = self._kept(echo, stamp)
        if echo.taken:
            self.forget(echo.setting)
        elif echo not in self._refused:
            self._refused.add(echo)
            traces += [self._event(echo, echo.value, wanted, stamp)]
        return traces

    def _kept(self, echo: Commissioned, stamp: Stamp) -> list[Trace]:
        old = self._in_force[echo.setting]
        if old == echo.value:
            return []
        self._in_force[echo.setting] = echo.value
        traces: list[Trace] = [StoreKey(self._row(echo.setting), echo.value)]
        asked = echo.taken and self._askers.role(echo.setting) is not None
        if old is not None or asked:  # how a new module came from its factory is no change
            traces.append(self._event(echo, old, echo.value, stamp))
        return traces

    def forget(self, setting: Setting) -> None:
        """It is asked for anew: a refusal is one again."""
        self._refused = {each for each in self._refused if each.setting is not setting}

    def _event(self, echo: Commissioned, old: int | None, new: int | None, stamp: Stamp) -> KeepSecurityEvent:
        role = self._askers.role(echo.setting)
        event = SecurityEvent(self._connector, echo.setting.name, old, new, role, echo.taken, stamp)
        return KeepSecurityEvent(event)

    def in_force(self, setting: Setting) -> int | None:
        """What the safety module last said is in force."""
        return self._in_force[setting]

    def _row(self, setting: Setting) -> str:
        return f"safety in force {self._connector} {setting.name}"


class SafetyDesk:
    """One connector's commissioning as people see it: what it leaves in the log, and the offset's answer."""

    def __init__(self, connector: int, kept: Mapping[str, KeyValue], askers: Askers) -> None:
        self._log = SafetyLog(connector, kept, askers)
        self._askers = askers
        self._call: int | None = None
        self._until = 0

    def measure_offset(
        self, board: BoardLink, call: int, role: Role, stamp: Stamp
    ) -> Sequence[Trace | CallAnswer]:
        """Refused with a sentence, or answered when the safety module has (E-26)."""
        reason = self._why_not(board, stamp.at)
        if reason is not None:
            return _answered(call, reason)
        board.commissioner.measure_offset()
        self._call, self._until = call, stamp.at + ANSWER_WITHIN
        self._log.forget(Setting.RCD_OFFSET)
        return self._askers.asked(
            Setting.RCD_OFFSET, role, self._log.in_force(Setting.RCD_OFFSET), None, stamp
        )

    def update(self, board: BoardLink, stamp: Stamp) -> Sequence[Trace | CallAnswer]:
        said: list[Trace | CallAnswer] = []
        for echo in board.echoes:
            said += self._log.hear(echo, board.commissioner.asked.get(echo.setting), stamp)
            if echo.setting is Setting.RCD_OFFSET:
                said += self._answer(None if echo.taken else _BEYOND)
        board.echoes.clear()
        if self._call is not None and stamp.at >= self._until:
            said += self._answer(_NO_BOARD)
        return said

    def in_force(self, setting: Setting) -> int | None:
        """What the safety module last said is in force; None before it has said anything."""
        return self._log.in_force(setting)

    def deadline(self, now: int) -> int | None:
        return self._until if self._call is not None and self._until > now else None

    def _why_not(self, board: BoardLink, now: int) -> Refusal | None:
        if not board.alive(now) or not board.accepted or board.report is None:
            return _NO_BOARD
        if not is_idle(board.report):
            return _NOT_IDLE
        return _BUSY if self._call is not None else None

    def _answer(self, reason: Refusal | None) -> Sequence[CallAnswer]:
        call, self._call = self._call, None
        return [] if call is None else _answered(call, reason)


def _answered(call: int, reason: Refusal | None) -> Sequence[CallAnswer]:
    return [CallAnswer(call, "Accepted" if reason is None else "Rejected", reason)] if call else []


def _asker_row(setting: Setting) -> str:
    return f"safety asked by {setting.name}"


def _number(kept: KeyValue) -> int | None:
    return kept if isinstance(kept, int) else None
