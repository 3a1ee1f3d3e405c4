"""A virtual world in a process of its own, which serves its samples to a safety module in another.

The module's half, and what passes, is :mod:`pilotline.drivers.boards.served`. This half is the hardware: its
relay has a watchdog, which opens it when the module is silent.
"""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from pilotline.drivers.boards.served import KIND, PACKET, REPEAT_MS, WATCHDOG_MS, packet, read_outputs
from pilotline.drivers.lines import listen_at
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.loop import CoreLoop
from pilotline.simulator.actions import Action, Refused
from pilotline.simulator.world import Effect, Event, World, WorldConfig, WorldView
from pilotline.vocabulary.board import Outputs, Sample
from pilotline.vocabulary.pilot import STATE_F
from pilotline.vocabulary.time import MS, Tick


class WorldServer:
    """Serves one module at a time, the newest. ``watchdog_trips`` counts how often its relay's fired.

    ``sensed`` is called with each sample that is not a repetition, ``fired`` when the watchdog has.
    """

    def __init__(
        self,
        path: Path,
        config: WorldConfig,
        *,
        sensed: Callable[[Sample], None] = lambda _sample: None,
        fired: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises LineError where nothing can listen at ``path``."""
        self.watchdog_trips = 0
        self._path = path
        self._sensed = sensed
        self._fired = fired
        self._listener = listen_at(path, KIND)
        self._module: socket.socket | None = None
        self._clock = CoreClock()
        self._world = World(config)
        self._loop: CoreLoop[Event, Effect] = CoreLoop(self._world, self._sense, self._clock)
        self._sample: Sample | None = None
        self._outputs = Outputs()
        self._heard_at = 0
        self._refusal: str | None = None
        self._pulse: asyncio.TimerHandle | None = None

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._listener, self._admit)
        self._loop.post(Tick())
        self._beat()

    def do(self, action: Action) -> str | None:
        """Act on the world now; a sentence if it does not work that way."""
        self._refusal = None
        self._loop.post(action)
        return self._refusal

    def view(self) -> WorldView:
        self._loop.post(Tick())
        return self._world.view()

    def close(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
        self._loop.stop()
        self._lose()
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    # --- the module ---

    def _admit(self) -> None:
        module, _ = self._listener.accept()
        module.setblocking(False)
        self._lose()
        self._module, self._heard_at = module, self._clock.now()
        asyncio.get_running_loop().add_reader(module, self._read)
        self._say()

    def _read(self) -> None:
        data = b""
        if self._module is not None:
            try:
                data = self._module.recv(PACKET)
            except BlockingIOError:
                return
            except OSError:  # as good as closed
                data = b""
        if data:
            self._obey(data)
        else:
            self._lose()

    def _obey(self, data: bytes) -> None:
        """Whatever is no outputs is no sign of life either."""
        try:
            outputs = read_outputs(data)
        except ValueError:
            return
        self._heard_at = self._clock.now()
        if outputs != self._outputs:
            self._outputs = outputs
            self._loop.post(outputs)

    def _lose(self) -> None:
        if self._module is not None:
            asyncio.get_running_loop().remove_reader(self._module)
            self._module.close()
            self._module = None

    # --- samples, and the watchdog ---

    def _sense(self, effect: Effect) -> None:
        """This world has no line by which its car could talk."""
        if isinstance(effect, Refused):
            self._refusal = effect.reason
        if not isinstance(effect, Sample):
            return
        self._sample = effect
        self._say()
        self._sensed(effect)

    def _say(self) -> None:
        if self._module is None or self._sample is None:
            return
        try:
            self._module.send(packet(self._sample))
        except BlockingIOError:  # it reads nothing: the watchdog's business
            return
        except OSError:
            self._lose()

    def _beat(self) -> None:
        self._pulse = asyncio.get_running_loop().call_later(REPEAT_MS / 1_000, self._beat)
        self._say()
        silent = self._clock.now() - self._heard_at > WATCHDOG_MS * MS
        if silent and (self._outputs.relay or self._outputs.pilot != STATE_F):
            self._open()

    def _open(self) -> None:
        was_closed = self._outputs.relay
        self._outputs = self._outputs._replace(relay=False, pilot=STATE_F)
        self._loop.post(self._outputs)
        if was_closed:
            self.watchdog_trips += 1
            self._fired()
