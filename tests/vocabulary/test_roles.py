"""Who may do what."""

import pytest

from pilotline.vocabulary.roles import MAY, Deed, Role, refusal


@pytest.mark.requirement("R-49", "R-19")
@pytest.mark.parametrize("deed", [Deed.GIVE_UP_DC, Deed.UNLOCK_SOCKET])
def test_a_protection_is_given_up_by_the_operator_alone(deed: Deed) -> None:
    """Nobody else, and least of all a backend."""
    assert [role for role in Role if refusal(role, deed) is None] == [Role.OPERATOR]


@pytest.mark.requirement("R-13")
def test_a_service_fault_is_reset_by_somebody_who_knows() -> None:
    """The installer or the operator."""
    assert {role for role in Role if refusal(role, Deed.CLEAR) is None} == {Role.INSTALLER, Role.OPERATOR}


@pytest.mark.requirement("E-26")
def test_the_offset_may_be_compensated_from_afar() -> None:
    """By the backend too; not by the owner."""
    assert refusal(Role.BACKEND, Deed.COMPENSATE) is None
    assert refusal(Role.OWNER, Deed.COMPENSATE) is not None


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_somebodys_and_refused_in_a_sentence(deed: Deed) -> None:
    """The operator may do all there is; who may not hears who may."""
    assert Role.OPERATOR in MAY[deed]
    for role in Role:
        reason = refusal(role, deed)
        assert (reason is None) == (role in MAY[deed])
        assert reason is None or (reason.startswith("Only the ") and reason.endswith(f"{role.value}."))


def test_the_least_role_can_only_stop_limit_and_begin_now() -> None:
    """What a command without a role is given as, where people stand beside the station."""
    allowed = {deed for deed in Deed if refusal(Role.OWNER, deed) is None}
    assert allowed == {Deed.STOP, Deed.LIMIT, Deed.CHARGE_NOW}
