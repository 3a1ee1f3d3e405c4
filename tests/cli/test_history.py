"""What was, asked of real processes: a session with its price, through a crash, by the control line."""

from pathlib import Path

import pytest

from support.control_line import controlled


@pytest.mark.requirement("P-05", "P-06")
def test_a_session_is_told_with_its_cost_while_it_runs_and_after_a_crash(tmp_path: Path) -> None:
    """Read in a thread beside the one that writes; a file is the page's to ask for."""
    with controlled(tmp_path, "--set", "c_PricePerKWh=0.3147") as station:
        station.wait(ocpp_status="Available")
        assert station.ask("sessions")["sessions"] == []
        station.ask("plug_in")
        station.ask("present_tag", tag="04A1B2C3")
        station.wait(ocpp_status="Charging")
        (row,) = station.ask("sessions")["sessions"]
        assert (row["open"], row["who"], row["price"], row["currency"]) == (True, "04A1B2C3", "0.3147", "EUR")
        station.ask("host_crash")
        station.wait(ocpp_status="Finishing", timeout_s=40)
        station.ask("unplug")
        station.wait(ocpp_status="Available", timeout_s=40)
        view = station.ask("sessions", most=1)
        (row,) = view["sessions"]
        assert (row["open"], row["reason"]) == (False, "Reboot")
        assert row["energy_wh"] == row["meter_stop_wh"] - row["meter_start_wh"] == view["totals"]["energy_wh"]
        curve = station.ask("session_curve", session=row["session"])
        assert curve["session"] == row["session"]
        assert "no session x" in station.refusal("session_curve", session="x")
        assert "days are written like" in station.refusal("sessions", first="today")
        assert "There is no operation export" in station.refusal("export", what="pdf")
