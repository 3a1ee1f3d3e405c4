"""The messages of OCPP 1.6, judged by the official JSON schemas that the `ocpp` package carries."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from pilotline.vocabulary.status import AuthStatus, ReadingContext, ResetKind, StopReason
from pilotline.wire.ocpp import v16, words
from pilotline.wire.ocpp import v16_upkeep as upkeep
from pilotline.wire.ocpp.errors import CallErrorCode, MessageError, TimeFormatError
from pilotline.wire.ocpp.times import format_time, parse_time

SCHEMAS = files("ocpp.v16") / "schemas"
KINDS = [kind for action in v16.ACTIONS.values() for kind in (action.request, action.answer)]
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def load_schema(kind: type[v16.Request | v16.Answer]) -> dict[str, Any]:
    """The official schema of a message, its figures as decimals: 21.4 is a multiple of 0.1 only there."""
    name = kind.__name__.removesuffix("Answer")
    name += "Response" if kind.__name__.endswith("Answer") else ""
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8-sig"), parse_float=Decimal)


VALIDATORS = {
    kind: jsonschema.Draft4Validator(load_schema(kind), format_checker=jsonschema.FormatChecker())
    for kind in KINDS
}


PLAIN_VALUES: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.IntType: st.integers(-(2**63), 2**64 - 1),
    inspect.FloatType: st.integers(0, 10**7).map(lambda tenths: tenths / 10),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
}


def values_of(node: inspect.Type, units: st.SearchStrategy[words.Unit]) -> st.SearchStrategy[Any]:
    """Any value a field's type allows; ``units`` are those the message's schema knows."""
    match node:
        case inspect.Metadata(extra_json_schema={"format": "date-time"}):
            values = MOMENTS.map(format_time)
        case inspect.Metadata(type=inner):
            values = values_of(inner, units)
        case inspect.StructType(cls=cls, fields=fields):
            values = st.builds(cls, **{field.name: values_of(field.type, units) for field in fields})
        case inspect.StrType(max_length=longest):
            values = st.text(max_size=longest)
        case inspect.IntType(ge=int(low), le=int(high)):
            values = st.integers(low, high)
        case inspect.EnumType(cls=cls):
            values = units if cls is words.Unit else st.sampled_from(cls)
        case inspect.UnionType(types=types):
            values = st.one_of([values_of(one, units) for one in types])
        case inspect.VarTupleType(item_type=item, min_length=least):
            values = st.lists(values_of(item, units), min_size=least or 0, max_size=3).map(tuple)
        case _:
            values = PLAIN_VALUES[type(node)]
    return values


ALL_UNITS = st.sampled_from(words.Unit)
STOP_UNITS = ALL_UNITS.filter(lambda unit: unit is not words.Unit.HERTZ)
MESSAGES = {
    kind: values_of(inspect.type_info(kind), STOP_UNITS if kind is v16.StopTransaction else ALL_UNITS)
    for kind in KINDS
}


@pytest.mark.requirement("E-60")
@pytest.mark.requirement("M-40")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_official_schema_accepts_every_message(kind: type[v16.Request | v16.Answer]) -> None:
    """Whatever a message can hold, its encoding satisfies the official schema and decodes to the same."""

    @settings(max_examples=50)
    @given(MESSAGES[kind])
    def check(message: v16.Request | v16.Answer) -> None:
        payload = v16.encode_checked(message)
        VALIDATORS[kind].validate(json.loads(payload, parse_float=Decimal))
        assert v16.decode(kind, payload) == message

    check()


# --- the types and the schemas say the same -----------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """What a type or a schema allows, in one form for both."""

    kind: str
    limit: int | None = None
    words: frozenset[str] = frozenset()
    fields: tuple[tuple[str, bool, "Shape"], ...] = ()
    item: "Shape | None" = None


PLAIN_SHAPES: dict[type[inspect.Type], Shape] = {
    inspect.IntType: Shape("integer"),
    inspect.FloatType: Shape("number"),
    inspect.BoolType: Shape("boolean"),
}


def shape_of_type(node: inspect.Type) -> Shape:
    """The shape of one of our types."""
    match node:
        case inspect.Metadata(extra_json_schema={"format": str(name)}):
            shape = Shape(name)
        case inspect.Metadata(type=inner):
            shape = shape_of_type(inner)
        case inspect.StructType(fields=fields):
            rows = ((f.encode_name, f.required, shape_of_type(f.type)) for f in fields)
            shape = Shape("object", fields=tuple(rows))
        case inspect.StrType(max_length=longest):
            shape = Shape("string", longest)
        case inspect.EnumType(cls=cls):
            shape = Shape("string", words=frozenset(str(word.value) for word in cls))
        case inspect.UnionType(types=types):
            shape = shape_of_type(next(one for one in types if not isinstance(one, inspect.NoneType)))
        case inspect.VarTupleType(item_type=item, min_length=least):
            shape = Shape("array", least, item=shape_of_type(item))
        case _:
            shape = PLAIN_SHAPES[type(node)]
    return shape


def shape_of_schema(schema: dict[str, Any], definitions: dict[str, Any] | None = None) -> Shape:
    """The shape an official schema asks for; those of the whitepaper refer to ``definitions``."""
    named = schema.get("definitions", {}) if definitions is None else definitions
    match schema:
        case {"$ref": str(name)}:
            return shape_of_schema(named[name.removeprefix("#/definitions/")], named)
        case {"type": "object"}:
            needed, parts = schema.get("required", []), schema.get("properties", {})
            rows = ((name, name in needed, shape_of_schema(s, named)) for name, s in parts.items())
            return Shape("object", fields=tuple(rows))
        case {"type": "array"}:
            return Shape("array", schema.get("minItems"), item=shape_of_schema(schema["items"], named))
        case {"enum": words}:
            return Shape("string", words=frozenset(words))
        case {"format": name}:
            return Shape(name)
        case _:
            return Shape(schema["type"], schema.get("maxLength"))


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k is not v16.StopTransaction], ids=lambda kind: kind.__name__
)
def test_fields_limits_and_words_are_the_official_ones(kind: type[v16.Request | v16.Answer]) -> None:
    """Fields and their order, lengths, words and what is required: all as in the official schema."""
    assert shape_of_type(inspect.type_info(kind)) == shape_of_schema(load_schema(kind))


def test_transaction_data_is_as_strict_as_meter_values() -> None:
    """StopTransaction is official but for its data, which has the shape of MeterValues."""
    ours = {row[0]: row for row in shape_of_type(inspect.type_info(v16.StopTransaction)).fields}
    official = {row[0]: row for row in shape_of_schema(load_schema(v16.StopTransaction)).fields}
    data, _official_data = ours.pop("transactionData")[2], official.pop("transactionData")[2]
    assert list(ours.items()) == list(official.items())
    assert data.item == shape_of_type(inspect.type_info(v16.MeterValue))


@pytest.mark.requirement("M-40")
def test_every_action_of_ocpp_is_served() -> None:
    """ACTIONS names exactly the actions of the official schemas, security extension included."""
    official = {entry.name.removesuffix(".json").removesuffix("Response") for entry in SCHEMAS.iterdir()}
    assert set(v16.ACTIONS) == {name for name in official if not name.startswith("__")}


def test_every_context_of_the_station_core_is_a_context_of_ocpp() -> None:
    """The core's reasons for a meter value can all be put on the wire by their value."""
    assert {context.value for context in ReadingContext} <= {context.value for context in words.Context}


