"""The car in a charging conversation: asks, hears, holds its pilot and its contactors.

:class:`Evcc` is a core in the house's sense. It begins by itself at its first event, asks one question at a
time, and believes an answer only if it is of the type that was asked for and of the charger's session. What
is asked, and where an answer leads, is in the tables. Whatever happens, the last things it says are that it
takes nothing, holds state B, has opened its contactors, and :class:`HangUp`.
"""

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import MS
from pilotline.wire.v2g import app_protocol
from pilotline.wire.v2g.evcc.choice import CHOICE
from pilotline.wire.v2g.evcc.din import DIN_DC
from pilotline.wire.v2g.evcc.iso2_ac import ISO2_AC
from pilotline.wire.v2g.evcc.iso2_dc import ISO2_DC
from pilotline.wire.v2g.evcc.quirks import first_session_id, surplus
from pilotline.wire.v2g.evcc.status import judge, refusal
from pilotline.wire.v2g.evcc.talk import LEAVING, REST, Hold, Leave, Next, Pace, Row, Step, Table, Talk
from pilotline.wire.v2g.evcc.timers import Timers, wish_due
from pilotline.wire.v2g.evcc.words import (
    CarState,
    ChargerClosed,
    CloseInlet,
    Ending,
    EvccConfig,
    EvccEffect,
    EvccEvent,
    HangUp,
    Heard,
    HoldPilot,
    Received,
    Said,
    Send,
    Take,
    Transfer,
)
from pilotline.wire.v2g.exi.errors import ExiError
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.protocols import Protocol, read, read_choice, write, write_choice
from pilotline.wire.v2g.v2gtp import Decoder, PayloadType, V2gtpError, encode

_ORDERLY = frozenset({Ending.TERMINATED, Ending.PAUSED})
_AC = frozenset({Transfer.AC_SINGLE_PHASE, Transfer.AC_THREE_PHASE})


