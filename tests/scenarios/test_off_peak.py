"""Waiting offline, with everything around it: real safety modules, two connectors, a power cut."""

import pytest

from pilotline.simulator.car import CarConfig
from pilotline.vocabulary.energy import Tier
from pilotline.vocabulary.status import ConnectorStatus
from support.stories import Scene

S = ConnectorStatus
THREE = CarConfig(phases=3, obc_ma=32_000, capacity_wh=100_000, soc_percent=10)


def read_wh(scene: Scene, tier: Tier) -> int:
    rows, undated_wh = scene.station.journal.energy.read(1, tier, 0, 1 << 40, 1_000)
    assert undated_wh == 0
    return sum(row.wh for row in rows)


@pytest.mark.requirement("E-65")
def test_when_the_power_comes_back_each_car_waits_for_itself() -> None:
    """Both connectors draw a delay of their own; who comes first does not wait for the other, and together
    they never have more than the supply."""
    scene = Scene("master-plus-ac", car=THREE, online=False, c_AuthorizationMode="free", c_MaxStartDelay=120)
    for connector in (1, 2):
        scene.plug_in(connector=connector)
        scene.until(S.CHARGING, connector=connector)  # somebody has just put it in
    scene.station.power_cycle()
    scene.until(S.SUSPENDED_EVSE, connector=1)
    scene.until(S.SUSPENDED_EVSE, connector=2)
    ends = [scene.at(connector).why.until for connector in (1, 2)]
    assert {scene.at(connector).why.limit for connector in (1, 2)} == {"start_delay"}
    assert None not in ends
    assert ends[0] != ends[1]
    first = 1 if (ends[0] or 0) < (ends[1] or 0) else 2
    scene.until(S.CHARGING, within=130, connector=first)
    assert scene.at(3 - first).why.limit == "start_delay"
    scene.until(S.CHARGING, within=1_100, connector=3 - first)  # its delay, and perhaps its turn


@pytest.mark.requirement("R-52")
def test_a_power_cut_in_a_charge_takes_nothing_from_the_records() -> None:
    """Hours, days and months agree with the meter's register, before and after."""
    scene = Scene(online=True)
    scene.charge()
    scene.run(25 * 60)
    scene.station.power_cycle()
    scene.until(S.FINISHING)
    scene.run(60)
    scene.card()
    scene.until(S.CHARGING)
    scene.run(20 * 60)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(60)
    read = [read_wh(scene, tier) for tier in Tier]
    assert len(set(read)) == 1
    late_wh = (scene.at(1).energy_wh or 0) - read[0]
    assert 0 <= late_wh <= 7_360 / 4  # what came in the last quarter of an hour is not written yet
    assert read[0] > 7_360 * 2 / 5
