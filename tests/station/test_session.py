"""The legal moves of a session."""

from itertools import product

import pytest

from pilotline.station.session import MOVES, Phase, Session


@pytest.mark.parametrize(("before", "after"), list(product(Phase, Phase)))
def test_a_session_makes_the_moves_of_the_table_and_no_other(before: Phase, after: Phase) -> None:
    """What is not in the table is refused with both names."""
    session = Session("1-1-1", "CARD", phase=before)
    if after in MOVES[before]:
        session.move(after)
        assert session.phase is after
    else:
        with pytest.raises(ValueError, match=f"from {before.value} to {after.value}"):
            session.move(after)


@pytest.mark.requirement("R-53")
def test_a_session_runs_only_after_it_was_recorded() -> None:
    """The only way into RUNNING is from RECORDING, and the only way out of the life is ENDING."""
    assert [phase for phase in Phase if Phase.RUNNING in MOVES[phase]] == [Phase.RECORDING]
    assert [phase for phase in Phase if not MOVES[phase]] == [Phase.ENDING]
