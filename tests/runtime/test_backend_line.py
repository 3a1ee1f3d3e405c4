"""The line to the backend in real time: one connection at a time, over the interface the core has chosen."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from pilotline.drivers.certificate_store import CertificateStore
from pilotline.drivers.network import NetworkPort, OwnNetwork
from pilotline.drivers.ocpp_client import SUBPROTOCOL, OcppClient
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp
from pilotline.links.operations import OperationError
from pilotline.runtime.backend_line import ANOTHER_ACCESS, ANOTHER_WAY, NETWORK_DOWN, BackendLine
from pilotline.simulator.network import SimulatedNetwork
from pilotline.station.upkeep.events import Access, WayTried
from pilotline.vocabulary.network import Interface, NetworkSaid, UseInterface
from pilotline.vocabulary.upkeep import WayTrouble
from support.bench import running
from support.central_system import CentralSystem

ETHERNET, WIFI = Interface.ETHERNET, Interface.WIFI
Posted = NetworkSaid | BackendUp | BackendDown | BackendSaid


class Shell:
    """A line with a backend that counts its connections; ``said`` is what the core would be told."""

    def __init__(self, url: str, network: NetworkPort, store: CertificateStore | None = None) -> None:
        self.said: list[Posted] = []
        self.tried: list[WayTried] = []
        self._news = asyncio.Event()
        client = partial(OcppClient, url, "CP-1", jitter=lambda: 0.0)
        self.line = BackendLine(client, network, self._hear, store)

    def _hear(self, event: Posted | WayTried) -> None:
        if isinstance(event, WayTried):
            self.tried.append(event)
        else:
            self.said.append(event)
        self._news.set()

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not what():
                self._news.clear()
                await self._news.wait()

    def count(self, kind: type[Posted]) -> int:
        return sum(isinstance(each, kind) for each in self.said)


class Counted:
    """How many connections there are, and were at most."""

    def __init__(self) -> None:
        self.now = self.most = self.all = 0

    async def serve(self, socket: ServerConnection) -> None:
        self.now, self.all = self.now + 1, self.all + 1
        self.most = max(self.most, self.now)
        await socket.wait_closed()
        self.now -= 1


@asynccontextmanager
async def backend(network: NetworkPort) -> AsyncGenerator[tuple[Shell, Counted]]:
    counted = Counted()
    async with serve(counted.serve, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        shell = Shell(f"ws://127.0.0.1:{port}", network)
        yield shell, counted
        shell.line.cut(cut=True)


@pytest.mark.requirement("E-62")
def test_another_interface_is_another_connection_and_never_a_second_one_beside() -> None:
    """Down is told before up, with the reason; three wishes on end leave the last."""

    async def story() -> None:
        network = SimulatedNetwork()
        async with backend(network) as (shell, counted):
            shell.line.start()
            assert shell.said == [NetworkSaid(frozenset(Interface))]
            shell.line.use(UseInterface(ETHERNET))
            await shell.until(lambda: shell.count(BackendUp) == 1)
            for interface in (WIFI, ETHERNET, WIFI):
                shell.line.use(UseInterface(interface))
            await shell.until(lambda: shell.count(BackendUp) == 2)
            assert shell.said[2:-1] == [BackendDown(ANOTHER_WAY, ours=True)] * 3
            assert network.used == UseInterface(WIFI)
            assert (counted.most, counted.all) == (1, 2)

    asyncio.run(story())


@pytest.mark.requirement("E-62")
def test_the_line_goes_down_with_its_interface_before_the_core_hears_of_it() -> None:
    """It comes back with it, and not while somebody has cut the line."""

    async def story() -> None:
        network = SimulatedNetwork()
        async with backend(network) as (shell, _):
            shell.line.start()
            shell.line.use(UseInterface(ETHERNET))
            await shell.until(lambda: shell.count(BackendUp) == 1)
            network.set_interface(ETHERNET, up=False)
            assert shell.said[2:] == [
                BackendDown(NETWORK_DOWN, ours=True),
                NetworkSaid(frozenset(Interface) - {ETHERNET}),
            ]
            shell.line.cut(cut=True)
            network.set_interface(ETHERNET, up=True)
            assert shell.said[4:] == [NetworkSaid(frozenset(Interface))]
            shell.line.cut(cut=False)
            await shell.until(lambda: shell.count(BackendUp) == 2)

    asyncio.run(story())


def test_where_the_operating_system_chooses_the_line_is_dialled_at_once() -> None:
    """Nothing is said of interfaces."""

    async def story() -> None:
        async with backend(OwnNetwork()) as (shell, _):
            shell.line.start()
            await shell.until(lambda: shell.count(BackendUp) == 1)
            assert shell.count(NetworkSaid) == 0

    asyncio.run(story())


@pytest.mark.requirement("E-62")
def test_a_running_station_falls_back_when_its_interface_is_taken_down(tmp_path: Path) -> None:
    """Real processes and a foreign backend: each way is a registration of its own, and charging goes on."""

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        async with running(tmp_path, central.url) as bench:
            await bench.wait(connected=True, network={"name": "ethernet", "part": "main"})
            await bench.charge()
            await bench.do("network", up=False, interface="ethernet")
            await bench.wait(connected=True, network="wifi")
            await bench.do("config_set", key="c_MainNetworkInterface", value=3)
            await bench.wait(connected=True, network="cellular")
            assert len(central.paths) == 3
            view = await bench.wait(ocpp_status="Charging")
            assert view.backend.problem is None
            with pytest.raises(OperationError, match="network: "):
                await bench.do("network", up=False, interface="pigeon")
        await central.cut()
        assert central.records.complaints == []

    asyncio.run(story())


def test_a_line_with_a_store_dials_nobody_before_it_is_told_how(tmp_path: Path) -> None:
    """No profile is guessed; another way in closes the line first, and each try is told with its way."""

    async def story() -> None:
        counted = Counted()
        async with serve(counted.serve, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            store = CertificateStore(tmp_path / "certificates")
            shell = Shell(f"ws://127.0.0.1:{port}", OwnNetwork(), store)
            shell.line.start()
            assert counted.all == 0
            shell.line.use_access(Access(1, "ab" * 16))
            await shell.until(lambda: shell.count(BackendUp) == 1)
            shell.line.use_access(Access(2, "ab" * 16))
            await shell.until(lambda: len(shell.tried) == 2)
            shell.line.cut(cut=True)
            assert [(each.access.profile, each.trouble) for each in shell.tried] == [
                (1, None),
                (2, WayTrouble.NOT_SECURE),
            ]
            assert counted.all == 1
            assert BackendDown(ANOTHER_ACCESS, ours=True) in shell.said

    asyncio.run(story())
