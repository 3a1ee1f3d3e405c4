"""A station of real processes and the central system of the `ocpp` package, over a real WebSocket.

Most tests share one running station; each leaves it free and without a car.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from ocpp.exceptions import OccurenceConstraintViolationError
from ocpp.v16 import call
from ocpp.v16.enums import MessageTrigger, ResetType

from support.bench import TAG, Bench, is_alive, running
from support.central_system import INTERVAL_S, CentralSystem, Message
from support.site import Site, site_in
from support.sockets import listening_sockets

RTM_WITHOUT_HOST = 0x400


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    with site_in(tmp_path_factory.mktemp("station")) as found:
        yield found


def _place(calls: list[Message], action: str, after: int, **fields: Any) -> int:
    """Where in the order of calls a message stands."""
    return next(
        i
        for i, m in enumerate(calls)
        if i >= after and m.action == action and all(m.payload.get(k) == v for k, v in fields.items())
    )


async def _set(central: CentralSystem, key: str, value: str) -> str:
    answer = await central.ask(call.ChangeConfiguration(key=key, value=value))
    return str(answer.status)


# --- registration -----------------------------------------------------------------------------------


@pytest.mark.requirement("R-38", "M-40", "E-60")
def test_a_station_registers_and_then_says_that_it_is_available(site: Site) -> None:
    """Boot comes first with the model OCPP can carry, then a status of the connector; the id is encoded."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        await central.call_of("StatusNotification", connectorId=1, status="Available", errorCode="NoError")
        first = central.records.calls[0]
        assert first.action == "BootNotification"
        assert first.payload["chargePointModel"] == "EVNET-7KW-S-1PH"
        assert first.payload["chargePointVendor"]
        assert central.paths[0] == "/ocpp/BENCH%201"

    site.play(story)


def test_the_backend_names_the_heartbeat_interval(site: Site) -> None:
    """The interval of the BootNotification answer becomes the key HeartbeatInterval."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        answer = await central.ask(call.GetConfiguration(key=["heartbeatinterval"]))
        assert answer.configuration_key == [
            {"key": "HeartbeatInterval", "readonly": False, "value": str(INTERVAL_S)}
        ]

    site.play(story)


def test_a_station_with_a_backend_listens_nowhere(site: Site) -> None:
    """Neither process has a socket that takes connections or datagrams, on loopback or beyond."""

    async def story(bench: Bench, _central: CentralSystem) -> None:
        pids = await bench.pids()
        assert {name: listening_sockets(pid) for name, pid in pids.items()} == {"board": [], "host": []}

    site.play(story)


def test_the_look_for_listening_sockets_can_see_one() -> None:
    """A socket that listens is found, so that finding none says something."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert f"tcp 0100007F:{port:04X}" in listening_sockets(os.getpid())


# --- sessions ---------------------------------------------------------------------------------------


