"""A charger's side with a car of paper before it and a power side of paper behind it."""

from dataclasses import replace
from typing import Any

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PowerVerb,
)
from pilotline.vocabulary.time import MS, Tick
from pilotline.wire.v2g import protocols, v2gtp
from pilotline.wire.v2g.app_protocol import SupportedAppProtocolReq
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    CarTold,
    Energy,
    HangUp,
    PausedSession,
    PilotSeen,
    Received,
    SeccConfig,
    SeccEffect,
    SeccEvent,
)
from support.v2g_questions import Questions, offer, offers

SESSION = bytes.fromhex("0102030405060708")
DC = DcLimits(900_000, 125_000, 50_000, 150_000, 1_000)
AC = AcLimits(230_000, 16_000, 3)


def frame(payload: bytes, kind: int = 0x8001) -> bytes:
    """A payload as it comes over the connection."""
    return v2gtp.encode(kind, payload)


class SeccBench:
    """Each event comes ``step`` after the last."""

    def __init__(
        self,
        protocol: Protocol = Protocol.ISO2,
        energy: Energy = Energy.DC,
        resume: PausedSession | None = None,
        **config: Any,
    ) -> None:
        self.secc = Secc(SeccConfig(energy=energy, **config), SESSION, resume)
        self.protocol = protocol
        self.q = Questions(protocol, energy)
        self.now = 0
        self.effects: list[SeccEffect] = []
        self.state = PowerState(AC if energy is Energy.AC else DC)
        self.hand(self.state)

    # --- what is done ---

    def hand(self, event: SeccEvent, after: int = 100 * MS) -> list[SeccEffect]:
        """One event; its effects are kept and given back."""
        self.now += after
        said = self.secc.handle(event, self.now)
        at = self.secc.deadline()
        assert at is None or at > self.now
        self.effects += said
        return said

    def wait(self, us: int) -> list[SeccEffect]:
        """Time passes, and nothing else; the core is woken when it asks to be."""
        end, said = self.now + us, list[SeccEffect]()
        while (at := self.secc.deadline()) is not None and at <= end:
            said += self.hand(Tick(), at - self.now)
        self.now = end
        return said

    def power(self, **changes: Any) -> list[SeccEffect]:
        """The power side says that a part of it has changed."""
        self.state = replace(self.state, **changes)
        return self.hand(self.state)

    def send(self, ask: Element, session_id: bytes | None = None, after: int = 100 * MS) -> list[SeccEffect]:
        """The car asks."""
        said_id = self.secc.session_id if session_id is None else session_id
        if isinstance(ask, SupportedAppProtocolReq):
            payload = protocols.write_choice(ask)
        else:
            payload = protocols.write(self.protocol, said_id, ask)
        return self.hand(Received(frame(payload)), after)

    def ask(self, ask: Element, session_id: bytes | None = None, after: int = 100 * MS) -> Any:
        """The car asks and is answered at once."""
        answers = [each.body for each in self.send(ask, session_id, after) if isinstance(each, Answered)]
        assert len(answers) == 1, answers
        return answers[0]

    def code(self, ask: Element, session_id: bytes | None = None) -> str:
        """The response code of the answer, as the standard writes it."""
        return self.ask(ask, session_id).response_code.value

    # --- a car without oddities, as far as it is wanted ---

    def reach(self, phase: Phase) -> "SeccBench":
        """Go the usual way until ``phase``."""
        steps = {
            Phase.CHOICE: self._choose,
            Phase.SETUP: lambda: self.send(self.q.setup(), bytes(1)),
            Phase.DISCOVERY: lambda: self.send(self.q.discovery()),
            Phase.SELECTION: lambda: self.send(self.q.selection()),
            Phase.AUTHORISATION: self._authorise,
            Phase.PARAMETERS: lambda: self.send(self.q.parameters()),
            Phase.CABLE_CHECK: self._check_cable,
            Phase.PRE_CHARGE: self._pre_charge,
            Phase.PRE_CHARGED: self._power_on,
            Phase.START: self._power_on,
            Phase.CHARGE: self._power_off,
        }
        while self.secc.phase is not phase:
            before = self.secc.phase
            steps[before]()
            assert self.secc.phase is not before, f"no way from {before}"
        return self

    def _choose(self) -> None:
        self.send(offers(offer(self.protocol.uri)))

    def _authorise(self) -> None:
        self.hand(Authorisation.GRANTED)
        self.send(self.q.authorisation())

    def _check_cable(self) -> None:
        self.hand(PilotSeen(PilotState.C))
        self.send(self.q.cable_check())
        self.power(insulation=Insulation.TESTING, voltage_mv=500_000)
        self.power(insulation=Insulation.VALID, voltage_mv=10_000)
        self.send(self.q.cable_check())

    def _pre_charge(self) -> None:
        self.send(self.q.pre_charge())
        self.power(voltage_mv=400_000)

    def _power_on(self) -> None:
        self.send(self.q.power())
        self.hand(PilotSeen(PilotState.C))
        self.power(contactors=True)

    def _power_off(self) -> None:
        self.send(self.q.power("STOP"))
        self.power(current_ma=0, contactors=self.q.energy is Energy.DC)

    # --- what is seen ---

    @property
    def verbs(self) -> list[PowerVerb]:
        """All that was asked of the power side, in order."""
        return [each for each in self.effects if isinstance(each, PowerVerb)]

    @property
    def told(self) -> list[CarTold]:
        """All that was passed on about the car."""
        return [each for each in self.effects if isinstance(each, CarTold)]

    @property
    def hang_up(self) -> HangUp:
        """How it ended; the power is off by then."""
        last = self.effects[-1]
        assert isinstance(last, HangUp), last
        assert isinstance(self.verbs[-1], OpenContactors | EmergencyOff)
        assert self.secc.ended
        assert self.secc.deadline() is None
        return last