# --- what is refused, and how ---------------------------------------------------------------------------

C = CallErrorCode
START = '"connectorId":1,"meterStart":0,"timestamp":"2026-01-01T00:00:00Z"'
LONG = "x" * 51
DEEP = '{"x":' + "[" * 9_999 + "]" * 9_999 + "}"


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        (v16.StartTransaction, f"{{{START}}}", C.OCCURENCE_CONSTRAINT_VIOLATION),
        (v16.StartTransaction, f'{{{START},"idTag":"{LONG}"}}', C.PROPERTY_CONSTRAINT_VIOLATION),
        (v16.StartTransaction, f'{{{START},"idTag":7}}', C.TYPE_CONSTRAINT_VIOLATION),
        (v16.StartTransaction, f'{{{START},"idTag":null}}', C.TYPE_CONSTRAINT_VIOLATION),
        (v16.Reset, '{"type":"Medium"}', C.PROPERTY_CONSTRAINT_VIOLATION),
        (v16.Reset, '{"type":1}', C.TYPE_CONSTRAINT_VIOLATION),
        (v16.Reset, '{"Type":"Hard"}', C.OCCURENCE_CONSTRAINT_VIOLATION),
        (v16.RemoteStopTransaction, '{"transactionId":1.5}', C.TYPE_CONSTRAINT_VIOLATION),
        (v16.RemoteStopTransaction, '{"transactionId":1e400}', C.PROPERTY_CONSTRAINT_VIOLATION),
        (v16.MeterValues, '{"connectorId":1,"meterValue":[]}', C.OCCURENCE_CONSTRAINT_VIOLATION),
        (v16.MeterValues, '{"connectorId":1,"meterValue":{}}', C.TYPE_CONSTRAINT_VIOLATION),
        (v16.GetConfiguration, f'{{"key":["{LONG}"]}}', C.PROPERTY_CONSTRAINT_VIOLATION),
        (v16.Heartbeat, "[]", C.FORMATION_VIOLATION),
        (v16.Heartbeat, "null", C.FORMATION_VIOLATION),
        (v16.Heartbeat, "{", C.FORMATION_VIOLATION),
        (v16.Heartbeat, DEEP, C.FORMATION_VIOLATION),
        (v16.AuthorizeAnswer, '{"idTagInfo":3}', C.TYPE_CONSTRAINT_VIOLATION),
    ],
)  # fmt: skip
def test_an_illegal_payload_is_refused_with_the_exact_code(
    kind: type[v16.Request | v16.Answer], payload: str, code: CallErrorCode
) -> None:
    """Each kind of violation has the one error code OCPP-J 1.6 §4.2.3 gives it."""
    with pytest.raises(MessageError) as refused:
        v16.decode(kind, payload)
    assert refused.value.code is code


