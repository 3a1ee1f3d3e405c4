"""The support bundle: what somebody far away needs to understand this station, as one file to carry (P-09).

A zip of the station's own words and the tails of its logs, the same bytes for the same contents. Secrets are
masked in all of it. Pictures and certificates, which P-09 names too, are added by the page in the browser of
who has them, or by the program that asked: the station has none, and for videos no room (decision 0013).
Pure: contents come in as values, the bytes go out.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from pilotline.links.masking import Masker
from pilotline.vocabulary.files import Blob

MOST_BYTES = 4 << 20
"""A mail takes it, and a phone beside the station sends it in a moment."""
TAIL_BYTES = 512 << 10
"""What is read of a log: its end."""
WORDS: Mapping[str, str] = {
    "status.json": "status",
    "diagnostics.json": "diagnostics",
    "keys.json": "keys",
    "events.json": "events",
    "security.json": "security_events",
    "ocpp.json": "ocpp_messages",
    "self-test.json": "self_test",
}
"""What is asked of the station, and the file it becomes."""
ABOUT: Mapping[str, str] = {
    "request.json": "what is asked for, how urgent it is, and of which station",
    "status.json": "the whole status, and why the station does what it does",
    "diagnostics.json": "live values of pilot, contacts, leakage, meter and links",
    "keys.json": "all settings; secrets are not told",
    "events.json": "the log of events, the newest first",
    "security.json": "every change of a safety setting",
    "ocpp.json": "the last messages to and from the backend, in words",
    "self-test.json": "what the station found when it examined itself",
    "versions.json": "of the software, of Python, of the operating system, and the model with its hash",
    "host.log": "the end of the host's log",
    "board.log": "the end of the board's log",
}
_FIRST_TO_GO = ("board.log", "host.log", "ocpp.json", "events.json")
"""What is left out, in this order, of a bundle that would be too large."""
_OF_OLD = (1980, 1, 1, 0, 0, 0)  # no time of making: the same contents are the same bytes


class Urgency(Enum):
    """How soon somebody has to look (P-09)."""

    CRITICAL = "critical"  # within 24 hours
    NORMAL = "normal"  # within seven working days
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody says beside it: what is wrong, and how to see it. ``uuid`` names this request."""

    description: str
    steps: str
    urgency: Urgency
    station: str
    serial: str
    uuid: str


def make_bundle(
    request: Request,
    said: Mapping[str, Any],
    versions: Mapping[str, str],
    logs: Mapping[str, bytes],
    masker: Masker,
) -> Blob:
    """``said`` is what the station answered, by file name; ``logs`` the tails of logs, as they lie there."""
    files = {"request.json": _json(request, masker), "versions.json": _json(versions, masker)}
    files |= {name: _json(value, masker) for name, value in said.items()}
    files |= {name: mask_log(tail, masker) for name, tail in logs.items()}
    gone: list[str] = []
    data = _zip(files, gone)
    while len(data) > MOST_BYTES and (name := _next_to_go(files)) is not None:
        del files[name]
        gone.append(name)
        data = _zip(files, gone)
    return Blob(f"pilotline-{_plain(request.station)}-support.zip", "application/zip", data)


def mask_log(tail: bytes, masker: Masker) -> bytes:
    """The whole lines of a log's end, masked each."""
    lines = tail.decode("utf-8", "replace").splitlines()
    whole = lines[1:] if len(tail) >= TAIL_BYTES else lines  # the first of a tail is a piece of one
    return "".join(f"{masker.line(line)}\n" for line in whole).encode()


def _json(value: Any, masker: Masker) -> bytes:
    plain = msgspec.to_builtins(value, str_keys=True)
    return msgspec.json.format(msgspec.json.encode(masker.value(plain)), indent=1)


def _next_to_go(files: Mapping[str, bytes]) -> str | None:
    return next((name for name in _FIRST_TO_GO if name in files), None)


def _zip(files: Mapping[str, bytes], gone: Sequence[str]) -> bytes:
    """In the order of their names, but what explains the others first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, data in (("README.txt", _readme(files, gone)), *sorted(files.items())):
            bundle.writestr(zipfile.ZipInfo(name, _OF_OLD), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _readme(files: Mapping[str, bytes], gone: Sequence[str]) -> bytes:
    missing = [name for name in ABOUT if name not in files and name not in gone]
    lines = ["A support bundle of Pilotline. In it:", ""]
    lines += [f"  {name:18} {ABOUT.get(name, '')}".rstrip() for name in sorted(files)]
    lines += ["", "Left out:", ""]
    lines += [f"  {name:18} it would have made the bundle too large" for name in gone]
    lines += [f"  {name:18} this station has none" for name in missing]
    lines += [
        "  passwords, keys, tokens, and what stands in a web address before @ or behind ?: masked as ***",
        "",
        "Photos, videos and certificates that were added on the page are in attachments/; attachments.json",
        "says what each shows, and how its file was called.",
        "",
        "Cards are in it as the backend was told of them: treat the bundle as personal data.",
        "Times are UTC; where none is known, they are missing.",
    ]
    return ("\n".join(lines) + "\n").encode()


def _plain(name: str) -> str:
    """A station's name as a part of a file's."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name)[:40] or "station"
