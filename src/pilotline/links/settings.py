"""The table of keys, the next 24 hours and the book of cards, as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from pilotline.links.operations import OperationError
from pilotline.station.cards import CardBook
from pilotline.station.commissioning import deed_of
from pilotline.station.core import Station
from pilotline.station.keys import KEYS, Access, Key, KeyStore, to_text, told
from pilotline.station.kinds import Kind
from pilotline.station.preview import Step, preview
from pilotline.station.snapshot import Words
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.refusals import CLOCK_UNKNOWN
from pilotline.vocabulary.roles import MAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KindView:
    """What a field that asks for a value has to know."""

    type: str
    min: int | None
    max: int | None
    choices: tuple[str, ...]
    nullable: bool
    max_length: int | None


@dataclass(frozen=True, slots=True)
class KeyView:
    """One row of the table with its value. ``least`` is the role that may change it beside the station.

    ``value`` of a secret is never told; ``local``: no backend hears of it.
    """

    name: str
    group: str
    kind: KindView
    unit: str
    help: str
    value: str | None
    factory: str | None
    readonly: bool
    secret: bool
    reboot: bool
    everyday: bool
    least: str
    local: bool


def view_keys(station: Station) -> list[KeyView]:
    """All keys, in the order of the table (E-61)."""
    factory = KeyStore(station.model.key_defaults)
    return [_key(key, station, factory) for key in KEYS]


def _key(key: Key, station: Station, factory: KeyStore) -> KeyView:
    deed = deed_of(key.name, None, station.model)
    return KeyView(
        name=key.name,
        group=key.group.value,
        kind=_kind(key.kind),
        unit=key.unit,
        help=key.help,
        value=told(key, station.keys[key.name]),
        factory=to_text(factory[key.name]),
        readonly=key.access is Access.READ_ONLY,
        secret=key.access is Access.WRITE_ONLY,
        reboot=key.reboot,
        everyday=key.everyday,
        least=MAY[deed].least.value,
        local=key.access is Access.LOCAL,
    )


def _kind(kind: Kind) -> KindView:
    return KindView(kind.form.value, kind.min, kind.max, kind.choices, kind.nullable, kind.max_length)


# --- the next hours --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepView:
    """From local time ``at`` on, so much (A; 0 is a pause) by this source of limits, and its sentence."""

    at: str
    limit_a: float
    source: str
    sentence: str
    words: Words


def view_preview(station: Station, connector: int, now: int) -> dict[str, object]:
    """What the next 24 hours bring a connector, as far as it is known. Raises OperationError."""
    local = station.off_peak.local
    utc, zone = local.utc(now), local.zone or UTC
    if utc is None:
        raise OperationError(f"preview: {CLOCK_UNKNOWN.of()}", CLOCK_UNKNOWN.of())
    zero = utc - timedelta(microseconds=now)
    steps = [_step(each, zero, zone) for each in preview(station, connector, now)]
    told_zone = station.keys.text("TimeZone") if local.zone is not None else "UTC"
    return {"from": _iso(utc, zone), "steps": steps, "zone": told_zone}


def _step(step: Step, zero: datetime, zone: tzinfo) -> StepView:
    limit_a = step.limit_ma / 1_000 if step.limit_ma >= MIN_OFFER_MA else 0.0
    at = _iso(zero + timedelta(microseconds=step.at), zone)
    return StepView(at, limit_a, step.source.name, step.source.say(step.limit_ma), {"amps": limit_a})


def _iso(utc: datetime, zone: tzinfo) -> str:
    return utc.astimezone(zone).isoformat(timespec="seconds")


# --- cards ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardView:
    """``last``: when it was last held to the reader, in local time; None: never, or nobody knew the time."""

    tag: str
    name: str
    allowed: bool
    last: str | None


def view_cards(book: CardBook, zone: tzinfo | None) -> Sequence[CardView]:
    """The book, by names."""
    return [
        CardView(card.tag, card.name, card.allowed, _shown(card.last_us, zone or UTC)) for card in book.cards
    ]


def _shown(utc_us: int | None, zone: tzinfo) -> str | None:
    return None if utc_us is None else _iso(_EPOCH + timedelta(microseconds=utc_us), zone)
