"""Times as OCPP writes them: RFC 3339 texts out, and in what backends really send; also as whole seconds."""

import re
from datetime import UTC, datetime, timedelta

from pilotline.wire.ocpp.errors import TimeFormatError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:([Zz])|([+-]\d\d):?(\d\d))", re.ASCII
)


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with Z and milliseconds, cut and not rounded. Raises TimeFormatError without a zone."""
    if moment.tzinfo is None:
        raise TimeFormatError("a time without a zone is not a moment")
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise TimeFormatError("the time lies outside the years 1 to 9999") from error
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_time(text: str) -> datetime:
    """A peer's time, in UTC: any offset, any fraction or none. Raises TimeFormatError.

    A time without a zone is refused: it may be a backend's local time, and a clock set by it is hours off.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise TimeFormatError(f"not an RFC 3339 time with a zone: {text[:40]!r}")
    day, clock, fraction, zulu, hours, minutes = found.groups()
    zone = "+00:00" if zulu else f"{hours}:{minutes}"
    micros = ((fraction or "") + "000000")[:6]
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimeFormatError(f"no such time: {text[:40]!r}") from error


def seconds_of(text: str | None) -> int | None:
    """A peer's time in seconds since 1970, fractions cut off; None for none. Raises TimeFormatError."""
    return None if text is None else (parse_time(text) - _EPOCH) // timedelta(seconds=1)


def text_of(seconds: int) -> str:
    """Seconds since 1970 as a time."""
    return format_time(_EPOCH + timedelta(seconds=seconds))
