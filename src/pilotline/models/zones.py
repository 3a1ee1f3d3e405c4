"""The rules of time zones, from the system's database or from that of the package ``tzdata``."""

from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@cache
def find_zone(name: str) -> tzinfo | None:
    """The rules of an IANA name; None where there are none of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
