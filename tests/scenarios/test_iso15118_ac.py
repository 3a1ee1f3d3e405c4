"""A car that talks charges by messages: ISO 15118-2 with alternating current, from the plug to the bill."""

import pytest

from pilotline.links.v2g.log_views import CarMessageView
from pilotline.simulator.actions import (
    ConfigureCar,
    Misbehaviour,
    RequestPower,
    RestoreVoltage,
    SetLeakage,
    SetMisbehaviour,
    SetVoltage,
    StopPower,
)
from pilotline.simulator.bench import CutLink
from pilotline.simulator.car import CarConfig
from pilotline.simulator.v2g_car import Digital
from pilotline.station.events import LimitCurrent, StopCharging
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.pilot import DIGITAL_DUTY, PilotMode
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from pilotline.wire.ocpp import v16
from support.stories import Scene

S = ConnectorStatus
TALKS = CarConfig(phases=3, obc_ma=16_000, capacity_wh=100_000, soc_percent=40, digital=Digital.ISO2)
SILENT = CarConfig(phases=3, obc_ma=16_000)


def scene(car: CarConfig = TALKS, model: str = "master-plus-ac", **keys: KeyValue) -> Scene:
    return Scene(model, car=car, online=True, **{"c_Iso15118": True, **keys})


def messages(story: Scene, connector: int = 1) -> list[CarMessageView]:
    """What the log of the page holds."""
    host = story.station.host
    return list(host.lines.views(connector, host.clock, 0))


def names(story: Scene, connector: int = 1) -> list[str]:
    """The questions, each once in a row; a note by its sentence's place in the story."""
    told = [row.name.removesuffix("Req") or row.text for row in messages(story, connector)]
    return [name for n, name in enumerate(told) if n == 0 or told[n - 1] != name]


def duties(story: Scene) -> list[int]:
    """The duty cycles that any pilot has carried, in their order."""
    told = [outputs.pilot.duty for _, outputs in story.outputs if outputs.pilot.mode is PilotMode.PWM]
    return [duty for n, duty in enumerate(told) if n == 0 or told[n - 1] != duty]


WHOLE = [
    '{"note": "began"}',
    "supportedAppProtocol",
    "SessionSetup",
    "ServiceDiscovery",
    "PaymentServiceSelection",
    "Authorization",
    "ChargeParameterDiscovery",
    "PowerDelivery",
    "ChargingStatus",
]


# --- the ways in ----------------------------------------------------------------------------------


@pytest.mark.requirement("M-01", "R-55")
def test_plug_then_card_charges_by_messages() -> None:
    """The car waits for the card in its conversation; the pilot says 5 % all the time and nothing else."""
    story = scene()
    story.plug_in()
    story.run(30)
    assert story.seen.why.code == "talk_tag"
    assert story.seen.car is not None
    assert story.seen.car.phase == "authorisation"
    assert not story.seen.relay
    story.card()
    story.until(S.CHARGING, within=5)
    story.run(10)
    assert names(story) == WHOLE
    assert duties(story) == [DIGITAL_DUTY]
    assert story.power_w == pytest.approx(3 * 230 * 16, rel=0.01)
    assert story.seen.car.protocol == "ISO 15118-2"
    assert story.seen.car.wants_wh == 60_000
    assert story.seen.car.charges


@pytest.mark.requirement("M-01", "R-55")
def test_a_card_before_the_plug_is_used_at_once() -> None:
    """The car asks once whether it may charge, and is told that it may."""
    story = scene()
    story.card()
    story.run(2)
    story.plug_in()
    story.until(S.CHARGING, within=10)
    asked = [row for row in messages(story) if row.name == "AuthorizationReq"]
    assert len(asked) <= 2


