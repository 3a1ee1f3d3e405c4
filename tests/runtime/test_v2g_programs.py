"""Virtual car and charger on a network: the same conversation as in simulated time, and their ends."""

import asyncio
import socket
from typing import Any, Protocol

import pytest

from pilotline.drivers.v2g.interface import V2gPortError, interface
from pilotline.runtime.v2g_car import CarProgram
from pilotline.runtime.v2g_charger import ChargerProgram
from pilotline.simulator.dc_car import DcCarConfig
from pilotline.simulator.talking_car import TalkingCar
from pilotline.simulator.talking_charger import TalkingCharger
from pilotline.vocabulary.power_side import PowerVerb
from pilotline.wire.v2g import protocols, sdp
from pilotline.wire.v2g.evcc import words as car_words
from pilotline.wire.v2g.evcc.words import EvccConfig, Transfer
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    Ending,
    Energy,
    HangUp,
    Heard,
    SeccConfig,
)
from support.talking_pair import QUICK, SMALL, Line, TalkingPair, folded, line

LO = interface("lo")


class Memory:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self._more = asyncio.Event()

    def __call__(self, told: object, _now: int) -> None:
        self.said.append(told)
        self._more.set()

    async def until_charging(self) -> None:
        """The car has been told of a current."""
        while not any(isinstance(each, car_words.Take) and each.current_ma > 0 for each in self.said):
            self._more.clear()
            await self._more.wait()


class Mount(Protocol):
    """Has one conversation: what was said, loops once, what the power side was asked for, and the ending."""

    def talk(self, car: EvccConfig, charger: SeccConfig) -> tuple[list[Line], list[str], Ending]: ...


class InMemory:
    """Simulated time."""

    def talk(self, car: EvccConfig, charger: SeccConfig) -> tuple[list[Line], list[str], Ending]:
        pair = TalkingPair(car, charger).play()
        return folded(pair.lines), verbs(pair.charger_said), pair.ending().ending


class BehindTcp:
    """Real time, over loopback."""

    def talk(self, car: EvccConfig, charger: SeccConfig) -> tuple[list[Line], list[str], Ending]:
        memory = Memory()
        asyncio.run(asyncio.wait_for(self._talk(car, charger, memory), 60))
        said = memory.said
        lines = [line("car", each.body) for each in said if isinstance(each, Heard)]
        answers = [line("charger", each.body) for each in said if isinstance(each, Answered)]
        turns = [each for pair in zip(lines, answers, strict=True) for each in pair]
        ending = next(each for each in said if isinstance(each, HangUp)).ending
        return folded(turns), verbs(said), ending

    async def _talk(self, car: EvccConfig, charger: SeccConfig, memory: Memory) -> None:
        port, serving = await serve(charger, memory, once=True)
        await visitor(car, port, Memory()).run()
        await serving


async def serve(charger: SeccConfig, memory: Memory, *, once: bool) -> tuple[int, asyncio.Task[None]]:
    """Where cars find it, and its task."""
    port, ready = free_udp_port(), asyncio.Event()
    core = TalkingCharger(charger, Authorisation.GRANTED, QUICK)
    program = ChargerProgram(LO, charger, core, memory, once=once, sdp_port=port)
    serving = asyncio.create_task(program.run(ready=ready.set))
    await asyncio.wait_for(ready.wait(), 30)
    return port, serving


def visitor(car: EvccConfig, port: int, memory: Memory, battery: DcCarConfig = SMALL) -> CarProgram:
    return CarProgram(LO, car.protocols, TalkingCar(car, battery), memory, sdp_port=port)


def verbs(said: list[Any]) -> list[str]:
    """Without the figures, and each as often as it came after another one."""
    names = [type(each).__name__ for each in said if isinstance(each, PowerVerb)]
    return [name for name, before in zip(names, [None, *names], strict=False) if name != before]


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as free:
        free.bind(("::1", 0))
        return free.getsockname()[1]


