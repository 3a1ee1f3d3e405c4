"""A recorded conversation of one car with one charger, from a capture file or from lines of JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from pilotline.wire.capture.conversations import Conversation, Heard, listen
from pilotline.wire.capture.homeplug import PARAMETERS_ASKED
from pilotline.wire.capture.packets import End, Homeplug
from pilotline.wire.capture.pcap import read_capture
from pilotline.wire.v2g import sdp
from pilotline.wire.v2g.v2gtp import PayloadType

BEFORE_US = 120_000_000
"""SLAC and SDP this long before a conversation may be its own: 20 to 50 s are allowed, and retries."""


class RecordingError(ValueError):
    """The file holds no recording that is read here."""


@dataclass(frozen=True)
class Line:
    """One V2GTP payload. Who said it is told by what it says."""

    at_us: int
    payload_type: int
    payload: bytes


@dataclass(frozen=True)
class Closed:
    """The end of the connection; ``by_car`` is None where nobody can tell."""

    at_us: int
    by_car: bool | None
    reset: bool


@dataclass(frozen=True)
class Recording:
    """Times count from its beginning. ``closed`` is None where the recorder keeps no connections."""

    name: str
    car: str
    lines: tuple[Line, ...]
    matching: tuple[tuple[int, Homeplug], ...] = ()
    searches: tuple[tuple[int, sdp.Request | sdp.Response], ...] = ()
    troubles: tuple[tuple[int, str], ...] = ()
    closed: Closed | None = None
    encrypted: bool = False
    begun_us: int | None = None
    """When it began, in microseconds since 1970 UTC, where the recorder says so."""
    cut_short: bool = False
    """Whether the file itself ends in the middle of a packet."""


# --- lines of JSON ---------------------------------------------------------------------------------


class _Row(msgspec.Struct):
    session: str
    t: float
    exi: str
    car: str = ""
    payload_type: str = "0x8001"


def from_lines(lines: Iterable[bytes]) -> list[Recording]:
    """One JSON object a payload: session, car, t in seconds, payload_type and exi in hex. In their order."""
    found: dict[str, list[_Row]] = {}
    decoder = msgspec.json.Decoder(_Row)
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _row(decoder, line, number)
            found.setdefault(row.session, []).append(row)
    return [_from_rows(name, rows) for name, rows in found.items()]


def _row(decoder: msgspec.json.Decoder[_Row], line: bytes, number: int) -> _Row:
    try:
        row = decoder.decode(line)
        bytes.fromhex(row.exi)
        int(row.payload_type, 16)
    except ValueError as error:
        raise RecordingError(f"Line {number} is no recorded message: {error}.") from None
    return row


def _from_rows(name: str, rows: Sequence[_Row]) -> Recording:
    lines = [Line(round(row.t * 1e6), int(row.payload_type, 16), bytes.fromhex(row.exi)) for row in rows]
    return Recording(name, rows[0].car, tuple(lines))


# --- captures --------------------------------------------------------------------------------------


def from_capture(data: bytes, name: str) -> list[Recording]:
    """Every conversation of a capture file, with the SLAC and SDP before it. Raises CaptureError."""
    capture = read_capture(data)
    heard = listen(capture.packets)
    recordings: list[Recording] = []
    since_us = 0
    for number, conversation in enumerate(heard.conversations, 1):
        recordings.append(_of_conversation(heard, conversation, since_us, f"{name}#{number}"))
        since_us = conversation.begun_us
    if capture.cut_short and recordings:
        recordings[-1] = replace(recordings[-1], cut_short=True)
    return recordings


def _of_conversation(heard: Heard, conversation: Conversation, since_us: int, name: str) -> Recording:
    begun_us = conversation.begun_us
    earliest_us = max(since_us, begun_us - BEFORE_US)
    matching = [each for each in heard.matching if earliest_us <= each[0] <= begun_us]
    searches = [each for each in heard.searches if earliest_us <= each[0] <= begun_us]
    asked = [at_us for at_us, frame in matching if frame.type >= PARAMETERS_ASKED]
    zero_us = min([*asked, *(at_us for at_us, _ in searches), begun_us])
    car = _car_of(conversation, heard.searches)
    return Recording(
        name=name,
        car="",
        lines=tuple(
            Line(each.at_us - zero_us, each.frame.type, each.frame.payload) for each in conversation.spoken
        ),
        matching=tuple((at_us - zero_us, frame) for at_us, frame in matching if at_us >= zero_us),
        searches=tuple((at_us - zero_us, message) for at_us, message in searches),
        troubles=tuple((each.at_us - zero_us, each.why) for each in conversation.troubles),
        closed=_closed(conversation, car, zero_us),
        encrypted=conversation.encrypted,
        begun_us=zero_us,
    )


def _closed(conversation: Conversation, car: End | None, zero_us: int) -> Closed | None:
    closing = conversation.closing
    return closing and Closed(closing.at_us - zero_us, _is(closing.source, car), closing.reset)


def _is(source: End, car: End | None) -> bool | None:
    return None if car is None else source == car


def _car_of(
    conversation: Conversation, searches: Sequence[tuple[int, sdp.Request | sdp.Response]]
) -> End | None:
    """Who is not where SDP says the charger is; without SDP, who speaks first, as cars do."""
    answers = {each.port for _, each in searches if isinstance(each, sdp.Response)}
    others = [end for end in conversation.ends if end.port not in answers]
    if len(others) == 1:
        return others[0]
    return conversation.spoken[0].source if conversation.spoken else None


def is_v2g_message(line: Line) -> bool:
    """Whether a payload is one that is read here: both protocols and their choice share a type."""
    return line.payload_type == PayloadType.SAP_DIN_OR_ISO_2
