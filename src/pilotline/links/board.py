"""The board: one connector's RTM behind its end of the link. Samples and bytes in, outputs and bytes out."""

from collections.abc import Callable, Sequence

from pilotline.rtm import Rtm
from pilotline.rtm.core import RtmEffect, RtmEvent
from pilotline.vocabulary.board import Outputs, Pace, Sample, StoreSettings
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.time import Core, Tick
from pilotline.wire.rtm_link import HOST_TO_BOARD, Counters, Decoder, Encoder

_TICK = Tick()
BoardEvent = Sample | Pace | bytes | Tick
BoardEffect = Outputs | StoreSettings | bytes
Module = Core[RtmEvent, RtmEffect]


class BoardCore:
    """``handle(event, now)`` and ``deadline()``. Only host messages reach the RTM, whatever comes in.

    ``watched`` may put something around the RTM that looks on.
    """

    def __init__(
        self,
        model: RtmModel,
        *,
        connector: int = 1,
        serial: str = "",
        stored: bytes | None = None,
        watched: Callable[[Module], Module] | None = None,
    ) -> None:
        self.rtm = Rtm(model, connector=connector, serial=serial, stored=stored)
        self._module: Module = watched(self.rtm) if watched else self.rtm
        self._decoder = Decoder(HOST_TO_BOARD)
        self._encoder = Encoder()

    @property
    def counters(self) -> Counters:
        """What came in over the link."""
        return self._decoder.counters

    def handle(self, event: BoardEvent, now: int) -> Sequence[BoardEffect]:
        if not isinstance(event, bytes):
            return self._pass_on(self._module.handle(event, now))
        effects = list(self._pass_on(self._module.handle(_TICK, now)))  # bytes may complete no message
        for message in self._decoder.feed(event):
            effects += self._pass_on(self._module.handle(message, now))
        return effects

    def deadline(self) -> int | None:
        return self._module.deadline()

    def _pass_on(self, effects: Sequence[RtmEffect]) -> Sequence[BoardEffect]:
        return [
            each if isinstance(each, Outputs | StoreSettings) else self._encoder.encode(each)
            for each in effects
        ]
