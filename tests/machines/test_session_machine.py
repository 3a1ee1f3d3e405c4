"""The host against hands, board, meter, disk and backend that do anything in any order."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from machines.session_invariants import History, broken
from pilotline.links.ocpp.link import BackendSaid
from pilotline.station.events import ChangeKey, LimitCurrent, PresentTag, StopCharging
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import HostMessage
from pilotline.vocabulary.journal import Record, SetAside
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import MS, SECOND
from support.host_bench import HostBench
from support.station_bench import EVNET

TAGS = st.sampled_from(["CARD", "card", "OTHER", "BAD"])
FAULTS = st.sampled_from(
    [0, faults.RCD, faults.UNDERVOLTAGE, faults.L_CLOSED, faults.MISSING_HOST, faults.PP_UNPRESENT]
)
LIMITS = st.sampled_from([None, 0, 5_999, 6_000, 10_000, 32_000])
DISKS = st.sampled_from([0, 0, 300 * MS, 5 * SECOND, None])
MOMENTS = st.one_of(
    st.integers(0, 1_500), st.sampled_from([400, 999, 1_000, 1_001, 5_000, 12_000, 31_000, 100_000])
)
MODES = st.sampled_from(["tag", "tag", "free", "plug_and_charge"])
DISCONNECT_KEYS = ("StopTransactionOnEVSideDisconnect", "UnlockConnectorOnEVSideDisconnect")


class WatchedBench(HostBench):
    """Refuses the first moment at which an invariant does not hold."""

    history: History

    def __init__(self, **options: Any) -> None:
        self.history = History(EVNET.rating.current_ma)
        self._messages: list[HostMessage] = []
        super().__init__(**options)

    def _hand_over(self, event: Any) -> None:
        said, calls, replies = len(self.said), len(self.calls), len(self.replies)
        self._messages = []
        automatic, self.answers = self.answers, False
        super()._hand_over(event)
        self.answers = automatic
        recorded = [effect.fact for _, effect in self.said[said:] if isinstance(effect, Record)]
        made = [(frame.action, frame.payload) for frame in self.calls[calls:]]
        answers = [frame.id for frame in self.replies[replies:]]
        self.history.note(event, self.now, recorded, self._messages, made, answers, self.core.deadline())
        found = broken(self.history)
        assert not found, f"{found}\nafter {event}\nat {self.now}"
        if self.answers:
            self.answer()

    def _to_board(self, message: HostMessage) -> None:
        self._messages.append(message)
        super()._to_board(message)


class HostAndSessions(RuleBasedStateMachine):
    """Cards, cars, faults, a moody board, a slow disk, a backend that comes, goes, refuses and is late."""

    bench: WatchedBench

    @initialize(mode=MODES, online=st.booleans(), interval=st.sampled_from([5, 60]))
    def begin(self, mode: str, online: bool, interval: int) -> None:
        self.bench = WatchedBench(
            online=online,
            stored={
                "c_AuthorizationMode": mode,
                "MeterValueSampleInterval": interval,
                "ConnectionTimeOut": 15,
                "TransactionMessageRetryInterval": 20,
                "ResetRetries": 0,
            },
        )
        self.bench.verdicts["BAD"] = "Blocked"

    # --- hands and car ---

    @rule(state=st.sampled_from([PilotState.A, PilotState.B, PilotState.C, PilotState.C, PilotState.E]))
    def show(self, state: PilotState) -> None:
        self.bench.show(state)

    @rule(tag=TAGS)
    def card(self, tag: str) -> None:
        self.bench.tell(PresentTag(tag))

    @rule()
    def stop(self) -> None:
        self.bench.tell(StopCharging())

    @rule(limit_ma=LIMITS)
    def limit(self, limit_ma: int | None) -> None:
        self.bench.tell(LimitCurrent(limit_ma))

    @rule(state=st.sampled_from([PilotState.B, PilotState.C]), tag=TAGS)
    def charge(self, state: PilotState, tag: str) -> None:
        """So that stories reach a running session again and again."""
        self.bench.show(state)
        self.bench.run(200 * MS)
        self.bench.tell(PresentTag(tag))
        self.bench.run(SECOND)

    # --- board, meter, disk ---

    @rule(mask=FAULTS)
    def fault(self, mask: int) -> None:
        self.bench.board.faults = mask
        self.bench.notice()

    @rule(mc=st.sampled_from([25_000, 76_500, 79_500]), cable_ma=st.sampled_from([None, 13_000, 32_000]))
    def surroundings(self, mc: int, cable_ma: int | None) -> None:
        self.bench.board.temperature_mc, self.bench.board.cable_ma = mc, cable_ma

    @rule(talks=st.sampled_from([True, True, False]))
    def board_talks(self, talks: bool) -> None:
        self.bench.board.talks = talks

    @rule(same=st.sampled_from([True, True, False]))
    def board_restarts(self, same: bool) -> None:
        self.bench.board.model_hash = EVNET.rtm.hash ^ (not same)
        self.bench.board.restart(self.bench.now)
        self.bench.notice()

    @rule(wh=st.one_of(st.none(), st.integers(0, 5_000)))
    def meter(self, wh: int | None) -> None:
        self.bench.register_wh = wh

    @rule(disk=DISKS)
    def disk(self, disk: int | None) -> None:
        if disk is None:
            self.bench.disk = None
        else:
            self.bench.mend_disk(disk)

    # --- backend ---

    @rule(up=st.booleans())
    def network(self, up: bool) -> None:
        self.bench.network(up=up)

    @rule(answers=st.booleans())
    def backend_answers(self, answers: bool) -> None:
        self.bench.answers = answers

    @rule(refuse=st.booleans())
    def answer_one(self, refuse: bool) -> None:
        (self.bench.refuse if refuse else self.bench.answer)()

    @rule(number=st.integers(0, 200))
    def answer_late_or_double(self, number: int) -> None:
        """To a call of long ago, or to none."""
        old = [frame for frame in self.bench.calls if frame is not self.bench.open]
        if old and self.bench.connected:
            frame = old[number % len(old)]
            payload = {"idTagInfo": {"status": "Accepted"}, "transactionId": 999, "currentTime": "x"}
            self.bench.tell(BackendSaid(json.dumps([3, frame.id, payload])))

    @rule(tag=TAGS, connector=st.sampled_from([None, 0, 1]))
    def remote_start(self, tag: str, connector: int | None) -> None:
        wish = {"idTag": tag} if connector is None else {"idTag": tag, "connectorId": connector}
        self.bench.ask("RemoteStartTransaction", **wish)

    @rule()
    def remote_stop(self) -> None:
        session = self.bench.connector.session
        number = session.transaction if session and session.transaction is not None else 1
        self.bench.ask("RemoteStopTransaction", transactionId=number)

    @rule(kind=st.sampled_from(["Soft", "Hard"]))
    def reset(self, kind: str) -> None:
        self.bench.ask("Reset", type=kind)

    @rule(connector=st.sampled_from([0, 1, 2]), kind=st.sampled_from(["Inoperative", "Operative"]))
    def change_availability(self, connector: int, kind: str) -> None:
        self.bench.ask("ChangeAvailability", connectorId=connector, type=kind)

    @rule(connector=st.sampled_from([1, 1, 2]))
    def unlock(self, connector: int) -> None:
        self.bench.ask("UnlockConnector", connectorId=connector)

    @rule()
    def clear_cache(self) -> None:
        self.bench.ask("ClearCache")

    @rule(key=st.sampled_from(DISCONNECT_KEYS), value=st.sampled_from(["true", "false"]))
    def change_disconnect(self, key: str, value: str) -> None:
        self.bench.ask("ChangeConfiguration", key=key, value=value)

    @rule(message=st.sampled_from(["StatusNotification", "MeterValues", "Heartbeat", "BootNotification"]))
    def trigger(self, message: str) -> None:
        self.bench.ask("TriggerMessage", requestedMessage=message)

    @rule(mode=MODES)
    def change_mode(self, mode: str) -> None:
        self.bench.tell(ChangeKey(-1, "c_AuthorizationMode", mode))

    # --- time ---

    @rule(ms=MOMENTS)
    def wait(self, ms: int) -> None:
        self.bench.run(ms * MS)

    @rule()
    def all_is_put_right(self) -> None:
        """Whatever was, everything mended and quiet is a free station that owes nobody anything."""
        bench = self.bench
        bench.board.talks, bench.board.model_hash, bench.board.faults = True, EVNET.rtm.hash, 0
        bench.run(2 * SECOND)
        bench.board.restart(bench.now)
        bench.mend_disk()
        bench.register_wh = bench.register_wh or 0  # a meter that stays silent is a fault (E-22)
        bench.answers = True
        bench.network(up=True)
        bench.answer()
        for number in (0, 1):
            bench.ask("ChangeAvailability", connectorId=number, type="Operative")
        bench.unplug()
        bench.run(2 * SECOND)
        bench.tell(StopCharging())  # a session may have outlived the unplug
        bench.run(60 * SECOND)
        assert not bench.history.unanswered
        assert bench.status is ConnectorStatus.AVAILABLE
        assert not bench.board.permitted(bench.now)
        assert bench.connector.session is None
        assert all(session.end_durable for session in bench.history.sessions.values())

    def teardown(self) -> None:
        """At the end the backend has each session's start and stop, except those it refused for good."""
        self.all_is_put_right()
        bench, outbox = self.bench, self.bench.core.link.outbox
        for _ in range(30):
            if outbox.queued:
                bench.run(10 * SECOND)
        assert outbox.queued == 0
        aside = {each.session for each in bench.all(SetAside) if each.whole}
        kept = [name for name in bench.history.sessions if name not in aside]
        assert len(bench.told("StartTransaction")) >= len(kept)
        assert len(bench.told("StopTransaction")) >= len(kept)
        assert bench.told("StatusNotification")[-1]["status"] == "Available"


HostAndSessions.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.requirement("R-45", "R-53", "R-54", "R-48")
class TestHostAndSessions(HostAndSessions.TestCase):
    """Whatever hands, board, meter, disk and backend do, every invariant holds at every moment."""
