"""The snapshot says what is, and why."""

import string
from collections.abc import Callable
from dataclasses import replace

import pytest

from pilotline.station import waits
from pilotline.station.core import Station
from pilotline.station.digital import DigitalDesk
from pilotline.station.events import (
    AskReset,
    Backlog,
    CarSaid,
    ChangeAvailability,
    ChangeKey,
    LimitCurrent,
    PresentTag,
    Reserve,
    StartAnswer,
    StationEffect,
    StopCharging,
)
from pilotline.station.keys import BY_NAME
from pilotline.station.snapshot import ConnectorView, view
from pilotline.station.waits import WAITS, Wait
from pilotline.vocabulary import faults, limits
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.charger import SessionRules
from pilotline.vocabulary.journal import OpenSession, Recollection, Started, StoreTrouble
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ResetKind, TagInfo
from pilotline.vocabulary.time import MS, SECOND, Stamp
from support.station_bench import EVNET, StationBench


def look(bench: StationBench) -> ConnectorView:
    (connector,) = view(bench.station, bench.now)
    return connector


# --- a way into every wait ------------------------------------------------------------------------------


def idle(bench: StationBench) -> None:
    """Nothing happens."""


def lose_the_board(bench: StationBench) -> None:
    bench.board.talks = False
    bench.run(4 * SECOND)


def fit_another_board(bench: StationBench) -> None:
    bench.board.model_hash ^= 1
    bench.board.restart(bench.now)
    bench.run(2 * SECOND)


def put_out_of_service(bench: StationBench) -> None:
    bench.tell(ChangeAvailability(1, 1, operative=False))


def fill_the_backlog(bench: StationBench) -> None:
    bench.station.model = replace(bench.station.model, session=SessionRules(offline_events=2))
    bench.tell(Backlog(1))
    bench.plug()
    bench.card()


def drive_away(bench: StationBench) -> None:
    bench.charge()
    bench.tell(ChangeKey(1, "StopTransactionOnEVSideDisconnect", "false"))
    bench.unplug()
    bench.run(2 * SECOND)


def trip(bench: StationBench) -> None:
    bench.board.faults = faults.RCD
    bench.notice()


def pause(bench: StationBench) -> None:
    bench.charge()
    bench.tell(LimitCurrent(0))


def be_refused(bench: StationBench) -> None:
    bench.plug()
    bench.card("BAD", AuthStatus.BLOCKED)


def lose_the_meter(bench: StationBench) -> None:
    bench.connector.register_wh = bench.connector.meter = bench.register_wh = None
    bench.plug()
    bench.card()
    bench.run(SECOND)


def write_slowly(bench: StationBench) -> None:
    bench.disk = 5 * SECOND
    bench.plug()
    bench.card()


def fill_the_disk(bench: StationBench) -> None:
    write_slowly(bench)
    bench.tell(StoreTrouble("The disk is full."))


def reboot_in_a_session(bench: StationBench) -> None:
    start = Started("0-1-1", 1, "CARD", 500, Stamp(0, 7))
    left = OpenSession(start, 900, Stamp(0, 9))
    bench.core = Station(EVNET, boot=1, memory=Recollection(1, open_sessions=(left,)))
    bench.register_wh = None
    bench.run(2 * SECOND)


def lock_slowly(bench: StationBench) -> None:
    bench.board.ready = False
    bench.plug()
    bench.card()
    bench.run(SECOND)


def lift_a_pause(bench: StationBench) -> None:
    pause(bench)
    bench.run(SECOND)
    bench.tell(LimitCurrent(None))


def sag(bench: StationBench, times: int = 1) -> None:
    """The supply sags and comes back, and the RTM keeps its pilot steady a while."""
    bench.charge()
    bench.board.ready = True
    for _ in range(times):
        bench.board.ready = True
        bench.run(SECOND)
        bench.board.faults = faults.UNDERVOLTAGE
        bench.run(2 * SECOND)
        bench.board.faults, bench.board.ready = 0, False
        bench.run(2 * SECOND)


def offer(bench: StationBench) -> None:
    bench.plug()
    bench.card()
    bench.run(SECOND)


def let_the_car_pause(bench: StationBench) -> None:
    bench.charge()
    bench.show(PilotState.B)
    bench.run(15 * SECOND)


def stop(bench: StationBench) -> None:
    bench.charge()
    bench.tell(StopCharging())


def pull(bench: StationBench) -> None:
    bench.charge()
    bench.unplug()
    bench.run(500 * MS)


