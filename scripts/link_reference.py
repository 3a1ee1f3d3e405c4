#!/usr/bin/env python
"""Draw `docs/reference/rtm-link.md` from the definition of the link (`pilotline.wire.rtm_link`)."""

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

from pilotline.vocabulary.board import LINK_PROTOCOL, HostAlive, Permit
from pilotline.wire.rtm_link import BOARD_TO_HOST, HOST_TO_BOARD, Encoder
from pilotline.wire.rtm_link.frames import MAX_FRAME
from pilotline.wire.rtm_link.messages import Layout, LinkMessage

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "rtm-link.md"

INTRODUCTION = f"""\
<!-- Drawn by scripts/link_reference.py; change the definition and run it again. -->
# The link between host and safety module

The safety module (RTM) opens and closes the relay; the host decides whether it may. Between them lies a
stream of bytes: a serial line to a microcontroller, a pipe between two processes, memory in a simulation.
This page is all that is needed to write either end. It describes protocol {LINK_PROTOCOL}.

## Frames

A frame is a content, stuffed, and a zero byte behind it. The content is:

| bytes | what |
|---|---|
| 1 | protocol: {LINK_PROTOCOL} |
| 1 | number of the message, from the tables below |
| 1 | sequence: counts this sender's frames, 0 to 255 and round again |
| n | body, as long as its message says |
| 4 | CRC-32 of all the above, as Ethernet and zip compute it |

All integers are little-endian. A frame without its zero has at most {MAX_FRAME} bytes.

*Stuffing* is COBS: every stretch between two zeros gets its length + 1 in front, and the zeros are left
out. So zero is the end of a frame and nothing else, and after any damage the next zero brings the reader
back in step. For example:

```
{{examples}}
```

A reader answers to no error; it counts them. A frame that is too long, whose stuffing or checksum is wrong,
of another protocol, with a number that its direction does not have, with a body of another length or with a
value that means nothing is dropped. A gap in the sequence is counted as lost frames. Nothing is sent
again: what matters is repeated by its sender in time.

## Handshake and lifetimes

1. The host sends `Hello` with the hash of the charger model it has loaded. The board answers with `Identity`
   and with its whole state. `accepted` is false when protocol or model differ: the host may look, and
   no permit of its counts. Each `Hello` ends the permit in force.
2. `Permit` allows charging for `lifetime_ms` and never for more than 2 s, counted by the board from the
   moment it arrives. The newest one replaces the one before. The host renews it every 0.5 s; `Withdraw`
   ends it. An ended permit is an orderly stop: steady +12 V, then the relay opens when the car has
   stopped, and after 6 s in any case.
   With `signalling` DIGITAL the pilot shows 5 % as long as the permit lives, and the offer is what the host
   tells the car by messages. Below 6 A nothing closes; when it falls below 6 A under a closed relay, 5 %
   stays, and the relay opens as in every orderly stop. Between the two signallings the pilot is steady.
3. Two seconds without a valid frame are host silence: an orderly stop, fault 0x400, a beep now and then.
   A host that permits nothing sends `HostAlive`. Any frame ends the silence.
4. Faults that began while nobody listened are in `Identity.remembered` until the host acknowledges them
   with `ClearFaults`.
5. The board sends `ConnectorReport` on every change, and with `Measurement` at least once a second. A time
   `at` is in microseconds since the board started.
"""


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION.replace("{examples}", "\n".join(examples())),
        *section("Host to board", HOST_TO_BOARD),
        *section("Board to host", BOARD_TO_HOST),
    ]
    return "\n".join(parts)


def examples() -> Iterable[str]:
    encoder = Encoder()
    for message in (Permit(16_000), HostAlive()):
        words = re.sub(r"<\w+\.(\w+): \d+>", r"\1", str(message))  # a member by its name alone
        yield f"{encoder.encode(message).hex(' '):48}{words}"


def section(title: str, layouts: Iterable[Layout[LinkMessage]]) -> Iterable[str]:
    yield f"## {title}\n"
    for layout in layouts:
        yield f"### {layout.number} `{layout.type.__name__}`, {length_of(layout)}\n"
        yield f"{words_of(layout.type)}\n"
        if layout.places:
            yield "\n".join(table(layout))


def length_of(layout: Layout[LinkMessage]) -> str:
    match layout.size:
        case 0:
            return "no body"
        case 1:
            return "1 byte"
        case size:
            return f"{size} bytes"


def words_of(described: type) -> str:
    """The docstring as Markdown."""
    words = " ".join((inspect.getdoc(described) or "").split())
    return re.sub(r"(:\w+:)?`+([^`]+)`+", r"`\2`", words)


def table(layout: Layout[LinkMessage]) -> Iterable[str]:
    yield "| at byte | field | how it lies there |"
    yield "|---|---|---|"
    for place in layout.places:
        yield f"| {place.at} | `{place.name}` | {place.kind.name} |"
    yield ""


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
