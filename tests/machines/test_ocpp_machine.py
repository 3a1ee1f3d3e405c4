"""A whole station against hands, cars, a bad disk, crashes and a backend that do anything in any order.

The model backend keeps books of what the station says; at the end of every story all is put right, and books,
journal, registers and cache have to agree.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from machines.backend_model import CLAUSE_4_9, Mood, true_time
from machines.ocpp_invariants import ModelScene, unsettled
from pilotline.simulator.actions import (
    LockFault,
    MeterFault,
    PlugIn,
    RequestPower,
    RestoreVoltage,
    SetEmergencyStop,
    SetLeakage,
    SetLockFault,
    SetMeterFault,
    SetVoltage,
    StopPower,
    Unplug,
)
from pilotline.simulator.bench import BenchAction
from pilotline.simulator.station import Disk
from pilotline.station.events import ClearLatched, StopCharging
from pilotline.station.status import MOVES
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import MS, SECOND

TAGS = st.sampled_from(["ALPHA", "ALPHA", "BETA", "gamma", "STOLEN"])
PLACES = st.sampled_from([1, 1, 2])
NAMED = st.sampled_from([None, 1, 2, 0, 3])
MOMENTS = st.sampled_from([0.1, 0.7, 2, 2, 2, 5, 5, 12, 31])
LASTING = st.sampled_from([3, 10, 10, 20, 20, None])
"""How long a trouble lasts (s); None: until all is put right."""
DISKS = st.sampled_from([Disk(300 * MS), Disk(5 * SECOND), Disk(full=True)])
FAULTS: tuple[BenchAction, ...] = (
    SetLeakage(ac_ua=60_000),
    SetVoltage(180_000),
    SetMeterFault(MeterFault.SILENT),
    SetLockFault(LockFault.JAMMED),
    SetEmergencyStop(True),
)
MENDED: tuple[BenchAction, ...] = (
    SetLeakage(0, 0),
    RestoreVoltage(),
    SetMeterFault(MeterFault.NONE),
    SetLockFault(LockFault.NONE),
    SetEmergencyStop(False),
)
BOOLEANS = (
    "StopTransactionOnEVSideDisconnect",
    "UnlockConnectorOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "LocalPreAuthorize",
    "LocalAuthorizeOffline",
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "AuthorizeRemoteTxRequests",
)
NUMBERS = {
    "MaxEnergyOnInvalidId": (0, 20, 1_000),
    "MinimumStatusDuration": (0, 3),
    "MeterValueSampleInterval": (0, 5, 30),
    "ClockAlignedDataInterval": (0, 10),
    "ConnectionTimeOut": (5, 15),
    "TransactionMessageAttempts": (1, 3),
}
KEYS = st.one_of(
    st.tuples(st.sampled_from(BOOLEANS), st.sampled_from(["true", "false"])),
    st.sampled_from([(key, str(value)) for key, values in NUMBERS.items() for value in values]),
)
ACTIONS = (
    "StartTransaction", "StopTransaction", "MeterValues", "Authorize", "StatusNotification",
    "BootNotification", "Heartbeat", "SecurityEventNotification",
)  # fmt: skip
MOODY = st.sampled_from([ACTIONS, *((each,) for each in ACTIONS)])
MOODS = st.sampled_from([each for each in Mood if each is not Mood.HONEST])
TRIGGERS = (
    "BootNotification", "Heartbeat", "StatusNotification", "MeterValues", "DiagnosticsStatusNotification",
)  # fmt: skip
STORED: Mapping[str, KeyValue] = {
    "ConnectionTimeOut": 15,
    "MeterValueSampleInterval": 5,
    "StopTxnSampledData": "Energy.Active.Import.Register",
    "TransactionMessageAttempts": 3,
    "TransactionMessageRetryInterval": 5,
}
WISHES = st.one_of(
    st.sampled_from([("ClearCache", {}), ("GetConfiguration", {"key": ["NumberOfConnectors", "NoSuchKey"]})]),
    st.tuples(
        st.just("TriggerMessage"),
        st.fixed_dictionaries(
            {"requestedMessage": st.sampled_from(TRIGGERS)},
            optional={"connectorId": st.sampled_from(range(4))},
        ),
    ),
)
SETTINGS = st.fixed_dictionaries({}, optional={key: st.booleans() for key in BOOLEANS})
LONGEST_PEACE_S = 400


def deed(name: str, **args: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A deed of the machine below, by the name of its method, with its arguments."""
    return st.tuples(st.just(name), st.fixed_dictionaries(args))


