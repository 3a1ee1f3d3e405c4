"""What the station can examine of itself without a car and without disturbing one: a list of checks.

Each says how it is in a sentence, and what to do where that is not well. ``pilotline doctor`` asks some of
the same before a station runs. Pure: what has to be measured is measured by the shell and handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pilotline.links.diagnostics import ConnectorDiagnosis, Diagnosis
from pilotline.station.core import Station
from pilotline.station.notes import notes
from pilotline.station.snapshot import ConnectorView, LedView
from pilotline.vocabulary import faults

if TYPE_CHECKING:
    from pilotline.links.host import BackendView, HostView

SLOW_DISK_S = 2.0
"""A commit that takes longer makes a driver wait: no permit before the start is on the disk (R-53)."""
LITTLE_SPACE_MB = 100
MOST_ERRORS = 0.01
"""Of the frames from a safety module so many may be unreadable before its wiring is looked at."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is well (None: it cannot be said, or does not apply), what was found,
    and what to do.
    """

    name: str
    ok: bool | None
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the shell has tried: a durable write (None: it is not through yet), room, and which backend."""

    commit_s: float | None
    free_mb: int | None = None
    backend_configured: bool = True


def check_clock(utc: datetime | None) -> Check:
    """Whether the time is known."""
    if utc is None:
        advice = "Set it, or let the backend's registration tell the time."
        return Check("clock", False, "The clock is plainly wrong, or nobody has told the time.", advice)
    return Check("clock", True, f"It is {utc:%Y-%m-%d %H:%M:%S} UTC.")


def check_settings(found: Sequence[str]) -> Check:
    """What somebody should know of how the station is set up."""
    return Check("settings", not found, " ".join(found) or "Nothing of note.")


def check_space(free_mb: int) -> Check:
    """Room on the disk for the journal."""
    well = free_mb >= LITTLE_SPACE_MB
    return Check("space", well, f"{free_mb} MB are free.", "" if well else "Make room.")


def check_disk(commit_s: float | None, trouble: str | None = None) -> Check:
    """Whether a record reaches the disk, and how soon."""
    advice = "Make room, or have the storage replaced: no session begins that cannot be written down."
    if trouble is not None or commit_s is None:
        return Check("disk", False, trouble or "A record has not reached the disk in time.", advice)
    if commit_s > SLOW_DISK_S:
        return Check("disk", False, f"A record takes {commit_s:.1f} s to reach the disk.", advice)
    return Check("disk", True, f"A record reaches the disk in {commit_s * 1_000:.0f} ms.")


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
        checks.append(_meter(f"meter{of}", diagnosis, each.id))
        checks += [_covers(f"covers{of}", each), _faults(f"faults{of}", each), _ring(f"light{of}", each)]
    checks.append(_backend(backend, configured=tried.backend_configured))
    checks += [_network(backend), _leds(view.leds), check_settings(notes(station.keys))]
    return checks


def _board(name: str, station: Station, number: int, seen: ConnectorDiagnosis) -> Check:
    board = station.connectors[number].board
    if seen.pilot_state is None:
        advice = "Switch the station off and on; if that does not help, have it serviced."
        return Check(name, False, "The safety module does not answer.", advice)
    if not board.accepted:
        advice = "Start both with the same model."
        return Check(
            name, False, "Station and safety module were set up for different charger models.", advice
        )
    frames, errors = seen.link["frames"], seen.link["errors"] + seen.link["lost"]
    if errors > max(1, frames * MOST_ERRORS):
        advice = "Check the wires between computer and safety module."
        return Check(name, False, f"The safety module answers, with {errors} errors in {frames}.", advice)
    return Check(name, True, f"The safety module answers: {frames} messages, {errors} errors.")


def _meter(name: str, diagnosis: Diagnosis, number: int) -> Check:
    meter = diagnosis.meter[str(number)]
    if not meter.fitted:
        return Check(name, None, "This model has no meter.")
    if meter.answers is None:
        return Check(name, None, "The meter has not been read yet.", "Ask again in some seconds.")
    if not meter.answers:
        advice = "Check the meter's supply and its RS-485 wires A and B."
        return Check(name, False, meter.trouble or "The meter does not answer.", advice)
    return Check(name, True, f"The meter answers: {meter.register_wh} Wh.")


def _covers(name: str, view: ConnectorView) -> Check:
    open_ones = [each for each in view.faults if each.code & faults.TAMPER]
    if open_ones:
        return Check(name, False, " ".join(each.sentence for each in open_ones), open_ones[0].advice)
    return Check(name, True, "No cover is known to have been opened.")


def _faults(name: str, view: ConnectorView) -> Check:
    others = [each for each in view.faults if not each.code & faults.TAMPER]
    if others:
        return Check(name, False, " ".join(each.sentence for each in others), others[0].advice)
    return Check(name, True, "There is no fault.")


def _ring(name: str, view: ConnectorView) -> Check:
    """Nobody but a person sees whether a light is lit."""
    first, second, percent = view.light
    shown = f"in {first}" if first == second else f"changing between {first} and {second}"
    return Check(name, None, f"The ring should be lit {shown}, at {percent} %.", "Look whether it is.")


def _leds(lights: Sequence[LedView]) -> Check:
    if not lights:
        return Check("lights", None, "This model has no small lights.")
    told = ", ".join(f"{each.name} {each.state}" for each in lights)
    return Check("lights", None, f"The small lights tell: {told}.", "Look whether they do.")


def _backend(backend: "BackendView", *, configured: bool) -> Check:
    if not configured:
        return Check("backend", None, "No backend is configured: the station is offline.")
    if backend.connected:
        return Check("backend", True, "The backend has registered the station.")
    advice = "Check its address and the network; sessions are kept and sent later."
    return Check("backend", False, backend.problem or "The backend has not answered yet.", advice)


def _network(backend: "BackendView") -> Check:
    way, connected = backend.network, backend.connected
    if way is None:
        return Check("network", None, "The operating system chooses the way to the backend.")
    return Check("network", connected, way.sentence, "" if connected else "Check its cable or its signal.")
