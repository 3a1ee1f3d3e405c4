"""The charger models that come with Pilotline, and the refusal of wrong ones."""

import hashlib
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.document import parse
from pilotline.models.reader import ModelError, list_models, load_charger, read_charger
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Light
from pilotline.vocabulary.charger import CableStep, ChargerModel, OutletKind, RingRow, TemperatureStep, Window
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import ConnectorStatus

SOCKET, TETHERED = "evnet-7kw-s", "evnet-7kw-t2"
TWO = "master-plus-ac"
BOTH = pytest.mark.parametrize("name", [SOCKET, TETHERED])


def source_of(name: str) -> str:
    """The text of a model that comes with Pilotline."""
    return (resources.files("pilotline.models") / "chargers" / f"{name}.toml").read_text("utf-8")


def refusal_of(text: str | bytes, name: str = "my.toml") -> ModelError:
    """The error that a file with this content is refused with."""
    with pytest.raises(ModelError) as caught:
        read_charger(parse(name, text if isinstance(text, bytes) else text.encode()))
    return caught.value


def changed(old: str, new: str, model: str = SOCKET) -> str:
    """A model's text with one place changed."""
    text = source_of(model)
    assert text.count(old) == 1, f"{old!r} is not unique"
    return text.replace(old, new)


# --- what the models say ------------------------------------------------------------------------------------


@pytest.mark.requirement("E-01", "R-24")
def test_all_models_are_data() -> None:
    """The two EVNET models and the Master Plus for AC are found by the names of their files."""
    assert list_models() == (SOCKET, TETHERED, TWO)
    assert [load_charger(name).name for name in list_models()] == [SOCKET, TETHERED, TWO]


@pytest.mark.requirement("M-02", "R-24")
def test_the_master_plus_for_ac_has_two_sockets_of_22_kw() -> None:
    """Three phases of 32 A each, a lock each, and a supply that both share."""
    model = load_charger(TWO)
    assert (model.connectors, model.rating.phases, model.rating.power_w) == (2, 3, 22_080)
    assert model.outlet.lock
    assert model.shared_supply is not None


@pytest.mark.requirement("E-01")
def test_socket_has_lock_pcm_and_proximity() -> None:
    """The socket model has a lock, a PCM and reads the proximity pilot; no fault is absent."""
    model = load_charger(SOCKET)
    assert model.outlet.kind is OutletKind.SOCKET
    assert (model.outlet.lock, model.outlet.pcm, model.outlet.proximity) == (True, True, True)
    assert model.rtm.absent_faults == 0


@pytest.mark.requirement("E-01")
def test_tethered_model_cannot_have_the_faults_of_what_it_lacks() -> None:
    """Lock, PCM and proximity faults are absent on the tethered model, and no others."""
    model = load_charger(TETHERED)
    assert model.outlet.kind is OutletKind.TETHERED
    assert (model.outlet.lock, model.outlet.pcm, model.outlet.proximity) == (False, False, False)
    assert (
        model.rtm.absent_faults
        == faults.ACT_LOCK | faults.ACT_UNLOCK | faults.MISSING_PCM | faults.PP_UNPRESENT
    )
    assert model.rtm.proximity is None


@pytest.mark.requirement("E-02")
@BOTH
def test_rating(name: str) -> None:
    """Both are 230 V, one phase, 32 A, 7360 W, and the RTM is held to the same."""
    rating = load_charger(name).rating
    assert (rating.voltage_v, rating.phases, rating.current_ma, rating.power_w) == (230, 1, 32_000, 7_360)
    assert load_charger(name).rtm.rating == rating


@pytest.mark.requirement("E-04")
@BOTH
def test_device_limit_is_the_rating(name: str) -> None:
    """The factory value of c_DeviceLimit_I, in deci-ampere, is the rated current."""
    model = load_charger(name)
    assert model.key_defaults["c_DeviceLimit_I"] == 320 == model.rating.current_ma // 100


@pytest.mark.requirement("R-38")
def test_ocpp_names_fit_twenty_characters() -> None:
    """BootNotification's model is the type plate's without the rating, which would not fit."""
    assert load_charger(SOCKET).ocpp.model == "EVNET-7KW-S-1PH"
    assert load_charger(TETHERED).ocpp.model == "EVNET-7KW-T2-1PH"


