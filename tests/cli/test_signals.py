"""Ctrl-C and SIGTERM: the first ends in order, the second changes nothing, the third ends at once."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Generator

import pytest

from pilotline.cli.signals import LAST, end_on_sigterm, hear_ctrl_c

ENDINGS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def _as_before() -> Generator[None]:
    """Ctrl-C on the test run is the test run's again."""
    before = signal.getsignal(signal.SIGINT)
    hear_ctrl_c()
    yield
    signal.signal(signal.SIGINT, before)


async def _closes_a_door(asked: list[signal.Signals], told: list[str]) -> None:
    """Its orderly end needs another task, as that of a server does; while it waits, it is asked again."""
    end_on_sigterm()
    door, closed = asyncio.Event(), asyncio.Event()

    async def close() -> None:
        await door.wait()
        closed.set()

    doorman = asyncio.create_task(close())
    try:
        signal.raise_signal(asked[0])
        await asyncio.Event().wait()
    finally:
        for each in asked[1:]:
            signal.raise_signal(each)
        await asyncio.sleep(0)
        door.set()
        await closed.wait()
        await doorman
        told.append("closed")


@pytest.mark.parametrize("first", ENDINGS)
@pytest.mark.parametrize("second", [None, *ENDINGS])
def test_who_is_asked_to_end_ends_in_order_however_often_it_hears_it(
    first: signal.Signals, second: signal.Signals | None
) -> None:
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(_closes_a_door([first, *([second] if second else [])], told))
    assert told == ["closed"]


def test_who_asks_three_times_waits_for_no_order() -> None:
    """Something may hang; whoever sits before it is not kept."""
    program = (
        "import asyncio, signal\n"
        "from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c\n"
        "async def main():\n"
        "    end_on_sigterm()\n"
        f"    for _ in range({LAST}):\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "hear_ctrl_c()\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert ended.returncode == -signal.SIGINT
