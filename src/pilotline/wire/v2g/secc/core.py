"""The charger's side of one conversation, from the first byte to the hanging up.

Frames become questions, questions are answered from the tables, and what is not to be answered ends the
session: out of order, with another session's id, unreadable, or not in time. However it ends, the last thing
the power side hears is OpenContactors or EmergencyOff.
"""

from typing import Any

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    CheckInsulation,
    CloseContactors,
    EmergencyOff,
    OpenContactors,
    PowerState,
    PreCharge,
    Supply,
    Trouble,
)
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.wire.v2g import protocols, v2gtp
from pilotline.wire.v2g.app_protocol import SupportedAppProtocolReq
from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc import ac
from pilotline.wire.v2g.secc.choice import choose
from pilotline.wire.v2g.secc.language import LANGUAGES
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.refusals import refuse
from pilotline.wire.v2g.secc.session import Session
from pilotline.wire.v2g.secc.tables import TABLES, Row, Table, kind_of
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

STOP_US = 60 * SECOND
"""How long a car that was told to stop may go on asking for other things; then it is refused."""
MOST_WAITING = 2 * v2gtp.MAX_PAYLOAD
"""Bytes that may come while a question is open; a car asks one thing at a time."""
_GIVING = (CheckInsulation, PreCharge, CloseContactors, Supply)
_ENDS = ("SessionStopReq", "PowerDeliveryReq(Stop)", "WeldingDetectionReq")