DC = SeccConfig()
AC = SeccConfig(energy=Energy.AC, protocols=(protocols.Protocol.ISO2,))
CARS = [
    pytest.param(EvccConfig(protocols=(protocols.Protocol.DIN,), loop_us=50_000), DC, id="DIN, DC"),
    pytest.param(EvccConfig(protocols=(protocols.Protocol.ISO2,), loop_us=50_000), DC, id="ISO 15118-2, DC"),
    pytest.param(
        EvccConfig(transfer=Transfer.AC_THREE_PHASE, protocols=(protocols.Protocol.ISO2,), loop_us=50_000),
        AC,
        id="ISO 15118-2, AC",
    ),
]


@pytest.mark.requirement("M-01", "M-10")
@pytest.mark.parametrize(("car", "charger"), CARS)
def test_both_mounts_have_the_same_conversation(car: EvccConfig, charger: SeccConfig) -> None:
    """The same messages with the same codes, the same verbs for the power side, the same ending."""
    simulated = InMemory().talk(car, charger)
    real = BehindTcp().talk(car, charger)
    assert simulated == real
    assert real[2] is Ending.TERMINATED
    assert real[1][-1] == "OpenContactors"


# --- ends -----------------------------------------------------------------------------------------

ISO2 = EvccConfig(protocols=(protocols.Protocol.ISO2,), loop_us=50_000)
LARGE = DcCarConfig(capacity_wh=50_000, soc_percent=50)


def test_a_charger_that_is_stopped_asks_the_car_to_stop_first() -> None:
    """What Ctrl-C does: the session ends in order, not with a cut."""
    charger_heard = Memory()
    car_heard = Memory()

    async def story() -> None:
        port, serving = await serve(DC, charger_heard, once=False)
        driving = asyncio.create_task(visitor(ISO2, port, car_heard, LARGE).run())
        await car_heard.until_charging()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        await driving

    asyncio.run(asyncio.wait_for(story(), 60))
    assert endings(charger_heard.said) == [Ending.TERMINATED]
    assert endings(car_heard.said) == [car_words.Ending.TERMINATED]


def test_a_car_that_is_stopped_ends_the_charging_first() -> None:
    """And the charger waits for the next one."""
    charger_heard = Memory()
    car_heard = Memory()

    async def story() -> None:
        port, serving = await serve(DC, charger_heard, once=False)
        driving = asyncio.create_task(visitor(ISO2, port, car_heard, LARGE).run())
        await car_heard.until_charging()
        driving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await driving
        await visitor(ISO2, port, Memory(), SMALL).run()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(asyncio.wait_for(story(), 60))
    assert endings(car_heard.said) == [car_words.Ending.TERMINATED]
    assert endings(charger_heard.said) == [Ending.TERMINATED, Ending.TERMINATED]


def test_a_car_that_is_gone_without_a_word_leaves_an_open_outlet() -> None:
    """The connection breaks in the charge loop."""
    heard = Memory()

    async def story() -> None:
        port, serving = await serve(DC, heard, once=True)
        car_heard = Memory()
        program = visitor(ISO2, port, car_heard, LARGE)
        driving = asyncio.create_task(program.run())
        await car_heard.until_charging()
        assert program._line is not None
        program._line.hang_up()
        await serving
        program.post(car_words.ChargerClosed())
        await driving

    asyncio.run(asyncio.wait_for(story(), 60))
    assert endings(heard.said) == [Ending.CAR_LEFT]
    assert verbs(heard.said)[-1] in {"OpenContactors", "EmergencyOff"}


def test_a_car_that_finds_no_charger_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifty questions, which are quick here."""
    monkeypatch.setattr(sdp, "RETRY_US", 1_000)
    with pytest.raises(V2gPortError, match=r"No charger answered on lo within 12\.5 s\."):
        asyncio.run(visitor(ISO2, free_udp_port(), Memory()).run())


def endings(said: list[Any]) -> list[object]:
    return [each.ending for each in said if isinstance(each, HangUp | car_words.HangUp)]
