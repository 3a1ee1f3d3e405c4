"""What the station can examine of itself without a car and without disturbing one: a list of checks.

Each says how it is in a sentence, and what to do where that is not well. ``pilotline doctor`` asks some of
the same before a station runs. Pure: what has to be measured is measured by the shell and handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pilotline.links.diagnostics import ConnectorDiagnosis, Diagnosis
from pilotline.station.core import Station
from pilotline.station.notes import notes
from pilotline.station.snapshot import ConnectorView, FaultView, LedView
from pilotline.vocabulary import faults
from pilotline.vocabulary.sentences import Told, Word, told

if TYPE_CHECKING:
    from pilotline.links.host import BackendView, HostView

SLOW_DISK_S = 2.0
"""A commit that takes longer makes a driver wait: no permit before the start is on the disk (R-53)."""
LITTLE_SPACE_MB = 100
MOST_ERRORS = 0.01
"""Of the frames from a safety module so many may be unreadable before its wiring is looked at."""


class Finding(NamedTuple):
    """One row: what may be found, as a format, and what to do about it."""

    code: str
    sentence: str
    advice: str = ""


CLOCK_WRONG = Finding(
    "clock_wrong",
    "The clock is plainly wrong, or nobody has told the time.",
    "Set it, or let the backend's registration tell the time.",
)
CLOCK_SAYS = Finding("clock_says", "It is {time} UTC.")
NOTHING_OF_NOTE = Finding("nothing_of_note", "Nothing of note.")
SPACE = Finding("space", "{free} MB are free.")
LITTLE_SPACE = Finding("little_space", "{free} MB are free.", "Make room.")
DISK_TROUBLE = Finding(
    "disk_trouble",
    "A record has not reached the disk in time.",
    "Make room, or have the storage replaced: no session begins that cannot be written down.",
)
DISK_SLOW = Finding("disk_slow", "A record takes {seconds} s to reach the disk.", DISK_TROUBLE.advice)
DISK_WELL = Finding("disk_well", "A record reaches the disk in {ms} ms.")
BOARD_SILENT = Finding(
    "board_silent",
    "The safety module does not answer.",
    "Switch the station off and on; if that does not help, have it serviced.",
)
BOARD_MODEL = Finding(
    "board_model",
    "Station and safety module were set up for different charger models.",
    "Start both with the same model.",
)
BOARD_ERRORS = Finding(
    "board_errors",
    "The safety module answers, with {errors} errors in {frames}.",
    "Check the wires between computer and safety module.",
)
BOARD_WELL = Finding("board_well", "The safety module answers: {frames} messages, {errors} errors.")
NO_METER = Finding("no_meter", "This model has no meter.")
METER_UNREAD = Finding("meter_unread", "The meter has not been read yet.", "Ask again in some seconds.")
METER_SILENT = Finding(
    "meter_silent", "The meter does not answer.", "Check the meter's supply and its RS-485 wires A and B."
)
METER_WELL = Finding("meter_well", "The meter answers: {wh} Wh.")
COVERS_WELL = Finding("covers_well", "No cover is known to have been opened.")
NO_FAULT = Finding("no_fault", "There is no fault.")
RING_STEADY = Finding(
    "ring_steady", "The ring should be lit in {first}, at {percent} %.", "Look whether it is."
)
RING_CHANGES = Finding(
    "ring_changes",
    "The ring should be lit changing between {first} and {second}, at {percent} %.",
    "Look whether it is.",
)
NO_LIGHTS = Finding("no_lights", "This model has no small lights.")
LIGHTS_TELL = Finding("lights_tell", "The small lights tell: {states}.", "Look whether they do.")
NO_BACKEND = Finding("no_backend", "No backend is configured: the station is offline.")
BACKEND_WELL = Finding("backend_well", "The backend has registered the station.")
BACKEND_AWAY = Finding(
    "backend_away",
    "The backend has not answered yet.",
    "Check its address and the network; sessions are kept and sent later.",
)
WAY_CHOSEN = Finding("way_chosen", "The operating system chooses the way to the backend.")
WAY_WELL = Finding("way_well", "The way to the backend is open.")
WAY_BROKEN = Finding("way_broken", "The way to the backend is broken.", "Check its cable or its signal.")

FINDINGS = tuple(each for each in globals().values() if isinstance(each, Finding))


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is well (None: it cannot be said, or does not apply), what was found,
    and what to do.

    ``told`` and ``advised`` are the same for a page that says it in another language: sentences by their
    place in the table of what the page says.
    """

    name: str
    ok: bool | None
    sentence: str
    advice: str = ""
    told: tuple[Told, ...] = ()
    advised: tuple[Told, ...] = ()


def _check(name: str, ok: bool | None, row: Finding, **words: Word) -> Check:
    found = Told(row.sentence.format(**words), f"check.{row.code}", words)
    return Check(name, ok, found.sentence, row.advice, (found,), _advice(row))


def _advice(row: Finding) -> tuple[Told, ...]:
    return (Told(row.advice, f"check.{row.code}.advice"),) if row.advice else ()


def _quote(name: str, row: Finding, said: Sequence[Told], kind: str) -> Check:
    """Not well, for reasons that another table has; where it has none, as the row says it."""
    if not said:
        return _check(name, False, row)
    found = tuple(replace(each, code=each.code and f"{kind}.{each.code}") for each in said)
    return Check(name, False, " ".join(each.sentence for each in found), row.advice, found, _advice(row))


