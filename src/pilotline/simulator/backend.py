"""A virtual backend for simulated time: the central system's end of OCPP 1.6J, texts in and texts out.

It registers every station, takes every tag but those it is told to refuse, and keeps books. It is a bench
to play on, not a product and not a judge: the tests have a foreign central system for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from pilotline.vocabulary.status import AuthStatus
from pilotline.vocabulary.upkeep import OUR_VENDOR
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode
from pilotline.wire.ocpp.rpc import Answered, Called, Output, Refused, Rpc, Send
from pilotline.wire.ocpp.times import format_time
from pilotline.wire.ocpp.v16_upkeep import SignCertificate, SignCertificateAnswer
from pilotline.wire.ocpp.words import AcceptStatus, DataTransferStatus, RegistrationStatus

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
"""The wall-clock time at core time 0 of a simulated station: a Monday."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A request the backend has taken."""

    at: int
    request: v16.Request


class VirtualBackend:
    """One station's connection. ``books``: all requests taken, in order; ``groups``: the parent of a tag.

    A story scripts it by the type of a request: ``answers`` instead of the usual ones, ``refuses`` by a code.
    """

    def __init__(self, zero: datetime = MIDNIGHT) -> None:
        """``zero`` is the wall-clock time at core time 0."""
        self._zero = zero
        ids = count(1)
        self._rpc = Rpc(v16.Role.CENTRAL_SYSTEM, lambda: f"backend-{next(ids)}")
        self._transactions = count(1)
        self.refused_tags: dict[str, AuthStatus] = {}
        self.groups: dict[str, str] = {}
        self.books: list[Booked] = []
        self.answers: dict[type[v16.Request], v16.Answer] = {}
        self.refuses: dict[type[v16.Request], CallErrorCode] = {}
        self.replies: list[v16.Answer | str] = []
        """What the station said to what it was asked: an answer, or the code of a refusal."""

    def receive(self, text: str, now: int) -> Sequence[str]:
        """A text of the station; the texts it is answered with."""
        return self._say(self._rpc.receive(text, now), now)

    def ask(self, request: v16.Request, now: int) -> Sequence[str]:
        """Call the station; the texts to send."""
        return self._say(self._rpc.call(request, None, now), now)

    def disconnect(self) -> None:
        self._rpc.disconnect()

    def _say(self, outputs: Sequence[Output], now: int) -> Sequence[str]:
        texts: list[str] = []
        for output in outputs:
            if isinstance(output, Send):
                texts.append(output.text)
            elif isinstance(output, Called):
                texts += self._say(self._serve(output, now), now)
            elif isinstance(output, Answered):
                self.replies.append(output.answer)
            elif isinstance(output, Refused):
                self.replies.append(output.code)
        return texts

    def _serve(self, called: Called, now: int) -> Sequence[Output]:
        code = self.refuses.get(type(called.request))
        if code is not None:
            return self._rpc.refuse(called.call_id, code, f"{called.action} is refused in this story")
        self.books.append(Booked(now, called.request))
        answer = self.answers.get(type(called.request))
        return self._rpc.reply(called.call_id, answer or self._answer(called.request, now))

    def _answer(self, request: v16.Request, now: int) -> v16.Answer:
        match request:
            case v16.DataTransfer(vendor_id=vendor):
                ours = vendor == OUR_VENDOR
                word = DataTransferStatus.ACCEPTED if ours else DataTransferStatus.UNKNOWN_VENDOR_ID
                return v16.DataTransferAnswer(word)
            case SignCertificate():
                return SignCertificateAnswer(AcceptStatus.REJECTED)  # it has no authority behind it
            case v16.BootNotification():
                return v16.BootNotificationAnswer(RegistrationStatus.ACCEPTED, self._time(now), 300)
            case v16.Heartbeat():
                return v16.HeartbeatAnswer(self._time(now))
            case v16.Authorize(tag):
                return v16.AuthorizeAnswer(self._judge(tag))
            case v16.StartTransaction():
                return v16.StartTransactionAnswer(self._judge(request.id_tag), next(self._transactions))
            case _:
                return v16.ACTION_OF[type(request)].answer()

    def _judge(self, tag: str) -> v16.IdTagInfo:
        status = self.refused_tags.get(tag, AuthStatus.ACCEPTED)
        return v16.IdTagInfo(status=status, parent_id_tag=self.groups.get(tag))

    def _time(self, now: int) -> str:
        return format_time(self._zero + timedelta(microseconds=now))
