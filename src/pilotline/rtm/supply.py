"""The supply: the voltage window (E-18), the hardware's own limits (R-11), neutral to earth (E-11, E-24)."""

from pilotline.rtm.timing import Believed
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Sample
from pilotline.vocabulary.charger import Rating, Supply
from pilotline.vocabulary.time import earliest


class SupplyWatch:
    """Looks at the rated phases. ``suspect`` says that something is outside now, believed or not."""

    def __init__(self, limits: Supply, rating: Rating) -> None:
        self._limits = limits
        self._phases = rating.phases
        self._low_mv = rating.voltage_v * 10 * (100 - limits.window_percent)
        self._high_mv = rating.voltage_v * 10 * (100 + limits.window_percent)
        back_ms = limits.back_ms
        self._over, self._under = (Believed(limits.time.filter_ms, back_ms) for _ in range(2))
        self._far_over, self._far_under = (
            Believed(limits.hardware_time.filter_ms, back_ms) for _ in range(2)
        )
        self._neutral = Believed(limits.neutral_time.filter_ms, back_ms)
        self.suspect = False

    def update(self, sample: Sample, *, wider_mv: int, now: int) -> int:
        """The mask of faults; ``wider_mv`` is what commissioning adds to the window at both ends."""
        limits, rated = self._limits, sample.voltage_mv[: self._phases]
        least, most = min(rated), max(rated)
        low = max(self._low_mv - wider_mv, limits.hardware_low_mv)
        high = min(self._high_mv + wider_mv, limits.hardware_high_mv)
        fallen = most <= high - limits.hysteresis_mv
        risen = least >= low + limits.hysteresis_mv
        over = self._over.update(most > high, fallen, now)
        far_over = self._far_over.update(most > limits.hardware_high_mv, fallen, now)
        under = self._under.update(least < low, risen, now)
        far_under = self._far_under.update(least < limits.hardware_low_mv, risen, now)
        raised = sample.neutral_pe_mv > limits.neutral_pe_mv
        neutral = self._neutral.update(raised, not raised, now)
        self.suspect = most > high or least < low or raised
        mask = faults.OVERVOLTAGE if over or far_over else 0
        mask |= faults.UNDERVOLTAGE if under or far_under else 0
        return mask | (faults.NEUTRAL if neutral else 0)

    def deadline(self, now: int) -> int | None:
        watches = (self._over, self._under, self._far_over, self._far_under, self._neutral)
        return earliest(*(watch.deadline(now) for watch in watches))
