"""The house and its fuse: loads come and go, a sensor at the supply sees them, and the car takes what is
left.

Where a sensor makes no difference each story is told with a clamp and with an EVSENS. What a clamp alone can
get wrong is in ``test_faults``.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise

import pytest

from pilotline.models.reader import load_charger
from pilotline.simulator.actions import EvsensFault, SetClamp, SetHouseLoad
from pilotline.simulator.bench import SilenceSupply
from pilotline.simulator.car import CarConfig
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import EvsensSlot
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from support.stories import Scene

S = ConnectorStatus
STEP_S = 0.1
MODEL = replace(load_charger("evnet-7kw-s"), evsens=EvsensSlot("evsens", 2))
"""The EVNET with a place for an EVSENS, which it has not as sold."""

GG_FUSES: dict[int, tuple[tuple[int, float], ...]] = {
    25: ((31_250, 3_600), (52_000, 10), (150_000, 0.1)),
    32: ((40_000, 3_600), (75_000, 10), (200_000, 0.1)),
    40: ((50_000, 3_600), (95_000, 10), (260_000, 0.1)),
    63: ((78_750, 3_600), (160_000, 10), (450_000, 0.1)),
}
"""What a gG fuse carries (mA) for how long (s) without melting: 1.25 times its current for the conventional
time (IEC 60269-1 table 2), and the lower gates of 10 s and 0.1 s (table 3)."""
FALLS_S = {"clamp": 1.1, "evsens": 2.1}
"""From a load to the lower offer; then the car has 5 s (IEC 61851-1 table A.6)."""
FOLLOWS_S = 5.0
TURN_S = 900


def at_home(sensor: str, fuse_a: int = 63, house_a: float = 0) -> Scene:
    """A car that charges behind such a fuse, beside a house that draws so much."""
    scene = Scene(
        MODEL, c_CTClamp=sensor == "clamp", c_Evsens=sensor == "evsens", c_MainFuseLimit=fuse_a * 10
    )
    if sensor == "clamp":
        scene.do(SetClamp())
    house(scene, house_a)
    scene.run(3)
    scene.charge()
    scene.run(20)
    return scene


def house(scene: Scene, amps: float) -> None:
    scene.do(SetHouseLoad(l1_ma=round(amps * 1_000)))


def two_at_home(sensor: str, fuse_a: int) -> Scene:
    """Two cars of 32 A on three phases, which share such a fuse with a house."""
    scene = Scene(
        "master-plus-ac",
        car=CarConfig(phases=3, obc_ma=32_000, capacity_wh=100_000, soc_percent=10),
        c_CTClamp=sensor == "clamp",
        c_Evsens=sensor == "evsens",
        c_MainFuseLimit=fuse_a * 10,
    )
    if sensor == "clamp":
        scene.do(SetClamp())
    scene.run(3)
    for connector in (1, 2):
        scene.charge(f"CARD{connector}", connector)
    scene.run(60)
    return scene


def supply_ma(scene: Scene) -> int:
    """What flows through the fuse, in truth."""
    cars = (place.world.current_ma.l1 for place in scene.station.places.values())
    return scene.world.house_ma.l1 + sum(cars)


def watch(scene: Scene, seconds: float) -> list[int]:
    """The fuse's current (mA), ten times a second."""

    def each() -> Iterator[int]:
        for _ in range(round(seconds / STEP_S)):
            yield supply_ma(scene)
            scene.run(STEP_S - 0.001)

    return list(each())


def longest_s(currents: list[int], above_ma: int) -> float:
    """The longest time without a break for which a current was exceeded."""
    runs = [len(list(run)) for over, run in groupby(ma > above_ma for ma in currents) if over]
    return max(runs, default=0) * STEP_S


def assert_the_fuse_holds(currents: list[int], fuse_a: int) -> None:
    """Above each point of its curve for no longer than the next one allows."""
    points = GG_FUSES[fuse_a]
    for (carries_ma, _), (_, for_s) in pairwise(points):
        assert longest_s(currents, carries_ma) <= for_s


