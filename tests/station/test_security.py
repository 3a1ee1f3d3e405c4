"""What a change of a safety setting leaves in the log; how the leakage monitor's offset is compensated."""

from datetime import UTC, datetime

import pytest

from pilotline.station.clock import WallClock
from pilotline.station.core import Station
from pilotline.station.events import CallAnswer, ChangeKey, CompensateRcd
from pilotline.station.snapshot import security_views
from pilotline.vocabulary.board import Commission, Setting
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepSecurityEvent, Recollection, SecurityEvent, StoreKey
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND, Stamp
from support.station_bench import EVNET, StationBench

V5 = ChangeKey(7, "c_VoltageProtectionOffset", "5")
Told = tuple[int, str, int | None, int | None, str | None, bool | None]


def told(bench: StationBench) -> list[Told]:
    """All changes that were logged, without their time."""
    events = [job.event for job in bench.all(KeepSecurityEvent) if isinstance(job.event, SecurityEvent)]
    return [(each.connector, each.setting, each.old, each.new, each.role, each.taken) for each in events]


def kept(bench: StationBench) -> dict[str, KeyValue]:
    return {job.name: job.value for job in bench.all(StoreKey)}


def restarted(bench: StationBench) -> StationBench:
    """The same board under the next boot of the host."""
    bench.core = Station(EVNET, boot=2, memory=Recollection(2, keys=kept(bench)))
    bench.board.accepted = False
    bench.said.clear()
    bench.run(3 * SECOND)
    return bench


@pytest.mark.requirement("R-49")
def test_a_change_is_logged_when_asked_and_when_taken() -> None:
    """Setting, old and new value, who asked, and whether the safety module took it."""
    bench = StationBench()
    bench.tell(V5)
    bench.run(SECOND)
    assert told(bench) == [
        (0, "VOLTAGE_OFFSET", 0, 5, "backend", None),
        (1, "VOLTAGE_OFFSET", 0, 5, "backend", True),
    ]


@pytest.mark.requirement("R-49")
def test_how_a_station_leaves_the_factory_is_no_event() -> None:
    """Nobody asked for it, and nothing changed."""
    bench = StationBench()
    bench.run(60 * SECOND)
    assert told(bench) == []
    bench.tell(ChangeKey(7, "c_VoltageProtectionOffset", "0"))
    assert told(bench) == []


@pytest.mark.requirement("R-49")
def test_what_is_not_the_backends_to_have_is_logged_as_refused() -> None:
    """By the station itself; nothing goes to the safety module."""
    bench = StationBench()
    bench.tell(ChangeKey(7, "c_RCDProtectionType", "2"))
    bench.run(SECOND)
    assert told(bench) == [(0, "RCD_TYPE", 0, 2, "backend", False)]


@pytest.mark.requirement("R-49")
def test_a_refusal_of_the_safety_module_is_logged_once() -> None:
    """However often it is asked again; its taking afterwards is a change."""
    bench = StationBench()
    bench.board.takes = False
    bench.tell(V5)
    bench.run(60 * SECOND)
    assert told(bench)[1:] == [(1, "VOLTAGE_OFFSET", 0, 5, "backend", False)]
    bench.board.takes = True
    bench.run(20 * SECOND)
    assert told(bench)[2:] == [(1, "VOLTAGE_OFFSET", 0, 5, "backend", True)]


@pytest.mark.requirement("R-49")
def test_who_asked_is_known_after_a_restart() -> None:
    """A car was plugged in: the setting waits for the unplug, under another host by then."""
    bench = StationBench()
    bench.plug()
    bench.tell(V5)
    restarted(bench)
    assert told(bench) == []
    bench.unplug()
    bench.run(3 * SECOND)
    assert told(bench) == [(1, "VOLTAGE_OFFSET", 0, 5, "backend", True)]


@pytest.mark.requirement("R-49")
def test_a_restart_alone_is_no_event() -> None:
    """All settings are commissioned again, and nothing is told twice."""
    bench = StationBench()
    bench.tell(V5)
    bench.run(SECOND)
    assert told(restarted(bench)) == []


def test_the_log_has_a_time_once_the_clock_is_known() -> None:
    """UTC; None while nothing is known of its boot."""
    clock = WallClock(1, boots=())
    event = SecurityEvent(1, "RCD_TYPE", 0, 2, "operator", taken=True, stamp=Stamp(1, 5 * SECOND))
    assert security_views([event], clock)[0].at is None
    clock.settle(clock.learn(datetime(2026, 1, 5, tzinfo=UTC), 10 * SECOND))
    assert security_views([event], clock)[0].at == "2026-01-04T23:59:55+00:00"


# --- E-26 --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-26", "R-49")
@pytest.mark.parametrize("role", [Role.BACKEND, Role.OPERATOR])
def test_the_offset_is_measured_and_the_answer_waits_for_it(role: Role) -> None:
    """The host names no figure; the log has the one that was measured."""
    bench = StationBench()
    bench.board.offset_ua = 400
    effects = bench.tell(CompensateRcd(role=role, call=9))
    assert Commission(Setting.RCD_OFFSET, 0) in [message for _, message in bench.to_board()]
    assert CallAnswer(9, "Accepted") in effects
    assert told(bench) == [
        (0, "RCD_OFFSET", None, None, role.value, None),
        (1, "RCD_OFFSET", None, 400, role.value, True),
    ]


@pytest.mark.requirement("E-26")
def test_while_a_car_is_plugged_in_the_offset_is_not_measured() -> None:
    """Charging or not; the sentence says what to do."""
    bench = StationBench()
    bench.charge()
    (answer,) = bench.tell(CompensateRcd(role=Role.OPERATOR, call=-1))
    assert (answer.word, answer.reason[-25:]) == ("Rejected", "open: unplug the car first"[-24:] + ".")
    assert told(bench) == []


@pytest.mark.requirement("E-26")
def test_an_offset_beyond_the_models_bound_is_refused_each_time() -> None:
    """The safety module knows the bound; each attempt is in the log."""
    bench = StationBench()
    bench.board.takes = False
    for _ in range(2):
        answers = bench.tell(CompensateRcd(role=Role.OPERATOR, call=-1))
        assert CallAnswer(-1, "Rejected") in answers
    assert [taken for *_, taken in told(bench)] == [None, False, None, False]


@pytest.mark.requirement("E-26")
def test_a_silent_safety_module_measures_nothing() -> None:
    """Known to be silent: at once; falling silent: after 3 s."""
    bench = StationBench()
    bench.board.talks = False
    assert CallAnswer(-1, "Rejected") not in bench.tell(CompensateRcd(role=Role.OPERATOR, call=-1))
    bench.run(3 * SECOND)
    assert bench.all(CallAnswer)[-1] == CallAnswer(-1, "Rejected")
    (answer,) = bench.tell(CompensateRcd(role=Role.OPERATOR, call=-2))
    assert answer.reason == "The safety module does not answer."


def test_the_owner_compensates_nothing() -> None:
    """The least role is refused, and so is a connector that is not there."""
    bench = StationBench()
    (answer,) = bench.tell(CompensateRcd(call=-1))
    assert answer.reason.startswith("Only the operator or the manufacturer or the backend may have the")
    (answer,) = bench.tell(CompensateRcd(3, role=Role.OPERATOR, call=-2))
    assert answer.reason == "There is no connector 3."
