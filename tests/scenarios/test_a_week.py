"""A week at home: an offline station, a car that comes in the evening, a Sunday when the clock is changed.

Great Britain, Wednesday 25 March to Wednesday 1 April 2026; summer time begins on the 29th. The station core
stands on its bench with a slow heart, so that a week takes seconds. What else is to happen in such a week is
told to the station between two ``sleep``.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from pilotline.links.energy import view_energy
from pilotline.simulator.energy_table import EnergyTable
from pilotline.station.events import BackendLink, CallAnswer, ClearProfiles, Reserve, SetProfile
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.energy import Tier
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from support.off_peak_bench import OffPeakBench, beat_slowly
from support.profiles import DAILY, profile

LONDON = ZoneInfo("Europe/London")
BLINK = timedelta(minutes=10)
"""A relay that was open for less is the same stretch of charging."""


class Week(OffPeakBench):
    """``charged`` are the stretches of time in which current flowed."""

    def __init__(self, at: str, stored: Mapping[str, KeyValue] | None = None) -> None:
        self.charged: list[tuple[datetime, datetime]] = []
        self._flows = False
        super().__init__(at, stored={"MeterValueSampleInterval": 900, **(stored or {})}, slow=True)

    def sleep(self, until: str) -> None:
        """Let time pass up to a local time."""
        end = datetime.fromisoformat(until).replace(tzinfo=LONDON).astimezone(UTC)
        self.run((end - self.utc) // timedelta(microseconds=1))

    def stay(self, until: str) -> None:
        """The car is plugged in, a card is shown; it wants power until it is taken away."""
        self.charge()
        self.sleep(until)
        self.leave()

    def leave(self) -> None:
        self.show(PilotState.B)
        self.unplug()
        self.run(30 * SECOND)

    def energy(self, tier: Tier, first: str = "", last: str = "") -> Mapping[str, int]:
        """The records, as the owner reads them."""
        table = EnergyTable({})
        for job in self.kept():
            table.keep(job)
        seen = view_energy(tier, first, last, LONDON, partial(table.read, 1))
        assert seen.undated_wh == 0
        return {record.begin: record.wh for record in seen.records}

    @property
    def begins(self) -> list[str]:
        """When each stretch began, as the clock on the wall showed it."""
        return [f"{begin.astimezone(LONDON):%a %H:%M}" for begin, _ in self.charged]

    @property
    def ends(self) -> list[str]:
        return [f"{end.astimezone(LONDON):%a %H:%M}" for _, end in self.charged]

    def _wake(self) -> None:
        super()._wake()
        flowed, self._flows = self._flows, self.board.relay
        if flowed:
            self.charged[-1] = (self.charged[-1][0], self.utc)
        elif self._flows and not (self.charged and self.utc - self.charged[-1][1] < BLINK):
            self.charged.append((self.utc, self.utc))


def is_soon_after(seen: str, moment: str) -> bool:
    """Within the ten minutes of the random delay."""
    minutes = [int(text[-5:-3]) * 60 + int(text[-2:]) for text in (seen, moment)]
    return seen[:3] == moment[:3] and 0 <= minutes[0] - minutes[1] <= 10


@pytest.mark.requirement("E-64", "E-65", "R-18")
def test_a_week_of_charging_off_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenings wait for ten o'clock by the clock on the wall, weekends and a user in a hurry for nothing; and
    the energy records add up to what the meter has counted, on a Sunday of 23 hours too."""
    beat_slowly(monkeypatch)
    week = Week("2026-03-25T17:30")
    register_wh = week.register_wh or 0

    week.stay("2026-03-26T07:30")

    week.sleep("2026-03-26T17:30")
    week.charge()
    week.sleep("2026-03-26T18:00")
    assert week.charge_now() is None
    week.sleep("2026-03-27T07:30")
    week.leave()

    week.sleep("2026-03-27T17:30")
    week.stay("2026-03-28T10:00")

    week.sleep("2026-03-28T17:30")
    week.stay("2026-03-29T10:00")

    week.sleep("2026-03-30T17:30")
    week.stay("2026-03-31T07:00")

    week.sleep("2026-03-31T07:30")
    week.stay("2026-03-31T15:00")

    expected = ["Wed 22:00", "Thu 18:00", "Fri 22:00", "Sat 17:30", "Mon 22:00", "Tue 07:30", "Tue 11:00"]
    assert all(map(is_soon_after, week.begins, expected)), week.begins
    assert week.ends == [
        "Thu 07:30",
        "Fri 07:30",
        "Sat 10:00",
        "Sun 10:00",
        "Tue 07:00",
        "Tue 08:00",
        "Tue 15:00",
    ]
    assert week.begins[1] == "Thu 18:00"

    week.sleep("2026-04-01T00:30")
    counted = (week.register_wh or 0) - register_wh
    assert sum(week.energy(Tier.MONTH).values()) == sum(week.energy(Tier.DAY).values()) == counted
    sunday = week.energy(Tier.HOUR, "2026-03-29", "2026-03-29")
    assert list(sunday)[:3] == [
        "2026-03-29T00:00:00+00:00",
        "2026-03-29T02:00:00+01:00",  # there was no hour from one to two
        "2026-03-29T03:00:00+01:00",
    ]
    assert week.energy(Tier.DAY)["2026-03-29"] == sum(sunday.values()) == pytest.approx(9 * 7_360, rel=0.01)
    assert week.energy(Tier.MONTH) == {"2026-03": counted}


