"""Every charger model there is, for tests that sweep the figures of its safety module."""

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS
from support.rtm_plant import Plant

NAMES = list_models()
MODELS = {name: load_charger(name).rtm for name in NAMES}
EVERY_MODEL = pytest.mark.parametrize("model", MODELS.values(), ids=NAMES)
LOCKED_MODELS = pytest.mark.parametrize(
    "model", [m for m in MODELS.values() if m.lock], ids=[n for n, m in MODELS.items() if m.lock]
)
SOCKET_MODELS = pytest.mark.parametrize(
    "model", [m for m in MODELS.values() if m.proximity], ids=[n for n, m in MODELS.items() if m.proximity]
)
DIGITAL_MODELS = pytest.mark.parametrize(
    "model", [m for m in MODELS.values() if m.digital], ids=[n for n, m in MODELS.items() if m.digital]
)
SECOND = 1_000


def volts(model: RtmModel, phase: int, mv: int) -> dict[str, object]:
    """This voltage on one rated phase, the nominal one on the others."""
    each = [model.rating.voltage_v * 1_000 if n < model.rating.phases else 0 for n in range(3)]
    each[phase] = mv
    return {"voltage_mv": PerPhase(*each)}


def on_phase(phase: int, ma: int) -> PerPhase[int]:
    """This current on one phase alone."""
    return PerPhase(*(ma if n == phase else 0 for n in range(3)))


def opened(plant: Plant, within_ms: int) -> int:
    """After how many milliseconds the relay was told to open."""
    elapsed = plant.until(lambda: not plant.relay, within_ms=within_ms)
    assert elapsed % MS == 0
    return elapsed // MS


def most_offered(model: RtmModel) -> int:
    return min(model.rating.current_ma, model.outlet.cable_ma or model.rating.current_ma)
