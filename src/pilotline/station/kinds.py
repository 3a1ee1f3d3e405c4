"""What a configuration key is, as data: its kind (type, bounds, choices), from which a text is parsed and a
page builds the field that asks for it, and the row that it is of the table.

A text that no bound describes (a period, a time zone, a weekly schedule) has a rule of its own beside them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from pilotline.station.measurands import MOST_NAMED, unknown_measurands
from pilotline.station.off_periods import PeriodError
from pilotline.station.off_periods import as_written as period_as_written
from pilotline.station.week import ScheduleError
from pilotline.station.week import as_written as schedule_as_written
from pilotline.vocabulary import refusals
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.endpoint import UrlError, check_public
from pilotline.vocabulary.refusals import RefusedError


class KeyRefusedError(RefusedError):
    """A text that a key refuses; the sentence says why."""


class Form(Enum):
    """What a value looks like: which field of a form asks for it."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    CHOICE = "choice"
    TEXT = "text"
    DECIMAL = "decimal"
    PERIOD = "period"
    SCHEDULE = "schedule"
    ZONE = "zone"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Kind:
    """A key's type. ``min`` and ``max`` bound a number, ``max_length`` the letters of a text.

    ``nullable``: also no value, which is written ``null`` or nothing and read back as a key without one
    (R-17). ``numbered``: the choices are numbers. ``rule`` checks a text beyond that, and says how it is
    kept; ``words`` is what it is, where the rest does not say.
    """

    form: Form
    min: int | None = None
    max: int | None = None
    choices: tuple[str, ...] = ()
    nullable: bool = False
    max_length: int | None = None
    numbered: bool = False
    words: str = ""
    rule: Callable[[str], KeyValue] | None = None

    @property
    def name(self) -> str:
        """In words."""
        words = self.words or _WORDS.get(self.form, _of_form)(self)
        return f"null or {words}" if self.nullable else words

    def parse(self, text: str) -> KeyValue:
        """From OCPP text to value. Raises ``KeyRefusedError``."""
        if self.nullable and text.strip().lower() in ("", "null"):
            return None
        return _PARSERS[self.form](self, text)


def _of_form(kind: Kind) -> str:
    return kind.form.value


def _range(kind: Kind) -> str:
    return f"integer, {kind.min} to {kind.max}"


def _choices(kind: Kind) -> str:
    return " or ".join(kind.choices)


_WORDS: Mapping[Form, Callable[[Kind], str]] = {Form.INTEGER: _range, Form.CHOICE: _choices}

# --- the row of a key --------------------------------------------------------------------------------------


class Access(Enum):
    """What a backend may do with a key."""

    READ_WRITE = "read and write"
    READ_ONLY = "read only"
    WRITE_ONLY = "write only"  # a secret: its value is never told
    LOCAL = "not known"  # the station's own affair: set beside it, and no backend hears of it


class Group(Enum):
    """What a page shows together."""

    CHARGING = "charging"
    SCHEDULE = "schedule"
    PRICE = "price"
    CARDS = "cards"
    ELECTRICITY = "electricity"
    METER = "meter"
    OPERATOR = "operator"
    SAFETY = "safety"
    LIGHTS = "lights"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the table. ``factory`` stands where a model's data names none."""

    name: str
    kind: Kind
    help: str
    factory: KeyValue
    access: Access = Access.READ_WRITE
    reboot: bool = False
    everyday: bool = False
    """Who lives with the station may change it; all others take an operator."""
    unit: str = ""
    """What a number of it counts, as a page writes it; A/10 is tenths of an ampere."""
    group: Group = Group.STATION


# --- from text to value ----------------------------------------------------------------------------------


def _boolean(_kind: Kind, text: str) -> KeyValue:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise KeyRefusedError(refusals.KEY_BOOLEAN.of())
    return word == "true"


def _integer(kind: Kind, text: str) -> KeyValue:
    digits = text.strip()
    figures = digits.removeprefix("-")
    if not figures.isascii() or not figures.isdigit() or len(digits) > MOST_DIGITS:
        raise KeyRefusedError(refusals.KEY_WHOLE.of())
    if not _within(kind, int(digits)):
        raise KeyRefusedError(refusals.KEY_RANGE.of(low=str(kind.min), high=str(kind.max)))
    return int(digits)