@pytest.mark.requirement("E-64")
def test_a_night_in_which_an_hour_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A period over midnight belongs to the day it begins on, and a Sunday of 25 hours has 25 records."""
    beat_slowly(monkeypatch)
    week = Week(
        "2026-10-24T20:30",
        {"c_ChargeOffPeriod1": "disable,22:00,06:00", "c_ChargeOffPeriod2": "enable,22:00,06:00"},
    )
    friday = Week(
        "2026-10-23T20:30",
        {"c_ChargeOffPeriod1": "disable,22:00,06:00", "c_ChargeOffPeriod2": "enable,22:00,06:00"},
    )
    week.stay("2026-10-26T00:30")
    assert week.begins == ["Sat 21:30"]  # a Saturday begins no period
    assert len(week.energy(Tier.HOUR, "2026-10-25", "2026-10-25")) == 25
    friday.stay("2026-10-24T12:00")
    assert friday.ends[0] == "Fri 22:00"
    assert is_soon_after(friday.begins[1], "Sat 06:00")


NIGHT_S = 23 * 3_600
"""The cheap hours begin at 23:00 UTC: midnight by the clock on the wall in summer."""


def cheap_nights() -> Sequence[SetProfile]:
    """Nothing by day, and seven hours every night with all there is: a level that speaks at night alone."""
    by_day = profile((0, 0), number=1, stack=0, start_s=FRIDAY_S)
    at_night = profile(
        (0, 32_000), number=2, stack=1, start_s=FRIDAY_S + NIGHT_S, duration_s=7 * 3_600, every=DAILY
    )
    return [SetProfile(1, 0, by_day), SetProfile(2, 0, at_night)]


FRIDAY_S = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp())


@pytest.mark.requirement("E-60", "E-64", "R-30")
def test_a_week_of_cheap_nights_a_guest_and_a_night_without_the_backend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Profiles know UTC and no summer time; the off periods know the clock on the wall, and count offline
    alone; a place kept for a guest is no one else's, and his again when his time is over."""
    beat_slowly(monkeypatch)
    week = Week("2026-03-27T12:00")
    week.tell(BackendLink(True))
    words = [each.word for wish in cheap_nights() for each in week.tell(wish) if isinstance(each, CallAnswer)]
    assert words == ["Accepted", "Accepted"]

    week.sleep("2026-03-27T18:00")
    week.stay("2026-03-28T09:00")
    week.sleep("2026-03-28T18:00")
    week.stay("2026-03-29T09:00")  # the clock is changed in this night, and nothing moves
    week.sleep("2026-03-29T18:00")
    week.stay("2026-03-30T09:00")
    assert week.begins == ["Fri 23:00", "Sat 23:00", "Mon 00:00"]
    assert week.ends == ["Sat 06:00", "Sun 07:00", "Mon 07:00"]

    guest = Reserve(3, 7, 1, "GUEST", int(week.utc.timestamp() + 6 * 3_600) * SECOND)
    assert [each.word for each in week.tell(guest) if isinstance(each, CallAnswer)] == ["Accepted"]
    assert week.status is ConnectorStatus.RESERVED
    week.card("OWNER")
    assert week.connector.grant is None
    week.sleep("2026-03-30T15:01")
    assert week.status is ConnectorStatus.AVAILABLE

    week.tell(BackendLink(False))
    week.sleep("2026-03-30T23:30")
    week.charge()
    week.sleep("2026-03-31T06:30")
    week.leave()
    assert week.begins[3:] == ["Tue 00:00"]  # profiles go on without the backend
    for wish in (ClearProfiles(4), ClearProfiles(5)):
        week.tell(wish)
    week.sleep("2026-03-31T17:00")
    week.stay("2026-04-01T06:30")
    assert is_soon_after(week.begins[4], "Tue 22:00")  # without them the off period is what waits
