"""One snapshot of the station for every door: panel, control protocol, status line. It says *why*.

The field names are those of the control protocol's ``status``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pilotline.station import waits
from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.core import Station
from pilotline.station.digital import Talk
from pilotline.station.limits import Winner
from pilotline.station.session import Phase, Session
from pilotline.station.waits import Wait
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import HOST_LOST_LIGHT
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.journal import Alarm, SecurityEvent
from pilotline.vocabulary.lights import Glow
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.sentences import told
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.vocabulary.troubles import METER_ASKED

Triple = tuple[float | None, float | None, float | None]
Words = Mapping[str, str | int | float]
"""What was put into a sentence's format, so that a page can say it in another language."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for the present state: code and sentence of the wait table, and until when (core time).

    ``limit`` is the source of the limit where one is the reason. ``words`` are the sentence's: ``amps``,
    ``seconds``, ``reason``, and of a ``trouble`` that by its code, with its words; ``lapsed`` is 1 where
    the limit is what replaces a silent source; of a fault its ``fault`` by name, its ``fault_code``, and
    ``recovers``, 1 where the session waits for its end.
    """

    code: str
    sentence: str
    until: int | None = None
    limit: str | None = None
    words: Words = field(default_factory=dict[str, str | int | float])


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault in force, as people and programs see it."""

    code: int
    name: str
    sentence: str
    advice: str
    group: str


@dataclass(frozen=True, slots=True)
class FaultCountView:
    """How often a fault has come: in this session (or the last one), and since ever."""

    code: int
    name: str
    session: int
    ever: int


@dataclass(frozen=True, slots=True)
class LimitView:
    """Who limits the current: the row of the limit table, how far (A), and until when (core time).

    ``title`` names it, and ``holds`` says until when, in words. ``words`` are the sentence's: ``amps``, and
    ``lapsed``, 1 where it is what replaces a source that is silent.
    """

    source: str
    title: str
    code: int
    sentence: str
    limit_a: float
    until: int | None = None
    holds: str = ""
    words: Words = field(default_factory=dict[str, str | int | float])


@dataclass(frozen=True, slots=True)
class TransactionView:
    """The running session; ``id`` is the backend's number, None until it has answered.

    ``price`` (of a kWh, a decimal text, None without one) and ``currency`` are those of its beginning.
    """

    session: str
    id: int | None
    tag: str
    meter_start_wh: int
    phase: str
    price: str | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """One connector; unknown values are None. ``limit_reason`` is the name of the winning source; ``limits``
    are all that stand, the winner first. ``fault_counts`` are of the faults that have ever come. ``car`` is
    what a car says that talks.

    While the safety module does not answer, what it said last is not shown: the relay is then None, and the
    light that by which it tells, on its own, that it hears nobody.
    """

    id: int
    ocpp_status: str | None
    pilot_state: str
    relay: bool | None
    offered_a: float
    limit_reason: str
    limit: LimitView
    current_a: Triple
    voltage_v: Triple
    power_w: int | None
    energy_wh: int | None
    temperature_c: float | None
    transaction: TransactionView | None
    faults: tuple[FaultView, ...]
    why: Why
    light: tuple[str, str, int]
    limits: tuple[LimitView, ...] = ()
    fault_counts: tuple[FaultCountView, ...] = ()
    car: CarTalk | None = None


@dataclass(frozen=True, slots=True)
class LedView:
    """A part of the controller with small lights: how it is, and what they show (M-31)."""

    name: str
    state: str
    lamps: tuple[Glow, ...]


@dataclass(frozen=True, slots=True)
class SecurityView:
    """A security event as people read it; ``at`` is UTC, None while nothing is known of its boot.

    Either a safety setting that was to change, or an alarm: its type is ``kind``, ``info`` says more.
    """

    at: str | None
    connector: int = 0
    setting: str = ""
    old: int | None = None
    new: int | None = None
    role: str | None = None
    taken: bool | None = None
    kind: str = ""
    info: str = ""


def security_views(events: Sequence[SecurityEvent | Alarm], clock: WallClock) -> list[SecurityView]:
    """The events in their order (R-49, and the whitepaper's A04.FR.04)."""
    return [_security_view(each, clock) for each in events]


def _security_view(event: SecurityEvent | Alarm, clock: WallClock) -> SecurityView:
    at = clock.utc(event.stamp).isoformat() if clock.is_settled(event.stamp) else None
    if isinstance(event, Alarm):
        return SecurityView(at, kind=event.kind, info=event.info)
    return SecurityView(at, event.connector, event.setting, event.old, event.new, event.role, event.taken)