def _within(kind: Kind, number: int) -> bool:
    return (kind.min is None or number >= kind.min) and (kind.max is None or number <= kind.max)


def _choice(kind: Kind, text: str) -> KeyValue:
    for word in kind.choices:
        if word.lower() == text.strip().lower():
            return int(word) if kind.numbered else word
    raise KeyRefusedError(refusals.KEY_CHOICE.of(choices=kind.choices))


def _text(kind: Kind, text: str) -> KeyValue:
    if kind.max_length is not None and len(text) > kind.max_length:
        raise KeyRefusedError(refusals.KEY_LENGTH.of(most=kind.max_length))
    return text if kind.rule is None else kind.rule(text)


_PARSERS: Mapping[Form, Callable[[Kind, str], KeyValue]] = {
    **dict.fromkeys(Form, _text),
    Form.BOOLEAN: _boolean,
    Form.INTEGER: _integer,
    Form.CHOICE: _choice,
}
MOST_DIGITS = 12

# --- rules of texts --------------------------------------------------------------------------------------


def _access_point(text: str) -> KeyValue:
    """A name as in DNS (3GPP TS 23.003 §9.1); 0 is none (R-17)."""
    name = text.strip()
    if name == "0":
        return 0
    labels = name.split(".")
    if len(name) > LONGEST_ACCESS_POINT or not all(_is_label(label) for label in labels):
        raise KeyRefusedError(refusals.KEY_ACCESS_POINT.of())
    return name


def _is_label(text: str) -> bool:
    letters = text.replace("-", "")
    edges = text[:1] + text[-1:]
    return letters.isascii() and letters.isalnum() and "-" not in edges and len(text) <= LONGEST_LABEL


def _off_period(text: str) -> str:
    try:
        return period_as_written(text)
    except PeriodError as error:
        raise KeyRefusedError(error.refusal) from None


def _weekly_schedule(text: str) -> str:
    try:
        return schedule_as_written(text)
    except ScheduleError as error:
        raise KeyRefusedError(error.refusal) from None


def _zone_name(text: str) -> str:
    """As the IANA writes them; whether this station's database has it is the station's to say."""
    name = text.strip()
    if len(name) > LONGEST_ZONE or not _ZONE.fullmatch(name):
        raise KeyRefusedError(refusals.KEY_ZONE.of())
    return name


def _measurand_list(text: str) -> str:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = unknown_measurands(names)
    if unknown:
        raise KeyRefusedError(refusals.KEY_MEASURANDS.of(names=", ".join(unknown)))
    if len(names) > MOST_NAMED:
        raise KeyRefusedError(refusals.KEY_MANY_MEASURANDS.of(most=MOST_NAMED))
    return ",".join(names)


