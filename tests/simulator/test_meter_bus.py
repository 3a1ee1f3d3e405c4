"""The twin master: its requests, its patience, and what it makes of any answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadInputRegistersRequest

from pilotline.models.meter_profile import load_meter
from pilotline.simulator.meter_bus import REPLY_WITHIN, MeterBus, Send, find_reply
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.modbus_rtu import build_request, close_frame
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS

PROFILE = load_meter("generic-mid")
READING = MeterReading(import_wh=1_000, voltage_mv=PerPhase(230_000, None, None))


def make_bus() -> MeterBus:
    """A master on a single-phase station."""
    return MeterBus(PROFILE, address=1, phases=1, port="bus 1")


def read_through(bus: MeterBus, meter: ModbusMeter, noise: bytes = b"") -> MeterReading | MeterSilent:
    """Carry bytes until the reading is there."""
    now, (effect,) = 0, bus.poll(0)
    while isinstance(effect, Send):
        now += 20 * MS
        (effect,) = bus.receive(noise + meter.receive(effect.data, now), now)
    return effect


@pytest.mark.parametrize("address", [0, 0x48, 0xFFFE])
def test_requests_are_those_of_pymodbus(address: int) -> None:
    """A request is built as an independent implementation builds it."""
    framer = FramerRTU(DecodePDU(True))
    assert build_request(7, 4, address, 2) == framer.buildFrame(ReadInputRegistersRequest(7, 0, address, 2))


@pytest.mark.parametrize("noise", [b"", b"\x00", b"\x01", b"\x01\x04", b"\xff" * 40])
def test_noise_before_a_reply_does_not_cost_it(noise: bytes) -> None:
    """A line that turns around adds bytes; the reply behind them is found."""
    meter = ModbusMeter(PROFILE)
    meter.show(READING)
    assert read_through(make_bus(), meter, noise) == READING


def test_silent_meter_is_given_up_at_the_deadline() -> None:
    """Without an answer there is no report before the deadline and one at it."""
    bus = make_bus()
    bus.poll(0)
    assert bus.deadline() == REPLY_WITHIN
    assert bus.receive(b"", REPLY_WITHIN - 1) == []
    (silent,) = bus.receive(b"", REPLY_WITHIN)
    assert isinstance(silent, MeterSilent)
    assert silent.reason.startswith("The meter at address 1 on bus 1 does not answer: check its supply")
    assert bus.deadline() is None


def test_refusal_is_told_as_one() -> None:
    """A meter without these registers is another trouble than a silent one."""
    bus = make_bus()
    bus.poll(0)
    (silent,) = bus.receive(close_frame(b"\x01\x84\x02"), 20 * MS)
    assert isinstance(silent, MeterSilent)
    assert "check that the configured profile fits" in silent.reason


def test_answer_nobody_asked_for_is_ignored() -> None:
    """Bytes between two readings are no reading."""
    assert make_bus().receive(bytes.fromhex("01 04 04 4366 0000 0E1F"), 0) == []


@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 200 * MS)), max_size=12))
def test_any_bytes_are_survived(stream: list[tuple[bytes, int]]) -> None:
    """Whatever comes back, a poll ends in time, and the next one reads a healthy meter."""
    bus, now = make_bus(), 0
    bus.poll(0)
    for data, pause in stream:
        now += pause
        bus.receive(data, now)
        due = bus.deadline()
        assert due is None or due > now
    meter = ModbusMeter(PROFILE)
    meter.show(READING)
    assert read_through(bus, meter) == READING


@given(st.binary(max_size=60), st.integers(1, 20))
def test_only_whole_frames_are_replies(data: bytes, count: int) -> None:
    """What is taken for a reply has the right address, function, length and CRC."""
    frame = find_reply(data, 1, 4, count)
    assert frame is None or close_frame(frame[:-2]) == frame
