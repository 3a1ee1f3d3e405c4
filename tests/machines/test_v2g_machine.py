"""Our car and our charger on one line: whole sessions, every habit, and a line on which anything may happen.

The stories are one session each. The machine loses, delays, doubles, swaps and damages what is sent, lets
power and people do what they like, and asks after every step that nothing breaks but by a named end; in the
end time alone brings both to theirs, with all contactors open and the pilot released.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pilotline.simulator.dc_car import DcCarConfig
from pilotline.simulator.power_stage import SetInsulation
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import AcLimits, DcLimits, Insulation, Trouble
from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.evcc import words as car
from pilotline.wire.v2g.evcc.words import EvccConfig, Quirk, Transfer
from pilotline.wire.v2g.secc import words as charger
from pilotline.wire.v2g.secc.words import Authorisation, PausedSession, PilotSeen, SeccConfig, Wish
from support.v2g_pair import DIN_DC, ISO2_AC, ISO2_DC, KINDS, LATENCY, SESSION_ID, V2gPair

kinds = pytest.mark.parametrize("kind", KINDS)
DC_KINDS = pytest.mark.parametrize("kind", ["DIN DC", "ISO 15118-2 DC"])
ISO_KINDS = pytest.mark.parametrize("kind", ["ISO 15118-2 DC", "ISO 15118-2 AC"])


def loop(kind: str) -> str:
    return "ChargingStatusReq" if kind == "ISO 15118-2 AC" else "CurrentDemandReq"


def charging(kind: str, times: int = 20, **changes: object) -> V2gPair:
    """In the charge loop."""
    pair = V2gPair(replace(KINDS[kind], **changes)) if changes else V2gPair(KINDS[kind])  # type: ignore[arg-type]
    return pair.until_asked(loop(kind), times)


def end(pair: V2gPair, ours: charger.Ending, cars: car.Ending) -> None:
    """Both come to these ends, and all is let go."""
    pair.run()
    assert pair.car_ended is not None, pair.story()
    assert pair.charger_ended is not None, pair.story()
    assert (pair.charger_ended.ending, pair.car_ended.ending) == (ours, cars), pair.story()
    pair.check_ends()


# --- stories --------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
@pytest.mark.requirement("M-10")
@DC_KINDS
def test_a_battery_is_charged_from_20_to_21_percent(kind: str) -> None:
    """The whole of it: cable check, precharge, current, the battery's wish to end, welding detection."""
    pair = V2gPair(KINDS[kind], battery=DcCarConfig(soc_percent=20, until_percent=21))
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)
    assert pair.order()[-7:] == [
        "CableCheckReq", "PreChargeReq", "PowerDeliveryReq", "CurrentDemandReq", "PowerDeliveryReq",
        "WeldingDetectionReq", "SessionStopReq",
    ]  # fmt: skip
    assert pair.battery.stored_wh(pair.now) == pytest.approx(52_000 * 0.21, rel=0.001)
    assert max(state.current_ma for state in pair.states) > 100_000
    assert pair.inlets()[:3] == [False, True, False]


@pytest.mark.requirement("M-01")
@pytest.mark.requirement("M-10")
def test_an_ac_car_charges_as_it_is_offered_and_stops() -> None:
    pair = charging("ISO 15118-2 AC")
    assert pair.taken()[-1] == 16_000
    pair.put("power", AcLimits(230_000, 10_000, 3))
    pair.run(2)
    assert pair.taken()[-1] == 10_000
    pair.tell_car(wants=False)
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)


def test_an_ac_car_waits_through_an_offer_of_nothing() -> None:
    pair = charging("ISO 15118-2 AC")
    pair.put("power", AcLimits(230_000, 0, 3))
    pair.run(120)
    assert pair.taken()[-1] == 0
    assert not pair.over
    pair.put("power", AcLimits(230_000, 16_000, 3))
    pair.run(2)
    assert pair.taken()[-1] == 16_000


