"""The tables hold together: every phase is reached, every phase has a way out, every question is one."""

from typing import get_args

import pytest

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.tables import TABLES, Table, kind_of
from pilotline.wire.v2g.secc.words import Energy
from support.v2g_questions import Questions

EACH = pytest.mark.parametrize("table", TABLES.values(), ids=[f"{p.value}-{e.value}" for p, e in TABLES])


def following(table: Table, phase: Phase) -> set[Phase]:
    rows = table.get(phase, {}).values()
    return {next_ for row in rows for next_ in (row.then, row.meanwhile, row.receipt) if next_}


def reached(table: Table, start: Phase) -> set[Phase]:
    found, more = set[Phase](), {start}
    while more:
        found |= more
        more = {each for phase in more for each in following(table, phase)} - found
    return found


@EACH
def test_every_phase_of_a_table_is_reached_from_the_first(table: Table) -> None:
    assert reached(table, Phase.SETUP) == {*table, Phase.ENDED}


@EACH
def test_every_phase_has_a_way_to_the_end(table: Table) -> None:
    for phase in table:
        assert Phase.ENDED in reached(table, phase)


@EACH
def test_power_comes_after_authorisation_and_with_dc_after_the_cable_check(table: Table) -> None:
    """Cut the row out, and the charge loop is out of reach."""
    needed = {Phase.AUTHORISATION, Phase.CABLE_CHECK} & {*table}
    for phase in needed:
        cut = {each: rows for each, rows in table.items() if each is not phase}
        assert Phase.CHARGE not in reached(cut, Phase.SETUP)


@pytest.mark.parametrize(("spoken", "table"), list(TABLES.items()))
def test_every_row_is_about_a_question_of_its_protocol(spoken: tuple[Protocol, Energy], table: Table) -> None:
    messages = din70121 if spoken[0] is Protocol.DIN else iso15118_2
    names = {each.__name__ for each in get_args(messages.BodyElement)}
    for rows in table.values():
        assert {name.partition("(")[0] for name in rows} <= names


def test_what_is_asked_has_one_name() -> None:
    """PowerDelivery asks three things in ISO 15118-2 and two in DIN 70121; all else one."""
    iso, din = Questions(Protocol.ISO2), Questions(Protocol.DIN)
    assert kind_of(iso.power("RENEGOTIATE")) == "PowerDeliveryReq(Renegotiate)"
    assert kind_of(iso.power("STOP")) == kind_of(din.power("STOP")) == "PowerDeliveryReq(Stop)"
    assert kind_of(din.power("START")) == "PowerDeliveryReq(Start)"
    assert kind_of(iso.stop(pause=True)) == "SessionStopReq"


def test_every_phase_has_its_sentence() -> None:
    sentences = [phase.sentence for phase in Phase]
    assert len(set(sentences)) == len(Phase)
    assert all(each.endswith(".") for each in sentences)
