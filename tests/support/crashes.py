"""A scene that can crash, and a backend in simulated time: deaf, unwilling or wrong about the time."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from pilotline.simulator.backend import Booked, VirtualBackend
from pilotline.simulator.car import CarConfig
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode
from pilotline.wire.ocpp.rpc import Called, Output
from support.stories import Scene


class Sent(NamedTuple):
    """A CALL as it stood on the wire."""

    id: str
    action: str
    payload: dict[str, Any]


class MoodyBackend(VirtualBackend):
    """Takes the same (connector, tag, meterStart, timestamp) as one transaction, as R-53 words it.

    It never answers the actions in ``deaf``, though it books them, and refuses those in ``unwilling``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.deaf: set[type[v16.Request]] = set()
        self.unwilling: set[type[v16.Request]] = set()
        self.ahead = timedelta()
        self.starts: dict[v16.StartTransaction, int] = {}
        self.stops: list[v16.StopTransaction] = []

    def _say(self, outputs: Sequence[Output], now: int) -> Sequence[str]:
        texts: list[str] = []
        for output in outputs:
            if isinstance(output, Called) and type(output.request) in self.deaf:
                self.books.append(Booked(now, output.request))
                self._answer(output.request, now)
            elif isinstance(output, Called) and type(output.request) in self.unwilling:
                refusal = self._rpc.refuse(output.call_id, CallErrorCode.INTERNAL_ERROR, "not today")
                texts += super()._say(refusal, now)
            else:
                texts += super()._say([output], now)
        return texts

    def _answer(self, request: v16.Request, now: int) -> v16.Answer:
        if isinstance(request, v16.StartTransaction):
            number = self.starts.setdefault(request, len(self.starts) + 101)
            return v16.StartTransactionAnswer(self._judge(request.id_tag), number)
        if isinstance(request, v16.StopTransaction):
            self.stops.append(request)
        return super()._answer(request, now + round(self.ahead.total_seconds() * 1_000_000))


class CrashScene(Scene):
    """A scene with a moody backend. Offline, any card may charge."""

    def __init__(
        self,
        model: str | ChargerModel = "evnet-7kw-s",
        *,
        car: CarConfig | None = None,
        online: bool = True,
        **keys: KeyValue,
    ) -> None:
        super().__init__(model, car=car, online=False, **{"AllowOfflineTxForUnknownId": True, **keys})
        self.backend = self.station.backend = MoodyBackend()
        if online:
            self.network(up=True)

    def sent(self, *actions: str) -> list[Sent]:
        """The CALLs of these actions, as they went out."""
        texts = [t.what for t in self.trace if t.target == "backend" and isinstance(t.what, str)]
        frames = [json.loads(text) for text in texts]
        return [Sent(*f[1:]) for f in frames if f[0] == 2 and f[2] in actions]

    def facts(self) -> list[Sent]:
        return self.sent("StartTransaction", "MeterValues", "StopTransaction")

    def whole_session(self, tag: str = "04A1B2C3", seconds: float = 20) -> None:
        """A car comes, charges, and goes."""
        self.charge(tag)
        self.run(seconds)
        self.unplug()
        self.until(ConnectorStatus.AVAILABLE)

    def restart(self, how: str) -> None:
        """``how`` is a host crash or a power cycle; after it, the safety module and the backend are met."""
        (self.station.host_crash if how == "host_crash" else self.station.power_cycle)()
        self.run(2)
