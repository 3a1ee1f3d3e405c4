"""Who may do what."""

from itertools import pairwise

import pytest

from pilotline.vocabulary.roles import BESIDE, Deed, Role, allowed, reaches, refusal, too_little


@pytest.mark.requirement("R-49", "R-19")
@pytest.mark.parametrize("deed", [Deed.GIVE_UP_DC, Deed.UNLOCK_SOCKET])
def test_a_protection_is_given_up_by_the_operator_at_least(deed: Deed) -> None:
    """And by who made the station; nobody else, and least of all a backend."""
    assert [role for role in Role if refusal(role, deed) is None] == [Role.OPERATOR, Role.MANUFACTURER]


@pytest.mark.requirement("R-13")
def test_a_service_fault_is_reset_by_somebody_who_knows() -> None:
    """The operator, or who made the station."""
    found = {role for role in Role if refusal(role, Deed.CLEAR) is None}
    assert found == {Role.OPERATOR, Role.MANUFACTURER}


@pytest.mark.requirement("E-26")
def test_the_offset_may_be_compensated_from_afar() -> None:
    """By the backend too; not by the user."""
    assert refusal(Role.BACKEND, Deed.COMPENSATE) is None
    assert refusal(Role.USER, Deed.COMPENSATE) is not None


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_somebodys_and_refused_in_a_sentence(deed: Deed) -> None:
    """The operator may do all there is; who may not hears who may."""
    assert Role.OPERATOR in allowed(deed)
    for role in Role:
        reason = refusal(role, deed)
        assert (reason is None) == (role in allowed(deed))
        assert reason is None or (reason.startswith("Only the ") and reason.endswith(f"{role.value}."))


@pytest.mark.requirement("M-14")
def test_each_role_may_all_that_the_ones_before_it_may() -> None:
    """Beside the station the roles are a ladder; a backend stands on none of its steps."""
    for lower, higher in pairwise(BESIDE):
        may_lower, may_higher = ({d for d in Deed if refusal(role, d) is None} for role in (lower, higher))
        assert may_lower <= may_higher
        assert reaches(higher, lower)
        assert too_little(lower, higher) == (
            f"This needs the role {higher.value}; you are signed in as {lower.value}."
        )
    assert not any(reaches(Role.BACKEND, role) for role in BESIDE)


def test_a_user_charges_and_a_guest_ends_what_is_his() -> None:
    """What is above that takes the operator."""
    users = {deed for deed in Deed if refusal(Role.USER, deed) is None}
    everyday = {Deed.START, Deed.STOP, Deed.STOP_OWN, Deed.LIMIT, Deed.CHARGE_NOW, Deed.SET_EVERYDAY}
    assert users == everyday
    assert {deed for deed in Deed if refusal(Role.GUEST, deed) is None} == {Deed.STOP_OWN}
