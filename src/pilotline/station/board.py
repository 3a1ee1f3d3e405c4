"""One connector's safety module as the station sees it: the handshake, the heartbeat, the permit in hand.

It never trusts that a message arrived: what matters is repeated every half second, and what the board
reports is the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pilotline.station.commissioning import Commissioner
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    BoardMessage,
    ClearFaults,
    Commissioned,
    ConnectorReport,
    Hello,
    HostAlive,
    HostMessage,
    Identity,
    Light,
    LockPlug,
    Measurement,
    Permit,
    SetAvailable,
    SetLight,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.faults import Recovery, select
from pilotline.vocabulary.pilot import Signalling
from pilotline.vocabulary.time import MS, SECOND, earliest

RENEW = 500 * MS
"""R-45: the host renews its permit every 0.5 s."""
IDLE_BEAT = SECOND
"""The host's sign of life while there is no permit; the RTM calls it missing after 2 s."""
SILENT = 3 * SECOND
HELLO_AGAIN = SECOND
_DARK = Light()
_FOR_A_PERSON = select(Recovery.SERVICE)
"""To acknowledge one of these would clear its latch, and that is a person's to do (R-13)."""


@dataclass(slots=True)
class Wish:
    """What the station wants of the board now; ``offer_ma`` 0 is no permit, with digital signalling one that
    allows no more than a conversation.

    ``settings`` are the safety settings to be commissioned (R-49); where the station is not ``available``
    the pilot says so (R-47).
    """

    offer_ma: int = 0
    lock: bool = False
    light: Light = _DARK
    available: bool = True
    settings: Mapping[Setting, int] = field(default_factory=dict[Setting, int])
    signalling: Signalling = Signalling.NOMINAL

    @property
    def permits(self) -> bool:
        """Whether it takes a permit."""
        return self.offer_ma > 0 or self.signalling is Signalling.DIGITAL


class BoardLink:
    """Handshake and renewal. ``update`` returns the messages due; ``hear`` takes the board's."""

    def __init__(self, model_hash: int) -> None:
        self._model_hash = model_hash
        self._heard_at: int | None = None
        self._hello_at: int | None = None
        self._renewed_at: int | None = None
        self._beat = RENEW
        self._told: Wish | None = None
        self.identity: Identity | None = None
        self.report: ConnectorReport | None = None
        self.measurement: Measurement | None = None
        self.measured_at = 0
        self.commissioner = Commissioner()
        self.echoes: list[Commissioned] = []
        """Answers to commissioning that nobody has looked at yet."""
        self.remembered = 0
        """Faults the board began while nobody listened, not yet passed on (E-16)."""

    def hear(self, message: BoardMessage, now: int) -> bool:
        """Take a message; says whether anything in it is news."""
        alive = self.alive(now)
        if not alive:
            self.identity = None  # after a silence it may be another board: introduce ourselves again (E-16)
        self._heard_at = now
        match message:
            case Identity():
                self.identity = message
                self.remembered |= message.remembered
                self._told = None
                self.commissioner.introduced()
            case ConnectorReport():
                return self._take_report(message) or not alive
            case Measurement():
                self.measured_at = now
                return self._take_measurement(message) or not alive
            case Commissioned():
                self.commissioner.hear(message, now)
                self.echoes.append(message)
        return True

    def _take_report(self, report: ConnectorReport) -> bool:
        before, self.report = self.report, report
        if before is None:
            return True
        if report.at < before.at:
            self.identity = None  # the board restarted: introduce ourselves again
        return replace(before, at=report.at) != report or self.identity is None

    def _take_measurement(self, measurement: Measurement) -> bool:
        before, self.measurement = self.measurement, measurement
        return before is None or replace(before, at=measurement.at) != measurement

    def alive(self, now: int) -> bool:
        """Whether the board has answered and is still talking."""
        return self._heard_at is not None and now < self._heard_at + SILENT and self.identity is not None

    @property
    def told_ma(self) -> int:
        """The offer of the permit that the board was given last; 0 after a withdrawal."""
        return self._told.offer_ma if self._told else 0

    @property
    def accepted(self) -> bool:
        return self.identity is not None and self.identity.accepted

    def update(self, wish: Wish, now: int) -> Sequence[HostMessage]:
        if not self.alive(now):
            return self._introduce(now)
        told = self.report if self.accepted else None
        commands = self.commissioner.update(wish.settings, told, now)
        return [*self._changes(wish), *commands, *self._renewal(wish, now)]

    def deadline(self, now: int) -> int | None:
        if not self.alive(now):
            return (now if self._hello_at is None else self._hello_at) + HELLO_AGAIN
        silent_at = None if self._heard_at is None else self._heard_at + SILENT
        renewal = None if self._renewed_at is None else self._renewed_at + self._beat
        return earliest(silent_at, renewal, self.commissioner.deadline(now))

    def _introduce(self, now: int) -> Sequence[HostMessage]:
        if self._hello_at is not None and now < self._hello_at + HELLO_AGAIN:
            return []
        self._hello_at = now
        return [Hello(LINK_PROTOCOL, self._model_hash)]

    def _changes(self, wish: Wish) -> Sequence[HostMessage]:
        """What is told at once because it differs from what was told last."""
        told, self._told = self._told, replace(wish, settings={})
        messages: list[HostMessage] = []
        acknowledged = self.identity.remembered & ~_FOR_A_PERSON if told is None and self.identity else 0
        if acknowledged:
            messages.append(ClearFaults(acknowledged))
        if told is None or told.light != wish.light:
            messages.append(SetLight(wish.light))
        if told is None or told.lock != wish.lock:
            messages.append(LockPlug(wish.lock))
        if told is None or told.available is not wish.available:
            messages.append(SetAvailable(wish.available))
        if told is not None and _permit(told) != _permit(wish):
            self._renewed_at = None
            if not wish.permits:
                messages.append(Withdraw())
        return messages

    def _renewal(self, wish: Wish, now: int) -> Sequence[HostMessage]:
        self._beat = RENEW if wish.permits else IDLE_BEAT
        if self._renewed_at is not None and now < self._renewed_at + self._beat:
            return []
        self._renewed_at = now
        return [_permit(wish) if wish.permits else HostAlive()]


def _permit(wish: Wish) -> Permit:
    return Permit(wish.offer_ma, signalling=wish.signalling)
