"""The table of configuration keys: types, bounds, access, and the factory values of E-61."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.reader import list_models, load_charger
from pilotline.station.keys import BY_NAME, KEYS, Access, Key, KeyRefusedError, KeyStore, to_text, told
from pilotline.vocabulary.charger import KeyValue

R_21 = (
    "Voltage.L1-N,Voltage.N,Temperature,Current.Offered.L1,Current.Import.L1,"
    "Power.Active.Import.L1,Energy.Active.Import.Register.L1"
)
FACTORY: dict[str, str] = {
    "AllowOfflineTxForUnknownId": "true",
    "AuthorizationEnabled": "true",
    "AuthorizeRemoteTxRequests": "true",
    "ChargeProfileMaxStackLevel": "100",
    "ChargingScheduleAllowedChargingRateUnit": "A,W",
    "ChargingScheduleMaxPeriods": "60",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "90",
    "ConnectorSwitch3to1PhaseSupported": "false",
    "GetConfigurationMaxKeys": "5",
    "HeartbeatInterval": "60",
    "LightIntensity": "100",
    "LocalAuthListEnabled": "false",
    "LocalAuthListMaxLength": "0",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MaxChargingProfilesInstalled": "10",
    "MeterValueSampleInterval": "60",
    "MeterValuesSampledData": R_21,
    "NumberOfConnectors": "1",
    "SendLocalListMaxLength": "0",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "C_OCPCNetLog": "false",
    "c_ChargeOffPeriod1": "enable,08:00,11:00",
    "c_ChargeOffPeriod2": "enable,16:00,22:00",
    "c_ChargingVentilatedEnabled": "false",
    "c_CTClamp": "false",
    "c_CTClampValue": "65535",
    "c_APN": "0",
    "c_DeviceLimit_I": "320",
    "c_FallbackNetworkInterface": "0",
    "c_FallbackOfflineTimeout": "",  # null: a key without a value
    "c_FallbackOnlineTimeout": "",
    "c_LockerDisengage": "true",
    "c_MainFuseLimit": "600",
    "c_MainNetworkInterface": "0",
    "c_MainOfflineTimeout": "",
    "c_MaxStartDelay": "600",
    "c_RCDProtectionType": "0",
    "c_VoltageProtectionOffset": "0",
}
"""The keys of this release that E-61 names, and what it says they leave the factory with."""
OURS = {
    "AdditionalRootCertificateCheck",
    "AuthorizationKey",
    "CertificateSignedMaxChainSize",
    "CertificateStoreMaxLength",
    "CpoName",
    "SecurityProfile",
    "AuthorizationCacheEnabled",
    "ConnectorPhaseRotation",
    "MaxEnergyOnInvalidId",
    "MeterValuesAlignedData",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledDataMaxLength",
    "MinimumStatusDuration",
    "ReserveConnectorZeroSupported",
    "ResetRetries",
    "TimeZone",
    "StopTxnAlignedData",
    "StopTxnAlignedDataMaxLength",
    "StopTxnSampledData",
    "StopTxnSampledDataMaxLength",
    "SupportedFeatureProfiles",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "c_AuthorizationMode",
    "c_BackendIdentity",
    "c_BackendUrl",
    "c_ChargeSchedule",
    "c_Country",
    "c_Currency",
    "SupportedFileTransferProtocols",
    "c_FirmwareHosts",
    "c_Language",
    "c_LocalStartTag",
    "c_PricePerKWh",
    "c_SetUpStep",
    "c_BackendLossLimit_I",
    "c_BackendLossTimeout",
    "c_Evsens",
    "c_Iso15118",
    "c_Iso15118Authorisation",
    "c_Iso15118Wait",
    "c_OfflinePlugAndCharge",
    "c_S0PulsesPerKWh",
}
"""The others: required by OCPP without a value, or ours."""
INTEGERS = [key for key in KEYS if key.kind.name.startswith("integer")]
WRITABLE = [key for key in KEYS if key.access is Access.READ_WRITE]


@pytest.mark.requirement("E-61", "R-16", "R-21")
@pytest.mark.parametrize("model", ["evnet-7kw-s", "evnet-7kw-t2"])
@pytest.mark.parametrize(("name", "text"), FACTORY.items())
def test_a_key_leaves_the_factory_as_appendix_ii_says(model: str, name: str, text: str) -> None:
    """With the data of an EVNET, the key's value is that of E-61."""
    assert KeyStore(load_charger(model).key_defaults).text(name) == text


