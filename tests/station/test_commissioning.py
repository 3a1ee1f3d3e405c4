"""Commissioning: when the safety settings go to the RTM, until they are taken, and who may set them."""

from dataclasses import replace

import pytest

from pilotline.models.reader import load_charger
from pilotline.station.events import CallAnswer, ChangeKey
from pilotline.vocabulary.board import Commission, Setting
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import StoreKey
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND
from support.station_bench import EVNET, StationBench

FACTORY = {
    Setting.VENTILATED_ENABLED: 0,
    Setting.LOCK_ENABLED: 1,
    Setting.RCD_TYPE: 0,
    Setting.VOLTAGE_OFFSET: 0,
}
SAFETY = [
    ("c_VoltageProtectionOffset", "23", Setting.VOLTAGE_OFFSET, 23),
    ("c_ChargingVentilatedEnabled", "true", Setting.VENTILATED_ENABLED, 1),
]


def commands(bench: StationBench) -> list[Commission]:
    return [message for _, message in bench.to_board() if isinstance(message, Commission)]


def without_dc_detection(model: ChargerModel) -> ChargerModel:
    residual = replace(model.rtm.residual, external_dc_detection_allowed=False)
    return replace(model, rtm=replace(model.rtm, residual=residual))


@pytest.mark.requirement("R-49")
def test_after_the_introduction_the_board_has_what_the_keys_say_and_is_told_once() -> None:
    """Every setting one time; each was echoed, so none is repeated."""
    bench = StationBench()
    bench.run(60 * SECOND)
    assert bench.board.settings == FACTORY
    assert len(commands(bench)) == len(FACTORY)


@pytest.mark.requirement("R-49", "E-66")
def test_a_model_without_a_lock_has_none_to_commission() -> None:
    """The tethered one."""
    bench = StationBench(load_charger("evnet-7kw-t2"))
    assert Setting.LOCK_ENABLED not in bench.board.settings


@pytest.mark.requirement("R-49")
def test_a_board_that_restarts_is_commissioned_anew() -> None:
    """It may have forgotten."""
    bench = StationBench(stored={"c_VoltageProtectionOffset": 10})
    bench.board.restart(bench.now)
    assert bench.board.settings == {}
    bench.run(3 * SECOND)
    assert bench.board.settings[Setting.VOLTAGE_OFFSET] == 10


@pytest.mark.requirement("R-49", "E-18", "E-23", "E-66")
@pytest.mark.parametrize(("key", "text", "setting", "value"), SAFETY)
def test_a_changed_key_is_reboot_required_and_commissioned(
    key: str, text: str, setting: Setting, value: int
) -> None:
    """From a backend: stored, answered RebootRequired, and with the board while no car is there."""
    bench = StationBench()
    effects = bench.tell(ChangeKey(7, key, text))
    assert CallAnswer(7, "RebootRequired") in effects
    assert any(isinstance(effect, StoreKey) and effect.name == key for effect in effects)
    assert bench.board.settings[setting] == value


@pytest.mark.requirement("R-49")
def test_with_a_car_plugged_in_it_waits_for_state_a() -> None:
    """Nothing is commissioned during a session; after the unplug it is."""
    bench = StationBench()
    bench.charge()
    before = len(commands(bench))
    bench.tell(ChangeKey(7, "c_VoltageProtectionOffset", "5"))
    bench.run(10 * SECOND)
    assert len(commands(bench)) == before
    bench.unplug()
    bench.run(SECOND)
    assert bench.board.settings[Setting.VOLTAGE_OFFSET] == 5


@pytest.mark.requirement("R-49")
def test_what_is_not_taken_is_repeated_until_it_is() -> None:
    """Every 10 s after a refusal, for a car may have come between."""
    bench = StationBench()
    bench.board.takes = False
    bench.tell(ChangeKey(7, "c_VoltageProtectionOffset", "5"))
    bench.run(25 * SECOND)
    assert commands(bench)[len(FACTORY) :] == [Commission(Setting.VOLTAGE_OFFSET, 5)] * 3
    bench.board.takes = True
    bench.run(10 * SECOND)
    assert bench.board.settings[Setting.VOLTAGE_OFFSET] == 5