@pytest.mark.requirement("M-49")
def test_the_error_codes_have_the_spelling_of_the_standard() -> None:
    """1.6 says 'Occurence' and 'Formation', and so do we."""
    assert {code.value for code in CallErrorCode} == {
        "NotImplemented", "NotSupported", "InternalError", "ProtocolError", "SecurityError", "GenericError",
        "FormationViolation", "PropertyConstraintViolation", "OccurenceConstraintViolation",
        "TypeConstraintViolation",
    }  # fmt: skip


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("name", "sender", "code"),
    [
        ("MakeCoffee", v16.Role.CENTRAL_SYSTEM, C.NOT_IMPLEMENTED),
        ("reset", v16.Role.CENTRAL_SYSTEM, C.NOT_IMPLEMENTED),
        ("", v16.Role.CENTRAL_SYSTEM, C.NOT_IMPLEMENTED),
        ("LogStatusNotification", v16.Role.CENTRAL_SYSTEM, C.NOT_SUPPORTED),
        ("GetDiagnostics", v16.Role.CHARGE_POINT, C.NOT_SUPPORTED),
        ("Heartbeat", v16.Role.CENTRAL_SYSTEM, C.NOT_SUPPORTED),
        ("Reset", v16.Role.CHARGE_POINT, C.NOT_SUPPORTED),
    ],
)
def test_a_strange_action_is_not_implemented_and_one_of_the_other_end_not_supported(
    name: str, sender: v16.Role, code: CallErrorCode
) -> None:
    """NotImplemented: OCPP has no such action. NotSupported: it is not for this sender."""
    with pytest.raises(MessageError) as refused:
        v16.find_action(name, sender)
    assert refused.value.code is code


PEM = "x" * 5500
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "a" * 128, "issuerKeyHash": "b", "serialNumber": "1"}
FIRMWARE = {
    "location": "https://x", "retrieveDateTime": "2026-01-05T00:00:00Z", "signingCertificate": PEM,
    "signature": "s" * 800,
}  # fmt: skip
FOUND = {"status": "Accepted", "certificateHashData": [HASH]}
UPDATE = {"requestId": 1, "firmware": FIRMWARE}


