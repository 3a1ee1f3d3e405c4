"""Every question of the standards has a matching answer that can be sent, whatever is wrong with it."""

from typing import Any, get_args

import pytest

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.protocols import Protocol, read, write
from pilotline.wire.v2g.secc.language import LANGUAGES
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.refusals import REFUSALS
from pilotline.wire.v2g.secc.words import Energy
from support.secc_bench import SESSION, SeccBench

MESSAGES: dict[Protocol, Any] = {Protocol.DIN: din70121, Protocol.ISO2: iso15118_2}


def questions(protocol: Protocol) -> list[str]:
    names = (each.__name__ for each in get_args(MESSAGES[protocol].BodyElement))
    return sorted(name for name in names if name.endswith("Req"))


@pytest.mark.parametrize("protocol", list(Protocol))
def test_every_question_has_an_answer(protocol: Protocol) -> None:
    assert sorted(REFUSALS[protocol]) == questions(protocol)


@pytest.mark.parametrize("energy", list(Energy))
@pytest.mark.parametrize(
    ("protocol", "name"), [(protocol, name) for protocol in Protocol for name in questions(protocol)]
)
def test_the_answer_is_the_matching_one_and_can_be_written(
    protocol: Protocol, name: str, energy: Energy
) -> None:
    """Even where the power side has said nothing yet."""
    if (protocol, energy) == (Protocol.DIN, Energy.AC):
        return  # is never chosen
    bench = SeccBench(protocol, energy).reach(Phase.DISCOVERY)
    bench.secc._session.power = None
    language = LANGUAGES[protocol]
    ask = language.messages.ServiceDetailReq(service_id=9)
    code = language.code("FAILED_SEQUENCE_ERROR")
    answer: Any = REFUSALS[protocol][name](bench.secc._session, ask, code)
    assert type(answer).__name__ == name.removesuffix("Req") + "Res"
    assert answer.response_code is code
    assert read(protocol, write(protocol, SESSION, answer)).body == answer
