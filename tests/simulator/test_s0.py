"""A station whose meter is an S0 output, in simulated time: every pulse arrives."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from pilotline.models.document import ModelError, parse
from pilotline.models.reader import load_charger, read_charger
from pilotline.simulator.actions import MeterFault, SetMeterFault
from pilotline.simulator.s0 import S0Meter
from pilotline.vocabulary.charger import MeterKind, MeterSlot
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from support.places import SOURCE
from support.stories import Scene

EVNET = load_charger("evnet-7kw-s")
PJ_PER_WH = 3_600 * 10**12


def with_pulses(per_kwh: int) -> Any:
    return replace(EVNET, meter=MeterSlot(kind=MeterKind.S0, pulses_per_kwh=per_kwh))


@pytest.mark.requirement("M-05")
@pytest.mark.parametrize("per_kwh", [100, 1_000, 8_000])
def test_a_session_is_counted_by_pulses(per_kwh: int) -> None:
    """Start, ten minutes, stop: what the backend is told is what flowed, to a pulse and what pulses take."""
    scene = Scene(with_pulses(per_kwh))
    scene.charge()
    scene.run(600)
    assert scene.seen.power_w == pytest.approx(7_360, rel=0.05)
    scene.card()
    scene.until(ConnectorStatus.FINISHING)
    scene.run(20)
    (start,), (stop,) = scene.told(v16.StartTransaction), scene.told(v16.StopTransaction)
    told_wh, flowed_wh = stop.meter_stop - start.meter_start, scene.world.energy_wh
    assert flowed_wh - 1_000 // per_kwh - 1 <= told_wh <= flowed_wh


@pytest.mark.requirement("M-05")
def test_the_register_never_goes_back_over_a_power_cycle() -> None:
    """What was counted is kept."""
    scene = Scene(with_pulses(1_000))
    scene.charge()
    scene.run(60)
    before = scene.seen.energy_wh
    scene.station.power_cycle()
    scene.run(10)
    assert before
    assert (scene.seen.energy_wh or 0) >= before


@pytest.mark.requirement("P-11")
def test_the_key_says_how_many_pulses_are_a_kilowatt_hour() -> None:
    """A meter of 1 000 told to be one of 2 000 counts half, from where its register stood."""
    scene = Scene(with_pulses(1_000))
    scene.charge()
    scene.run(60)
    before, flowed = scene.seen.energy_wh or 0, scene.world.energy_wh
    scene.set_key("c_S0PulsesPerKWh", "2000")
    scene.run(600)
    assert (scene.seen.energy_wh or 0) - before == pytest.approx((scene.world.energy_wh - flowed) / 2, abs=2)


def test_a_broken_output_counts_nothing() -> None:
    """The contact stays open: the register stands still, and nobody can tell that from a car that takes
    none."""
    scene = Scene(with_pulses(1_000))
    scene.charge()
    assert scene.station.do(SetMeterFault(MeterFault.SILENT)) is None
    scene.run(1)
    before = scene.seen.energy_wh
    scene.run(60)
    assert (scene.seen.energy_wh, scene.seen.power_w) == (before, 0)


def test_what_is_owed_is_given_pulse_by_pulse() -> None:
    """Ten units at once: ten closings, none shorter than the standard's 30 ms, and no pause either."""
    meter = S0Meter(1_000)
    now, edges = 0, list[int]()
    while now < 2_000_000:
        found, now = meter.measure(10 * PJ_PER_WH, 0, now)
        edges += [edge.at for edge in found]
    assert len(edges) == 20
    assert min(b - a for a, b in pairwise(edges)) >= 30_000


@pytest.mark.requirement("M-05")
def test_a_model_whose_pulses_would_run_together_is_refused() -> None:
    """With line, key and how much power such pulses could tell."""
    file = SOURCE / "models" / "chargers" / "evnet-7kw-s.toml"
    text = file.read_text("utf-8").replace(
        'profile = "generic-mid"\naddress = 1', 'kind = "s0"\npulses_per_kwh = 10_000'
    )
    with pytest.raises(ModelError, match=r"pulses_per_kwh.*6000 W only"):
        read_charger(parse("mine.toml", text.encode()))
