"""The EXI codec: what it writes it reads, the quick way does as the slow one, and no bytes can hurt it."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.wire.v2g import app_protocol, iso15118_2, xmldsig
from pilotline.wire.v2g import din70121 as din
from pilotline.wire.v2g.exi.errors import DecodeError, EncodeError, ExiError
from pilotline.wire.v2g.exi.interpreter import MOST_REPEATS
from pilotline.wire.v2g.exi.json_shape import from_json, to_json
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Type
from pilotline.wire.v2g.namespaces import APP_PROTOCOL, DIN, ISO2, NAMESPACES
from support.v2g_values import messages, values

SPOKEN = (APP_PROTOCOL, DIN, ISO2)
by_name = pytest.mark.parametrize("namespace", SPOKEN, ids=lambda each: each.compiled)


def slowly(namespace: Namespace, data: bytes) -> tuple[str, Type]:
    """Decode by the interpreter alone."""
    kinds = {kind.NAME or kind.__name__: kind for kind in namespace.documents}
    return namespace.read_slowly(data, namespace.document_codes, kinds)


def outcome(decode: Any, *args: Any) -> object:
    """A value, or the words of the error: what two ways must agree in."""
    try:
        return decode(*args)
    except ExiError as error:
        return str(error)


@pytest.mark.requirement("M-01")
@by_name
@settings(max_examples=300)
@given(data=st.data())
def test_what_is_written_is_read_again(namespace: Namespace, data: st.DataObject) -> None:
    """Any message the standard allows, by either way, to the same bytes and back; and as JSON and back."""
    name, value = data.draw(messages(namespace))
    written = namespace.encode(name, value)
    assert written == namespace.write_slowly(name, value, namespace.document_codes)
    assert namespace.decode(written) == slowly(namespace, written) == (name, value)
    assert from_json(type(value), to_json(value)) == value


@pytest.mark.requirement("M-01")
@by_name
@settings(max_examples=300)
@given(data=st.data())
def test_damaged_bytes_are_read_alike_by_both_ways_or_refused_alike(
    namespace: Namespace, data: st.DataObject
) -> None:
    """Bits flipped, cut short, replaced: a message or a typed error, and the same one."""
    name, value = data.draw(messages(namespace))
    damaged = bytearray(namespace.encode(name, value))
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, len(damaged)))
    got = bytes(damaged[:cut])
    assert outcome(namespace.decode, got) == outcome(slowly, namespace, got)


@by_name
@given(noise=st.binary(max_size=80))
def test_noise_is_a_message_or_a_typed_error(namespace: Namespace, noise: bytes) -> None:
    """Nothing else ever leaves a decoder."""
    for data in (noise, b"\x80" + noise, b"\x80\x9a" + noise, b"\x80\x98\x02" + noise):
        assert outcome(namespace.decode, data) == outcome(slowly, namespace, data)


@settings(max_examples=60)
@given(data=st.data())
def test_a_fragment_is_what_is_signed(data: st.DataObject) -> None:
    """Each fragment of ISO 15118-2 that a signature refers to, SignedInfo too, there and back."""
    everyone = [(each, name) for each in NAMESPACES.values() for name in each.fragments]
    namespace, name = data.draw(st.sampled_from(everyone))
    value = data.draw(values(namespace.fragments[name]))
    assert namespace.decode_fragment(namespace.encode_fragment(name, value)) == (name, value)


# --- the traps ------------------------------------------------------------------------------------


def a_setup(**held: Any) -> din.V2G_Message:
    """The first message of a car."""
    header = din.Header(session_id=held.get("session_id", bytes(8)), notification=held.get("notification"))
    return din.V2G_Message(header=header, body=din.Body(element=din.SessionSetupReq(evccid=b"\x00")))


@pytest.mark.parametrize(
    ("namespace", "begin"),
    [(DIN, "809a"), (ISO2, "8098")],
    ids=["din", "iso2"],
)
def test_the_code_of_a_message_counts_every_global_element(namespace: Namespace, begin: str) -> None:
    """Abstract heads and XML signatures included: the second byte on the wire tells the standards apart."""
    kind = namespace.documents[0]
    header: Any = {"SessionID": "0000000000000000"}
    message = from_json(kind, {"Header": header, "Body": {"SessionSetupReq": {"EVCCID": "00"}}})
    assert namespace.encode("V2G_Message", message).hex().startswith(begin)


def test_the_two_messages_of_the_choice_have_two_bits() -> None:
    """There is a code for any other element, and none beyond it."""
    wish = app_protocol.AppProtocol(
        protocol_namespace="urn:din:70121:2012:MsgDef",
        version_number_major=2,
        version_number_minor=0,
        schema_id=1,
        priority=1,
    )
    asked = app_protocol.SupportedAppProtocolReq(app_protocol=(wish,))
    assert APP_PROTOCOL.encode("supportedAppProtocolReq", asked)[:2] == b"\x80\x00"
    answer = app_protocol.SupportedAppProtocolRes(
        response_code=app_protocol.ResponseCode.OK_SUCCESSFUL_NEGOTIATION, schema_id=1
    )
    assert APP_PROTOCOL.encode("supportedAppProtocolRes", answer).hex() == "80400040"


def test_bytes_after_a_message_are_passed_over() -> None:
    """A car is known that pads with zeros."""
    data = DIN.encode("V2G_Message", a_setup())
    assert DIN.decode(data + bytes(3)) == DIN.decode(data)


@pytest.mark.parametrize("text", ["", "\0", "ä€", "\U0001f50c", "x" * 64])
def test_any_character_may_stand_in_a_text(text: str) -> None:
    """NUL and what needs more than sixteen bits too; the bound counts characters."""
    notice = din.Notification(fault_code=din.FaultCode.UNKNOWN_ERROR, fault_msg=text)
    _, back = DIN.decode(DIN.encode("V2G_Message", a_setup(notification=notice)))
    assert isinstance(back, din.V2G_Message)
    assert back.header.notification == notice


def test_a_text_that_comes_twice_is_written_twice() -> None:
    """No string table is used, though the format has one: what cars' codecs write has none."""
    method = xmldsig.CanonicalizationMethod(algorithm="http://www.w3.org/TR/canonical-exi/")
    once = xmldsig.SignatureMethod(algorithm="a")
    digest = xmldsig.DigestMethod(algorithm="a")
    reference = xmldsig.Reference(digest_method=digest, digest_value=b"\x01")
    info = xmldsig.SignedInfo(
        canonicalization_method=method, signature_method=once, reference=(reference, reference)
    )
    both = NAMESPACES[xmldsig.URI].encode_fragment("SignedInfo", info)
    longer = xmldsig.Reference(digest_method=xmldsig.DigestMethod(algorithm="aa"), digest_value=b"\x01")
    info = xmldsig.SignedInfo(
        canonicalization_method=method, signature_method=once, reference=(reference, longer)
    )
    assert len(NAMESPACES[xmldsig.URI].encode_fragment("SignedInfo", info)) == len(both) + 1


