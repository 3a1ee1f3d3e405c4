"""A backend that plays tricks, and a scene in which nothing it does may matter.

:class:`HostileBackend` keeps honest books; what it says, when, and how often is up to its ``trick``: from the
text of an honest answer to what really flies over the line. At the end stand calls that none should send.
"""

import gc
import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from pilotline.links.ocpp.link import BackendSaid
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from support.crashes import CrashScene, MoodyBackend
from support.ocpp_judge import judge_call

ERROR_CODES = frozenset({
    "NotImplemented", "NotSupported", "InternalError", "ProtocolError", "SecurityError", "FormationViolation",
    "PropertyConstraintViolation", "OccurenceConstraintViolation", "TypeConstraintViolation", "GenericError",
})  # fmt: skip
"""OCPP-J 1.6 §4.2.3, in its own spelling."""
TRIP_S = 0.02
"""How long a text of this backend is on its way where nothing else is said."""


class Flight(NamedTuple):
    """A text and how long it is on its way, in seconds."""

    text: str
    lasts_s: float = TRIP_S


Trick = Callable[[str], Sequence[Flight]]


def honest(text: str) -> Sequence[Flight]:
    """What is said arrives, once."""
    return [Flight(text)]


class HostileBackend(MoodyBackend):
    """``trick`` changes every text it says; ``post`` lets one fly."""

    def __init__(self, post: Callable[[Flight], None]) -> None:
        super().__init__()
        self.trick: Trick = honest
        self._post = post

    def receive(self, text: str, now: int) -> Sequence[str]:
        for said in super().receive(text, now):
            for flight in self.trick(said):
                self._post(flight)
        return []


class HostileScene(CrashScene):
    """A scene with such a backend. ``answers`` are the station's answers by the id of the call."""

    def __init__(self, model: str = "evnet-7kw-s", **keys: KeyValue) -> None:
        self.lines = 0
        self.answers: dict[str, list[Any]] = {}
        patient = {"TransactionMessageAttempts": 100, "TransactionMessageRetryInterval": 1}
        super().__init__(model, car=None, online=False, **{**patient, **keys})
        self.hostile = self.station.backend = self.backend = HostileBackend(self.fly)
        self.network(up=True)

    def network(self, *, up: bool) -> None:
        self.lines += up
        super().network(up=up)

    def fly(self, flight: Flight) -> None:
        """A text of the backend's is on its way; what is still flying when its line breaks never arrives."""
        deliver = partial(self._deliver, flight.text, self.lines)
        self.station.timeline.post(deliver, round(flight.lasts_s * SECOND))

    def say(self, *texts: str) -> None:
        """The backend says these, and a second passes."""
        for text in texts:
            self.station.tell(BackendSaid(text))
        self.run(1)

    def call(self, call_id: str, action: str, payload: Any) -> Any:
        """The station's one answer to a call: its payload, or its error code."""
        self.say(json.dumps([2, call_id, action, payload]))
        (answer,) = self.answers[call_id]
        return answer[2]

    def closings(self) -> int:
        """How often the relay was told to close."""
        relay = [False, *(outputs.relay for _at, outputs in self.outputs)]
        return sum(after and not before for before, after in pairwise(relay))

    def charge_in_time(self) -> None:
        """A car comes, a card is shown, and it charges, however long the backend keeps it waiting."""
        self.plug_in()
        self.run(1)
        self.card()
        self.until(ConnectorStatus.CHARGING, within=400)
        self.run(10)

    def settle(self) -> None:
        """The backend is honest from now on, and three minutes pass."""
        self.hostile.trick = honest
        self.run(180)

    def assert_nothing_is_lost(self) -> None:
        """All the station had to tell is told: one start and one stop a session, and nothing is left over."""
        backend = self.station.snapshot().backend
        assert (backend.connected, backend.queued, backend.set_aside) == (True, 0, 0), backend.problem
        numbers = set(self.hostile.starts.values())
        assert {stop.transaction_id for stop in self.hostile.stops} == numbers
        assert len(set(self.hostile.stops)) == len(numbers)

    def assert_it_goes_on(self) -> None:
        """It answers what it is asked, and the car is charged."""
        call_id = f"still there at {self.now}?"
        answer = self.call(call_id, "GetConfiguration", {"key": ["NumberOfConnectors"]})
        assert answer["configurationKey"][0]["value"] == str(len(self.station.places))
        assert self.seen.ocpp_status == ConnectorStatus.CHARGING.value
        assert self.power_w > 1_000

    def _deliver(self, text: str, line: int) -> None:
        if self.station.online and line == self.lines:
            self.station.tell(BackendSaid(text))

    def _judge(self, text: str) -> None:
        """A CALL as the official schemas allow it; any answer with a code that 1.6 has."""
        frame = json.loads(text)
        if frame[0] == 2:
            judge_call(text)
            return
        self.answers.setdefault(frame[1], []).append(frame)
        if frame[0] == 4:
            _, _, code, description, details = frame
            assert code in ERROR_CODES
            assert len(description) <= 255
            assert details == {}


