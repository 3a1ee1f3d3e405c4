"""The bench's plain words: every fault that can be caused shows in the status, and ends as its class says."""

import pytest

from pilotline.links.operations import OperationError
from pilotline.models.reader import load_charger
from pilotline.simulator.actions import (
    ConfigureCar,
    Misbehaviour,
    RequestPower,
    SetHeat,
    SetHouseLoad,
    SetLeakage,
    SetMisbehaviour,
    SetNeutralEarth,
    SetTemperatures,
    SetVoltage,
    StopPower,
)
from pilotline.simulator.bench import CAUSES, bench_actions
from pilotline.simulator.station import VirtualStation
from pilotline.simulator.story import StoryRunner, parse_story
from pilotline.vocabulary.faults import AUTO_RECOVERY, FAULTS, Recovery
from pilotline.vocabulary.time import SECOND

MODEL = load_charger("evnet-7kw-s")
PLUGGED = "wait ocpp_status=Available\nplug_in\nwait ocpp_status=Preparing"
CHARGING = f"{PLUGGED}\npresent_tag tag=04A1\nwait ocpp_status=Charging\nafter 5s"
ROWS = {row.name: row for row in FAULTS}

SHOWN: dict[str, tuple[str, str]] = {
    "EVSE_FAULTS_POWER_RELAY": (PLUGGED, "present_tag tag=04A1"),
    "EVSE_FAULT_CP_STATE": (PLUGGED, "after 1s"),
    "EVSE_FAULT_DIODE_UNPRESENT": (CHARGING, "after 1s"),
    "EVSE_FAULT_PP_UNPRESENT": (PLUGGED, "after 1s"),
    "EVSE_FAULT_SELF_TEST": (CHARGING, "stop_charging"),
    "EVSE_FAULT_VN_OUT_OPEN": (CHARGING, "stop_charging"),
    "EVSE_FAULT_VN_OUT_CLOSE": (CHARGING, "after 1s"),
    "EVSE_FAULT_VL_OUT_OPEN": (CHARGING, "stop_charging"),
    "EVSE_FAULT_VL_OUT_CLOSE": (CHARGING, "after 1s"),
}
"""What comes before the cause, and what brings it to light (the others: ``scenarios/test_faults.py``)."""


class Stage:
    """A station in simulated time, and the faults that its status shows."""

    def __init__(self, text: str) -> None:
        self.station = VirtualStation(MODEL)
        self._runner = StoryRunner(self.station)
        self.play(text)

    def play(self, text: str) -> None:
        self._runner.play(parse_story("test", text))

    def codes(self) -> dict[str, int]:
        return {fault.name: fault.code for fault in self.station.snapshot().connectors[0].faults}

    def shows(self, name: str) -> bool:
        """Whether the fault shows within ten seconds, under its own code."""
        return self.station.run(10 * SECOND, lambda: self.codes().get(name) == ROWS[name].code)

    def ends(self, name: str) -> bool:
        """Whether the fault is gone within ten seconds."""
        return self.station.run(10 * SECOND, lambda: name not in self.codes())


def test_every_fault_of_the_table_can_be_caused() -> None:
    """All but 0x4000, which is a consequence of others."""
    assert set(CAUSES) == {row.name for row in FAULTS if row.code != AUTO_RECOVERY}


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_shows_while_it_holds(name: str) -> None:
    """The page's switch is on from the moment it is set until it is set back, and no longer."""
    stage = Stage(PLUGGED)
    assert stage.station.bench_view().causes == ()
    stage.play(f"inject fault={name}\nafter 1s")
    assert name in stage.station.bench_view().causes
    stage.play(f"inject fault={name} active=false")
    assert stage.station.bench_view().causes == ()