def view(station: Station, now: int) -> tuple[ConnectorView, ...]:
    """The station's connectors as they are at ``now``."""
    return tuple(_connector(each, now) for each in station.connectors.values())


def leds(station: Station) -> tuple[LedView, ...]:
    """The small lights, as far as the model has them."""
    states = station.small_lights.states(online=station.online)
    shown = station.small_lights.shown(online=station.online)
    return tuple(LedView(each.value, states[each].value, shown[each]) for each in states)


def _connector(connector: Connector, now: int) -> ConnectorView:
    board, meter = connector.board, connector.measured
    report, measured = (board.report, board.measurement) if board.alive(now) else (None, None)
    light = connector.light if report or board.report is None else HOST_LOST_LIGHT
    standing = connector.arbiter.standing(now)
    winner = standing[0]
    return ConnectorView(
        id=connector.number,
        ocpp_status=connector.status.value if connector.status else None,
        pilot_state=(report.pilot if report else PilotState.UNDEFINED).value,
        relay=report.relay if report else None,
        offered_a=_amps(report.offer_ma if report else 0),
        limit_reason=winner.source.code_name,
        limit=_limit(connector, winner, now),
        limits=tuple(_limit(connector, each, now) for each in standing),
        current_a=_thousandths(measured.current_ma if measured else None),
        voltage_v=_thousandths(measured.voltage_mv if measured else None),
        power_w=meter.total_power_w if meter else None,
        energy_wh=connector.register_wh,
        temperature_c=max(measured.temperature_mc) / 1_000 if measured else None,
        transaction=_transaction(connector.session),
        faults=tuple(
            FaultView(f.code, f.name, f.sentence, f.advice, f.group.value)
            for f in faults.faults_in(connector.faults)
        ),
        fault_counts=_counts(connector),
        why=explain(connector, now),
        light=(f"#{light.first:06x}", f"#{light.second:06x}", light.percent),
        car=connector.digital.said,
    )


def _counts(connector: Connector) -> tuple[FaultCountView, ...]:
    counted = connector.fault_counts
    return tuple(
        FaultCountView(f.code, f.name, counted.in_session[f.code], counted.ever[f.code])
        for f in faults.FAULTS
        if counted.ever[f.code]
    )


def _limit(connector: Connector, winner: Winner, now: int) -> LimitView:
    source, limit_ma = winner.source, winner.limit_ma
    sentence, words = _reason(connector, winner, limit_ma, now)
    amps, until = _amps(limit_ma), _end_of(winner)
    return LimitView(source.name, source.title, source.code, sentence, amps, until, source.holds, words)


def _reason(connector: Connector, winner: Winner, limit_ma: int, now: int) -> tuple[str, Words]:
    """What is said of a limit, and with which words."""
    lapsed = connector.arbiter.has_lapsed(winner.source, now)
    amps: Words = {"amps": _amps(limit_ma)}
    return winner.source.say(limit_ma, lapsed=lapsed), {**amps, "lapsed": 1} if lapsed else amps


def _end_of(winner: Winner) -> int | None:
    """Until when the winner limits; a source that speaks again and again has no end to tell of."""
    return winner.until if winner.source.lasts is None else None


def _transaction(session: Session | None) -> TransactionView | None:
    if session is None or session.phase is Phase.STARTING:
        return None
    price = None if session.price is None else format(session.price.per_kwh, "f")
    currency = session.price.currency if session.price else ""
    said = session.transaction, session.tag, session.meter_start_wh, session.phase.value
    return TransactionView(session.id, *said, price, currency)


def _thousandths(values: tuple[int, int, int] | None) -> Triple:
    if values is None:
        return (None, None, None)
    l1, l2, l3 = (value / 1_000 for value in values)
    return (l1, l2, l3)


def _amps(milliamps: int) -> float:
    return milliamps / 1_000


def _say(wait: Wait, until: int | None = None, **words: str | float) -> Why:
    """``amps`` are said with their unit."""
    shown = {**words, "amps": f"{words['amps']:g} A"} if "amps" in words else words
    return Why(wait.code, wait.sentence.format(**shown), until, words=words)


def _say_trouble(wait: Wait, trouble: str) -> Why:
    """What is in the way has a code of its own, and words."""
    found = told(trouble)
    made = {name: word for name, word in found.words.items() if isinstance(word, str | int)}
    words: Words = {**made, "reason": found.sentence, "trouble": found.code}
    return Why(wait.code, wait.sentence.format(reason=found.sentence), words=words)


def _because(wait: Wait, winner: Winner, sentence: str, words: Words) -> Why:
    """A limit is the reason."""
    why = _say(wait, _end_of(winner), sentence=sentence)
    return replace(why, limit=winner.source.name, words=words)


