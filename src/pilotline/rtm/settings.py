"""The safety settings: what commissioning may change, and within which bounds (R-49)."""

from collections.abc import Mapping

from pilotline.vocabulary.board import Setting
from pilotline.vocabulary.charger import Residual

_FACTORY = {
    Setting.VENTILATED_ENABLED: 0,
    Setting.LOCK_ENABLED: 1,
    Setting.RCD_TYPE: 0,
    Setting.VOLTAGE_OFFSET: 0,
    Setting.RCD_OFFSET: 0,
}
_AC_ALONE = 2
_WIDEST_V = 23  # E-18


class Settings:
    """``stored`` is what the board has kept; what is out of bounds there counts as never commissioned."""

    def __init__(self, residual: Residual, stored: Mapping[Setting, int]) -> None:
        self._residual = residual
        self._values = dict(_FACTORY)
        for setting, value in stored.items():
            self.take(setting, value)

    def __getitem__(self, setting: Setting) -> int:
        return self._values[setting]

    def take(self, setting: Setting, value: int) -> bool:
        """Put a value in force if it is within bounds; says whether it was."""
        within = self._allows(setting, value)
        if within:
            self._values[setting] = value
        return within

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