def things_held(core: object) -> int:
    """How many objects a core keeps alive: what it remembers, counted."""
    seen: dict[int, object] = {}
    stack = [core]
    while stack:
        thing = stack.pop()
        if id(thing) not in seen and not isinstance(thing, type | ModuleType | FunctionType):
            seen[id(thing)] = thing
            stack += gc.get_referents(thing)
    return len(seen)


# --- tricks -------------------------------------------------------------------------------------------------


def _frame(text: str) -> list[Any]:
    frame: list[Any] = json.loads(text)
    return frame


def _beside(text: str, **more: Any) -> str:
    """The same answer with more in it than OCPP knows; what is no answer stays."""
    frame = _frame(text)
    return json.dumps([*frame[:2], {**frame[2], **more}]) if frame[0] == 3 else text


def _instead(text: str, payload: Any) -> str:
    """Another payload under the same id."""
    return json.dumps([*_frame(text)[:2], payload])


class Reuse:
    """Every answer comes under the id of the call before it, and then under its own."""

    def __init__(self) -> None:
        self._last = "nobody"

    def __call__(self, text: str) -> Sequence[Flight]:
        kind, call_id, *rest = _frame(text)
        before, self._last = self._last, call_id
        return [Flight(json.dumps([kind, before, *rest])), Flight(text, 2 * TRIP_S)]


class CallBack:
    """Each text is followed by a call of its own, under a new id."""

    def __init__(self, action: str, payload: str) -> None:
        self._asks = f'"{action}",{payload}]'
        self._asked = 0

    def __call__(self, text: str) -> Sequence[Flight]:
        self._asked += 1
        return [Flight(f'[2,"back {self._asked}",{self._asks}'), Flight(text, 0.2)]