@pytest.mark.requirement("E-61")
def test_every_key_of_the_table_is_judged() -> None:
    """No key is in the table without being one of E-61 or one of those it does not give a value for."""
    assert {key.name for key in KEYS} == FACTORY.keys() | OURS


@pytest.mark.parametrize("model", list_models())
@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_factory_value_is_one_its_key_takes(model: str, key: Key) -> None:
    """The model's data and the table's own value stay within the key's type and bounds."""
    value = KeyStore(load_charger(model).key_defaults)[key.name]
    assert key.kind.parse(to_text(value) or "") == value
    assert key.kind.parse(to_text(key.factory) or "") == key.factory


@pytest.mark.requirement("P-11")
@pytest.mark.parametrize(("text", "taken"), [("1000", True), ("1", True), ("100001", False), ("-1", False)])
def test_the_pulses_of_an_s0_meter_are_set_from_the_backend(text: str, taken: bool) -> None:
    """A key of ours, since the product names none; 0 is what the model's data says."""
    store, key = KeyStore({}), BY_NAME["c_s0pulsesperkwh"]
    assert (key.access, store.number(key.name)) == (Access.READ_WRITE, 0)
    if taken:
        assert store.change(key, text) == int(text)
        return
    with pytest.raises(KeyRefusedError):
        store.change(key, text)


@pytest.mark.requirement("E-61")
@pytest.mark.parametrize("name", ["heartbeatinterval", "HEARTBEATINTERVAL", "HeartbeatInterval"])
def test_names_match_without_case(name: str) -> None:
    """A key is found, read and set however its name is written."""
    store = KeyStore({name: 77})
    assert store.number("HeartbeatInterval") == 77
    store.change(BY_NAME[name.lower()], "78")
    assert store[name] == 78


@pytest.mark.requirement("E-61")
def test_of_a_key_that_can_only_be_written_nothing_is_told() -> None:
    """Its value is a secret; of the others the text is told, and of one without a value none."""
    row = BY_NAME["lightintensity"]
    secret = replace(row, access=Access.WRITE_ONLY)
    assert [told(key, 40) for key in (row, secret)] == ["40", None]
    assert told(row, None) is None


@pytest.mark.requirement("E-61")
@pytest.mark.parametrize("name", [key.name for key in KEYS if f"{key.name}MaxLength".lower() in BY_NAME])
def test_a_list_is_as_long_as_its_bound_says(name: str) -> None:
    """Each measurand once is what the bound allows; one more is refused."""
    store, key = KeyStore({}), BY_NAME[name.lower()]
    most = store.number(f"{name}MaxLength")
    names = ["Voltage.L1-N", "Energy.Active.Import.Register"] * most
    assert store.change(key, ",".join(names[:most]))
    with pytest.raises(KeyRefusedError, match=str(most)):
        store.change(key, ",".join(names[: most + 1]))


# --- kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), [("true", True), ("FALSE", False), (" True ", True)])
def test_a_truth_value_is_a_word(text: str, value: bool) -> None:
    """True and false, in any case."""
    assert BY_NAME["c_offlineplugandcharge"].kind.parse(text) is value


@pytest.mark.parametrize("text", ["", "1", "0", "yes", "truee"])
def test_what_is_no_truth_value_is_refused(text: str) -> None:
    """1 and yes are not OCPP's words."""
    with pytest.raises(KeyRefusedError, match="true or false"):
        BY_NAME["c_offlineplugandcharge"].kind.parse(text)


@pytest.mark.parametrize("key", INTEGERS, ids=lambda key: key.name)
def test_an_integer_key_holds_its_bounds(key: Key) -> None:
    """The bounds themselves are taken, one beyond is refused with the range."""
    low, high = (int(part) for part in key.kind.name.removeprefix("integer, ").split(" to "))
    assert key.kind.parse(str(low)) == low
    assert key.kind.parse(f" {high} ") == high
    for beyond in (low - 1, high + 1):
        with pytest.raises(KeyRefusedError, match=f"{low} to {high}"):
            key.kind.parse(str(beyond))


