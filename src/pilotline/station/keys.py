"""The table of configuration keys: one truth for OCPP, the panel, the checks and the reference page (E-61).

A key is a row: its type and bounds, who may write it, whether a reboot is needed, one sentence of help.
Its factory value is the model's data. Names match without case.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from pilotline.station.measurands import MOST_NAMED, unknown_measurands
from pilotline.station.off_periods import PeriodError, as_written
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.network import AUTOMATIC, NUMBERED
from pilotline.vocabulary.roles import Role


class KeyRefusedError(ValueError):
    """A text that a key refuses; the sentence says why."""


class Access(Enum):
    """What a backend may do with a key."""

    READ_WRITE = "read and write"
    READ_ONLY = "read only"
    WRITE_ONLY = "write only"  # a secret: its value is never told
    LOCAL = "not known"  # the station's own affair: set beside it, and no backend hears of it


@dataclass(frozen=True, slots=True)
class Kind:
    """A key's type: from OCPP text to value (raises ``KeyRefusedError``), and back."""

    name: str
    parse: Callable[[str], KeyValue]


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise KeyRefusedError("the value is true or false")
    return word == "true"


def _integer(low: int, high: int) -> Kind:
    def parse(text: str) -> int:
        digits = text.strip()
        if (
            not digits.removeprefix("-").isascii()
            or not digits.removeprefix("-").isdigit()
            or len(digits) > 12
        ):
            raise KeyRefusedError("the value is a whole number")
        if not low <= int(digits) <= high:
            raise KeyRefusedError(f"the value is {low} to {high}")
        return int(digits)

    return Kind(f"integer, {low} to {high}", parse)


def _one_of(*numbers: int) -> Kind:
    listed = " or ".join(str(number) for number in numbers)

    def parse(text: str) -> int:
        if text.strip() not in {str(number) for number in numbers}:
            raise KeyRefusedError(f"the value is {listed}")
        return int(text)

    return Kind(listed, parse)


def _choice(*words: str) -> Kind:
    def parse(text: str) -> str:
        for word in words:
            if word.lower() == text.strip().lower():
                return word
        raise KeyRefusedError(f"the value is one of {', '.join(words)}")

    return Kind(" or ".join(words), parse)


def _or_null(kind: Kind) -> Kind:
    """Also no value, which is written ``null`` or nothing and read back as a key without one (R-17)."""

    def parse(text: str) -> KeyValue:
        return None if text.strip().lower() in ("", "null") else kind.parse(text)

    return Kind(f"null or {kind.name}", parse)


def _access_point(text: str) -> KeyValue:
    """A name as in DNS (3GPP TS 23.003 §9.1); 0 is none (R-17)."""
    name = text.strip()
    if name == "0":
        return 0
    labels = name.split(".")
    if len(name) > LONGEST_ACCESS_POINT or not all(_is_label(label) for label in labels):
        raise KeyRefusedError("the value is 0 or a name of letters, digits, dots and hyphens")
    return name


def _is_label(text: str) -> bool:
    letters = text.replace("-", "")
    edges = text[:1] + text[-1:]
    return letters.isascii() and letters.isalnum() and "-" not in edges and len(text) <= LONGEST_LABEL


def _off_period(text: str) -> str:
    try:
        return as_written(text)
    except PeriodError as error:
        raise KeyRefusedError(str(error)) from None


def _zone_name(text: str) -> str:
    """As the IANA writes them; whether this station's database has it is the station's to say."""
    name = text.strip()
    if len(name) > LONGEST_ZONE or not _ZONE.fullmatch(name):
        raise KeyRefusedError("the value is a name of the IANA's time zones, like Europe/London")
    return name


def _measurand_list(text: str) -> str:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = unknown_measurands(names)
    if unknown:
        raise KeyRefusedError(f"unknown measurands: {', '.join(unknown)}")
    if len(names) > MOST_NAMED:
        raise KeyRefusedError(f"the list names {MOST_NAMED} measurands at most")
    return ",".join(names)


def _as_is(text: str) -> str:
    return text


