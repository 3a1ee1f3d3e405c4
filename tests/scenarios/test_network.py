"""The way to the backend fails, stands in and comes back, and nothing of a session is lost (E-62)."""

import pytest

from pilotline.links.ocpp.link import BackendDown, BackendUp
from pilotline.station.network import NetworkView
from pilotline.vocabulary.network import Interface, UseInterface
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from support.crashes import CrashScene
from support.stories import Scene

S = ConnectorStatus
ETHERNET, WIFI, CELLULAR = Interface.ETHERNET, Interface.WIFI, Interface.CELLULAR
MAIN = "c_MainNetworkInterface"


def sold_with_a_sim(online_s: int | None = None, offline_s: int | None = None) -> CrashScene:
    """On a cable, and after a minute without the backend on the mobile network, for so long at most."""
    return CrashScene(
        c_MainNetworkInterface=1,
        c_FallbackNetworkInterface=3,
        c_MainOfflineTimeout=60,
        c_FallbackOnlineTimeout=online_s,
        c_FallbackOfflineTimeout=offline_s,
        c_APN="iot.example",
        MeterValueSampleInterval=30,
    )


def used(scene: Scene) -> list[tuple[float, UseInterface]]:
    """Every interface the host has asked for, and when, in seconds."""
    return [(each.at / 1_000_000, each.what) for each in scene.trace if isinstance(each.what, UseInterface)]


def way(scene: Scene) -> NetworkView:
    """As every door of the station shows it."""
    seen = scene.station.snapshot().backend.network
    assert seen is not None
    return seen


def set_interface(scene: Scene, interface: Interface, *, up: bool) -> None:
    scene.station.set_network(up=up, interface=interface)
    scene.run(0.001)


def connected(scene: Scene) -> bool:
    return scene.station.snapshot().backend.connected


@pytest.mark.requirement("E-62", "E-61")
def test_the_cable_is_pulled_in_a_session_and_the_mobile_network_tells_all_of_it() -> None:
    """Start, every meter value and the end, each once and in order, over three connections."""
    scene = sold_with_a_sim(online_s=600)
    scene.charge("CARD")
    begun = scene.now
    set_interface(scene, ETHERNET, up=False)
    scene.run(59)
    assert not connected(scene)
    assert (scene.seen.ocpp_status, way(scene).name) == ("Charging", "ethernet")
    scene.run(2)
    assert connected(scene)
    assert used(scene)[1:] == [((begun + 60_000_000) / 1_000_000, UseInterface(CELLULAR, "iot.example"))]
    scene.run(300)
    set_interface(scene, ETHERNET, up=True)
    assert way(scene).until == begun + 660_000_000
    scene.run(300)
    assert connected(scene)
    assert way(scene) == NetworkView("ethernet", "main", "Ethernet, the main interface, reaches the backend.")
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(5)
    start, *values, stop = scene.transactions()
    assert isinstance(start, v16.StartTransaction)
    assert isinstance(stop, v16.StopTransaction)
    times = [each.meter_value[0].timestamp for each in values if isinstance(each, v16.MeterValues)]
    assert len(times) == len(set(times)) == len(values) == 22
    assert times == sorted(times)
    assert len(scene.told(v16.StartTransaction)) == len(scene.told(v16.StopTransaction)) == 1
    assert scene.station.snapshot().backend.queued == 0


@pytest.mark.requirement("E-62")
def test_a_change_of_the_interface_closes_one_connection_before_it_opens_another() -> None:
    """The host hears down, then up; what it asked over the old line is asked again over the new one."""
    scene = sold_with_a_sim()
    scene.charge("CARD")
    scene.backend.deaf = {v16.StopTransaction}
    scene.unplug()
    scene.run(3)
    heard: list[object] = []
    tell = scene.station.host.handle
    scene.station.host.handle = lambda event, now: (heard.append(event), tell(event, now))[1]
    scene.set_key(MAIN, "2")
    scene.backend.deaf = set()
    scene.run(5)
    lines = [type(event) for event in heard if isinstance(event, BackendUp | BackendDown)]
    assert lines == [BackendDown, BackendUp]
    assert way(scene).name == "wifi"
    first, again = scene.told(v16.StopTransaction)
    assert first == again
    assert scene.station.snapshot().backend.queued == 0


