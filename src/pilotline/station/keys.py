"""The table of configuration keys: one truth for OCPP, the panel, the checks and the reference page (E-61).

A key is a row: its type and bounds, who may write it, whether a reboot is needed, one sentence of help.
Its factory value is the model's data. Names match without case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from pilotline.station.measurands import MOST_NAMED, unknown_measurands
from pilotline.vocabulary.charger import KeyValue


class KeyRefusedError(ValueError):
    """A text that a key refuses; the sentence says why."""


class Access(Enum):
    """What a backend may do with a key."""

    READ_WRITE = "read and write"
    READ_ONLY = "read only"


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
BOOLEAN = Kind("boolean", _boolean)
ROTATION = Kind("list of connector.phases", _rotation)
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


_RO = Access.READ_ONLY


def _most_named(key: str) -> Key:
    """OCPP 1.6 §9.1: how long the list of that key may be."""
    return Key(f"{key}MaxLength", _one_of(MOST_NAMED), f"Most measurands {key} may name.", MOST_NAMED, _RO)


KEYS = (
    Key("AllowOfflineTxForUnknownId", BOOLEAN, "Offline, a card that nobody knows may charge.", True),
    Key("AuthorizationCacheEnabled", BOOLEAN, "What the backend said of a card is remembered.", True),
    Key("AuthorizationEnabled", BOOLEAN, "A session needs somebody who may charge.", True),
    Key("AuthorizeRemoteTxRequests", BOOLEAN, "A remote start asks the backend about its tag first.", True),
    Key(
        "ClockAlignedDataInterval",
        _integer(0, 86_400),
        "Seconds between meter values on the clock, from midnight UTC; 0 sends none.",
        0,
    ),
    Key("ConnectionTimeOut", _integer(5, 86_400), "Seconds from a card to the plug.", 90),
    Key("ConnectorPhaseRotation", ROTATION, "How the supply's phases reach each connector.", ""),
    Key("GetConfigurationMaxKeys", _integer(1, 1_000), "Most keys one request may name.", 5, _RO),
    Key("HeartbeatInterval", _integer(1, 86_400), "Seconds of silence after which a heartbeat is sent.", 60),
    Key("LightIntensity", _integer(0, 100), "Brightness of the ring in percent.", 100),
    Key("LocalAuthorizeOffline", BOOLEAN, "Offline, a card that was accepted before may charge.", True),
    Key(
        "LocalPreAuthorize",
        BOOLEAN,
        "A card that was accepted before charges before the backend says so.",
        False,
    ),
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
    Key("ResetRetries", _integer(0, 20), "Times a restart that did not come about is tried again.", 3),
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
    Key("TransactionMessageAttempts", _integer(1, 100), "Tries before a session is set aside.", 3),
    Key("TransactionMessageRetryInterval", _integer(1, 86_400), "Seconds to the second try.", 60),
    Key(
        "UnlockConnectorOnEVSideDisconnect",
        BOOLEAN,
        "Pulling the plug out of the car frees it at the station too.",
        True,
    ),
    Key("c_AuthorizationMode", _choice("tag", "plug_and_charge", "free"), "Who may charge.", "tag"),
    Key("c_ChargingVentilatedEnabled", BOOLEAN, "Cars that want ventilation charge.", False, reboot=True),
    Key("c_CTClamp", BOOLEAN, "A clamp measures what the whole house draws.", False),
    Key(
        "c_CTClampValue", _integer(0, 65_535), "Highest reading of the clamp, in tenths of an ampere.", 65_535
    ),
    Key("c_DeviceLimit_I", _integer(60, 800), "The station's own limit in tenths of an ampere.", 320),
    Key("c_Evsens", BOOLEAN, "An EVSENS at the supply measures what the whole house draws.", False),
    Key("c_LockerDisengage", BOOLEAN, "The plug is locked in the socket.", True, reboot=True),
    Key("c_MainFuseLimit", _integer(60, 10_000), "The house's main fuse in tenths of an ampere.", 600),
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


def to_text(value: KeyValue) -> str | None:
    """A value as OCPP shows it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stored_value(key: Key, value: KeyValue) -> KeyValue:
    """A stored value as its key understands it; None where there is none, or one it refuses."""
    try:
        return None if value is None else key.kind.parse(to_text(value) or "")
    except KeyRefusedError:
        return None


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
            value = _stored_value(key, kept.get(name))
            self._values[name] = given.get(name, key.factory) if value is None else value

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
