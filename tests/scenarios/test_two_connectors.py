"""Two cars at one station: each charges by itself, and both share what there is.

The scene asserts at every step of every story that the pilots together offer no more than the supply.
"""

import pytest

from pilotline.simulator.actions import ClampState, ConfigureCar, SetCalibration, SetClamp, SetHouseLoad
from pilotline.simulator.bench import CutLink
from pilotline.simulator.car import CarConfig
from pilotline.station.events import LimitCurrent
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from support.stories import Scene

S = ConnectorStatus
THREE = CarConfig(phases=3, obc_ma=32_000, capacity_wh=100_000, soc_percent=10)
SHARED_MA = 32_000
TURN_S = 900


def scene(car: CarConfig = THREE, **keys: KeyValue) -> Scene:
    return Scene("master-plus-ac", car=car, online=True, **keys)


def offers(scene: Scene) -> tuple[float, float]:
    return scene.at(1).offered_a, scene.at(2).offered_a


# --- each by itself -------------------------------------------------------------------------------------


@pytest.mark.requirement("M-02", "R-24")
def test_one_charges_while_the_other_is_plugged_in_and_out() -> None:
    """Nothing of what happens at connector 2 is felt at connector 1 while no card is shown there."""
    story = scene()
    story.charge()
    for _ in range(3):
        story.plug_in(connector=2)
        story.run(20)
        assert story.at(2).ocpp_status == S.PREPARING.value
        story.unplug(connector=2)
        story.run(20)
    assert story.at(2).ocpp_status == S.AVAILABLE.value
    assert (story.at(1).ocpp_status, story.at(1).offered_a) == (S.CHARGING.value, 32)
    assert story.power_w == pytest.approx(22_080, rel=0.001)


@pytest.mark.requirement("M-02")
def test_each_connector_has_a_transaction_of_its_own() -> None:
    """Starts, values and stops name their connector; the stop of one leaves the other charging."""
    story = scene()
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(120)
    story.unplug(1)
    story.until(S.AVAILABLE)
    story.run(30)
    assert story.at(2).ocpp_status == S.CHARGING.value
    starts = story.told(v16.StartTransaction)
    assert [(each.connector_id, each.id_tag) for each in starts] == [(1, "CARD1"), (2, "CARD2")]
    assert {each.connector_id for each in story.told(v16.MeterValues)} == {1, 2}
    (stop,) = story.told(v16.StopTransaction)
    assert stop.meter_stop == story.station.world_view(1).energy_wh


@pytest.mark.requirement("M-02", "E-06")
def test_a_pause_of_one_leaves_the_other_charging_and_a_limit_without_a_name_is_of_both() -> None:
    """Who has a car at one connector does not stop his neighbour's."""
    story = scene()
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(30)
    story.station.tell(LimitCurrent(0, connector=2))
    story.run(30)
    assert offers(story) == (32, 0)
    story.station.tell(LimitCurrent(10_000))
    story.run(30)
    assert offers(story) == (10, 10)


@pytest.mark.requirement("M-02")
def test_a_fault_on_one_leaves_the_other_charging() -> None:
    """Its calibration cannot be read: it is Faulted, and its share goes to the other."""
    story = scene()
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(30)
    story.do(SetCalibration(readable=False), 2)
    story.until(S.FAULTED, connector=2)
    story.run(30)
    assert story.at(1).ocpp_status == S.CHARGING.value
    assert offers(story) == (32, 0)
    told = [each.connector_id for each in story.told(v16.StatusNotification) if each.status is S.FAULTED]
    assert set(told) == {2}


# --- sharing --------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-20")
def test_two_cars_share_and_the_first_is_down_before_the_second_begins() -> None:
    """16 A each; both together never draw more than the supply, and the page says why."""
    story = scene()
    story.charge("CARD1")
    assert offers(story) == (32, 0)
    story.charge("CARD2", 2)
    story.run(30)
    assert offers(story) == (16, 16)
    assert story.worst_drawn_ma <= SHARED_MA
    for connector in (1, 2):
        assert story.at(connector).limit.source == "sharing"
        assert (
            story.at(connector).why.sentence
            == "Charging. The connectors share one supply; 16 A are for this one."
        )
    assert set(story.reasons()) == {"5"}


