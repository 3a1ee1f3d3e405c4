"""What a page shows of a station beside the snapshot: its day, whose card charges, what waits for a restart.

The snapshot is for every door and told to everybody; a name is told to those who may know it (P-05, M-14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC

from pilotline.station.core import Station


@dataclass(frozen=True, slots=True)
class Here:
    """``today`` is the day where the station is, 2026-03-29, None while nobody knows the time.

    ``after_restart`` are the keys that were changed and count after a restart. ``names`` are those of the
    cards that charge now, by the tag as the session has it; a card that the book has no name for is left out.
    """

    today: str | None = None
    after_restart: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])


def look_around(station: Station, now: int) -> Here:
    """As it is at core time ``now``."""
    return Here(_today(station, now), tuple(station.keys.after_restart), _names(station))


def _today(station: Station, now: int) -> str | None:
    local = station.off_peak.local
    utc = local.utc(now)
    return None if utc is None else utc.astimezone(local.zone or UTC).date().isoformat()


def _names(station: Station) -> Mapping[str, str]:
    tags = [each.session.tag for each in station.connectors.values() if each.session is not None]
    if not tags:
        return {}  # most pictures are of a station that nobody charges at
    names = station.cards.names
    return {tag: names[tag.casefold()] for tag in tags if tag.casefold() in names}
