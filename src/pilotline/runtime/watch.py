"""The invariants inside a running board (``run --watch-invariants``): what is broken is logged and told.

It changes nothing the safety module does, and decides nothing.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from pilotline.proof.invariants import INVARIANTS
from pilotline.proof.monitor import Broken, Module, Monitor
from pilotline.vocabulary.charger import RtmModel


class BrokenInvariant(msgspec.Struct):
    """What the launcher is told of one: where, its name, and its words."""

    connector: int
    name: str
    words: str

    @property
    def sentence(self) -> str:
        """For people; the board's log has the sample and the outputs of that moment."""
        return (
            f"The safety module of connector {self.connector} breaks a rule of its own: {self.words} "
            f"({self.name}; see the board's log.)"
        )


Tell = Callable[[BrokenInvariant], None]


def watching(
    model: RtmModel, connector: int, stored: bytes | None, log: Any, tell: Tell
) -> Callable[[Module], Module]:
    """What to put around a connector's safety module, so that it is looked at."""

    def hear(broken: Broken) -> None:
        log.error(
            "invariant broken",
            invariant=broken.name,
            words=broken.words,
            at_us=broken.at,
            after=broken.event,
            sample=repr(broken.sample),
            outputs=repr(broken.outputs),
            report=repr(broken.report),
        )
        tell(BrokenInvariant(connector, broken.name, broken.words))

    log.info("invariants watched", count=len(INVARIANTS))
    return lambda module: Monitor(module, model, hear, stored=stored)