@pytest.mark.requirement("M-20")
def test_who_leaves_gives_the_other_all() -> None:
    """Half a minute after the unplug the one that stays has 32 A again."""
    story = scene()
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(30)
    story.unplug(1)
    story.run(30)
    assert offers(story) == (0, 32)
    assert story.worst_drawn_ma <= SHARED_MA


@pytest.mark.requirement("M-20")
def test_a_small_car_lends_what_it_does_not_use() -> None:
    """Connector 2's car takes 8 A: after a minute connector 1 has 22, and gives it back when it is wanted."""
    story = scene()
    story.charge("CARD1")
    story.do(ConfigureCar(obc_ma=8_000), 2)
    story.charge("CARD2", 2)
    story.run(180)
    assert offers(story) == (22, 10)
    story.do(ConfigureCar(obc_ma=32_000), 2)
    story.run(60)
    assert offers(story) == (16, 16)
    assert story.worst_drawn_ma <= SHARED_MA


@pytest.mark.requirement("M-20")
def test_a_paused_car_takes_its_turn() -> None:
    """A fuse of 10 A carries one car: they change every quarter of an hour, in the same transactions."""
    story = scene(c_MainFuseLimit=100)
    story.charge("CARD1")
    story.plug_in(connector=2)
    story.card("CARD2", 2)
    story.run(60)
    assert offers(story) == (10, 0)
    assert story.at(2).ocpp_status == S.SUSPENDED_EVSE.value
    assert story.at(2).why.sentence == "Another car has the supply now; this one waits for its turn."
    story.run(TURN_S)
    assert offers(story) == (0, 10)
    assert (story.at(1).ocpp_status, story.at(2).ocpp_status) == (S.SUSPENDED_EVSE.value, S.CHARGING.value)
    story.run(TURN_S)
    assert offers(story) == (10, 0)
    assert len(story.told(v16.StartTransaction)) == 2
    assert story.told(v16.StopTransaction) == []
    assert story.worst_offer_ma <= 10_000


@pytest.mark.requirement("M-20")
def test_a_board_that_is_cut_off_keeps_its_share_until_it_must_be_open() -> None:
    """Its line is cut while it charges: for 8 s it may draw; then its relay is open and the other has all."""
    story = scene()
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(30)
    story.do(CutLink(cut=True), 1)
    story.run(7)
    assert story.at(2).offered_a == 16
    story.run(30)
    assert story.at(2).offered_a == 32
    assert not any(story.station.world_view(1).contacts)
    story.do(CutLink(cut=False), 1)
    story.run(60)
    assert offers(story) == (16, 16)
    assert story.worst_drawn_ma <= SHARED_MA


@pytest.mark.requirement("M-20", "E-32")
def test_what_the_house_draws_is_taken_off_both() -> None:
    """A fuse of 32 A with a clamp that sees house and both cars: 12 A for the house leave 10 A each."""
    story = scene(c_CTClamp=True, c_MainFuseLimit=320)
    story.do(SetClamp(ClampState.FITTED))
    story.charge("CARD1")
    story.charge("CARD2", 2)
    story.run(60)
    assert offers(story) == pytest.approx((16, 16), abs=0.2)
    story.do(SetHouseLoad(l1_ma=12_000, l2_ma=12_000, l3_ma=12_000))
    story.run(60)
    assert sum(offers(story)) <= 20
    assert min(offers(story)) >= 6
    story.do(SetHouseLoad(l1_ma=0, l2_ma=0, l3_ma=0))
    story.run(120)
    assert offers(story) == pytest.approx((16, 16), abs=0.2)


