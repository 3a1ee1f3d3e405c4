"""The lights of a snapshot as the terminal shows them."""

import msgspec
import pytest

from pilotline.cli.narrator import scene
from pilotline.links.host import BackendView, HostView
from pilotline.models.reader import load_charger
from pilotline.station.snapshot import leds, view
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.lights import Glow, glow_of
from support.station_bench import StationBench


@pytest.mark.requirement("M-30", "M-31", "E-51")
def test_the_terminal_has_the_lights_of_the_station() -> None:
    """A ring a connector and the small lights, as they came over the line between host and launcher."""
    bench = StationBench(load_charger("master-plus-ac"), online=True, stored={"LightIntensity": 40})
    connectors, small = view(bench.station, bench.now), leds(bench.station)
    told = HostView("master-plus-ac", connectors, BackendView(True, 0, 0, None), leds=small)
    heard = msgspec.convert(msgspec.json.decode(msgspec.json.encode(told)), HostView, strict=False)
    shown = scene(heard)
    assert list(shown) == ["1", "2", "cpu", "ethernet", "modem", "plc"]
    assert shown["1"] == (glow_of(Light(0x00FF00, 0x00FF00, 40)),)
    assert shown["cpu"] == (Glow(0x0000FF, 0, 500, 500),)
    assert shown["modem"] == ()
