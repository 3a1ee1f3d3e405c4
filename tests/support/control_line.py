"""``pilotline run --control stdio`` as another program scripts it: one JSON object a line, in and out."""

import json
import queue
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.processes import COMMAND, environment

LONGEST_S = 40.0
"""An answer that takes longer is none."""


class ControlLine:
    """``ask`` gives the value of what must succeed, ``refusal`` the sentence of what must not."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self._notes: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._last_id = 0
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What nobody asked for, so far."""
        return [line for line in self.lines if "event" in line]

    def note(self) -> str:
        """The next note, from the first one on."""
        return self._notes.get(timeout=LONGEST_S)

    def begin(self, op: str, **args: Any) -> int:
        """Send a request; its answer is fetched with ``answer_to``."""
        self._last_id += 1
        self.write(json.dumps({"id": self._last_id, "op": op, "args": args}).encode())
        return self._last_id

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def answer_to(self, number: int) -> dict[str, Any]:
        """The next answer that bears this id."""
        return self._queue(number).get(timeout=LONGEST_S)

    def answer(self, op: str, **args: Any) -> dict[str, Any]:
        return self.answer_to(self.begin(op, **args))

    def ask(self, op: str, **args: Any) -> Any:
        answer = self.answer(op, **args)
        assert answer["ok"], f"{op} {args}: {answer['error']}"
        return answer.get("value")

    def refusal(self, op: str, **args: Any) -> str:
        """The sentence of an operation that cannot be done."""
        answer = self.answer(op, **args)
        assert not answer["ok"], f"{op} {args} was done"
        return answer["error"]

    def wait(self, timeout_s: float = 20, **fields: Any) -> None:
        self.ask("wait", **{"for": fields, "timeout_s": timeout_s})

    def connector(self) -> dict[str, Any]:
        """The status of connector 1."""
        return self.ask("status")["connectors"][0]

    def end(self) -> int:
        """Close standard input and wait for the end; the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.ended()

    def ended(self) -> int:
        """The exit code of a station that ends by itself."""
        code = self.process.wait(LONGEST_S)
        self._reader.join(LONGEST_S)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            assert isinstance(message, dict)
            self.lines.append(message)
            if message.get("event") == "note":
                self._notes.put(message["value"])
            if "id" in message:
                self._queue(message["id"]).put(message)

    def _queue(self, number: int) -> queue.SimpleQueue[dict[str, Any]]:
        with self._lock:
            return self._answers.setdefault(number, queue.SimpleQueue())


@contextmanager
def controlled(home: Path, *args: str) -> Generator[ControlLine]:
    """A station on ``home/data``; whatever happens, it and its children are gone at the end."""
    process = subprocess.Popen(
        [*COMMAND, "run", "--control", "stdio", "--data", "data", *args],
        cwd=home,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    line = ControlLine(process)
    try:
        yield line
    finally:
        process.kill()
        line.ended()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()