@pytest.mark.requirement("M-43", "M-49")
@pytest.mark.parametrize(
    ("kind", "fits", "too_long"),
    [
        (upkeep.InstallCertificate, {"certificateType": "ManufacturerRootCertificate", "certificate": PEM},
         {"certificate": PEM + "x"}),
        (upkeep.CertificateSigned, {"certificateChain": "x" * 10_000}, {"certificateChain": "x" * 10_001}),
        (upkeep.SignCertificate, {"csr": PEM}, {"csr": PEM + "x"}),
        (upkeep.SignedUpdateFirmware, UPDATE, {"firmware": FIRMWARE | {"signature": "s" * 801}}),
        (upkeep.SignedUpdateFirmware, UPDATE, {"firmware": FIRMWARE | {"signingCertificate": PEM + "x"}}),
        (upkeep.SignedUpdateFirmware, UPDATE, {"firmware": FIRMWARE | {"location": "x" * 513}}),
        (upkeep.DeleteCertificate, {"certificateHashData": HASH},
         {"certificateHashData": HASH | {"issuerKeyHash": "b" * 129}}),
        (upkeep.DeleteCertificate, {"certificateHashData": HASH},
         {"certificateHashData": HASH | {"serialNumber": "1" * 41}}),
        (upkeep.GetLog, {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "x" * 512}},
         {"log": {"remoteLocation": "x" * 513}}),
        (upkeep.GetDiagnosticsAnswer, {"fileName": "f" * 255}, {"fileName": "f" * 256}),
        (upkeep.SecurityEventNotification, {"type": "t" * 50, "timestamp": "2026-01-05T00:00:00Z"},
         {"techInfo": "i" * 256}),
    ],
)  # fmt: skip
def test_what_is_as_long_as_it_may_be_is_taken_and_one_letter_more_is_not(
    kind: type[v16.Request | v16.Answer], fits: dict[str, Any], too_long: dict[str, Any]
) -> None:
    """The bounds of certificates, signatures, chains and locations hold to the letter, with their code."""
    v16.decode(kind, json.dumps(fits))
    with pytest.raises(MessageError) as refused:
        v16.decode(kind, json.dumps(fits | too_long))
    assert refused.value.code is C.PROPERTY_CONSTRAINT_VIOLATION


def test_certificates_found_are_at_least_one() -> None:
    """An answer that names none leaves the list out: an empty one is no occurrence of what must occur."""
    v16.decode(upkeep.GetInstalledCertificateIdsAnswer, json.dumps(FOUND))
    with pytest.raises(MessageError) as refused:
        v16.decode(upkeep.GetInstalledCertificateIdsAnswer, json.dumps(FOUND | {"certificateHashData": []}))
    assert refused.value.code is C.OCCURENCE_CONSTRAINT_VIOLATION


@pytest.mark.requirement("M-49")
def test_unknown_extra_fields_and_nulls_are_tolerated() -> None:
    """Real backends send fields of their own and null for what is absent; both change nothing."""
    payload = (
        '{"idTagInfo":{"status":"Accepted","expiryDate":null,"x":[{}]},"transactionId":1,"vendor":{"a":1}}'
    )
    expected = v16.StartTransactionAnswer(v16.IdTagInfo(status=AuthStatus.ACCEPTED), 1)
    assert v16.decode_answer(v16.ACTIONS["StartTransaction"], payload) == expected


def test_transaction_ids_above_31_bits_are_understood() -> None:
    """Some backends count transactions in milliseconds of the epoch."""
    assert (
        v16.decode(v16.RemoteStopTransaction, '{"transactionId":1795000000000}').transaction_id
        == 1795000000000
    )


def test_both_spellings_of_celsius_are_understood() -> None:
    """The first edition's 'Celcius' is still sent by stations in the field."""
    for word in ("Celsius", "Celcius"):
        payload = f'{{"timestamp":"","sampledValue":[{{"value":"1","unit":"{word}"}}]}}'
        assert msgspec.json.decode(payload, type=v16.MeterValue).sampled_value[0].unit == words.Unit(word)


