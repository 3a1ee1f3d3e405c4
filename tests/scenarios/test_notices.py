"""Notices of a station's upkeep on their way to the backend: in order, each once, and in nobody's way."""

import json
from typing import Any

import pytest

from pilotline.links.upkeep import MOST_NOTICES
from pilotline.simulator.station import Disk
from pilotline.station.upkeep.events import Raise
from pilotline.station.upkeep.firmware_work import Download, Failed
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.firmware import FirmwareFault
from pilotline.vocabulary.network import Interface
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode
from pilotline.wire.ocpp.v16_upkeep import (
    FirmwareStatusNotification,
    SecurityEventNotification,
    UpdateFirmware,
)
from support.stories import Scene

TAMPER = AlarmKind.TAMPER.value


def alarms(scene: Scene) -> list[str | None]:
    """What was told of openings, in order."""
    return [each.tech_info for each in scene.told(SecurityEventNotification) if each.type == TAMPER]


def open_cover(scene: Scene, number: int) -> None:
    scene.station.tell(Raise(AlarmKind.TAMPER, f"opening {number}"))
    scene.run(0.1)


def expected(*numbers: int) -> list[str]:
    return [f"opening {number}" for number in numbers]


def test_what_happened_offline_is_told_afterwards_in_order() -> None:
    """Beside the session of that time, each once, with the time at which it was."""
    scene = Scene()
    scene.network(up=False)
    open_cover(scene, 1)
    scene.charge()
    open_cover(scene, 2)
    scene.run(60)
    assert alarms(scene) == []
    scene.network(up=True)
    scene.run(10)
    assert alarms(scene) == expected(1, 2)
    events = [each for each in scene.told(SecurityEventNotification) if each.type == TAMPER]
    assert events[0].timestamp < "2026-01-05T00:01"
    assert len(scene.told(v16.StartTransaction)) == 1
    assert scene.station.snapshot().backend.queued == 0


@pytest.mark.requirement("R-53")
@pytest.mark.parametrize("how", ["host_crash", "power_cycle"])
def test_no_restart_loses_or_doubles_one(how: str) -> None:
    """Three restarts while the backend is away, then all that was noted, in order."""
    scene = Scene()
    scene.network(up=False)
    for number in range(1, 4):
        open_cover(scene, number)
        getattr(scene.station, how)()
        scene.run(5)
    scene.network(up=True)
    scene.run(20)
    assert alarms(scene) == expected(1, 2, 3)


def test_one_the_disk_had_not_taken_is_not_told() -> None:
    """Durable before visible: what a crash forgets the backend never heard of."""
    scene = Scene()
    scene.station.disk = Disk(takes=5 * SECOND)
    open_cover(scene, 1)
    scene.run(2)
    scene.station.host_crash()
    scene.station.disk = Disk()
    scene.run(20)
    assert alarms(scene) == []


@pytest.mark.parametrize("code", [CallErrorCode.NOT_IMPLEMENTED, CallErrorCode.NOT_SUPPORTED])
def test_a_backend_without_the_whitepaper_is_asked_once_a_connection(code: CallErrorCode) -> None:
    """Sessions go on as ever, nothing piles up, and nobody sees a trouble."""
    scene = Scene(online=False)
    backend = scene.station.backend
    backend.refuses[SecurityEventNotification] = code
    scene.network(up=True)
    scene.run(5)
    for number in range(5):
        open_cover(scene, number)
    scene.charge()
    scene.run(30)
    seen = scene.station.snapshot().backend
    assert (seen.queued, seen.set_aside, seen.problem) == (0, 0, None)
    assert _calls(scene, "SecurityEventNotification") == 1
    scene.network(up=False)
    scene.run(5)
    backend.refuses.clear()
    scene.network(up=True)
    scene.run(5)
    open_cover(scene, 9)
    assert alarms(scene) == expected(9)


