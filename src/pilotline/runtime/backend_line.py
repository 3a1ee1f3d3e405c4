"""The line to the backend: the OCPP client, run over the interface that the host core has chosen.

It dials while the interface carries and nobody has cut the line, and posts what becomes of it. It decides
nothing: which interface is used is :mod:`pilotline.station.network`, by which way the station comes in
:mod:`pilotline.station.upkeep.access`.
"""

import asyncio
from collections.abc import Callable, Collection

import structlog

from pilotline.drivers.certificate_store import CertificateStore
from pilotline.drivers.network import NetworkPort
from pilotline.drivers.ocpp_client import Connected, Disconnected, OcppClient
from pilotline.drivers.way_in import Way
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp
from pilotline.runtime.process import fail_with
from pilotline.station.upkeep.events import Access, WayTried
from pilotline.vocabulary import troubles
from pilotline.vocabulary.network import NetworkSaid, UseInterface
from pilotline.vocabulary.upkeep import WayTrouble

NETWORK_DOWN = troubles.NETWORK_DOWN.of()
ANOTHER_WAY = troubles.OTHER_WAY.of()
ANOTHER_ACCESS = troubles.OTHER_ACCESS.of()
SHOWS_CERTIFICATE = 3
"""The security profile at which the station shows a certificate of its own."""
MakeClient = Callable[[Callable[[Connected | Disconnected], None], Callable[[str], None]], OcppClient]
"""Makes the client, given who is told its states and its texts."""


class BackendLine:
    """``start`` it on the event loop; ``send``, ``use`` and ``use_access`` are the core's word, ``cut`` the
    bench's. With a ``store`` it dials nobody before it is told how (``use_access``): no profile is guessed.
    """

    def __init__(
        self,
        make_client: MakeClient,
        network: NetworkPort,
        post: Callable[[NetworkSaid | BackendUp | BackendDown | BackendSaid | WayTried], None],
        store: CertificateStore | None = None,
    ) -> None:
        self._client = make_client(self._hear, lambda text: post(BackendSaid(text)))
        self._network = network
        self._post = post
        self._store = store
        self._access = Access(0) if store is None else None
        self._log = structlog.get_logger().bind(process="host")
        self._task: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self.is_cut = False

    def start(self) -> None:
        self._network.watch(self._hear_network)
        self._follow()

    def send(self, text: str) -> None:
        self._client.send(text)

    def use(self, wish: UseInterface) -> None:
        """The connection over the interface before is closed, then the backend is dialled over this one."""
        self._log.info("network", interface=wish.interface.value, apn=wish.apn)
        self._network.use(wish)
        self._hang_up(ANOTHER_WAY)
        self._follow()

    def use_access(self, access: Access) -> None:
        """The connection by the way before is closed, then the backend is dialled by this one."""
        self._log.info("way into the backend", profile=access.profile)
        self._access = access
        self._client.way = make_way(access, self._store)
        self._hang_up(ANOTHER_ACCESS)
        self._follow()

    def cut(self, *, cut: bool) -> None:
        """Cut the line as a lost network would, or mend it."""
        self.is_cut = cut
        self._follow()

    def _hear_network(self, said: NetworkSaid) -> None:
        """A line that goes down with its interface is gone before anybody looks for another."""
        self._follow()
        self._post(said)

    def _hear(self, state: Connected | Disconnected) -> None:
        if isinstance(state, Connected):
            self._log.info("backend connected")
            self._post(BackendUp())
            self._tell_way(None, root=state.root)
        else:
            self._log.info("backend disconnected", reason=state.reason)
            self._post(BackendDown(state.reason))
            self._tell_way(state.trouble, state.reason)

    def _tell_way(self, trouble: WayTrouble | None, reason: str = "", root: str = "") -> None:
        if self._access is not None:
            self._post(WayTried(self._access, trouble, reason, root))

    def _follow(self) -> None:
        whole = self._network.carries and not self.is_cut and self._access is not None
        if whole and self._task is None:
            self._task = asyncio.create_task(self._run(frozenset(self._closing)))
            self._task.add_done_callback(fail_with)
        elif not whole:
            self._hang_up(NETWORK_DOWN)

    def _hang_up(self, reason: str) -> None:
        if self._task is not None:
            self._task.cancel()
            self._closing.add(self._task)
            self._task.add_done_callback(self._closing.discard)
            self._task = None
            self._post(BackendDown(reason, ours=True))

    async def _run(self, before: Collection[asyncio.Task[None]]) -> None:
        """A backend never sees two connections of one station: the one before has closed."""
        if before:
            await asyncio.wait(before)
        await self._client.run()


def make_way(access: Access, store: CertificateStore | None) -> Way:
    """The driver's side of it: the password's bytes, and how TLS is checked."""
    password = bytes.fromhex(access.password)
    if store is None:
        return Way(access.profile, password)
    shows = access.profile == SHOWS_CERTIFICATE
    return Way(
        access.profile, password, lambda: store.make_context(access.root, access.certificate, shows=shows)
    )