@pytest.mark.requirement("R-49", "E-10", "E-18")
@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("c_VoltageProtectionOffset", "24"),
        ("c_VoltageProtectionOffset", "-1"),
        ("c_RCDProtectionType", "1"),
        ("c_RCDProtectionType", "3"),
        ("c_RCDProtectionType", ""),
        ("c_ChargingVentilatedEnabled", "yes"),
    ],
)
def test_what_is_out_of_bounds_is_rejected(key: str, text: str) -> None:
    """By whomever it is asked, and nothing is stored."""
    for call in (7, -7):
        assert StationBench().tell(ChangeKey(call, key, text)) == [CallAnswer(call, "Rejected")]


@pytest.mark.requirement("R-49", "E-10")
@pytest.mark.parametrize("role", [Role.GUEST, Role.USER, Role.BACKEND])
def test_dc_protection_is_given_up_only_by_the_operator(role: Role) -> None:
    """All others are Rejected, also from a local door; back to 0 may go the backend."""
    bench = StationBench()
    refusals = bench.tell(ChangeKey(-1, "c_RCDProtectionType", "2", role=role))
    assert refusals[-1] == CallAnswer(-1, "Rejected")
    assert refusals[-1].reason.startswith("Only the operator or the manufacturer may give up")
    assert Setting.RCD_TYPE not in bench.board.settings or not bench.board.settings[Setting.RCD_TYPE]
    taken = bench.tell(ChangeKey(-2, "c_RCDProtectionType", "2", role=Role.OPERATOR))
    assert CallAnswer(-2, "RebootRequired") in taken
    assert bench.board.settings[Setting.RCD_TYPE] == 2
    assert CallAnswer(8, "RebootRequired") in bench.tell(ChangeKey(8, "c_RCDProtectionType", "0"))
    assert bench.board.settings[Setting.RCD_TYPE] == 0


@pytest.mark.requirement("R-49", "E-10")
@pytest.mark.parametrize("stored", [{}, {"c_RCDProtectionType": 2}])
def test_where_the_model_does_not_allow_it_dc_protection_stays(stored: dict[str, KeyValue]) -> None:
    """Neither by the local door nor by a value of another day does the board hear 2."""
    bench = StationBench(without_dc_detection(EVNET), stored=stored)
    answer = bench.tell(ChangeKey(-1, "c_RCDProtectionType", "2", role=Role.OPERATOR))[-1]
    assert (answer.word, answer.reason[:26]) == ("Rejected", "This model has to watch di")
    assert bench.board.settings[Setting.RCD_TYPE] == 0


@pytest.mark.requirement("R-19", "E-66")
@pytest.mark.parametrize("role", [Role.GUEST, Role.USER, Role.BACKEND])
def test_only_the_operator_leaves_a_socket_unlocked(role: Role) -> None:
    """FALSE means that the lock is not used (R-19); locked again may be whoever likes."""
    bench = StationBench()
    assert bench.tell(ChangeKey(7, "c_LockerDisengage", "false", role=role))[-1].word == "Rejected"
    assert bench.board.settings[Setting.LOCK_ENABLED] == 1
    bench.tell(ChangeKey(-1, "c_LockerDisengage", "false", role=Role.OPERATOR))
    assert bench.board.settings[Setting.LOCK_ENABLED] == 0
    bench.tell(ChangeKey(8, "c_LockerDisengage", "true"))
    assert bench.board.settings[Setting.LOCK_ENABLED] == 1


@pytest.mark.requirement("R-19")
def test_where_there_is_no_lock_the_key_is_anybodys() -> None:
    """A tethered cable has nothing to unlock."""
    bench = StationBench(load_charger("evnet-7kw-t2"))
    assert CallAnswer(7, "RebootRequired") in bench.tell(ChangeKey(7, "c_LockerDisengage", "false"))