@pytest.mark.requirement("R-53", "R-54")
def test_a_notice_the_backend_cannot_take_holds_up_no_session() -> None:
    """Its handler is broken: three attempts beside a whole session, then it is kept aside."""
    scene = Scene(TransactionMessageRetryInterval=10)
    backend = scene.station.backend
    backend.refuses[SecurityEventNotification] = CallErrorCode.INTERNAL_ERROR
    open_cover(scene, 1)
    scene.charge()
    assert len(scene.told(v16.StartTransaction)) == 1
    scene.unplug()
    scene.run(5)
    assert len(scene.told(v16.StopTransaction)) == 1
    scene.run(60)
    seen = scene.station.snapshot().backend
    assert (seen.queued, seen.set_aside, seen.problem) == (0, 1, None)


@pytest.mark.requirement("R-33")
def test_they_take_no_place_of_a_session_that_may_wait() -> None:
    """The Master Plus lets 50 starts and ends wait; a hundred notices keep nobody from charging."""
    scene = Scene("master-plus-ac", online=False)
    for number in range(MOST_NOTICES + 20):
        open_cover(scene, number)
    scene.charge()
    assert scene.seen.ocpp_status == ConnectorStatus.CHARGING.value
    scene.network(up=True)
    scene.run(30)
    assert 90 <= len(alarms(scene)) <= MOST_NOTICES


# --- network diagnostics ----------------------------------------------------------------------------------


def net_log(scene: Scene) -> list[dict[str, Any]]:
    """The events of all that was sent, in order."""
    texts = [each.data for each in scene.told(v16.DataTransfer) if each.message_id == "NetLog"]
    return [event for text in texts for event in json.loads(text or "")["events"]]


@pytest.mark.requirement("E-63")
def test_a_backend_that_wants_to_know_hears_of_every_change_of_the_line() -> None:
    """The interface that fails, the connection that is lost with it and why, and the one that works again."""
    scene = Scene("master-plus-ac", C_OCPCNetLog=True)
    scene.run(15)
    assert [event["what"] for event in net_log(scene)] == ["interface", "connected"]
    scene.station.set_network(up=False, interface=Interface.ETHERNET)
    scene.run(120)
    scene.station.set_network(up=True, interface=Interface.ETHERNET)
    scene.run(120)
    told = net_log(scene)[2:]
    assert told[0]["what"] == "disconnected"
    assert told[0]["reason"] == "The network is down."
    assert told[-1]["what"] in ("interface", "connected")
    assert all(event["time"].startswith("2026-01-05T00:0") for event in told)


def test_as_it_leaves_the_factory_nobody_is_told() -> None:
    """Until the key is set from afar, and then at once."""
    scene = Scene()
    scene.network(up=False)
    scene.network(up=True)
    scene.run(60)
    assert net_log(scene) == []
    scene.ask(v16.ChangeConfiguration("C_OCPCNetLog", "true"))
    scene.run(1)
    assert [event["what"] for event in net_log(scene)] == ["switched on"]


# --- a call that upkeep answers ---------------------------------------------------------------------------


def test_an_update_is_answered_before_anything_of_it_is_told() -> None:
    """UpdateFirmware has an empty answer, then the statuses come: of a host that may give none, a failure."""
    scene = Scene()
    scene.station.caretaker.script(Download, Failed(FirmwareFault.HOST))
    request = UpdateFirmware(location="https://x.example/f", retries=1, retrieve_date="2026-01-04T00:00:00Z")
    assert scene.ask(request) == {}
    scene.run(10)
    words = [each.status.value for each in scene.told(FirmwareStatusNotification)]
    assert words == ["Downloading", "DownloadFailed"]
    sent = [each.what for each in scene.trace if each.target == "backend" and isinstance(each.what, str)]
    answer = next(place for place, text in enumerate(sent) if text.startswith("[3") and text.endswith("{}]"))
    assert not any("FirmwareStatusNotification" in text for text in sent[:answer])


def _calls(scene: Scene, action: str) -> int:
    """How often it was sent, taken or not."""
    return sum(
        f'"{action}"' in each.what
        for each in scene.trace
        if (each.source, each.target) == ("host", "backend") and isinstance(each.what, str)
    )
