"""A file somebody takes away: made whole in memory, because a station's are small."""

from typing import NamedTuple


class Blob(NamedTuple):
    """``name`` is what a browser saves it as."""

    name: str
    media_type: str
    data: bytes