def _rotation(text: str) -> str:
    """``0.RST,1.RST``: a connector and how its phases are connected, each; NotApplicable and Unknown too."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        number, _, phases = part.partition(".")
        if not (number.isascii() and number.isdigit()) or phases not in _ROTATIONS:
            raise KeyRefusedError(refusals.KEY_ROTATION.of())
    return ",".join(parts)


def _price(text: str) -> str:
    """Kept as a decimal number is written, without zeros that say nothing before it; "" is none."""
    written = text.strip().replace(",", ".")
    if not written:
        return ""
    if not _PRICE.fullmatch(written):
        raise KeyRefusedError(refusals.KEY_PRICE.of())
    whole, point, places = written.partition(".")
    return f"{int(whole)}{point}{places}"


def _currency(text: str) -> str:
    code = text.strip()
    if not re.fullmatch("[A-Za-z]{3}", code):
        raise KeyRefusedError(refusals.KEY_CURRENCY.of())
    return code.upper()


def _country(text: str) -> str:
    code = text.strip()
    if not re.fullmatch("[A-Za-z]{2}|", code):
        raise KeyRefusedError(refusals.KEY_COUNTRY.of())
    return code.upper()


def _word(text: str) -> str:
    word = text.strip()
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_-]{0,29}|", word):
        raise KeyRefusedError(refusals.KEY_WORD.of())
    return word.lower()


def _tag(text: str) -> str:
    """As OCPP 1.6 §7.15 has it; what cannot be seen is no tag."""
    tag = text.strip()
    if not 1 <= len(tag) <= LONGEST_TAG or not (tag.isascii() and tag.isprintable()):
        raise KeyRefusedError(refusals.KEY_TAG.of(most=LONGEST_TAG))
    return tag


def _backend_url(text: str) -> str:
    url = text.strip()
    if url:
        _check_endpoint(url, "1")
    return url


def _identity(text: str) -> str:
    """OCPP-J §3.1.1: what stands last in the path, percent-encoded there."""
    identity = text.strip()
    if len(identity) > LONGEST_IDENTITY or not (identity.isascii() and identity.isprintable()):
        raise KeyRefusedError(refusals.KEY_IDENTITY.of(most=LONGEST_IDENTITY))
    if identity:
        _check_endpoint("ws://localhost", identity)
    return identity


def _check_endpoint(url: str, identity: str) -> None:
    try:
        check_public(url, identity)
    except UrlError as error:
        raise KeyRefusedError(error.refusal) from None


_ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
LONGEST_ACCESS_POINT, LONGEST_LABEL = 100, 63
"""Letters of an access point's name, and of a part of it between dots."""
LONGEST_ZONE = 50
LONGEST_TAG = 20
LONGEST_IDENTITY = 48
"""OCPP 1.6's own names are of 20 or 25 letters; backends give longer identities (ours)."""
LONGEST_VALUE = 500
"""OCPP 1.6 §6.8: CiString500Type."""
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]*(/[A-Z][A-Za-z0-9_+-]*){1,2}")
_HOST = re.compile(r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(:[1-9][0-9]{0,4})?")
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


def _hosts(text: str) -> KeyValue:
    """Names or addresses, IPv6 in brackets, with a port where it is not https's own."""
    hosts = [each.strip().lower() for each in text.split(",") if each.strip()]
    wrong = next((each for each in hosts if _HOST.fullmatch(each) is None), None)
    if wrong is not None:
        raise KeyRefusedError(refusals.KEY_HOSTS.of())
    return ",".join(hosts)


# --- the kinds -------------------------------------------------------------------------------------------


def integer(low: int, high: int) -> Kind:
    return Kind(Form.INTEGER, min=low, max=high)


def one_of(*numbers: int) -> Kind:
    return Kind(Form.CHOICE, choices=tuple(str(number) for number in numbers), numbered=True)


def choice(*words: str) -> Kind:
    return Kind(Form.CHOICE, choices=words)


def or_null(kind: Kind) -> Kind:
    return replace(kind, nullable=True)


BOOLEAN = Kind(Form.BOOLEAN)
TEXT = Kind(Form.TEXT)
ACCESS_POINT = Kind(
    Form.TEXT, words="0 or a name of up to 100 letters, digits, dots and hyphens", rule=_access_point
)
OFF_PERIOD = Kind(Form.PERIOD, words="enable or disable,begin,end", rule=_off_period)
SCHEDULE = Kind(
    Form.SCHEDULE,
    max_length=LONGEST_VALUE,
    words="rows of days, hours and amperes, or nothing",
    rule=_weekly_schedule,
)
ROTATION = Kind(Form.LIST, words="list of connector.phases", rule=_rotation)
ZONE = Kind(Form.ZONE, words="name of an IANA time zone", rule=_zone_name)
MEASURANDS = Kind(Form.LIST, words="list of measurands", rule=_measurand_list)
PRICE = Kind(Form.DECIMAL, words="price with four places at most, or nothing", rule=_price)
CURRENCY = Kind(Form.TEXT, words="currency of three letters", rule=_currency)
COUNTRY = Kind(Form.TEXT, words="country of two letters, or nothing", rule=_country)
WORD = Kind(Form.TEXT, max_length=30, words="one word, or nothing", rule=_word)
TAG = Kind(Form.TEXT, max_length=LONGEST_TAG, words="tag", rule=_tag)
BACKEND_URL = Kind(
    Form.TEXT, max_length=LONGEST_VALUE, words="URL of ws:// or wss://, or nothing", rule=_backend_url
)
HOSTS = Kind(Form.TEXT, max_length=LONGEST_VALUE, words="list of hosts, or nothing", rule=_hosts)
IDENTITY = Kind(Form.TEXT, max_length=LONGEST_IDENTITY, words="name, or nothing", rule=_identity)
