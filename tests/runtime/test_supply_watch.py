"""The host's end of an EVSENS: a port that is opened while one is configured, and not else."""

import asyncio
from pathlib import Path

import pytest

from pilotline.models.meter_profile import load_supply_sensor
from pilotline.runtime.supply_watch import SupplyWatch
from pilotline.simulator.evsens import Evsens
from pilotline.vocabulary.charger import EvsensSlot
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase
from support.meter_on_pty import MeterOnPty

SLOT = EvsensSlot("evsens", 2, poll_ms=100)


class Bus:
    """A sensor on a port, who watches it, and what is told."""

    def __init__(self, link: Path) -> None:
        self.sensor = Evsens(load_supply_sensor("evsens"), 2)
        self.sensor.measure(PerPhase(230_000, 230_000, 230_000), PerPhase(7_000, 0, 0))
        self.line = MeterOnPty(self.sensor, link)
        self.said: asyncio.Queue[MeterReading | MeterSilent] = asyncio.Queue()
        self.watch = SupplyWatch(SLOT, str(link), 3, self.said.put_nowait)

    async def next(self) -> MeterReading | MeterSilent:
        return await asyncio.wait_for(self.said.get(), 5)

    async def rests(self) -> bool:
        """Whether nothing more is told, though five polls would be due."""
        while not self.said.empty():
            self.said.get_nowait()
        try:
            await asyncio.wait_for(self.said.get(), 0.5)
        except TimeoutError:
            return True
        return False


@pytest.mark.requirement("M-08")
def test_an_evsens_is_asked_while_one_is_configured(tmp_path: Path) -> None:
    """Not before, again and again then, not after, and again when it comes back."""

    async def story() -> None:
        bus = Bus(tmp_path / "evsens-1")
        bus.line.plug_in()
        assert await bus.rests()
        for _ in range(2):
            bus.watch.want(True)
            bus.watch.want(True)
            for _ in range(3):
                reading = await bus.next()
                assert isinstance(reading, MeterReading)
                assert reading.current_ma.l1 == 7_000
            bus.watch.want(False)
            await asyncio.sleep(0)
            assert await bus.rests()
        bus.line.pull_out()

    asyncio.run(story())


@pytest.mark.requirement("M-08")
def test_a_port_that_is_not_there_is_told_as_silence_of_the_evsens(tmp_path: Path) -> None:
    """The adapter is pulled out: a sentence each time, and the asking goes on."""

    async def story() -> None:
        bus = Bus(tmp_path / "evsens-1")
        bus.watch.want(True)
        for _ in range(2):
            silent = await bus.next()
            assert isinstance(silent, MeterSilent)
            assert "EVSENS" in silent.reason
        bus.watch.want(False)

    asyncio.run(story())


def test_a_mistake_in_the_asking_reaches_the_loop(tmp_path: Path) -> None:
    """As one in the meter's polling does: it ends the host, which is started again."""
    escaped: list[object] = []

    def fail(_reading: MeterReading | MeterSilent) -> None:
        raise ZeroDivisionError

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: escaped.append(context.get("exception"))
        )
        watch = SupplyWatch(SLOT, str(tmp_path / "nowhere"), 3, fail)
        watch.want(True)
        async with asyncio.timeout(5):
            while not escaped:  # noqa: ASYNC110 - the loop tells nobody else
                await asyncio.sleep(0.01)

    asyncio.run(story())
    assert isinstance(escaped[0], ZeroDivisionError)
