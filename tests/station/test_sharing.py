"""How connectors share one supply: what they may draw together, who waits, and who lends."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.models.reader import load_charger
from pilotline.station.sharing import CONFIRMED, IDLE_MA, Need, Sharing, divide
from pilotline.vocabulary.charger import SharedSupply
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import MINUTE, MS, SECOND

SUPPLY = SharedSupply(current_ma=32_000, turn_ms=900_000, unused_ms=60_000, headroom_ma=2_000)
RATED = 32_000
PERMIT, ORDERLY = 2 * SECOND, 6 * SECOND
LAPSE = PERMIT + ORDERLY + SECOND
STEP = SECOND // 2
TURN = SUPPLY.turn_ms * MS
UNUSED = SUPPLY.unused_ms * MS


@dataclass
class Car:
    """A connector with its board and its car, reduced to what current it may draw and does draw.

    ``takes_ma`` is what the car would like; ``follows`` how long it takes to follow a lower offer. ``talks``
    and ``hears``: the two directions of the line between host and board.
    """

    wants: bool = True
    cap_ma: int = RATED
    takes_ma: int = RATED
    follows: int = 3 * SECOND
    talks: bool = True
    hears: bool = True
    told_ma: int = 0
    permit_ma: int = 0
    permit_until: int = 0
    drawn_ma: int = 0
    _heard: tuple[int, int, int] | None = None
    _heard_at: int = 0
    _recent: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def live(self, share_ma: int, now: int) -> None:
        """The host gives its permit, the board takes it, the car follows it, the board tells."""
        alive = self.is_alive(now)
        self.told_ma = min(share_ma, self.cap_ma) if self.wants and alive else 0
        if alive and self.hears and self.told_ma:
            self.permit_ma, self.permit_until = self.told_ma, now + PERMIT
        elif alive and self.hears:
            self.permit_until = min(self.permit_until, now)
        self._recent = [each for each in self._recent if each[0] > now - self.follows]
        self._recent.append((now, self.offer_ma(now)))
        self.drawn_ma = min(self.takes_ma, max(offer for _, offer in self._recent))
        if self.talks:
            self._heard, self._heard_at = (now, self.offer_ma(now), self.drawn_ma), now

    def offer_ma(self, now: int) -> int:
        """What the pilot says."""
        return self.permit_ma if now < self.permit_until else 0

    def is_alive(self, now: int) -> bool:
        return self._heard is not None and now < self._heard_at + 3 * SECOND

    def need(self, now: int) -> Need:
        alive = self.is_alive(now)
        at, offered, drawn = self._heard or (0, 0, 0)
        wants = self.wants and alive and self.cap_ma >= MIN_OFFER_MA
        told = self.told_ma if alive else 0
        return Need(wants, self.cap_ma, told, at if alive else None, offered, drawn)


class Plant:
    """Cars that share a supply, in steps of half a second; the sum of what the pilots say is watched."""

    def __init__(self, *cars: Car, allowed_ma: int = 1_000_000, supply: SharedSupply = SUPPLY) -> None:
        self.cars = dict(enumerate(cars, 1))
        self.allowed_ma = allowed_ma
        self.sharing = Sharing(supply, self.cars, rated_ma=RATED, lapse=LAPSE)
        self.now = 0
        self.shares: dict[int, int] = dict.fromkeys(self.cars, 0)
        self.worst_offer_ma = self.worst_drawn_ma = 0

    def run(self, duration: int) -> "Plant":
        until = self.now + duration
        while self.now < until:
            self.now += STEP
            self.step()
        return self

    def step(self) -> None:
        needs = {number: car.need(self.now) for number, car in self.cars.items()}
        self.shares = dict(self.sharing.update(needs, self.allowed_ma, self.now))
        deadline = self.sharing.deadline(self.now)
        assert deadline is None or deadline > self.now
        for number, car in self.cars.items():
            car.live(self.shares[number], self.now)
        self.worst_offer_ma = max(self.worst_offer_ma, sum(self.offers()))
        self.worst_drawn_ma = max(self.worst_drawn_ma, sum(car.drawn_ma for car in self.cars.values()))

    def offers(self) -> Sequence[int]:
        return [car.offer_ma(self.now) for car in self.cars.values()]


# --- how much -------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-20")
def test_one_car_has_the_whole_supply() -> None:
    """Nobody else wants anything."""
    assert Plant(Car(), Car(wants=False)).run(MINUTE).offers() == [32_000, 0]


@pytest.mark.requirement("M-20")
def test_two_cars_have_half_each() -> None:
    """Both want all they can get."""
    assert Plant(Car(), Car()).run(MINUTE).offers() == [16_000, 16_000]


@pytest.mark.requirement("M-20")
def test_what_a_small_cable_cannot_carry_goes_to_the_other() -> None:
    """A cap of 10 A leaves 22."""
    assert Plant(Car(cap_ma=10_000), Car()).run(MINUTE).offers() == [10_000, 22_000]


def test_the_house_bounds_the_sum_too() -> None:
    """What else allows less than the supply is shared likewise."""
    assert Plant(Car(), Car(), allowed_ma=20_000).run(MINUTE).offers() == [10_000, 10_000]


@given(st.integers(0, 100_000), st.dictionaries(st.integers(1, 4), st.integers(0, 40_000), min_size=1))
def test_what_is_divided_is_fair_and_never_more_than_there_is(total: int, wishes: dict[int, int]) -> None:
    """Nobody gets more than it wishes, and who gets less than it wishes gets no less than anybody."""
    found = divide(total, wishes)
    assert sum(found.values()) <= total
    assert all(found[number] <= wish for number, wish in wishes.items())
    most = max(found.values())
    assert all(found[number] >= most - len(wishes) for number, wish in wishes.items() if found[number] < wish)


# --- what is given up is free when it is gone -----------------------------------------------------------


@pytest.mark.requirement("M-20")
def test_the_second_car_gets_what_the_first_has_left_and_not_before() -> None:
    """A car that follows after 5 s draws 32 A till then; the other is offered nothing until it has."""
    plant = Plant(Car(follows=5 * SECOND), Car(wants=False)).run(MINUTE)
    plant.cars[2].wants = True
    plant.run(3 * SECOND)
    assert plant.offers() == [16_000, 0]
    plant.run(10 * SECOND)
    assert plant.offers() == [16_000, 16_000]
    assert plant.worst_drawn_ma <= 32_000


@pytest.mark.requirement("M-20")
def test_a_car_that_does_not_come_down_keeps_what_it_takes() -> None:
    """It draws 20 A of its 16: the other gets 12, until the safety module trips the first (E-12)."""
    plant = Plant(Car(), Car(wants=False)).run(MINUTE)
    plant.cars[1].follows, plant.cars[1].takes_ma = 1000 * SECOND, 20_000
    plant.cars[2].wants = True
    plant.run(MINUTE)
    assert plant.offers() == [16_000, 12_000]


@pytest.mark.requirement("M-20")
def test_a_silent_board_keeps_its_offer_until_permit_and_orderly_stop_are_over() -> None:
    """It may have its last permit for 2 s and open after 6 more; then the other has all."""
    plant = Plant(Car(), Car()).run(MINUTE)
    plant.cars[1].talks = False
    plant.run(2 * SECOND)
    assert plant.shares == {1: 16_000, 2: 16_000}
    plant.run(LAPSE - SECOND)
    assert plant.shares == {1: 0, 2: 16_000}
    plant.run(5 * SECOND)
    assert plant.shares == {1: 0, 2: 32_000}
    assert plant.worst_offer_ma <= 32_000


@pytest.mark.requirement("M-20")
def test_a_board_that_hears_nothing_is_believed_in_what_it_draws() -> None:
    """The line to it is cut: it goes on with its last permit, says so, and nothing of it is given away."""
    plant = Plant(Car(), Car(wants=False)).run(MINUTE)
    plant.cars[1].hears, plant.cars[1].permit_until = False, 1 << 60
    plant.cars[2].wants = True
    plant.run(MINUTE)
    assert plant.offers() == [32_000, 0]


def test_after_boot_nobody_is_trusted_to_draw_nothing() -> None:
    """A permit of the host before may be in force: a board that is silent keeps its rating for that long."""
    plant = Plant(Car(), Car(talks=False)).run(LAPSE - SECOND)
    assert plant.offers() == [0, 0]
    assert plant.run(2 * SECOND).offers() == [32_000, 0]


def test_a_word_that_was_under_way_when_the_permit_fell_confirms_nothing() -> None:
    """The board says 16 A of a moment before it had heard of 32: it is asked again."""
    sharing = Sharing(SUPPLY, (1, 2), rated_ma=RATED, lapse=LAPSE)
    idle = Need(heard_at=1)
    first = Need(wants=True, cap_ma=RATED, heard_at=1)
    assert sharing.update({1: first, 2: idle}, RATED, 0) == {1: 32_000, 2: 0}
    told = first._replace(told_ma=32_000, heard_at=10 * SECOND)
    second = Need(wants=True, cap_ma=RATED, heard_at=1)
    assert sharing.update({1: told, 2: second}, RATED, 10 * SECOND) == {1: 16_000, 2: 0}
    late = told._replace(told_ma=16_000, offered_ma=16_000, heard_at=10 * SECOND + CONFIRMED - 1)
    assert sharing.update({1: late, 2: second}, RATED, 12 * SECOND) == {1: 16_000, 2: 0}
    sure = late._replace(heard_at=10 * SECOND + CONFIRMED)
    assert sharing.update({1: sure, 2: second}, RATED, 12 * SECOND) == {1: 16_000, 2: 16_000}


# --- turns ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-20")
def test_below_twelve_amperes_cars_take_turns() -> None:
    """One has all, the other nothing: never less than 6 A; after a turn they change."""
    plant = Plant(Car(), Car(), allowed_ma=10_000).run(MINUTE)
    assert plant.offers() == [10_000, 0]
    plant.run(TURN)
    assert plant.offers() == [0, 10_000]
    plant.run(TURN)
    assert plant.offers() == [10_000, 0]


@pytest.mark.requirement("M-20")
def test_who_waits_is_next_when_the_other_leaves() -> None:
    """No turn is waited out for a car that is gone."""
    plant = Plant(Car(), Car(), allowed_ma=10_000).run(MINUTE)
    plant.cars[1].wants = False
    assert plant.run(15 * SECOND).offers() == [0, 10_000]


def test_a_car_that_sleeps_through_its_turn_gives_way() -> None:
    """It has drawn nothing for a minute, and another waits."""
    plant = Plant(Car(takes_ma=0), Car(), allowed_ma=10_000).run(MINUTE // 2)
    assert plant.offers() == [10_000, 0]
    assert plant.run(UNUSED).offers() == [0, 10_000]


def test_less_than_six_amperes_is_for_nobody() -> None:
    """Everybody waits."""
    assert Plant(Car(), Car(), allowed_ma=5_900).run(MINUTE).offers() == [0, 0]


# --- lending --------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-20")
def test_what_a_car_does_not_use_goes_to_the_other() -> None:
    """A car at 8 A keeps 10 of its 16; after a minute the other has 22."""
    plant = Plant(Car(takes_ma=8_000), Car()).run(2 * UNUSED)
    assert plant.offers() == [10_000, 22_000]


@pytest.mark.requirement("M-20")
def test_a_car_asleep_keeps_the_six_amperes_that_wake_it() -> None:
    """The other has 26."""
    assert Plant(Car(takes_ma=0), Car()).run(2 * UNUSED).offers() == [6_000, 26_000]


@pytest.mark.requirement("M-20")
def test_what_was_lent_comes_back_when_it_is_wanted() -> None:
    """The car that had been at 8 A takes all of its 10: it has its half again."""
    plant = Plant(Car(takes_ma=8_000), Car()).run(2 * UNUSED)
    plant.cars[1].takes_ma = RATED
    assert plant.run(15 * SECOND).offers() == [16_000, 16_000]
    assert plant.worst_drawn_ma <= 32_000


def test_what_was_lent_is_not_given_back_and_lent_again() -> None:
    """A car that draws steadily less than it kept is left alone."""
    plant = Plant(Car(takes_ma=8_000), Car()).run(2 * UNUSED)
    for _ in range(20):
        assert plant.run(UNUSED // 2).offers() == [10_000, 22_000]


def test_a_car_alone_is_offered_all_whatever_it_uses() -> None:
    """What nobody else wants stays on offer."""
    assert Plant(Car(takes_ma=8_000), Car(wants=False)).run(3 * UNUSED).offers() == [32_000, 0]


# --- whatever happens -----------------------------------------------------------------------------------

CHANGES = st.tuples(
    st.integers(1, 3),
    st.fixed_dictionaries(
        {},
        optional={
            "wants": st.booleans(),
            "cap_ma": st.integers(0, RATED),
            "takes_ma": st.one_of(st.just(0), st.integers(IDLE_MA, RATED)),  # less is a meter's noise
            "follows": st.integers(0, 5 * SECOND),
            "talks": st.booleans(),
            "hears": st.booleans(),
        },
    ),
    st.sampled_from([STEP, SECOND, 4 * SECOND, 20 * SECOND, 2 * MINUTE]),
)


@pytest.mark.requirement("M-20")
@settings(max_examples=60)
@given(st.integers(8_000, 70_000), st.lists(CHANGES, max_size=25))
def test_the_sum_never_exceeds_the_supply(
    supply_ma: int, changes: list[tuple[int, dict[str, int], int]]
) -> None:
    """Whoever comes, leaves, sleeps, or falls silent: neither the pilots' sum nor what cars draw is more."""
    supply = SharedSupply(supply_ma, SUPPLY.turn_ms, SUPPLY.unused_ms, SUPPLY.headroom_ma)
    plant = Plant(Car(wants=False), Car(wants=False), Car(wants=False), supply=supply).run(12 * SECOND)
    for number, change, duration in changes:
        for name, value in change.items():
            setattr(plant.cars[number], name, value)
        plant.run(duration)
        assert all(share == 0 or share >= MIN_OFFER_MA for share in plant.shares.values())
    assert plant.worst_offer_ma <= supply_ma
    assert plant.worst_drawn_ma <= supply_ma


@pytest.mark.requirement("R-24", "M-20")
def test_the_master_plus_shares_a_connection_of_22_kw() -> None:
    """Two connectors, and figures that the type accepts."""
    model = load_charger("master-plus-ac")
    assert (model.connectors, model.shared_supply) == (2, SUPPLY)
