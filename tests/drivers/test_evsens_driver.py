"""An EVSENS on a port of its own, read by the production driver of the meters."""

import asyncio
from pathlib import Path

import pytest

from pilotline.drivers.modbus_meter import ModbusMeterDriver
from pilotline.models.meter_profile import load_supply_sensor
from pilotline.simulator.actions import EvsensFault
from pilotline.simulator.evsens import Evsens
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase
from support.meter_on_pty import MeterOnPty

PROFILE = load_supply_sensor("evsens")
VOLTS = PerPhase(230_000, 230_000, 230_000)
LOADS = PerPhase(12_345, -30_000, 0)


def read(
    link: Path, fault: EvsensFault = EvsensFault.NONE, drivers: int = 1
) -> list[MeterReading | MeterSilent]:
    """Let so many drivers open its port one after the other, and each read once."""

    async def go() -> list[MeterReading | MeterSilent]:
        sensor = Evsens(PROFILE, 2)
        sensor.fault = fault
        sensor.measure(VOLTS, LOADS)
        line = MeterOnPty(sensor, link)
        made = [
            ModbusMeterDriver(str(link), PROFILE, lambda _: None, address=2, phases=3, device="EVSENS")
            for _ in range(drivers)
        ]
        line.plug_in()
        try:
            return [await driver.read() for driver in made]
        finally:
            for driver in made:
                driver.close()
            line.pull_out()

    return asyncio.run(go())


@pytest.mark.requirement("M-08")
def test_import_and_export_arrive_with_their_signs(tmp_path: Path) -> None:
    """Real bytes, a real port: each phase's current and power, in one reply."""
    (reading,) = read(tmp_path / "evsens")
    assert isinstance(reading, MeterReading)
    assert reading.current_ma == LOADS
    assert reading.power_w == (2_839, -6_900, 0)


@pytest.mark.requirement("M-08")
@pytest.mark.parametrize(
    ("fault", "words"), [(EvsensFault.SILENT, "does not answer"), (EvsensFault.GARBAGE, "answers nonsense")]
)
def test_what_is_wrong_is_said_of_the_evsens(tmp_path: Path, fault: EvsensFault, words: str) -> None:
    """The sentence names the device, its address and its port, so that nobody looks at the meter."""
    (silent,) = read(tmp_path / "evsens", fault)
    assert isinstance(silent, MeterSilent)
    assert f"The EVSENS at address 2 on {tmp_path}/evsens {words}" in silent.reason


@pytest.mark.requirement("M-08")
def test_its_port_is_its_own(tmp_path: Path) -> None:
    """A second driver on one port would answer for the first: it is refused the port, with a sentence."""
    first, second = read(tmp_path / "evsens", drivers=2)
    assert isinstance(first, MeterReading)
    assert isinstance(second, MeterSilent)
    assert "no other program uses it" in second.reason