@pytest.mark.requirement("R-55")
@kinds
def test_a_person_may_take_four_minutes_with_his_card(kind: str) -> None:
    pair = V2gPair(KINDS[kind], authorised=Authorisation.WAITING)
    pair.run(240)
    assert not pair.over
    pair.put("secc", Authorisation.GRANTED)
    pair.until_asked(loop(kind))


@pytest.mark.requirement("R-55")
@kinds
def test_without_an_identification_both_end_after_five_minutes(kind: str) -> None:
    pair = V2gPair(KINDS[kind], authorised=Authorisation.WAITING)
    end(pair, charger.Ending.REFUSED, car.Ending.REFUSED)
    assert 300 * SECOND <= pair.now < 303 * SECOND


@kinds
def test_a_car_that_may_not_charge_is_refused(kind: str) -> None:
    pair = V2gPair(KINDS[kind], authorised=Authorisation.REFUSED)
    end(pair, charger.Ending.REFUSED, car.Ending.REFUSED)


@pytest.mark.requirement("M-01")
@ISO_KINDS
def test_a_pause_and_the_return_to_the_same_session(kind: str) -> None:
    pair = charging(kind)
    pair.tell_car(wants=False, pause=True)
    end(pair, charger.Ending.PAUSED, car.Ending.PAUSED)
    kept = pair.secc.paused
    assert kept is not None
    assert kept.session_id == pair.evcc.session_id == SESSION_ID
    again = V2gPair(replace(KINDS[kind], session_id=pair.evcc.session_id), resume=kept)
    again.until_asked(loop(kind))
    setup = next(each for each in again.answered if type(each).__name__ == "SessionSetupRes")
    assert setup.response_code.value == "OK_OldSessionJoined"  # type: ignore[attr-defined]


def test_a_car_that_comes_back_to_another_session_gets_a_new_one() -> None:
    pair = V2gPair(
        replace(ISO2_DC, session_id=bytes.fromhex("0808080808080808")),
        resume=PausedSession(b"\7" * 8, ISO2_DC.evccid, ISO2_DC.protocols[0]),
    )
    pair.until_asked("CurrentDemandReq")
    assert pair.evcc.session_id == SESSION_ID


@pytest.mark.requirement("M-01")
@ISO_KINDS
@pytest.mark.parametrize("stays", [False, True], ids=["opens", "stays in C"])
@pytest.mark.parametrize("who", ["car", "charger"])
def test_new_terms_are_negotiated_while_it_charges(kind: str, stays: bool, who: str) -> None:
    pair = charging(kind, quirks=frozenset({Quirk.STAYS_IN_C} if stays else set()))
    before = len(pair.told(loop(kind)))
    if who == "car":
        pair.tell_car(renegotiate=True)
    else:
        pair.wish(Wish.RENEGOTIATE)
    pair.until_asked(loop(kind), before + 20)
    dc = kind == "ISO 15118-2 DC"
    again = ["CableCheckReq", "PreChargeReq"] if dc and not stays else []
    asked = pair.order()
    first = asked.index(loop(kind)) + 1
    assert asked[first:] == [
        "PowerDeliveryReq", "ChargeParameterDiscoveryReq", *again, "PowerDeliveryReq", loop(kind),
    ]  # fmt: skip
    assert pair.pilots() == ("BC" if stays else "BCBC")
    assert pair.taken()[-1] > 0
    pair.tell_car(wants=False)
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)


@kinds
def test_the_station_asks_for_the_end_and_the_car_obeys(kind: str) -> None:
    pair = charging(kind)
    pair.wish(Wish.STOP)
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)
    assert pair.order()[-1] == "SessionStopReq"


@kinds
@pytest.mark.parametrize("trouble", [Trouble.EMERGENCY, Trouble.MALFUNCTION, Trouble.UTILITY])
def test_trouble_in_the_middle_of_the_charging_lets_all_go_in_time(kind: str, trouble: Trouble) -> None:
    """Within two of the car's questions its contactors are open, whatever the trouble."""
    pair = charging(kind)
    begun = pair.now
    pair.trouble(trouble)
    pair.run(30, until=lambda: pair.pilots()[-1] == "B")
    assert pair.now - begun < 2 * SECOND
    pair.run()
    assert pair.over
    pair.check_ends()