@pytest.mark.requirement("M-40", "E-60", "E-69", "E-74", "R-22", "M-44")
def test_a_session_is_told_in_order_with_the_meters_own_registers(site: Site) -> None:
    """Card, start, meter values and remote stop go out as they happen, and the energy is the meter's."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        assert await _set(central, "MeterValueSampleInterval", "1") == "Accepted"
        begun = central.heard
        before = (await bench.world())["energy_wh"]
        await bench.do("plug_in")
        await central.call_of("StatusNotification", begun, status="Preparing")
        await bench.do("present_tag", tag=TAG)
        start = await central.call_of("StartTransaction", begun, idTag=TAG, connectorId=1, meterStart=before)
        await central.call_of("StatusNotification", begun, status="Charging")
        number = (await bench.wait(ocpp_status="Charging")).connectors[0].transaction
        assert number is not None
        assert number.id is not None
        sampled = await central.until(lambda: _meter_values(central, begun)[1:], 20)
        assert all(value.payload["transactionId"] == number.id for value in sampled)
        await central.until(lambda: _registers(central, begun)[-1:] > [before], 30)

        answer = await central.ask(call.RemoteStopTransaction(transaction_id=number.id))
        assert answer.status == "Accepted"
        stop = await central.call_of("StopTransaction", begun, transactionId=number.id, reason="Remote")
        await central.call_of("StatusNotification", begun, status="Finishing")
        register = (await bench.world())["energy_wh"]
        assert start.payload["meterStart"] == before < register == stop.payload["meterStop"]
        assert _registers(central, begun) == sorted(_registers(central, begun))
        await bench.leave()
        await central.call_of("StatusNotification", begun, status="Available")
        told = central.records.calls
        places = [
            _place(told, "StatusNotification", begun, status="Preparing"),
            _place(told, "Authorize", begun, idTag=TAG),
            _place(told, "StartTransaction", begun),
            _place(told, "StatusNotification", begun, status="Charging"),
            _place(told, "StopTransaction", begun),
            _place(told, "StatusNotification", begun, status="Finishing"),
            _place(told, "StatusNotification", begun, status="Available"),
        ]
        assert places == sorted(places)
        assert _place(told, "StartTransaction", begun) < _place(told, "MeterValues", begun)

    site.play(story)


def _meter_values(central: CentralSystem, after: int) -> list[Message]:
    return [m for m in central.records.calls[after:] if m.action == "MeterValues"]


def _registers(central: CentralSystem, after: int) -> list[int]:
    """The energy registers of the meter values, in the order they came."""
    sampled = [
        value
        for message in _meter_values(central, after)
        for value in message.payload["meterValue"][0]["sampledValue"]
        if value["measurand"] == "Energy.Active.Import.Register"
    ]
    assert all(value["unit"] == "Wh" for value in sampled)
    return [int(value["value"]) for value in sampled]


@pytest.mark.requirement("M-40", "E-69")
def test_a_remote_start_waits_for_the_car_and_an_unplug_ends_it(site: Site) -> None:
    """The backend's tag goes into the session, a second start is refused, and the plug ends it."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        wish = call.RemoteStartTransaction(id_tag="REMOTE7", connector_id=1)
        assert (await central.ask(wish)).status == "Accepted"
        await central.call_of("StatusNotification", begun, status="Preparing")
        assert (await central.ask(wish)).status == "Rejected"
        await bench.do("plug_in")
        await central.call_of("StartTransaction", begun, idTag="REMOTE7")
        await bench.wait(ocpp_status="Charging")
        assert (await central.ask(wish)).status == "Rejected"
        await bench.leave()
        stop = await central.call_of("StopTransaction", begun)
        await central.call_of("StatusNotification", begun, status="Available")
        assert stop.payload["reason"] == "EVDisconnected"
        assert stop.payload["meterStop"] == (await bench.world())["energy_wh"]
        assert not [m for m in central.records.calls[begun:] if m.payload.get("status") == "Finishing"]

    site.play(story)


def test_a_remote_stop_of_a_transaction_that_is_none_is_refused(site: Site) -> None:
    """RemoteStop for a number that does not run is Rejected."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        assert (await central.ask(call.RemoteStopTransaction(transaction_id=987_654))).status == "Rejected"

    site.play(story)


def test_a_tag_the_backend_refuses_starts_nothing(site: Site) -> None:
    """Authorize is answered Invalid: no session, no current, and the station says why."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        central.refused_tags.add("STOLEN01")
        begun = central.heard
        await bench.do("plug_in")
        await bench.wait(ocpp_status="Preparing")
        await bench.do("present_tag", tag="STOLEN01")
        await central.call_of("Authorize", begun, idTag="STOLEN01")
        view = await bench.until(lambda view: view.connectors[0].why.code == "refused")
        assert view.connectors[0].transaction is None
        assert not view.connectors[0].relay
        await bench.leave()
        assert not [m for m in central.records.calls[begun:] if m.action == "StartTransaction"]

    site.play(story)