@pytest.mark.requirement("R-55")
def test_a_card_that_never_comes_ends_the_conversation_and_a_later_one_still_charges() -> None:
    """After 300 s the car is told that it may not; who comes after that is charged by the duty cycle."""
    story = scene()
    story.plug_in()
    story.run(290)
    assert story.seen.car is not None
    story.run(15)
    assert story.seen.car is None
    answer = messages(story)[-2].answer
    assert answer is not None
    assert answer.code == "FAILED"
    assert story.seen.why.code == "tag"
    story.card()
    story.until(S.CHARGING, within=20)
    assert DIGITAL_DUTY not in duties(story)[1:]


@pytest.mark.requirement("M-01")
def test_a_refused_card_leaves_the_car_asking_for_another() -> None:
    """The conversation goes on, and the next card charges."""
    story = scene()
    story.refuse("04DEADBEEF0000")
    story.plug_in()
    story.run(5)
    story.card("04DEADBEEF0000")
    story.run(5)
    assert story.seen.why.code == "refused"
    assert story.seen.car is not None
    story.card("04A1B2C3")
    story.until(S.CHARGING, within=10)


# --- a car that does not talk ---------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_a_car_that_says_nothing_is_charged_by_the_duty_cycle() -> None:
    """40 s of 5 %, 3 s of steady voltage, then the duty cycle of 32 A."""
    story = scene(SILENT)
    story.card()
    story.plug_in()
    plugged = story.now
    story.run(20)
    assert story.seen.why.code == "talk_wait"
    story.until(S.CHARGING, within=60)
    assert 43 <= (story.now - plugged) / 1e6 <= 50
    assert duties(story) == [DIGITAL_DUTY, 5_333]
    assert story.statuses()[-2:] == ["Preparing", "Charging"]


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("model", ["evnet-7kw-s", "evnet-7kw-t2"])
def test_an_evnet_never_asks_a_car_to_talk(model: str) -> None:
    """It has no modem: the key is refused, and would change nothing."""
    story = scene(CarConfig(digital=Digital.ISO2), model)
    assert story.station.change_key("c_Iso15118", "true") == "Rejected"
    story.charge()
    assert DIGITAL_DUTY not in duties(story)


@pytest.mark.requirement("M-01")
def test_where_the_key_is_off_nobody_is_asked_to_talk() -> None:
    """As shipped: a station without the key's word charges by the duty cycle."""
    story = scene(c_Iso15118=False)
    story.charge()
    assert duties(story) == [5_333]


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01", "R-48")
def test_a_lower_limit_reaches_the_car_by_its_next_question() -> None:
    """The car follows without a fault, and the safety module holds it to the new limit."""
    story = scene()
    story.charge()
    story.station.tell(LimitCurrent(10_000, connector=1))
    story.run(4)
    assert max(story.world.current_ma) == 10_000
    assert story.seen.offered_a == 10
    story.station.tell(LimitCurrent(None, connector=1))
    story.run(20)
    assert max(story.world.current_ma) == 16_000
    assert not story.seen.faults
    assert duties(story) == [DIGITAL_DUTY]


@pytest.mark.requirement("M-01")
def test_a_pause_opens_the_relay_and_its_end_closes_it_again() -> None:
    """The conversation goes on: the car is told 0 A, and later 16 A."""
    story = scene()
    story.charge()
    story.station.tell(LimitCurrent(0, connector=1))
    story.run(15)
    assert story.seen.ocpp_status == S.SUSPENDED_EVSE.value
    assert not story.seen.relay
    assert story.seen.car is not None
    story.station.tell(LimitCurrent(None, connector=1))
    story.until(S.CHARGING, within=30)
    story.run(10)
    assert story.power_w == pytest.approx(3 * 230 * 16, rel=0.01)
    assert not story.seen.faults


