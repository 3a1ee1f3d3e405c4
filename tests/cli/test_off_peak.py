"""Waiting and charging all the same, in real processes: settings of one run, ``charge_now``, ``energy``."""

from pathlib import Path

import pytest

from support.control_line import controlled
from support.processes import AT_ANY_HOUR, pilotline


def settings(*texts: str) -> list[str]:
    """On the command line, they stand in for those of the environment."""
    return [part for text in (*AT_ANY_HOUR.split(), *texts) for part in ("--set", text)]


@pytest.mark.requirement("E-65")
def test_after_a_power_cut_a_car_waits_at_random_and_its_owner_does_not(tmp_path: Path) -> None:
    """Free charging begins by itself when the power is back, after a delay that says its end; charge_now
    skips it, and what was charged stands in the records."""
    with controlled(tmp_path, *settings("c_AuthorizationMode=free", "c_MaxStartDelay=1800")) as station:
        station.wait(ocpp_status="Available")
        assert "no session here" in station.refusal("charge_now")
        station.ask("plug_in")
        station.wait(ocpp_status="Charging")  # somebody has just put the plug in
        station.ask("power_cycle")
        station.wait(ocpp_status="SuspendedEVSE", timeout_s=40)
        why = station.connector()["why"]
        assert why["limit"] == "start_delay"
        assert 0 < why["until"] <= 1_900_000_000
        station.ask("charge_now")
        station.wait(ocpp_status="Charging")
        months = station.ask("energy", by="month")
        assert (months["by"], months["undated_wh"]) == ("month", 0)
        assert "days are written like" in station.refusal("energy", first="today")
        assert "no connector 3" in station.refusal("energy", connector=3)


def test_settings_of_a_run_are_in_force_and_a_zone_needs_rules(tmp_path: Path) -> None:
    """By any case of their names; the database is that of the machine."""
    with controlled(tmp_path, *settings("timezone=Europe/Paris")) as station:
        station.wait(ocpp_status="Available")
        assert station.ask("config_get", keys=["TimeZone"]) == {"TimeZone": "Europe/Paris"}
        assert station.ask("config_set", key="TimeZone", value="Asia/Kathmandu") == "Accepted"
        refused = station.refusal("config_set", key="TimeZone", value="Europe/Nowhere")
        assert "This station's database has no time zone Europe/Nowhere." in refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("c_MaxStartDelay", "--set takes KEY=VALUE"),
        ("NoSuchKey=1", "--set takes KEY=VALUE"),
        ("c_MaxStartDelay=1801", "the value is 0 to 1800"),
        ("c_ChargeOffPeriod1=enable,8,11", "8 is no time of day"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, text: str, reason: str
) -> None:
    """One sentence, and the exit code of a mistake of the user's."""
    ended = pilotline(tmp_path, "run", "--no-panel", "--set", text)
    assert ended.returncode == 2
    assert reason in ended.stderr