def test_an_emergency_is_the_cars_reason_too() -> None:
    pair = charging("DIN DC")
    pair.trouble(Trouble.EMERGENCY)
    pair.run()
    assert pair.car_ended is not None
    assert pair.car_ended.ending is car.Ending.EMERGENCY


@DC_KINDS
def test_a_leak_found_by_the_cable_check_ends_it_before_power(kind: str) -> None:
    pair = V2gPair(KINDS[kind])
    pair.put("power", SetInsulation(Insulation.FAULT))
    end(pair, charger.Ending.BROKE_OFF, car.Ending.REFUSED)
    assert True not in pair.inlets()


@kinds
@pytest.mark.parametrize("when", [0.05, 0.5, 1.0, 2.0, 3.0, 5.0])
def test_a_line_that_dies_ends_both(kind: str, when: float) -> None:
    pair = V2gPair(KINDS[kind]).run(when)
    pair.to_car = pair.to_charger = lambda _: []
    pair.run(130)
    assert pair.over, pair.story()
    pair.check_ends()


@ISO_KINDS
def test_receipts_are_given_for_what_the_meter_counted(kind: str) -> None:
    pair = V2gPair(KINDS[kind], charger=SeccConfig(receipts=True, meter_id="1"))
    pair.until_asked("MeteringReceiptReq", 3)
    assert not pair.over
    pair.tell_car(wants=False)
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)


# --- habits ---------------------------------------------------------------------------------------

ALONE = {
    Quirk.CABLE_CHECK_IN_AC: ("ISO 15118-2 AC", charger.Ending.REFUSED, car.Ending.REFUSED),
    Quirk.LEAVES_AFTER_DISCOVERY: ("ISO 15118-2 AC", charger.Ending.CAR_LEFT, car.Ending.TERMINATED),
    Quirk.LEAVES_AFTER_PARAMETERS: ("DIN DC", charger.Ending.CAR_LEFT, car.Ending.TERMINATED),
}


@pytest.mark.requirement("M-01")
@kinds
@pytest.mark.parametrize("quirk", [each for each in Quirk if each not in ALONE], ids=lambda each: each.value)
def test_a_car_with_a_habit_charges_all_the_same(kind: str, quirk: Quirk) -> None:
    pair = charging(kind, quirks=frozenset({quirk}))
    assert pair.taken()[-1] > 0, pair.story()
    pair.tell_car(wants=False)
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)


@pytest.mark.parametrize("quirk", ALONE, ids=lambda each: each.value)
def test_a_car_whose_habit_is_to_fail_comes_to_its_end(quirk: Quirk) -> None:
    kind, ours, cars = ALONE[quirk]
    end(V2gPair(replace(KINDS[kind], quirks=frozenset({quirk}))), ours, cars)


def test_a_car_with_all_harmless_habits_at_once_charges() -> None:
    pair = charging("DIN DC", quirks=frozenset(Quirk) - frozenset(ALONE))
    assert pair.taken()[-1] > 0


def test_an_impatient_car_leaves_a_charger_without_current() -> None:
    """[9]: the output is limited to nothing, and the car goes after a minute, in order."""
    pair = charging("DIN DC", quirks=frozenset({Quirk.IMPATIENT_WITHOUT_CURRENT}))
    pair.put("power", DcLimits(500_000, 0, 0, 150_000, 0))
    begun = pair.now
    end(pair, charger.Ending.TERMINATED, car.Ending.TERMINATED)
    assert 60 * SECOND <= pair.now - begun < 65 * SECOND


@pytest.mark.parametrize("transfer", [Transfer.DC_CORE, Transfer.AC_SINGLE_PHASE])
def test_other_kinds_of_transfer_charge_too(transfer: Transfer) -> None:
    base = ISO2_DC if transfer is Transfer.DC_CORE else ISO2_AC
    name = loop("ISO 15118-2 DC" if base is ISO2_DC else "ISO 15118-2 AC")
    pair = V2gPair(replace(base, transfer=transfer)).until_asked(name, 20)
    assert pair.taken()[-1] > 0


