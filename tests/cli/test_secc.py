"""``pilotline secc`` and ``pilotline evcc`` as a person uses them: two programs on loopback."""

import re
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.processes import pilotline, read_until, started

CAR = ("evcc", "--interface", "lo", "--soc", "50", "--until-soc", "51", "--capacity", "2")


@contextmanager
def charger(home: Path, *more: str) -> Generator[tuple[subprocess.Popen[str], list[str]]]:
    """One that waits for a car, and what it has said."""
    with started(home, "secc", "--interface", "lo", *more) as process:
        lines: list[str] = []
        read_until(process.stdout, "It waits for a car", lines)
        yield process, lines


def rest(process: subprocess.Popen[str], lines: list[str]) -> str:
    """All it says until it ends."""
    assert process.stdout is not None
    lines += process.stdout.readlines()
    process.wait(30)
    return "".join(lines)


@pytest.mark.requirement("M-01", "M-10")
@pytest.mark.parametrize(
    ("car", "more", "asked"),
    [
        (["--protocol", "din"], [], "wants DC_extended"),
        (["--protocol", "iso2"], [], "wants DC_extended"),
        (["--ac", "--current", "32"], ["--ac"], "wants AC_three_phase_core"),
    ],
    ids=["DIN SPEC 70121", "ISO 15118-2", "ISO 15118-2, AC"],
)
def test_a_car_charges_at_a_charger_and_both_tell_it(
    tmp_path: Path, car: list[str], more: list[str], asked: str
) -> None:
    """Message by message, with a verdict; exit code 0."""
    with charger(tmp_path, "--once", *more) as (process, lines):
        drove = pilotline(tmp_path, *CAR, *car)
        told = rest(process, lines)
    assert drove.returncode == 0, drove.stdout + drove.stderr
    assert process.returncode == 0, told
    for text in (drove.stdout, told):
        assert re.search(r"^ +\d+\.\d{3}  car +SessionSetup +is 02:AC:50:11:00:01$", text, re.MULTILINE)
        assert re.search(
            r"^ +\d+\.\d{3}  charger +SessionSetup +OK_NewSessionEstablished", text, re.MULTILINE
        )
        assert asked in text
        assert "\nTerminated: " in text
    assert re.search(r"\d+ messages in .* Wh by the meter\.\n$", told)
    assert re.search(r"state of charge 50 to 5[12] %\.\n$", drove.stdout)


def test_ctrl_c_ends_the_session_of_a_car_in_order(tmp_path: Path) -> None:
    """The charger asks the car to stop, and both end well."""
    with charger(tmp_path) as (process, lines), started(tmp_path, "evcc", "--interface", "lo") as car:
        read_until(process.stdout, "CurrentDemand", lines)
        process.send_signal(signal.SIGINT)
        told = rest(process, lines)
        drove = rest(car, [])
    assert "\nTerminated: The car ended the session." in told
    assert told.endswith("Stopped.\n")
    assert "\nTerminated: " in drove
    assert (process.returncode, car.returncode) == (0, 0)


def test_ctrl_c_on_the_cars_side_ends_it_in_order_too(tmp_path: Path) -> None:
    """A service manager's SIGTERM is the same."""
    with charger(tmp_path, "--once") as (process, lines):
        with started(tmp_path, "evcc", "--interface", "lo") as car:
            read_until(car.stdout, "CurrentDemand", [])
            car.send_signal(signal.SIGTERM)
            drove = rest(car, [])
        told = rest(process, lines)
    assert drove.endswith("Stopped.\n")
    assert "\nTerminated: The car ended the session." in told


@pytest.mark.requirement("R-55")
def test_a_card_is_shown_a_while_after_the_car_has_come(tmp_path: Path) -> None:
    """Until then the charger says that it is not done yet, and the repetition is counted."""
    with charger(tmp_path, "--once", "--authorise-after", "2") as (process, lines):
        drove = pilotline(tmp_path, *CAR)
        told = rest(process, lines)
    assert drove.returncode == 0, drove.stdout
    assert re.search(r"charger  Authorization +not done yet\n +and \d+ times the same\n", told)
    assert re.search(r"charger  Authorization +done\n", told)


@pytest.mark.parametrize(
    ("fault", "heard"),
    [("emergency@4", "EVSE_EmergencyShutdown"), ("insulation@1", "FAILED")],
)
def test_a_fault_on_demand_reaches_the_car(tmp_path: Path, fault: str, heard: str) -> None:
    """In the charge loop, or in the test of the cable; the car's exit code is 1."""
    with charger(tmp_path, "--once", "--fault", fault) as (process, lines):
        drove = pilotline(tmp_path, "evcc", "--interface", "lo")
        told = rest(process, lines)
    assert drove.returncode == 1, drove.stdout
    assert heard in drove.stdout
    assert "Wh by the meter" in told


def test_a_charger_that_speaks_nothing_of_the_cars_is_left(tmp_path: Path) -> None:
    """Both exit with 1, and say why."""
    with charger(tmp_path, "--once", "--protocols", "din") as (process, lines):
        drove = pilotline(tmp_path, *CAR, "--protocol", "iso2")
        told = rest(process, lines)
    assert (drove.returncode, process.returncode) == (1, 1)
    assert "\nNo protocol: " in told
    assert "\nRefused: " in drove.stdout


def test_two_chargers_on_one_interface_are_one_too_many(tmp_path: Path) -> None:
    """The second one says what to do."""
    with charger(tmp_path):
        second = pilotline(tmp_path, "secc", "--interface", "lo")
    assert second.returncode == 2
    assert second.stderr == (
        "pilotline: UDP port 15118, where cars ask for a charger, is in use on lo: another charger runs "
        "there. End it first, or take another interface.\n"
    )


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["secc", "-i", "eth99"], "There is no network interface eth99; this machine has "),
        (["evcc", "-i", "eth99"], "There is no network interface eth99; this machine has "),
        (["secc", "-i", "lo", "--protocols", "ccs"], "ccs is no protocol spoken here; there are din, iso2"),
        (["secc", "-i", "lo", "--protocols", ","], "No protocol is named; there are din, iso2"),
        (["secc", "-i", "lo", "--ac", "--protocols", "din"], "DIN SPEC 70121 knows direct current alone"),
        (["evcc", "-i", "lo", "--ac", "--protocol", "din"], "DIN SPEC 70121 knows direct current alone"),
        (
            ["secc", "-i", "lo", "--fault", "fire"],
            "--fault takes NAME@SECONDS, such as emergency@20, not fire",
        ),
        (["evcc", "-i", "lo", "--quirk", "sings"], "sings is no quirk known here; there are nul-scope, "),
    ],
)
def test_a_mistake_is_one_sentence_that_says_what_to_do(
    tmp_path: Path, args: list[str], sentence: str
) -> None:
    """Exit code 2, and no trace."""
    ended = pilotline(tmp_path, *args)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"pilotline: {sentence}")
    assert "Traceback" not in ended.stderr


@pytest.mark.requirement("M-10")
def test_a_car_with_habits_charges_all_the_same(tmp_path: Path) -> None:
    """Real cars have these."""
    habits = [word for name in ("nul-scope", "schema-ids", "empty-session-id") for word in ("--quirk", name)]
    with charger(tmp_path, "--once") as (process, lines):
        drove = pilotline(tmp_path, *CAR, *habits)
        told = rest(process, lines)
    assert drove.returncode == 0, drove.stdout
    assert "number 222" in told
    assert "\nTerminated: " in told