def drive_off(bench: StationBench) -> None:
    """From a station that tells an unplug later (R-29)."""
    bench.connector.model = replace(EVNET, session=SessionRules(unplug_told_ms=30_000))
    bench.charge()
    bench.unplug()
    bench.run(2 * SECOND)


def finish(bench: StationBench) -> None:
    stop(bench)
    bench.run(5 * SECOND)


def reserve(bench: StationBench) -> None:
    bench.tell(Reserve(1, 7, 1, "ANNA", expiry_us=1))


def ask_to_talk(bench: StationBench) -> None:
    """A station with a modem, and a plug that is in."""
    bench.station.keys.change(BY_NAME["c_iso15118"], "true")
    bench.connector.digital = DigitalDesk(bench.station.keys, fitted=True)
    bench.plug()
    bench.run(SECOND)


def talk(bench: StationBench) -> None:
    ask_to_talk(bench)
    bench.tell(CarSaid(1, CarTalk("ISO 15118-2", "authorisation")))


def agree(bench: StationBench) -> None:
    talk(bench)
    bench.card()
    bench.run(SECOND)


def wait_for_a_word(bench: StationBench) -> None:
    ask_to_talk(bench)
    bench.card()
    bench.run(SECOND)


def say_goodbye(bench: StationBench) -> None:
    agree(bench)
    bench.tell(CarSaid(1, CarTalk("ISO 15118-2", "charging"), power=True))
    bench.show(PilotState.C)
    bench.run(SECOND)
    bench.show(PilotState.B)
    bench.tell(CarSaid(1, in_order=True))
    bench.run(SECOND)


WAYS: dict[Wait, Callable[[StationBench], object]] = {
    waits.NO_BOARD: lose_the_board,
    waits.WRONG_MODEL: fit_another_board,
    waits.UNAVAILABLE: put_out_of_service,
    waits.FAULT: trip,
    waits.LIMIT: pause,
    waits.PLUG_IN: idle,
    waits.TAG: StationBench.plug,
    waits.TALK_TAG: talk,
    waits.ASKING: lambda bench: bench.tell(PresentTag("CARD")),
    waits.RESERVED: reserve,
    waits.REFUSED: be_refused,
    waits.PLUG_SOON: StationBench.card,
    waits.METER: lose_the_meter,
    waits.RECORDING: write_slowly,
    waits.DISK: fill_the_disk,
    waits.CLOSING: reboot_in_a_session,
    waits.RESTARTING: lambda bench: bench.tell(AskReset(1, ResetKind.SOFT)),
    waits.BACKLOG: fill_the_backlog,
    waits.AWAY: drive_away,
    waits.LOCKING: lock_slowly,
    waits.RESUMING: lift_a_pause,
    waits.BACK_OFF: sag,
    waits.SPENT: lambda bench: sag(bench, EVNET.rtm.back_off.tries),
    waits.TALK_WAIT: wait_for_a_word,
    waits.TALK: agree,
    waits.TALK_OVER: say_goodbye,
    waits.CAR: offer,
    waits.CAR_PAUSES: let_the_car_pause,
    waits.CHARGING: StationBench.charge,
    waits.GONE: drive_off,
    waits.STOPPING: stop,
    waits.UNPLUGGED: pull,
    waits.FINISHED: finish,
}


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.code)
def test_every_wait_is_reached_and_says_its_sentence(wait: Wait) -> None:
    """There is a way into each row of the table, and its sentence has no hole left."""
    bench = StationBench(online=True)
    WAYS[wait](bench)
    why = look(bench).why
    assert why.code == wait.code
    assert why.sentence
    assert "{" not in why.sentence
    assert why.sentence[-1] in ".)"
    if "{sentence}" not in wait.sentence:  # another language can say it with these words alone
        shown = {**why.words, "amps": f"{why.words.get('amps', 0):g} A"}
        assert wait.sentence.format(**shown) == why.sentence


def test_what_a_silent_board_said_last_is_not_shown() -> None:
    """Its relay is unknown then, and so is what it measured; the sentence says that it does not answer."""
    bench = StationBench(online=True)
    bench.charge()
    assert look(bench).relay is True
    lose_the_board(bench)
    seen = look(bench)
    assert (seen.relay, seen.pilot_state, seen.current_a) == (None, "?", (None, None, None))
    assert seen.why.code == "no_board"


