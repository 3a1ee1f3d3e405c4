"""Live values for an electrician, and what the station finds when it examines itself."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from pilotline.links.diagnostics import Diagnosis, Facts, diagnose, diagnose_upload
from pilotline.links.self_test import Check, Tried, check_clock, check_disk, check_space, examine
from pilotline.simulator.actions import Cover, PlugIn, SetCover, SetLeakage, SetMeterFault
from pilotline.station.clock import WallClock
from pilotline.station.upkeep.uploads import UploadView
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.transfers import LOGIN
from pilotline.wire.rtm_link import Counters
from support.stories import Scene

UTC_NOW = datetime(2026, 1, 5, tzinfo=UTC)
WELL = Tried(0.01, 5_000)


def diagnosis(scene: Scene) -> Diagnosis:
    host, now = scene.station.host, scene.station.timeline.now - scene.station.host_since
    return diagnose(host.station, host.link_counters, Facts(host.clock.boot, host.reset_reason.name), now)


def checks(scene: Scene, tried: Tried = WELL, utc: datetime | None = UTC_NOW) -> dict[str, Check]:
    found = examine(scene.station.host.station, diagnosis(scene), scene.station.snapshot(), utc, tried)
    return {each.name: each for each in found}


@pytest.mark.requirement("E-71")
def test_an_idle_station_shows_a_steady_pilot_and_no_resistor() -> None:
    """+12 V both ways, nothing plugged in, contacts open; the duty is none."""
    scene = Scene()
    seen = diagnosis(scene).connectors["1"]
    assert (seen.pilot_state, seen.pilot_high_v, seen.pilot_low_v) == ("A", 12.0, 12.0)
    assert (seen.duty_percent, seen.proximity_ohm, seen.cable_a) == (None, None, None)
    assert (seen.contacts, seen.relay) == ({"live": False, "neutral": False}, False)
    assert seen.measured_s is not None
    assert seen.measured_s <= 1.1


@pytest.mark.requirement("E-71", "E-03")
def test_while_it_charges_every_value_is_there() -> None:
    """State C at 6 V and −12 V, 32 A are 53.33 % (IEC 61851-1), a cable of 220 Ω, current in L1."""
    scene = Scene()
    scene.charge()
    seen = diagnosis(scene).connectors["1"]
    assert (seen.pilot_state, seen.pilot_output) == ("C", "pwm")
    assert (seen.pilot_high_v, seen.pilot_low_v) == (6.0, -12.0)
    assert seen.duty_percent == pytest.approx(53.33, abs=0.01)
    assert (seen.proximity_ohm, seen.cable_a) == (220, 32.0)
    assert (seen.contacts, seen.relay, seen.lock) == ({"live": True, "neutral": True}, True, "locked")
    assert seen.current_a[0] == pytest.approx(32, abs=0.5)
    assert seen.voltage_v[0] > 200
    assert len(seen.temperatures_c) == 2


def test_leaking_current_is_shown_below_what_trips() -> None:
    """An installer sees it before the station trips."""
    scene = Scene()
    scene.charge()
    scene.do(SetLeakage(ac_ua=4_000, dc_ua=1_500))
    scene.run(2)
    seen = diagnosis(scene).connectors["1"]
    assert (seen.residual_ac_ma, seen.residual_dc_ma) == (4.0, 1.5)


def test_a_cable_with_a_wrong_resistor_is_seen() -> None:
    """What is measured is shown, whether it means anything or not."""
    scene = Scene()
    scene.do(PlugIn(ohm=60))
    scene.run(3)
    seen = diagnosis(scene).connectors["1"]
    assert (seen.proximity_ohm, seen.cable_a, seen.faults) == (60, None, "0x0200")


def test_of_a_module_that_is_silent_nothing_old_is_shown() -> None:
    """Before it has answered there is nothing to show, and that is no failure."""
    scene = Scene()
    host = scene.station.host
    later = scene.station.timeline.now + 60_000_000
    seen = diagnose(host.station, lambda _: Counters(), Facts(1, "POWERON"), later).connectors["1"]
    assert (seen.pilot_state, seen.pilot_high_v, seen.relay, seen.contacts) == (None, None, None, None)
    assert seen.temperatures_c == seen.voltage_v == ()
    assert seen.measured_s is None


def test_the_rest_of_it_is_told_too() -> None:
    """Boot, model with its hash, how the meter answers, the safety settings in force, the link's counters."""
    scene = Scene()
    scene.run(5)
    seen = diagnosis(scene)
    assert (seen.boot, seen.reset_reason, seen.disk) == (1, "POWERON", None)
    assert seen.model_hash == f"{scene.station.model.rtm.hash:016x}"
    assert (seen.meter["1"].fitted, seen.meter["1"].answers) == (True, True)
    assert seen.connectors["1"].settings["LOCK_ENABLED"] == 1
    assert seen.connectors["1"].link["frames"] > 5
    assert seen.connectors["1"].link["errors"] == 0
    assert msgspec.json.decode(msgspec.json.encode(seen))["connectors"]["1"]["pilot_state"] == "A"


