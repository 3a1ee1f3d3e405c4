"""Safety settings, told whole: who asks, what the safety module takes, and what is left to read of it."""

import pytest

from pilotline.links.operations import OperationError
from pilotline.simulator.actions import SetMonitor
from pilotline.simulator.bench import bench_actions
from pilotline.simulator.story import perform
from pilotline.vocabulary import faults
from pilotline.vocabulary.journal import SecurityEvent
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from support.stories import Scene

COMPENSATE = v16.DataTransfer("Pilotline", message_id="CompensateRcdOffset")


def log(scene: Scene) -> list[tuple[int, str, str | None, bool | None]]:
    events = scene.station.journal.security
    changes = [each for each in events if isinstance(each, SecurityEvent)]
    return [(each.connector, each.setting, each.role, each.taken) for each in changes]


@pytest.mark.requirement("R-49", "E-10")
def test_the_backend_may_widen_a_window_and_not_give_up_a_protection() -> None:
    """One is commissioned, the other Rejected; both can be read afterwards, also after a crash."""
    scene = Scene()
    assert scene.ask(v16.ChangeConfiguration("c_VoltageProtectionOffset", "10"))["status"] == "RebootRequired"
    assert scene.ask(v16.ChangeConfiguration("c_RCDProtectionType", "2"))["status"] == "Rejected"
    assert scene.ask(v16.ChangeConfiguration("c_LockerDisengage", "false"))["status"] == "Rejected"
    told = [
        (0, "VOLTAGE_OFFSET", "backend", None),
        (1, "VOLTAGE_OFFSET", "backend", True),
        (0, "RCD_TYPE", "backend", False),
        (0, "LOCK_ENABLED", "backend", False),
    ]
    assert log(scene) == told
    scene.station.host_crash()
    scene.run(10)
    assert log(scene) == told


@pytest.mark.requirement("R-49")
def test_a_new_safety_module_is_told_and_nobody_hears_of_a_change() -> None:
    """The power fails: all is commissioned again, and nothing is another than before."""
    scene = Scene()
    scene.set_key("c_VoltageProtectionOffset", "10")
    scene.run(2)
    before = log(scene)
    scene.station.power_cycle()
    scene.run(10)
    assert log(scene) == before


@pytest.mark.requirement("E-26")
def test_the_backend_has_the_offset_measured_between_two_cars() -> None:
    """Accepted while the station is free, Rejected while a car charges."""
    scene = Scene()
    assert scene.ask(COMPENSATE)["status"] == "Accepted"
    assert log(scene)[-1] == (1, "RCD_OFFSET", "backend", True)
    scene.charge()
    assert scene.ask(COMPENSATE)["status"] == "Rejected"
    assert scene.seen.ocpp_status == ConnectorStatus.CHARGING.value


@pytest.mark.requirement("E-26", "R-49")
@pytest.mark.parametrize(
    ("offset_ua", "word"), [(800, "Accepted"), (1_001, "Rejected"), (-1_001, "Rejected")]
)
def test_what_the_monitor_shows_is_kept_within_the_models_bound(offset_ua: int, word: str) -> None:
    """At most 1 mA; the log has what is in force then, and what was refused is not."""
    scene = Scene()
    scene.do(SetMonitor(offset_dc_ua=offset_ua))
    scene.run(1)
    assert scene.ask(COMPENSATE)["status"] == word
    last = scene.station.journal.security[-1]
    assert isinstance(last, SecurityEvent)
    assert (last.new, last.taken) == ((offset_ua, True) if word == "Accepted" else (None, False))


@pytest.mark.requirement("E-26")
def test_beside_the_station_a_refusal_is_a_sentence() -> None:
    """It says what to do."""
    scene = Scene()
    perform(scene.station, "compensate_rcd", {})
    scene.plug_in()
    scene.run(1)
    with pytest.raises(OperationError, match="unplug the car first"):
        perform(scene.station, "compensate_rcd", {})


@pytest.mark.requirement("E-19", "R-48")
def test_faults_are_counted_and_the_installers_limit_stands_over_a_crash() -> None:
    """Both are on the disk; the owner's limit was for the session."""
    scene = Scene()
    perform(scene.station, "limit_current", {"limit_ma": 20_000, "by": "installer"})
    scene.limit(10)
    scene.charge()
    for _ in range(2):
        for active in (True, False):
            for action in bench_actions("inject", {"fault": "EVSE_FAULT_UNDERVOLTAGE", "active": active}):
                scene.station.do(action)
            scene.run(90)
    assert scene.seen.offered_a == 10
    scene.station.host_crash()
    scene.run(20)
    counts = {each.code: each.ever for each in scene.seen.fault_counts}
    assert counts[faults.UNDERVOLTAGE] == 2
    assert [each.source for each in scene.seen.limits][:1] == ["installer"]