@pytest.mark.requirement("E-17", "R-02", "R-08")
@BOTH
def test_temperature_table(name: str) -> None:
    """From 72.0 °C the steps of the seed, the last one 6 A up to 79 °C, with a stated hysteresis."""
    table = load_charger(name).temperature
    amps = [(72, 31.8), (73, 29.4), (74, 26.8), (75, 24), (76, 20.8), (77, 17), (78, 12), (79, 6)]
    assert table.from_mc == 72_000
    assert table.steps == tuple(TemperatureStep(1_000 * up_to, round(1_000 * amp)) for up_to, amp in amps)
    assert table.hysteresis_mc == 2_000


@pytest.mark.requirement("E-50", "R-41")
@BOTH
def test_ring_shows_each_status(name: str) -> None:
    """Every status has the seed's lights, online and offline; Reserved looks like Unavailable."""
    blue, yellow, grey, green = 0x0000FF, 0xFFFF00, 0x202020, 0x00FF00
    orange, brown, red = 0xFF7F00, 0x8B4513, 0xFF0000

    def row(online: tuple[int, int], offline: tuple[int, int]) -> RingRow:
        return RingRow(Light(*online), Light(*offline))

    assert load_charger(name).ring == {
        ConnectorStatus.AVAILABLE: row((blue, blue), (yellow, yellow)),
        ConnectorStatus.PREPARING: row((blue, grey), (blue, grey)),
        ConnectorStatus.CHARGING: row((green, green), (green, grey)),
        ConnectorStatus.SUSPENDED_EV: row((orange, brown), (orange, brown)),
        ConnectorStatus.SUSPENDED_EVSE: row((green, blue), (green, blue)),
        ConnectorStatus.FINISHING: row((orange, grey), (orange, grey)),
        ConnectorStatus.RESERVED: row((grey, grey), (grey, grey)),
        ConnectorStatus.UNAVAILABLE: row((grey, grey), (grey, grey)),
        ConnectorStatus.FAULTED: row((red, red), (red, grey)),
    }


APPENDIX_II = """
AllowOfflineTxForUnknownId TRUE; AuthorizationEnabled TRUE; AuthorizeRemoteTxRequests TRUE;
ChargeProfileMaxStackLevel 100; ChargingScheduleAllowedChargingRateUnit A,W; ChargingScheduleMaxPeriods 60;
ClockAlignedDataInterval 0; ConnectionTimeOut 90; ConnectorSwitch3to1PhaseSupported FALSE;
GetConfigurationMaxKeys 5; HeartbeatInterval 60; LightIntensity 100; LocalAuthListEnabled FALSE;
LocalAuthListMaxLength 0; LocalAuthorizeOffline TRUE; LocalPreAuthorize FALSE;
MaxChargingProfilesInstalled 10; MeterValueSampleInterval 60; NumberOfConnectors 1; SendLocalListMaxLength 0;
StopTransactionOnEVSideDisconnect TRUE; StopTransactionOnInvalidId TRUE;
UnlockConnectorOnEVSideDisconnect TRUE; c_ChargingVentilatedEnabled FALSE; c_DeviceLimit_I 320;
c_MainFuseLimit 600; c_RCDProtectionType 0; c_VoltageProtectionOffset 0; c_MainOfflineTimeout null;
c_FallbackOfflineTimeout null; c_FallbackOnlineTimeout null; C_OCPCNetLog FALSE;
c_ChargeOffPeriod1 enable,08:00,11:00; c_ChargeOffPeriod2 enable,16:00,22:00; c_MaxStartDelay 600;
c_LockerDisengage TRUE; c_CTClamp FALSE; c_CTClampValue 65535; c_MainNetworkInterface 0;
c_FallbackNetworkInterface 0; c_APN 0;
MeterValuesSampledData Voltage.L1-N,Voltage.N,Temperature,Current.Offered.L1,Current.Import.L1,\
Power.Active.Import.L1,Energy.Active.Import.Register.L1
"""
REQUIRED_BY_OCPP = {
    "ConnectorPhaseRotation", "MeterValuesAlignedData", "ResetRetries", "StopTxnAlignedData",
    "StopTxnSampledData", "SupportedFeatureProfiles", "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "AdditionalRootCertificateCheck", "AuthorizationKey", "CertificateSignedMaxChainSize",
    "CertificateStoreMaxLength", "CpoName", "SecurityProfile",
}  # fmt: skip