HARMLESS: dict[str, Callable[[], Trick]] = {
    "twice": lambda: lambda text: [Flight(text), Flight(text), Flight(text, 5)],
    "under a wrong id first": lambda: lambda text: [
        Flight(json.dumps([3, "nobody", {}])), Flight(json.dumps([4, "nobody", "X"])), Flight(text, 0.1),
    ],
    "under the id before": Reuse,
    "after a frame that is none": lambda: lambda text: [Flight(text[: len(text) // 2]), Flight(text, 0.1)]
    if _frame(text)[0] != 3
    else [Flight("\x00" * 400), Flight("[" * 90_000), Flight('[5,"x"]'), Flight(text, 0.1)],
    "with 2 MB beside it": lambda: lambda text: [Flight(_beside(text, junk="x" * 2_000_000))],
    "with NUL and half a letter": lambda: lambda text: [Flight(_beside(text, junk="\x00", other="é" * 9))],
    "with a number beyond all": lambda: lambda text: [
        Flight(_beside(text, junk=0).replace('": 0}', '": 1e999}'))
    ],
    "with more items than OCPP has": lambda: lambda text: [Flight(text[:-1] + ',"more",[1,{}]]')],
    "and asks back each time": lambda: CallBack("GetConfiguration", "{}"),
    "and triggers each time": lambda: CallBack("TriggerMessage", '{"requestedMessage":"Heartbeat"}'),
    "and triggers a status each time": lambda: CallBack(
        "TriggerMessage", '{"requestedMessage":"StatusNotification"}'
    ),
}  # fmt: skip
"""Tricks after which every answer has come all the same."""

HARMFUL: dict[str, Callable[[], Trick]] = {
    "late": lambda: lambda text: [Flight(text, 31)],
    "later than the next call": lambda: lambda text: [Flight(text, 45)],
    "never": lambda: lambda _text: [],
    "under a wrong id only": lambda: lambda text: [Flight(json.dumps([3, "nobody", _frame(text)[2]]))],
    "as an error nobody knows": lambda: lambda text: [
        Flight(json.dumps([4, _frame(text)[1], "Alien" * 999, "y" * 99_999, {"d": ["z" * 99_999] * 9}]))
    ],
    "as an error without words": lambda: lambda text: [Flight(json.dumps([4, _frame(text)[1], ""]))],
    "as an error that is none": lambda: lambda text: [Flight(json.dumps([4, _frame(text)[1], None, 5, []]))],
    "cut": lambda: lambda text: [Flight(text[:-3])],
    "without a payload": lambda: lambda text: [Flight(json.dumps(_frame(text)[:2]))],
    "with null": lambda: lambda text: [Flight(_instead(text, None))],
    "with a list": lambda: lambda text: [Flight(_instead(text, []))],
    "with a text": lambda: lambda text: [Flight(_instead(text, "Accepted"))],
    "with NaN": lambda: lambda text: [Flight(_beside(text, junk=float("nan")))],
    "with half a letter": lambda: lambda text: [Flight(_beside(text, junk="\ud800\\"))],
    "nested deeply": lambda: lambda text: [
        Flight(_beside(text, junk=0).replace('": 0}', f'": {"[" * 50_000}{"]" * 50_000}}}'))
    ],
}  # fmt: skip
"""Tricks after which no answer has come, or not in time."""


# --- calls that no backend should send ----------------------------------------------------------------------


class Nasty(NamedTuple):
    """A text, the id it can be answered under, and the error code it gets, None: it is answered otherwise."""

    text: str
    id: str
    code: str | None


def _call(action: str, payload: str, code: str | None, call_id: str = "n") -> Nasty:
    return Nasty(f'[2,"{call_id}",{json.dumps(action)},{payload}]', json.loads(f'"{call_id}"'), code)


_DEEP = "[" * 60_000 + "]" * 60_000
NASTY: dict[str, Nasty] = {
    "an action nobody knows": _call("BrewCoffee", "{}", "NotImplemented"),
    "an action of 2 MB": _call("A" * 2_000_000, "{}", "NotImplemented"),
    "an action with NUL": _call("Reset\x00", "{}", "NotImplemented"),
    "an update without a place": _call("UpdateFirmware", "{}", "OccurenceConstraintViolation"),
    "an action of the station's own": _call("BootNotification", "{}", "NotSupported"),
    "the errata's spelling": _call("Reset", "{}", "OccurenceConstraintViolation"),
    "a word that is none": _call("Reset", '{"type":"Medium"}', "PropertyConstraintViolation"),
    "a word of 2 MB": _call("Reset", f'{{"type":"{"M" * 2_000_000}"}}', "PropertyConstraintViolation"),
    "a number for a text": _call("RemoteStartTransaction", '{"idTag":5}', "TypeConstraintViolation"),
    "a text too long": _call(
        "RemoteStartTransaction", f'{{"idTag":"{"x" * 21}"}}', "PropertyConstraintViolation"
    ),
    "a tag of 2 MB": _call(
        "RemoteStartTransaction", f'{{"idTag":"{"x" * 2_000_000}"}}', "PropertyConstraintViolation"
    ),
    "a text for a number": _call("UnlockConnector", '{"connectorId":"1"}', "TypeConstraintViolation"),
    "a fraction for a number": _call("UnlockConnector", '{"connectorId":1.5}', "TypeConstraintViolation"),
    "1e999": _call("UnlockConnector", '{"connectorId":1e999}', "PropertyConstraintViolation"),
    "NaN": _call("UnlockConnector", '{"connectorId":NaN}', "FormationViolation"),
    "Infinity": _call("UnlockConnector", '{"connectorId":-Infinity}', "FormationViolation"),
    "a number of 5,000 digits": _call(
        "RemoteStopTransaction", f'{{"transactionId":{"9" * 5_000}}}', "PropertyConstraintViolation"
    ),
    "a number of 4,000 digits": _call("RemoteStopTransaction", f'{{"transactionId":{"9" * 4_000}}}', None),
    "a number beyond 32 bits": _call("RemoteStopTransaction", '{"transactionId":99999999999}', None),
    "a connector of 64 bits": _call(
        "ChangeAvailability", '{"connectorId":9223372036854775808,"type":"Inoperative"}', None
    ),
    "a negative connector": _call("ChangeAvailability", '{"connectorId":-1,"type":"Inoperative"}', None),
    "a list for a payload": _call("Reset", "[]", "FormationViolation"),
    "null for a payload": _call("Reset", "null", "FormationViolation"),
    "no payload": Nasty('[2,"n","Reset"]', "n", "FormationViolation"),
    "no action": Nasty('[2,"n"]', "n", "FormationViolation"),
    "a fifth item": Nasty('[2,"n","Reset",{"type":"Hard"},1]', "n", "FormationViolation"),
    "a frame cut off": Nasty('[2,"n","Reset",{"type":"Ha', "n", "FormationViolation"),
    "a payload nested deeply": _call("DataTransfer", f'{{"vendorId":"v","x":{_DEEP}}}', "FormationViolation"),
    "data of 2 MB": _call("DataTransfer", f'{{"vendorId":"v","data":"{"d" * 2_000_000}"}}', None),
    "data of a vendor's with NUL": _call("DataTransfer", '{"vendorId":"\\u0000","data":"\\u0000"}', None),
    "a key with NUL": _call("ChangeConfiguration", '{"key":"\\u0000","value":"\\u0000"}', None),
    "keys with NUL": _call("GetConfiguration", '{"key":["\\u0000","a\\u0000b"]}', None),
    "half a letter in a value": _call(
        "ChangeConfiguration", '{"key":"k","value":"\\ud800"}', "FormationViolation"
    ),
    "half a letter in a key": _call("GetConfiguration", '{"key":["\\udc00"]}', "FormationViolation"),
    "half a letter as a key": _call("Reset", '{"\\ud800":1,"type":"Hard"}', "FormationViolation"),
    "too many keys": _call(
        "GetConfiguration", json.dumps({"key": ["k"] * 99_999}), "OccurenceConstraintViolation"
    ),
    "an id of 255 letters": _call("GetConfiguration", '{"key":["k"]}', None, "i" * 255),
    "an id with NUL": _call("GetConfiguration", '{"key":["k"]}', None, "i\\u0000\\u001b"),
    "an id that is the station's own": _call("GetConfiguration", '{"key":["k"]}', None, "1"),
}  # fmt: skip

UNREADABLE: dict[str, str] = {
    "nothing": "",
    "a space": " ",
    "no JSON": "[2,",
    "an object": "{}",
    "an empty list": "[]",
    "NULs": "\x00" * 1_000,
    "2 MB of nothing": "x" * 2_000_000,
    "an open nest": "[" * 200_000,
    "an endless number": "9" * 200_000,
    "an id that is a number": '[2,7,"Reset",{"type":"Hard"}]',
    "an empty id": '[2,"","Reset",{"type":"Hard"}]',
    "an id of 2 MB": f'[2,"{"i" * 2_000_000}","Reset",{{"type":"Hard"}}]',
    "half a letter for an id": '[2,"\\ud800","Reset",{"type":"Hard"}]',
    "a type that is none": '[5,"x","Reset",{"type":"Hard"}]',
    "a type that is a text": '["2","x","Reset",{"type":"Hard"}]',
    "an answer to nothing": '[3,"nobody",{"status":"Accepted"}]',
    "an error about nothing": '[4,"nobody","GenericError","",{}]',
    "a byte order mark": '\ufeff[2,"x","Reset",{"type":"Hard"}]',
}
"""What cannot be answered, and must do nothing: half of them would restart the station."""