def test_a_car_that_speaks_both_takes_the_one_it_likes_better() -> None:
    pair = V2gPair(EvccConfig()).until_asked("CurrentDemandReq")
    assert "AuthorizationReq" in pair.order()
    pair = V2gPair(EvccConfig(protocols=(DIN_DC.protocols + ISO2_DC.protocols)))
    assert "ContractAuthenticationReq" in pair.until_asked("CurrentDemandReq").order()


# --- a line on which anything may happen ----------------------------------------------------------

Deed = Callable[[bytes], Sequence[tuple[int, bytes]]]


def lose(_: bytes) -> Sequence[tuple[int, bytes]]:
    return []


def double(data: bytes) -> Sequence[tuple[int, bytes]]:
    return [(LATENCY, data), (2 * LATENCY, data)]


def cut(data: bytes) -> Sequence[tuple[int, bytes]]:
    return [(LATENCY, data[:5]), (3 * LATENCY, data[5:])]


def truncate(data: bytes) -> Sequence[tuple[int, bytes]]:
    return [(LATENCY, data[:-3])]


def swap(data: bytes) -> Sequence[tuple[int, bytes]]:
    """The second half overtakes the first."""
    half = len(data) // 2
    return [(LATENCY, data[half:]), (2 * LATENCY, data[:half])]


def late(delay: int) -> Deed:
    return lambda data: [(delay, data)]


def damaged(place: int, mask: int) -> Deed:
    def deed(data: bytes) -> Sequence[tuple[int, bytes]]:
        at = place % len(data)
        return [(LATENCY, data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :])]

    return deed


DEEDS = st.one_of(
    st.sampled_from([lose, double, cut, truncate, swap]),
    st.integers(1, 70 * SECOND).map(late),
    st.builds(damaged, st.integers(0, 200), st.integers(1, 255)),
    st.builds(damaged, st.integers(8, 40), st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128])),
)


ONE_IN_FIVE = st.sampled_from([False, False, False, False, True])
HARMLESS = frozenset(Quirk) - frozenset(ALONE)
LATE_PLACES = ["loop", "loop", "new terms", "stop"]
PLACES = ["", "waiting", "CableCheckReq", "PreChargeReq", "PowerDeliveryReq", *LATE_PLACES]


