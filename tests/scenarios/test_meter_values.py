"""Stories of meter values: at an interval, on the clock, at the end of a session, as a backend gets them."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from pilotline.links.ocpp.link import ClockLearned
from pilotline.simulator.actions import RequestPower, StopPower
from pilotline.simulator.backend import MIDNIGHT
from pilotline.simulator.modbus_meter import MeterFault
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.times import parse_time
from pilotline.wire.ocpp.words import Context, Measurand, MessageTrigger, TriggerStatus
from support.stories import Scene

S = ConnectorStatus
REGISTER = "Energy.Active.Import.Register"
EVERYTHING = (
    "Energy.Active.Import.Register,Energy.Active.Export.Register,Power.Active.Import,Power.Active.Import.L1,"
    "Power.Active.Import.L2,Power.Active.Import.L3,Power.Offered,Power.Factor,Current.Import,Current.Offered,"
    "Voltage,Voltage.N,Temperature"
)


def clocked(scene: Scene) -> list[v16.MeterValues]:
    """The messages with a value of the clock."""
    return [
        each for each in scene.told(v16.MeterValues) if context(each.meter_value[0]) is Context.SAMPLE_CLOCK
    ]


def context(value: v16.MeterValue) -> Context:
    found = {each.context for each in value.sampled_value}
    (only,) = found
    assert only is not None
    return only


def moment(value: v16.MeterValue) -> datetime:
    return parse_time(value.timestamp)


def times(messages: list[v16.MeterValues]) -> list[str]:
    return [f"{moment(each.meter_value[0]):%H:%M:%S.%f}"[:-3] for each in messages]


def register(value: v16.MeterValue) -> int:
    (found,) = [each for each in value.sampled_value if each.measurand is Measurand(REGISTER)]
    return int(found.value)


def stop_of(scene: Scene) -> v16.StopTransaction:
    return scene.told(v16.StopTransaction)[-1]


def data_of(scene: Scene) -> tuple[v16.MeterValue, ...]:
    data = stop_of(scene).transaction_data
    assert data is not None
    return data


def unplug(scene: Scene) -> None:
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(2)


# --- on the clock ---------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_values_of_the_clock_come_on_its_marks() -> None:
    """Edge case 28: every five minutes from midnight, with a transaction while there is one, else without."""
    scene = Scene(ClockAlignedDataInterval=300, MeterValueSampleInterval=0)
    scene.run(301)
    scene.charge()
    scene.run(600)
    unplug(scene)
    scene.run(300)
    told = clocked(scene)
    assert times(told) == ["00:05:00.000", "00:10:00.000", "00:15:00.000", "00:20:00.000"]
    assert [each.transaction_id for each in told] == [None, 1, 1, None]
    assert {each.connector_id for each in told} == {1}
    assert scene.told(v16.MeterValues) == told


@pytest.mark.requirement("E-60")
def test_what_they_contain_is_a_key_of_its_own() -> None:
    """MeterValuesAlignedData for those of the clock, MeterValuesSampledData for the others."""
    scene = Scene(
        ClockAlignedDataInterval=60,
        MeterValuesAlignedData="Voltage",
        MeterValuesSampledData="Power.Active.Import",
    )
    scene.charge()
    scene.run(120)
    found = {
        (context(each.meter_value[0]).value, value.measurand.value if value.measurand else "")
        for each in scene.told(v16.MeterValues)
        for value in each.meter_value[0].sampled_value
    }
    assert found == {("Sample.Clock", "Voltage"), ("Sample.Periodic", "Power.Active.Import")}


@pytest.mark.requirement("E-60")
def test_two_connectors_tell_the_same_marks() -> None:
    """Each of its own meter, the same moment; the one that charges with its transaction."""
    scene = Scene("master-plus-ac", ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    scene.charge()
    scene.charge("04D4E5F6", connector=2)
    scene.run(120)
    told = clocked(scene)
    assert {(each.connector_id, each.transaction_id) for each in told} == {(1, 1), (2, 2)}
    first, second = (times([each for each in told if each.connector_id == number]) for number in (1, 2))
    assert first == second == ["00:01:00.000", "00:02:00.000"]


@pytest.mark.requirement("E-60")
def test_a_new_interval_counts_at_once() -> None:
    """From none to one a minute, and to none again, by the backend and without a restart."""
    scene = Scene(MeterValueSampleInterval=0)
    scene.run(70)
    scene.ask(v16.ChangeConfiguration("ClockAlignedDataInterval", "60"))
    scene.run(120)
    scene.ask(v16.ChangeConfiguration("ClockAlignedDataInterval", "0"))
    scene.run(300)
    assert times(clocked(scene)) == ["00:02:00.000", "00:03:00.000"]


@pytest.mark.requirement("E-60", "R-34")
def test_offline_the_session_keeps_its_values_and_nobody_else_does() -> None:
    """Those of a transaction are told when the line is back; those without one are history by then."""
    scene = Scene(ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    scene.network(up=False)
    scene.run(130)
    scene.charge()
    scene.run(120)
    unplug(scene)
    scene.run(120)
    scene.network(up=True)
    scene.run(20)
    told = clocked(scene)
    assert {each.transaction_id for each in told} == {1}
    assert times(told) == ["00:03:00.000", "00:04:00.000"]
    kinds = [type(each).__name__ for each in scene.transactions()]
    assert kinds == ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]


def test_before_the_backend_has_accepted_us_none_is_sent() -> None:
    """The operating system knows the time, the backend does not know us yet: there is nobody to tell."""
    scene = Scene(ClockAlignedDataInterval=60, online=False)
    scene.station.tell(ClockLearned(MIDNIGHT + timedelta(microseconds=scene.now)))
    scene.run(150)
    scene.network(up=True)
    scene.run(60)
    assert times(clocked(scene)) == ["00:03:00.000"]


@pytest.mark.requirement("R-51")
def test_while_the_time_is_unknown_there_are_no_marks() -> None:
    """Edge case 28: a session that starts without a time has no values of the clock, nor one of 1970."""
    scene = Scene(ClockAlignedDataInterval=60, MeterValueSampleInterval=60, online=False)
    scene.charge()
    scene.run(180)
    scene.network(up=True)
    scene.run(130)
    told = scene.told(v16.MeterValues)
    assert all(moment(each.meter_value[0]) >= MIDNIGHT for each in told)
    assert times(clocked(scene))[0] >= "00:03:00.000"
    assert len(clocked(scene)) == 2


@pytest.mark.requirement("E-60")
def test_a_correction_of_the_clock_moves_the_marks_and_repeats_none() -> None:
    """Edge case 28: the clock goes 90 s back, then 10 minutes on; every value still stands on its mark."""
    scene = Scene(ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    scene.charge()
    scene.run(300)
    for step in (-90, 600, -3):
        scene.station.tell(ClockLearned(MIDNIGHT + timedelta(microseconds=scene.now, seconds=step)))
        scene.station.backend._zero = MIDNIGHT + timedelta(seconds=step)
        scene.run(200)
    told = [moment(each.meter_value[0]) for each in clocked(scene)]
    assert all((each - MIDNIGHT) % timedelta(minutes=1) == timedelta(0) for each in told)
    assert len(set(told)) == len(told)
    assert max(told) > MIDNIGHT + timedelta(minutes=15)


@pytest.mark.requirement("E-60")
def test_the_sampled_values_keep_their_pace_when_the_clock_is_corrected() -> None:
    """Edge case 28: intervals are counted by a clock that nobody corrects."""
    scene = Scene(MeterValueSampleInterval=60)
    scene.charge()
    for step in (3_600, -3_600, 90):
        scene.run(60)
        scene.station.tell(ClockLearned(MIDNIGHT + timedelta(microseconds=scene.now, seconds=step)))
    scene.run(120)
    told = [moment(each.meter_value[0]) for each in scene.told(v16.MeterValues)]
    assert len(told) == 5
    assert {later - earlier for earlier, later in pairwise(told)} == {timedelta(minutes=1)}


# --- in the end of a session ----------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_the_end_tells_what_was_sampled() -> None:
    """Begin, one at each interval, end; the registers are those of start and stop, the times too."""
    scene = Scene(StopTxnSampledData=f"{REGISTER},Voltage", MeterValueSampleInterval=60)
    scene.charge()
    scene.run(150)
    unplug(scene)
    (start,), stop, data = scene.told(v16.StartTransaction), stop_of(scene), data_of(scene)
    contexts = [context(each).value for each in data]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    assert (register(data[0]), data[0].timestamp) == (start.meter_start, start.timestamp)
    assert (register(data[-1]), data[-1].timestamp) == (stop.meter_stop, stop.timestamp)
    assert [register(each) for each in data] == sorted(register(each) for each in data)
    told = [each.meter_value[0] for each in scene.told(v16.MeterValues)]
    assert [each.timestamp for each in told] == [each.timestamp for each in data[1:-1]]
    assert {len(each.sampled_value) for each in data} == {2}


@pytest.mark.requirement("E-60")
def test_the_end_tells_what_was_on_the_clock() -> None:
    """Marks between the times of start and stop, and only those; no begin and no end of it."""
    scene = Scene(StopTxnAlignedData=REGISTER, ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    scene.run(70)
    scene.charge()
    scene.run(180)
    unplug(scene)
    scene.run(70)
    (start,), stop, data = scene.told(v16.StartTransaction), stop_of(scene), data_of(scene)
    assert {context(each) for each in data} == {Context.SAMPLE_CLOCK}
    begin, end = parse_time(start.timestamp), parse_time(stop.timestamp)
    expected = [MIDNIGHT + timedelta(minutes=minute) for minute in range(1, 10)]
    assert [moment(each) for each in data] == [each for each in expected if begin <= each <= end]
    assert len(data) == 3


@pytest.mark.requirement("E-60")
def test_both_kinds_stand_in_the_order_of_their_times() -> None:
    """Begin first, end last, and nothing goes back in time between."""
    scene = Scene(
        StopTxnSampledData=REGISTER,
        StopTxnAlignedData=REGISTER,
        ClockAlignedDataInterval=45,
        MeterValueSampleInterval=30,
    )
    scene.charge()
    scene.run(400)
    unplug(scene)
    data = data_of(scene)
    assert [moment(each) for each in data] == sorted(moment(each) for each in data)
    assert [register(each) for each in data] == sorted(register(each) for each in data)
    kinds = [context(each).value for each in data]
    assert (kinds[0], kinds[-1]) == ("Transaction.Begin", "Transaction.End")
    assert (kinds.count("Sample.Periodic"), kinds.count("Sample.Clock")) == (13, 9)


@pytest.mark.requirement("E-60")
def test_with_empty_lists_the_end_has_no_data() -> None:
    """As the factory has them: the field is left out, not empty."""
    scene = Scene()
    scene.charge()
    scene.run(120)
    unplug(scene)
    assert stop_of(scene).transaction_data is None


@pytest.mark.requirement("E-60")
def test_a_session_with_no_interval_tells_its_two_ends() -> None:
    """MeterValueSampleInterval 0: nothing between begin and end."""
    scene = Scene(StopTxnSampledData=REGISTER, MeterValueSampleInterval=0)
    scene.charge()
    scene.run(300)
    unplug(scene)
    assert [context(each).value for each in data_of(scene)] == ["Transaction.Begin", "Transaction.End"]


@pytest.mark.requirement("E-60")
def test_the_end_of_a_long_session_stays_under_the_bound() -> None:
    """Edge case 29: three phases, every measurand, both kinds every ten seconds: under 32 kB, and thinned."""
    scene = Scene(
        "master-plus-ac",
        StopTxnSampledData=EVERYTHING,
        StopTxnAlignedData=EVERYTHING,
        ClockAlignedDataInterval=10,
        MeterValueSampleInterval=10,
        MeterValuesSampledData=REGISTER,
    )
    scene.charge()
    scene.run(900)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(40)
    texts = [each.what for each in scene.trace if each.target == "backend" and isinstance(each.what, str)]
    (text,) = [text for text in texts if '"StopTransaction"' in text]
    assert len(text.encode()) < 32_000
    data = data_of(scene)
    assert [moment(each) for each in data] == sorted(moment(each) for each in data)
    assert (context(data[0]).value, context(data[-1]).value) == ("Transaction.Begin", "Transaction.End")
    assert len({(each.timestamp, context(each)) for each in data}) == len(data)
    assert len(data) >= 8
    assert json.loads(text)[2] == "StopTransaction"


@pytest.mark.parametrize("how", ["host_crash", "power_cycle"])
@pytest.mark.requirement("E-60", "R-52")
def test_a_session_left_open_ends_with_its_two_registers(how: str) -> None:
    """What was between went with the crash and is not made up: begin as at the start, end as at the stop."""
    scene = Scene(StopTxnSampledData=f"{REGISTER},Voltage", StopTxnAlignedData=REGISTER)
    scene.charge()
    scene.run(130)
    getattr(scene.station, how)()
    scene.run(60)
    start, stop, data = (
        scene.told(v16.StartTransaction)[0],
        scene.told(v16.StopTransaction)[0],
        data_of(scene),
    )
    assert [context(each).value for each in data] == ["Transaction.Begin", "Transaction.End"]
    assert (register(data[0]), data[0].timestamp) == (start.meter_start, start.timestamp)
    assert (register(data[-1]), data[-1].timestamp) == (stop.meter_stop, stop.timestamp)
    assert {len(each.sampled_value) for each in data} == {1}


@pytest.mark.parametrize("listed", ["", "Voltage"])
def test_a_session_left_open_says_nothing_it_does_not_know(listed: str) -> None:
    """Without the register among the measurands there is nothing to tell of it."""
    scene = Scene(StopTxnSampledData=listed)
    scene.charge()
    scene.run(70)
    scene.station.power_cycle()
    scene.run(60)
    assert scene.told(v16.StopTransaction)[0].transaction_data is None


def test_a_session_whose_meter_fell_silent_tells_the_register_it_ends_with() -> None:
    """Nobody measures the voltage any more; begin and end still have the registers of start and stop."""
    scene = Scene(StopTxnSampledData=f"{REGISTER},Voltage")
    scene.charge()
    scene.run(30)
    scene.station.meter.fault = MeterFault.SILENT  # pyright: ignore[reportAttributeAccessIssue]
    scene.run(60)
    scene.unplug()
    scene.run(30)
    stop, data = stop_of(scene), data_of(scene)
    assert register(data[-1]) == stop.meter_stop
    assert [len(each.sampled_value) for each in (data[0], data[-1])] == [2, 1]


# --- the Master Plus ------------------------------------------------------------------------------------


@pytest.mark.requirement("M-44", "R-33")
def test_a_master_plus_meters_while_it_charges() -> None:
    """Register and power at the interval and on the clock; a car that pauses pauses them, too."""
    scene = Scene("master-plus-ac", ClockAlignedDataInterval=60)
    scene.run(130)
    assert scene.told(v16.MeterValues) == []
    scene.charge()
    scene.run(130)
    charging = len(scene.told(v16.MeterValues))
    assert charging >= 4
    measured = {
        v.measurand for each in scene.told(v16.MeterValues) for v in each.meter_value[0].sampled_value
    }
    assert {each.value for each in measured if each} == {REGISTER, "Power.Active.Import"}
    assert all((each.transaction_id or 0) > 0 for each in scene.told(v16.MeterValues))
    scene.do(StopPower())
    scene.until(S.SUSPENDED_EV)
    scene.run(2)
    paused = len(scene.told(v16.MeterValues))
    scene.run(180)
    assert len(scene.told(v16.MeterValues)) == paused
    scene.do(RequestPower())
    scene.until(S.CHARGING)
    scene.run(130)
    assert len(scene.told(v16.MeterValues)) >= paused + 4


@pytest.mark.requirement("M-44", "R-33")
def test_a_master_plus_records_nothing_for_a_session_without_a_number() -> None:
    """Begun offline: no value until the backend has given its number, and the stop has the register."""
    scene = Scene("master-plus-ac", ClockAlignedDataInterval=60)
    scene.network(up=False)
    scene.charge()
    scene.run(300)
    waiting = scene.station.snapshot().backend.queued
    assert waiting == 1, "the start alone"
    back = scene.now
    scene.network(up=True)
    scene.run(130)
    told = scene.told(v16.MeterValues)
    assert told
    assert all(moment(each.meter_value[0]) - MIDNIGHT >= timedelta(microseconds=back) for each in told)


@pytest.mark.requirement("M-44")
def test_a_master_plus_answers_when_it_is_asked() -> None:
    """TriggerMessage is a request like any other: the values of now, whatever happens at the connector."""
    scene = Scene("master-plus-ac")
    answer = scene.ask(v16.TriggerMessage(MessageTrigger.METER_VALUES, 1))
    assert answer == {"status": TriggerStatus.ACCEPTED.value}
    (told,) = scene.told(v16.MeterValues)
    assert (context(told.meter_value[0]), told.transaction_id) == (Context.TRIGGER, None)


# --- what is measured -----------------------------------------------------------------------------------


@pytest.mark.requirement("R-21")
def test_the_evnets_dotted_names_go_out_as_measurand_and_phase() -> None:
    """Its factory list of seven, as OCPP words it."""
    scene = Scene()
    scene.charge()
    scene.run(65)
    values = scene.told(v16.MeterValues)[0].meter_value[0].sampled_value
    found = {(v.measurand.value if v.measurand else "", v.phase.value if v.phase else None) for v in values}
    assert found == {
        ("Voltage", "L1-N"),
        ("Voltage", "N"),
        ("Temperature", None),
        ("Current.Offered", "L1"),
        ("Current.Import", "L1"),
        ("Power.Active.Import", "L1"),
        (REGISTER, "L1"),
    }


@pytest.mark.requirement("E-60")
def test_what_is_told_of_a_charge_fits_together() -> None:
    """Volts times amperes are the watts, the factor is theirs, and no more is drawn than is offered."""
    scene = Scene("master-plus-ac", MeterValuesSampledData=EVERYTHING)
    scene.charge()
    scene.run(65)
    values = scene.told(v16.MeterValues)[-1].meter_value[0].sampled_value
    of = {
        (v.measurand.value if v.measurand else "", v.phase.value if v.phase else ""): float(v.value)
        for v in values
    }
    volts = [of["Voltage", f"L{n}-N"] for n in (1, 2, 3)]
    amperes = [of["Current.Import", f"L{n}"] for n in (1, 2, 3)]
    watts = [of["Power.Active.Import", f"L{n}"] for n in (1, 2, 3)]
    assert sum(watts) == pytest.approx(of["Power.Active.Import", ""], abs=3)
    assert watts == pytest.approx([v * i for v, i in zip(volts, amperes, strict=True)], rel=0.02)
    assert of["Power.Factor", ""] == pytest.approx(1, abs=0.02)
    assert of["Power.Offered", ""] == pytest.approx(sum(volts) * of["Current.Offered", ""], abs=3)
    assert max(amperes) <= of["Current.Offered", ""] + 0.5


@pytest.mark.requirement("E-60")
def test_the_longest_list_can_be_read_and_is_kept() -> None:
    """The key beside each list says how long it may be; a longer one is Rejected and changes nothing."""
    scene = Scene()
    scene.ask(v16.ChangeConfiguration("StopTxnSampledData", REGISTER))
    answer = scene.ask(v16.GetConfiguration(("StopTxnSampledDataMaxLength",)))
    (key,) = answer["configurationKey"]
    assert key["readonly"] is True
    too_long = ",".join(["Voltage"] * (int(key["value"]) + 1))
    assert scene.ask(v16.ChangeConfiguration("StopTxnSampledData", too_long)) == {"status": "Rejected"}
    assert scene.ask(v16.ChangeConfiguration("StopTxnSampledData", "SoC")) == {"status": "Rejected"}
    (kept,) = scene.ask(v16.GetConfiguration(("StopTxnSampledData",)))["configurationKey"]
    assert kept["value"] == REGISTER