# --- the self-test ---


def test_where_all_is_well_every_check_says_so() -> None:
    """What only a person can see is neither well nor not."""
    scene = Scene()
    scene.run(5)
    found = checks(scene)
    assert [name for name, check in found.items() if check.ok is False] == []
    assert {name for name, check in found.items() if check.ok is None} == {"light", "lights"}
    assert {"clock", "disk", "space", "board", "meter", "covers", "faults", "backend"} <= found.keys()


def test_what_is_not_well_says_what_to_do() -> None:
    """An open cover, a silent meter, a backend that is gone, a leak, a full disk, no time."""
    scene = Scene()
    scene.charge()
    scene.do(SetCover(Cover.MAIN, open=True))
    scene.do(SetLeakage(ac_ua=40_000))
    scene.do(SetMeterFault())
    scene.network(up=False)
    scene.run(20)
    found = checks(scene, Tried(None, 3), None)
    bad = {name for name, check in found.items() if check.ok is False}
    assert {"clock", "disk", "space", "meter", "covers", "faults", "backend"} <= bad
    assert all(check.advice for name, check in found.items() if name in bad)


def test_a_station_without_a_backend_is_not_called_ill() -> None:
    scene = Scene(online=False)
    assert checks(scene, Tried(0.01, None, backend_configured=False))["backend"].ok is None


def test_it_does_not_disturb_a_charge() -> None:
    """Asked a hundred times, it changes nothing."""
    scene = Scene()
    scene.charge()
    events = scene.station.host_events
    for _ in range(100):
        checks(scene)
    assert scene.station.host_events == events
    assert scene.at(1).ocpp_status == ConnectorStatus.CHARGING.value


@pytest.mark.parametrize(
    ("check", "ok"),
    [
        (check_disk(0.05), True),
        (check_disk(2.5), False),
        (check_disk(None), False),
        (check_disk(0.05, "The disk is full."), False),
        (check_space(99), False),
        (check_space(100), True),
        (check_clock(UTC_NOW), True),
        (check_clock(None), False),
    ],
)
def test_each_bound(check: Check, ok: bool) -> None:
    assert check.ok is ok
    assert bool(check.advice) is not ok


def test_many_errors_on_the_link_are_told_of() -> None:
    """One in a hundred is a bad wire."""
    scene = Scene()
    scene.station.host.link_counters(1).bad_checksum = 100
    assert checks(scene)["board"].ok is False


@pytest.mark.requirement("M-41", "R-32")
def test_the_last_upload_is_told_with_the_number_of_its_failure() -> None:
    """And with what to do; one that is there has none."""
    view = UploadView(
        "LogStatusNotification", "x.tar.gz", "PermissionDenied", (1, 5, 0), fault="login", code=530
    )
    seen = diagnose_upload(view, WallClock(1, []))
    assert seen is not None
    assert (seen.failure, seen.name, seen.answer, seen.sentence) == (-8, "login", 530, LOGIN.sentence)
    assert seen.at == "1970-01-01T00:00:00+00:00"
    seen = diagnose_upload(replace(view, fault="", code=None, stamp=(1, 5, None)), WallClock(1, []))
    assert seen is not None
    assert (seen.failure, seen.advice, seen.at) == (None, None, None)
    assert diagnose_upload(None, WallClock(1, [])) is None
