"""The production meter driver on a real pseudo-terminal: unplugging, noise, and nothing on the terminal."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.drivers.modbus_meter import ModbusMeterDriver
from pilotline.models.meter_profile import load_meter
from pilotline.simulator.modbus_meter import MeterFault, ModbusMeter
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase
from support.meter_on_pty import MeterOnPty

PROFILE = load_meter("generic-mid")
READING = MeterReading(import_wh=1_000, voltage_mv=PerPhase(230_000, None, None))

Report = MeterReading | MeterSilent


@pytest.fixture
def line(tmp_path: Path) -> MeterOnPty[ModbusMeter]:
    """A meter that shows READING; its adapter is not plugged in yet."""
    meter = ModbusMeter(PROFILE)
    meter.show(READING)
    return MeterOnPty(meter, tmp_path / "ttyUSB0")


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever happens on the bus, nothing is written to the terminal."""
    yield
    assert capfd.readouterr() == ("", "")


def make_driver(
    line: MeterOnPty[ModbusMeter], report: Callable[[Report], None] = lambda _: None
) -> ModbusMeterDriver:
    """A driver on the line's port that polls as often as it may."""
    return ModbusMeterDriver(str(line.link), PROFILE, report, address=1, phases=1, poll_ms=100)


def play(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story; an exception in a callback of the event loop fails it."""
    strays: list[dict[str, Any]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: strays.append(context))
        await story()

    asyncio.run(watched())
    assert strays == []


@asynccontextmanager
async def plugged(line: MeterOnPty[ModbusMeter]) -> AsyncGenerator[ModbusMeterDriver]:
    """The adapter is there, and a driver for it."""
    line.plug_in()
    driver = make_driver(line)
    try:
        yield driver
    finally:
        driver.close()
        line.pull_out()


@asynccontextmanager
async def polling(line: MeterOnPty[ModbusMeter]) -> AsyncGenerator["asyncio.Queue[Report]"]:
    """A driver polls in the background; its reports come through the queue."""
    reports: asyncio.Queue[Report] = asyncio.Queue()
    task = asyncio.create_task(make_driver(line, reports.put_nowait).run())
    try:
        yield reports
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def expect(reports: "asyncio.Queue[Report]", words: str) -> None:
    """Wait for a MeterSilent that says so."""
    async with asyncio.timeout(5):
        while True:
            report = await reports.get()
            if isinstance(report, MeterSilent) and words in report.reason:
                return


async def expect_reading(reports: "asyncio.Queue[Report]") -> None:
    """Wait for the reading."""
    async with asyncio.timeout(5):
        while await reports.get() != READING:
            pass


@pytest.mark.requirement("E-74")
def test_polls_until_it_is_stopped(line: MeterOnPty[ModbusMeter]) -> None:
    """Each poll is one report, and stopping lets go of the port."""

    async def story() -> None:
        line.plug_in()
        async with polling(line) as reports:
            assert [await reports.get() for _ in range(3)] == [READING] * 3
        async with polling(line) as reports:  # the port is exclusive: it opens only because it was let go
            assert await reports.get() == READING
        line.pull_out()

    play(story)


def test_missing_port_is_told_and_waited_for(line: MeterOnPty[ModbusMeter]) -> None:
    """Without the adapter the report says what to check; when it appears, readings begin."""

    async def story() -> None:
        async with polling(line) as reports:
            report = await reports.get()
            assert isinstance(report, MeterSilent)
            assert report.reason.startswith(
                f"Port {line.link} of the meter at address 1 cannot be opened: check"
            )
            line.plug_in()
            await expect_reading(reports)
            line.pull_out()

    play(story)


def test_adapter_may_be_pulled_out_and_plugged_in_again(line: MeterOnPty[ModbusMeter]) -> None:
    """A port that goes away under the driver is opened again when it is back."""

    async def story() -> None:
        line.plug_in()
        async with polling(line) as reports:
            await expect_reading(reports)
            line.pull_out()
            await expect(reports, "cannot be opened")
            line.plug_in()
            await expect_reading(reports)
        line.pull_out()

    play(story)


def test_silence_and_recovery_are_reported(line: MeterOnPty[ModbusMeter]) -> None:
    """A meter that stops answering is told as such, and read again when it answers."""

    async def story() -> None:
        line.plug_in()
        async with polling(line) as reports:
            await expect_reading(reports)
            line.meter.fault = MeterFault.SILENT
            await expect(reports, "does not answer: check its supply")
            line.meter.fault = MeterFault.NONE
            await expect_reading(reports)
        line.pull_out()

    play(story)


def test_port_in_use_is_told(line: MeterOnPty[ModbusMeter]) -> None:
    """A second program on the port gets the reason that it is used, and the first goes on."""

    async def story() -> None:
        async with plugged(line) as driver:
            assert await driver.read() == READING
            second = await make_driver(line).read()
            assert isinstance(second, MeterSilent)
            assert "no other program uses it" in second.reason
            assert await driver.read() == READING

    play(story)


def test_file_that_is_no_port_is_told(line: MeterOnPty[ModbusMeter]) -> None:
    """A path that is no serial port is a port that cannot be opened."""

    async def story() -> None:
        line.link.write_text("not a port")
        report = await make_driver(line).read()
        assert isinstance(report, MeterSilent)
        assert "cannot be opened" in report.reason

    play(story)


def test_meter_without_these_registers_is_told(line: MeterOnPty[ModbusMeter], tmp_path: Path) -> None:
    """A refusal by the meter says that the profile may be the wrong one."""
    other = ModbusMeter(load_meter(write_profile(tmp_path / "other.toml")))

    async def story() -> None:
        line.meter = other
        async with plugged(line) as driver:
            report = await driver.read()
            assert isinstance(report, MeterSilent)
            assert "check that the configured profile fits the meter" in report.reason

    play(story)


def write_profile(path: Path) -> Path:
    """A profile of a meter that knows its power only."""
    path.write_text(
        'name = "power-only"\ntitle = ""\nfunction = 3\nword_order = "low_first"\nmax_registers = 10\n'
        '[serial]\nbaud = 9600\ndata_bits = 8\nparity = "none"\nstop_bits = 1\n'
        '[[registers]]\nquantity = "power_w"\nscale = 1\ntype = "int32"\naddress = { l1 = 0x0500 }\n'
    )
    return path


def test_holding_registers_are_read_by_function_three(line: MeterOnPty[ModbusMeter], tmp_path: Path) -> None:
    """A profile of holding registers is read with function 3, low word first where it says so."""
    profile = load_meter(write_profile(tmp_path / "other.toml"))
    reading = MeterReading(power_w=PerPhase(-70_000, None, None))

    async def story() -> None:
        line.meter = ModbusMeter(profile, address=9)
        line.meter.show(reading)
        line.plug_in()
        driver = ModbusMeterDriver(str(line.link), profile, lambda _: None, address=9, phases=1)
        assert await driver.read() == reading
        assert line.exchanges[0][0][:2] == b"\x09\x03"
        driver.close()
        line.pull_out()

    play(story)


@pytest.mark.parametrize("noise", [b"\x00", b"\x01\x04", b"\xff" * 40])
def test_noise_before_a_reply_does_not_cost_it(line: MeterOnPty[ModbusMeter], noise: bytes) -> None:
    """A line that turns around adds bytes; the reply behind them is found."""

    async def story() -> None:
        line.noise = noise
        async with plugged(line) as driver:
            assert await driver.read() == READING

    play(story)


class Babbler(ModbusMeter):
    """Answers every request with the same bytes."""

    said = b""

    def receive(self, data: bytes, now: int) -> bytes:
        return self.said


heads = st.sampled_from(
    [b"", b"\x01", b"\x01\x04", b"\x01\x04\x04", b"\x01\x84", b"\x01\x2b\x0e", b"\x01\x14"]
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(heads, st.binary(min_size=1, max_size=300))
def test_any_answer_is_survived(line: MeterOnPty[ModbusMeter], head: bytes, tail: bytes) -> None:
    """Whatever a meter babbles, the poll ends in a report, nothing escapes, and the next poll can read."""
    healthy, babbler = line.meter, Babbler(PROFILE)
    babbler.said = head + tail

    async def story() -> None:
        async with plugged(line) as driver:
            line.meter = babbler
            assert isinstance(await driver.read(), MeterSilent | MeterReading)
            line.meter = healthy
            assert await driver.read() == READING

    play(story)
    line.meter = healthy


def test_files_are_not_leaked(line: MeterOnPty[ModbusMeter]) -> None:
    """Failing to open the port again and again costs no file descriptor."""

    async def story() -> None:
        driver = make_driver(line)
        line.link.write_text("not a port")
        before = count_files()
        for _ in range(20):
            await driver.read()
        assert count_files() == before

    play(story)


def count_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


class ForgetfulDriver(ModbusMeterDriver):
    """Its first poll is cancelled and takes no notice, as one whose reply comes in the same turn."""

    async def read(self) -> Report:
        """READING, whatever happens to the task meanwhile."""
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return READING


def test_a_cancellation_that_a_poll_forgets_still_ends_the_polling(line: MeterOnPty[ModbusMeter]) -> None:
    """Otherwise a host whose launcher was killed would live on, with the board's line in its hands."""

    async def story() -> None:
        driver = ForgetfulDriver(str(line.link), PROFILE, lambda _: None, address=1, phases=1, poll_ms=60_000)
        polling = asyncio.create_task(driver.run())
        await asyncio.sleep(0)
        polling.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([polling])

    play(story)
