"""The support bundle: what is in it, what is left out, its bounds, and that no secret is in any of it."""

import io
import json
import random
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.masking import Masker
from pilotline.links.support import MOST_BYTES, TAIL_BYTES, Request, Urgency, make_bundle, mask_log
from pilotline.vocabulary.files import Blob

PLANTED = "s3cr3t-Pl4nted"
UUID = "0b6f2c1e-8d0a-4f7e-9b7d-1f2a3c4d5e6f"
VERSIONS = {"pilotline": "1", "model": "evnet"}


def request(description: str = "It does not charge.", station: str = "EVNET 1") -> Request:
    return Request(description, "Plug in, show a card.", Urgency.CRITICAL, station, "SN-7", UUID)


def bundle(said: dict[str, Any] | None = None, logs: dict[str, bytes] | None = None, **of: str) -> Blob:
    return make_bundle(request(**of), said or {}, VERSIONS, logs or {}, Masker([PLANTED]))


def files(blob: Blob) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(blob.data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.requirement("P-09")
def test_a_request_says_what_is_wrong_of_which_station_and_how_urgent() -> None:
    """Its own number, description, steps, class, station and serial number."""
    packed = files(bundle({"status.json": {"model": "evnet"}}))
    assert json.loads(packed["request.json"]) == {
        "description": "It does not charge.",
        "steps": "Plug in, show a card.",
        "urgency": "critical",
        "station": "EVNET 1",
        "serial": "SN-7",
        "uuid": UUID,
    }
    assert [each.value for each in Urgency] == ["critical", "normal", "minor"]


def test_the_first_file_says_what_is_in_it_and_what_is_not() -> None:
    """Whoever opens it needs nothing else to know."""
    packed = files(bundle({"status.json": {}}, {"host.log": b"a line\n"}))
    assert list(packed) == ["README.txt", "host.log", "request.json", "status.json", "versions.json"]
    readme = packed["README.txt"].decode()
    assert "  host.log           the end of the host's log" in readme
    assert "  board.log          this station has none" in readme
    assert "Photos, videos and certificates that were added on the page are in attachments/" in readme


def test_the_same_contents_are_the_same_bytes() -> None:
    """In whatever order they come."""
    one = bundle({"status.json": {"a": 1}, "keys.json": []}, {"host.log": b"x\n"})
    other = bundle({"keys.json": [], "status.json": {"a": 1}}, {"host.log": b"x\n"})
    assert one == other
    assert (one.name, one.media_type) == ("pilotline-EVNET-1-support.zip", "application/zip")


def test_a_name_of_a_station_is_no_path() -> None:
    assert bundle(station="../../etc/passwd").name == "pilotline-------etc-passwd-support.zip"
    assert bundle(station="").name == "pilotline-station-support.zip"


@pytest.mark.requirement("P-09")
def test_a_bundle_stays_small_and_says_what_it_left_out() -> None:
    """Logs go first; what cannot be squeezed is left out and named."""
    noise = random.Random(1).randbytes(5_000_000).hex()
    blob = bundle({"status.json": {"a": 1}, "ocpp.json": [noise]}, {"board.log": noise.encode()})
    assert len(blob.data) <= MOST_BYTES
    packed = files(blob)
    assert "status.json" in packed
    assert {"board.log", "ocpp.json"}.isdisjoint(packed)
    assert "  board.log          it would have made the bundle too large" in packed["README.txt"].decode()


def test_the_first_line_of_a_tail_is_a_piece_and_is_left_out() -> None:
    """Half a line is half a secret, and nobody can tell which half."""
    line = b'{"event":"x","password":"%s"}\n' % PLANTED.encode()
    tail = (line * (TAIL_BYTES // len(line) + 2))[-TAIL_BYTES:]
    masked = mask_log(tail, Masker())
    assert PLANTED.encode() not in masked
    assert masked.count(b"\n") == tail.count(b"\n") - (not tail.startswith(b"{"))


SPOTS = st.sampled_from(
    [
        {"key": "AuthorizationKey", "value": PLANTED},
        {"url": f"wss://cp:{PLANTED}@backend.example/ocpp"},
        {"text": f"Authorization: Basic {PLANTED}"},
        {"password": PLANTED},
        {"sentence": f"somebody wrote {PLANTED} somewhere"},
        [2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": PLANTED}],
    ]
)


@given(
    st.lists(SPOTS, max_size=5), st.lists(SPOTS.map(json.dumps) | st.text(max_size=40), max_size=5), st.text()
)
def test_a_planted_secret_is_nowhere_in_it(said: list[Any], lines: list[str], beside: str) -> None:
    """Not in what the station said, not in its logs, not in what the person wrote."""
    log = "\n".join([*lines, f"plain {PLANTED} in a line", beside]).encode("utf-8", "surrogatepass")
    blob = bundle(
        {"status.json": said, "ocpp.json": said}, {"host.log": log}, description=f"It is {PLANTED}."
    )
    for data in files(blob).values():
        assert PLANTED.encode() not in data
