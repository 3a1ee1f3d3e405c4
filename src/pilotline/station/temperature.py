"""The derating table with its hysteresis: the hotter of two sensors counts (E-17, R-02, R-08)."""

from pilotline.vocabulary.charger import Temperature

NO_CURRENT = 0


class TemperatureLimit:
    """Falls with the table at once; rises only when the temperature has fallen ``hysteresis_mc`` further."""

    def __init__(self, table: Temperature) -> None:
        self._table = table
        self._limit_ma: int | None = None

    def update(self, hottest_mc: int) -> int | None:
        """The limit (mA) at this temperature; None where there is none, 0 above the last step."""
        here = self._look_up(hottest_mc)
        if _lower(here, self._limit_ma):
            self._limit_ma = here
        else:
            lifted = self._look_up(hottest_mc + self._table.hysteresis_mc)
            self._limit_ma = lifted if _lower(self._limit_ma, lifted) else self._limit_ma
        return self._limit_ma

    def _look_up(self, mc: int) -> int | None:
        if mc < self._table.from_mc:
            return None
        return next((step.limit_ma for step in self._table.steps if mc <= step.up_to_mc), NO_CURRENT)


def _lower(one: int | None, other: int | None) -> bool:
    """Whether ``one`` limits more than ``other``; None limits nothing."""
    return one is not None and (other is None or one < other)