@pytest.mark.requirement("M-01")
def test_a_car_that_draws_more_than_it_was_told_is_cut_off() -> None:
    """The offer is enforced by messages as by the duty cycle (E-09)."""
    story = scene()
    story.charge()
    story.do(ConfigureCar(overdraw_ma=40_000))
    story.do(SetMisbehaviour(Misbehaviour.DRAWS_TOO_MUCH, active=True))
    story.run(20)
    assert not any(story.world.contacts)
    assert "EVSE_FAULT_OVERCURRENT" in [fault.name for fault in story.seen.faults]


# --- ends -----------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_the_driver_ends_it_at_the_car_and_begins_again() -> None:
    """The car says goodbye in order; the session waits, and a new conversation goes on with it."""
    story = scene()
    story.charge()
    story.do(StopPower())
    story.run(10)
    assert names(story)[-3:] == ["PowerDelivery", "SessionStop", '{"note": "terminated"}']
    assert story.seen.ocpp_status == S.SUSPENDED_EV.value
    assert story.seen.why.code == "talk_over"
    story.run(120)
    assert story.seen.why.code == "talk_over"
    story.do(RequestPower())
    story.until(S.CHARGING, within=10)
    assert len(story.told(v16.StartTransaction)) == 1


@pytest.mark.requirement("M-01")
def test_a_stop_on_the_page_is_told_to_the_car_and_it_ends_in_order() -> None:
    """StopCharging in the next answer, PowerDelivery(Stop), SessionStop; the transaction is closed."""
    story = scene()
    story.charge()
    story.run(60)
    story.station.tell(StopCharging(1, role=Role.OPERATOR))
    story.until(S.FINISHING, within=15)
    story.run(5)
    assert names(story)[-3:] == ["PowerDelivery", "SessionStop", '{"note": "terminated"}']
    (stop,) = story.told(v16.StopTransaction)
    assert stop.reason is StopReason.LOCAL
    assert stop.meter_stop == story.station.world_view(1).energy_wh
    assert story.seen.why.code == "finished"
    story.card()
    story.until(S.CHARGING, within=15)


@pytest.mark.requirement("M-01")
def test_an_unplug_without_goodbye_ends_conversation_and_session() -> None:
    """The relay opens as ever, and the next car begins anew."""
    story = scene()
    story.charge()
    story.unplug()
    story.run(1)
    assert not any(story.world.contacts)
    story.until(S.AVAILABLE)
    assert story.seen.car is None
    story.charge()
    assert names(story)[-len(WHOLE) :] == WHOLE


@pytest.mark.requirement("M-01")
def test_a_full_battery_ends_in_order() -> None:
    """The car says that it is charged, and nothing is begun again."""
    story = scene(CarConfig(phases=3, obc_ma=16_000, capacity_wh=1_000, soc_percent=90, digital=Digital.ISO2))
    story.charge()
    story.run(300)
    assert story.station.world_view(1).soc_permille == 1_000
    assert story.seen.why.code == "talk_over"
    assert names(story).count("SessionStop") == 1


@pytest.mark.requirement("M-01")
def test_a_conversation_that_breaks_is_waited_for_and_then_charged_by_the_duty_cycle() -> None:
    """The relay opens in order when the line is gone; the session goes on when the car talks again."""
    story = scene()
    story.charge()
    story.station.places[1].cut_line()
    story.run(2.5)
    assert not any(story.world.contacts)
    story.until(S.CHARGING, within=20)
    assert names(story).count("SessionSetup") == 2
    assert len(story.told(v16.StartTransaction)) == 1
    story.do(ConfigureCar(digital=Digital.OFF))
    story.run(5)
    assert story.seen.why.code == "talk_wait"
    story.until(S.CHARGING, within=60)
    assert duties(story) == [DIGITAL_DUTY, 5_333]


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01", "E-10")
def test_a_residual_current_trips_in_the_middle_of_a_conversation() -> None:
    """The relay opens as fast as ever, the session ends with its reason, and nothing begins by itself."""
    story = scene()
    story.charge()
    story.do(SetLeakage(ac_ua=40_000))
    story.run(1)
    assert not any(story.world.contacts)
    story.run(30)
    assert story.seen.ocpp_status == S.FAULTED.value
    assert not any(story.world.contacts)
    (stop,) = story.told(v16.StopTransaction)
    assert stop.reason is StopReason.OTHER
    story.do(SetLeakage(ac_ua=0))
    story.unplug()
    story.run(40)
    story.charge()
    assert names(story)[-len(WHOLE) :] == WHOLE


