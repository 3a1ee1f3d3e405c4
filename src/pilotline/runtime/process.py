"""What every child process does first and last: logs as events, signals, an exit code that tells."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

FAILED = 70
"""The exit code of a child that found a mistake of its own (sysexits.h EX_SOFTWARE)."""
RESTART_ME = 75
"""The exit code of a child that asks to be started again (sysexits.h EX_TEMPFAIL)."""
RESET_ME = 76
"""The same, as by its reset pin: what a virtual board cannot pull, the launcher does (R-42)."""


async def _fail_stop(work: Coroutine[Any, Any, int | None], log: Any) -> int | None:
    """An error nobody caught in a callback leaves the cores in an unknown state: end, and be started anew."""

    def stop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        log.error("failed", reason=context.get("message"), exc_info=context.get("exception"))
        sys.stderr.flush()
        os._exit(FAILED)

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(stop)
    threading.excepthook = lambda args: stop(loop, {"exception": args.exc_value})
    return await work


def fail_with(task: asyncio.Task[None]) -> None:
    """A mistake in a task that nobody waits for is one in a callback: it ends the process (fail-stop)."""
    if not task.cancelled():
        task.result()


def run_process(name: str, make: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    """Run a child until its control line closes. Its log goes to standard error, one JSON object a line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the launcher decides when a child ends
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    log = structlog.get_logger().bind(process=name)
    log.info("started")
    try:
        code = asyncio.run(_fail_stop(make(), log))
    except Exception:  # the same as in a callback: logged, and an end with the code that says so
        log.exception("failed")
        code = FAILED
    log.info("ended", code=code or 0)
    sys.exit(code or 0)
