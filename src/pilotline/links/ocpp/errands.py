"""Calls of upkeep's that are no facts: SignCertificate and DataTransfer. They go on this line or not at all.

Whoever sent them hears what became of it, and sends anew when that matters.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.station.upkeep.events import AskSignature, Send, Sent, SignatureAnswered
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.v16_upkeep import SignCertificate, SignCertificateAnswer
from pilotline.wire.ocpp.words import AcceptStatus

MOST_SENT = 16
"""DataTransfers of ours that wait for the line; beyond it the oldest is forgotten."""
Outcome = SignatureAnswered | Sent
NO_SIGNATURE = SignatureAnswered(accepted=False)


@dataclass(frozen=True, slots=True)
class Errand:
    """The token of such a call; ``send`` None: SignCertificate."""

    send: Send | None


class Errands:
    """``take`` what upkeep wants said, ``next`` is a call with its token; the rest says how it went."""

    def __init__(self) -> None:
        self._transfers: deque[Send] = deque()
        self._csr: str | None = None

    def take(self, wish: AskSignature | Send, *, may: bool) -> Sequence[Outcome]:
        """``may``: this line will carry it."""
        if not may:
            return [_failed(wish)]
        if isinstance(wish, AskSignature):
            self._csr = wish.csr
            return []
        self._transfers.append(wish)
        return [] if len(self._transfers) <= MOST_SENT else [_failed(self._transfers.popleft())]

    def sign(self) -> tuple[v16.Request, Errand] | None:
        """SignCertificate, if one waits."""
        if self._csr is None:
            return None
        csr, self._csr = self._csr, None
        return SignCertificate(csr), Errand(None)

    def next(self) -> tuple[v16.Request, Errand] | None:
        """Whichever waits."""
        signature = self.sign()
        if signature is not None or not self._transfers:
            return signature
        send = self._transfers.popleft()
        return v16.DataTransfer(send.vendor, send.message, send.data), Errand(send)

    def answered(self, errand: Errand, answer: v16.Answer) -> Outcome:
        if errand.send is not None and isinstance(answer, v16.DataTransferAnswer):
            return Sent(errand.send.vendor, errand.send.message, answer.status.value)
        signed = isinstance(answer, SignCertificateAnswer) and answer.status is AcceptStatus.ACCEPTED
        return SignatureAnswered(signed)

    def failed(self, errand: Errand) -> Outcome:
        """A CALLERROR, no answer, or the line is gone."""
        return NO_SIGNATURE if errand.send is None else _failed(errand.send)

    def clear(self) -> Sequence[Outcome]:
        """The line is gone, and what waited for it."""
        asked = [NO_SIGNATURE] if self._csr is not None else []
        left = [_failed(send) for send in self._transfers]
        self._csr = None
        self._transfers.clear()
        return [*asked, *left]


def _failed(wish: AskSignature | Send) -> Outcome:
    return NO_SIGNATURE if isinstance(wish, AskSignature) else Sent(wish.vendor, wish.message, "")