class V2gMachine(RuleBasedStateMachine):
    """Time passes in pieces; between them the line, the power side, people and the car do what they like."""

    kind: ClassVar[str]
    pair: V2gPair

    @initialize(
        quirks=st.frozensets(st.sampled_from(sorted(HARMLESS, key=str)), max_size=3),
        receipts=st.booleans(),
        place=st.sampled_from(PLACES),
    )
    def begin(self, quirks: frozenset[Quirk], receipts: bool, place: str) -> None:
        """Somewhere in a session that went well so far."""
        self.pair = V2gPair(
            replace(KINDS[self.kind], quirks=quirks),
            charger=SeccConfig(receipts=receipts, meter_id="1"),
            authorised=Authorisation.WAITING if place == "waiting" else Authorisation.GRANTED,
        )
        if place == "waiting":
            self.pair.run(3)
        elif place in LATE_PLACES:
            self.pair.until_asked(loop(self.kind), 5)
            self.go_on(place)
        elif place:
            self.pair.run(20, until=lambda: place in self.pair.names(self.pair.asked))

    def go_on(self, place: str) -> None:
        """From the charge loop on."""
        if place == "new terms":
            self.pair.wish(Wish.RENEGOTIATE)
            self.pair.run(3, until=lambda: len(self.pair.told("ChargeParameterDiscoveryReq")) > 1)
        elif place == "stop":
            self.pair.tell_car(wants=False, pause=True)
            self.pair.run(3, until=lambda: len(self.pair.told("PowerDeliveryReq")) > 1)

    @rule(seconds=st.sampled_from([0.001, 0.01, 0.1, 0.3, 1, 3, 8]))
    def time_passes(self, seconds: float) -> None:
        self.pair.run(seconds)

    @rule(deed=DEEDS, to_car=st.booleans(), messages=st.integers(1, 3))
    def line(self, deed: Deed, to_car: bool, messages: int) -> None:
        """The next messages of one direction suffer it; then the line is good again."""
        left = [messages]

        def carry(data: bytes) -> Sequence[tuple[int, bytes]]:
            left[0] -= 1
            return deed(data) if left[0] >= 0 else [(LATENCY, data)]

        if to_car:
            self.pair.to_car = carry
        else:
            self.pair.to_charger = carry

    @rule(data=st.binary(max_size=60), whom=st.sampled_from(["evcc", "secc"]), really=ONE_IN_FIVE)
    def noise(self, data: bytes, whom: str, really: bool) -> None:
        if really:
            self.pair.put(whom, car.Received(data) if whom == "evcc" else charger.Received(data))

    @rule(answer=st.sampled_from(Authorisation))
    def people(self, answer: Authorisation) -> None:
        self.pair.put("secc", answer)

    @rule(wish=st.sampled_from(Wish))
    def station(self, wish: Wish) -> None:
        self.pair.wish(wish)

    @rule(trouble=st.sampled_from(Trouble), really=ONE_IN_FIVE)
    def power(self, trouble: Trouble, really: bool) -> None:
        if really:
            self.pair.trouble(trouble)

    @rule(found=st.sampled_from([Insulation.VALID, Insulation.WARNING, Insulation.FAULT]))
    def insulation(self, found: Insulation) -> None:
        if not self.pair.ac:
            self.pair.put("power", SetInsulation(found))

    @rule(current_ma=st.sampled_from([0, 6_000, 16_000, 100_000]))
    def limit(self, current_ma: int) -> None:
        dc = DcLimits(1_000_000, current_ma, 100_000, 150_000, 0)
        self.pair.put("power", AcLimits(230_000, min(current_ma, 32_000), 3) if self.pair.ac else dc)

    @rule(state=st.sampled_from([PilotState.A, PilotState.B, PilotState.C, PilotState.F]), really=ONE_IN_FIVE)
    def pilot(self, state: PilotState, really: bool) -> None:
        """What the station sees need not be what the car holds."""
        if really:
            self.pair.put("secc", PilotSeen(state))

    @rule(
        wants=st.booleans(),
        pause=st.booleans(),
        renegotiate=st.booleans(),
        fault=st.sampled_from([False, True]),
    )
    def driver(self, wants: bool, pause: bool, renegotiate: bool, fault: bool) -> None:
        self.pair.tell_car(wants=wants, pause=pause, renegotiate=renegotiate, fault=fault and not wants)

    @rule(whom=st.sampled_from(["evcc", "secc"]), really=ONE_IN_FIVE)
    def connection_breaks(self, whom: str, really: bool) -> None:
        if really:
            self.pair.put(whom, car.ChargerClosed() if whom == "evcc" else charger.CarClosed())

    @invariant()
    def an_end_is_an_end(self) -> None:
        if hasattr(self, "pair"):
            self.pair.check_ends()

    def teardown(self) -> None:
        """The car has had enough; the line dies; time alone does the rest."""
        if not hasattr(self, "pair"):
            return
        self.pair.tell_car(wants=False)
        self.pair.run(10)
        self.pair.to_car = self.pair.to_charger = lose
        self.pair.run(500)
        assert self.pair.over, self.pair.story()
        self.pair.settle()
        self.pair.check_ends()
        assert not self.pair.states[-1].contactors
        assert self.pair.states[-1].current_ma == 0


class DinDc(V2gMachine):
    kind = "DIN DC"


class Iso2Dc(V2gMachine):
    kind = "ISO 15118-2 DC"


class Iso2Ac(V2gMachine):
    kind = "ISO 15118-2 AC"


SETTINGS = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestDinDc = DinDc.TestCase
TestIso2Dc = Iso2Dc.TestCase
TestIso2Ac = Iso2Ac.TestCase
for each in (TestDinDc, TestIso2Dc, TestIso2Ac):
    each.settings = SETTINGS