class Evcc:
    """One conversation of one car. Raises ValueError for an AC car that speaks DIN 70121: that is DC only."""

    def __init__(self, config: EvccConfig, car: CarState) -> None:
        self._ac = config.transfer in _AC
        if not config.protocols or (self._ac and Protocol.DIN in config.protocols):
            raise ValueError(
                "an AC car speaks ISO 15118-2, a DC car that or DIN 70121, and one of them at least"
            )
        self._talk = Talk(config, car, session_id=first_session_id(config))
        self._decoder = Decoder()
        self._timers = Timers()
        self._step = Step.CHOICE
        self._held: Hold | None = None
        self._taken: Take | None = None
        self._effects: list[EvccEffect] = []
        self._over: HangUp | None = None

    # --- what others may ask ----------------------------------------------------------------------

    @property
    def step(self) -> Step:
        """Where it stands."""
        return self._step

    @property
    def ended(self) -> HangUp | None:
        """How it ended, None before that."""
        return self._over

    @property
    def session_id(self) -> bytes:
        """The charger's; to be kept for the return after a pause."""
        return self._talk.session_id

    def deadline(self) -> int | None:
        """When it wants to be woken: at once before its first event, never after its end."""
        return None if self._over else self._timers.deadline(self._talk, self._step)

    def handle(self, event: EvccEvent, now: int) -> list[EvccEffect]:
        """One event at core time ``now``, µs. Nothing is heard after the end."""
        self._effects = []
        if self._over is None:
            self._talk.now = now
            self._timers.begin(now)
            self._expire()  # before the event: what comes too late is not heard
        if self._over is None:
            self._take(event)
            self._expire()
            self._update()
        return self._effects

    # --- what it hears ----------------------------------------------------------------------------

    def _take(self, event: EvccEvent) -> None:
        match event:
            case Received(data):
                self._receive(data)
            case ChargerClosed():
                self._end(Ending.CHARGER_LEFT, "The charger closed the connection.")
            case CarState():
                self._talk.car = event
            case _:
                pass

    def _receive(self, data: bytes) -> None:
        self._decoder.feed(data)
        try:
            while not self._over and (frame := self._decoder.next()):
                if frame.type == PayloadType.SAP_DIN_OR_ISO_2:
                    self._hear(frame.payload)  # any other type is passed over (ISO 15118-2 §7.8.3)
        except V2gtpError as error:
            self._end(Ending.UNREADABLE, str(error))

    def _hear(self, payload: bytes) -> None:
        if not self._timers.asking:
            return self._end(Ending.UNREADABLE, "The charger answered what nobody had asked.")
        try:
            session_id, body = self._read(payload)
        except ExiError as error:
            return self._end(Ending.UNREADABLE, str(error))
        self._effects.append(Heard(self._talk.protocol, body))
        problem = self._disbelieve(session_id, body)
        if problem:
            return self._end(Ending.UNREADABLE, problem)
        self._talk.session_id = session_id
        self._timers.answered()
        return self._go(self._judge(body))

    def _read(self, payload: bytes) -> tuple[bytes, Element]:
        """The session's id, which stands in no message before the choice, and the body."""
        if self._talk.protocol is None:
            return self._talk.session_id, read_choice(payload)
        said = read(self._talk.protocol, payload)
        return said.session_id, said.body

    def _disbelieve(self, session_id: bytes, body: Element) -> str | None:
        """Why this is no answer to the question. The charger's id may have any length ([5])."""
        name = element_name(type(body))
        if type(body) is not self._row.answer:
            return f"The charger answered {element_name(self._row.answer)} with {name}."
        if self._step is not Step.SETUP and session_id != self._talk.session_id:
            return (
                f"The charger's {name} is of session {session_id.hex()}, not {self._talk.session_id.hex()}."
            )
        return None

    def _judge(self, body: Element) -> Next:
        """A refusal and the charger's state come first; on the way out only the way goes on."""
        stop = refusal(body) or judge(self._talk, body)
        if stop is None:
            return self._row.then(self._talk, body)
        if self._step not in LEAVING:
            return stop
        if self._step is not Step.WELDING or stop.ending is Ending.EMERGENCY:
            self._note(stop)  # WeldingDetection is refused by chargers that stop in order ([22])
        return self._row.leave if stop.ending is Ending.REFUSED else self._row.then(self._talk, body)

    def _note(self, stop: Leave) -> None:
        """The first thing that went wrong is the reason, an emergency before all; no wish is."""
        talk = self._talk
        if stop.ending is Ending.EMERGENCY:
            talk.emergency, talk.verdict = True, stop
        elif talk.verdict is None or (talk.verdict.ending in _ORDERLY and stop.ending not in _ORDERLY):
            talk.verdict = stop

    # --- where it goes ----------------------------------------------------------------------------

    @property
    def _table(self) -> Table:
        if self._talk.protocol is None:
            return CHOICE
        if self._talk.protocol is Protocol.DIN:
            return DIN_DC
        return ISO2_AC if self._ac else ISO2_DC

    @property
    def _row(self) -> Row:
        return self._table[self._step]

    def _go(self, onward: Next) -> None:
        if isinstance(onward, Leave):
            self._note(onward)
            onward = Step.STOP if self._talk.staying else self._row.leave
        self._timers.enter(onward, self._step, self._talk.now)
        self._step = onward

    def _update(self) -> None:
        """All facts, in the order of their urgency."""
        if self._over is None and not self._timers.asking:
            self._follow_wishes()
            self._act()

    def _expire(self) -> None:
        late = None if self._over else self._timers.late(self._talk, self._step)
        if late:
            self._end(Ending.TOO_LATE, late)

    def _follow_wishes(self) -> None:
        """The car's own: to end, or to have new terms."""
        if self._step in LEAVING:
            return
        wish = wish_due(self._talk, self._step)
        if wish:
            self._go(wish)

    def _act(self) -> None:
        if self._step is Step.GONE:
            verdict = self._talk.verdict or Leave(Ending.TERMINATED, "The session was stopped in order.")
            self._end(*verdict)
            return
        self._show_taken()
        if self._timers.may_ask(self._talk.now) and not self._talk.mute:
            self._ask()

    # --- what it does -----------------------------------------------------------------------------

    def _ask(self) -> None:
        """AC: the pilot follows the request (V2G2-847); DC: the request finds everything in its place."""
        row, hold = self._row, self._wanted_hold()
        before = hold if self._held is None or not self._ac else hold._replace(pilot=self._held.pilot)
        self._hold(before)
        body = row.ask(self._talk)
        payload = self._write(body) + surplus(self._talk, body)
        self._effects += [
            Send(encode(PayloadType.SAP_DIN_OR_ISO_2, payload)),
            Said(self._talk.protocol, body),
        ]
        self._hold(hold)
        self._timers.asked(self._step, row.timeout, row.patience, self._pace(row), self._talk.now)

    def _write(self, body: Element) -> bytes:
        if self._talk.protocol is not None:
            return write(self._talk.protocol, self._talk.session_id, body)
        assert isinstance(body, app_protocol.SupportedAppProtocolReq)
        return write_choice(body)

    def _pace(self, row: Row) -> int:
        config = self._talk.config
        return max(MS, config.loop_us if row.pace is Pace.LOOP else config.ask_again_us)

    def _wanted_hold(self) -> Hold:
        if self._talk.emergency:
            return REST
        if self._talk.staying and self._held is not None and self._step not in LEAVING:
            return self._held
        return self._row.hold

    def _hold(self, hold: Hold) -> None:
        """Nothing is taken before the contactors open, and they open before the pilot goes back."""
        held, self._held = self._held, hold
        if not hold.power:
            self._talk.taken = Take(0, self._talk.taken.voltage_mv)
        self._show_taken()
        if held is None or held.inlet != hold.inlet:
            self._effects.append(CloseInlet(hold.inlet))
        if held is None or held.pilot is not hold.pilot:
            self._effects.append(HoldPilot(hold.pilot))

    def _show_taken(self) -> None:
        if self._talk.taken != self._taken:
            self._taken = self._talk.taken
            self._effects.append(Take(self._taken.current_ma, self._taken.voltage_mv))

    def _end(self, ending: Ending, why: str) -> None:
        """All is let go, said once more whatever was said before. What went wrong first is the reason."""
        self._note(Leave(ending, why))
        self._over = HangUp(*(self._talk.verdict or (ending, why)))
        self._effects += [Take(0, 0), CloseInlet(closed=False), HoldPilot(PilotState.B), self._over]
