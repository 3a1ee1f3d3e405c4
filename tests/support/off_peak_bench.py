"""A station core that knows the time and the zone it stands in, for what depends on the hour."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pilotline.models.zones import find_zone
from pilotline.station import board
from pilotline.station.clock import WallClock
from pilotline.station.core import Station
from pilotline.station.events import ChangeKey, ChargeNow
from pilotline.station.snapshot import ConnectorView, view
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import KeepEnergy
from pilotline.vocabulary.time import HOUR, SECOND
from support.station_bench import EVNET, StationBench

SLOWER = 300
"""How many times slower heart and meter beat for a story of days: what a second is else is five minutes."""


def beat_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The station says and expects signs of life as seldom as a ``slow`` bench gives them."""
    for name in ("RENEW", "IDLE_BEAT", "SILENT"):
        monkeypatch.setattr(board, name, getattr(board, name) * SLOWER)


class OffPeakBench(StationBench):
    """``at`` is the UTC of its beginning, None: it does not know. ``seed`` is of its dice.

    ``slow``: board and meter speak ``SLOWER``; call ``beat_slowly`` before. The car takes what it is offered.
    """

    def __init__(
        self,
        at: str | None = "2026-01-05T12:00",
        *,
        model: ChargerModel = EVNET,
        online: bool = False,
        stored: Mapping[str, KeyValue] | None = None,
        seed: int = 1,
        slow: bool = False,
    ) -> None:
        self.slow = slow
        self._fed_at = 0
        self._fed_mwh = 0
        self.clock = WallClock(1)
        self.seed = seed
        if at is not None:
            self.learn(at, 0)
        super().__init__(model, online=online, stored=stored)

    def _make_core(self, model: ChargerModel, stored: Mapping[str, KeyValue] | None) -> Any:
        return Station(model, boot=1, stored=stored, clock=self.clock, find_zone=find_zone, seed=self.seed)

    def _wake(self) -> None:
        """A slow meter is read as seldom as the board speaks, or when the station begins to read it fast."""
        self._feed()
        read = self._read_due <= self.now
        self.board.beat = SLOWER * SECOND if self.slow else SECOND
        super()._wake()
        if self.slow and read:
            self._read_due = self.now + SLOWER * SECOND

    def _feed(self) -> None:
        """The meter has counted what flowed since the last look."""
        passed, self._fed_at = self.now - self._fed_at, self.now
        if self.board.relay and self.register_wh is not None:
            self._fed_mwh += 230 * self.board.offer_ma * passed // HOUR
            self.register_wh += self._fed_mwh // 1_000
            self._fed_mwh %= 1_000

    def learn(self, at: str, now: int | None = None) -> None:
        """Somebody tells it the time."""
        self.clock.learn(datetime.fromisoformat(at).replace(tzinfo=UTC), self.now if now is None else now)

    @property
    def utc(self) -> datetime:
        """The time it is in truth, where it knows."""
        utc_us = self.clock.stamp(self.now).utc_us
        assert utc_us is not None
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=utc_us)

    def run_until(self, at: str) -> None:
        """Let time pass up to a moment in UTC."""
        left = datetime.fromisoformat(at).replace(tzinfo=UTC) - self.utc
        self.run(left // timedelta(microseconds=1))

    def set(self, key: str, text: str) -> None:
        self.tell(ChangeKey(1, key, text))

    def charge_now(self) -> str | None:
        """The user says so; the sentence if it is refused."""
        (answer,) = [each for each in self.tell(ChargeNow(call=-1)) if hasattr(each, "reason")]
        return answer.reason

    def look(self) -> ConnectorView:
        return view(self.station, self.now)[0]

    def waits_s(self) -> float | None:
        """For how many seconds yet, by what it says of itself; None: it names no end."""
        until = self.look().why.until
        return None if until is None else (until - self.now) / SECOND

    def kept(self) -> list[KeepEnergy]:
        return self.all(KeepEnergy)