def test_sentences_ask_for_words_that_people_read() -> None:
    """The holes of the table's sentences are the few words the snapshot fills."""
    holes = {name for wait in WAITS for _, name, _, _ in string.Formatter().parse(wait.sentence) if name}
    assert holes == {"sentence", "reason", "seconds", "amps"}


def ignore(_now: int) -> None:
    """Do nothing."""


def claim_nothing(_online: bool, _now: int) -> list[StationEffect]:
    return []


# --- the reasons ----------------------------------------------------------------------------------------


@pytest.mark.requirement("E-30")
@pytest.mark.parametrize("source", limits.SOURCES, ids=lambda source: source.name)
def test_why_names_the_limit_that_wins(source: limits.LimitSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """While charging its sentence with the amperes; in a pause its other sentence; always its code's name."""
    bench = StationBench()
    bench.charge()
    bench.connector.arbiter.claim(source, 10_000, bench.now)
    monkeypatch.setattr(bench.connector, "_claim", ignore)  # so that no source takes its word back
    monkeypatch.setattr(bench.station.smart_charging, "update", claim_nothing)
    bench.run(SECOND)
    assert look(bench).why.sentence == f"Charging. {source.sentence.format(amps='10 A')}"
    assert look(bench).limit_reason == source.code_name
    assert (look(bench).why.limit, look(bench).why.words) == (source.name, {"amps": 10.0})
    assert look(bench).limit.words == {"amps": 10.0}
    bench.connector.arbiter.claim(source, 0, bench.now)
    bench.run(SECOND)
    assert look(bench).why.sentence == source.pause


@pytest.mark.parametrize(
    "fault", [f for f in faults.FAULTS if f.stop is not faults.Stop.NONE], ids=lambda f: f.name
)
def test_why_says_what_a_fault_is_and_what_to_do(fault: faults.Fault) -> None:
    """Sentence and advice of the fault table, and the fault in the list of faults."""
    bench = StationBench()
    bench.board.faults = fault.code
    bench.notice()
    seen = look(bench)
    assert seen.why.sentence == f"{fault.sentence} {fault.advice}"
    assert [each.code for each in seen.faults] == [fault.code]
    assert seen.why.words == {"fault": fault.name, "fault_code": fault.code}


@pytest.mark.requirement("E-69")
def test_why_counts_down_to_the_plug() -> None:
    """Until when is told as core time, and in whole seconds in the sentence."""
    bench = StationBench()
    given = bench.now
    bench.card()
    bench.run(30_500 * MS)
    why = look(bench).why
    assert why.until == given + 90 * SECOND
    assert "within 60 s" in why.sentence


def test_a_silent_meter_is_named() -> None:
    """With the driver's own sentence: address, port and what to check."""
    bench = StationBench()
    lose_the_meter(bench)
    bench.run(11 * SECOND)
    assert "address 1 on the bench does not answer" in look(bench).why.sentence


# --- the values -----------------------------------------------------------------------------------------


def test_the_values_of_a_charge() -> None:
    """What every door shows."""
    bench = StationBench()
    bench.charge()
    bench.tell(StartAnswer("1-1-1", "CARD", TagInfo(AuthStatus.ACCEPTED), 42))
    bench.run(2 * SECOND)
    seen = look(bench)
    assert (seen.ocpp_status, seen.pilot_state, seen.relay, seen.offered_a) == ("Charging", "C", True, 32.0)
    assert (seen.voltage_v[0], seen.current_a[0], seen.temperature_c) == (230.0, 32.0, 25.0)
    assert seen.energy_wh == 1_000
    assert seen.transaction is not None
    assert (seen.transaction.id, seen.transaction.tag, seen.transaction.meter_start_wh) == (42, "CARD", 1_000)
    assert seen.light[0] == f"#{EVNET.ring[ConnectorStatus.CHARGING].offline.first:06x}"


def test_a_silent_meter_has_no_power_and_keeps_its_register() -> None:
    """The power of a minute ago is not the power of now; a register does not un-count."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = None
    bench.run(2 * SECOND)
    assert look(bench).power_w is None
    assert look(bench).energy_wh == 1_000


def test_a_station_that_has_heard_nothing_has_a_snapshot() -> None:
    """Before its first event: unknown, and why."""
    (seen,) = view(Station(EVNET, boot=1), 0)
    assert (seen.ocpp_status, seen.pilot_state, seen.energy_wh, seen.transaction) == (None, "?", None, None)
    assert seen.why.code == "no_board"
