"""The virtual meter as a Modbus slave: frames, exceptions, other addresses, noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from pilotline.models.meter_profile import load_meter
from pilotline.simulator.modbus_meter import MeterFault, ModbusMeter, Traffic
from pilotline.simulator.modbus_rtu import build_request, close_frame, compute_crc, measure_silence
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import SECOND

PROFILE = load_meter("generic-mid")
VOLTS = bytes.fromhex("01 04 0000 0002 71CB")
VOLTS_REPLY = bytes.fromhex("01 04 04 4366 0000 0E1F")


def make_meter() -> ModbusMeter:
    """A meter at address 1 that sees 230 V."""
    meter = ModbusMeter(PROFILE)
    meter.show(MeterReading(voltage_mv=PerPhase(230_000, None, None)))
    return meter


@given(st.binary(max_size=300))
def test_crc_is_that_of_pymodbus(data: bytes) -> None:
    """Our CRC and that of an independent implementation agree."""
    assert compute_crc(data) == FramerRTU.compute_CRC(data).to_bytes(2, "big")


def test_crc_is_that_of_a_real_meter() -> None:
    """A reply printed in a meter's manual (230.2 V of an Eastron SDM) ends with our CRC."""
    assert compute_crc(bytes.fromhex("01 04 04 4366 3334")) == b"\x1b\x38"


def test_silence_is_three_and_a_half_characters() -> None:
    """At 9600 baud 3.65 ms; above 19200 baud the fixed 1.75 ms."""
    assert measure_silence(1_042, 9_600) == 3_647
    assert measure_silence(87, 115_200) == 1_750


@pytest.mark.requirement("E-74")
def test_answers_a_request_at_once() -> None:
    """A complete request is answered in the step in which its last byte comes."""
    meter = make_meter()
    assert meter.receive(VOLTS, 0) == VOLTS_REPLY
    assert meter.deadline() is None


def test_answers_a_request_that_comes_in_pieces() -> None:
    """Bytes may come one by one, as long as no silence is between them."""
    meter = make_meter()
    replies = [meter.receive(VOLTS[at : at + 1], 1_042 * at) for at in range(8)]
    assert replies == [b""] * 7 + [VOLTS_REPLY]


def test_silence_ends_a_partial_frame() -> None:
    """The rest of a request that comes after the silence belongs to nothing."""
    meter = make_meter()
    meter.receive(VOLTS[:4], 0)
    due = meter.deadline()
    assert due == 3_647
    assert meter.receive(VOLTS[4:], due) == b""
    assert meter.traffic.damaged == 1
    assert meter.receive(VOLTS, SECOND) == VOLTS_REPLY


def test_deadline_ends_a_partial_frame() -> None:
    """Woken at the deadline, the meter forgets the piece and waits for nothing more."""
    meter = make_meter()
    meter.receive(VOLTS[:4], 0)
    assert meter.receive(b"", 3_647) == b""
    assert meter.deadline() is None


def test_holding_registers_hold_the_same() -> None:
    """Function 3 reads what function 4 reads."""
    reply = make_meter().receive(build_request(1, 3, 0, 2), 0)
    assert reply == close_frame(b"\x01\x03" + VOLTS_REPLY[2:-2])


@pytest.mark.parametrize(
    ("function", "first", "count", "code"),
    [
        (6, 0, 2, 1),  # a write
        (4, 0x12, 2, 2),  # behind the last register of the first block
        (4, 0x11, 2, 2),  # half of it
        (4, 0xFFFF, 2, 2),  # over the end
        (4, 0, 0, 3),
        (4, 0, 81, 3),  # more than the profile allows in one reply
    ],
)
def test_refuses_by_exception(function: int, first: int, count: int, code: int) -> None:
    """What the meter cannot do is answered with the exception code of the standard."""
    meter = make_meter()
    reply = meter.receive(build_request(1, function, first, count), 0)
    assert reply == close_frame(bytes((1, function | 0x80, code)))
    assert meter.traffic == Traffic(refused=1)


@pytest.mark.parametrize(
    ("body", "code"), [(b"\x01\x2b\x0e\x01\x00", 1), (b"\x01\x07", 1), (b"\x01\x04\x00", None)]
)
def test_frame_of_unknown_length_is_answered_after_silence(body: bytes, code: int | None) -> None:
    """Where no length is known, the silence tells that the request is complete."""
    meter = make_meter()
    assert meter.receive(close_frame(body), 0) == b""
    reply = meter.receive(b"", SECOND)
    assert reply == close_frame(bytes((1, body[1] | 0x80, code or 3)))


def test_other_addresses_and_damage_are_silent_and_counted() -> None:
    """Requests for another meter, for all meters, and with a wrong CRC get no answer."""
    meter = make_meter()
    assert meter.receive(build_request(2, 4, 0, 2), 0) == b""
    assert meter.receive(build_request(0, 4, 0, 2), SECOND) == b""
    assert meter.receive(VOLTS[:-1] + b"\x00", 2 * SECOND) == b""
    assert meter.receive(b"", 3 * SECOND) == b""
    assert meter.traffic == Traffic(for_others=1, damaged=1)


def test_request_behind_one_for_another_meter_is_answered() -> None:
    """Frames that follow each other without a silence are told apart by their length."""
    assert make_meter().receive(build_request(2, 4, 0, 2) + VOLTS, 0) == VOLTS_REPLY


@pytest.mark.parametrize(
    ("fault", "length"),
    [(MeterFault.SILENT, 0), (MeterFault.GARBAGE, 9), (MeterFault.WRONG_CRC, 9), (MeterFault.NAN, 9)],
)
def test_faults_on_demand(fault: MeterFault, length: int) -> None:
    """Each fault spoils the answer in its way, and is over when it is taken away."""
    meter = make_meter()
    meter.fault = fault
    spoilt = meter.receive(VOLTS, 0)
    assert len(spoilt) == length
    assert spoilt != VOLTS_REPLY
    meter.fault = MeterFault.NONE
    assert meter.receive(VOLTS, SECOND) == VOLTS_REPLY


@given(st.lists(st.tuples(st.binary(max_size=300) | st.just(VOLTS[:5]), st.integers(0, 10_000)), max_size=8))
def test_any_bytes_are_survived(stream: list[tuple[bytes, int]]) -> None:
    """Whatever was on the bus, after a silence a request is answered; a deadline is always in the future."""
    meter, now = make_meter(), 0
    for data, pause in stream:
        now += pause
        meter.receive(data, now)
        due = meter.deadline()
        assert due is None or due > now
    now += SECOND
    assert meter.receive(VOLTS, now).endswith(VOLTS_REPLY)


@given(st.binary(max_size=40), st.integers(1, 39))
def test_pieces_are_answered_like_the_whole(data: bytes, cut: int) -> None:
    """How the bytes are cut on their way makes no difference while no silence is between them."""
    stream = VOLTS + data
    whole, pieces = make_meter(), make_meter()
    expected = whole.receive(stream, 0) + whole.receive(b"", SECOND)
    got = pieces.receive(stream[:cut], 0) + pieces.receive(stream[cut:], 100) + pieces.receive(b"", SECOND)
    assert got == expected