@pytest.mark.requirement("M-20")
def test_after_a_host_crash_nobody_is_offered_what_another_may_still_draw() -> None:
    """Plug & Charge begins again for both cars as soon as the host is back."""
    story = scene(c_AuthorizationMode="plug_and_charge")
    story.plug_in()
    story.plug_in(connector=2)
    story.run(60)
    assert offers(story) == (16, 16)
    story.station.host_crash(SECOND)
    story.run(90)
    assert offers(story) == (16, 16)
    assert story.worst_drawn_ma <= SHARED_MA


# --- three phases ---------------------------------------------------------------------------------------

PHASES = "Voltage.L1-N,Voltage.L2-N,Voltage.L3-N,Current.Import.L1,Current.Import.L2,Current.Import.L3,"
POWERS = "Power.Active.Import.L1,Power.Active.Import.L2,Power.Active.Import.L3,Power.Active.Import,"
ALL = PHASES + POWERS + "Energy.Active.Import.Register"


def values_of(story: Scene) -> dict[tuple[str, str | None], str]:
    last = story.told(v16.MeterValues)[-1].meter_value[-1].sampled_value
    return {
        (
            str(each.measurand.value if each.measurand else None),
            each.phase.value if each.phase else None,
        ): each.value
        for each in last
    }


@pytest.mark.requirement("M-02", "M-44")
@pytest.mark.parametrize(("phases", "watts"), [(3, 22_080), (1, 7_360)])
def test_energy_power_and_phases_are_those_of_the_car(phases: int, watts: int) -> None:
    """A three-phase car takes all three phases, a one-phase car L1 alone; the backend hears each phase."""
    car = CarConfig(phases=phases, obc_ma=32_000, capacity_wh=100_000, soc_percent=10)
    story = scene(car, MeterValuesSampledData=ALL)
    story.charge()
    before = story.station.world_view().energy_wh
    story.run(5 * 60)
    grown = story.station.world_view().energy_wh - before
    assert grown == pytest.approx(watts / 12, abs=1)
    assert (story.power_w, story.at(1).power_w) == pytest.approx((watts, watts), rel=0.001)
    seen = {name: float(value) for name, value in values_of(story).items()}
    for line in (1, 2, 3):
        assert seen["Current.Import", f"L{line}"] == pytest.approx(32 if line <= phases else 0, rel=0.001)
        assert seen["Power.Active.Import", f"L{line}"] == pytest.approx(
            7_360 if line <= phases else 0, rel=0.001
        )
        assert seen["Voltage", f"L{line}-N"] == 230
    assert seen["Power.Active.Import", None] == pytest.approx(watts, rel=0.001)
    register = seen["Energy.Active.Import.Register", None]
    assert before < register <= story.station.world_view().energy_wh


# --- the backend ----------------------------------------------------------------------------------------


@pytest.mark.requirement("M-02")
def test_the_backend_hears_of_both_connectors_and_may_ask_for_each() -> None:
    """After boot a status of all three; a trigger without a number brings them; a remote start names one."""
    story = scene()
    boot = story.told(v16.StatusNotification)
    assert {each.connector_id for each in boot} == {0, 1, 2}
    assert story.ask(v16.TriggerMessage(v16.MessageTrigger.STATUS_NOTIFICATION)) == {"status": "Accepted"}
    assert [each.connector_id for each in story.told(v16.StatusNotification)[len(boot) :]] == [0, 1, 2]
    assert story.ask(v16.TriggerMessage(v16.MessageTrigger.METER_VALUES)) == {"status": "Accepted"}
    assert [each.connector_id for each in story.told(v16.MeterValues)] == [1, 2]
    assert story.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=2)) == {"status": "Accepted"}
    story.plug_in(connector=2)
    story.until(S.CHARGING, connector=2)
    assert [each.connector_id for each in story.told(v16.StartTransaction)] == [2]
    assert story.at(1).ocpp_status == S.AVAILABLE.value
