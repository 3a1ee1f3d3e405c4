"""How a verb that runs until it is ended hears of it: Ctrl-C and a service manager's SIGTERM are one."""

import asyncio
import signal
from types import FrameType

LAST = 3
"""Asked so often, a verb ends at once and in no order."""


def hear_ctrl_c() -> None:
    """Started in the background by a shell, a program ignores SIGINT; a station ends on it all the same."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def end_on_sigterm() -> None:
    """What a service manager sends ends the station as Ctrl-C does. Call it on the event loop.

    Being asked a second time is nothing new: a signal to a group of processes often comes twice, and the
    loop's own answer to it would break off the orderly end in the middle.
    """
    end_in_order = signal.getsignal(signal.SIGINT)
    asked = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1 and callable(end_in_order):
            end_in_order(number, frame)
        elif asked == LAST:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, end)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