def test_absent_fields_are_left_out_and_names_are_camel_case() -> None:
    """None is never written as null."""
    stop = v16.StopTransaction(
        meter_stop=5, timestamp="now", transaction_id=7, reason=StopReason.EV_DISCONNECTED
    )
    assert v16.encode(stop) == (
        b'{"meterStop":5,"timestamp":"now","transactionId":7,"reason":"EVDisconnected"}'
    )


@pytest.mark.requirement("R-38")
def test_a_message_of_ours_over_a_limit_never_reaches_the_wire() -> None:
    """The 21 characters of 'EVNET-7KW-T2-1PH: 32A' are refused before sending, its short name passes."""
    with pytest.raises(MessageError, match="chargePointModel"):
        v16.encode_checked(v16.BootNotification("Pilotline", "EVNET-7KW-T2-1PH: 32A"))
    assert b"EVNET-7KW-T2-1PH" in v16.encode_checked(v16.BootNotification("Pilotline", "EVNET-7KW-T2-1PH"))


def test_a_text_that_is_no_unicode_is_a_typed_error() -> None:
    """A lone surrogate cannot be written as UTF-8."""
    with pytest.raises(MessageError):
        v16.encode(v16.Authorize("\ud800"))


def test_messages_are_frozen() -> None:
    """A message is a value."""
    with pytest.raises(AttributeError):
        v16.Reset(ResetKind.HARD).type = ResetKind.SOFT  # pyright: ignore[reportAttributeAccessIssue]


@given(st.binary() | st.text(), st.sampled_from(KINDS))
def test_no_payload_does_more_than_raise_a_typed_error(payload: bytes | str, kind: type[v16.Request]) -> None:
    """Any bytes or text is a message or a MessageError."""
    with suppress(MessageError):
        assert isinstance(v16.decode(kind, payload), kind)


# --- times --------------------------------------------------------------------------------------------


def test_times_are_written_in_utc_with_z_and_milliseconds() -> None:
    """An offset is converted, microseconds are cut."""
    moment = datetime(2026, 11, 21, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(moment) == "2026-11-20T23:02:03.999Z"


@given(st.datetimes(timezones=st.timezones()))
def test_a_written_time_is_read_back_to_the_millisecond(moment: datetime) -> None:
    """format_time and parse_time are inverse but for what is below a millisecond."""
    try:
        text = format_time(moment)
    except TimeFormatError:
        assert moment.year in (1, 9999)
        return
    assert timedelta() <= moment - parse_time(text) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-01T20:53:32Z", "2026-02-01T20:53:32.0Z", "2026-02-01T20:53:32.000000000Z",
        "2026-02-01t20:53:32z",
        "2026-02-01T22:53:32+02:00", "2026-02-01T22:53:32.000+0200", "2026-02-01T18:53:32-02:00",
        "2026-02-01 20:53:32+00:00",
    ],
)  # fmt: skip
def test_times_of_other_backends_are_read(text: str) -> None:
    """Any offset, any fraction or none, and the small letters RFC 3339 allows."""
    assert parse_time(text) == datetime(2026, 2, 1, 20, 53, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-02-01", "2026-02-01T20:53:32", "2026-02-30T20:53:32Z", "2026-02-01T25:53:32Z",
        "20260201T205332Z", "2026-02-01T20:53:32+99:00", "0001-01-01T00:00:00+01:00",
        "２０２６-02-01T20:53:32Z", "2026-02-01T20:53:32Z\n",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_a_typed_error(text: str) -> None:
    """Also a time without a zone: it may be local, and a clock set by it is hours off."""
    with pytest.raises(TimeFormatError):
        parse_time(text)


@given(st.text())
def test_any_text_is_a_time_or_a_typed_error(text: str) -> None:
    """parse_time raises nothing else."""
    with suppress(TimeFormatError):
        assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 1, 1), datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))],  # noqa: DTZ001
)
def test_what_is_no_moment_of_ours_is_not_written(moment: datetime) -> None:
    """A naive time of ours is a mistake and not UTC; RFC 3339 ends with the year 9999."""
    with pytest.raises(TimeFormatError):
        format_time(moment)
