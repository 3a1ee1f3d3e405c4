"""The car looks for its charger: both datagrams, and the car's patience."""

from contextlib import suppress
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.v2g import sdp
from pilotline.wire.v2g.sdp import Request, Response, SdpError, Search, Security, Transport
from pilotline.wire.v2g.v2gtp import V2gtpError, encode

REQUESTS = st.builds(Request, st.sampled_from(Security), st.sampled_from(Transport))
RESPONSES = st.builds(
    Response,
    st.ip_addresses(v=6),
    st.integers(1, 0xFFFF),
    st.sampled_from(Security),
    st.sampled_from(Transport),
)
ANSWER = Response(IPv6Address("fe80::2"), 61341, Security.NONE)


@pytest.mark.requirement("M-01")
def test_the_datagrams_are_those_that_cars_and_chargers_send() -> None:
    """As recorded: no security is 10, TCP is 00, the port comes behind the address."""
    assert sdp.encode_request(Request(Security.NONE)).hex() == "01fe9000000000021000"
    address = IPv6Address("fe80::a9e4:a250:1925:5326")
    assert sdp.encode_response(Response(address, 61341, Security.NONE)).hex() == (
        "01fe900100000014fe80000000000000a9e4a25019255326ef9d1000"
    )


@given(REQUESTS, RESPONSES)
def test_what_is_sent_is_what_is_read(request: Request, response: Response) -> None:
    """Both ways, with every security and transport."""
    assert sdp.read_request(sdp.encode_request(request)) == request
    assert sdp.read_response(sdp.encode_response(response)) == response


@pytest.mark.parametrize(
    ("payload", "why"),
    [("0100", "Security 01"), ("1001", "Transport 01"), ("10", "2 bytes"), ("100000", "2 bytes")],
)
def test_reserved_and_misshapen_requests_are_refused_with_their_reason(payload: str, why: str) -> None:
    """The charger passes over them."""
    with pytest.raises(SdpError, match=why):
        sdp.read_request(encode(0x9000, bytes.fromhex(payload)))


def test_an_answer_is_no_question_and_a_question_no_answer() -> None:
    """A datagram of the other side's type is told apart."""
    with pytest.raises(SdpError, match="9001"):
        sdp.read_request(sdp.encode_response(ANSWER))
    with pytest.raises(SdpError, match="9000"):
        sdp.read_response(sdp.encode_request(Request(Security.TLS)))


def test_nobody_is_sent_to_port_zero() -> None:
    """It is neither told nor believed."""
    nowhere = bytes(18) + b"\x10\x00"
    with pytest.raises(SdpError, match="port 0"):
        sdp.read_response(encode(0x9001, nowhere))
    with pytest.raises(SdpError, match="no TCP port"):
        sdp.encode_response(Response(IPv6Address("fe80::2"), 0, Security.NONE))


@given(st.binary(max_size=60) | st.binary(min_size=20, max_size=20).map(lambda data: encode(0x9001, data)))
def test_any_datagram_is_read_or_refused(data: bytes) -> None:
    """With a typed error, by both sides."""
    for read in (sdp.read_request, sdp.read_response):
        with suppress(SdpError, V2gtpError):
            assert read(data).transport in Transport


def test_a_car_asks_every_quarter_of_a_second_and_fifty_times() -> None:
    """Then it has found nobody, and waits for nothing."""
    search, sent = Search(Request(Security.NONE), 1_000_000), list[int]()
    while (due_us := search.deadline()) is not None:
        assert search.tick(due_us - 1) is None
        if search.tick(due_us):
            sent.append(due_us)
        assert search.deadline() is None or search.deadline() == due_us + 250_000
    assert len(sent) == 50
    assert sent[-1] == 1_000_000 + 49 * 250_000
    assert search.found is None


def test_the_first_readable_answer_ends_the_search() -> None:
    """Others' datagrams do not, and what comes afterwards changes nothing."""
    search = Search(Request(Security.NONE), 0)
    assert search.tick(0) == sdp.encode_request(Request(Security.NONE))
    search.hear(b"rubbish")
    search.hear(encode(0x9001, bytes(20)))
    assert search.found is None
    assert search.deadline() == 250_000
    search.hear(sdp.encode_response(ANSWER))
    search.hear(sdp.encode_response(Response(IPv6Address("fe80::3"), 1, Security.TLS)))
    assert search.found == ANSWER
    assert search.deadline() is None
    assert search.tick(250_000) is None
