"""A host reduced to its manners, to try a safety module with: it says hello and permits what it was told to.

It has no sessions, no cards and no backend, and keeps nothing. A station's host is ``host_process``.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    BoardMessage,
    ConnectorReport,
    Hello,
    HostMessage,
    Identity,
    Permit,
)
from pilotline.wire.rtm_link import BOARD_TO_HOST, Decoder, Encoder

_EVERY_S = 0.5
"""R-45: a permit lives 2 s and is renewed every half second."""


class SmallHost:
    """On one line to a module of the model with this hash; ``heard`` is called with all that the module says.

    With ``offer_ma`` 0 it only says that it is there.
    """

    def __init__(self, model_hash: int, offer_ma: int, heard: Callable[[BoardMessage], None]) -> None:
        self.report: ConnectorReport | None = None
        self._offer_ma = offer_ma
        self._hello = Hello(LINK_PROTOCOL, model_hash)
        self._known = False
        self._heard = heard
        self._encoder = Encoder()
        self._decoder = Decoder(BOARD_TO_HOST)

    def words(self) -> bytes:
        """What it says now: hello until the module has answered, then its permit."""
        return b"".join(self._encoder.encode(message) for message in self._messages())

    def hear(self, data: bytes) -> None:
        for message in self._decoder.feed(data):
            if isinstance(message, Identity):
                self._known = message.accepted
            elif isinstance(message, ConnectorReport):
                self.report = message
            self._heard(message)

    def forget(self) -> None:
        """The line is another: hello comes first again."""
        self._known, self.report = False, None

    def _messages(self) -> list[HostMessage]:
        hello = [] if self._known else [self._hello]
        return [*hello, Permit(self._offer_ma)]

    async def talk(self, path: Path) -> None:
        """Speak on the socket at ``path`` as long as it is there, and again when it is back; never ends."""
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(path)
                self.forget()
                speaking = asyncio.create_task(self._speak(writer))
                try:
                    while data := await reader.read(4096):
                        self.hear(data)
                finally:
                    speaking.cancel()
                    writer.close()
            await asyncio.sleep(_EVERY_S)

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(self.words())
            await asyncio.sleep(_EVERY_S)
