"""Serial lines and pseudo-terminals: bytes as they are, ends that come and go, and never a wait."""

import asyncio
import gc
import os
import pty
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pilotline.drivers import tty as ports
from pilotline.drivers.tty import PseudoPort, SerialPort

EVERY_BYTE = bytes(range(256))


class Heard(bytearray):
    """What came in, and an event for waiting."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def take(self, data: bytes) -> None:
        self.extend(data)
        self._news.set()

    async def until(self, wanted: bytes) -> None:
        """Until exactly this has come, from the start."""
        async with asyncio.timeout(5):
            while len(self) < len(wanted):
                self._news.clear()
                await self._news.wait()
        assert self == wanted


class Pair:
    """A device at its pseudo-terminal and a user at its path."""

    def __init__(self, path: Path) -> None:
        self.at_device, self.at_user = Heard(), Heard()
        self.device = PseudoPort(path, self.at_device.take)
        self.user = SerialPort(str(path), self.at_user.take)


def _open_files() -> int:
    gc.collect()  # what other tests left behind is not this one's to count
    return len(list(Path("/proc/self/fd").iterdir()))


def play(path: Path, story: Callable[[Pair], Awaitable[None]]) -> None:
    """Run a story on both ends of a line; both are closed afterwards."""

    async def run() -> None:
        pair = Pair(path)
        pair.device.start()
        pair.user.start()
        try:
            await story(pair)
        finally:
            pair.user.close()
            pair.device.close()

    asyncio.run(run())


def test_every_byte_passes_both_ways_as_it_is(tmp_path: Path) -> None:
    """No echo, no translation of line ends, no signal from 0x03, no flow control from 0x11 and 0x13."""

    async def story(pair: Pair) -> None:
        pair.user.write(EVERY_BYTE)
        await pair.at_device.until(EVERY_BYTE)
        pair.device.write(EVERY_BYTE[::-1])
        await pair.at_user.until(EVERY_BYTE[::-1])
        await asyncio.sleep(0.02)
        assert (pair.at_device, pair.at_user) == (EVERY_BYTE, EVERY_BYTE[::-1])
        assert (pair.user.dropped, pair.device.dropped) == (0, 0)

    play(tmp_path / "line", story)


def test_the_line_is_raw_before_anybody_opens_it(tmp_path: Path) -> None:
    """What a device says first is no different for a user who does not set the terminal up."""

    async def story(pair: Pair) -> None:
        pair.user.close()
        user = os.open(tmp_path / "line", os.O_RDWR | os.O_NOCTTY)
        try:
            pair.device.write(b"\r\n\x03\x04")
            assert os.read(user, 100) == b"\r\n\x03\x04"
        finally:
            os.close(user)

    play(tmp_path / "line", story)


def test_users_come_and_go(tmp_path: Path) -> None:
    """The device serves the next user as the first, and no byte meant for the first."""

    async def story(pair: Pair) -> None:
        pair.user.close()
        pair.device.write(b"meant for the one who left")
        later = Heard()
        user = SerialPort(str(tmp_path / "line"), later.take)
        user.start()
        try:
            pair.device.write(b"welcome")
            await later.until(b"welcome")
            user.write(b"thanks")
            await pair.at_device.until(b"thanks")
        finally:
            user.close()

    play(tmp_path / "line", story)


@pytest.mark.parametrize("end", ["user", "device"])
def test_what_nobody_reads_is_dropped_and_counted_without_a_wait(tmp_path: Path, end: str) -> None:
    """A megabyte into a line whose other end sleeps takes no time and is counted."""

    async def story(pair: Pair) -> None:
        writer = pair.user if end == "user" else pair.device
        begun = asyncio.get_running_loop().time()
        for _ in range(1_000):  # the loop does not turn meanwhile: nobody reads
            writer.write(b"x" * 1_000)
        assert asyncio.get_running_loop().time() - begun < 1
        assert 900 < writer.dropped <= 1_000

    play(tmp_path / "line", story)


def test_a_device_without_any_user_drops_and_goes_on(tmp_path: Path) -> None:
    """A virtual board talks before the host is there."""

    async def story(pair: Pair) -> None:
        pair.user.close()
        for _ in range(1_000):
            pair.device.write(b"x" * 100)
        assert pair.device.dropped > 0
        pair.user.start()
        pair.device.write(b"now")
        await pair.at_user.until(b"now")

    play(tmp_path / "line", story)


def test_a_port_that_is_not_there_is_opened_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writes before that are counted; no start order is needed between host and board."""
    monkeypatch.setattr(ports, "_REOPEN_S", 0.01)

    async def story() -> None:
        heard, at_device = Heard(), Heard()
        user = SerialPort(str(tmp_path / "line"), heard.take)
        user.start()
        user.write(b"too early")
        assert user.dropped == 1
        await asyncio.sleep(0.03)
        device = PseudoPort(tmp_path / "line", at_device.take)
        device.start()
        try:
            async with asyncio.timeout(5):
                while not heard:
                    device.write(b"!")
                    await asyncio.sleep(0.005)
            user.write(b"hello")
            await at_device.until(b"hello")
        finally:
            user.close()
            device.close()

    asyncio.run(story())


