"""What the process asks Linux for, and the sentence when Linux refuses."""

import ctypes
import errno
import os

import pytest

from pilotline.runtime import real_time
from pilotline.runtime.real_time import RealTimeError, lock_memory, run_on


@pytest.fixture
def cpus() -> set[int]:
    return os.sched_getaffinity(0)


def test_it_runs_on_the_cpu_it_was_given(cpus: set[int]) -> None:
    """And on no other."""
    try:
        run_on(max(cpus))
        assert os.sched_getaffinity(0) == {max(cpus)}
    finally:
        os.sched_setaffinity(0, cpus)


@pytest.mark.parametrize("cpu", [4_000, 10**12])
def test_a_cpu_that_is_not_there_is_a_sentence(cpus: set[int], cpu: int) -> None:
    """It names those there are, and nothing has changed."""
    with pytest.raises(RealTimeError, match=f"CPU {cpu} is not one .*{min(cpus)}"):
        run_on(cpu)
    assert os.sched_getaffinity(0) == cpus


class Refusing:
    """A C library whose mlockall fails as the kernel's does without the right to it."""

    def __init__(self, name: None, use_errno: bool) -> None: ...

    def mlockall(self, flags: int) -> int:
        ctypes.set_errno(errno.EPERM)
        return -1


def test_memory_that_may_not_be_locked_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to give the service or the shell."""
    monkeypatch.setattr(real_time.ctypes, "CDLL", Refusing)
    with pytest.raises(RealTimeError, match="cannot be locked: operation not permitted"):
        lock_memory()
