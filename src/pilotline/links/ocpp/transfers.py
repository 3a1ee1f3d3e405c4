"""DataTransfer (OCPP 1.6 §4.3, §5.6), both ways: one row a message of ours, by vendor and message.

A backend asks by a row of :data:`INCOMING`; what the station sends of itself is a row of :data:`OUTGOING`.
Names match in any case of letters, as OCPP's CiStrings do. The reference page lists the rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pilotline.links.ocpp.calls import Handler
from pilotline.station.events import CompensateRcd, StationEvent
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.upkeep import NET_LOG, OUR_VENDOR
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import DataTransferStatus

COMPENSATE_RCD = "CompensateRcdOffset"


@dataclass(frozen=True)
class Incoming:
    """``ask`` makes the station's event of data and call number; the other texts are for the reference."""

    vendor: str
    message: str
    what: str
    data: str
    ask: Callable[[str, int], StationEvent]
    words: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Outgoing:
    """What the station sends, when, and what its data is."""

    vendor: str
    message: str
    what: str
    data: str


def _compensate(data: str, call: int) -> StationEvent:
    text = data.strip() or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
    return CompensateRcd(number, role=Role.BACKEND, call=call)


INCOMING: tuple[Incoming, ...] = (
    Incoming(
        OUR_VENDOR,
        COMPENSATE_RCD,
        "The offset of the leakage monitor is measured and kept (E-26).",
        "the connector's number, 1 if left out",
        _compensate,
        {
            "Accepted": "it is measured",
            "Rejected": "a car is plugged in, the station is busy with it, or the monitor is beyond measure",
        },
    ),
)
OUTGOING: tuple[Outgoing, ...] = (
    Outgoing(
        OUR_VENDOR,
        NET_LOG,
        "While `C_OCPCNetLog` is true: what became of the line to the backend, on each change once the "
        "backend has accepted us, and at most every 10 s (E-63). A backend that does not take it is not "
        "told again on that connection.",
        "JSON of at most 4,096 characters: `interface` in use, counts since the start (`connects`, "
        "`disconnects`, `failures`, `switches`), `left_out` and the last `events`, each with its `time`",
    ),
)
_ROWS = {(row.vendor.casefold(), row.message.casefold()): row for row in INCOMING}
_VENDORS = frozenset(row.vendor.casefold() for row in INCOMING)


def incoming(request: v16.DataTransfer) -> Handler | None:
    """Who serves it, None where nobody does."""
    row = _ROWS.get((request.vendor_id.casefold(), (request.message_id or "").casefold()))
    if row is None:
        return None
    return Handler(
        lambda _, call: row.ask(request.data or "", call),
        lambda word: v16.DataTransferAnswer(DataTransferStatus(word)),
    )


def unknown_transfer(request: v16.DataTransfer) -> v16.DataTransferAnswer | None:
    """The answer to a message of a vendor, or of a name, that nobody here knows (OCPP 1.6 §4.3)."""
    if request.vendor_id.casefold() not in _VENDORS:
        return v16.DataTransferAnswer(DataTransferStatus.UNKNOWN_VENDOR_ID)
    known = incoming(request) is not None
    return None if known else v16.DataTransferAnswer(DataTransferStatus.UNKNOWN_MESSAGE_ID)