@pytest.mark.parametrize(
    ("name", "value", "actions"),
    [
        ("EVSE_FAULT_RCD", 28, [SetLeakage(ac_ua=28_000)]),
        ("EVSE_FAULT_RCD_DC", 5.5, [SetLeakage(dc_ua=5_500)]),
        ("EVSE_FAULT_NEUTRAL", 71, [SetNeutralEarth(71_000)]),
        ("EVSE_FAULT_OVERVOLTAGE", 254, [SetVoltage(l1_mv=254_000)]),
        ("EVSE_FAULT_UNDERVOLTAGE", 206.5, [SetVoltage(l1_mv=206_500)]),
        ("EVSE_FAULT_TEMPERATURE", 79.5, [SetHeat(relay_mc=79_500)]),
        (
            "EVSE_FAULT_OVERCURRENT",
            36,
            [ConfigureCar(overdraw_ma=36_000), SetMisbehaviour(Misbehaviour.DRAWS_TOO_MUCH)],
        ),
    ],
)
def test_a_value_is_in_the_units_of_people(name: str, value: float, actions: list[object]) -> None:
    """Milliamperes of leakage, amperes of a car, volts and degrees."""
    assert bench_actions("inject", {"fault": name, "value": value}) == actions


@pytest.mark.requirement("M-08")
def test_a_silent_supply_is_caused_whichever_sensor_is_configured() -> None:
    """Clamp and EVSENS fall silent together, and one cause on the page shows it for every connector."""
    station = VirtualStation(load_charger("master-plus-ac"), stored={"c_Evsens": True})
    name = "EVSE_FAULT_CLAMP_SILENT"

    def shown() -> list[set[str]]:
        return [{fault.name for fault in each.faults} for each in station.snapshot().connectors]

    station.run(5 * SECOND)
    assert shown() == [set(), set()]
    for active in (True, False):
        for action in bench_actions("inject", {"fault": name, "active": active}):
            assert station.do(action, 2) is None
        station.run(10 * SECOND)
        assert shown() == [{name} if active else set()] * 2
        assert [name in station.bench_view(number).causes for number in (1, 2)] == [active, active]


@pytest.mark.requirement("M-08")
@pytest.mark.parametrize(("fault", "holds"), [("silent", True), ("blind", True), ("reversed", False)])
def test_an_evsens_is_broken_by_a_word(fault: str, holds: bool) -> None:
    """What says nothing usable is the cause of its fault; one that is turned round still speaks."""
    station = VirtualStation(load_charger("master-plus-ac"))
    (action,) = bench_actions("evsens_fault", {"fault": fault})
    assert station.do(action) is None
    assert ("EVSE_FAULT_CLAMP_SILENT" in station.bench_view().causes) is holds


def test_a_model_without_a_place_for_an_evsens_says_so() -> None:
    """A sentence, and nothing is done."""
    (action,) = bench_actions("evsens_fault", {})
    refusal = VirtualStation(MODEL).do(action)
    assert refusal == "This model has no place for an EVSENS that could fail."


def test_swapped_wires_are_a_cause_of_0x2_and_end_with_it() -> None:
    """Whatever raised neutral to earth, the switch shows it and puts it right."""
    stage = Stage("swap_wires")
    assert stage.station.bench_view().causes == ("EVSE_FAULT_NEUTRAL",)
    stage.play("inject fault=EVSE_FAULT_NEUTRAL active=false")
    assert stage.station.bench_view().causes == ()


def test_a_model_without_a_lock_says_so() -> None:
    """A tethered cable has none that could jam: a sentence, and nothing is done."""
    station = VirtualStation(load_charger("evnet-7kw-t2"))
    (action,) = bench_actions("inject", {"fault": "EVSE_FAULT_ACT_LOCK_FAULT"})
    assert station.do(action) == "A tethered cable has no lock that could break."


@pytest.mark.parametrize("name", SHOWN)
def test_a_fault_that_is_caused_shows_and_ends_by_its_class(name: str) -> None:
    """By name and code; without its cause it stays until the unplug or the reset that its class asks for."""
    before, trigger = SHOWN[name]
    stage = Stage(before)
    assert not stage.codes()
    stage.play(f"inject fault={name}\n{trigger}")
    assert stage.shows(name)
    stage.play(f"inject fault={name} active=false")
    assert not stage.ends(name)
    if ROWS[name].recovery is Recovery.UNPLUG:
        stage.play("clear_faults")
        assert not stage.ends(name)
        stage.play("unplug")
    else:
        assert ROWS[name].recovery is Recovery.SERVICE
        stage.play("unplug")
        assert not stage.ends(name)
        stage.play("clear_faults")
    assert stage.ends(name)
    stage.play("wait ocpp_status=Available")