@pytest.mark.parametrize(
    ("session_id", "problem"),
    [(bytes(9), "9 bytes are more than 8"), ("00", "'00' is no bytes")],
)
def test_a_value_that_the_standard_forbids_is_not_written(session_id: Any, problem: str) -> None:
    """The error names the element."""
    with pytest.raises(EncodeError, match=f"^{problem} in V2G_Message.Header.SessionID"):
        DIN.encode("V2G_Message", a_setup(session_id=session_id))


@pytest.mark.parametrize(
    ("held", "problem"),
    [
        ({"multiplier": 4, "value": 0}, "4 is not from -3 to 3"),
        ({"multiplier": 0, "value": 32_768}, "32768 is not from -32768 to 32767"),
        ({"multiplier": True, "value": 0}, "True is no whole number"),
        ({"multiplier": 0, "value": 0, "unit": "V"}, "'V' is no UnitSymbol"),
    ],
)
def test_bounds_hold_on_the_way_out(held: dict[str, Any], problem: str) -> None:
    """A bool is no number, and a word no unit."""
    asked = din.PreChargeReq(
        dc_ev_status=din.DC_EVStatus(ev_ready=True, ev_error_code=din.DcEvErrorCode.NO_ERROR, ev_ress_soc=1),
        ev_target_voltage=din.PhysicalValue(**held),
        ev_target_current=din.PhysicalValue(multiplier=0, value=0),
    )
    message = din.V2G_Message(header=din.Header(session_id=b""), body=din.Body(element=asked))
    with pytest.raises(EncodeError, match=problem):
        DIN.encode("V2G_Message", message)