@pytest.mark.requirement("E-62", "E-61")
def test_a_backend_that_sets_another_interface_hears_the_answer_and_sees_the_station_come_back() -> None:
    """The key is answered on the old connection; the registration of the new one follows."""
    scene = Scene(c_MainNetworkInterface=1, c_FallbackNetworkInterface=1)
    assert scene.ask(v16.ChangeConfiguration(MAIN, "2")) == {"status": "Accepted"}
    scene.run(2)
    assert connected(scene)
    assert way(scene).name == "wifi"
    assert used(scene)[-1][1] == UseInterface(WIFI)
    set_interface(scene, ETHERNET, up=False)
    assert connected(scene)


@pytest.mark.requirement("E-61", "R-17")
def test_the_mobile_network_lets_in_who_asks_for_its_access_point() -> None:
    """With the wrong one, or none, there is no connection; c_APN opens it."""
    scene = Scene(online=False, c_MainNetworkInterface=3, c_FallbackNetworkInterface=3)
    scene.station.network.access_point = "iot.example"
    scene.network(up=True)
    assert not connected(scene)
    scene.set_key("c_APN", "internet")
    scene.run(2)
    assert not connected(scene)
    scene.set_key("c_APN", "iot.example")
    scene.run(2)
    assert connected(scene)


@pytest.mark.requirement("E-62", "R-17")
def test_as_shipped_a_station_finds_the_interface_that_works() -> None:
    """Cable, Wi-Fi, mobile network: one after the other fails, and the station stays in touch to the last."""
    scene = Scene()
    names = []
    for interface in (ETHERNET, WIFI, CELLULAR):
        assert connected(scene)
        names.append(way(scene).name)
        set_interface(scene, interface, up=False)
        scene.run(1)
    assert names == ["ethernet", "wifi", "cellular"]
    assert not connected(scene)
    set_interface(scene, WIFI, up=True)
    scene.run(1)
    assert connected(scene)


@pytest.mark.requirement("E-62")
def test_a_backend_that_is_down_behind_every_interface_is_found_when_it_is_back() -> None:
    """The line is cut behind them all: main and fallback take turns, and charging goes on."""
    scene = sold_with_a_sim(offline_s=30)
    scene.charge("CARD")
    scene.network(up=False)
    scene.run(400)
    assert scene.seen.ocpp_status == "Charging"
    assert [wish.interface for _, wish in used(scene)[:5]] == [ETHERNET, CELLULAR] * 2 + [ETHERNET]
    scene.network(up=True)
    scene.run(5)
    assert connected(scene)


@pytest.mark.requirement("E-62")
def test_a_host_that_starts_again_begins_with_the_main_interface() -> None:
    """After a crash on the fallback: nothing is kept of it but the keys."""
    scene = sold_with_a_sim()
    set_interface(scene, ETHERNET, up=False)
    scene.run(61)
    assert way(scene).name == "cellular"
    scene.station.host_crash()
    scene.run(3)
    assert (way(scene).name, connected(scene)) == ("ethernet", False)
    scene.run(60)
    assert (way(scene).name, connected(scene)) == ("cellular", True)


@pytest.mark.requirement("E-62")
def test_an_interface_that_goes_down_while_no_host_runs_is_noticed_by_the_next() -> None:
    """The port says how things are when it is asked."""
    scene = Scene()
    scene.station.host_crash()
    set_interface(scene, ETHERNET, up=False)
    scene.run(3)
    assert (way(scene).name, connected(scene)) == ("wifi", True)
