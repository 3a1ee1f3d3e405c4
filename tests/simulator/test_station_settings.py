"""The safety settings of a virtual station over a power cycle."""

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.simulator.station import VirtualStation
from pilotline.vocabulary.board import Setting
from pilotline.vocabulary.time import SECOND


@pytest.mark.requirement("R-49")
@pytest.mark.parametrize("name", list_models())
def test_commissioned_settings_outlive_a_power_cycle(name: str) -> None:
    """The new board has them before its host has said a word, on every connector."""
    station = VirtualStation(load_charger(name))
    station.run(5 * SECOND)
    station.change_key("c_VoltageProtectionOffset", "12")
    station.run(5 * SECOND)
    station.power_cycle()
    for place in station.places.values():
        assert place.board.rtm._settings[Setting.VOLTAGE_OFFSET] == 12
