"""The security log: starts, resets, a clock that is set, what others saw, and who hears of it."""

import pytest

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.alarms import LONGEST_INFO, alarm
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import Raise, UpkeepEffect
from pilotline.station.upkeep.watch import SecurityWatch
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import Alarm, KeepSecurityEvent, Notified, Record
from pilotline.vocabulary.status import ResetReason
from pilotline.vocabulary.time import SECOND, Stamp, Tick


def around(reset: ResetReason = ResetReason.POWERON) -> Surroundings:
    return Surroundings(KeyStore({}), WallClock(1), lambda: 1, reset=reset, firmware="1.2.3")


def kinds(effects: list[UpkeepEffect]) -> list[str]:
    return [
        each.event.kind
        for each in effects
        if isinstance(each, KeepSecurityEvent) and isinstance(each.event, Alarm)
    ]


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_alarm_stands_in_the_log_and_the_critical_ones_are_told(kind: AlarmKind) -> None:
    """The whitepaper's §8 says which: seven of eighteen."""
    effects = alarm(around(), kind, "x" * 900, Stamp(1, 5))
    assert kinds([*effects]) == [kind.value]
    told = [each.fact for each in effects if isinstance(each, Record)]
    assert [each.word for each in told if isinstance(each, Notified)] == (
        [kind.value] if kind.critical else []
    )
    assert all(len(each.info) == LONGEST_INFO for each in told if isinstance(each, Notified))
    assert sum(each.critical for each in AlarmKind) == 7


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (ResetReason.POWERON, "StartupOfTheDevice"),
        (ResetReason.SW, "ResetOrReboot"),
        (ResetReason.EXT, "ResetOrReboot"),
    ],
)
def test_a_start_is_told_once_with_its_reason(reason: ResetReason, kind: str) -> None:
    """A power cut is a start, all else was a reset; the firmware is named."""
    watch = SecurityWatch(around(reason))
    effects = [*watch.handle(Tick(), Stamp(1, 0)), *watch.handle(Tick(), Stamp(1, 1))]
    assert kinds(effects) == [kind]
    (told,) = (each.fact for each in effects if isinstance(each, Record))
    assert isinstance(told, Notified)
    assert told.info == f"{reason.name} ({reason.value}), firmware 1.2.3"


def test_a_clock_that_is_set_is_an_alarm_and_one_that_is_learned_or_drifts_is_none() -> None:
    """Ten seconds are a step; the first word is no change."""
    watch = SecurityWatch(around())
    zero = 10**15
    watch.handle(Tick(), Stamp(1, 0))
    for at, utc in ((1, None), (2, zero + 2), (3, zero + 3 + 9 * SECOND)):
        assert kinds([*watch.handle(Tick(), Stamp(1, at, utc))]) == []
    said = [*watch.handle(Tick(), Stamp(1, 4, zero + 4 - 3_600 * SECOND))]
    assert kinds(said) == ["SettingSystemTime"]
    assert "-3609 s" in str(said[0])
    assert kinds([*watch.handle(Tick(), Stamp(1, 5, zero + 5 - 3_600 * SECOND))]) == []


def test_what_others_saw_is_passed_on() -> None:
    """An opened cover."""
    watch = SecurityWatch(around())
    watch.handle(Tick(), Stamp(1, 0))
    assert kinds([*watch.handle(Raise(AlarmKind.TAMPER, "a cover"), Stamp(1, 1))]) == [
        "TamperDetectionActivated"
    ]
    assert watch.deadline() is None