class Secc:
    """``session_id`` is the one a new session gets: 8 bytes, not all zero, and another one each time.

    ``resume`` is a session that was paused at this outlet. The first event starts the timers. Raises
    ValueError for an id that no message can hold.
    """

    def __init__(self, config: SeccConfig, session_id: bytes, resume: PausedSession | None = None) -> None:
        if len(session_id) != 8 or not any(session_id):
            raise ValueError("A session id has 8 bytes, and is not zero")
        if not 7 <= len(config.evse_id) <= 37 or len(config.meter_id) > 32:
            raise ValueError("An EVSEID has 7 to 37 characters, a meter's id at most 32")
        self._config = config
        self._session = Session(config, session_id, resume)
        self._decoder = v2gtp.Decoder()
        self._waiting = 0
        self._question: Element | None = None
        self._table: Table = {}
        self._opened: int | None = None
        self._idle_since = 0
        self._stops_since: int | None = None

    # --- what the outside may know ---

    @property
    def phase(self) -> Phase:
        """What is waited for."""
        return self._session.phase

    @property
    def protocol(self) -> Protocol | None:
        """What is spoken, once that is agreed."""
        return self._session.spoken.protocol if self._session.spoken else None

    @property
    def session_id(self) -> bytes:
        """The session's; after SessionSetup it may be that of the paused one."""
        return self._session.session_id

    @property
    def car(self) -> CarTold:
        """What the car has said of itself."""
        return self._session.car

    @property
    def paused(self) -> PausedSession | None:
        """What to remember when the session was paused, not ended."""
        return self._session.paused

    @property
    def ended(self) -> bool:
        """Whether all is said; later events change nothing."""
        return self._session.phase is Phase.ENDED

    # --- the core ---

    def handle(self, event: SeccEvent, now: int) -> list[SeccEffect]:
        """Take an event at core time ``now`` (µs). Never raises for what a car can send."""
        if self.ended:
            return []
        s = self._session
        s.now = now
        if self._opened is None:
            self._opened = self._idle_since = now
        self._note(event)
        self._watch()
        self._expire()
        while not self.ended and (self._question is not None or self._read()) and self._answer():
            pass
        effects, s.effects = s.effects, []
        return effects

    def deadline(self) -> int | None:
        """When a timer runs out."""
        if self.ended or self._opened is None:
            return None
        if self._question is not None:
            return earliest(self._session.until, self._setup_end())
        return earliest(self._idle_since + self._config.sequence_us, self._setup_end())

    def _note(self, event: SeccEvent) -> None:
        s = self._session
        match event:
            case Received(data):
                self._take(data)
            case PowerState():
                s.note_power(event)
            case Authorisation():
                s.authorisation = event
            case PilotSeen(state):
                s.pilot_since = s.now if state is not s.pilot else s.pilot_since
                s.pilot = state
            case Wish():
                s.wish = event
            case CarClosed():
                self._end(Ending.CAR_LEFT, "The car closed the connection.")
            case Tick():
                pass

    def _take(self, data: bytes) -> None:
        self._waiting = self._waiting + len(data) if self._question is not None else 0
        if self._waiting > MOST_WAITING:
            self._end(Ending.UNREADABLE, "The car sends on and on without waiting for an answer.")
        else:
            self._decoder.feed(data)

    # --- what is watched at every event ---

    def _watch(self) -> None:
        s = self._session
        if s.trouble is not Trouble.NONE and s.live:
            self._break_off(s.trouble)
        self._watch_pilot()
        if not s.stops:
            self._stops_since = None
        elif self._stops_since is None:
            self._stops_since = s.now

    def _watch_pilot(self) -> None:
        s = self._session
        if s.pilot is PilotState.A:
            if isinstance(s.verb, _GIVING):
                self._break_off(Trouble.EMERGENCY)
            self._end(Ending.CAR_LEFT, "The pilot says that the car is unplugged.")
        elif s.config.energy is Energy.AC:
            if s.car.charges:
                ac.follow_pilot(s)
        elif s.pilot in (PilotState.B, PilotState.E, PilotState.F) and isinstance(s.verb, _GIVING):
            self._lose_car()

    def _lose_car(self) -> None:
        """DC: the car left state C under power. While it negotiates anew that is an orderly way to stop."""
        s = self._session
        if s.phase in (Phase.NEW_PARAMETERS, Phase.RESTART):
            s.insulated = False
            s.say(OpenContactors())
        else:
            self._break_off(Trouble.EMERGENCY)

    def _break_off(self, trouble: Trouble) -> None:
        self._session.broke = trouble
        self._session.say(EmergencyOff())

    def _setup_end(self) -> int | None:
        if self._opened is None or self.phase not in (Phase.CHOICE, Phase.SETUP):
            return None
        return self._opened + self._config.setup_us

    def _expire(self) -> None:
        s, setup_end = self._session, self._setup_end()
        if setup_end is not None and s.now >= setup_end:
            self._end(Ending.SILENT, f"No session within {self._config.setup_us // SECOND} s.")
        elif self._question is None and s.now >= self._idle_since + self._config.sequence_us:
            self._end(Ending.SILENT, f"The car said nothing for {self._config.sequence_us // SECOND} s.")

    # --- questions ---

    def _read(self) -> bool:
        """The next question, if a whole one has come. Payloads of other types are passed over."""
        try:
            frame = self._decoder.next()
            while frame is not None and frame.type != v2gtp.PayloadType.SAP_DIN_OR_ISO_2:
                frame = self._decoder.next()
            if frame is not None:
                self._hear(frame.payload)
        except (v2gtp.V2gtpError, DecodeError) as error:
            self._end(Ending.UNREADABLE, str(error))
        return self._question is not None and not self.ended

    def _hear(self, payload: bytes) -> None:
        s = self._session
        if s.spoken is None:
            self._question = protocols.read_choice(payload)
        else:
            said = protocols.read(s.spoken.protocol, payload)
            self._question, s.asked_id = said.body, said.session_id
        s.asked_at = s.now
        s.loop_since = s.now if s.loop_since is None else s.loop_since
        s.effects.append(Heard(self.protocol, self._question))

    def _answer(self) -> bool:
        """Whether the open question is done with; else it is asked again at the next event."""
        ask = self._question
        if isinstance(ask, SupportedAppProtocolReq):
            self._agree(ask)
            return True
        assert ask is not None
        if self._session.spoken is None:
            self._end(Ending.UNREADABLE, "The car answers where it should ask for a protocol.")
            return True
        kind = kind_of(ask)
        code = self._objection(kind)
        if code is not None:
            self._refuse(ask, code)
            return True
        row = self._table[self.phase][kind]
        answer = row.answer(self._session, ask)
        if answer is not None:
            self._reply(answer, row)
        return answer is not None

    def _objection(self, kind: str) -> str | None:
        """Why a question is not even looked at: V2G2-538 and -539, V2G-DC-390 and -391."""
        s = self._session
        if self.phase is not Phase.SETUP and s.asked_id != s.session_id:
            return "FAILED_UNKNOWN_SESSION"
        if kind not in self._table[self.phase]:
            return "FAILED_SEQUENCE_ERROR"
        late = self._stops_since is not None and s.now >= self._stops_since + STOP_US
        return "FAILED" if late and kind not in _ENDS else None

    def _agree(self, ask: SupportedAppProtocolReq) -> None:
        ac_only = self._config.energy is Energy.AC
        spoken = [each for each in self._config.protocols if (each, self._config.energy) in TABLES]
        answer, protocol = choose(ask, spoken)
        self._send(None, answer, protocols.write_choice(answer))
        if protocol is None:
            more = " with AC" if ac_only else ""
            self._end(Ending.NO_PROTOCOL, f"The car speaks none of our protocols{more}.")
            return
        self._session.spoken = LANGUAGES[protocol]
        self._table = TABLES[protocol, self._config.energy]
        self._enter(Phase.SETUP)

    # --- answers ---

    def _reply(self, answer: Any, row: Row) -> None:
        self._write(answer)
        if answer.response_code.name.startswith("FAILED"):
            self._end_refused(answer)
        elif row.then is Phase.ENDED:
            self._end_in_order()
        else:
            self._enter(_next(self.phase, answer, row))

    def _refuse(self, ask: Element, code: str) -> None:
        answer = refuse(self._session, ask, code)
        if answer is None:
            self._end(Ending.UNREADABLE, f"{type(ask).__name__} is nothing that a car asks.")
        else:
            self._write(answer)
            self._end_refused(answer)

    def _write(self, answer: Element) -> None:
        s = self._session
        protocol = s.language.protocol
        self._send(protocol, answer, protocols.write(protocol, s.session_id, answer))

    def _send(self, protocol: Protocol | None, answer: Element, payload: bytes) -> None:
        s = self._session
        s.effects.append(Send(v2gtp.encode(v2gtp.PayloadType.SAP_DIN_OR_ISO_2, payload)))
        s.effects.append(Answered(protocol, answer))
        self._question, s.until = None, None
        self._idle_since, self._waiting = s.now, 0

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self._session.phase, self._session.loop_since = phase, None

    # --- ends ---

    def _end_refused(self, answer: Any) -> None:
        why = f"{type(answer).__name__} is {answer.response_code.value}."
        broke = self._session.trouble is not Trouble.NONE
        self._end(Ending.BROKE_OFF if broke else Ending.REFUSED, why)

    def _end_in_order(self) -> None:
        if self._session.paused is not None:
            self._end(Ending.PAUSED, "The car pauses the session.")
        else:
            self._end(Ending.TERMINATED, "The car ended the session.")

    def _end(self, ending: Ending, why: str) -> None:
        s = self._session
        if self.ended:
            return
        s.tell(charges=False)
        s.say(OpenContactors())
        s.phase = Phase.ENDED
        s.effects.append(HangUp(ending, why))


def _next(phase: Phase, answer: Any, row: Row) -> Phase:
    """What follows an answer that was not refused."""
    processing = getattr(answer, "evse_processing", None)
    if processing is not None and processing.name != "FINISHED":
        return row.meanwhile or phase
    if row.receipt is not None and answer.receipt_required:
        return row.receipt
    return row.then
