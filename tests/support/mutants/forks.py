"""Work done in forks of this process: side by side, each with one verdict, and none of them for ever."""

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import NoReturn, Self

SURVIVED, KILLED, REFUSED, HANGS = "survived", "killed", "refused", "hangs"
_MEMORY = 3 << 30
"""Bytes of address space: what grows without end ends here."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant, by which test, and how many seconds that took; ``note`` is for people."""

    mutant: str
    outcome: str
    test: str = ""
    seconds: float = 0.0
    note: str = ""


Work = Callable[[], Verdict]


class HangsError(BaseException):
    """What is done takes far longer than it should; no ``except Exception`` stops it."""


class Hanging:
    """A limit to the seconds of CPU that something may take; ``told`` says that it was reached."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.told = False

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._tell)
        signal.setitimer(signal.ITIMER_PROF, self._seconds, 5)
        return self

    def _tell(self, _signal: int, _frame: object) -> NoReturn:
        self.told = True
        raise HangsError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return kind is HangsError


def side_by_side(works: Iterator[tuple[str, Work]], workers: int) -> Iterator[Verdict]:
    """As many forks as there are workers, each with the work of one mutant; the verdicts as they come."""
    running: dict[int, tuple[str, int, float]] = {}
    while True:
        while len(running) < workers and (following := next(works, None)):
            read, child = _start(following[1])
            running[read] = following[0], child, time.perf_counter()
        if not running:
            return
        for read in select.select(list(running), [], [])[0]:
            name, child, begun = running.pop(read)
            yield replace(_verdict(name, read, child), seconds=round(time.perf_counter() - begun, 2))


def in_a_fork(name: str, work: Work) -> Verdict:
    """Do this one work in a fork, and wait for it."""
    return _verdict(name, *_start(work))


def told_by(session: Callable[[Callable[[Verdict], None]], None]) -> Iterator[Verdict]:
    """Run a session in a fork that tells one verdict after the other; what stops it is raised here."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _be_quiet()
        with os.fdopen(write, "w", buffering=1) as pipe:
            _tell_all(session, lambda answer: print(json.dumps(answer), file=pipe))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        for line in pipe:
            yield _read(line)
    os.waitpid(child, 0)


class StoppedError(Exception):
    """A session cannot go on, in words for people."""


def _tell_all(
    session: Callable[[Callable[[Verdict], None]], None], say: Callable[[dict[str, object]], None]
) -> None:
    try:
        session(lambda verdict: say(asdict(verdict)))
    except StoppedError as error:
        say({"stopped": str(error)})
    except BaseException as error:  # noqa: BLE001 - a fork must never go on as its parent
        say({"stopped": f"the court itself failed: {error!r}"})


def _start(work: Work) -> tuple[int, int]:
    """Do it in a fork; where to read the verdict, and whose it is."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _be_quiet()
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        with os.fdopen(write, "w") as pipe:
            json.dump(_answer(work), pipe)
        os._exit(0)
    os.close(write)
    return read, child


def _answer(work: Work) -> dict[str, object]:
    """The verdict; a mistake of ours is told as such, for it is no verdict."""
    try:
        return asdict(work())
    except BaseException as error:  # noqa: BLE001 - a fork must never go on as its parent
        return {"stopped": f"the court itself failed: {error!r}"}


def _verdict(name: str, read: int, child: int) -> Verdict:
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        return Verdict(name, KILLED, note="its process died")
    return replace(_read(text), mutant=name)


def _read(text: str) -> Verdict:
    answer = json.loads(text)
    if "stopped" in answer:
        raise StoppedError(answer["stopped"])
    return Verdict(**answer)


def _be_quiet() -> None:
    sys.stdout.flush()
    sink = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(sink, stream)