def test_a_device_that_goes_and_returns_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The far end of a dead board is given up, and the path is tried until a new one is there."""
    monkeypatch.setattr(ports, "_REOPEN_S", 0.01)

    async def story() -> None:
        heard, at_device = Heard(), Heard()
        user = SerialPort(str(tmp_path / "line"), heard.take)
        for life in (b"1", b"2", b"3"):
            device = PseudoPort(tmp_path / "line", at_device.take)
            device.start()
            if life == b"1":
                user.start()
            async with asyncio.timeout(5):
                while life not in heard:
                    device.write(life)
                    await asyncio.sleep(0.005)
            device.close()
            assert not (tmp_path / "line").is_symlink()
        user.close()

    asyncio.run(story())


@pytest.mark.parametrize("what", ["file", "folder", "dangling link"])
def test_a_path_that_is_no_serial_port_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """It is tried again like a missing one, nothing is written to it, and no descriptor leaks."""
    monkeypatch.setattr(ports, "_REOPEN_S", 0.001)
    path = tmp_path / "line"
    if what == "file":
        path.write_bytes(b"precious")
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/pts/999999")

    async def story() -> None:
        before = _open_files()
        user = SerialPort(str(path), lambda _data: None)
        user.start()
        user.write(b"x")
        await asyncio.sleep(0.03)
        user.write(b"x")
        assert user.dropped == 2
        assert _open_files() == before
        user.close()
        await asyncio.sleep(0.005)

    asyncio.run(story())
    assert what != "file" or path.read_bytes() == b"precious"


def test_a_new_device_takes_over_the_link_of_one_that_died(tmp_path: Path) -> None:
    """A link that a killed board left behind leads to the new terminal."""
    (tmp_path / "line").symlink_to("/dev/pts/999999")

    async def story(pair: Pair) -> None:
        pair.user.write(b"hello")
        await pair.at_device.until(b"hello")

    play(tmp_path / "line", story)


def test_a_port_set_up_otherwise_is_made_raw_by_its_user(tmp_path: Path) -> None:
    """A real device's port may come with echo and line editing; the user's end takes that away."""
    near, far = pty.openpty()
    tty.setcbreak(far)  # echo off, but CR becomes NL
    path = os.ttyname(far)

    async def story() -> None:
        heard = Heard()
        user = SerialPort(path, heard.take)
        user.start()
        os.write(near, b"a\rb\x03")
        await heard.until(b"a\rb\x03")
        user.close()

    try:
        asyncio.run(story())
    finally:
        os.close(near)
        os.close(far)
