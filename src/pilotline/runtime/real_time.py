"""What a process can ask Linux for so that it wakes in time: its memory kept in place, a CPU of its own."""

import ctypes
import gc
import os

_MCL_CURRENT, _MCL_FUTURE = 1, 2  # sys/mman.h; the same on all of Linux but Alpha, PowerPC and SPARC


class RealTimeError(Exception):
    """Linux refuses; the message is a sentence that says what to do."""


def lock_memory() -> None:
    """Keep every page, now and later, in memory: no tick waits for a disk. Raises RealTimeError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) != 0:
        reason = os.strerror(ctypes.get_errno()).lower()
        raise RealTimeError(
            f"The memory cannot be locked: {reason}. Give the service LimitMEMLOCK=infinity, "
            "or the shell ulimit -l unlimited, or leave --lock-memory out."
        )


def run_on(cpu: int) -> None:
    """Run on this CPU alone. Raises RealTimeError."""
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {cpu})
    except (OSError, ValueError, OverflowError):
        there = ", ".join(str(each) for each in sorted(allowed))
        raise RealTimeError(
            f"CPU {cpu} is not one this process may run on; those are {there}. Choose one of them with --cpu."
        ) from None


def keep_collector_short() -> None:
    """What stands now is never looked at again by Python's collector: its runs are short from here on."""
    gc.collect()
    gc.freeze()
