"""A scene: one virtual station in simulated time, with short verbs for stories about it.

Every text between station and backend is judged by the official OCPP schemas as it passes.
"""

import json
from typing import Any, TypeVar

from pilotline.links.host import HostEvent
from pilotline.links.ocpp.link import BackendSaid
from pilotline.models.reader import load_charger
from pilotline.simulator.actions import PlugIn, Unplug
from pilotline.simulator.bench import BenchAction
from pilotline.simulator.car import CarConfig
from pilotline.simulator.station import Traced, VirtualStation
from pilotline.simulator.world import WorldView
from pilotline.station.events import ChangeKey, LimitCurrent, PresentTag
from pilotline.station.snapshot import ConnectorView
from pilotline.vocabulary.board import Outputs
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.wire.ocpp import v16
from support.ocpp_judge import judge_answer, judge_call, kind_of

RequestT = TypeVar("RequestT", bound=v16.Request)


class StallableStation(VirtualStation):
    """A virtual station whose host can be stopped as by SIGSTOP: it misses nothing, it is late."""

    missed: list[HostEvent] | None = None

    def stall_host(self) -> None:
        self.missed = []

    def resume_host(self) -> None:
        missed, self.missed = self.missed or [], None
        for event in [*missed, Tick()]:
            self._tell_host(event, self.timeline.now)

    def _tell_host(self, event: HostEvent, now: int) -> None:
        if self.missed is None:
            super()._tell_host(event, now)
        else:
            self.missed.append(event)
            self.host._deadline = None  # it sleeps through its deadlines


