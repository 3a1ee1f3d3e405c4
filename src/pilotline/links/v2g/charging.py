"""The lines to the cars: a conversation per connector, between the station and the messages of ISO 15118-2.

The station says who may charge, what the limits are and when to end; the conversation says when the car asks
for power. Neither knows the other: what crosses is translated here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pilotline.links.v2g.conversation_log import ConversationLog
from pilotline.links.v2g.line import (
    CarBytes,
    CarConnected,
    CarGone,
    CarHangUp,
    FromCar,
    LineEffect,
    LineEvent,
)
from pilotline.links.v2g.log_views import CarMessageView
from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.events import CarSaid
from pilotline.station.keys import KeyStore
from pilotline.station.session import Phase
from pilotline.vocabulary import faults
from pilotline.vocabulary.car import TALK_PHASES, CarTalk
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.pilot import PilotState, Signalling
from pilotline.vocabulary.power_side import (
    AcLimits,
    CloseContactors,
    EmergencyOff,
    OpenContactors,
    PowerState,
    Trouble,
)
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.wire.v2g.exi.schema import element_name
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    CarClosed,
    CarTold,
    Ending,
    Energy,
    HangUp,
    Heard,
    PausedSession,
    PilotSeen,
    Received,
    SeccConfig,
    SeccEffect,
    SeccEvent,
    Send,
    Wish,
)

_TICK = Tick()
_IN_ORDER = (Ending.TERMINATED, Ending.PAUSED)
_PHASE_OF = {
    "supportedAppProtocolReq": "negotiation",
    "SessionSetupReq": "setup",
    "ServiceDiscoveryReq": "setup",
    "ServiceDetailReq": "setup",
    "PaymentServiceSelectionReq": "setup",
    "AuthorizationReq": "authorisation",
    "ChargeParameterDiscoveryReq": "parameters",
    "ChargingStatusReq": "charging",
    "MeteringReceiptReq": "charging",
    "SessionStopReq": "stop",
}
"""Which question begins which phase; what PowerDelivery begins is in its word."""
_POWER_PHASES = {"Start": "power_on", "Stop": "power_off", "Renegotiate": "renegotiation"}


class CarLine:
    """One connector's. ``handle`` takes what the line says, ``look`` what the station decided meanwhile.

    Both leave in ``effects`` what is to be sent; ``said`` is what the station has to hear of it.
    """

    def __init__(self, connector: Connector, model: ChargerModel, keys: KeyStore, boot: int) -> None:
        self.log = ConversationLog(connector.number)
        self.effects: list[LineEffect] = []
        self.said = CarSaid(connector.number)
        self._connector = connector
        self._model = model
        self._keys = keys
        self._boot = boot
        self._count = 0
        self._secc: Secc | None = None
        self._paused: PausedSession | None = None
        self._told: dict[type[object], SeccEvent] = {}
        self._charged = False

    @property
    def is_open(self) -> bool:
        """Whether a car talks."""
        return self._secc is not None

    def deadline(self) -> int | None:
        return self._secc.deadline() if self._secc else None

    def handle(self, event: LineEvent | Tick, now: int) -> None:
        match event:
            case CarConnected():
                self._answer_the_call(now)
            case FromCar(_, data):
                self._tell(Received(data), now)
            case CarGone():
                self._tell(CarClosed(), now)
            case _:
                self._tell(_TICK, now)

    def look(self, now: int) -> None:
        """Hand the conversation what is another since it was told last."""
        for event in self._facts(now) if self._secc else ():
            if self._told.get(type(event)) != event:
                self._told[type(event)] = event
                self._tell(event, now)

    # --- a conversation's begin and end ---

    def _answer_the_call(self, now: int) -> None:
        """A car that was not asked to talk is not listened to; one that calls anew has lost its line."""
        report = self._connector.board.report
        asked = report is not None and report.output.signalling is Signalling.DIGITAL
        if self._secc is not None:
            self._tell(CarClosed(), now)
            return
        if not asked or not self._connector.digital.is_on:
            self.effects.append(CarHangUp(self._connector.number))
            return
        self._count += 1
        config = SeccConfig(
            energy=Energy.AC,
            protocols=(Protocol.ISO2,),
            authorisation_us=self._keys.number("c_Iso15118Authorisation") * SECOND,
            schedule_w=self._model.rating.power_w,
        )
        self._secc = Secc(config, self._new_id(), self._paused)
        self._told, self._charged = {}, False
        self.log.note("began", "The car began a conversation.", now)
        self.said = CarSaid(self._connector.number, CarTalk())
        self.look(now)

    def _new_id(self) -> bytes:
        """V2G2-751: no session of this station had it before."""
        parts = (self._boot & 0xFFFF_FFFF, 4), (self._connector.number, 1), (self._count & 0xFF_FFFF, 3)
        return b"".join(value.to_bytes(length, "big") for value, length in parts)

    def _end(self, ending: HangUp, now: int) -> None:
        self._paused = self._secc.paused if self._secc and ending.ending is Ending.PAUSED else None
        self._secc = None
        self.log.note(ending.ending.value, ending.why, now)
        self.said = CarSaid(self._connector.number, in_order=ending.ending in _IN_ORDER)
        self.effects.append(CarHangUp(self._connector.number))

    # --- what the conversation says ---

    def _tell(self, event: SeccEvent, now: int) -> None:
        if self._secc is not None:
            for effect in self._secc.handle(event, now):
                self._take(effect, now)

    def _take(self, effect: SeccEffect, now: int) -> None:
        match effect:
            case Send(data):
                self.effects.append(CarBytes(self._connector.number, data))
            case HangUp():
                self._end(effect, now)
            case Heard():
                self._hear(effect, now)
            case Answered(_, body):
                self.log.answer(body, now)
            case CarTold():
                self._learn(effect, now)
            case CloseContactors():
                self.said, self._charged = replace(self.said, power=True), True
            case OpenContactors() | EmergencyOff():
                self.said = replace(self.said, power=False)
            case _:
                pass  # the other verbs are of direct current

    def _hear(self, heard: Heard, now: int) -> None:
        self.log.ask(heard.protocol, heard.body, now)
        name = element_name(type(heard.body))
        progress = getattr(heard.body, "charge_progress", None)
        phase = _PHASE_OF.get(name) if progress is None else _POWER_PHASES.get(progress.value)
        title = heard.protocol.title if heard.protocol else ""
        if phase is not None:
            self._show(protocol=title, phase=phase, sentence=TALK_PHASES[phase])

    def _learn(self, told: CarTold, now: int) -> None:
        """What is left until it leaves runs from the message that said so."""
        before = self.said.talk
        departure = None if told.departure_s is None else now + told.departure_s * SECOND
        kept = before is not None and before.leaves is not None and departure is not None
        self._show(
            soc_percent=told.soc_percent,
            wants_wh=told.wants_wh,
            leaves=before.leaves if kept and before else departure,
            max_current_ma=told.max_current_ma,
            min_current_ma=told.min_current_ma,
            charges=told.charges,
        )

    def _show(self, **changed: object) -> None:
        talk = self.said.talk
        if talk is not None:
            self.said = replace(self.said, talk=replace(talk, **changed))

    # --- what it is told ---

    def _facts(self, now: int) -> Sequence[SeccEvent]:
        """The pilot first, so that a car that has left is not taken for one that has not."""
        connector = self._connector
        report, session = connector.board.report, connector.session
        pilot = report.pilot if report and connector.board.alive(now) else PilotState.UNDEFINED
        granted = session is not None and session.phase is Phase.RUNNING
        found: list[SeccEvent] = [PilotSeen(pilot), self._power(now)]
        if granted or Authorisation not in self._told:
            found.append(Authorisation.GRANTED if granted else Authorisation.WAITING)
        return [*found, self._wish()]

    def _wish(self) -> Wish:
        """A session that ends, a station that goes out of service: the car is asked to end in order."""
        connector, session = self._connector, self._connector.session
        over = session is None and self._charged
        ends = over or (session is not None and session.stop is not None)
        return Wish.STOP if ends or not connector.available or connector.restarting else Wish.NONE

    def _power(self, now: int) -> PowerState:
        connector, rating = self._connector, self._model.rating
        report, measured = connector.board.report, connector.board.measurement
        return PowerState(
            limits=AcLimits(rating.voltage_v * 1_000, self._offer_ma(), rating.phases),
            contactors=report is not None and report.relay,
            voltage_mv=max(measured.voltage_mv) if measured else 0,
            current_ma=max(measured.current_ma) if measured else 0,
            energy_wh=connector.register_wh,
            trouble=self._trouble(now),
        )

    def _offer_ma(self) -> int:
        """A rise is told when the safety module allows it, a fall at once."""
        connector, report = self._connector, self._connector.board.report
        wanted_ma = connector.arbiter.offer_ma if connector.may_offer else 0
        closed = report is not None and report.relay and self.said.power
        return min(wanted_ma, report.offer_ma) if closed and report else wanted_ma

    def _trouble(self, now: int) -> Trouble:
        connector = self._connector
        found = connector.stopping_faults
        if not connector.board.alive(now):
            return Trouble.MALFUNCTION
        if not found:
            return Trouble.NONE
        if found & faults.EMERGENCY_STOP:
            return Trouble.EMERGENCY
        if found & (faults.RCD | faults.RCD_DC):
            return Trouble.RESIDUAL_CURRENT
        return Trouble.UTILITY if found & faults.UNDERVOLTAGE else Trouble.MALFUNCTION


class CarLines:
    """All of a station's."""

    def __init__(
        self, connectors: Mapping[int, Connector], model: ChargerModel, keys: KeyStore, boot: int
    ) -> None:
        self.of = {number: CarLine(each, model, keys, boot) for number, each in connectors.items()}
        self._said = {number: line.said for number, line in self.of.items()}

    def deadline(self) -> int | None:
        return earliest(*(line.deadline() for line in self.of.values()))

    def handle(self, event: LineEvent, now: int) -> None:
        self.of[event.connector].handle(event, now)

    def look(self, now: int) -> Sequence[CarSaid]:
        """After the station has moved; what it has to hear of it."""
        news: list[CarSaid] = []
        for number, line in self.of.items():
            if line.is_open:
                line.look(now)
                due = line.deadline()
                if due is not None and due <= now:
                    line.handle(_TICK, now)
            if line.said != self._said[number]:
                self._said[number] = line.said
                news.append(line.said)
        return news

    def take_effects(self) -> Sequence[LineEffect]:
        """What the lines have to send, once."""
        taken = [effect for line in self.of.values() for effect in line.effects]
        for line in self.of.values():
            line.effects.clear()
        return taken

    def views(self, connector: int, clock: WallClock, after: int) -> Sequence[CarMessageView]:
        """The last messages of a connector."""
        return self.of[connector].log.views(clock, after)