# --- loads ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-32", "M-08", "R-48")
@pytest.mark.parametrize("sensor", FALLS_S)
@pytest.mark.parametrize(
    ("fuse_a", "load_a", "left_a"), [(25, 15, 10), (32, 20, 12), (40, 20, 20), (63, 50, 13)]
)
def test_a_load_takes_the_car_down_before_the_fuse_minds(
    sensor: str, fuse_a: int, load_a: int, left_a: int
) -> None:
    """An oven, a pump: the car has what is left within the stated time, and its old current when they go."""
    scene = at_home(sensor, fuse_a)
    before = scene.world.current_ma.l1
    house(scene, load_a)
    currents = watch(scene, FALLS_S[sensor])
    assert scene.seen.offered_a == left_a
    assert scene.seen.limit.source == sensor
    currents += watch(scene, FOLLOWS_S)
    assert supply_ma(scene) <= fuse_a * 1_000
    currents += watch(scene, 30)
    assert_the_fuse_holds(currents, fuse_a)
    assert scene.world.current_ma.l1 == pytest.approx(left_a * 1_000, abs=700)
    house(scene, 0)
    scene.run(30)
    assert scene.world.current_ma.l1 == pytest.approx(before, abs=10)


@pytest.mark.requirement("E-32", "M-08", "R-48")
@pytest.mark.parametrize("sensor", FALLS_S)
def test_a_house_that_needs_it_all_pauses_the_car_until_it_does_not(sensor: str) -> None:
    """Less than 6 A left: SuspendedEVSE, told with reason 3; 6 A and more: the same transaction goes on."""
    scene = at_home(sensor)
    house(scene, 60)
    currents = watch(scene, 30)
    assert_the_fuse_holds(currents, 63)
    assert (scene.seen.ocpp_status, scene.world.current_ma.l1) == (S.SUSPENDED_EVSE.value, 0)
    assert scene.reasons()[-1] == "3"
    house(scene, 40)
    scene.until(S.CHARGING)
    scene.run(20)
    assert scene.world.current_ma.l1 == pytest.approx(23_000, abs=700)
    assert [each for each in scene.statuses() if each == S.PREPARING.value] == [S.PREPARING.value]


@pytest.mark.requirement("E-32", "M-08")
@pytest.mark.parametrize("sensor", FALLS_S)
def test_a_fuse_holds_while_the_house_does_what_it_likes(sensor: str) -> None:
    """A quarter of an hour of kettles and ovens, whole amperes from a fixed list: never beyond the curve."""
    scene = at_home(sensor, fuse_a=40)
    currents: list[int] = []
    for n in range(60):
        house(scene, (n * 17) % 38)
        currents += watch(scene, 3 + (n * 7) % 23)
    assert_the_fuse_holds(currents, 40)
    assert scene.seen.faults == ()


# --- an EVSENS knows import from export -------------------------------------------------------------------


@pytest.mark.requirement("M-08")
def test_a_car_that_ramps_up_is_no_load_of_the_house() -> None:
    """Sensor and car are not of one moment: while it moves its own current must not pause it."""
    scene = at_home("evsens", fuse_a=25, house_a=9)
    offers = {scene.seen.limit.limit_a}
    for _ in range(3):
        scene.limit(0)
        scene.run(20)
        scene.limit(None)
        for _ in range(300):
            scene.run(0.1)
            offers.add(scene.seen.limit.limit_a)
    assert offers - {0.0} == {16.0}


@pytest.mark.requirement("M-08")
def test_a_roof_that_feeds_in_is_no_load() -> None:
    """30 A of sun behind a 40 A fuse: as soon as the car has shown the sensor's sign it has its 32 A."""
    scene = at_home("evsens", fuse_a=40, house_a=-30)
    scene.limit(0)
    scene.run(20)
    scene.limit(None)
    scene.run(40)
    assert scene.world.current_ma.l1 == pytest.approx(32_000, abs=10)
    house(scene, 0)
    assert_the_fuse_holds(watch(scene, 20), 40)


@pytest.mark.requirement("M-08")
def test_an_evsens_the_wrong_way_round_never_costs_the_fuse() -> None:
    """50 A of import told as export: what is left is 13 A, however often the car begins and ends."""
    scene = at_home("evsens")
    scene.station.evsens.fault = EvsensFault.REVERSED
    house(scene, 50)
    currents = watch(scene, 20)
    for _ in range(3):
        scene.limit(0)
        currents += watch(scene, 20)
        scene.limit(None)
        currents += watch(scene, 30)
    assert_the_fuse_holds(currents, 63)
    assert supply_ma(scene) <= 63_000