@pytest.mark.requirement("M-01", "E-19")
def test_a_sag_of_the_supply_interrupts_and_the_car_talks_again_after_it() -> None:
    """The session is suspended, not ended; with the supply back the pilot asks anew, and it goes on."""
    story = scene()
    story.charge()
    story.do(SetVoltage(l1_mv=150_000))
    story.run(5)
    assert not any(story.world.contacts)
    assert story.seen.car is None
    story.do(RestoreVoltage())
    story.until(S.CHARGING, within=120)
    assert len(story.told(v16.StartTransaction)) == 1
    assert duties(story) == [DIGITAL_DUTY]


@pytest.mark.requirement("M-01")
def test_the_board_lets_go_when_the_host_falls_silent() -> None:
    """A permit that is not renewed ends within two seconds, by messages as by the duty cycle (R-45)."""
    story = scene()
    story.charge()
    story.do(CutLink(True))
    story.run(9)
    assert not any(story.world.contacts)
    story.do(CutLink(False))
    story.until(S.CHARGING, within=120)


@pytest.mark.requirement("M-01", "R-52")
def test_a_host_that_crashes_loses_the_conversation_and_the_next_one_finds_it_again() -> None:
    """Its session is closed by R-52; the car talks to the next host and waits for a card."""
    story = scene()
    story.charge()
    story.station.host_crash()
    story.run(60)
    assert not any(story.world.contacts)
    assert len(story.told(v16.StopTransaction)) == 1
    story.card()
    story.until(S.CHARGING, within=60)


@pytest.mark.requirement("M-01")
def test_a_power_cut_in_the_middle_ends_both_sides() -> None:
    """Board and host are new; the car talks again when the pilot asks it to."""
    story = scene()
    story.charge()
    story.station.power_cycle()
    story.run(30)
    story.card()
    story.until(S.CHARGING, within=60)


# --- two cars, one bill ---------------------------------------------------------------------------


@pytest.mark.requirement("M-01", "M-02")
def test_two_cars_talk_at_once_and_share_what_there_is() -> None:
    """Each has a conversation of its own; together they are never offered more than the supply."""
    story = scene(CarConfig(phases=3, obc_ma=32_000, capacity_wh=100_000, digital=Digital.ISO2))
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(30)
    assert story.at(1).offered_a == story.at(2).offered_a == 16
    assert max(story.station.world_view(1).current_ma) == 16_000
    assert max(story.station.world_view(2).current_ma) == 16_000
    assert names(story, 2)[: len(WHOLE)] == WHOLE
    assert duties(story) == [DIGITAL_DUTY]


@pytest.mark.requirement("M-01", "E-20")
def test_the_backend_sees_an_ordinary_transaction() -> None:
    """Registers, meter values and statuses are those of any session; M-47: the car may come back for 30 s."""
    story = scene(MeterValueSampleInterval=60)
    story.plug_in()
    story.run(20)
    story.card()
    story.until(S.CHARGING)
    story.run(600)
    story.unplug()
    story.until(S.AVAILABLE)
    story.run(40)
    (start,) = story.told(v16.StartTransaction)
    (stop,) = story.told(v16.StopTransaction)
    assert start.meter_start == 0
    assert stop.meter_stop == story.station.world_view(1).energy_wh > 1_500
    assert len(story.told(v16.MeterValues)) >= 9
    assert story.statuses() == ["Available", "Preparing", "Charging", "SuspendedEV", "Available"]