CHARGE = deed("charge", connector=PLACES, tag=TAGS)
NEXT_CAR = deed("next_car", connector=PLACES, tags=st.tuples(TAGS, TAGS), gap=st.sampled_from([0.5, 1.8]))
UNPLUG = deed("unplug", connector=PLACES)
RESERVATIONS = st.sampled_from([1, 2])
RESERVE = deed(
    "reserve", connector=st.sampled_from([0, 1, 1, 2, 3]), tag=TAGS, number=RESERVATIONS,
    parent=st.sampled_from([None, None, "FAMILY"]), lasts=st.sampled_from([5, 30, 30, 300]),
    who_comes=st.one_of(st.none(), st.tuples(PLACES, TAGS)),
)  # fmt: skip
HANDS = (
    CHARGE, CHARGE, CHARGE, NEXT_CAR, NEXT_CAR, UNPLUG, UNPLUG,
    deed("plug", connector=PLACES),
    deed("card", connector=PLACES, tag=TAGS),
    deed("driver", connector=PLACES, wants=st.sampled_from([True, False, None])),
)  # fmt: skip
ORDERS = (
    deed("remote_start", tag=TAGS, connector=NAMED),
    deed("remote_stop", number=st.sampled_from([-1, -1, -1, -2, 100])),
    deed("out_of_service", connector=st.sampled_from([0, 1, 1, 2, 3]), lasts=LASTING),
    deed("unlock", connector=st.sampled_from([1, 1, 2, 99])),
    deed("reset", kind=st.sampled_from(["Soft", "Hard"])),
    deed("change_key", change=KEYS),
    RESERVE,
    RESERVE,
    deed("cancel", number=RESERVATIONS),
    deed("wish", wish=WISHES),
)
TROUBLES = (
    deed("fault", connector=PLACES, fault=st.sampled_from(FAULTS), lasts=LASTING),
    deed("mood", actions=MOODY, mood=MOODS, lasts=LASTING),
    deed("turned_away", word=st.sampled_from(["Pending", "Rejected"]), at_once=st.booleans(), lasts=LASTING),
    deed("outage", lasts=st.one_of(st.just(0), LASTING)),
    deed("crash", how=st.sampled_from(["host_crash", "power_cycle"])),
    deed("bad_disk", disk=DISKS, lasts=LASTING),
    deed("alarm"),
)
DEEDS = st.one_of(*HANDS, *ORDERS, *TROUBLES)