# --- keys -------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-40", "E-61", "R-43")
def test_get_configuration_knows_all_some_and_too_many_keys(site: Site) -> None:
    """None named returns all, names match in any case, unknown ones are listed, too many are an error."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        every = await central.ask(call.GetConfiguration())
        names = {entry["key"] for entry in every.configuration_key}
        assert {"HeartbeatInterval", "MeterValueSampleInterval", "NumberOfConnectors"} <= names
        some = await central.ask(call.GetConfiguration(key=["NUMBEROFCONNECTORS", "NoSuchKey"]))
        assert some.configuration_key == [{"key": "NumberOfConnectors", "readonly": True, "value": "1"}]
        assert some.unknown_key == ["NoSuchKey"]
        limit = await central.ask(call.GetConfiguration(key=["GetConfigurationMaxKeys"]))
        most = int(limit.configuration_key[0]["value"])
        with pytest.raises(OccurenceConstraintViolationError):
            await central.ask(call.GetConfiguration(key=sorted(names)[: most + 1]))
        exact = await central.ask(call.GetConfiguration(key=sorted(names)[:most]))
        assert len(exact.configuration_key) == most

    site.play(story)


@pytest.mark.requirement("M-40", "E-61")
@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("LightIntensity", "40", "Accepted"),
        ("lightintensity", "55", "Accepted"),
        ("LightIntensity", "101", "Rejected"),
        ("LightIntensity", "bright", "Rejected"),
        ("HeartbeatInterval", "-1", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("NoSuchKey", "1", "NotSupported"),
    ],
)
def test_change_configuration_answers_by_the_table(site: Site, key: str, value: str, word: str) -> None:
    """A good value is taken, a bad one or a read-only key is Rejected, an unknown key is NotSupported."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        assert await _set(central, key, value) == word
        if word == "Accepted":
            answer = await central.ask(call.GetConfiguration(key=[key]))
            assert answer.configuration_key[0]["value"] == value

    site.play(story)


# --- triggers and bad input -------------------------------------------------------------------------


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize(
    ("wish", "action"),
    [
        (MessageTrigger.boot_notification, "BootNotification"),
        (MessageTrigger.heartbeat, "Heartbeat"),
        (MessageTrigger.status_notification, "StatusNotification"),
        (MessageTrigger.meter_values, "MeterValues"),
    ],
)
def test_trigger_message_brings_what_it_names(site: Site, wish: MessageTrigger, action: str) -> None:
    """The trigger is Accepted, and the message comes after the answer."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        assert (await central.ask(call.TriggerMessage(requested_message=wish))).status == "Accepted"
        await central.call_of(action, begun)

    site.play(story)


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("BrewCoffee", {}, "NotImplemented"),
        ("RemoteStartTransaction", {"idTag": 5}, "TypeConstraintViolation"),
        ("RemoteStartTransaction", {"idTag": "x" * 21}, "PropertyConstraintViolation"),
        ("RemoteStartTransaction", {}, "OccurenceConstraintViolation"),
    ],
)
def test_a_call_that_is_wrong_gets_the_error_of_its_kind(
    site: Site, action: str, payload: dict[str, Any], code: str
) -> None:
    """The CALLERROR names what was wrong, in OCPP 1.6's own spelling."""

    async def story(_bench: Bench, central: CentralSystem) -> None:
        call_id = f"odd-{action}-{code}"
        frame = await central.say(call_id, json.dumps([2, call_id, action, payload]))
        assert frame[:3] == [4, call_id, code]

    site.play(story)