class Scene:
    """``station`` is the whole of it; times of the verbs are in seconds."""

    def __init__(
        self,
        model: str | ChargerModel = "evnet-7kw-s",
        *,
        car: CarConfig | None = None,
        online: bool = True,
        **keys: KeyValue,
    ) -> None:
        self.outputs: list[tuple[int, Outputs]] = []
        self.trace: list[Traced] = []
        self._asked: dict[str, str] = {}
        self.replies: dict[str, Any] = {}
        self.worst_drawn_ma = self.worst_offer_ma = 0
        self.station = StallableStation(
            load_charger(model) if isinstance(model, str) else model,
            car=car,
            online=online,
            stored=keys,
            trace=self._note,
        )
        self.run(3)

    # --- doing ---

    def run(self, seconds: float) -> None:
        self.station.run(round(seconds * SECOND))

    def until(self, status: ConnectorStatus, within: float = 60, connector: int = 1) -> int:
        """Let time pass until the status is that; returns when. Fails with the station's own reason."""
        if not self.station.run(
            round(within * SECOND), lambda: self.at(connector).ocpp_status == status.value
        ):
            seen = self.at(connector)
            raise AssertionError(
                f"not {status.value} in {within:g} s but {seen.ocpp_status}: {seen.why.sentence}"
            )
        return self.now

    def do(self, action: BenchAction, connector: int = 1) -> None:
        """Act on the world; fails where the world does not work that way."""
        assert self.station.do(action, connector) is None

    def plug_in(self, cable_ma: int = 32_000, connector: int = 1) -> None:
        self.do(PlugIn(cable_ma), connector)

    def unplug(self, connector: int = 1) -> None:
        self.do(Unplug(), connector)

    def card(self, tag: str = "04A1B2C3", connector: int = 1) -> None:
        self.station.tell(PresentTag(tag, connector))

    def limit(self, amps: float | None) -> None:
        """The owner's limit; None lifts it."""
        self.station.tell(LimitCurrent(None if amps is None else round(amps * 1_000)))

    def set_key(self, key: str, text: str) -> None:
        """As somebody beside the station."""
        self.station.tell(ChangeKey(-1, key, text, role=Role.OPERATOR))

    def charge(self, tag: str = "04A1B2C3", connector: int = 1) -> None:
        """A car comes, a card is shown, and it charges at full power."""
        self.plug_in(connector=connector)
        self.run(1)
        self.card(tag, connector)
        self.until(ConnectorStatus.CHARGING, connector=connector)
        self.run(10)

    def network(self, *, up: bool) -> None:
        self.station.set_network(up=up)
        self.run(1)

    def refuse(self, tag: str, status: AuthStatus = AuthStatus.INVALID) -> None:
        """The backend refuses a tag from now on."""
        self.station.backend.refused_tags[tag] = status

    def ask(self, request: v16.Request) -> Any:
        """The backend calls the station; its answer's payload, or its error code."""
        call_id = self.post(request)
        self.run(1)
        return self.replies[call_id]

    def post(self, request: v16.Request) -> str:
        """The backend calls the station; the answer will be in ``replies`` under the name returned."""
        (text,) = self.station.backend.ask(request, self.now)
        call_id: str = json.loads(text)[1]
        self._asked[call_id] = v16.ACTION_OF[type(request)].name
        self.station.tell(BackendSaid(text))
        return call_id

    # --- looking ---

    @property
    def now(self) -> int:
        return self.station.timeline.now

    @property
    def seen(self) -> ConnectorView:
        """What every door of the station shows."""
        return self.at(1)

    def at(self, connector: int) -> ConnectorView:
        """What every door of the station shows of one connector."""
        return self.station.snapshot().connectors[connector - 1]

    @property
    def world(self) -> WorldView:
        """The truth outside."""
        self.run(0.001)
        return self.station.world.view()

    @property
    def power_w(self) -> int:
        """What flows, in truth."""
        world = self.world
        return sum(v * i for v, i in zip(world.voltage_mv, world.current_ma, strict=True)) // 1_000_000

    def told(self, kind: type[RequestT]) -> list[RequestT]:
        """All requests of one kind the backend has taken."""
        return [booked.request for booked in self.station.backend.books if isinstance(booked.request, kind)]

    def transactions(self) -> list[v16.Request]:
        """Starts, meter values and stops, in the order the backend took them."""
        kinds = (v16.StartTransaction, v16.MeterValues, v16.StopTransaction)
        return [b.request for b in self.station.backend.books if isinstance(b.request, kinds)]

    def statuses(self) -> list[str]:
        """The statuses the backend heard, without repetition."""
        told = [request.status.value for request in self.told(v16.StatusNotification)]
        return [status for n, status in enumerate(told) if n == 0 or told[n - 1] != status]

    def last_told(self) -> tuple[str, str, str | None]:
        """The last status the backend heard: its word, its errorCode, its vendorErrorCode."""
        last = self.told(v16.StatusNotification)[-1]
        return last.status.value, last.error_code.value, last.vendor_error_code

    def reasons(self) -> list[str | None]:
        """The limit reasons the backend heard, by number."""
        told = self.told(v16.StatusNotification)
        return [each.vendor_error_code for each in told if each.vendor_id == "VendorID1"]

    def _note(self, traced: Traced) -> None:
        self.trace.append(traced)
        self._watch_supply()
        if isinstance(traced.what, Outputs):
            self.outputs.append((traced.at, traced.what))
        elif traced.target == "backend" and isinstance(traced.what, str):
            self._judge(traced.what)

    def _watch_supply(self) -> None:
        """Whenever anything passes: what the pilots offer together is never too much (M-20)."""
        places = getattr(getattr(self, "station", None), "places", {})
        if len(places) > 1:
            offers = [place.board.rtm._offered_ma() for place in places.values()]
            shared = self.station.model.shared_supply
            assert shared is not None
            assert sum(offers) <= shared.current_ma, f"{offers} mA are offered at {self.now}"
            drawn = [max(place.world.current_ma) for place in places.values()]
            self.worst_drawn_ma = max(self.worst_drawn_ma, sum(drawn))
            self.worst_offer_ma = max(self.worst_offer_ma, sum(offers))

    def _judge(self, text: str) -> None:
        if kind_of(text) == 2:
            judge_call(text)
        else:
            frame = judge_answer(text, self._asked[json.loads(text)[1]])
            self.replies[frame.id] = frame.payload
