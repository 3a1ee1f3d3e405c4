"""What a service manager hears: a socket of the test's own stands for its."""

import os
import socket
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from pilotline.runtime.notify import Notifier, notifier_of
from pilotline.vocabulary.time import MS, SECOND


class Manager:
    """The receiving end."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[bytes]:
        found: list[bytes] = []
        try:
            while True:
                found.append(self.socket.recv(256))
        except BlockingIOError:
            return found


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "notify")


@pytest.fixture
def manager(address: str) -> Generator[Manager]:
    found = Manager(address)
    with closing(found.socket):
        yield found


def test_it_is_told_of_the_beginning_and_the_end(manager: Manager, address: str) -> None:
    """In the words of sd_notify."""
    with closing(Notifier(address)) as notifier:
        notifier.ready()
        notifier.stopping()
    assert manager.heard() == [b"READY=1", b"STOPPING=1"]


def test_a_ping_comes_twice_in_the_watchdogs_patience(manager: Manager, address: str) -> None:
    """However many ticks there are."""
    with closing(Notifier(address, patience_us=SECOND)) as notifier:
        for at in range(0, 2 * SECOND, MS):
            notifier.alive(0, at)
    assert manager.heard() == [b"WATCHDOG=1"] * 4


@pytest.mark.parametrize(("late_us", "pings"), [(5_000, 1), (5_001, 0)])
def test_a_tick_that_woke_late_is_no_sign_of_life(
    manager: Manager, address: str, late_us: int, pings: int
) -> None:
    """A loop that is always late is a dead one to its manager."""
    with closing(Notifier(address, patience_us=SECOND)) as notifier:
        notifier.alive(late_us, SECOND)
    assert len(manager.heard()) == pings


def test_the_ping_that_a_late_tick_withheld_comes_with_the_next_good_one(
    manager: Manager, address: str
) -> None:
    """It is owed, not skipped."""
    with closing(Notifier(address, patience_us=SECOND)) as notifier:
        notifier.alive(90_000, SECOND)
        assert manager.heard() == []
        notifier.alive(0, SECOND + MS)
    assert manager.heard() == [b"WATCHDOG=1"]


def test_without_a_watchdog_there_are_no_pings(manager: Manager, address: str) -> None:
    """Ready is said all the same."""
    with closing(notifier_of({"NOTIFY_SOCKET": address}, pid=7)) as notifier:
        notifier.ready()
        notifier.alive(0, 0)
    assert manager.heard() == [b"READY=1"]


@pytest.mark.parametrize(("pid", "pings"), [("7", 1), ("8", 0)])
def test_the_watchdog_of_another_process_is_not_ours(
    manager: Manager, address: str, pid: str, pings: int
) -> None:
    """WATCHDOG_PID says whose it is."""
    environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": pid}
    with closing(notifier_of(environment, pid=7)) as notifier:
        notifier.alive(0, SECOND)
    assert len(manager.heard()) == pings


@pytest.mark.parametrize("patience", ["", "soon", "-1"])
def test_a_patience_that_is_no_figure_is_none(manager: Manager, address: str, patience: str) -> None:
    """The environment is somebody else's."""
    with closing(notifier_of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": patience}, pid=7)) as notifier:
        notifier.alive(0, SECOND)
    assert manager.heard() == []


def test_a_manager_in_the_abstract_namespace_is_found() -> None:
    """A leading @ is that."""
    address = f"@pilotline-test-{os.getpid()}"
    manager = Manager(address)
    with closing(manager.socket), closing(Notifier(address)) as notifier:
        notifier.ready()
        assert manager.heard() == [b"READY=1"]


@pytest.mark.parametrize("there", [True, False])
def test_a_manager_that_is_gone_fails_nothing(tmp_path: Path, there: bool) -> None:
    """Nobody at the address, or nobody any more."""
    path = tmp_path / "gone"
    manager = Manager(str(path)) if there else None
    with closing(Notifier(str(path), patience_us=SECOND)) as notifier:
        if manager:
            manager.socket.close()
        notifier.ready()
        notifier.alive(0, SECOND)


def test_a_program_that_nobody_manages_says_nothing() -> None:
    """Started by hand."""
    with closing(notifier_of({}, pid=7)) as notifier:
        notifier.ready()
        notifier.alive(0, SECOND)
        notifier.stopping()
