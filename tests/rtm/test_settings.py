"""Settings that last: the record's bytes, what a bad one does, and what the module asks its board to keep."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.rtm import Rtm
from pilotline.rtm.settings import FACTORY, Settings, decode, encode
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    Commission,
    Commissioned,
    Hello,
    Identity,
    Sample,
    Setting,
    StoreSettings,
)
from pilotline.vocabulary.time import Tick
from support.rtm_plant import SOCKET, TETHERED, Plant, record_of

pytestmark = pytest.mark.requirement("R-49")

CHOSEN = {
    Setting.VENTILATED_ENABLED: 1,
    Setting.LOCK_ENABLED: 0,
    Setting.RCD_TYPE: 2,
    Setting.VOLTAGE_OFFSET: 23,
    Setting.RCD_OFFSET: -1_000,
}
INT32 = st.integers(-(2**31), 2**31 - 1)


def idle(stored: bytes | None = None) -> Plant:
    """State A, a host that is accepted, and the first self-test over."""
    plant = Plant(stored=stored)
    plant.run(500)
    plant.hello()
    return plant


def in_force(settings: Settings) -> dict[Setting, int]:
    return {setting: settings[setting] for setting in Setting}


# --- the record ---


@given(st.fixed_dictionaries(dict.fromkeys(FACTORY, INT32)))
def test_a_record_gives_back_what_was_put_in(values: dict[Setting, int]) -> None:
    """Every figure of 32 bits comes back."""
    assert decode(encode(values)) == values


def test_the_record_has_a_form_that_stays() -> None:
    """A board updated in the field reads what its predecessor wrote: these bytes never mean anything else."""
    record = bytes.fromhex("52544d5301 00000001 00000000 00000002 00000017 fffffc18 410d7537")
    assert encode(CHOSEN) == record
    assert decode(record) == CHOSEN


@pytest.mark.parametrize("at", range(29))
def test_one_wrong_bit_anywhere_is_seen(at: int) -> None:
    """A flash cell that forgets is no setting."""
    record = bytearray(encode(CHOSEN))
    assert len(record) == 29
    for bit in range(8):
        record[at] ^= 1 << bit
        assert decode(bytes(record)) is None
        record[at] ^= 1 << bit


@pytest.mark.parametrize(
    "record", [b"", b"\xff" * 29, b"\0" * 29, encode(CHOSEN)[:-1], encode(CHOSEN) + b"\0"]
)
def test_what_is_no_record_is_none(record: bytes) -> None:
    """Erased, empty, cut short or too long."""
    assert decode(record) is None


# --- a start with a record ---


def test_a_stored_record_is_in_force_from_the_start() -> None:
    """What was commissioned before the power cut holds before any host speaks."""
    settings = Settings(SOCKET.residual, encode(CHOSEN))
    assert in_force(settings) == CHOSEN
    assert not settings.lost


def test_a_board_that_was_never_commissioned_has_lost_nothing() -> None:
    """No record is the factory's state."""
    settings = Settings(SOCKET.residual, None)
    assert in_force(settings) == FACTORY
    assert not settings.lost


def test_a_damaged_record_is_the_factorys_settings() -> None:
    """They are the strictest, so charging goes on; what was lost is said."""
    settings = Settings(SOCKET.residual, b"\0" + encode(CHOSEN)[1:])
    assert in_force(settings) == FACTORY
    assert settings.lost


def test_a_value_out_of_the_models_bounds_is_lost_alone() -> None:
    """A model that no longer allows type 2 keeps the rest, the measured offset above all."""
    residual = replace(SOCKET.residual, external_dc_detection_allowed=False)
    settings = Settings(residual, encode(CHOSEN))
    assert in_force(settings) == {**CHOSEN, Setting.RCD_TYPE: 0}
    assert settings.lost


# --- what the module says ---


def test_a_taken_value_is_stored_before_it_is_echoed() -> None:
    """The record with the new value comes first, so that the echo promises what a power cut cannot undo."""
    plant = idle()
    effects = plant.rtm.handle(Commission(Setting.VOLTAGE_OFFSET, 7), plant.now)
    stored, echo = effects[:2]
    assert stored == StoreSettings(record_of({Setting.VOLTAGE_OFFSET: 7}))
    assert echo == Commissioned(Setting.VOLTAGE_OFFSET, 7, taken=True)


