"""How faults latch, by their recovery class."""

import pytest

from pilotline.rtm.faults import FaultLatch
from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import Recovery

pytestmark = pytest.mark.requirement("R-13")

BY_CLASS = {
    recovery: next(fault.code for fault in faults.FAULTS if fault.recovery is recovery)
    for recovery in Recovery
}


@pytest.mark.parametrize("recovery", Recovery)
def test_no_fault_ends_while_its_cause_lasts(recovery: Recovery) -> None:
    """Neither unplugging nor a person's reset ends a fault whose cause is present."""
    latch, code = FaultLatch(absent=0), BY_CLASS[recovery]
    assert latch.update(code, unplugged=False, cleared=0) == code
    assert latch.update(code, unplugged=True, cleared=code) == 0
    assert latch.active == code


@pytest.mark.parametrize(
    ("recovery", "unplugged", "cleared", "ends"),
    [
        (Recovery.SELF, False, False, True),
        (Recovery.COOL, False, False, True),
        (Recovery.UNPLUG, False, False, False),
        (Recovery.UNPLUG, False, True, False),
        (Recovery.UNPLUG, True, False, True),
        (Recovery.SERVICE, False, False, False),
        (Recovery.SERVICE, True, False, False),
        (Recovery.SERVICE, False, True, True),
    ],
)
def test_each_class_ends_in_its_own_way(
    recovery: Recovery, unplugged: bool, cleared: bool, ends: bool
) -> None:
    """With its cause gone a fault ends by itself, by the unplug or by a person, as its class says."""
    latch, code = FaultLatch(absent=0), BY_CLASS[recovery]
    latch.update(code, unplugged=False, cleared=0)
    assert latch.update(0, unplugged=unplugged, cleared=code if cleared else 0) == 0
    assert (latch.active == 0) is ends


def test_only_new_faults_are_named_as_new() -> None:
    """A fault that is in force already is not new again; one that came back is."""
    latch = FaultLatch(absent=0)
    latch.update(faults.NEUTRAL, unplugged=False, cleared=0)
    assert latch.update(faults.NEUTRAL | faults.RCD, unplugged=False, cleared=0) == faults.RCD
    latch.update(0, unplugged=True, cleared=0)
    assert latch.update(faults.NEUTRAL, unplugged=True, cleared=0) == faults.NEUTRAL


def test_a_reset_clears_what_it_names() -> None:
    """A person's reset of one fault leaves the others."""
    latch = FaultLatch(absent=0)
    latch.update(faults.L_OPEN | faults.N_OPEN, unplugged=False, cleared=0)
    latch.update(0, unplugged=False, cleared=faults.L_OPEN)
    assert latch.active == faults.N_OPEN


@pytest.mark.requirement("E-01")
def test_a_model_cannot_have_its_absent_faults() -> None:
    """A fault that the model's data calls absent never arises."""
    latch = FaultLatch(absent=faults.PP_UNPRESENT)
    assert latch.update(faults.PP_UNPRESENT | faults.RCD, unplugged=False, cleared=0) == faults.RCD
    assert latch.active == faults.RCD