def test_garbage_on_the_websocket_disturbs_nothing(site: Site) -> None:
    """Texts that are no frames, binary ones, and answers to nothing leave the station where it was."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        assert central.peer is not None
        connections, host = len(central.paths), (await bench.pids())["host"]
        for text in ("", "{", "[]", "[2]", '[3,"never asked",{}]', '[9,"x",{}]', "\x00" * 500, b"\x00\xff"):
            await central.peer.line.socket.send(text)
        begun = central.heard
        heartbeat = call.TriggerMessage(requested_message=MessageTrigger.heartbeat)
        assert (await central.ask(heartbeat)).status == "Accepted"
        await central.call_of("Heartbeat", begun)
        assert (len(central.paths), (await bench.pids())["host"]) == (connections, host)

    site.play(story)


# --- trouble ----------------------------------------------------------------------------------------


@pytest.mark.requirement("M-45")
def test_a_backend_that_dies_during_a_session_gets_its_end_when_it_is_back(site: Site) -> None:
    """Charging goes on without the backend; the end is kept and told, under its number, after the Boot."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        transaction = (await bench.charge()).connectors[0].transaction
        await central.call_of("StatusNotification", begun, status="Charging")
        assert transaction is not None
        await central.cut()
        await bench.wait(connected=False)
        assert (await bench.world())["contacts"] == [True, True]
        assert (await bench.wait(ocpp_status="Charging")).connectors[0].relay
        await bench.leave()
        assert bench.launcher.status is not None
        assert bench.launcher.status.backend.queued > 0
        away = central.heard
        await central.start()
        stop = await central.call_of("StopTransaction", away)
        start = await central.call_of("StartTransaction", begun)
        assert stop.payload["transactionId"] == transaction.id
        assert stop.payload["meterStop"] == (await bench.world())["energy_wh"] >= start.payload["meterStart"]
        assert central.records.calls[away].action == "BootNotification"
        await bench.wait(queued=0)
        stops = [m for m in central.records.calls[begun:] if m.action == "StopTransaction"]
        assert len(stops) == 1

    site.play(story)


@pytest.mark.requirement("E-16", "R-45")
def test_a_host_that_falls_silent_is_told_of_when_it_is_back(site: Site) -> None:
    """A frozen host: the board opens the relay by itself, remembers 0x400, and the host reports it."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        await bench.charge()
        begun, host = central.heard, (await bench.pids())["host"]
        os.kill(host, signal.SIGSTOP)
        try:
            await bench.opened()
        finally:
            os.kill(host, signal.SIGCONT)
        told = await central.until(lambda: _faults_told(central, begun))
        assert all(mask & RTM_WITHOUT_HOST for mask in told)
        assert (await bench.pids())["host"] == host
        await bench.leave()

    site.play(story)


def _faults_told(central: CentralSystem, after: int) -> list[int]:
    """The fault masks of the station's statuses."""
    codes = [m.payload.get("vendorErrorCode") for m in central.records.calls[after:]]
    return [int(code, 16) for code in codes if code and code.startswith("0x")]


@pytest.mark.requirement("M-40", "R-45")
def test_a_soft_reset_restarts_the_host_and_leaves_the_board_alone(site: Site) -> None:
    """The session ends with its reason, the host is another process, the board the same, and Boot comes."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        await bench.charge()
        begun, before = central.heard, await bench.pids()
        assert (await central.ask(call.Reset(type=ResetType.soft))).status == "Accepted"
        stop = await central.call_of("StopTransaction", begun)
        assert stop.payload["reason"] == "SoftReset"
        await central.call_of("BootNotification", begun)
        after = await bench.pids()
        told = central.records.calls
        assert _place(told, "StopTransaction", begun) < _place(told, "BootNotification", begun)
        assert after["board"] == before["board"]
        assert after["host"] != before["host"]
        assert not is_alive(before["host"])
        view = await bench.wait(ocpp_status="Preparing", connected=True)
        assert view.connectors[0].transaction is None
        await bench.leave()

    site.play(story)


@pytest.mark.requirement("M-10")
def test_a_station_charges_though_its_backend_is_not_there(tmp_path: Path) -> None:
    """Nothing listens at the address: the reason is a sentence, and the car charges."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: whoever dials is refused
        port = unused.getsockname()[1]

        async def story() -> None:
            async with running(tmp_path, f"ws://127.0.0.1:{port}/ocpp") as bench:
                view = await bench.charge()
                assert "refused the connection: nothing listens there" in (view.backend.problem or "")
                assert (await bench.leave()).backend.queued > 0

        asyncio.run(story())


def test_a_backend_of_another_protocol_is_named_and_the_station_charges(tmp_path: Path) -> None:
    """A server that speaks ocpp2.0.1 alone is refused by its subprotocol, in a sentence."""

    async def story() -> None:
        central = CentralSystem("ocpp2.0.1")
        await central.start()
        try:
            async with running(tmp_path, central.url) as bench:
                view = await bench.charge()
                assert not view.backend.connected
                assert "ocpp1.6" in (view.backend.problem or "")
                assert central.records.texts == []
        finally:
            await central.cut()

    asyncio.run(story())
