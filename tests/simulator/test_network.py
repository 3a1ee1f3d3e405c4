"""The simulated network port: interfaces that the bench takes down and up."""

from pilotline.drivers.network import NetworkPort, OwnNetwork
from pilotline.simulator.network import SimulatedNetwork
from pilotline.vocabulary.network import Interface, NetworkSaid, UseInterface

ETHERNET, WIFI, CELLULAR = Interface.ETHERNET, Interface.WIFI, Interface.CELLULAR
ALL = frozenset(Interface)


def listened_to(port: NetworkPort) -> list[NetworkSaid]:
    """What a port says from now on."""
    heard: list[NetworkSaid] = []
    port.watch(heard.append)
    return heard


def test_it_says_at_once_what_is_up_and_then_each_change() -> None:
    """What is as it was is not said again."""
    network = SimulatedNetwork()
    heard = listened_to(network)
    network.set_interface(WIFI, up=True)
    network.set_interface(WIFI, up=False)
    network.set_interface(WIFI, up=False)
    network.set_interface(ETHERNET, up=False)
    network.set_interface(WIFI, up=True)
    assert [said.up for said in heard] == [ALL, ALL - {WIFI}, {CELLULAR}, {WIFI, CELLULAR}]


def test_it_carries_over_the_interface_in_use_while_that_is_up() -> None:
    """And over none before one is used."""
    network = SimulatedNetwork()
    assert not network.carries
    network.use(UseInterface(WIFI))
    assert network.carries
    network.set_interface(ETHERNET, up=False)
    assert network.carries
    network.set_interface(WIFI, up=False)
    assert not network.carries


def test_an_access_point_is_asked_for_on_cellular_alone() -> None:
    """None takes any."""
    network = SimulatedNetwork()
    for wish in (UseInterface(CELLULAR), UseInterface(CELLULAR, "any")):
        network.use(wish)
        assert network.carries
    network.access_point = "iot.example"
    assert not network.carries
    network.use(UseInterface(CELLULAR, "iot.example"))
    assert network.carries
    network.use(UseInterface(ETHERNET))
    assert network.carries


def test_the_machines_own_network_says_nothing_and_carries() -> None:
    """The operating system chooses, so that nobody above it does."""
    network = OwnNetwork()
    assert listened_to(network) == []
    network.use(UseInterface(WIFI))
    assert network.carries