def _rotation(text: str) -> str:
    """``0.RST,1.RST``: a connector and how its phases are connected, each; NotApplicable and Unknown too."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        number, _, phases = part.partition(".")
        if not (number.isascii() and number.isdigit()) or phases not in _ROTATIONS:
            raise KeyRefusedError("the value is a list like 0.RST,1.RST")
    return ",".join(parts)


_ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
LONGEST_ACCESS_POINT, LONGEST_LABEL = 100, 63
"""Letters of an access point's name, and of a part of it between dots."""
LONGEST_ZONE = 50
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]*(/[A-Z][A-Za-z0-9_+-]*){1,2}")
BOOLEAN = Kind("boolean", _boolean)
ACCESS_POINT = Kind("0 or a name of up to 100 letters, digits, dots and hyphens", _access_point)
OFF_PERIOD = Kind("enable or disable,begin,end", _off_period)
ROTATION = Kind("list of connector.phases", _rotation)
ZONE = Kind("name of an IANA time zone", _zone_name)
MEASURANDS = Kind("list of measurands", _measurand_list)
TEXT = Kind("text", _as_is)


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


_RO = Access.READ_ONLY
_TAGS = _integer(0, 100_000)
_NEVER_OR_SECONDS = _or_null(_integer(10, 604_800))
"""A timeout of the ways to the backend: an interface needs some seconds to have a chance, a week is long."""
_INTERFACE = _one_of(AUTOMATIC, *NUMBERED)


def _most_named(key: str) -> Key:
    """OCPP 1.6 §9.1: how long the list of that key may be."""
    return Key(f"{key}MaxLength", _one_of(MOST_NAMED), f"Most measurands {key} may name.", MOST_NAMED, _RO)


