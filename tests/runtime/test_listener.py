"""The panel's listening sockets: refused in a sentence, and patient with visitors."""

import asyncio
import contextlib
import errno
import socket

import pytest

from pilotline.runtime import listener
from pilotline.runtime.listener import (
    ListenError,
    address,
    first_visitor,
    listen,
    listen_beyond,
    secure_address,
    split_address,
)


def test_it_listens_on_loopback_alone() -> None:
    """Another machine does not reach it."""
    with listen(0) as opened:
        assert opened.getsockname()[0] == "127.0.0.1"
        assert opened.family == socket.AF_INET


def test_its_address_is_what_a_browser_takes() -> None:
    """With the port it was given."""
    with listen(0) as opened:
        assert address(opened) == f"http://127.0.0.1:{opened.getsockname()[1]}/"


def test_it_blocks_nobody() -> None:
    """The event loop waits for visitors, not the socket."""
    with listen(0) as opened, pytest.raises(BlockingIOError):
        opened.accept()


def test_a_port_in_use_is_told_with_what_to_do() -> None:
    """A sentence that names the port and the way out."""
    with listen(0) as opened, pytest.raises(ListenError) as refused:
        listen(opened.getsockname()[1])
    assert "is in use by another program; choose another with --panel PORT" in str(refused.value)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "needs more rights"), (errno.EADDRNOTAVAIL, "cannot listen on port 80: ")],
)
def test_a_port_that_cannot_be_had_is_told(number: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights, and whatever else the system says, in its words."""

    def refuse(*_args: object, **_more: object) -> socket.socket:
        raise OSError(number, "no")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ListenError) as refused:
        listen(80)
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_port_is_free_again_for_the_next_start() -> None:
    """A connection that lingers does not keep the next station from its port."""
    with listen(0) as opened:
        port = opened.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            taken = _accept(opened)
            taken.close()
    with listen(port) as again:
        assert again.getsockname()[1] == port


def _accept(opened: socket.socket) -> socket.socket:
    opened.setblocking(True)
    return opened.accept()[0]


def test_the_first_visitor_is_noticed_and_stays_in_the_queue() -> None:
    """Whoever serves takes the connection; nothing of it is lost meanwhile."""

    async def story(opened: socket.socket) -> None:
        waiting = asyncio.create_task(first_visitor(opened))
        await asyncio.sleep(0)
        assert not waiting.done()
        with socket.create_connection(opened.getsockname()[:2]) as visitor:
            visitor.sendall(b"hello")
            await waiting
            with _accept(opened) as taken:
                assert taken.recv(5) == b"hello"

    with listen(0) as opened:
        asyncio.run(story(opened))


def test_a_visitor_who_was_there_before_is_noticed_too() -> None:
    """A page that comes back while a host starts again has waited in the queue."""
    with listen(0) as opened, socket.create_connection(opened.getsockname()[:2]):
        asyncio.run(asyncio.wait_for(first_visitor(opened), 5))


def test_who_stops_waiting_leaves_the_socket_alone() -> None:
    """The event loop looks at it no more."""

    async def story(opened: socket.socket) -> None:
        waiting = asyncio.create_task(first_visitor(opened))
        await asyncio.sleep(0)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        assert not asyncio.get_running_loop().remove_reader(opened)

    with listen(0) as opened:
        asyncio.run(story(opened))


def test_http_is_nowhere_else() -> None:
    """What another machine says goes over https."""
    assert listener.LOOPBACK == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.7", ("192.0.2.7", 8443)),
        ("192.0.2.7:443", ("192.0.2.7", 443)),
        ("::", ("::", 8443)),
        ("2001:db8::7", ("2001:db8::7", 8443)),
        ("[2001:db8::7]", ("2001:db8::7", 8443)),
        ("[::]:443", ("::", 443)),
    ],
)
def test_an_address_may_say_its_port(text: str, found: tuple[str, int]) -> None:
    """8443 when it does not."""
    assert split_address(text) == found


@pytest.mark.parametrize(
    "text", ["", "box.example", "1.2.3", "1.2.3.4:", "1.2.3.4:x", "[::]:99999", "[::", "1.2.3.4:²"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    """In a sentence that says what is."""
    with pytest.raises(ListenError, match="--panel-address") as refused:
        split_address(text)
    assert str(refused.value).endswith(".")


def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    """And a port in use is told with the option that chooses another."""
    with pytest.raises(ListenError, match=r"This machine has no address 192\.0\.2\.1"):
        listen_beyond("192.0.2.1", 0)
    with (
        listen_beyond("127.0.0.1", 0) as opened,
        pytest.raises(ListenError, match="--panel-address ADDRESS:PORT"),
    ):
        listen_beyond("127.0.0.1", opened.getsockname()[1])


def test_a_visitor_at_either_door_is_the_first() -> None:
    """Whichever he takes."""
    with listen(0) as near, listen_beyond("127.0.0.1", 0) as far:
        with socket.create_connection(far.getsockname()[:2]):
            asyncio.run(asyncio.wait_for(first_visitor(near, far), 5))
        assert secure_address(far, "box.example") == f"https://box.example:{far.getsockname()[1]}/"
        assert secure_address(far, "::1").startswith("https://[::1]:")