@pytest.mark.requirement("M-08")
@pytest.mark.parametrize("fault", [EvsensFault.SILENT, EvsensFault.GARBAGE, EvsensFault.BLIND])
def test_an_evsens_that_says_nothing_usable_leaves_6_a(fault: EvsensFault) -> None:
    """Within 7 s: 6 A, and who is told is told why; mended, the car has its current again."""
    scene = at_home("evsens")
    scene.station.evsens.fault = fault
    scene.run(7)
    assert scene.seen.offered_a == 6
    scene.run(5)
    assert scene.world.current_ma.l1 == 6_000
    assert (
        scene.seen.why.sentence
        == "Charging. The EVSENS at the house's supply is silent; 6 A until it answers."
    )
    assert [each.code for each in scene.seen.faults] == [faults.CLAMP_SILENT]
    scene.station.evsens.fault = EvsensFault.NONE
    scene.run(30)
    assert scene.world.current_ma.l1 == pytest.approx(32_000, abs=10)
    assert scene.seen.faults == ()


@pytest.mark.requirement("M-08")
def test_without_its_key_an_evsens_counts_for_nothing() -> None:
    """Whether one is there is configured: else the fuse alone limits, reason 5."""
    scene = at_home("none", fuse_a=25)
    house(scene, 20)
    scene.run(20)
    assert (scene.seen.limit.source, scene.seen.limit.code, scene.seen.limit.limit_a) == ("fuse", 5, 25)


# --- two cars ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-32", "M-08", "M-20", "R-48")
@pytest.mark.parametrize("sensor", FALLS_S)
@pytest.mark.parametrize(("fuse_a", "load_a"), [(40, 14), (40, 24), (63, 40)])
def test_a_load_takes_both_cars_down_before_the_fuse_minds(sensor: str, fuse_a: int, load_a: int) -> None:
    """The lower offers are out in the stated time, and then each has its half of what is left."""
    scene = two_at_home(sensor, fuse_a)
    assert [scene.at(n).offered_a for n in (1, 2)] == [16, 16]
    house(scene, load_a)
    currents = watch(scene, FALLS_S[sensor])
    assert sum(scene.at(n).offered_a for n in (1, 2)) <= fuse_a - load_a
    currents += watch(scene, FOLLOWS_S)
    assert supply_ma(scene) <= fuse_a * 1_000
    currents += watch(scene, 60)
    assert_the_fuse_holds(currents, fuse_a)
    half_a = (fuse_a - load_a) / 2
    assert [scene.at(n).offered_a for n in (1, 2)] == pytest.approx([half_a, half_a], abs=0.5)
    house(scene, 0)
    scene.run(60)
    assert [scene.at(n).offered_a for n in (1, 2)] == [16, 16]
    assert len(scene.told(v16.StartTransaction)) == 2


@pytest.mark.requirement("M-08", "M-20", "R-20")
@pytest.mark.parametrize("sensor", FALLS_S)
def test_a_sensor_that_falls_silent_leaves_6_a_for_one_of_two_in_turns(sensor: str) -> None:
    """Nobody knows what the house draws: 6 A and no more, a quarter of an hour each; then all as before."""
    scene = two_at_home(sensor, fuse_a=40)
    scene.do(SilenceSupply(silent=True))
    for first, second, after_s in ((1, 2, 7), (2, 1, TURN_S)):
        scene.run(after_s)
        charges, waits = scene.at(first), scene.at(second)
        assert (charges.offered_a, waits.offered_a) == (6, 0)
        assert charges.why.sentence.endswith("at the house's supply is silent; 6 A until it answers.")
        assert waits.why.sentence == "Another car has the supply now; this one waits for its turn."
        assert [fault.code for fault in charges.faults] == [faults.CLAMP_SILENT]
        assert max(watch(scene, 20)) <= 6_000
    scene.do(SilenceSupply(silent=False))
    scene.run(60)
    assert [scene.at(n).offered_a for n in (1, 2)] == [16, 16]
    assert len(scene.told(v16.StartTransaction)) == 2
