"""The owner's weekly schedule over a restart and the night in which summer time begins, with everything
around it: a real safety module, a backend that tells the time, a car that wants all it can have."""

from datetime import UTC, datetime, timedelta

import pytest

from pilotline.simulator.backend import VirtualBackend
from pilotline.station.notes import NO_TIME
from pilotline.vocabulary.sentences import told
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from support.crashes import CrashScene

S = ConnectorStatus
EVENING = datetime(2026, 3, 28, 23, 50, tzinfo=UTC)
"""Of the Saturday before summer time begins in London: at one o'clock it is two."""


def home(schedule: str = "") -> CrashScene:
    """A station in London where anybody charges, and its car at the plug."""
    scene = CrashScene(
        online=False, c_AuthorizationMode="free", TimeZone="Europe/London", c_ChargeSchedule=schedule
    )
    scene.station.backend = VirtualBackend(zero=EVENING)
    scene.station.set_network(up=True)
    scene.run(1)
    scene.plug_in()
    scene.until(S.CHARGING)
    return scene


def pass_to(scene: CrashScene, at: str) -> None:
    """Let time pass to a time of UTC."""
    until = datetime.fromisoformat(at).replace(tzinfo=UTC) - EVENING
    scene.run(until / timedelta(seconds=1) - scene.station.timeline.now / 1_000_000)


@pytest.mark.requirement("E-06", "E-41")
def test_a_pause_of_the_owner_s_week_outlives_a_restart_and_ends_by_the_clock_on_the_wall() -> None:
    """From five to midnight to half past two in the morning, which is half past one of UTC that night."""
    scene = home()
    assert scene.station.change_key("c_ChargeSchedule", "Sa,Su 23:55-02:30 0") == "Accepted"
    pass_to(scene, "2026-03-28T23:54:59")
    assert scene.at(1).ocpp_status == S.CHARGING.value
    pass_to(scene, "2026-03-28T23:55:15")
    assert (scene.at(1).ocpp_status, scene.at(1).why.limit) == (S.SUSPENDED_EVSE.value, "schedule")

    pass_to(scene, "2026-03-29T00:30:00")
    assert scene.station.wish("restart", {"kind": "soft"}) is None
    scene.run(60)
    assert [stop.payload["reason"] for stop in scene.sent("StopTransaction")] == [StopReason.REBOOT.value]
    assert scene.at(1).transaction is not None  # free charging: another one follows
    assert (scene.at(1).ocpp_status, scene.at(1).why.limit) == (S.SUSPENDED_EVSE.value, "schedule")
    assert scene.world.current_ma[0] == 0

    pass_to(scene, "2026-03-29T01:29:59")
    assert scene.at(1).ocpp_status == S.SUSPENDED_EVSE.value
    scene.until(S.CHARGING, within=20)
    assert scene.at(1).why.limit == "device"


@pytest.mark.requirement("E-06", "R-51")
def test_after_a_power_cut_without_the_time_the_week_waits_for_it() -> None:
    """It limits nothing and says so; with the backend the time comes, and the pause with it."""
    scene = home("Sa,Su 23:00-06:00 10")
    scene.run(10)
    assert scene.at(1).offered_a == 10
    scene.station.set_network(up=False)
    scene.station.power_cycle()
    scene.until(S.CHARGING, within=120)
    scene.run(10)
    assert scene.at(1).offered_a == 32
    assert told(NO_TIME.of()) in scene.station.snapshot().notes
    scene.station.set_network(up=True)
    scene.run(20)
    assert scene.at(1).offered_a == 10
    assert scene.at(1).limits[0].source == "schedule"
    assert scene.station.snapshot().notes == ()