def test_bounds_hold_on_the_way_in() -> None:
    """A battery is not fuller than full: 101 in a percentage's seven bits is refused with its place."""
    status = din.DC_EVStatus(ev_ready=True, ev_error_code=din.DcEvErrorCode.NO_ERROR, ev_ress_soc=100)
    body = din.Body(element=din.CableCheckReq(dc_ev_status=status))
    data = DIN.encode("V2G_Message", din.V2G_Message(header=din.Header(session_id=bytes(8)), body=body))
    as_bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    at = as_bits.rindex("1100100")
    wrong = int(as_bits[:at] + "1100101" + as_bits[at + 7 :], 2).to_bytes(len(data), "big")
    with pytest.raises(DecodeError, match=r"101 is not from 0 to 100 in V2G_Message\.Body.*EVRESSSOC at bit"):
        DIN.decode(wrong)


def test_a_length_is_believed_only_as_far_as_there_are_bytes() -> None:
    """A session id of a gigabyte in ten bytes costs nothing and is an error."""
    head = DIN.encode("V2G_Message", a_setup(session_id=b""))[:2]
    bomb = head + bytes.fromhex("03fffffffc0f")
    with pytest.raises(DecodeError):
        DIN.decode(bomb + bytes(20))


def test_what_may_repeat_without_end_is_bounded() -> None:
    """DIN lets services repeat for ever; memory does not."""
    tag = din.ServiceTag(service_id=1, service_category=din.ServiceCategory.INTERNET)
    service = din.Service(service_tag=tag, free_service=True)
    answer = din.ServiceDiscoveryRes(
        response_code=din.ResponseCode.OK,
        payment_options=din.PaymentOptions(payment_option=(din.PaymentOption.EXTERNAL_PAYMENT,)),
        charge_service=din.ServiceCharge(
            service_tag=tag,
            free_service=True,
            energy_transfer_type=din.EvseSupportedEnergyTransfer.DC_EXTENDED,
        ),
        service_list=din.ServiceTagList(service=(service,) * (MOST_REPEATS + 1)),
    )
    message = din.V2G_Message(header=din.Header(session_id=b""), body=din.Body(element=answer))
    with pytest.raises(DecodeError, match=f"Service stands more than {MOST_REPEATS} times"):
        DIN.decode(DIN.encode("V2G_Message", message))


def test_an_integer_without_end_is_refused() -> None:
    """Twenty groups of seven bits are enough for anything."""
    data = b"\x80\x9a\x03" + b"\xff" * 60
    with pytest.raises(DecodeError):
        DIN.decode(data)


def test_one_parameter_holds_one_value() -> None:
    """Of a choice exactly one stands; none and two are refused."""
    none = iso15118_2.Parameter(name="p")
    two = iso15118_2.Parameter(name="p", bool_value=True, int_value=1)
    for parameter in (none, two):
        found = iso15118_2.ParameterSet(parameter_set_id=1, parameter=(parameter,))
        listed = iso15118_2.ServiceParameterList(parameter_set=(found,))
        answer = iso15118_2.ServiceDetailRes(
            response_code=iso15118_2.ResponseCode.OK, service_id=1, service_parameter_list=listed
        )
        body = iso15118_2.Body(element=answer)
        message = iso15118_2.V2G_Message(header=iso15118_2.Header(session_id=b""), body=body)
        with pytest.raises(EncodeError, match="stands here, not"):
            ISO2.encode("V2G_Message", message)


def test_a_signature_with_what_nobody_speaks_is_refused_where_it_stands() -> None:
    """KeyInfo has its code and is named."""
    rng = random.Random(1)
    method = xmldsig.CanonicalizationMethod(algorithm="c")
    info = xmldsig.SignedInfo(
        canonicalization_method=method,
        signature_method=xmldsig.SignatureMethod(algorithm="s"),
        reference=(
            xmldsig.Reference(
                digest_method=xmldsig.DigestMethod(algorithm="d"), digest_value=rng.randbytes(32)
            ),
        ),
    )
    signature = xmldsig.Signature(
        signed_info=info, signature_value=xmldsig.SignatureValue(value=b"\xaa" * 64)
    )
    message = din.V2G_Message(
        header=din.Header(session_id=bytes(8), signature=signature),
        body=din.Body(element=din.SessionStopReq()),
    )
    data = DIN.encode("V2G_Message", message)
    as_bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    at = as_bits.rindex("10101010") + 8 + 1  # past the last octet and the end of its element
    assert as_bits[at : at + 2] == "10", "the end of the signature, third of three"
    wrong = int(as_bits[:at] + "00" + as_bits[at + 2 :], 2).to_bytes(len(data), "big")
    with pytest.raises(DecodeError, match="KeyInfo cannot stand in a message"):
        DIN.decode(wrong)
