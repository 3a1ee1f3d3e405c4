"""The charger's side against cars, power sides and people that do anything in any order at any time."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PowerVerb,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.wire.v2g import protocols
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.tables import TABLES
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    CarClosed,
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
from support.secc_bench import AC, DC, SESSION, frame
from support.v2g_questions import Questions, offer, offers

OLD = PausedSession(b"\xaa" * 8, bytes.fromhex("02ac50110001"), Protocol.ISO2, 2)
MOMENTS = st.one_of(
    st.sampled_from([0, 1, 100 * MS, 100 * MS, SECOND, 3 * SECOND]), st.integers(0, 70 * SECOND)
)
VOLTS = st.sampled_from([-40, 0, 100, 149.9, 388.5, 400, 450, 451, 900, 2_000])
AMPERES = st.sampled_from([-1, 0, 0.4, 1, 2, 2.1, 100, 125, 500])
IDS = st.sampled_from([None, None, None, None, b"", bytes(1), bytes(8), OLD.session_id, b"\x09" * 8])
LIMITS = st.sampled_from(
    [DC, DC, DC._replace(voltage_mv=0), DC._replace(current_ma=0), AC, AC._replace(current_ma=0, phases=1)]
)
UNKNOWN = (Insulation.UNTESTED, Insulation.TESTING)
NEXT = {
    Phase.SETUP: "setup",
    Phase.DISCOVERY: "discovery",
    Phase.SELECTION: "selection",
    Phase.AUTHORISATION: "authorisation",
    Phase.PARAMETERS: "parameters",
    Phase.CABLE_CHECK: "cable_check",
    Phase.PRE_CHARGE: "pre_charge",
    Phase.PRE_CHARGED: "power",
    Phase.START: "power",
    Phase.RECEIPT: "receipt",
    Phase.NEW_PARAMETERS: "parameters",
    Phase.RESTART: "power",
    Phase.WELDING: "welding",
    Phase.STOPPED: "stop",
}
"""What a car without oddities asks."""
ANY = (*NEXT.values(), "demand", "charging_status")


STEPS = st.sampled_from([0, 1, 3, 6, 7, 8, 9, 10, 11, 12, 15])
alive: Any = precondition(lambda self: not self.secc.ended)


class Charger(RuleBasedStateMachine):
    """What holds after each event is in ``_look``."""

    @initialize(
        spoken=st.sampled_from(list(TABLES)),
        resume=st.sampled_from([None, OLD]),
        receipts=st.booleans(),
        silent=st.booleans(),
        steps=STEPS,
    )
    def plug_in(
        self,
        spoken: tuple[Protocol, Energy],
        resume: PausedSession | None,
        receipts: bool,
        silent: bool,
        steps: int,
    ) -> None:
        self.protocol, energy = spoken
        self.config = SeccConfig(energy=energy, receipts=receipts, meter_id="M1")
        self.q = Questions(self.protocol, energy)
        self.state = PowerState(AC if energy is Energy.AC else DC, energy_wh=1)
        self.now = 0
        self._begin(resume)
        if not silent:
            self._hand(self.state)
        self._go_on(steps)

    @precondition(lambda self: self.secc.ended)
    @rule(steps=STEPS)
    def come_again(self, steps: int) -> None:
        """The next car, or the same one after its pause."""
        for event in (Tick(), CarClosed(), self.state, Wish.STOP, Received(b"\x01\xfe")):
            self._hand(event)
        assert self.hung_up == 1
        assert isinstance(self.verbs[-1], OpenContactors | EmergencyOff)
        self.state = PowerState(AC if self.config.energy is Energy.AC else DC, energy_wh=1)
        self._begin(self.secc.paused)
        self._go_on(steps)

    def _begin(self, resume: PausedSession | None) -> None:
        self.secc = Secc(self.config, SESSION, resume)
        self.verbs: list[PowerVerb] = []
        self.granted = False
        self.tested = False
        self.fresh = True
        self.insulated = False
        self.asked: list[Element] = []
        self.hung_up = 0

    def _go_on(self, steps: int) -> None:
        """Car, power side and people do what they should."""
        for _ in range(steps):
            self._hand(Authorisation.GRANTED)
            self._hand(PilotSeen(PilotState.C))
            self._ask_next(100 * MS)
            self._obey()

    # --- the car ---

    @alive
    @rule(after=MOMENTS)
    def do_the_next_thing(self, after: int) -> None:
        """As a car does that wants to charge."""
        self._ask_next(after)

    def _ask_next(self, after: int) -> None:
        phase = self.secc.phase
        if phase is Phase.CHOICE:
            self._send(offers(offer(self.protocol.uri)), after)
        elif phase is Phase.CHARGE:
            self._send(self._loop(), after)
        elif phase is not Phase.ENDED:
            self._send(getattr(self.q, NEXT[phase])(), after)

    @alive
    @rule(steps=STEPS)
    def do_as_one_should(self, steps: int) -> None:
        self._go_on(steps)

    @alive
    @rule(
        word=st.sampled_from(["START", "STOP", "RENEGOTIATE", "RENEGOTIATE"]),
        heeded=st.booleans(),
        steps=st.integers(0, 2),
    )
    def ask_for_power(self, word: str, heeded: bool, steps: int) -> None:
        self._send(self.q.power("STOP" if self.protocol is Protocol.DIN else word), 100 * MS)
        if heeded:
            self._obey()
            self._go_on(steps)

    @alive
    @rule(volts=VOLTS, amperes=AMPERES, charging=st.booleans())
    def ask_for_current(self, volts: float, amperes: float, charging: bool) -> None:
        ask = self.q.demand if charging else self.q.pre_charge
        self._send(ask(volts, amperes), 100 * MS)

    @alive
    @rule(volts=VOLTS, amperes=AMPERES)
    def say_odd_figures(self, volts: float, amperes: float) -> None:
        self._send(self.q.compare(self.q.dc(volts, amperes)), 100 * MS)

    @alive
    @rule(name=st.sampled_from(ANY), session_id=IDS, after=MOMENTS)
    def ask_anything(self, name: str, session_id: bytes | None, after: int) -> None:
        self._send(getattr(self.q, name)(), after, session_id)

    @alive
    @rule(pause=st.booleans())
    def say_goodbye(self, pause: bool) -> None:
        self._send(self.q.stop(pause=pause), 100 * MS)

    @alive
    @rule(name=st.sampled_from(ANY), again=st.sampled_from(ANY))
    def ask_twice_at_once(self, name: str, again: str) -> None:
        data = b"".join(self._bytes(getattr(self.q, each)()) for each in (name, again))
        self._hand(Received(data))

    @alive
    @rule(name=st.sampled_from(ANY), cut=st.integers(0, 60))
    def send_a_part(self, name: str, cut: int) -> None:
        self._hand(Received(self._bytes(getattr(self.q, name)())[:cut]))

    @alive
    @rule(name=st.sampled_from(ANY), at=st.integers(0, 400), bits=st.integers(1, 255))
    def send_it_damaged(self, name: str, at: int, bits: int) -> None:
        data = bytearray(self._bytes(getattr(self.q, name)()))
        data[8 + at % (len(data) - 8)] ^= bits
        self._hand(Received(bytes(data)))

    @alive
    @rule(data=st.binary(max_size=40), framed=st.booleans(), kind=st.sampled_from([0x8001, 0x8002, 0xABCD]))
    def send_anything(self, data: bytes, framed: bool, kind: int) -> None:
        self._hand(Received(frame(data, kind) if framed else data))

    @alive
    @rule(state=st.sampled_from([*PilotState, PilotState.C, PilotState.C, PilotState.C]))
    def see_pilot(self, state: PilotState) -> None:
        self._hand(PilotSeen(state))

    @alive
    @rule()
    def close_the_connection(self) -> None:
        self._hand(CarClosed())

    # --- the power side and the people ---

    @alive
    @rule()
    def obey(self) -> None:
        """The power side does what was asked of it last."""
        self._obey()

    def _obey(self) -> None:
        last = self.verbs[-1] if self.verbs else OpenContactors()
        match last:
            case CheckInsulation():
                self._become(insulation=Insulation.TESTING, voltage_mv=500_000)
                self._become(insulation=Insulation.VALID, voltage_mv=10_000)
            case PreCharge(voltage_mv=mv):
                self._become(voltage_mv=mv)
            case CloseContactors():
                self._become(contactors=True)
            case Supply(voltage_mv=mv, current_ma=ma):
                self._become(voltage_mv=mv, current_ma=ma)
            case StopSupply():
                self._become(current_ma=0)
            case OpenContactors() | EmergencyOff():
                self._become(current_ma=0, voltage_mv=0, contactors=False)

    @alive
    @rule(
        insulation=st.sampled_from(list(Insulation)),
        contactors=st.booleans(),
        mv=st.sampled_from([0, 59_999, 60_000, 400_000, 5_000_000]),
        ma=st.sampled_from([-500, 0, 999, 1_000, 90_000]),
    )
    def become_anything(self, insulation: Insulation, contactors: bool, mv: int, ma: int) -> None:
        self._become(insulation=insulation, contactors=contactors, voltage_mv=mv, current_ma=ma)

    @alive
    @rule(limits=LIMITS)
    def limit(self, limits: DcLimits | AcLimits) -> None:
        self._become(limits=limits)

    @alive
    @rule(trouble=st.sampled_from([Trouble.NONE, Trouble.NONE, *Trouble]))
    def have_trouble(self, trouble: Trouble) -> None:
        self._become(trouble=trouble)

    @alive
    @rule(answer=st.sampled_from([Authorisation.GRANTED, *Authorisation]))
    def authorise(self, answer: Authorisation) -> None:
        self._hand(answer)

    @alive
    @rule(wish=st.sampled_from([Wish.NONE, Wish.NONE, *Wish]))
    def wish(self, wish: Wish) -> None:
        self._hand(wish)

    @alive
    @rule(after=MOMENTS)
    def let_time_pass(self, after: int) -> None:
        self._hand(Tick(), after)

    @alive
    @rule()
    def reach_the_deadline(self) -> None:
        at = self.secc.deadline()
        if at is not None:
            self._hand(Tick(), at - self.now)

    # --- what holds ---

    @invariant()
    def the_power_is_off_after_the_end(self) -> None:
        if self.secc.ended:
            assert self.hung_up == 1
            assert isinstance(self.verbs[-1], OpenContactors | EmergencyOff)

    def teardown(self) -> None:
        """No state without exit: left alone, it comes to its end within a minute and five seconds."""
        if not hasattr(self, "secc"):
            return
        self._hand(Tick())
        left_at = self.now
        for _ in range(5):
            at = self.secc.deadline()
            if at is not None:
                self._hand(Tick(), at - self.now)
        assert self.secc.ended
        assert self.now <= left_at + 65 * SECOND
        self.the_power_is_off_after_the_end()

    def _hand(self, event: SeccEvent, after: int = 10 * MS) -> None:
        self.now += after
        if isinstance(event, PowerState):
            self.fresh = self.fresh or event.insulation in UNKNOWN
            if self.tested and self.fresh and event.insulation in (Insulation.VALID, Insulation.WARNING):
                self.insulated = True
        if isinstance(event, Authorisation):
            self.granted = event is Authorisation.GRANTED
        ended = self.secc.ended
        said = self.secc.handle(event, self.now)
        at = self.secc.deadline()
        assert at is None or at > self.now
        assert not (ended and said)
        for each in said:
            self._look(each)

    def _look(self, effect: SeccEffect) -> None:
        assert not self.hung_up, f"{effect} after the end"
        if isinstance(effect, PowerVerb):
            self._look_at_verb(effect)
        match effect:
            case Heard(body=body):
                self.asked.append(body)
            case Answered(protocol, body):
                asked = type(self.asked.pop()).__name__
                assert type(body).__name__ == asked.removesuffix("Req") + "Res"
                assert protocol in (None, self.protocol)
            case Send(data):
                assert data[:4] == bytes.fromhex("01fe8001")
            case HangUp():
                self.hung_up += 1
            case _:
                pass

    def _look_at_verb(self, verb: PowerVerb) -> None:
        assert not self.verbs or not isinstance(self.verbs[-1], EmergencyOff), "nothing comes after it"
        assert not self.verbs or self.verbs[-1] != verb, "said twice"
        self.verbs.append(verb)
        limits = self.state.limits
        match verb:
            case CheckInsulation(voltage_mv=mv):
                self.tested, self.insulated = True, False
                self.fresh = self.state.insulation in UNKNOWN
                assert isinstance(limits, DcLimits)
                assert 0 <= mv <= limits.voltage_mv
            case PreCharge(current_ma=ma) | Supply(current_ma=ma):
                assert isinstance(limits, DcLimits)
                assert 0 <= ma <= (2_000 if isinstance(verb, PreCharge) else limits.current_ma)
                assert limits.min_voltage_mv <= verb.voltage_mv <= limits.voltage_mv
                assert self.insulated
            case CloseContactors():
                assert self.granted
                assert self.state.trouble is Trouble.NONE
                assert self.config.energy is Energy.AC or self.insulated
            case _:
                pass

    # --- helpers ---

    def _become(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self._hand(self.state)

    def _loop(self) -> Element:
        return self.q.demand() if self.config.energy is Energy.DC else self.q.charging_status()

    def _send(self, ask: Element, after: int, session_id: bytes | None = None) -> None:
        self._hand(Received(self._bytes(ask, session_id)), after)

    def _bytes(self, ask: Element, session_id: bytes | None = None) -> bytes:
        said_id = self.secc.session_id if session_id is None else session_id
        if self.secc.phase is Phase.CHOICE:
            return frame(protocols.write_choice(offers(offer(self.protocol.uri))))
        return frame(protocols.write(self.protocol, said_id, ask))


Charger.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.requirement("M-01", "M-10")
class TestCharger(Charger.TestCase):
    """No order of events raises, or leaves it without an exit or with the power on at the end."""