@pytest.mark.requirement("E-61", "R-16", "R-21")
@BOTH
def test_keys_leave_the_factory_as_appendix_ii_says(name: str) -> None:
    """Every key of Appendix II has its example value, and those OCPP requires besides are there."""
    defaults = dict(load_charger(name).key_defaults)
    words = {None: "null", True: "TRUE", False: "FALSE"}
    for row in APPENDIX_II.split(";"):
        key, expected = row.split()
        value = defaults.pop(key)
        assert (words[value] if value is None or isinstance(value, bool) else str(value)) == expected, key
    assert set(defaults) == REQUIRED_BY_OCPP | {"TimeZone"}  # ours: the hours of E-64 are local


@BOTH
def test_pilot_windows_are_a_volt_around_the_nominal_level(name: str) -> None:
    """Each state's window is its level of IEC 61851-1 ±1 V."""
    nominal = {"A": 12, "B": 9, "C": 6, "D": 3, "E": 0, "F": -12}
    windows = load_charger(name).rtm.pilot.windows
    assert windows == {
        PilotState(state): Window(1_000 * (volts - 1), 1_000 * (volts + 1))
        for state, volts in nominal.items()
    }


@pytest.mark.requirement("R-47")
def test_proximity_windows() -> None:
    """80 to 140 Ω is a 63 A cable, then 32, 20 and 13 A, the gaps going to the weaker one."""
    proximity = load_charger(SOCKET).rtm.proximity
    assert proximity is not None
    assert proximity.from_ohm == 80
    assert proximity.steps == (
        CableStep(140, 63_000), CableStep(308, 32_000), CableStep(936, 20_000), CableStep(2_460, 13_000),
    )  # fmt: skip


def test_models_differ_only_in_name_and_outlet() -> None:
    """Socket and tethered model share every figure that does not come from the outlet."""
    socket, tethered = load_charger(SOCKET), load_charger(TETHERED)
    for part in ("rating", "temperature", "ring", "meter", "key_defaults", "connectors"):
        assert getattr(socket, part) == getattr(tethered, part), part
    for part in ("pilot", "relay", "host", "wake_up"):
        assert getattr(socket.rtm, part) == getattr(tethered.rtm, part), part


@BOTH
def test_hash_is_that_of_the_bytes(name: str) -> None:
    """The RTM's hash is the first eight bytes of the file's SHA-256, big-endian."""
    digest = hashlib.sha256(source_of(name).encode()).hexdigest()
    assert f"{load_charger(name).rtm.hash:016x}" == digest[:16]


def test_file_of_the_user_is_a_model(tmp_path: Path) -> None:
    """A path loads as a name does, and another byte is another hash."""
    path = tmp_path / "mine.toml"
    path.write_text(source_of(SOCKET) + "# mine\n", "utf-8")
    mine = load_charger(path)
    assert load_charger(str(path)) == mine
    assert mine.rtm.hash != load_charger(SOCKET).rtm.hash


# --- what is refused ----------------------------------------------------------------------------------------


def test_unknown_name_lists_the_known_ones() -> None:
    """A name no model has is refused with the names there are."""
    with pytest.raises(
        ModelError,
        match=r"^evnet-22kw: no such model; there are evnet-7kw-s, evnet-7kw-t2, master-plus-ac, or",
    ):
        load_charger("evnet-22kw")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A path without a file is refused with the system's reason."""
    with pytest.raises(ModelError, match=r"none\.toml: cannot be read: No such file or directory$"):
        load_charger(tmp_path / "none.toml")


