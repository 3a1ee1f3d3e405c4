"""Where firmware lies: two slots, one of which runs, and a trial that ends by itself in the old one.

The port has seven verbs. :class:`DirectorySlots` is its reference: a folder. What lies in its slots is kept
and chosen as a board's would be, but the Python program that runs is not exchanged by it: a board does that,
with an implementation of its own (RAUC's mark-active and mark-good, and a bootloader that counts starts, fit
these verbs), and secure boot is the board's too.
"""

import hashlib
from pathlib import Path
from typing import Protocol

import msgspec

from pilotline.drivers.whole_files import Disk, RealDisk, remove_whole, replace_whole
from pilotline.vocabulary.firmware import Booted

MOST_STARTS = 3
"""So often a firmware on trial is started; one more, and the old one runs again."""
_NAMES = ("a", "b")


class SlotError(Exception):
    """A slot cannot be read or written; the message is a sentence."""


class Manifest(msgspec.Struct, frozen=True):
    """What lies in a slot, and which update brought it."""

    update: str
    model: str
    version: str
    sha256: str
    size: int


class Slots(Protocol):
    """What a board provides. All but ``begin`` raise SlotError; each is durable when it returns."""

    def begin(self) -> Booted:
        """Once a start, before anything else: what runs now. A start of a trial is counted."""
        ...

    def spare(self) -> str | None:
        """The slot that may be written: never the one that runs, and none while one is on trial."""
        ...

    def write(self, update: str, model: str, version: str, payload: bytes) -> None:
        """Put a firmware into the spare slot. What runs stays as it is."""
        ...

    def try_next(self, update: str) -> None:
        """The next start runs the spare slot, on trial, if the firmware of this update is there, whole."""
        ...

    def confirm(self) -> None:
        """What runs on trial is the one that runs from now on."""
        ...

    def go_back(self) -> None:
        """There is no trial any more: the next start runs what ran before."""
        ...

    def inspect(self) -> tuple[tuple[str, str, str], ...]:
        """For people: each slot, the version there, and ``running``, ``trial``, ``spare`` or ``empty``."""
        ...


class _State(msgspec.Struct, frozen=True):
    """Which slot runs: ``confirmed``, empty for what the station was built with, unless one is on trial."""

    confirmed: str = ""
    trial: str = ""
    starts: int = 0
    fell_back: str = ""
    crashed: bool = False


class DirectorySlots:
    """Files in a folder, one of which says what runs. ``built_in`` is the program's own version."""

    def __init__(self, folder: Path, built_in: str, disk: Disk | None = None) -> None:
        self._folder = folder
        self._built_in = built_in
        self._disk = disk or RealDisk()

    def begin(self) -> Booted:
        """A state that cannot be written, or a slot that is not whole, never runs on trial."""
        state = self._state()
        if state.trial:
            state = self._count(state)
        slot = state.trial or state.confirmed
        manifest = self._whole(slot)
        if manifest is None:
            return Booted(self._built_in, fell_back=state.fell_back, crashed=state.crashed)
        trial = bool(state.trial)
        return Booted(manifest.version, slot, manifest.update, trial, state.fell_back, state.crashed)

    def spare(self) -> str | None:
        state = self._state()
        return None if state.trial else next(name for name in _NAMES if name != state.confirmed)

    def write(self, update: str, model: str, version: str, payload: bytes) -> None:
        slot = self.spare()
        if slot is None:
            raise SlotError("No slot is free while a firmware is on trial.")
        manifest = Manifest(update, model, version, hashlib.sha256(payload).hexdigest(), len(payload))
        try:
            if self._disk.read(self._manifest(slot)) is not None:
                remove_whole(self._disk, self._manifest(slot))  # from here on nothing there counts
            replace_whole(self._disk, self._payload(slot), payload)
            replace_whole(self._disk, self._manifest(slot), msgspec.json.encode(manifest))
        except OSError as error:
            raise _cannot("write the spare slot", error) from None

    def try_next(self, update: str) -> None:
        slot = self.spare()
        found = None if slot is None else self._whole(slot)
        if slot is None or found is None or found.update != update:
            raise SlotError("The spare slot does not hold the firmware of this update.")
        self._store(_State(self._state().confirmed, trial=slot))

    def confirm(self) -> None:
        state = self._state()
        if state.trial:
            self._store(_State(state.trial))

    def go_back(self) -> None:
        state = self._state()
        if state.trial:
            self._store(self._without_trial(state, crashed=False))

    def inspect(self) -> tuple[tuple[str, str, str], ...]:
        state = self._state()
        runs = state.trial or state.confirmed
        rows = [("built in", self._built_in, "spare" if runs else "running")]
        for name in _NAMES:
            manifest = self._whole(name)
            word = "spare" if name != runs else "trial" if state.trial else "running"
            rows.append((name, "", "empty") if manifest is None else (name, manifest.version, word))
        return tuple(rows)

    # --- the file that says which runs ---

    def _count(self, state: _State) -> _State:
        """One start more of the trial, or its end. What cannot be counted is not tried."""
        after = msgspec.structs.replace(state, starts=state.starts + 1)
        if state.starts >= MOST_STARTS or self._whole(state.trial) is None:
            after = self._without_trial(state, crashed=True)
        try:
            self._store(after)
        except SlotError:
            return self._without_trial(state, crashed=True)
        return after

    def _without_trial(self, state: _State, *, crashed: bool) -> _State:
        manifest = self._whole(state.trial)
        return _State(state.confirmed, fell_back="" if manifest is None else manifest.update, crashed=crashed)

    def _state(self) -> _State:
        """A file that is not there, or damaged, says that what the station was built with runs."""
        try:
            data = self._disk.read(self._folder / "slots.json")
            state = _State() if data is None else msgspec.json.decode(data, type=_State)
        except (OSError, msgspec.MsgspecError):
            return _State()
        known = {"", *_NAMES}
        return state if {state.confirmed, state.trial} <= known else _State()

    def _store(self, state: _State) -> None:
        try:
            replace_whole(self._disk, self._folder / "slots.json", msgspec.json.encode(state))
        except OSError as error:
            raise _cannot("say which slot runs", error) from None

    # --- what lies in a slot ---

    def _payload(self, slot: str) -> Path:
        return self._folder / f"slot-{slot}.payload"

    def _manifest(self, slot: str) -> Path:
        return self._folder / f"slot-{slot}.json"

    def _whole(self, slot: str) -> Manifest | None:
        """What lies there, if it is what was written."""
        if not slot:
            return None
        try:
            data, payload = self._disk.read(self._manifest(slot)), self._disk.read(self._payload(slot))
            manifest = None if data is None else msgspec.json.decode(data, type=Manifest)
        except (OSError, msgspec.MsgspecError):
            return None
        if manifest is None or payload is None or hashlib.sha256(payload).hexdigest() != manifest.sha256:
            return None
        return manifest


def _cannot(what: str, error: OSError) -> SlotError:
    reason = (error.strerror or str(error)).lower()
    return SlotError(f"The disk does not let the station {what}: {reason}.")
