"""A short power-cut programme; the long one is ``make torture``."""

import asyncio

import pytest

from support.torture import Verdict, torture

SEED, KILLS, STATIONS = 20_260, 12, 2


@pytest.mark.timeout(300)
@pytest.mark.requirement("R-53")
def test_killed_at_random_instants_the_books_end_right() -> None:
    """Twelve kills of two stations with an unkind backend: one start and one stop each, and all energy."""

    def tell(_what: str) -> None:
        return None

    verdicts = asyncio.run(torture(KILLS, STATIONS, SEED, tell))
    assert not complaints(verdicts), f"seed {SEED}: {complaints(verdicts)}"
    assert sum(verdict.kills for verdict in verdicts) == KILLS
    assert sum(verdict.sessions for verdict in verdicts) >= STATIONS, f"seed {SEED}: too few sessions"
    assert sum(verdict.energy_wh for verdict in verdicts) > 0, f"seed {SEED}: no energy flowed"
    assert all(verdict.struck.total() == verdict.kills for verdict in verdicts)


def complaints(verdicts: list[Verdict]) -> list[str]:
    return [f"{verdict.station}: {text}" for verdict in verdicts for text in verdict.complaints]