KEYS = (
    Key("AllowOfflineTxForUnknownId", BOOLEAN, "Offline, a card that nobody knows may charge.", True),
    Key("AuthorizationCacheEnabled", BOOLEAN, "What the backend said of a card is remembered.", True),
    Key("AuthorizationEnabled", BOOLEAN, "A session needs somebody who may charge.", True),
    Key("AuthorizeRemoteTxRequests", BOOLEAN, "A remote start asks the backend about its tag first.", True),
    Key("ChargeProfileMaxStackLevel", _integer(0, 1_000), "Highest level of a charging profile.", 100, _RO),
    Key(
        "ChargingScheduleAllowedChargingRateUnit",
        TEXT,
        "Units a charging schedule may have: A is amperes per phase, W watts over all phases.",
        "A,W",
        _RO,
    ),
    Key("ChargingScheduleMaxPeriods", _integer(1, 1_000), "Most periods of a charging schedule.", 60, _RO),
    Key(
        "ClockAlignedDataInterval",
        _integer(0, 86_400),
        "Seconds between meter values on the clock, from midnight UTC; 0 sends none.",
        0,
    ),
    Key("ConnectionTimeOut", _integer(5, 86_400), "Seconds from a card to the plug.", 90),
    Key("ConnectorPhaseRotation", ROTATION, "How the supply's phases reach each connector.", ""),
    Key(
        "ConnectorSwitch3to1PhaseSupported",
        BOOLEAN,
        "The station can charge on one phase of its three.",
        False,
        _RO,
    ),
    Key("GetConfigurationMaxKeys", _integer(1, 1_000), "Most keys one request may name.", 5, _RO),
    Key("HeartbeatInterval", _integer(1, 86_400), "Seconds of silence after which a heartbeat is sent.", 60),
    Key("LightIntensity", _integer(0, 100), "Brightness of the ring in percent.", 100),
    Key("LocalAuthListEnabled", BOOLEAN, "The local list counts; off, it is kept and asked nothing.", False),
    Key("LocalAuthListMaxLength", _TAGS, "Most tags of the local list; 0: there is none.", 0, _RO),
    Key(
        "LocalAuthorizeOffline",
        BOOLEAN,
        "Offline, a card that is listed or was accepted before may charge.",
        True,
    ),
    Key(
        "LocalPreAuthorize",
        BOOLEAN,
        "A card that is listed or was accepted before charges before the backend says so.",
        False,
    ),
    Key("MaxChargingProfilesInstalled", _integer(1, 1_000), "Most charging profiles at a time.", 10, _RO),
    Key(
        "MaxEnergyOnInvalidId",
        _integer(0, 100_000),
        "Wh that a session may still take after the backend refused its card.",
        0,
    ),
    Key("MeterValueSampleInterval", _integer(0, 86_400), "Seconds between meter values; 0 sends none.", 60),
    Key(
        "MeterValuesAlignedData",
        MEASURANDS,
        "What meter values on the clock contain.",
        "Energy.Active.Import.Register",
    ),
    _most_named("MeterValuesAlignedData"),
    Key("MeterValuesSampledData", MEASURANDS, "What meter values contain.", "Energy.Active.Import.Register"),
    _most_named("MeterValuesSampledData"),
    Key("MinimumStatusDuration", _integer(0, 3_600), "Seconds a status lasts before it is told.", 0),
    Key("NumberOfConnectors", _integer(1, 2), "How many connectors the station has.", 1, _RO),
    Key(
        "ReserveConnectorZeroSupported",
        BOOLEAN,
        "A reservation may be of any connector that is free, not of one alone.",
        True,
        _RO,
    ),
    Key("ResetRetries", _integer(0, 20), "Times a restart that did not come about is tried again.", 3),
    Key("SendLocalListMaxLength", _TAGS, "Most tags that one update of the local list names.", 0, _RO),
    Key(
        "StopTransactionOnEVSideDisconnect",
        BOOLEAN,
        "Pulling the plug out of the car ends the session.",
        True,
    ),
    Key(
        "StopTransactionOnInvalidId", BOOLEAN, "A tag the backend refuses afterwards ends the session.", True
    ),
    Key("StopTxnAlignedData", MEASURANDS, "What a session's end tells of each value on the clock.", ""),
    _most_named("StopTxnAlignedData"),
    Key("StopTxnSampledData", MEASURANDS, "What a session's end tells of each of its meter values.", ""),
    _most_named("StopTxnSampledData"),
    Key("SupportedFeatureProfiles", TEXT, "The OCPP profiles this station has.", "Core,RemoteTrigger", _RO),
    Key("TimeZone", ZONE, "Where the station stands: by it local times are meant (ours).", "UTC"),
    Key("TransactionMessageAttempts", _integer(1, 100), "Tries before a session is set aside.", 3),
    Key("TransactionMessageRetryInterval", _integer(1, 86_400), "Seconds to the second try.", 60),
    Key(
        "UnlockConnectorOnEVSideDisconnect",
        BOOLEAN,
        "Pulling the plug out of the car frees it at the station too.",
        True,
    ),
    Key(
        "c_APN",
        ACCESS_POINT,
        "The access point that the cellular interface asks the mobile network for; 0 is none in particular.",
        0,
    ),
    Key("c_AuthorizationMode", _choice("tag", "plug_and_charge", "free"), "Who may charge.", "tag"),
    Key(
        "c_BackendLossLimit_I",
        _integer(0, 800),
        "Tenths of an ampere a session gets while the backend is lost, in place of its profiles.",
        60,
    ),
    Key(
        "c_BackendLossTimeout",
        _NEVER_OR_SECONDS,
        "Seconds without the backend after which c_BackendLossLimit_I counts; null: never.",
        None,
    ),
    Key(
        "c_ChargeOffPeriod1",
        OFF_PERIOD,
        "Local hours in which an offline station does not charge, the end excluded.",
        "disable,08:00,11:00",
    ),
    Key(
        "c_ChargeOffPeriod2",
        OFF_PERIOD,
        "A second such period.",
        "disable,16:00,22:00",
    ),
    Key("c_ChargingVentilatedEnabled", BOOLEAN, "Cars that want ventilation charge.", False, reboot=True),
    Key("c_CTClamp", BOOLEAN, "A clamp measures what the whole house draws.", False),
    Key(
        "c_CTClampValue", _integer(0, 65_535), "Highest reading of the clamp, in tenths of an ampere.", 65_535
    ),
    Key("c_DeviceLimit_I", _integer(60, 800), "The station's own limit in tenths of an ampere.", 320),
    Key("c_Evsens", BOOLEAN, "An EVSENS at the supply measures what the whole house draws.", False),
    Key(
        "c_FallbackNetworkInterface",
        _INTERFACE,
        "What stands in for the main interface: 0 automatic, 1 Ethernet, 2 Wi-Fi, 3 cellular; "
        "the same as the main one: nothing does.",
        0,
    ),
    Key(
        "c_FallbackOfflineTimeout",
        _NEVER_OR_SECONDS,
        "Seconds without the backend on the fallback interface, after which the main one is tried again.",
        None,
    ),
    Key(
        "c_FallbackOnlineTimeout",
        _NEVER_OR_SECONDS,
        "Seconds on the fallback interface, with the backend or without, after which the main one is tried "
        "again.",
        None,
    ),
    Key("c_LockerDisengage", BOOLEAN, "The plug is locked in the socket.", True, reboot=True),
    Key("c_MainFuseLimit", _integer(60, 10_000), "The house's main fuse in tenths of an ampere.", 600),
    Key(
        "c_MainNetworkInterface",
        _INTERFACE,
        "The interface that leads to the backend: 0 automatic, the first that works, 1 Ethernet, 2 Wi-Fi, "
        "3 cellular.",
        0,
    ),
    Key(
        "c_MainOfflineTimeout",
        _NEVER_OR_SECONDS,
        "Seconds without the backend on the main interface, after which the fallback interface is used.",
        None,
    ),
    Key(
        "c_MaxStartDelay",
        _integer(0, 1_800),
        "Seconds that an offline start waits at most, at random; 0 is none.",
        0,
    ),
    Key("c_OfflinePlugAndCharge", BOOLEAN, "Offline, plugging in starts a session.", False),
    Key("c_RCDProtectionType", _one_of(0, 2), "Leakage: 0 AC and DC, 2 AC alone.", 0, reboot=True),
    Key("c_S0PulsesPerKWh", _integer(0, 100_000), "Pulses of an S0 meter for one kWh; 0: as built.", 0),
    Key(
        "c_VoltageProtectionOffset",
        _integer(0, 23),
        "Volts by which the voltage window is wider at both ends; above 0 this is no PEN device.",
        0,
        reboot=True,
    ),
)
BY_NAME = {key.name.lower(): key for key in KEYS}
_TOLD_AFAR = {name: key for name, key in BY_NAME.items() if key.access is not Access.LOCAL}


