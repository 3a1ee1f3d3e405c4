"""The control line between launcher and children, on real pipes."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pilotline.links.operations import OperationError
from pilotline.runtime.control import LONGEST_LINE, ControlClient, ControlServer

CHILD = """
import asyncio
from pilotline.links.operations import OperationError
from pilotline.runtime.control import ControlServer

async def handle(op, args):
    match op:
        case "echo":
            return args
        case "shout":
            server.push("shouted", args["text"])
            print("a library prints to standard output", flush=True)
            return None
        case "die":
            raise SystemExit(3)
        case _:
            raise OperationError(f"There is no operation {op}.")

server = ControlServer(handle)
asyncio.run(server.serve())
"""


class Peer:
    """A child with its raw line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.stdin, self.stdout = process, process.stdin, process.stdout

    async def say(self, line: bytes) -> dict[str, Any]:
        """Send a line as it is; the next line that comes."""
        self.stdin.write(line + b"\n")
        answer: dict[str, Any] = json.loads(await self.stdout.readline())
        return answer


@asynccontextmanager
async def child() -> AsyncGenerator[Peer]:
    """A process that serves the control line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    peer = Peer(process)
    try:
        yield peer
    finally:
        peer.stdin.close()
        async with asyncio.timeout(10):
            await process.wait()


def test_a_request_is_answered_under_its_number() -> None:
    """The value comes back with the id."""

    async def story() -> None:
        async with child() as peer:
            answer = await peer.say(b'{"id": 7, "op": "echo", "args": {"a": [1, null]}}')
            assert answer == {"id": 7, "ok": True, "value": {"a": [1, None]}}

    asyncio.run(story())


def test_bad_lines_are_answered_and_the_next_one_is_served() -> None:
    """No JSON, no object, unknown fields, no id, an unknown word, a line too long: each gets a sentence."""
    bad = [b"", b"plug_in", b"[1]", b'{"id": 1}', b'{"id": 1, "op": "echo", "extra": 1}', b"\xff\xfe"]

    async def story() -> None:
        async with child() as peer:
            for line in bad:
                answer = await peer.say(line)
                assert not answer["ok"]
                assert answer["error"].startswith("Not a request: ")
            unknown = await peer.say(b'{"id": 2, "op": "fly"}')
            assert unknown == {"id": 2, "ok": False, "error": "There is no operation fly."}
            huge = await peer.say(b'{"id": 3, "op": "' + b"x" * (LONGEST_LINE + 10) + b'"}')
            assert "Not a request: longer than" in huge["error"]
            peer.stdin.write(b'\n{"id": 4, "op": "echo"}\n')
            async with asyncio.timeout(10):
                while (answer := json.loads(await peer.stdout.readline()))["id"] != 4:
                    assert not answer["ok"]
            assert answer["ok"]

    asyncio.run(story())


def test_a_child_whose_line_is_closed_ends() -> None:
    """The end of the line is the launcher's word to end: no orphan stays."""

    async def story() -> None:
        async with child() as peer:
            peer.stdin.close()
            async with asyncio.timeout(10):
                assert await peer.process.wait() == 0

    asyncio.run(story())


def test_the_launchers_end_asks_and_hears_events_and_endures_prints() -> None:
    """An answer meets its question, an event its listener, and a stray print ends nothing."""

    async def story() -> None:
        heard: list[tuple[str, Any]] = []
        async with child() as peer:
            client = ControlClient(peer.stdout, peer.stdin, lambda event, value: heard.append((event, value)))
            listening = asyncio.create_task(client.listen())
            asked = [client.ask("echo", {"n": n}) for n in range(20)]
            assert await asyncio.gather(*asked) == [{"n": n} for n in range(20)]
            with pytest.raises(OperationError, match=r"^There is no operation fly\.$"):
                await client.ask("fly", {})
            await client.ask("shout", {"text": "hello"})
            await client.ask("echo", {})
            peer.stdin.close()
            await listening
        assert ("shouted", "hello") in heard
        assert any(event == "unreadable" and "a library prints" in value for event, value in heard)

    asyncio.run(story())


def test_a_child_that_dies_leaves_nobody_waiting() -> None:
    """Who waits for an answer gets a sentence, and who asks afterwards gets one at once."""

    async def story() -> None:
        async with child() as peer:
            client = ControlClient(peer.stdout, peer.stdin, lambda _event, _value: None)
            listening = asyncio.create_task(client.listen())
            async with asyncio.timeout(5):
                with pytest.raises(OperationError, match="ended before it answered"):
                    await client.ask("die", {})
                await listening
                with pytest.raises(OperationError, match="has ended"):
                    await client.ask("echo", {})

    asyncio.run(story())


def test_events_are_dropped_for_a_launcher_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full pipe costs events, never memory without bound, and never the loop's time."""

    async def story() -> None:
        ours, theirs = os.pipe()
        idle_in, idle_out = os.pipe()

        async def handle(_op: str, _args: Mapping[str, Any]) -> Any:
            return None

        server = ControlServer(handle)
        with os.fdopen(idle_in, "rb") as stdin, os.fdopen(theirs, "wb") as stdout:
            monkeypatch.setattr(sys, "stdin", stdin)
            monkeypatch.setattr(sys, "stdout", stdout)
            serving = asyncio.create_task(server.serve())
            await asyncio.sleep(0.01)
            for _ in range(5_000):
                server.push("status", "x" * 1_000)
            assert server._writer is not None
            assert server._writer.get_write_buffer_size() < 1 << 19
            os.close(idle_out)
            os.close(ours)
            await serving

    asyncio.run(story())
