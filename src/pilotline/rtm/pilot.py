"""Reading the control pilot: from a voltage to a believed state (IEC 61851-1 table A.4; R-12, E-15).

It knows levels and time, no relay and no permit.
"""

from pilotline.rtm.timing import after, on_delay
from pilotline.vocabulary.charger import PilotLimits
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import earliest

WITH_A_CAR = frozenset({PilotState.B, PilotState.C, PilotState.D})


class PilotReader:
    """Windows with hysteresis, then a debounce per state.

    While the station itself drives state F the vehicle cannot be seen: the last state is kept.
    ``raw`` is the state of the present level, ``state`` the believed one.
    """

    def __init__(self, limits: PilotLimits) -> None:
        self._limits = limits
        self.state = PilotState.UNDEFINED
        self.raw = PilotState.UNDEFINED
        self._due = 0
        self._left_c = on_delay(limits.left_c_ms)
        self._undefined = on_delay(limits.undefined_fault_ms)
        self._no_diode = on_delay(limits.diode_ms)

    def update(self, high_mv: int, driven: PilotMode, now: int) -> None:
        """Take the level as it is at ``now``, under what the station drives."""
        raw = self.state if driven is PilotMode.FAULT else self._classify(high_mv)
        if raw is not self.raw:
            self.raw = raw
            self._due = after(now, self._limits.debounce_ms[raw])
        if now >= self._due:
            self.state = self.raw

    def has_left(self, chargeable: frozenset[PilotState], now: int) -> bool:
        """Whether another state is believed, or the level was in none of these for ``left_c_ms`` on end."""
        gone = self._left_c.update(self.raw not in chargeable, now)
        return gone or self.state not in chargeable

    def is_undefined(self, driven: PilotMode, now: int) -> bool:
        """Whether 0x80 is due: a level between the windows, or 0 V (state E), that is not our own state F."""
        seen = driven is not PilotMode.FAULT and self.state in (PilotState.UNDEFINED, PilotState.E)
        return self._undefined.update(seen, now)

    def lacks_diode(self, low_mv: int, driven: PilotMode, now: int) -> bool:
        """Whether 0x100 is due: with PWM and a car, the low level does not reach -12 V."""
        return self._no_diode.update(
            driven is PilotMode.PWM and self.raw in WITH_A_CAR and low_mv > self._limits.diode_max_mv,
            now,
        )

    def deadline(self, now: int) -> int | None:
        return earliest(
            self._due if self.raw is not self.state and self._due > now else None,
            self._left_c.deadline(now),
            self._undefined.deadline(now),
            self._no_diode.deadline(now),
        )

    def _classify(self, mv: int) -> PilotState:
        margin = self._limits.hysteresis_mv
        own = self._limits.windows.get(self.state)
        if own is not None and own.low_mv - margin <= mv <= own.high_mv + margin:
            return self.state
        for state, window in self._limits.windows.items():
            if window.low_mv <= mv <= window.high_mv:
                return state
        return PilotState.UNDEFINED