class StationAndBackend(RuleBasedStateMachine):
    """Cards, plugs, wishes of car and backend, faults, cuts, crashes, a bad disk, a backend of many moods."""

    scene: ModelScene

    def __init__(self, model: str, trip_s: float) -> None:
        super().__init__()
        self._model, self._trip_s = model, trip_s

    @initialize(
        online=st.sampled_from([True, True, True, False]), tag=st.one_of(TAGS, TAGS, st.none()), keys=SETTINGS
    )
    def begin(self, online: bool, tag: str | None, keys: Mapping[str, KeyValue]) -> None:
        """Most stories begin with a car that charges, or would like to."""
        self.scene = ModelScene(self._model, {**STORED, **keys}, self._trip_s)
        self.faulted, self.metered = False, True
        backend = self.scene.model
        backend.verdicts["STOLEN"] = "Blocked"
        backend.groups |= {"ALPHA": "FAMILY", "BETA": "FAMILY"}
        self.scene.network(up=online)
        if tag is not None:
            self.charge(1, tag)

    @invariant()
    def the_books_are_right(self) -> None:
        if hasattr(self, "scene"):
            complaints = self.scene.model.complaints
            assert not complaints, "\n".join(complaints)

    @rule(deed=DEEDS, after=MOMENTS)
    def do(self, deed: tuple[str, dict[str, Any]], after: float) -> None:
        """One of the deeds below, and some time. They are one rule, so that no story is of one deed alone."""
        name, args = deed
        getattr(self, name)(**args)
        self.scene.run(after)

    # --- hands and cars ---

    def plug(self, connector: int) -> None:
        self.scene.attempt(PlugIn(), connector)

    def unplug(self, connector: int) -> None:
        self.scene.attempt(Unplug(), connector)

    def card(self, connector: int, tag: str) -> None:
        self.scene.show(tag, connector)

    def charge(self, connector: int, tag: str) -> None:
        """So that stories reach a running session again and again."""
        self.scene.attempt(PlugIn(), connector)
        self.scene.run(1)
        self.scene.show(tag, connector)
        self.scene.run(4)

    def next_car(self, connector: int, tags: tuple[str, str], gap: float) -> None:
        """A card is shown and its car goes, and perhaps another one comes: a bounce, or an unplug (R-29)."""
        self.scene.show(tags[0], connector)
        self.scene.run(0.3)
        self.scene.attempt(Unplug(), connector)
        self.scene.run(gap)
        self.scene.attempt(PlugIn(), connector)
        self.scene.run(3)
        self.scene.show(tags[1], connector)

    def driver(self, connector: int, wants: bool | None) -> None:
        """At the car, or by the button of the station (None)."""
        if wants is None:
            self.scene.station.tell(StopCharging(connector))
        else:
            self.scene.attempt(RequestPower() if wants else StopPower(), connector)

    def fault(self, connector: int, fault: BenchAction, lasts: float | None) -> None:
        self.faulted, self.metered = True, self.metered and not isinstance(fault, SetMeterFault)
        self.scene.attempt(fault, connector)
        self._later(lasts, self._mend)

    def _mend(self) -> None:
        """Somebody comes, mends it all, and resets what waits for that."""
        for connector in self.scene.numbers:
            for action in MENDED:
                self.scene.attempt(action, connector)
        self._later(6, self._reset)

    def _reset(self) -> None:
        for connector in self.scene.numbers:
            self.scene.station.tell(ClearLatched(connector, role=Role.OPERATOR))

    def _later(self, seconds: float | None, deed: Callable[[], None]) -> None:
        """A trouble ends by itself, in the middle of others."""
        if seconds is not None:
            self.scene.station.timeline.post(deed, round(seconds * SECOND))

    # --- the backend's wishes ---

    def remote_start(self, tag: str, connector: int | None) -> None:
        wish = {"idTag": tag} if connector is None else {"idTag": tag, "connectorId": connector}
        self.scene.order("RemoteStartTransaction", wish, self.scene.why_no_start(connector, tag))

    def remote_stop(self, number: int) -> None:
        """Of the newest transaction, of the one before, or of none there ever was."""
        known = list(self.scene.model.ledger.transactions.values())
        found = known[number] if -len(known) <= number < 0 else None
        forbidden = "" if found and not found.stop else "no such transaction runs"
        number = found.number if found else 7
        self.scene.order("RemoteStopTransaction", {"transactionId": number}, forbidden)

    def out_of_service(self, connector: int, lasts: float | None) -> None:
        self._change_availability(connector, "Inoperative")
        self._later(lasts, lambda: self._change_availability(connector, "Operative"))

    def _change_availability(self, connector: int, kind: str) -> None:
        unknown = "" if connector in (0, *self.scene.numbers) else "there is no such connector"
        self.scene.order("ChangeAvailability", {"connectorId": connector, "type": kind}, unknown)

    def unlock(self, connector: int) -> None:
        self.scene.order("UnlockConnector", {"connectorId": connector})

    def reset(self, kind: str) -> None:
        self.scene.order("Reset", {"type": kind})

    def change_key(self, change: tuple[str, str]) -> None:
        self.scene.order("ChangeConfiguration", {"key": change[0], "value": change[1]})

    def reserve(
        self,
        connector: int,
        tag: str,
        number: int,
        parent: str | None,
        lasts: float,
        who_comes: tuple[int, str] | None,
    ) -> None:
        """Until a true time, which the station knows but for how long an answer takes.

        ``who_comes``: the place is made free for that, and then somebody comes there.
        """
        if who_comes is not None:
            self.scene.attempt(Unplug(), who_comes[0])
            self.scene.run(3)
        expiry = true_time(self.scene.now + round(lasts * SECOND)).isoformat()
        wish = {"connectorId": connector, "expiryDate": expiry, "idTag": tag, "reservationId": number}
        unknown = "" if connector in (0, *self.scene.numbers) else "there is no such connector"
        self.scene.order("ReserveNow", wish if parent is None else {**wish, "parentIdTag": parent}, unknown)
        if who_comes is not None:
            self.scene.run(1)
            self.charge(*who_comes)

    def cancel(self, number: int) -> None:
        self.scene.order("CancelReservation", {"reservationId": number})

    def wish(self, wish: tuple[str, dict[str, Any]]) -> None:
        self.scene.order(*wish)

    def alarm(self) -> None:
        self.scene.raise_alarm()

    # --- the backend's moods ---

    def mood(self, actions: tuple[str, ...], mood: Mood, lasts: float | None) -> None:
        self.scene.model.moods |= dict.fromkeys(actions, mood)
        self._later(lasts, self.scene.model.moods.clear)

    def turned_away(self, word: str, at_once: bool, lasts: float | None) -> None:
        """What the next BootNotification is answered; it may come at once."""
        self.scene.model.registration = word
        if at_once:
            self.scene.order("TriggerMessage", {"requestedMessage": "BootNotification"})
        self._later(lasts, self._welcome)

    def _welcome(self) -> None:
        self.scene.model.registration = "Accepted"

    # --- line, host, disk ---

    def outage(self, lasts: float | None) -> None:
        self.scene.station.set_network(up=False)
        self._later(lasts, lambda: self.scene.station.set_network(up=True))

    def crash(self, how: str) -> None:
        station = self.scene.station
        (station.host_crash if how == "host_crash" else station.power_cycle)()

    def bad_disk(self, disk: Disk, lasts: float | None) -> None:
        self.scene.station.set_disk(takes=disk.takes, full=disk.full)
        self._later(lasts, self.scene.station.set_disk)

    # --- the end ---

    def teardown(self) -> None:
        if hasattr(self, "scene"):
            self.the_books_are_right()
            self._put_right()
            found = [*self.scene.model.complaints, *unsettled(self.scene, metered=self.metered)]
            assert not found, "\n".join(found)

    def _put_right(self) -> None:
        """Everything is mended, online, honest and unplugged, and then nothing happens for long enough."""
        scene = self.scene
        scene.station.set_disk()
        scene.model.moods.clear()
        self._welcome()
        self._mend()
        scene.run(27)  # what would have ended by itself has, and does not come in between
        for connector in scene.numbers:
            scene.attempt(Unplug(), connector)
            scene.run(2)
            scene.station.tell(StopCharging(connector))  # a session may have outlived its unplug
        if scene.model.line.registered != "Accepted":
            scene.station.set_network(up=False)
        scene.station.set_network(up=True)
        scene.run(3)
        if self.faulted or scene.model.service.unsure:
            self._put_into_service()
        for key in ("MinimumStatusDuration", "ClockAlignedDataInterval"):
            scene.order("ChangeConfiguration", {"key": key, "value": "0"})
        for number in (1, 2):
            self.cancel(number)
        self._reach_peace()

    def _put_into_service(self) -> None:
        """Out of service nobody sees an unplug, and some faults last until then."""
        for number in (0, *self.scene.numbers):
            self.scene.order("ChangeAvailability", {"connectorId": number, "type": "Operative"})

    def _reach_peace(self) -> None:
        scene = self.scene
        for _ in range(LONGEST_PEACE_S // 5):
            scene.run(5)
            if scene.quiet:
                break
        scene.run(16)  # a card that was shown before the end has expired, and a lock has had its time
        seen = scene.station.snapshot()
        found = [(each.ocpp_status, each.why.sentence) for each in seen.connectors]
        assert scene.quiet, f"{found}\n{seen.backend}\n{scene.model.line}"


@pytest.mark.timeout(600)  # passing takes seconds; a failure needs time to be made small
@pytest.mark.requirement("R-53", "M-40", "R-54", "E-67", "E-69", "R-29")
@pytest.mark.parametrize("trip_s", [0.02, 1.5])
@pytest.mark.parametrize("model", ["evnet-7kw-s", "master-plus-ac"])
def test_the_backends_books_are_right_and_whole_in_the_end(model: str, trip_s: float) -> None:
    """Whatever hands, cars, disk, line and backend do, by a quick line and by a slow one."""
    run_state_machine_as_test(
        lambda: StationAndBackend(model, trip_s),  # pyright: ignore[reportArgumentType] - any factory
        settings=settings(
            max_examples=10,  # hypothesis makes ten stories that are all new; later ones vary those
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_the_models_table_of_statuses_is_the_stations() -> None:
    """Both were written down from OCPP 1.6 §4.9, each by itself."""
    assert {before.value: {each.value for each in after} for before, after in MOVES.items()} == CLAUSE_4_9
