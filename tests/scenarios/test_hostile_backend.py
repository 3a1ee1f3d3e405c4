"""A backend that is late, double, wrong, broken or without end: the station charges on and loses nothing."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.links.ocpp.link import BackendSaid
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.rpc import IN_WORK_LIMIT
from support.host_bench import HostBench
from support.hostile import HARMFUL, HARMLESS, NASTY, UNREADABLE, Flight, HostileScene, Nasty, things_held

S = ConnectorStatus


@pytest.fixture(scope="module")
def charging() -> HostileScene:
    """One station that charges, for all stories that leave it so."""
    scene = HostileScene()
    scene.charge()
    return scene


# --- its answers ------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-53", "R-54")
@pytest.mark.parametrize("trick", [*HARMLESS, *HARMFUL])
def test_whatever_becomes_of_its_answers_nothing_is_lost(trick: str) -> None:
    """Edge case 3: a session under the trick, and one after it: each is charged and told, its start once."""
    scene = HostileScene(MeterValueSampleInterval=20)
    scene.hostile.trick = {**HARMLESS, **HARMFUL}[trick]()
    scene.charge_in_time()
    scene.run(60)
    assert scene.closings() == 1
    assert scene.power_w > 1_000
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.settle()
    scene.whole_session(tag="AFTER")
    scene.run(30)
    scene.assert_nothing_is_lost()
    assert {start.id_tag for start in scene.hostile.starts} == {"04A1B2C3", "AFTER"}
    assert scene.last_told()[0] == "Available"


@pytest.mark.parametrize("trick", HARMLESS)
def test_an_answer_that_came_needs_no_repeat(trick: str) -> None:
    """Whatever came with it, before it or after it: no fact is said twice, and none waits for a retry."""
    scene = HostileScene(MeterValueSampleInterval=20)
    scene.hostile.trick = HARMLESS[trick]()
    scene.charge()
    scene.run(60)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(20)
    said = [json.dumps(sent.payload) for sent in scene.facts()]
    assert len(said) == len(set(said)) >= 5
    scene.assert_nothing_is_lost()


@pytest.mark.requirement("R-53")
def test_a_late_answer_while_the_next_call_is_out_answers_neither() -> None:
    """Edge case 3: the start is bound by the answer to its repeat, under whose id it came."""
    scene = HostileScene(TransactionMessageRetryInterval=10)
    late: list[str] = []

    def keep(text: str) -> list[Flight]:
        if "transactionId" not in text:
            return [Flight(text)]
        late.append(text)
        return []

    scene.hostile.trick = keep
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.station.run(100 * SECOND, lambda: len(scene.sent("StartTransaction")) == 2)
    scene.run(1)
    wrong = json.loads(late[0])
    wrong[2]["transactionId"] = 999
    scene.say(json.dumps(wrong))
    assert scene.seen.transaction is not None
    assert scene.seen.transaction.id is None
    again = scene.sent("StartTransaction")[1].id
    scene.say(next(text for text in late if json.loads(text)[1] == again))
    assert scene.seen.transaction is not None
    assert scene.seen.transaction.id == 101


@pytest.mark.parametrize("number", [2**31, 2**53 + 1, 2**63 - 1, -1, 0, -(2**63)])
def test_a_transaction_number_is_any_of_64_bits(number: int) -> None:
    """Above 2³¹ too: it comes back in the stop, and the backend can name it."""
    scene = HostileScene()
    scene.hostile.trick = lambda text: [Flight(text.replace(":101", f":{number}"))]
    scene.charge()
    assert scene.call("r", "RemoteStopTransaction", {"transactionId": number}) == {"status": "Accepted"}
    scene.until(S.FINISHING)
    scene.run(5)
    assert [each.payload["transactionId"] for each in scene.sent("StopTransaction")] == [number]


@pytest.mark.parametrize(
    "number", ["9223372036854775808", "9" * 4_000, "1e30", "1e999", "NaN", '"1"', "null"]
)
def test_a_transaction_number_that_is_none_is_no_answer(number: str) -> None:
    """It is asked again until there is one, and charging goes on meanwhile."""
    scene = HostileScene(MeterValueSampleInterval=20)
    scene.hostile.trick = lambda text: [
        Flight(text.replace('"transactionId":101', f'"transactionId":{number}'))
    ]
    scene.charge()
    scene.run(30)
    assert len(scene.sent("StartTransaction")) > 3
    scene.assert_it_goes_on()
    scene.unplug()
    scene.settle()
    scene.assert_nothing_is_lost()


@pytest.mark.parametrize("interval", [0, -1, 10**15, -(10**15), int("9" * 4_000)])
@pytest.mark.parametrize("word", ["Accepted", "Pending", "Rejected"])
def test_any_interval_of_a_registration_can_be_lived_with(word: str, interval: int) -> None:
    """Edge case 11: the station asks again within a day, at no pace that burdens anybody."""
    scene = HostileScene()
    scene.network(up=False)
    answer = f'{{"status":"{word}","currentTime":"2026-01-05T00:00:00Z","interval":{interval}}}'
    scene.hostile.trick = lambda text: [Flight(f'[3,"{json.loads(text)[1]}",{answer}]')]
    scene.network(up=True)
    boots = len(scene.sent("BootNotification"))
    scene.run(300)
    assert len(scene.sent("BootNotification")) - boots <= 5
    assert scene.station.snapshot().backend.connected is (word == "Accepted")
    due = scene.station.host.link.deadline()
    assert due is not None
    assert due - scene.now <= 86_400 * SECOND


@pytest.mark.parametrize(
    "time", ["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z"]
)
def test_a_backend_that_lost_its_clock_does_not_take_ours_with_it(time: str) -> None:
    """Times stay what they were; a session is told with them."""
    scene = HostileScene()
    scene.hostile.trick = lambda text: [Flight(_timed(text, time))]
    scene.run(400)
    assert scene.sent("Heartbeat")
    scene.whole_session()
    scene.settle()
    scene.assert_nothing_is_lost()
    assert all(start.timestamp.startswith("2026-01-05") for start in scene.hostile.starts)


def _timed(text: str, time: str) -> str:
    frame = json.loads(text)
    payload = {**frame[2], "currentTime": time} if "currentTime" in frame[2] else frame[2]
    return json.dumps([*frame[:2], payload])


# --- its calls --------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_a_call_with_a_readable_id_is_answered_once_with_the_exact_code(
    charging: HostileScene, nasty: Nasty
) -> None:
    """Edge case 15: each gets one answer, in the words of 1.6, and the car is charged all the while."""
    charging.answers.pop(nasty.id, None)
    charging.say(nasty.text)
    (answer,) = charging.answers[nasty.id]
    assert answer[0] == (3 if nasty.code is None else 4)
    assert nasty.code is None or answer[2] == nasty.code
    charging.assert_it_goes_on()


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_answered_does_nothing(charging: HostileScene, text: str) -> None:
    """Edge case 15: no answer, no restart, and the line lives on."""
    before = dict(charging.answers)
    charging.say(text)
    assert charging.answers == before
    assert charging.station.restarts == []
    charging.assert_it_goes_on()


@pytest.mark.requirement("E-60")
def test_its_calls_run_beside_ours_whatever_their_ids() -> None:
    """Edge case 14: while our call is out it calls under the very same id; each answer finds its own."""
    scene = HostileScene()
    scene.hostile.trick = lambda _text: []
    scene.station.tell(BackendSaid('[2,"t","TriggerMessage",{"requestedMessage":"Heartbeat"}]'))
    scene.run(1)
    heartbeat = scene.sent("Heartbeat")[-1]
    scene.say(f'[2,"{heartbeat.id}","GetConfiguration",{{"key":["NumberOfConnectors"]}}]')
    assert scene.answers[heartbeat.id][0][2]["configurationKey"][0]["value"] == "1"
    scene.say('[3,"stranger",{}]', f'[3,"{heartbeat.id}",{{"currentTime":"2026-01-05T01:00:00Z"}}]')
    assert scene.station.host.link._rpc.idle
    assert scene.station.host.link._rpc.counters.unknown_answers == 1


@pytest.mark.requirement("M-49")
def test_ten_thousand_calls_in_one_moment_are_ten_thousand_answers() -> None:
    """Read, write, trigger, transfer: each is answered once, and the permit is renewed in time."""
    scene = HostileScene()
    scene.charge()
    wishes = (
        ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        ("ChangeConfiguration", {"key": "LightIntensity", "value": "50"}),
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}),
        ("TriggerMessage", {"requestedMessage": "MeterValues"}),
        ("DataTransfer", {"vendorId": "somebody"}),
        ("RemoteStopTransaction", {"transactionId": 7}),
        ("RemoteStartTransaction", {"idTag": "NOBODY"}),
        ("Reset", {"type": "Medium"}),
        ("NoSuchThing", {}),
    )
    for number in range(10_000):
        action, payload = wishes[number % len(wishes)]
        scene.station.tell(BackendSaid(json.dumps([2, f"b{number}", action, payload])))
    scene.run(60)
    assert [len(scene.answers[f"b{number}"]) for number in range(10_000)] == [1] * 10_000
    assert scene.closings() == 1
    scene.assert_it_goes_on()
    scene.unplug()
    scene.settle()
    scene.assert_nothing_is_lost()


def test_calls_that_take_time_are_refused_beyond_a_bound_and_answered_all_the_same() -> None:
    """The lock of the socket takes a moment: so many wait for it, all others get GenericError at once."""
    scene = HostileScene()
    scene.charge()
    for number in range(1_000):
        scene.station.tell(BackendSaid(f'[2,"u{number}","UnlockConnector",{{"connectorId":1}}]'))
    scene.run(30)
    answers = [scene.answers[f"u{number}"] for number in range(1_000)]
    assert [len(each) for each in answers] == [1] * 1_000
    assert [answer[2] for (answer,) in answers[:IN_WORK_LIMIT]] == [{"status": "Unlocked"}] * IN_WORK_LIMIT
    assert {answer[2] for (answer,) in answers[IN_WORK_LIMIT:]} == {"GenericError"}
    scene.settle()
    scene.assert_nothing_is_lost()


def test_an_id_may_be_used_again_once_it_was_answered() -> None:
    """Everything under one id gets as many answers as it was asked; a repeat while it is in work gets one."""
    scene = HostileScene()
    scene.charge()
    ask = '[2,"same","GetConfiguration",{"key":["NumberOfConnectors"]}]'
    scene.say(*[ask] * 50)
    assert len(scene.answers.pop("same")) == 50
    scene.say(*['[2,"same","UnlockConnector",{"connectorId":1}]'] * 50)
    scene.run(20)
    assert [answer[2] for answer in scene.answers["same"]] == [{"status": "Unlocked"}]


def test_a_flood_leaves_nothing_behind() -> None:
    """Calls, frames that are none and answers to nothing, again and again: the core holds no more for it."""
    bench = HostBench()
    bench.charge()
    texts = [nasty.text for nasty in NASTY.values() if len(nasty.text) < 1_000]
    texts += ['[2,"t","TriggerMessage",{"requestedMessage":"Heartbeat"}]', '[3,"q",{}]', '[4,"q","X"]', "{"]

    def flood(rounds: int) -> int:
        for number in range(rounds):
            for text in texts:
                bench.core.handle(BackendSaid(text.replace('"n"', f'"n{number}"')), bench.now)
        return things_held(bench.core)

    before = flood(30)
    assert before > 500
    assert flood(100) == pytest.approx(before, abs=20)


# --- anything at all --------------------------------------------------------------------------------------

SHORT = st.text(max_size=6) | st.sampled_from(["Accepted", "Hard", "1", "\x00", "2026-01-05T00:00:00Z"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | SHORT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({field for kind in v16.ACTION_OF for field in kind.__struct_encode_fields__})
PAYLOADS = st.dictionaries(st.sampled_from([*FIELDS, "status", "idTagInfo", "currentTime", "interval"]), JSON)
NOT_RESET = [action for action in (*v16.ACTIONS, "Nope") if action != "Reset"]
OWN_ID = "own"
"""Stands for the id of the call that is out."""
FRAMES = st.one_of(
    st.tuples(st.just(2), st.sampled_from(["a", "b", "1"]), st.sampled_from(NOT_RESET), PAYLOADS | JSON),
    st.tuples(st.just(3), st.sampled_from([OWN_ID, "a", "2"]), PAYLOADS | JSON),
    st.tuples(st.just(4), st.sampled_from([OWN_ID, "a"]), SHORT | JSON, SHORT | JSON, JSON),
    st.tuples(JSON, JSON, JSON),
)
WAITS = st.sampled_from([0.0, 0.01, 1.0, 20.0, 31.0])
DEEDS = st.sampled_from(["card", "unplug", "plug", "cut", "nothing"])


@pytest.mark.requirement("M-49", "R-53")
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(story=st.lists(st.tuples(DEEDS, WAITS, st.lists(FRAMES, max_size=4)), max_size=12))
def test_whatever_it_says_all_facts_arrive_in_the_end(story: list[tuple[str, float, list[Any]]]) -> None:
    """Any frames at any moment of any session: the core never raises, and every session is told whole."""
    scene = HostileScene(MeterValueSampleInterval=15, AuthorizeRemoteTxRequests=False)
    scene.hostile.trick = lambda text: [Flight(text, 0.5)]
    plugged = False
    for deed, wait_s, frames in story:
        match deed:
            case "card":
                scene.card()
            case "plug" if not plugged:
                scene.plug_in()
                plugged = True
            case "unplug" if plugged:
                scene.unplug()
                plugged = False
            case "cut":
                scene.network(up=False)
                scene.network(up=True)
            case _:
                pass
        out = scene.station.host.link._rpc._outstanding
        for frame in frames:
            text = json.dumps(frame)
            scene.station.tell(
                BackendSaid(text.replace(f'"{OWN_ID}"', json.dumps(out.id if out else "none")))
            )
        scene.run(wait_s)
    if plugged:
        scene.unplug()
    scene.network(up=False)
    scene.network(up=True)
    scene.set_key("TransactionMessageAttempts", "100")
    scene.settle()
    backend = scene.station.snapshot().backend
    assert (backend.connected, backend.queued) == (True, 0)
    assert scene.seen.transaction is None
    assert not any(scene.world.contacts)
