"""The log of events over a station's day: it reads like the story that happened."""

import pytest

from pilotline.links.diary import Noted
from pilotline.links.event_table import EventView, event_views
from pilotline.simulator.actions import Cover, SetCover, SetLeakage
from pilotline.simulator.story import perform
from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import BY_CODE
from pilotline.vocabulary.roles import Asker, Role
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from support.stories import Scene

RCD, COVER = BY_CODE[faults.RCD], BY_CODE[faults.TAMPER1]


def log(scene: Scene) -> list[EventView]:
    """The oldest first."""
    return event_views(scene.station.journal.events, scene.station.host.clock, most=2_000)[::-1]


def sentences(scene: Scene, since: int = 0) -> list[str]:
    return [each.sentence for each in log(scene)[since:]]


@pytest.mark.requirement("E-25", "E-71")
def test_a_day_reads_like_a_story() -> None:
    """A charge, a leak, an open cover, a setting, a power cut: who, what, and what to do about it."""
    scene = Scene()
    since = len(log(scene))
    scene.charge()
    scene.do(SetLeakage(ac_ua=40_000))
    scene.run(5)
    scene.do(SetLeakage(ac_ua=0))
    scene.unplug()
    scene.until(ConnectorStatus.AVAILABLE)
    scene.do(SetCover(Cover.MAIN, open=True))
    scene.run(5)
    scene.station.tell(Noted("person_signed_in", {"name": "anna"}))
    scene.station.change_key("LightIntensity", "50", Asker(Role.OPERATOR, "anna"))
    scene.run(1)
    scene.station.power_cycle()
    scene.run(20)
    assert sentences(scene, since) == [
        "Getting ready to charge.",
        "A session began for …B2C3, at 0 Wh.",
        "The car charges.",
        f"{RCD.sentence} {RCD.advice} (RTM err code 0x0001)",
        "A fault keeps it from charging.",
        "The session of …B2C3 ended (Other) after 12 Wh.",
        f"This fault is over: {RCD.sentence} (RTM err code 0x0001)",
        "Ready for a car.",
        f"{COVER.sentence} {COVER.advice} (RTM err code 0x100000)",
        "anna signed in.",
        "LightIntensity was changed from 100 to 50 by anna.",
        "The station started (the power came), version 0.1.0.",
        "Ethernet, the main interface, is used.",
        "The backend has registered the station.",
        "Ready for a car.",
    ]


def test_a_session_that_the_power_cut_is_told_when_it_is_closed() -> None:
    """With the energy that is known of it."""
    scene = Scene()
    scene.charge()
    scene.run(120)
    scene.station.power_cycle()
    scene.run(30)
    (ended,) = [each for each in log(scene) if each.code == "session_ended"]
    assert ended.words["reason"] == "PowerLoss"
    assert int(ended.words["energy_wh"]) > 100


@pytest.mark.requirement("R-51")
def test_events_of_an_offline_boot_get_their_time_later() -> None:
    """Unknown while nobody tells the time; put right when somebody does; of an earlier boot estimated."""
    scene = Scene(online=False)
    scene.plug_in()
    scene.run(10)
    assert {each.at for each in log(scene)} == {None}
    scene.station.power_cycle()
    scene.run(10)
    scene.network(up=True)
    scene.run(5)
    boots = {each.words.get("boot"): each for each in log(scene) if each.code == "boot"}
    assert (boots[1].estimated, boots[2].estimated) == (True, False)
    times = [each.at for each in log(scene)]
    assert None not in times
    assert times == sorted(times, key=str)


@pytest.mark.requirement("M-14")
def test_who_changed_a_setting_is_in_the_log() -> None:
    """A person by name; what is set anew to the same is no news, and neither is what is refused."""
    scene = Scene()
    since = len(log(scene))
    scene.station.change_key("ConnectionTimeOut", "45", Asker(Role.OPERATOR, "anna"))
    scene.station.change_key("ConnectionTimeOut", "45", Asker(Role.OPERATOR, "anna"))
    scene.station.change_key("ConnectionTimeOut", "4", Asker(Role.OPERATOR, "anna"))
    scene.station.change_key("connectiontimeout", "60", Asker(Role.USER, "otto"))
    scene.set_key("ConnectionTimeOut", "50")
    assert sentences(scene, since) == [
        "ConnectionTimeOut was changed from 90 to 45 by anna.",
        "ConnectionTimeOut was changed from 45 to 50 by somebody as operator.",
    ]


def test_who_limits_a_session_is_told_when_it_is_another() -> None:
    """That the station itself does is no news; a pause is told as one."""
    scene = Scene()
    scene.charge()
    since = len(log(scene))
    scene.limit(10)
    scene.run(8)
    scene.limit(0)
    scene.run(8)
    scene.limit(None)
    scene.run(30)
    told = [each.sentence for each in log(scene)[since:] if each.kind == "limit"]
    assert told[:2] == ["You limited the current to 10 A.", "You paused charging."]
    assert len(told) == 3


def test_a_backend_that_comes_and_goes_is_counted() -> None:
    """After three times, one entry every while."""
    scene = Scene()
    for _ in range(40):
        scene.network(up=False)
        scene.network(up=True)
    scene.run(700)
    ups = [each for each in log(scene) if each.code == "backend_up"]
    assert len(ups) <= 5
    assert sum(each.times for each in ups) == 41


def test_a_disk_that_is_full_is_told_when_it_takes_records_again() -> None:
    """The log is on that disk: what it could not write comes late, with the time it was of."""
    scene = Scene()
    scene.station.set_disk(full=True)
    scene.station.change_key("ConnectionTimeOut", "45")
    scene.run(5)
    scene.station.set_disk()
    scene.run(5)
    codes = [each.code for each in log(scene)]
    assert codes[-3:] == ["key_changed", "disk_trouble", "disk_well"]


def test_what_the_log_costs_while_nothing_happens_is_nothing() -> None:
    """An idle hour adds no entry."""
    scene = Scene()
    scene.run(30)
    before = len(scene.station.journal.events)
    scene.station.run(3_600 * SECOND)
    assert len(scene.station.journal.events) == before


def test_a_fault_that_stands_through_a_power_cut_is_told_once() -> None:
    """And its end is told by the boot that sees it."""
    scene = Scene()
    scene.do(SetCover(Cover.SERVICE, open=True))
    scene.run(5)
    scene.station.power_cycle()
    scene.run(10)
    assert [each.code for each in log(scene) if each.kind == "fault"] == ["fault"]
    scene.do(SetCover(Cover.SERVICE, open=False))
    scene.run(2)
    perform(scene.station, "clear_faults", {})
    scene.run(5)
    assert [each.code for each in log(scene) if each.kind == "fault"] == ["fault", "fault_over"]
