"""Too hot (E-17, R-02): above the last step of the derating table the station stops."""

from pilotline.rtm.timing import Believed
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import Temperature


class HeatWatch:
    """The hotter of the two sensors counts. Less current above 72 °C is the host's business, not this."""

    def __init__(self, table: Temperature) -> None:
        self._most_mc = table.steps[-1].up_to_mc
        self._cool_mc = self._most_mc - table.hysteresis_mc
        self._hot = Believed(table.time.filter_ms)

    def update(self, temperature_mc: tuple[int, int], now: int) -> int:
        hotter = max(temperature_mc)
        hot = self._hot.update(hotter > self._most_mc, hotter <= self._cool_mc, now)
        return faults.TEMPERATURE if hot else 0

    def deadline(self, now: int) -> int | None:
        return self._hot.deadline(now)
