"""The door of https: takes connections, shakes hands with so many at once, and keeps its certificate good."""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pilotline.drivers import certificate
from pilotline.drivers.certificate import CertificateError
from pilotline.panel.connections import MOST_CONNECTIONS

HANDSHAKE_S = 5.0
"""Who has not shaken hands by then is cut off; plain http on this port ends here at once."""
LOOK_EVERY_S = 86_400.0
"""How often the certificate's age is looked at."""
PAUSE_S = 1.0
"""Without a file descriptor left, the next try is made after so long."""
_SCARCE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_LOG = logging.getLogger("uvicorn.error")


class TlsDoor:
    """``serve`` runs until it is cancelled."""

    def __init__(self, path: Path, names: Sequence[str], utc: Callable[[], datetime | None]) -> None:
        self._path = path
        self._names = names
        self._utc = utc
        self._fingerprint: str | None = None
        self._shaking: set[asyncio.Task[None]] = set()

    def fingerprint(self) -> str | None:
        """Of the certificate that is shown now."""
        return self._fingerprint

    async def serve(self, listener: socket.socket, connection: Callable[[], asyncio.Protocol]) -> None:
        """A certificate that cannot be had costs https, and neither http nor the station."""
        try:
            await asyncio.to_thread(self._renew)
            context = await asyncio.to_thread(certificate.server_context, self._path)
        except CertificateError as error:
            _LOG.error("no https: %s", error)
            return
        renewing = asyncio.create_task(self._keep_renewing(context))
        try:
            await self._take(listener, context, connection)
        finally:
            for task in (renewing, *self._shaking):
                task.cancel()
            await asyncio.gather(renewing, *self._shaking, return_exceptions=True)

    async def _take(
        self, listener: socket.socket, context: ssl.SSLContext, connection: Callable[[], asyncio.Protocol]
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                taken, _ = await loop.sock_accept(listener)
            except ConnectionError:
                continue
            except OSError as error:
                if error.errno not in _SCARCE:
                    raise
                await asyncio.sleep(PAUSE_S)
                continue
            if len(self._shaking) >= MOST_CONNECTIONS:
                taken.close()
                continue
            task = asyncio.create_task(_shake(taken, context, connection))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    async def _keep_renewing(self, context: ssl.SSLContext) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(CertificateError):
                await asyncio.to_thread(self._renew)
                await asyncio.to_thread(certificate.reload, context, self._path)

    def _renew(self) -> None:
        self._fingerprint = certificate.keep(self._path, self._names, self._utc())


async def _shake(
    taken: socket.socket, context: ssl.SSLContext, connection: Callable[[], asyncio.Protocol]
) -> None:
    """What is not TLS, too old a TLS, or nothing at all, ends here."""
    loop = asyncio.get_running_loop()
    try:
        await loop.connect_accepted_socket(
            connection,
            taken,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_S,
            ssl_shutdown_timeout=HANDSHAKE_S,
        )
    except (OSError, TimeoutError):  # ssl.SSLError is an OSError
        taken.close()
    except asyncio.CancelledError:
        taken.close()
        raise
