"""The host's process: the host core on the event loop, with real drivers around it.

It serves a virtual station and a real one alike: all it knows of the board is the path of a serial line.
"""

import asyncio
import inspect
import random
import socket
import sys
import uuid
from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from pilotline.drivers.certificate_store import FOLDER, CertificateStore
from pilotline.drivers.network import NetworkPort, OwnNetwork
from pilotline.drivers.ocpp_client import OcppClient
from pilotline.drivers.store import Store, list_aside, read_security
from pilotline.drivers.tty import SerialPort
from pilotline.links.here import look_around
from pilotline.links.host import BoardBytes, FromBoard, HostCore, HostEffect, HostEvent, HostView
from pilotline.links.ocpp.link import ClockLearned, SendText
from pilotline.links.operations import (
    LOCAL,
    OPERATIONS,
    NoAnswerError,
    OperationError,
    station_event,
    value_of,
)
from pilotline.links.statement import Letterhead
from pilotline.links.v2g.line import CarBytes, CarHangUp
from pilotline.models.meter_profile import load_meter
from pilotline.models.reader import load_charger
from pilotline.models.zones import find_zone
from pilotline.panel.entry import CLOSED, Entry
from pilotline.panel.picture import Line, Picture, paint, plate_of
from pilotline.runtime.backend_line import BackendLine
from pilotline.runtime.clocks import CoreClock, wall_clock
from pilotline.runtime.control import ControlServer
from pilotline.runtime.history_words import HistoryWords, OnDisk
from pilotline.runtime.host_port import HostPort
from pilotline.runtime.inspection_words import InspectionWords, RealSources
from pilotline.runtime.loop import CoreLoop
from pilotline.runtime.process import RESET_ME, RESTART_ME, run_process
from pilotline.runtime.settings_words import SettingsWords
from pilotline.runtime.station_panel import StationPanel
from pilotline.runtime.supply_watch import SupplyWatch
from pilotline.runtime.upkeep_place import Premises, UpkeepPlace, open_slots, report_firmware
from pilotline.runtime.words import ConfigGet, ConfigSet, Disk, Serve, arguments
from pilotline.runtime.words import Network as NetworkWish
from pilotline.simulator.network import SimulatedNetwork
from pilotline.station.events import (
    CallAnswer,
    ChangeKey,
    KeysRead,
    MeterPace,
    MeterSaid,
    PresentTag,
    ReadKeys,
    Restart,
    RestartFailed,
    SupplySaid,
)
from pilotline.station.snapshot import security_views
from pilotline.station.upkeep.events import GiveUp, UseAccess, Work
from pilotline.vocabulary.charger import ChargerModel, MeterSlot
from pilotline.vocabulary.endpoint import secrets_in
from pilotline.vocabulary.journal import Recollection, Resend
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.network import UseInterface
from pilotline.vocabulary.refusals import NOT_ASIDE, NOT_WRITTEN, TOO_MANY_KEYS
from pilotline.vocabulary.roles import Asker
from pilotline.vocabulary.status import ResetKind, ResetReason, StopReason
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.vocabulary.troubles import UNCONFIGURED

if TYPE_CHECKING:
    from pilotline.drivers.modbus_meter import ModbusMeterDriver
    from pilotline.runtime.car_ports import CarPorts

PUBLISH_EVERY_S = 0.1
"""Snapshots are pushed at most this often, and only when something has changed."""
GATHER_S = 0.005
"""What happens within this time of a first event is in one snapshot with it."""
WRITTEN_S = 8.0
"""A setting that the disk has not taken by then is answered as an error; it is written when the disk can."""