def test_the_next_start_has_it() -> None:
    """The bytes of the effect are those the next module is built with."""
    plant = idle()
    plant.sense(residual_dc_ua=-321)
    plant.send(Commission(Setting.VOLTAGE_OFFSET, 7))
    plant.send(Commission(Setting.RCD_OFFSET, 0))
    again = idle(plant.effects(StoreSettings)[-1].data)
    again.send(Commission(Setting.VOLTAGE_OFFSET, 99))
    again.sense(residual_dc_ua=5_000)
    again.send(Commission(Setting.RCD_OFFSET, 0))
    assert again.effects(Commissioned) == [
        Commissioned(Setting.VOLTAGE_OFFSET, 7, taken=False),
        Commissioned(Setting.RCD_OFFSET, -321, taken=False),
    ]


@pytest.mark.parametrize("value", [0, 99])
def test_nothing_new_is_nothing_to_store(value: int) -> None:
    """A host commissions again at every start: the same value, or a refused one, wears no flash."""
    plant = idle()
    plant.send(Commission(Setting.VOLTAGE_OFFSET, value))
    assert plant.effects(Commissioned) == [Commissioned(Setting.VOLTAGE_OFFSET, 0, taken=value == 0)]
    assert plant.effects(StoreSettings) == []


def test_a_lost_record_is_told_to_every_host_until_one_commissions() -> None:
    """After Identity come all five as they are in force, not taken; a command makes the record sound."""
    plant = idle(b"\xff" * 29)
    told = [Commissioned(setting, FACTORY[setting], taken=False) for setting in Setting]
    assert plant.effects(Commissioned) == told
    plant.hello()
    assert plant.effects(Commissioned) == told * 2
    plant.send(Commission(Setting.RCD_TYPE, 0))
    assert plant.effects(StoreSettings) == [StoreSettings(record_of({}))]
    plant.hello()
    assert plant.effects(Commissioned) == [*told * 2, Commissioned(Setting.RCD_TYPE, 0, taken=True)]


def test_a_sound_record_is_not_spoken_of() -> None:
    """After Hello there is Identity, and no echo that nobody asked for."""
    plant = idle(encode(CHOSEN))
    assert plant.effects(Commissioned) == []


def test_a_lost_record_keeps_nobody_from_charging() -> None:
    """The factory's settings protect as much as any: charging goes on."""
    plant = Plant(TETHERED, stored=b"rubbish")
    plant.hello()
    plant.host_keeps(16_000)
    plant.plug()
    plant.until(lambda: plant.told.offer_ma == 16_000, within_ms=1_000)


# --- the offset ---


@pytest.mark.requirement("E-26")
def test_no_offset_is_measured_while_the_monitor_is_tested() -> None:
    """The current of the test is not the monitor's offset."""
    plant = Plant()
    plant.alarm_ms = 400
    plant.run(100)
    plant.hello()
    plant.sense(residual_dc_ua=700)
    for _ in range(2):
        assert plant.outputs.residual_test or any(plant.sample().residual_alarm)
        plant.send(Commission(Setting.RCD_OFFSET, 0))
        plant.run(400)
    plant.run(400)
    plant.send(Commission(Setting.RCD_OFFSET, 0))
    assert plant.effects(Commissioned) == [
        Commissioned(Setting.RCD_OFFSET, 0, taken=False),
        Commissioned(Setting.RCD_OFFSET, 0, taken=False),
        Commissioned(Setting.RCD_OFFSET, 700, taken=True),
    ]


@pytest.mark.requirement("E-26", "E-20")
def test_no_offset_is_measured_with_figures_that_cannot_be_read() -> None:
    """Without calibration the figure means nothing; the other settings are not concerned."""
    plant = idle()
    plant.sense(calibrated=False)
    plant.send(Commission(Setting.RCD_OFFSET, 0))
    plant.send(Commission(Setting.VENTILATED_ENABLED, 1))
    assert [echo.taken for echo in plant.effects(Commissioned)] == [False, True]


def test_identity_comes_before_what_was_lost() -> None:
    """The host knows whom it hears."""
    rtm = Rtm(SOCKET, stored=b"")
    rtm.handle(Sample(at=0), 0)
    rtm.handle(Tick(), 100_000)
    effects = rtm.handle(Hello(LINK_PROTOCOL, SOCKET.hash), 200_000)
    assert [type(effect) for effect in effects[:6]] == [Identity, *[Commissioned] * 5]
