"""supportedAppProtocol from the car's side: what is offered, and which choices are believed."""

import pytest

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.app_protocol import ResponseCode
from pilotline.wire.v2g.evcc.words import Ending, EvccConfig, Quirk
from pilotline.wire.v2g.protocols import Protocol
from support.evcc_bench import CAR, DIN, EvccBench, but


def test_what_it_likes_best_comes_first_with_priority_1() -> None:
    bench = EvccBench(EvccConfig(protocols=(Protocol.DIN, Protocol.ISO2))).until("supportedAppProtocolReq")
    offers = bench.last("supportedAppProtocolReq").app_protocol
    assert [(each.protocol_namespace, each.priority, each.schema_id) for each in offers] == [
        (Protocol.DIN.uri, 1, 1),
        (Protocol.ISO2.uri, 2, 2),
    ]
    assert all((each.version_number_major, each.version_number_minor) == (2, 0) for each in offers)


def test_the_chargers_choice_counts() -> None:
    bench = EvccBench(EvccConfig(protocols=(Protocol.DIN, Protocol.ISO2)))
    bench.until("AuthorizationReq")
    assert bench.protocol is Protocol.ISO2


@pytest.mark.parametrize(("quirks", "number"), [((), 9), ((), None), ((Quirk.SCHEMA_IDS,), 1)])
def test_a_number_that_was_not_offered_is_not_believed(quirks: tuple[Quirk, ...], number: int | None) -> None:
    bench = EvccBench(EvccConfig(), CAR, *quirks)
    bench.change["supportedAppProtocolRes"] = but(schema_id=number)
    assert bench.until_over().ending is Ending.UNREADABLE


def test_no_number_is_enough_where_one_was_offered() -> None:
    """The schema lets the charger leave it out."""
    bench = EvccBench(DIN)
    bench.change["supportedAppProtocolRes"] = but(schema_id=None)
    bench.until("CurrentDemandReq")


def test_nothing_in_common_is_a_refusal() -> None:
    bench = EvccBench(DIN)
    bench.change["supportedAppProtocolRes"] = but(
        response_code=ResponseCode.FAILED_NO_NEGOTIATION, schema_id=None
    )
    end = bench.until_over()
    assert end.ending is Ending.REFUSED
    assert bench.order() == ["supportedAppProtocolReq"]


def test_another_minor_version_is_good_enough() -> None:
    bench = EvccBench(DIN)
    bench.change["supportedAppProtocolRes"] = but(response_code=ResponseCode.OK_WITH_MINOR_DEVIATION)
    bench.until("CurrentDemandReq")


def test_a_language_that_only_its_maker_speaks_is_met_with_silence() -> None:
    """[3]: no question comes, whatever the driver does meanwhile."""
    bench = EvccBench(DIN, CAR, Quirk.OWN_NAMESPACE)
    bench.change["supportedAppProtocolRes"] = but(schema_id=1)
    bench.step()
    bench.step()
    bench.tell(soc_percent=41)
    bench.pass_time(19 * SECOND)
    assert bench.order() == ["supportedAppProtocolReq"]
    bench.tell(wants=False)
    assert bench.ended is not None
    assert bench.ended.ending is Ending.TERMINATED
