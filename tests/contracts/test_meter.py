"""One battery for the two ways to read the virtual meter: by the driver on a port, by its twin in memory."""

import asyncio
from pathlib import Path
from typing import Protocol

import pytest

from pilotline.drivers.modbus_meter import ModbusMeterDriver
from pilotline.models.meter_profile import load_meter
from pilotline.simulator.meter_bus import MeterBus, Send
from pilotline.simulator.modbus_meter import MeterFault, ModbusMeter
from pilotline.simulator.modbus_rtu import close_frame
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS
from support.meter_on_pty import MeterOnPty

PROFILE = load_meter("generic-mid")
READING = MeterReading(
    import_wh=12_345,
    export_wh=500,
    voltage_mv=PerPhase(230_000, 231_500, 229_250),
    current_ma=PerPhase(16_000, -2_500, 0),
    power_w=PerPhase(3_680, -579, 0),
)
ONE_PHASE = MeterReading(
    import_wh=12_345,
    export_wh=500,
    voltage_mv=PerPhase(230_000, None, None),
    current_ma=PerPhase(16_000, None, None),
    power_w=PerPhase(3_680, None, None),
)

Exchanges = list[tuple[bytes, bytes]]


class Mount(Protocol):
    """A virtual meter and something that reads it."""

    meter: ModbusMeter
    exchanges: Exchanges

    def read(self, phases: int = 3) -> MeterReading | MeterSilent: ...


class OnPty:
    """The core behind a pseudo-terminal, read by pymodbus."""

    def __init__(self, link: Path) -> None:
        self.meter = ModbusMeter(PROFILE)
        self.exchanges: Exchanges = []
        self._link = link

    def read(self, phases: int = 3) -> MeterReading | MeterSilent:
        return asyncio.run(self._read(phases))

    async def _read(self, phases: int) -> MeterReading | MeterSilent:
        line = MeterOnPty(self.meter, self._link)
        driver = ModbusMeterDriver(str(self._link), PROFILE, lambda _: None, address=1, phases=phases)
        line.plug_in()
        try:
            return await driver.read()
        finally:
            driver.close()
            line.pull_out()
            self.exchanges += line.exchanges


class InMemory:
    """The core in simulated time, read by its twin master."""

    def __init__(self, port: Path) -> None:
        self.meter = ModbusMeter(PROFILE)
        self.exchanges: Exchanges = []
        self._port = str(port)
        self._now = 0

    def read(self, phases: int = 3) -> MeterReading | MeterSilent:
        bus = MeterBus(PROFILE, address=1, phases=phases, port=self._port)
        effects = list(bus.poll(self._now))
        while True:
            for effect in effects:
                if not isinstance(effect, Send):
                    return effect
            effects = [after for effect in effects for after in self._carry(effect, bus)] or self._wait(bus)

    def _carry(self, effect: object, bus: MeterBus) -> list[Send | MeterReading | MeterSilent]:
        assert isinstance(effect, Send)
        reply = self.meter.receive(effect.data, self._now)
        self.exchanges.append((effect.data, reply))
        self._now += 20 * MS
        return list(bus.receive(reply, self._now)) if reply else []

    def _wait(self, bus: MeterBus) -> list[Send | MeterReading | MeterSilent]:
        due = bus.deadline()
        assert due is not None
        assert due > self._now
        self._now = due
        return list(bus.receive(b"", due))


MOUNTS = {"pty": OnPty, "memory": InMemory}


@pytest.fixture(params=MOUNTS)
def mount(request: pytest.FixtureRequest, tmp_path: Path) -> Mount:
    """Each mount in turn, its meter showing READING."""
    made = MOUNTS[request.param](tmp_path / "meter")
    made.meter.show(READING)
    return made


@pytest.mark.requirement("E-74", "R-22")
def test_reads_all_values(mount: Mount) -> None:
    """Three phases and both registers arrive as the meter shows them."""
    assert mount.read() == READING


@pytest.mark.requirement("R-22")
def test_single_phase_reads_what_it_needs(mount: Mount) -> None:
    """A single-phase model leaves L2 and L3 unread and unknown."""
    assert mount.read(phases=1) == ONE_PHASE
    firsts = [int.from_bytes(request[2:4], "big") for request, _ in mount.exchanges]
    assert firsts == [0x00, 0x06, 0x0C, 0x48]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (MeterFault.SILENT, "does not answer"),
        (MeterFault.GARBAGE, "answers nonsense"),
        (MeterFault.WRONG_CRC, "answers nonsense"),
    ],
)
def test_survives_a_failing_meter(mount: Mount, fault: MeterFault, words: str) -> None:
    """A meter that says nothing, or nonsense, is silent with a reason, and is read again when it recovers."""
    assert mount.read() == READING
    mount.meter.fault = fault
    silent = mount.read()
    assert isinstance(silent, MeterSilent)
    assert words in silent.reason
    assert "address 1" in silent.reason
    assert "/meter " in silent.reason
    mount.meter.fault = MeterFault.NONE
    assert mount.read() == READING


class Babbler(ModbusMeter):
    """Answers every request with the same bytes."""

    said = b""

    def receive(self, data: bytes, now: int) -> bytes:
        return self.said if data else b""


@pytest.mark.parametrize(
    "body",
    [
        b"\x01\x04\x02\x43\x66",  # one register where two were asked for
        b"\x01\x04\x06\x43\x66\x00\x00\x00\x00",  # three
        b"\x02\x04\x04\x43\x66\x00\x00",  # another meter's
        b"\x01\x03\x04\x43\x66\x00\x00",  # another function's
        b"\x01\x2b\x0e\x01\x01\x00\x00\x00",  # a function nobody uses
    ],
)
def test_whole_frame_that_is_no_reply_is_no_reading(mount: Mount, body: bytes) -> None:
    """A frame with a right CRC that does not fit the request is nonsense, not a reading with holes."""
    babbler = Babbler(PROFILE)
    babbler.said = close_frame(body)
    mount.meter = babbler
    silent = mount.read(phases=1)
    assert isinstance(silent, MeterSilent)
    assert "answers nonsense" in silent.reason


def test_unknown_values_are_never_zero(mount: Mount) -> None:
    """A meter that answers NaN is read, and everything it says is unknown."""
    mount.meter.fault = MeterFault.NAN
    assert mount.read() == MeterReading()
    mount.meter.fault = MeterFault.NONE
    assert mount.read() == READING


def test_both_mounts_speak_the_same_bytes(tmp_path: Path) -> None:
    """Driver and twin send the same requests and get the same replies, byte for byte, healthy and failing."""
    spoken: dict[str, Exchanges] = {}
    for name, kind in MOUNTS.items():
        mount: Mount = kind(tmp_path / name)
        mount.meter.show(READING)
        for fault in MeterFault:
            mount.meter.fault = fault
            mount.read(phases=1)
            mount.read(phases=3)
        spoken[name] = mount.exchanges
    assert spoken["pty"] == spoken["memory"]
    assert len(spoken["pty"]) == 2 * (4 + 2) + 3 * (1 + 1)


@pytest.mark.requirement("E-74")
def test_first_words_are_golden(mount: Mount) -> None:
    """The request for L1 volts and its reply, typed by hand; the CRCs are pymodbus'."""
    mount.read(phases=1)
    assert mount.exchanges[0] == (
        bytes.fromhex("01 04 0000 0002 71CB"),
        bytes.fromhex("01 04 04 4366 0000 0E1F"),
    )
