"""``pilotline exi``: lines of hex to lines of JSON and back."""

import json
import subprocess
from pathlib import Path

import pytest

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2, xmldsig
from support.processes import COMMAND, environment
from support.recorded import din, in_turns, iso, offer, taken, whole_session

SETUP = "809a02000000000000000011d0040000"


def exi(home: Path, text: str, *args: str) -> subprocess.CompletedProcess[str]:
    """The verb with this on its standard input."""
    return subprocess.run(
        [*COMMAND, "exi", *args],
        cwd=home,
        env=environment(home),
        input=text,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


@pytest.mark.requirement("M-01")
def test_a_message_of_din_is_the_json_of_its_schema(tmp_path: Path) -> None:
    """Element names as keys, binary values as hex."""
    done = exi(tmp_path, SETUP + "\n", "decode", "--namespace", din70121.URI)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "V2G_Message": {
            "Header": {"SessionID": "0000000000000000"},
            "Body": {"SessionSetupReq": {"EVCCID": "00"}},
        }
    }


@pytest.mark.parametrize(
    ("uri", "messages"),
    [
        (app_protocol.URI, [offer(), taken()]),
        (iso15118_2.URI, [each.payload for each in in_turns(whole_session())][2:]),
        (din70121.URI, [bytes.fromhex(SETUP), din(din70121.SessionStopReq())]),
    ],
)
def test_what_is_decoded_encodes_to_the_same_bytes(tmp_path: Path, uri: str, messages: list[bytes]) -> None:
    """Line by line, a whole session at once."""
    text = "".join(each.hex() + "\n" for each in messages)
    decoded = exi(tmp_path, text, "decode", "-n", uri)
    assert decoded.returncode == 0
    assert exi(tmp_path, decoded.stdout, "encode", "-n", uri).stdout == text


def test_a_fragment_is_written_and_read_as_one(tmp_path: Path) -> None:
    """It is what is signed, and no document."""
    fragment = '{"eMAID":{"Id":"id1","value":"DE8AA1A2B3C4D5"}}\n'
    encoded = exi(tmp_path, fragment, "encode", "-n", iso15118_2.URI, "--fragment")
    assert (encoded.returncode, encoded.stderr) == (0, "")
    assert exi(tmp_path, encoded.stdout, "decode", "-n", iso15118_2.URI, "--fragment").stdout == fragment
    assert exi(tmp_path, encoded.stdout, "decode", "-n", iso15118_2.URI).returncode == 1


def test_a_wrong_line_is_told_by_its_number_and_the_others_go_on(tmp_path: Path) -> None:
    """Exit code 1 at the end; standard output holds what is good and nothing else."""
    stop = iso(iso15118_2.SessionStopReq(charging_session=iso15118_2.ChargingSession.PAUSE)).hex()
    done = exi(tmp_path, f"{stop}\nzz\n\n80\n{stop}\n", "decode", "-n", iso15118_2.URI)
    assert done.returncode == 1
    assert [json.loads(line)["V2G_Message"]["Body"] for line in done.stdout.splitlines()] == [
        {"SessionStopReq": {"ChargingSession": "Pause"}}
    ] * 2
    told = done.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1"),
        ("[1]", "one element"),
        ('{"Elephant": {}}', "Elephant"),
        ('{"V2G_Message": {"Header": {"SessionID": "00"}}}', "V2G_Message"),
        (
            '{"V2G_Message": {"Header": {"SessionID": "00"}, "Body": {"SessionStopReq": {"Horse": 1}}}}',
            "Horse",
        ),
        ('{"V2G_Message": {"Header": {"SessionID": "000000000000000000"}, "Body": {}}}', "SessionID"),
    ],
)
def test_json_that_is_no_message_says_what_is_wrong_with_it(tmp_path: Path, line: str, why: str) -> None:
    """In a sentence, and never as a trace."""
    done = exi(tmp_path, line + "\n", "encode", "-n", iso15118_2.URI)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("line 1: ")
    assert why in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["-n", "urn:nobody"], "none of the namespaces"),
        (["-n", app_protocol.URI, "--fragment"], "leave --fragment out"),
        (["-n", xmldsig.URI], "give --fragment"),
    ],
)
def test_a_namespace_that_does_not_fit_is_a_wrong_use(tmp_path: Path, args: list[str], why: str) -> None:
    """Exit code 2, with what to do."""
    done = exi(tmp_path, "", "decode", *args)
    assert done.returncode == 2
    assert why in done.stderr
