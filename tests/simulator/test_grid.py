"""The supply: voltage, its drop under load, wires and house."""

from pilotline.simulator.actions import SetHouseLoad, SetNeutralEarth, SetVoltage, SwapWires
from pilotline.simulator.grid import Grid, GridConfig
from pilotline.vocabulary.phases import ZERO, PerPhase

THREE = GridConfig(PerPhase(230_000, 231_000, 232_000))


def test_load_pulls_each_phase_down_by_its_own_current() -> None:
    """32 A through 0.1 Ω cost 3.2 V, on that phase only."""
    assert Grid(THREE).voltage_at(PerPhase(32_000, 0, 10_000)) == PerPhase(226_800, 231_000, 231_000)


def test_a_voltage_is_never_negative() -> None:
    """A load on a nearly dead phase ends at 0 V."""
    grid = Grid(GridConfig(PerPhase(1_000, 0, 0)))
    assert grid.voltage_at(PerPhase(32_000, 0, 0)) == ZERO


def test_a_sag_leaves_the_other_phases_alone() -> None:
    """SetVoltage changes the phases it names."""
    grid = Grid(THREE)
    grid.apply(SetVoltage(l2_mv=190_000))
    assert grid.source_mv == PerPhase(230_000, 190_000, 232_000)


def test_a_dead_phase_carries_no_current() -> None:
    """A three-phase load draws on the phases that are alive."""
    grid = Grid(THREE)
    grid.apply(SetVoltage(l2_mv=0))
    assert grid.share(16_000, 3) == PerPhase(16_000, 0, 16_000)
    assert grid.share(16_000, 2) == PerPhase(16_000, 0, 0)


def test_a_station_on_one_phase_gives_a_three_phase_car_one_phase() -> None:
    """The phases that are not wired carry nothing."""
    assert Grid(GridConfig()).share(16_000, 3) == PerPhase(16_000, 0, 0)


def test_swapped_wires_put_the_live_voltage_on_neutral() -> None:
    """With L1 and N swapped, N to PE measures L1; mended, it is small again."""
    grid = Grid(THREE)
    grid.apply(SwapWires())
    assert grid.neutral_pe_mv == 230_000
    grid.apply(SwapWires(swapped=False))
    assert grid.neutral_pe_mv == 1_000


def test_a_raised_earth_is_measured() -> None:
    """SetNeutralEarth states N to PE, and None makes the supply sound again."""
    grid = Grid(THREE)
    grid.apply(SetNeutralEarth(80_000))
    assert grid.neutral_pe_mv == 80_000
    grid.apply(SetNeutralEarth())
    assert grid.neutral_pe_mv == 1_000


def test_the_house_load_is_kept() -> None:
    """The house's load is there for the clamp to measure, phase by phase."""
    grid = Grid(THREE)
    grid.apply(SetHouseLoad(l1_ma=9_000))
    grid.apply(SetHouseLoad(l3_ma=2_000))
    assert grid.house_ma == PerPhase(9_000, 0, 2_000)
