"""The explorer, where the mistake lies: the whole of it takes a quarter of an hour (``make explore``)."""

from pilotline.models.reader import load_charger
from pilotline.proof.alphabet import SLICES
from pilotline.proof.beginnings import beginnings, hasty
from pilotline.proof.explorer import Bounds, Explorer

STATES = 700


def find(where: str, begin: str) -> str | None:
    """The rule that the first story breaks which breaks one."""
    model = hasty(load_charger("evnet-7kw-s").rtm)
    full = frozenset[str]().union(*(SLICES[name] for name in where.split(",")))
    bounds = Bounds(states=STATES, wrong=99, groups=99)
    found = Explorer(model, bounds, seconds=lambda: 0.0, full=full).run([beginnings(model)[begin]])
    return found.violations[0].verdict.name if found.violations else None
