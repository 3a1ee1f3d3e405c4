"""A disk in memory whose power can be cut at any byte of any step; it then forgets what was not synced."""

from pathlib import Path
from random import Random


class PowerCutError(Exception):
    """The power is gone; whoever wrote does not live on."""


class CutDisk:
    """``budget`` bytes (and one for each other step) from now the power fails; None: it stays.

    What was written and not synced is lost from some byte on. A name that was changed and not synced may be
    the old one or the new one.
    """

    def __init__(self, seed: int = 0) -> None:
        self._chance = Random(seed)
        self._live: dict[Path, bytes] = {}
        self._lasting: dict[Path, bytes] = {}
        self._synced: dict[Path, bytes] = {}
        self.budget: int | None = None
        self.spent = 0

    def read(self, path: Path) -> bytes | None:
        return self._live.get(path)

    def write(self, path: Path, data: bytes) -> None:
        self._live[path] = b""
        for at in range(len(data)):
            self._live[path] = data[:at]
            self._pay()
        self._live[path] = data

    def sync(self, path: Path) -> None:
        self._pay()
        self._synced[path] = self._live[path]

    def rename(self, path: Path, to: Path) -> None:
        self._pay()
        self._live[to] = self._live.pop(path)
        if path in self._synced:
            self._synced[to] = self._synced.pop(path)
        else:
            self._synced.pop(to, None)

    def remove(self, path: Path) -> None:
        self._pay()
        self._live.pop(path, None)
        self._synced.pop(path, None)

    def sync_folder(self, path: Path) -> None:
        self._pay()
        self._lasting = {name: self._content(name) for name in self._live}

    def lose_power(self) -> None:
        """What there is when the power comes back."""
        found: dict[Path, bytes] = {}
        for name in sorted({*self._live, *self._lasting}):
            is_new = self._chance.random() < 0.5 or self._live.get(name) == self._lasting.get(name)
            if is_new and name in self._live:
                found[name] = self._content(name)
            elif not is_new and name in self._lasting:
                found[name] = self._lasting[name]
        self._live, self._lasting, self._synced = dict(found), dict(found), dict(found)
        self.budget = None

    def _content(self, name: Path) -> bytes:
        """Whole where it was synced, else any beginning of it."""
        data = self._live[name]
        if self._synced.get(name) == data:
            return data
        return data[: self._chance.randrange(len(data) + 1)]

    def _pay(self) -> None:
        self.spent += 1
        if self.budget is not None:
            self.budget -= 1
            if self.budget < 0:
                raise PowerCutError
