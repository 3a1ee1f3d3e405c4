"""Which protocol is spoken: the car's liking, our knowledge, and the car's own numbers."""

import pytest

from pilotline.wire.v2g.app_protocol import ResponseCode
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.choice import choose
from pilotline.wire.v2g.secc.words import Ending, Energy
from support.secc_bench import SeccBench
from support.v2g_questions import offer, offers

DIN, ISO2 = Protocol.DIN.uri, Protocol.ISO2.uri
BOTH = (Protocol.DIN, Protocol.ISO2)


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize(("first", "spoken"), [(DIN, Protocol.DIN), (ISO2, Protocol.ISO2)])
def test_the_car_chooses_by_its_priority(first: str, spoken: Protocol) -> None:
    """1 is what it likes best, wherever in the list it stands; its own SchemaID comes back."""
    other = ISO2 if first == DIN else DIN
    answer, protocol = choose(offers(offer(other, 2, 222), offer(first, 1, 111)), BOTH)
    assert protocol is spoken
    assert (answer.response_code, answer.schema_id) == (ResponseCode.OK_SUCCESSFUL_NEGOTIATION, 111)


def test_a_makers_own_protocol_is_passed_over() -> None:
    """Some cars like a namespace of their maker's best; who chooses it hears nothing more."""
    answer, protocol = choose(
        offers(offer("urn:tesla:din:2018:MsgDef", 1, 0, (0, 7)), offer(DIN, 2, 1)), BOTH
    )
    assert protocol is Protocol.DIN
    assert answer.schema_id == 1


def test_another_minor_version_is_spoken_and_said() -> None:
    """V2G2-170 to 172: the major number has to be ours, the minor one not."""
    answer, protocol = choose(offers(offer(ISO2, version=(2, 4))), BOTH)
    assert protocol is Protocol.ISO2
    assert answer.response_code is ResponseCode.OK_WITH_MINOR_DEVIATION


def test_another_major_version_is_another_language() -> None:
    answer, protocol = choose(offers(offer(ISO2, version=(1, 0))), BOTH)
    assert protocol is None
    assert (answer.response_code, answer.schema_id) == (ResponseCode.FAILED_NO_NEGOTIATION, None)


def test_only_what_is_set_is_spoken() -> None:
    assert choose(offers(offer(DIN, 1), offer(ISO2, 2)), (Protocol.ISO2,))[1] is Protocol.ISO2


def test_with_nothing_in_common_the_charger_says_so_and_hangs_up() -> None:
    bench = SeccBench()
    assert bench.code(offers(offer("urn:iso:std:iso:15118:-20:DC"))) == "Failed_NoNegotiation"
    assert bench.hang_up.ending is Ending.NO_PROTOCOL


def test_an_ac_outlet_speaks_no_din() -> None:
    """DIN 70121 as it is used knows DC alone."""
    bench = SeccBench(energy=Energy.AC)
    assert bench.code(offers(offer(DIN))) == "Failed_NoNegotiation"
    assert bench.hang_up.why == "The car speaks none of our protocols with AC."