@dataclass(frozen=True, slots=True)
class Tried:
    """What the shell has tried: a durable write (None: it is not through yet), room, and which backend."""

    commit_s: float | None
    free_mb: int | None = None
    backend_configured: bool = True


def check_clock(utc: datetime | None) -> Check:
    """Whether the time is known."""
    if utc is None:
        return _check("clock", False, CLOCK_WRONG)
    return _check("clock", True, CLOCK_SAYS, time=f"{utc:%Y-%m-%d %H:%M:%S}")


def check_settings(found: Sequence[str]) -> Check:
    """What somebody should know of how the station is set up."""
    if not found:
        return _check("settings", True, NOTHING_OF_NOTE)
    return _quote("settings", NOTHING_OF_NOTE, [told(each) for each in found], "note")


def check_space(free_mb: int) -> Check:
    """Room on the disk for the journal."""
    well = free_mb >= LITTLE_SPACE_MB
    return _check("space", well, SPACE if well else LITTLE_SPACE, free=free_mb)


def check_disk(commit_s: float | None, trouble: str | None = None) -> Check:
    """Whether a record reaches the disk, and how soon."""
    if trouble is not None or commit_s is None:
        return _quote("disk", DISK_TROUBLE, [told(trouble)] if trouble else [], "trouble")
    if commit_s > SLOW_DISK_S:
        return _check("disk", False, DISK_SLOW, seconds=f"{commit_s:.1f}")
    return _check("disk", True, DISK_WELL, ms=f"{commit_s * 1_000:.0f}")


def examine(
    station: Station, diagnosis: Diagnosis, view: "HostView", utc: datetime | None, tried: Tried
) -> list[Check]:
    """All checks, of one moment: ``diagnosis`` and ``view`` are of the same."""
    backend, views = view.backend, view.connectors
    many = len(views) > 1
    checks = [check_clock(utc), check_disk(tried.commit_s, diagnosis.disk)]
    if tried.free_mb is not None:
        checks.append(check_space(tried.free_mb))
    for each in views:
        of = f" {each.id}" if many else ""
        checks.append(_board(f"board{of}", station, each.id, diagnosis.connectors[str(each.id)]))
        checks.append(_meter(f"meter{of}", station, diagnosis, each.id))
        checks += [_covers(f"covers{of}", each), _faults(f"faults{of}", each), _ring(f"light{of}", each)]
    checks.append(_backend(backend, configured=tried.backend_configured))
    checks += [_network(backend), _leds(view.leds), check_settings(notes(station.keys))]
    return checks


def _board(name: str, station: Station, number: int, seen: ConnectorDiagnosis) -> Check:
    if seen.pilot_state is None:
        return _check(name, False, BOARD_SILENT)
    if not station.connectors[number].board.accepted:
        return _check(name, False, BOARD_MODEL)
    frames, errors = seen.link["frames"], seen.link["errors"] + seen.link["lost"]
    well = errors <= max(1, frames * MOST_ERRORS)
    return _check(name, well, BOARD_WELL if well else BOARD_ERRORS, frames=frames, errors=errors)


def _meter(name: str, station: Station, diagnosis: Diagnosis, number: int) -> Check:
    meter = diagnosis.meter[str(number)]
    if not meter.fitted:
        return _check(name, None, NO_METER)
    if meter.answers is None:
        return _check(name, None, METER_UNREAD)
    if meter.answers:
        return _check(name, True, METER_WELL, wh=str(meter.register_wh))
    silence = station.connectors[number].meter_silence or meter.trouble
    return _quote(name, METER_SILENT, [told(silence)] if silence else [], "trouble")


def _covers(name: str, view: ConnectorView) -> Check:
    return _of_faults(name, [each for each in view.faults if each.code & faults.TAMPER], COVERS_WELL)


def _faults(name: str, view: ConnectorView) -> Check:
    return _of_faults(name, [each for each in view.faults if not each.code & faults.TAMPER], NO_FAULT)


def _of_faults(name: str, found: Sequence[FaultView], none: Finding) -> Check:
    """All of them, with the advice of the first."""
    if not found:
        return _check(name, True, none)
    said = tuple(Told(each.sentence, f"fault.{each.name}") for each in found)
    advised = (Told(found[0].advice, f"fault.{found[0].name}.advice"),)
    return Check(name, False, " ".join(each.sentence for each in said), found[0].advice, said, advised)


def _ring(name: str, view: ConnectorView) -> Check:
    """Nobody but a person sees whether a light is lit."""
    first, second, percent = view.light
    if first == second:
        return _check(name, None, RING_STEADY, first=first, percent=percent)
    return _check(name, None, RING_CHANGES, first=first, second=second, percent=percent)


def _leds(lights: Sequence[LedView]) -> Check:
    if not lights:
        return _check("lights", None, NO_LIGHTS)
    return _check(
        "lights", None, LIGHTS_TELL, states=", ".join(f"{each.name} {each.state}" for each in lights)
    )


def _backend(backend: "BackendView", *, configured: bool) -> Check:
    if not configured:
        return _check("backend", None, NO_BACKEND)
    if backend.connected:
        return _check("backend", True, BACKEND_WELL)
    return _quote("backend", BACKEND_AWAY, [backend.trouble] if backend.trouble else [], "trouble")


def _network(backend: "BackendView") -> Check:
    way, connected = backend.network, backend.connected
    if way is None:
        return _check("network", None, WAY_CHOSEN)
    if connected:
        return replace(_quote("network", WAY_WELL, way.told, "way"), ok=True)
    return _quote("network", WAY_BROKEN, way.told, "way")