@pytest.mark.requirement("E-16")
def test_a_cut_link_is_a_missing_host_and_the_session_goes_on_when_it_is_mended() -> None:
    """While it is cut the host knows of no board; the first contact ends it."""
    stage = Stage(CHARGING)
    before = stage.station.snapshot().connectors[0].transaction
    stage.play("inject fault=EVSE_FAULT_MISSING_HOST\nwait ocpp_status=Faulted\nafter 5s")
    assert stage.station.snapshot().connectors[0].why.code == "no_board"
    assert not any(stage.station.world.view().contacts)
    stage.play("inject fault=EVSE_FAULT_MISSING_HOST active=false")
    stage.play("wait ocpp_status=Charging")
    after = stage.station.snapshot().connectors[0]
    assert before is not None
    assert after.transaction is not None
    assert after.transaction.session == before.session
    assert after.faults == ()


# --- the words ----------------------------------------------------------------------------------------


def test_ev_is_wish_current_and_misbehaviour() -> None:
    """State C and D ask for power, B does not; D is a car that needs ventilation."""
    assert bench_actions("ev", {"state": "B"}) == [ConfigureCar(ventilation=False), StopPower()]
    assert bench_actions("ev", {"state": "D", "current_a": 10}) == [
        ConfigureCar(obc_ma=10_000),
        ConfigureCar(ventilation=True),
        RequestPower(),
    ]
    good = [SetMisbehaviour(each, False) for each in Misbehaviour]
    assert bench_actions("ev", {"misbehave": "none"}) == good
    asleep = [SetMisbehaviour(each, each is Misbehaviour.ASLEEP) for each in Misbehaviour]
    assert bench_actions("ev", {"misbehave": "asleep"}) == asleep


def test_world_sets_what_is_named_and_nothing_else() -> None:
    """Volts, amperes and degrees of a person become the world's own units."""
    assert bench_actions("world", {}) == []
    assert bench_actions("world", {"voltage_v": 207.5}) == [SetVoltage(l1_mv=207_500)]
    assert bench_actions("world", {"house_a": -3, "temperature_c": 61}) == [
        SetHouseLoad(l1_ma=-3_000),
        SetTemperatures(relay_mc=61_000, electronics_mc=61_000),
    ]


@pytest.mark.parametrize(
    ("word", "args", "sentence"),
    [
        ("ev", {"current_a": "nan"}, "current_a must be a number"),
        ("ev", {"current_a": 1e300}, "current_a must be a number"),
        ("ev", {"state": "E"}, "Invalid enum value 'E'"),
        ("ev", {"misbehave": "bites"}, "A car knows no bites; it can do none, draws_too_much"),
        ("world", {"voltage_v": -1}, "voltage_v is 0 to 1000"),
        ("world", {"temperature_c": 1e6}, "temperature_c is -100 to 300"),
        (
            "world",
            {"rain_mm": 3},
            "world has no argument rain_mm; it takes voltage_v, house_a, temperature_c",
        ),
        (
            "inject",
            {"fault": "EVSE_FAULT_RAIN"},
            "EVSE_FAULT_RAIN cannot be caused in this release; what can",
        ),
        ("inject", {"fault": "EVSE_FAULT_CP_STATE", "value": "inf"}, "value must be a number"),
        ("voltage", {"l1_mv": 10**30}, "l1_mv must be a number"),
    ],
)
def test_what_the_world_cannot_be_is_refused_in_a_sentence(
    word: str, args: dict[str, object], sentence: str
) -> None:
    """Before anything is done."""
    with pytest.raises(OperationError) as refused:
        bench_actions(word, args)
    assert sentence in str(refused.value)
