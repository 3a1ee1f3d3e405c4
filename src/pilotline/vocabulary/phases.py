"""Three phases, from day one: a one-phase station has zeros (or unknowns) on L2 and L3."""

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class PerPhase(NamedTuple, Generic[T]):
    """One value for each of L1, L2 and L3."""

    l1: T
    l2: T
    l3: T


ZERO = PerPhase(0, 0, 0)
UNKNOWN: PerPhase[int | None] = PerPhase(None, None, None)


def on_phases(value: int, phases: int) -> PerPhase[int]:
    """The same value on the first ``phases`` phases and 0 on the others."""
    return PerPhase(value, value if phases > 1 else 0, value if phases > 2 else 0)