@pytest.mark.parametrize("text", ["", "-", "1.5", "1e3", "0x10", "٣", "²", "--5", "9" * 13, "ten", "+5"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    """Foreign digits and powers are no numbers here, and nothing of it raises anything else."""
    with pytest.raises(KeyRefusedError):
        BY_NAME["heartbeatinterval"].kind.parse(text)


@pytest.mark.requirement("E-61", "R-17")
@pytest.mark.parametrize(
    "name", ["c_MainOfflineTimeout", "c_FallbackOfflineTimeout", "c_FallbackOnlineTimeout"]
)
def test_a_timeout_is_seconds_or_null(name: str) -> None:
    """Ten seconds to a week, which are the bounds; null and nothing are never, and read as no value."""
    store, key = KeyStore({}), BY_NAME[name.lower()]
    assert [store.change(key, text) for text in ("10", " 604800 ")] == [10, 604_800]
    for text in ("9", "604801", "0", "-1", "nil", "1.5", "never"):
        with pytest.raises(KeyRefusedError):
            store.change(key, text)
    assert store[name] == 604_800
    for text in ("null", "NULL", "", " "):
        store.change(key, "10")
        assert store.change(key, text) is None
        assert to_text(store[name]) is None


@pytest.mark.requirement("R-17")
def test_a_stored_null_outweighs_a_factory_value() -> None:
    """What was switched off stays off over a restart; where null is no value, it is passed over."""
    factory: dict[str, KeyValue] = {"c_MainOfflineTimeout": 300, "HeartbeatInterval": 60, "c_APN": "iot"}
    store = KeyStore(factory, dict.fromkeys(factory))
    assert [store[name] for name in factory] == [None, 60, "iot"]


@pytest.mark.requirement("E-61", "R-17")
@pytest.mark.parametrize("name", ["c_MainNetworkInterface", "c_FallbackNetworkInterface"])
def test_an_interface_is_a_number_from_0_to_3(name: str) -> None:
    """Automatic, Ethernet, Wi-Fi, cellular."""
    store, key = KeyStore({}), BY_NAME[name.lower()]
    assert [store.change(key, text) for text in "0123"] == [0, 1, 2, 3]
    for text in ("4", "-1", "", "null", "wifi"):
        with pytest.raises(KeyRefusedError, match="0 or 1 or 2 or 3"):
            store.change(key, text)


@pytest.mark.requirement("E-61", "R-17")
def test_an_access_point_is_a_name_or_0() -> None:
    """Labels as in DNS, of at most 63 letters, a hundred in all."""
    key = BY_NAME["c_apn"]
    longest = ".".join(["a" * 63, "b" * 36])
    for name in ("internet", "iot.1nce.net", "a", "m2m-fleet.example", longest, "00"):
        assert key.kind.parse(f" {name} ") == name
    assert key.kind.parse(" 0 ") == 0
    for name in (
        "",
        ".net",
        "net.",
        "a..b",
        "-a",
        "a-",
        "-",
        "a b",
        "a_b",
        "ä",
        "²",
        "a" * 64,
        longest + "b",
    ):
        with pytest.raises(KeyRefusedError, match="0 or a name"):
            key.kind.parse(name)


@pytest.mark.requirement("P-05")
def test_a_price_is_a_decimal_number_or_nothing() -> None:
    """A comma is taken, and written as a point; nobody pays less than nothing."""
    parse = BY_NAME["c_priceperkwh"].kind.parse
    found = [parse(text) for text in ("", " ", "0.30", "0,3", "007.50", "12", "9999.9999")]
    assert found == ["", "", "0.30", "0.3", "7.50", "12", "9999.9999"]
    for text in ("-1", "1.", ".5", "0.12345", "10000", "1e3", "free", "١"):
        with pytest.raises(KeyRefusedError, match=r"a price like 0\.30"):
            parse(text)


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("c_Currency", {"eur": "EUR", " GBP ": "GBP"}, ["", "EU", "EURO", "E1R", "€"]),
        ("c_Country", {"gb": "GB", "": ""}, ["G", "GBR", "1A", "ß"]),
        ("c_Language", {"DE": "de", "it": "it"}, ["", "fr", "english"]),
        (
            "c_SetUpStep",
            {"Meter": "meter", "": "", "test-charge": "test-charge"},
            ["two words", "1", "x" * 31],
        ),
        ("c_LocalStartTag", {" HOME ": "HOME"}, ["", " ", "x" * 21, "é", "a\tb"]),
        (
            "c_FirmwareHosts",
            {"": "", " a.b , C:8443,[::1]:1 ": "a.b,c:8443,[::1]:1"},
            ["a b", "https://a", "a:0", "a/b"],
        ),
        ("c_BackendIdentity", {"": "", " CP 1 ": "CP 1"}, ["..", "é", "x" * 49]),
    ],
)
def test_a_text_has_the_shape_of_what_it_names(name: str, taken: dict[str, str], refused: list[str]) -> None:
    """Kept in one way of writing; what is none is refused with a sentence."""
    kind = BY_NAME[name.lower()].kind
    assert {text: kind.parse(text) for text in taken} == taken
    for text in refused:
        with pytest.raises(KeyRefusedError):
            kind.parse(text)