def known_to(role: Role) -> Mapping[str, Key]:
    """The keys, by name in small letters, that somebody of this role hears of at all."""
    return _TOLD_AFAR if role is Role.BACKEND else BY_NAME


def to_text(value: KeyValue) -> str | None:
    """A value as OCPP shows it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def told(key: Key, value: KeyValue) -> str | None:
    """What is told of a key's value: of a secret nothing."""
    return None if key.access is Access.WRITE_ONLY else to_text(value)


def _takes(key: Key, value: KeyValue) -> bool:
    """Whether a stored value is one the key can have: None is where its kind knows ``null``."""
    try:
        return (key.kind.parse(to_text(value) or "") is None) is (value is None)
    except KeyRefusedError:
        return False


class KeyStore:
    """The values in force: what was stored over the model's factory values over the table's.

    A stored value that its key refuses (a damaged file, an older release) is passed over.
    """

    def __init__(self, factory: Mapping[str, KeyValue], stored: Mapping[str, KeyValue] | None = None) -> None:
        given = {name.lower(): value for name, value in factory.items()}
        kept = {name.lower(): value for name, value in (stored or {}).items()}
        self._values: dict[str, KeyValue] = {}
        for key in KEYS:
            name = key.name.lower()
            value = given.get(name, key.factory)
            if name in kept and _takes(key, kept[name]):
                value = key.kind.parse(to_text(kept[name]) or "")
            self._values[name] = value

    def __getitem__(self, name: str) -> KeyValue:
        return self._values[name.lower()]

    def flag(self, name: str) -> bool:
        return bool(self[name])

    def number(self, name: str) -> int:
        value = self[name]
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        return to_text(self[name]) or ""

    def change(self, key: Key, text: str) -> KeyValue:
        """Take a new value from its text; raises ``KeyRefusedError`` with the reason and changes nothing."""
        value = key.kind.parse(text)
        self._values[key.name.lower()] = value
        return value