class Options(msgspec.Struct):
    """What the launcher tells its host. ``csms`` None: the backend of the key c_BackendUrl, or none."""

    model: str
    station_id: str
    serial: str
    journal: str
    ended_by: StopReason
    links: list[str]
    """The board link of each connector, in their order; ``meters`` likewise."""
    meters: list[str]
    evsens: str
    """The bus of an EVSENS, if the model has a place for one."""
    csms: str | None = None
    call_timeout_s: float = 30.0
    virtual: bool = True
    """Whether the board is a simulated one, with a world around it to play with."""
    reset_reason: ResetReason = ResetReason.UNKNOWN
    panel: int | None = None
    """The panel's listening socket, as a file descriptor handed down."""
    keys: dict[str, str] = {}
    """Configuration keys for this run, over what is stored."""
    entry: Entry = CLOSED
    """How the page may be entered; ``panel_tls`` is its socket for other machines."""
    panel_tls: int | None = None
    car_lines: list[str] = []
    """Where the ports for simulated cars that talk are told, one a connector."""


class HostProcess:
    """Wires the host core to board, meter, backend and the control line."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._log = structlog.get_logger().bind(process="host")
        self._clock = CoreClock()
        model = load_charger(options.model)
        self._store = Store(Path(options.journal))
        memory = self._store.recollection
        self._slots = open_slots(Path(options.journal).parent)
        self._firmware = self._slots.begin()
        self._core = self._make_core(model, memory)
        self._store.recollection = Recollection(memory.boot)  # a long local list is held once
        self._loop: CoreLoop[HostEvent, HostEffect] = CoreLoop(self._core, self._act, self._clock)
        self._boards = {
            number: SerialPort(path, partial(self._from_board, number))
            for number, path in enumerate(options.links, 1)
        }
        self._network = SimulatedNetwork() if options.virtual else None
        self._backend = self._make_backend(self._network or OwnNetwork())
        self._inspection = self._make_inspection(Path(options.journal))
        self._upkeep = self._make_upkeep(model)
        self._control = ControlServer(self._handle)
        self._local_call = 0
        self._local_answers: dict[int, CallAnswer | KeysRead] = {}
        self._answered = asyncio.Event()
        self._published = b""
        self._published_at = 0.0
        self._publishing: asyncio.TimerHandle | None = None
        self._restart = asyncio.Event()
        self._exit_code = RESTART_ME
        self._model = model
        self._slot = model.meter
        self._port = HostPort(
            self._handle,
            self._control.ask,
            self._clock,
            self._show,
            self._post,
            virtual=options.virtual,
            connectors=model.connectors,
        )
        self._panel = StationPanel(self._port, options.entry)
        self._panel_task: asyncio.Task[None] | None = None
        self._meter_drivers: dict[int, ModbusMeterDriver] = {}
        self._phases = model.rating.phases
        self._supply = self._make_supply_watch()
        self._cars = self._make_car_ports()
        self._serves = self._words()

    def _make_core(self, model: ChargerModel, memory: Recollection) -> HostCore:
        options = self._options
        return HostCore(
            model,
            boot=memory.boot,
            serial=options.serial,
            firmware=self._firmware.version,
            new_id=lambda: str(uuid.uuid4()),
            stored=options.keys,
            memory=memory,
            ended_by=options.ended_by,
            reset_reason=options.reset_reason,
            call_timeout=round(options.call_timeout_s * SECOND),
            find_zone=find_zone,
            seed=random.SystemRandom().getrandbits(64),
            name=options.station_id,
            csms=options.csms,
            booted=self._firmware,
        )

    def _make_upkeep(self, model: ChargerModel) -> UpkeepPlace:
        who = Path(self._options.journal).parent, self._options.station_id, self._options.serial
        contents, durable = self._inspection.contents, self._store.when_durable
        premises = Premises(*who, contents, model.name, self._slots, durable)
        return UpkeepPlace(premises, self._post, self._backend)

    async def run(self) -> int:
        """Until the launcher closes the line, or the station asks to be restarted."""
        loop = asyncio.get_running_loop()
        self._store.start(lambda event: loop.call_soon_threadsafe(self._post, event))
        for board in self._boards.values():
            board.start()
        utc = wall_clock()
        if utc is not None:
            self._post(ClockLearned(utc))
        self._post(Tick())
        works: list[Coroutine[Any, Any, Any]] = [self._control.serve(), self._restart.wait()]
        if self._slot is not None:
            works += [self._poll_meter(self._slot, number) for number in self._boards]
        self._start_backend()
        self._serve_panel()
        if self._cars is not None:
            await self._cars.start()
        tasks = [asyncio.create_task(work) for work in works]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # a task that failed takes the process with it, and its traceback into the log
        if self._cars is not None:
            self._cars.close()
        self._store.close()
        return self._exit_code if self._restart.is_set() else 0

    # --- in and out ---

    def _post(self, event: HostEvent) -> None:
        self._loop.post(event)
        if self._supply is not None:
            self._supply.want(self._core.station.keys.flag("c_Evsens"))  # whoever changed it
        self._publish_soon()

    def _act(self, effect: HostEffect) -> None:  # noqa: C901, PLR0912 - a table
        self._publish_soon()  # the core may have been woken by its own deadline
        match effect:
            case BoardBytes(connector, data):
                self._boards[connector].write(data)
            case CarBytes() | CarHangUp():
                if self._cars is not None:
                    self._cars.act(effect)
            case SendText(text):
                if self._backend is not None:
                    self._backend.send(text)
            case UseInterface():
                if self._backend is not None:
                    self._backend.use(effect)
            case MeterPace(connector, fast):
                self._pace_meter(connector, fast)
            case Work() | GiveUp() | UseAccess():
                self._upkeep.act(effect)
            case CallAnswer() | KeysRead():
                self._local_answers[effect.call] = effect
                self._answered.set()
                self._answered = asyncio.Event()
            case Restart(kind):
                self._log.info("restart", kind=kind.value)
                self._exit_code = RESET_ME if kind is ResetKind.HARD else RESTART_ME
                asyncio.get_running_loop().call_later(0.5, self._restart.set)  # the answer goes out first
            case RestartFailed(kind, tries):
                self._log.error("restart failed", kind=kind.value, tries=tries)
            case _:
                self._store.submit(effect)

    def _from_board(self, connector: int, data: bytes) -> None:
        self._post(FromBoard(connector, data))

    # --- meter, sensor and backend ---

    async def _poll_meter(self, slot: MeterSlot, connector: int) -> None:
        from pilotline.drivers.modbus_meter import ModbusMeterDriver  # noqa: PLC0415 - 0.2 s of pymodbus

        driver = self._meter_drivers[connector] = ModbusMeterDriver(
            self._options.meters[connector - 1],
            load_meter(slot.profile),
            partial(self._meter_said, connector),
            address=slot.address,
            phases=self._phases,
            poll_ms=slot.poll_ms,
        )
        await driver.run()

    def _pace_meter(self, connector: int, fast: bool) -> None:
        if connector in self._meter_drivers and self._slot is not None:
            self._meter_drivers[connector].pace(self._slot.poll_ms if fast else self._slot.idle_poll_ms)

    def _meter_said(self, connector: int, reading: MeterReading | MeterSilent) -> None:
        self._post(MeterSaid(connector, reading))

    def _make_supply_watch(self) -> SupplyWatch | None:
        slot = self._model.evsens
        if slot is None:
            return None
        return SupplyWatch(
            slot, self._options.evsens, self._phases, lambda reading: self._post(SupplySaid(reading))
        )

    def _make_car_ports(self) -> "CarPorts | None":
        """Cars of the real world come by a modem, which is not there yet."""
        if self._model.rtm.digital is None or not self._options.virtual:
            return None
        from pilotline.runtime.car_ports import CarPorts  # noqa: PLC0415 - most models need none

        return CarPorts(self._options.car_lines, self._post)

    def _make_backend(self, network: NetworkPort) -> BackendLine | None:
        options, keys = self._options, self._core.station.keys
        url, name = options.csms, options.station_id
        if url is None:  # what was set beside the station (M-48)
            url, name = keys.text("c_BackendUrl"), keys.text("c_BackendIdentity") or name
        if not url:
            return None
        make_client = partial(
            OcppClient,
            url,
            name,
            jitter=random.SystemRandom().random,
        )
        store = CertificateStore(Path(options.journal).parent / FOLDER)
        return BackendLine(make_client, network, self._post, store)

    def _start_backend(self) -> None:
        if self._backend is None:
            self._core.link.problem = UNCONFIGURED.of()
        else:
            self._backend.start()

    def _set_network(self, wish: NetworkWish) -> None:
        """Cut or mend the line as a lost network would, or one simulated interface."""
        if wish.interface is None and self._backend is not None:
            self._backend.cut(cut=not wish.up)
        elif wish.interface is not None and self._network is None:
            raise OperationError("network: the interfaces of this machine are its operating system's.")
        elif wish.interface is not None and self._network is not None:
            self._network.set_interface(wish.interface, up=wish.up)
        self._publish_soon()

    # --- the control line ---

    def _words(self) -> Mapping[str, Serve]:
        """What the host does itself, word by word."""
        path = Path(self._options.journal)
        return {
            "status": lambda _, __: self._core.snapshot(self._clock.now()),
            "config_get": self._config_get,
            "config_set": self._config_set,
            "network": lambda wish, _: self._set_network(wish),
            "disk": lambda wish, _: self._set_disk(wish),
            "set_aside": lambda _, __: list_aside(path),
            "security_events": lambda _, __: security_views(read_security(path), self._core.clock),
            **SettingsWords(lambda: (self._core.station, self._clock.now())).serves(),
            **self._history(path).serves(),
            **self._inspection.serves(),
            "firmware": lambda _, __: report_firmware(self._core.upkeep.core, self._slots),
            "resend": lambda wish, _: self._resend(wish.session),
        }

    async def _handle(self, op: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> Any:
        if op in OPERATIONS:
            return await self._wish(op, args, asker)
        if op not in self._serves:
            raise OperationError(f"The host knows no operation {op}.")
        value = self._serves[op](arguments(op, args), asker)
        return await value if inspect.isawaitable(value) else value

    async def _wish(self, op: str, args: Mapping[str, Any], asker: Asker) -> Any:
        """Answered when the station has done it, or says why it does not."""
        event = station_event(op, args, self._next_call(), self._boards, asker)
        self._post(event)
        if isinstance(event, PresentTag):
            return None
        row = OPERATIONS[op]
        try:
            async with asyncio.timeout(row.patience_s):
                while event.call not in self._local_answers:
                    await self._answered.wait()
        except TimeoutError:
            raise NoAnswerError(f"{op} was not answered within {row.patience_s:g} s.") from None
        answer = self._local_answers.pop(event.call)
        value = value_of(op, answer) if isinstance(answer, CallAnswer) else None
        if row.kept:
            await self._written(op)
        return value

    def _history(self, path: Path) -> HistoryWords:
        """Read in a thread: a station of many years has much to tell."""
        head = Letterhead(self._options.station_id, self._model.name, self._options.serial)
        return HistoryWords(
            lambda: (self._core.station, self._clock.now()), OnDisk(path), head, asyncio.to_thread
        )

    def _make_inspection(self, path: Path) -> InspectionWords:
        return InspectionWords(
            lambda: (self._core, self._clock.now()),
            RealSources(path, self._store),
            (self._options.station_id, self._options.serial),
            lambda: self._serves,
            has_backend=self._backend is not None,
            secrets=secrets_in(self._options.csms),
        )

    def _resend(self, session: str) -> None:
        aside = [row["session"] for row in list_aside(Path(self._options.journal))]
        if session not in aside:
            known = ", ".join(aside) or "no session"
            why = NOT_ASIDE.of(session=session, known=known)
            raise OperationError(f"resend: {why}", why)
        self._post(Resend(session))

    def _config_get(self, wish: ConfigGet, asker: Asker) -> Any:
        answer = self._ask(ReadKeys(self._next_call(), tuple(wish.keys), role=asker.role))
        if isinstance(answer, KeysRead) and not answer.too_many:
            return {reading.name: reading.text for reading in answer.readings}
        raise OperationError(TOO_MANY_KEYS.of())

    async def _config_set(self, wish: ConfigSet, asker: Asker) -> Any:
        """Answered when it is durable: what was accepted is there after a power cut."""
        text = str(wish.value).lower() if isinstance(wish.value, bool) else str(wish.value)
        answer = self._ask(ChangeKey(self._next_call(), wish.key, text, role=asker.role, name=asker.name))
        if isinstance(answer, CallAnswer) and answer.word in ("Accepted", "RebootRequired"):
            await self._written(wish.key)
            return answer.word
        word = answer.word if isinstance(answer, CallAnswer) else "no answer"
        reason = answer.reason if isinstance(answer, CallAnswer) else None
        raise OperationError(f"{wish.key} was not set to {text!r}: {word}. {reason or ''}".rstrip(), reason)

    async def _written(self, what: str) -> None:
        loop, written = asyncio.get_running_loop(), asyncio.Event()
        self._store.when_durable(lambda: loop.call_soon_threadsafe(written.set))
        try:
            async with asyncio.timeout(WRITTEN_S):
                await written.wait()
        except TimeoutError:
            raise OperationError(NOT_WRITTEN.of(what=what, seconds=f"{WRITTEN_S:g}")) from None

    def _set_disk(self, wish: Disk) -> None:
        faults = self._store.faults
        faults.commit_s = faults.commit_s if wish.commit_s is None else wish.commit_s
        faults.full = faults.full if wish.full is None else wish.full

    def _next_call(self) -> int:
        """Local calls have negative numbers; the backend's are positive."""
        self._local_call -= 1
        return self._local_call

    def _ask(self, event: ReadKeys | ChangeKey) -> CallAnswer | KeysRead | None:
        self._post(event)
        return self._local_answers.pop(event.call, None)

    # --- the snapshot ---

    def _publish_soon(self) -> None:
        """At once when the last one is old enough, else when it is."""
        if self._publishing is None:
            loop = asyncio.get_running_loop()
            wait = self._published_at + PUBLISH_EVERY_S - loop.time()
            self._publishing = loop.call_later(max(GATHER_S, wait), self._publish)

    def _publish(self) -> None:
        self._publishing = None
        self._published_at = asyncio.get_running_loop().time()
        snapshot = self._show()
        data = msgspec.json.encode(snapshot)
        if data != self._published:
            self._published = data
            self._control.push("status", msgspec.Raw(data))

    # --- the panel ---

    def _show(self) -> HostView:
        """Show the panel what there is now."""
        snapshot = self._core.snapshot(self._clock.now())
        self._panel.see(self._paint(snapshot))
        return snapshot

    def _paint(self, snapshot: HostView) -> Picture:
        options, zero = self._options, self._core.clock.stamp(0).utc_us
        plate = plate_of(
            self._model,
            options.station_id,
            options.serial,
            self._firmware.version,
            virtual=options.virtual,
            zero_utc_ms=None if zero is None else zero // 1_000,
        )
        is_cut = self._backend is not None and self._backend.is_cut
        line = Line(self._backend is not None, is_cut, {} if self._network is None else self._network.up)
        here = look_around(self._core.station, self._clock.now())
        return paint(plate, snapshot, line, self._port.worlds, here=here)

    def _serve_panel(self) -> None:
        if self._options.panel is not None:
            listener, beyond = socket.socket(fileno=self._options.panel), self._options.panel_tls
            tls = None if beyond is None else socket.socket(fileno=beyond)
            self._panel_task = asyncio.create_task(self._panel.serve(listener, tls))
            self._panel_task.add_done_callback(self._panel_ended)

    def _panel_ended(self, task: asyncio.Task[None]) -> None:
        """A panel that fails is logged and gone until the host's next start; charging goes on."""
        if not task.cancelled():
            self._log.error("the panel failed", exc_info=task.exception())


def main() -> None:
    run_process("host", lambda: _run(sys.argv[1]))


async def _run(options: str) -> int:
    return await HostProcess(msgspec.json.decode(options, type=Options)).run()


if __name__ == "__main__":
    main()