@pytest.mark.requirement("M-48", "P-07")
def test_a_backend_s_url_bears_no_password() -> None:
    """It is checked as the dialler would, and why it is refused does not repeat it."""
    parse = BY_NAME["c_backendurl"].kind.parse
    assert [parse(text) for text in ("", " wss://h:9000/ocpp ")] == ["", "wss://h:9000/ocpp"]
    for text, reason in {
        "http://h": "The URL must begin with ws:// or wss://",
        "ws://": "The URL names no host, or port 0",
        "ws://h:99999": "The URL's host or port is malformed",
        "wss://me:secret@h": "The URL must not have a name or a password",
        "wss://me@h": "The URL must not have a name or a password",
    }.items():
        with pytest.raises(KeyRefusedError, match=reason) as error:
            parse(text)
        assert "secret" not in str(error.value)


@pytest.mark.requirement("M-14")
def test_the_settings_of_every_day_are_these() -> None:
    """All others take an operator."""
    everyday = {key.name for key in KEYS if key.everyday}
    periods = {"c_ChargeOffPeriod1", "c_ChargeOffPeriod2"}
    assert everyday == {"LightIntensity", "c_ChargeSchedule", "c_Language", *periods}


@pytest.mark.requirement("R-10")
def test_where_the_voltage_window_is_widened_its_help_says_what_is_lost() -> None:
    """Wherever it is set: the help goes with the key."""
    assert "no PEN device" in BY_NAME["c_voltageprotectionoffset"].help


def test_a_choice_is_one_of_its_words() -> None:
    """In any case, kept as the table spells it."""
    key = BY_NAME["c_authorizationmode"]
    assert key.kind.parse("FREE") == "free"
    with pytest.raises(KeyRefusedError, match="plug_and_charge"):
        key.kind.parse("anyone")


def test_measurands_are_known_ones() -> None:
    """Spaces go, an unknown name is refused and named, an empty list is a list."""
    key = BY_NAME["metervaluessampleddata"]
    assert key.kind.parse(" Voltage.N , Temperature ") == "Voltage.N,Temperature"
    assert key.kind.parse("") == ""
    with pytest.raises(KeyRefusedError, match="Wattage"):
        key.kind.parse("Voltage.N,Wattage")


@given(text=st.text(max_size=40))
@pytest.mark.parametrize("key", WRITABLE, ids=lambda key: key.name)
def test_any_text_is_taken_or_refused(key: Key, text: str) -> None:
    """Whatever a backend sends, it becomes a value that reads back as itself, or changes nothing."""
    store = KeyStore({})
    expected = store[key.name]
    with contextlib.suppress(KeyRefusedError):
        expected = store.change(key, text)
        assert key.kind.parse(to_text(expected) or "") == expected
    assert store[key.name] == expected


# --- the store ----------------------------------------------------------------------------------------


def test_what_was_stored_outweighs_the_factory() -> None:
    """Stored over model over table."""
    assert KeyStore({}).number("LightIntensity") == 100
    assert KeyStore({"LightIntensity": 80}).number("LightIntensity") == 80
    assert KeyStore({"LightIntensity": 80}, {"lightintensity": 40}).number("LightIntensity") == 40


@pytest.mark.parametrize("stored", ["soon", -1, 0, True, None, 10**9])
def test_a_damaged_stored_value_is_passed_over(stored: KeyValue) -> None:
    """A heartbeat every 0 s would flood the backend: the factory value stands in."""
    assert (
        KeyStore({"HeartbeatInterval": 60}, {"HeartbeatInterval": stored}).number("HeartbeatInterval") == 60
    )


def test_a_value_is_shown_as_ocpp_writes_it() -> None:
    """Truth in small letters, no value as none."""
    assert [to_text(value) for value in (True, False, 7, "A,W", None)] == ["true", "false", "7", "A,W", None]
