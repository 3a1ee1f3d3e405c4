"""What the house draws by a sensor that knows import from export, and whether its sign can be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.supply import STEP_MA, House, Sign, SignedSupply
from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase
from pilotline.vocabulary.time import SECOND


def one(ma: int) -> PerPhase[int]:
    return PerPhase(ma, 0, 0)


def seen(supply_ma: int, car_ma: int) -> PerPhase[int | None]:
    return PerPhase(supply_ma + car_ma, None, None)


class Told:
    """A sensor that is asked, and half a second later the car is measured; ``turn`` is the sensor's sign."""

    def __init__(self, turn: int = 1) -> None:
        self.supply = SignedSupply(1)
        self.turn = turn
        self.now = 0

    def second(self, house_ma: int, car_ma: int) -> House:
        self.now += SECOND
        self.supply.hear(PerPhase(self.turn * (house_ma + car_ma), None, None), self.now)
        found = self.supply.match(one(car_ma), self.now + SECOND // 2)
        assert found is not None
        return found

    def steps(self, house_ma: int, car_ma: int = 16_000) -> None:
        """The car begins and ends twice, each long enough to be at rest."""
        for each in (0, car_ma, 0, car_ma, 0):
            for _ in range(3):
                self.second(house_ma, each)


# --- the sign ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-08")
@given(st.integers(-60_000, 60_000), st.integers(STEP_MA, 32_000))
def test_steps_of_the_car_prove_the_sign(house_ma: int, car_ma: int) -> None:
    """Whatever the house draws or feeds in steadily, beginning and ending shows which way round it is."""
    right, wrong = Told(1), Told(-1)
    right.steps(house_ma, car_ma)
    wrong.steps(house_ma, car_ma)
    assert (right.supply.wrong, wrong.supply.wrong) == (False, True)
    house = max(0, house_ma)
    assert right.second(house_ma, 0) == House(house, house)
    assert wrong.second(house_ma, 0).least_ma >= house


@pytest.mark.requirement("M-08")
def test_before_its_sign_is_proven_export_counts_as_a_load() -> None:
    """30 A told as export may be 30 A of import: until a car has shown it, the fuse comes first."""
    told = Told()
    assert told.second(-30_000, 0) == House(30_000, 30_000)
    told.steps(-30_000)
    assert told.second(-30_000, 0) == House(0, 0)


def test_one_step_alone_proves_nothing() -> None:
    """An oven that goes off while a car comes could look like a sensor the wrong way round."""
    sign = Sign()
    sign.learn(30_000, 0)
    sign.learn(14_000, 16_000)
    assert not sign.wrong
    assert not sign.proven


def test_a_house_that_moves_with_the_car_is_no_vote() -> None:
    """A step that neither sign explains counts for none."""
    sign = Sign()
    for supply_ma, car_ma in ((0, 0), (0, 16_000), (0, 0), (50_000, 16_000)):
        sign.learn(supply_ma, car_ma)
    assert not sign.wrong
    assert not sign.proven


def test_a_sign_once_proven_can_be_lost() -> None:
    """Somebody turns the sensor round: two steps later it is as a clamp without a sign again."""
    told = Told()
    told.steps(10_000)
    told.turn = -1
    told.steps(10_000)
    assert told.second(10_000, 0) == House(10_000, 10_000)


# --- the moment -------------------------------------------------------------------------------------------


def test_a_reading_waits_for_the_cars_measurement() -> None:
    """What was measured before it says nothing of its moment; each reading counts once."""
    supply = SignedSupply(1)
    supply.match(one(6_000), 1)
    supply.hear(seen(10_000, 6_000), 2)
    assert supply.match(one(6_000), 1) is None
    assert supply.match(one(6_000), 3) == House(10_000, 10_000)
    assert supply.match(one(6_000), 4) is None


@given(st.integers(0, 60_000), st.integers(0, 32_000), st.integers(0, 32_000), st.integers(0, 100))
def test_a_moving_car_leaves_the_house_between_two_figures(
    house_ma: int, before: int, after: int, at: int
) -> None:
    """Wherever between its two measurements the car was, the house lies between the figures."""
    supply = SignedSupply(1)
    supply.match(one(before), 1)
    supply.hear(seen(house_ma, before + (after - before) * at // 100), 2)
    found = supply.match(one(after), 3)
    assert found is not None
    assert found.least_ma <= house_ma <= found.most_ma


def test_the_phase_with_the_largest_load_counts() -> None:
    """Three phases: their largest house."""
    supply = SignedSupply(3)
    supply.hear(PerPhase(10_000, 25_000, 5_000), 1)
    assert supply.match(ZERO, 2) == House(25_000, 25_000)


def test_a_reading_that_lacks_a_phase_is_none() -> None:
    """Unknown is not 0."""
    supply = SignedSupply(3)
    for reading in (UNKNOWN, PerPhase(1, None, 2)):
        supply.hear(reading, 1)
        assert supply.match(ZERO, 2) is None
