"""The virtual EVSENS: signed currents through its registers, and the ways in which it fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.meter_profile import list_supply_sensors, load_supply_sensor
from pilotline.simulator.actions import EvsensFault
from pilotline.simulator.evsens import Evsens, EvsensLine
from pilotline.simulator.meter_bus import MeterBus
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase
from pilotline.vocabulary.time import SECOND

PROFILE = load_supply_sensor("evsens")
VOLTS = PerPhase(230_000, 231_000, 229_000)


class Line:
    """A sensor that is asked every second; ``ask`` lets it be asked once."""

    def __init__(self, phases: int = 3, volts: PerPhase[int] = VOLTS) -> None:
        self.loads: list[PerPhase[int]] = [ZERO]
        self.said: list[MeterReading | MeterSilent] = []
        self.sensor = Evsens(PROFILE, 2)
        bus = MeterBus(PROFILE, 2, phases, device="EVSENS")
        self.line = EvsensLine(
            self.sensor, bus, SECOND, lambda each: each.measure(volts, *self.loads), self.said.append
        )

    def ask(self) -> MeterReading | MeterSilent:
        before = len(self.said)
        while len(self.said) == before:
            self.line.wake(self.line.deadline())
        return self.said[-1]


def currents(reading: MeterReading | MeterSilent) -> PerPhase[int | None]:
    assert isinstance(reading, MeterReading)
    return reading.current_ma


@pytest.mark.requirement("M-08")
@given(st.tuples(*[st.integers(-200_000, 200_000)] * 3), st.tuples(*[st.integers(0, 32_000)] * 3))
def test_each_phase_is_told_with_its_sign(house: tuple[int, int, int], car: tuple[int, int, int]) -> None:
    """House and car together, import positive and export negative, to the milliampere."""
    line = Line()
    line.loads = [PerPhase(*house), PerPhase(*car)]
    assert currents(line.ask()) == tuple(a + b for a, b in zip(house, car, strict=True))


def test_a_phase_there_is_not_is_unknown() -> None:
    """A one-phase supply has no L2 and L3, and 0 A on them would be a claim."""
    line = Line(volts=PerPhase(230_000, 0, 0))
    line.loads = [PerPhase(5_000, 0, 0)]
    assert currents(line.ask()) == (5_000, None, None)


@pytest.mark.requirement("M-08")
@pytest.mark.parametrize(
    ("fault", "words"), [(EvsensFault.SILENT, "does not answer"), (EvsensFault.GARBAGE, "answers nonsense")]
)
def test_a_failing_sensor_is_silent_with_a_sentence_that_names_it(fault: EvsensFault, words: str) -> None:
    """Silence and noise end in MeterSilent, and the next poll of a mended sensor in a reading."""
    line = Line()
    line.sensor.fault = fault
    silent = line.ask()
    assert isinstance(silent, MeterSilent)
    assert silent.reason.startswith("The EVSENS at address 2")
    assert words in silent.reason
    line.sensor.fault = EvsensFault.NONE
    assert currents(line.ask()) == ZERO


def test_a_blind_sensor_knows_nothing() -> None:
    """It answers, and no current of it is 0."""
    line = Line()
    line.sensor.fault = EvsensFault.BLIND
    assert currents(line.ask()) == UNKNOWN


@pytest.mark.requirement("M-08")
def test_put_in_the_wrong_way_round_it_tells_import_as_export() -> None:
    """Every sign is the other one."""
    line = Line()
    line.loads = [PerPhase(5_000, -3_000, 0)]
    line.sensor.fault = EvsensFault.REVERSED
    assert currents(line.ask()) == (-5_000, 3_000, 0)


def test_its_profile_is_no_energy_meter() -> None:
    """What a charger may name as its meter and what it may name as its EVSENS are two lists."""
    assert list_supply_sensors() == ("evsens",)
