"""The safety settings: what commissioning may change, within which bounds, and how they last (R-49).

The record is ``RTMS``, a version, five signed figures of 32 bits in the order of their numbers, and the CRC32
of all before it; big-endian throughout. A figure more is a version more.
"""

import struct
import zlib
from collections.abc import Mapping

from pilotline.vocabulary.board import Setting
from pilotline.vocabulary.charger import Residual

FACTORY = {
    Setting.VENTILATED_ENABLED: 0,
    Setting.LOCK_ENABLED: 1,
    Setting.RCD_TYPE: 0,
    Setting.VOLTAGE_OFFSET: 0,
    Setting.RCD_OFFSET: 0,
}
"""Also the strictest: state D off, lock and DC watched, the window narrow, no compensation."""
_AC_ALONE = 2
_WIDEST_V = 23  # E-18
_MAGIC, _VERSION = b"RTMS", 1
_ORDER = tuple(sorted(FACTORY))
_BODY = struct.Struct(f">4sB{len(_ORDER)}i")
_SUM = struct.Struct(">I")


def encode(values: Mapping[Setting, int]) -> bytes:
    """The record of these values."""
    body = _BODY.pack(_MAGIC, _VERSION, *(values[setting] for setting in _ORDER))
    return body + _SUM.pack(zlib.crc32(body))


def decode(record: bytes) -> dict[Setting, int] | None:
    """The values of a record; None of one that is damaged, or that another kind of software wrote."""
    if len(record) != _BODY.size + _SUM.size:
        return None
    body = record[: _BODY.size]
    magic, version, *values = _BODY.unpack(body)
    (checksum,) = _SUM.unpack_from(record, _BODY.size)
    sound = (magic, version, checksum) == (_MAGIC, _VERSION, zlib.crc32(body))
    return dict(zip(_ORDER, values, strict=True)) if sound else None


class Settings:
    """``stored`` is the record the board has kept; None on a board that was never commissioned.

    ``lost``: a part of it, or all, could not be used, and the factory's values stand in its place until
    commissioning writes a sound record again. All or nothing would throw away a good offset because another
    value is out of the bounds of a newer model; so a value that is out of bounds is lost alone.
    """

    def __init__(self, residual: Residual, stored: bytes | None) -> None:
        self._residual = residual
        self._values = dict(FACTORY)
        values: Mapping[Setting, int] | None = {} if stored is None else decode(stored)
        self.lost = values is None
        for setting, value in (values or {}).items():
            self.lost |= not self._allows(setting, value)
            self.take(setting, value)

    def __getitem__(self, setting: Setting) -> int:
        return self._values[setting]

    def take(self, setting: Setting, value: int) -> bool:
        """Put a value in force if it is within bounds; says whether it was."""
        within = self._allows(setting, value)
        if within:
            self._values[setting] = value
        return within

    def record(self) -> bytes:
        """What the board has to keep from now on; with it nothing is lost any more."""
        self.lost = False
        return encode(self._values)

    @property
    def ventilated(self) -> bool:
        return bool(self[Setting.VENTILATED_ENABLED])

    @property
    def lock_enabled(self) -> bool:
        return bool(self[Setting.LOCK_ENABLED])

    @property
    def watches_dc(self) -> bool:
        return self[Setting.RCD_TYPE] != _AC_ALONE

    def _allows(self, setting: Setting, value: int) -> bool:
        match setting:
            case Setting.RCD_TYPE:
                return value == 0 or (value == _AC_ALONE and self._residual.external_dc_detection_allowed)
            case Setting.VOLTAGE_OFFSET:
                return 0 <= value <= _WIDEST_V
            case Setting.RCD_OFFSET:
                return abs(value) <= self._residual.offset_max_ua
            case _:
                return value in (0, 1)