def explain(connector: Connector, now: int) -> Why:
    """Why the connector does what it does, the strongest reason first."""
    if not connector.board.alive(now):
        return _say(waits.NO_BOARD)
    if not connector.board.accepted:
        return _say(waits.WRONG_MODEL)
    found = faults.faults_in(connector.stopping_faults)  # a cover, a clamp: told, and no reason to wait
    if found:
        waiting = connector.faults & faults.AUTO_RECOVERY
        goes_on = f" {faults.BY_CODE[faults.AUTO_RECOVERY].sentence}" if waiting else ""
        said = _say(waits.FAULT, sentence=f"{found[0].sentence} {found[0].advice}{goes_on}")
        first: Words = {"fault": found[0].name, "fault_code": found[0].code}
        return replace(said, words={**first, "recovers": 1} if waiting else first)
    if not connector.available:
        return _say(waits.UNAVAILABLE)
    if connector.session is not None:
        return _in_session(connector, connector.session, now)
    if connector.busy:
        trouble = connector.disk_trouble
        return _say_trouble(waits.DISK, trouble) if trouble else _say(waits.CLOSING)
    return _before_session(connector, now)


def _before_session(connector: Connector, now: int) -> Why:
    if connector.restarting:
        return _say(waits.RESTARTING)
    if connector.asking:
        return _say(waits.ASKING)
    if connector.refusal is not None:
        return _say(waits.REFUSED, reason=connector.refusal)
    grant, holding = connector.grant, connector.holding
    if grant is None and holding.by is not None:
        return _say(waits.RESERVED, holding.until)
    if grant is not None and grant.until is not None:
        return _say(waits.PLUG_SOON, grant.until, seconds=-(-(grant.until - now) // SECOND))
    if grant is not None and not connector.room:
        return _say(waits.BACKLOG)
    if connector.over is not None:
        return _say(waits.FINISHED, reason=connector.over.value)
    talks = connector.digital.said is not None
    return _say(waits.TALK_TAG if talks else waits.TAG if connector.plugged else waits.PLUG_IN)


def _in_session(connector: Connector, session: Session, now: int) -> Why:
    if session.phase is Phase.STARTING:
        return _say_trouble(waits.METER, connector.meter_silence or METER_ASKED.of())
    if session.phase is Phase.RECORDING:
        trouble = connector.disk_trouble
        return _say_trouble(waits.DISK, trouble) if trouble else _say(waits.RECORDING)
    if session.phase is not Phase.RUNNING:
        closes_at = connector.closes_at(now)
        return _say(waits.STOPPING) if closes_at is None else _say(waits.GONE, closes_at)
    if connector.unplugging:
        return _say(waits.UNPLUGGED)
    if not connector.plugged:
        return _say(waits.AWAY)
    return _offering(connector, session, now)


def _offering(connector: Connector, session: Session, now: int) -> Why:
    winner = connector.arbiter.winner(now)
    offer_ma = connector.arbiter.offer_ma
    if offer_ma == 0:
        resumes_at = connector.arbiter.resumes_at(now)
        if resumes_at is not None:
            return _say(waits.RESUMING, resumes_at)
        return _because(waits.LIMIT, winner, winner.source.pause, {})
    if connector.status is ConnectorStatus.CHARGING:
        return _because(waits.CHARGING, winner, *_reason(connector, winner, offer_ma, now))
    if not connector.offering:
        return _getting_ready(connector, now)
    talk = _talking(connector, session, now)
    if talk is not None:
        return talk
    return _say(waits.CAR_PAUSES if session.charged else waits.CAR, amps=_amps(offer_ma))


def _talking(connector: Connector, session: Session, now: int) -> Why | None:
    """Where car and station have still to agree; a car that has agreed and pauses is like any other."""
    desk = connector.digital
    match desk.state:
        case Talk.AWAITED:
            until = desk.awaited_until or now
            return _say(waits.TALK_WAIT, until, seconds=max(0, -(-(until - now) // SECOND)))
        case Talk.AGREEING:
            return _say(waits.TALK)
        case Talk.OVER:
            return _say(waits.TALK_OVER)
        case Talk.POWER:
            return None if session.charged else _say(waits.TALK)
        case _:
            return None


def _getting_ready(connector: Connector, now: int) -> Why:
    """Permitted, and the pilot is still steady: checks, or the RTM's rest after a fault (R-46)."""
    rest = connector.back_off
    if rest.spent:
        return _say(waits.SPENT)
    if rest.until is not None and now < rest.until:
        return _say(waits.BACK_OFF, rest.until)
    return _say(waits.LOCKING)