@pytest.mark.requirement("R-45")
def test_refusal_names_file_line_key_and_reason() -> None:
    """One line says where, which key and why; the clause comes from the type that refused."""
    error = refusal_of(changed("orderly_ms = 6_000", "orderly_ms = 9_000"), "evnet-7kw-s.toml")
    line = source_of(SOCKET)[: source_of(SOCKET).index("orderly_ms =")].count("\n") + 1
    assert str(error) == (
        f"evnet-7kw-s.toml:{line}: relay.orderly_ms: orderly_ms is 1 to 6000 (IEC 61851-1 table A.6)"
    )
    assert (error.file, error.line, error.key) == ("evnet-7kw-s.toml", line, "relay.orderly_ms")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("trip_ms = 40 ", "trip_mss = 40 ", "relay.trip_mss", "unknown key; did you mean trip_ms?"),
        ("trip_ms = 40 ", "", "relay.trip_ms", "missing"),
        ("[meter] ", "[metre] ", "metre", "unknown key; did you mean meter?"),
        ("phases = 1\n", "phases = '1'\n", "rating.phases", "expected a whole number, found a text"),
        ("phases = 1\n", "phases = true\n", "rating.phases", "expected a whole number, found true or false"),
        ("phases = 1\n", "phases = 2\n", "rating.phases", "phases is 1 or 3"),
        ("lock = true", "lock = 1", "outlet.lock", "expected true or false, found a whole number"),
        ("absent_faults = []", "", "absent_faults", "missing"),
        ("absent_faults = []", "absent_faults = ['EVSE_FAULT_RDC']", "absent_faults[0]",
         'unknown fault "EVSE_FAULT_RDC"; did you mean EVSE_FAULT_RCD?'),
        ("absent_faults = []", "absent_faults = ['EVSE_FAULT_RCD', 'EVSE_FAULT_RCD']", "absent_faults[1]",
         "this fault is listed twice"),
        ("absent_faults = []", "absent_faults = ['EVSE_FAULT_ACT_LOCK_FAULT']", "absent_faults",
         "the outlet has a lock, so its faults are not absent"),
        ("F = 100\n", "G = 100\n", "pilot.debounce_ms.G", '"G" is none of A, B, C, D, E, F, ?'),
        ("F = 100\n", "", "pilot.debounce_ms", "debounce_ms names the states A to F and ?"),
        ("F = 100\n", "F = -1\n", "pilot.debounce_ms.F", "-1 is not within 0 to 86400000"),
        ('Finishing = ["orange"', 'Finishd = ["orange"', "ring.Finishd",
         '"Finishd" is none of ' + ", ".join(status.value for status in ConnectorStatus)),
        ('Finishing = ["orange"', 'Finishing = ["ornge"', "ring.Finishing[0]",
         '"ornge" is no colour of [colours]; did you mean orange?'),
        ('Finishing = ["orange",', 'Finishing = ["orange", "red",', "ring.Finishing",
         "a light is one colour, or two that it changes between"),
        ('shown_as = "Unavailable"', 'shown_as = "Reserved"', "ring.Reserved",
         "Reserved has no colours of its own"),
        ("red = 0xFF0000", "red = 0x1000000", "colours.red", "a colour is 0x000000 to 0xFFFFFF"),
        ("ConnectionTimeOut = 90", "ConnectionTimeOut = 9.5", "key_defaults.ConnectionTimeOut",
         "expected true or false or a whole number or a text, found a number"),
        ("ConnectionTimeOut = 90", "HEARTBEATINTERVAL = 90", "key_defaults.HeartbeatInterval",
         "duplicate of HEARTBEATINTERVAL"),
        ('  "CpoName",', '  "c_APN",', "key_defaults.null[4]", "duplicate of c_APN"),
        ("NumberOfConnectors = 1", "NumberOfConnectors = 2", "key_defaults.NumberOfConnectors",
         "connectors is 1"),
        ('title = "EVNET 7 kW, Type 2 socket"', "connectors = 3\ntitle = ''", "connectors",
         "connectors is 1 or 2"),
        ('title = "EVNET 7 kW, Type 2 socket"', "connectors = 2\ntitle = ''", "connectors",
         "connectors is 2 exactly where there is a shared_supply"),
        ('profile = "generic-mid"', 'profile = "sdm"', "meter.profile",
         "no such meter; there are generic-mid"),
        ("{ up_to_ohm = 308, cable_ma", "{ up_to_ohm = 308, cable", "proximity.steps[1].cable",
         "unknown key; did you mean cable_ma?"),
        ("up_to_ohm = 308,", "up_to_ohm = 30,", "proximity.steps", "steps rise from from_ohm"),
        ("contact_ms = 30 ", "contact_ms = 90 ", "pilot",
         "pilot.left_c_ms + relay.contact_ms = 120 is over the budget"),
        ('title = "EVNET 7 kW, Type 2 socket"', "hash = 1\ntitle = ''", "hash", "unknown key"),
        ("beep_ms = 200 ", "beep_ms = 1979-05-27 ", "host.beep_ms",
         "expected a whole number, found a date or time"),
    ],
)  # fmt: skip
def test_wrong_model_is_refused(old: str, new: str, key: str, reason: str) -> None:
    """Each kind of mistake is refused at its key, in words for people."""
    text = changed(old, new)
    error = refusal_of(text)
    assert (error.key, error.reason.split(" (")[0]) == (key, reason)
    assert error.line is not None
    named = text.splitlines()[error.line - 1]
    is_there = new.strip() == named.strip() or any(word in named for word in re.findall(r"\w+", key))
    assert is_there or (error.line, reason) == (1, "missing")


def test_line_of_a_missing_key_is_that_of_its_table() -> None:
    """What is not there is reported where it should be."""
    text = changed("trip_ms = 40 ", "")
    assert refusal_of(text).line == text[: text.index("[relay]")].count("\n") + 1


