"""How a verb that runs until it is ended hears of it: Ctrl-C and a service manager's SIGTERM are one."""

import asyncio
import signal


def hear_ctrl_c() -> None:
    """Started in the background by a shell, a program ignores SIGINT; a station ends on it all the same."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def end_on_sigterm() -> None:
    """What a service manager sends ends the station as Ctrl-C does. Call it on the event loop."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
