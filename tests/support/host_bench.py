"""A host core on the bench: bytes to and from a fake board, texts to and from a backend that obeys the test.

The backend answers by itself (``answers``), or leaves each call ``open`` until the test does something.
"""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from pilotline.links.host import BoardBytes, FromBoard, HostCore
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp, SendText
from pilotline.station.core import Station
from pilotline.vocabulary.board import BoardMessage
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.time import SECOND
from pilotline.wire.rtm_link import HOST_TO_BOARD, Decoder, Encoder
from support.ocpp_judge import Frame, judge_answer, judge_call, kind_of
from support.station_bench import EVNET, StationBench

TIME = "2026-01-05T00:00:00Z"


class HostBench(StationBench):
    """As :class:`StationBench`, one storey up: ``calls`` are all CALLs of the station, judged."""

    def __init__(
        self,
        model: ChargerModel = EVNET,
        *,
        online: bool = True,
        answers: bool = True,
        stored: Mapping[str, KeyValue] | None = None,
    ) -> None:
        self.answers = answers
        self.connected = False
        self.calls: list[Frame] = []
        self.replies: list[Frame] = []
        self.open: Frame | None = None
        self.verdicts: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self._numbers_given = count(1)
        self._transactions = count(101)
        self._decoder = Decoder(HOST_TO_BOARD)
        self._encoder = Encoder()
        super().__init__(model, online=online, stored=stored)

    # --- the backend ---

    def network(self, *, up: bool) -> None:
        """Connect the line, or cut it."""
        if up is not self.connected:
            self.connected, self.open = up, None
            self.tell(BackendUp() if up else BackendDown("cut"))

    def answer(self) -> None:
        """A CALLRESULT to the call that is open, as a benevolent backend gives it."""
        if self.open is not None:
            frame, self.open = self.open, None
            self.tell(BackendSaid(json.dumps([3, frame.id, self._answer_to(frame)])))

    def refuse(self) -> None:
        """A CALLERROR to the call that is open."""
        if self.open is not None:
            frame, self.open = self.open, None
            self.tell(BackendSaid(json.dumps([4, frame.id, "InternalError", "no", {}])))

    def ask(self, action: str, **payload: Any) -> Any:
        """Call the station; the answer's payload or error code, None if there is none yet."""
        if not self.connected:
            return None
        call_id = f"cs{next(self._numbers_given)}"
        self.asked[call_id] = action
        self.tell(BackendSaid(json.dumps([2, call_id, action, payload])))
        return next((reply.payload for reply in self.replies if reply.id == call_id), None)

    def actions(self, *of: str) -> list[str]:
        """The actions called, all or those named."""
        return [frame.action for frame in self.calls if not of or frame.action in of]

    def told(self, action: str) -> list[Any]:
        """The payloads of one action."""
        return [frame.payload for frame in self.calls if frame.action == action]

    # --- the wheels, one storey up ---

    @property
    def station(self) -> Station:
        return self.core.station

    def _make_core(self, model: ChargerModel, stored: Mapping[str, KeyValue] | None) -> Any:
        ids = count(1)
        return HostCore(
            model, boot=1, serial="SN-1", firmware="1.0", new_id=lambda: f"m{next(ids)}", stored=stored
        )

    def _connect(self, *, online: bool) -> None:
        self.network(up=online)

    def _from(self, message: BoardMessage) -> Any:
        return FromBoard(1, self._encoder.encode(message))

    def _hand_over(self, event: Any) -> None:
        super()._hand_over(event)
        if self.answers:
            self.answer()

    def _take(self, effects: Any) -> None:
        super()._take(effects)
        for effect in effects:
            if isinstance(effect, BoardBytes):
                for message in self._decoder.feed(effect.data):
                    self._to_board(message)  # pyright: ignore[reportArgumentType]
            elif isinstance(effect, SendText):
                self._hear(effect.text)

    def _hear(self, text: str) -> None:
        assert self.connected, "nothing is sent without a line"
        if kind_of(text) == 2:
            self.open = judge_call(text)
            self.calls.append(self.open)
        else:
            self.replies.append(judge_answer(text, self.asked[json.loads(text)[1]]))

    def _answer_to(self, frame: Frame) -> Any:
        match frame.action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": TIME, "interval": 300}
            case "Heartbeat":
                return {"currentTime": f"2026-01-05T00:00:{self.now // SECOND % 60:02}Z"}
            case "Authorize":
                return {"idTagInfo": {"status": self._judge(frame)}}
            case "StartTransaction":
                return {
                    "idTagInfo": {"status": self._judge(frame)},
                    "transactionId": next(self._transactions),
                }
            case _:
                return {}

    def _judge(self, frame: Frame) -> str:
        return self.verdicts.get(frame.payload["idTag"], "Accepted")