@pytest.mark.requirement("E-01")
@pytest.mark.parametrize("name", ["EVSE_FAULT_ACT_UNLOCK_FAULT", "EVSE_FAULT_PP_UNPRESENT"])
def test_what_is_not_fitted_must_be_declared_absent(name: str) -> None:
    """A tethered model that leaves out a fault it cannot have is refused."""
    error = refusal_of(changed(f'  "{name}",\n', "", TETHERED).replace('  "EVSE_FAULT_MISSING_PCM",\n', ""))
    assert error.key == "absent_faults"
    assert name in error.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1\nb =\n", 2, "not valid TOML: Invalid value"),
        ("a = 1\na = 2\n", 2, "not valid TOML: Cannot overwrite a value"),
        ("[t]\n[t]\n", 2, "not valid TOML: Cannot declare ('t',) twice"),
        ("a = '", 1, 'not valid TOML: Expected "\'"'),
        (b"a = 1\nb = '\xff'", 2, "not UTF-8 text"),
        ("a = " + 10_000 * "[", 1, "nested too deeply"),
        ("a = " + 10_000 * "9", 1, "not valid TOML: Exceeds the limit"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(text: str | bytes, line: int, reason: str) -> None:
    """A syntax error is refused with the line on which it stands."""
    error = refusal_of(text)
    assert error.line == line
    assert error.reason.startswith(reason)


# --- fuzz ---------------------------------------------------------------------------------------------------


def check_answer(data: bytes) -> None:
    """Any bytes are a model or a one-line refusal, and nothing else."""
    answer = attempt(data)
    if isinstance(answer, ModelError):
        assert "\n" not in str(answer)
        assert answer.line is not None
        assert 1 <= answer.line <= data.count(b"\n") + 1


def attempt(data: bytes) -> ChargerModel | ModelError:
    """Read a file that may be wrong."""
    try:
        return read_charger(parse("fuzz.toml", data))
    except ModelError as error:
        return error


@given(st.binary())
def test_any_bytes_are_refused_properly(data: bytes) -> None:
    """Noise is refused with a ModelError."""
    check_answer(data)


LINES = source_of(SOCKET).splitlines()
TOKENS = [
    "",
    "1",
    "-1",
    "0x7FFFFFFF",
    "1e400",
    "nan",
    "''",
    "[]",
    "{}",
    "true",
    "[[]]",
    '"\\n"',
    "1979-05-27",
    "[",
]


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(TOKENS)), min_size=1, max_size=3))
def test_any_other_value_is_refused_properly(changes: list[tuple[int, str]]) -> None:
    """A model with values of other kinds in it is a model or is refused, never another exception."""
    lines = list(LINES)
    for number, token in changes:
        key, sign, _ = lines[number].partition("=")
        lines[number] = f"{key}{sign} {token}" if sign else token
    check_answer("\n".join(lines).encode())


@given(st.integers(0, len(LINES)), st.integers(0, 20), st.text(max_size=12))
def test_any_mangled_model_is_refused_properly(start: int, length: int, text: str) -> None:
    """A model with lines cut out and noise put in is a model or is refused, never another exception."""
    check_answer("\n".join([*LINES[:start], text, *LINES[start + length :]]).encode(errors="replace"))


# --- what a model shows of OCPP ---------------------------------------------------------------------------


@pytest.mark.requirement("R-05")
def test_the_key_names_only_profiles_of_the_model() -> None:
    """A backend is not promised what the model has not; the file is refused at that key."""
    error = refusal_of(changed('"Core,Reservation,SmartCharging', '"Core,Reservations,SmartCharging'))
    assert error.key == "key_defaults.SupportedFeatureProfiles"
    assert "Reservations is none of ocpp.profiles" in error.reason


@pytest.mark.requirement("R-05")
def test_an_unknown_profile_and_an_unknown_action_are_refused() -> None:
    """With the place and those there are."""
    error = refusal_of(changed('"Reservation", "SmartCharging"', '"Reservations", "SmartCharging"'))
    assert error.key == "ocpp.profiles[2]"
    error = refusal_of(changed('ClearChargingProfile = "NotImpl', 'ClearChargingProfil = "NotImpl', TWO))
    assert error.key == "ocpp.lacks"
    error = refusal_of(changed('ClearChargingProfile = "NotImplemented"', 'ClearChargingProfile = "No"', TWO))
    assert error.key == "ocpp.lacks.ClearChargingProfile"
