"""The explorer, where the mistake lies: the whole of it takes a quarter of an hour (``make explore``)."""

from pilotline.models.reader import load_charger
from pilotline.proof.alphabet import SLICES
from pilotline.proof.beginnings import beginnings, hasty
from pilotline.proof.explorer import Bounds, Explorer

STATES = 700
MODELS = ("evnet-7kw-s", "master-plus-ac")


def find(where: str, begin: str) -> str | None:
    """The rule that the first story breaks which breaks one, on the first model that can begin so."""
    models = [hasty(load_charger(name).rtm) for name in MODELS]
    model = next(each for each in models if begin in beginnings(each))
    full = frozenset[str]().union(*(SLICES[name] for name in where.split(",")))
    bounds = Bounds(states=STATES, wrong=99, groups=99)
    found = Explorer(model, bounds, seconds=lambda: 0.0, full=full).run([beginnings(model)[begin]])
    return found.violations[0].verdict.name if found.violations else None
