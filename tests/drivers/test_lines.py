"""The board's end of the link: a socket or a serial device, and nothing that waits."""

import os
import pty
import socket
import tty
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from pilotline.drivers.lines import LineError, SerialLine, SocketLine
from pilotline.vocabulary.time import SECOND


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "link"


@pytest.fixture
def line(path: Path) -> Generator[SocketLine]:
    with closing(SocketLine(path)) as found:
        yield found


def host(path: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.connect(str(path))
    return found


def test_bytes_go_both_ways(line: SocketLine, path: Path) -> None:
    """As they are."""
    with host(path) as other:
        other.send(b"hello")
        assert line.read(0) == b"hello"
        line.write(b"\0there")
        assert other.recv(99) == b"\0there"
    assert line.dropped == 0


def test_a_line_without_a_host_reads_nothing_and_counts_what_it_lost(line: SocketLine) -> None:
    """It is no error: a host comes when it comes."""
    assert line.read(0) == b""
    line.write(b"x")
    assert line.dropped == 1


def test_a_host_that_went_may_come_back(line: SocketLine, path: Path) -> None:
    """The end of one is not the end of the line."""
    with host(path) as first:
        first.send(b"1")
        assert line.read(0) == b"1"
    assert line.read(0) == b""
    with host(path) as second:
        second.send(b"2")
        assert line.read(0) == b"2"


def test_the_newest_host_has_the_line(line: SocketLine, path: Path) -> None:
    """A dead one's socket that nobody closed keeps no new one out."""
    with host(path) as dead, host(path) as alive:
        line.read(0)
        line.read(0)
        alive.send(b"new")
        assert line.read(0) == b"new"
        assert dead.recv(9) == b""


def test_a_host_that_reads_nothing_stops_nobody(line: SocketLine, path: Path) -> None:
    """What finds no room is lost and counted."""
    with host(path):
        line.read(0)
        while not line.dropped:
            line.write(bytes(4096))
        line.write(b"x")
        assert line.dropped >= 1


def test_a_host_that_vanishes_in_a_write_is_noticed(line: SocketLine, path: Path) -> None:
    """It counts as lost, and the next host is taken."""
    with host(path):
        line.read(0)
    line.write(b"x")
    assert line.dropped == 1
    with host(path) as other:
        other.send(b"2")
        assert line.read(0) == b"2"


def test_a_socket_of_a_dead_program_is_replaced(path: Path) -> None:
    """Its file lies about; nobody listens there."""
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()
    with closing(SocketLine(path)), host(path):
        pass
    assert not path.exists()


def test_a_path_in_use_is_a_sentence(line: SocketLine, path: Path) -> None:
    """And the program that has it keeps it."""
    with pytest.raises(LineError, match="Another program listens at"):
        SocketLine(path)
    with host(path) as other:
        other.send(b"still")
        assert b"".join(line.read(0) for _ in range(3)) == b"still"


def test_a_file_of_somebody_else_is_not_removed(path: Path) -> None:
    """It is no socket: choose another path."""
    path.write_text("mine")
    with pytest.raises(LineError, match="is no socket"):
        SocketLine(path)
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_a_sentence(path: Path) -> None:
    with pytest.raises(LineError, match="Nothing can listen at"):
        SocketLine(path / "deeper")


@pytest.fixture
def terminal() -> Generator[tuple[int, str]]:
    """The other end's descriptor and the device's path."""
    near, far = pty.openpty()
    tty.setraw(far)
    yield near, os.ttyname(far)
    os.close(far)
    os.close(near)


def test_a_serial_device_carries_bytes_both_ways(terminal: tuple[int, str]) -> None:
    """In raw mode: zero, newline and control characters pass."""
    near, device = terminal
    with closing(SerialLine(device)) as line:
        os.write(near, b"\x00\n\x03")
        assert line.read(0) == b"\x00\n\x03"
        assert line.read(0) == b""
        line.write(b"\r\x04\x00")
        assert os.read(near, 9) == b"\r\x04\x00"


def test_a_serial_device_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(LineError, match="cannot be opened as a serial device"):
            SerialLine(str(path))


def test_a_serial_device_that_went_is_tried_again_each_second(tmp_path: Path) -> None:
    """By a link that leads to another device: what a USB adapter does."""
    link = tmp_path / "device"
    near, far = pty.openpty()
    link.symlink_to(os.ttyname(far))
    with closing(SerialLine(str(link))) as line:
        os.close(far)
        os.close(near)
        assert line.read(0) == b""
        line.write(b"x")
        assert line.dropped == 1
        near, far = pty.openpty()
        link.unlink()
        link.symlink_to(os.ttyname(far))
        assert line.read(SECOND - 1) == b""
        line.write(b"x")
        assert line.dropped == 2
        line.read(SECOND)
        line.write(b"back")
        assert os.read(near, 9) == b"back"
    os.close(far)
    os.close(near)
