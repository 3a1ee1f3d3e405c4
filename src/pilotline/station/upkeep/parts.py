"""The parts of upkeep, in the order in which they hear each event."""

from collections.abc import Sequence

from pilotline.station.upkeep.access import BackendAccess
from pilotline.station.upkeep.certificates import Certificates
from pilotline.station.upkeep.core import Part, Surroundings
from pilotline.station.upkeep.firmware import FirmwareUpdate
from pilotline.station.upkeep.net_log import NetLog
from pilotline.station.upkeep.uploads import Uploads
from pilotline.station.upkeep.watch import SecurityWatch


def all_parts(surroundings: Surroundings) -> Sequence[Part]:
    """Each with what it is handed; a part that is added here is mounted everywhere."""
    parts: list[Part] = []
    parts.append(SecurityWatch(surroundings))
    parts.append(Certificates(surroundings))
    parts.append(BackendAccess(surroundings))
    parts.append(Uploads(surroundings))
    parts.append(FirmwareUpdate(surroundings))
    parts.append(NetLog(surroundings))
    return parts
