"""A model narrows what the engine has: actions it lacks are refused with the code its data names."""

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.feature_profiles import ACTIONS_OF, FeatureProfile, Lacking
from pilotline.wire.ocpp import v16
from support.ocpp_line import Line

MASTER_PLUS = load_charger("master-plus-ac").ocpp
SCHEDULE = {"connectorId": 1, "duration": 60}
RESERVATION = {"connectorId": 1, "expiryDate": "2026-01-05T01:00:00Z", "idTag": "A", "reservationId": 1}


def test_every_optional_action_is_one_that_a_backend_asks() -> None:
    """The table of profiles speaks of the table of actions, and no action is of two profiles."""
    central = {row.name for row in v16.ACTIONS.values() if v16.Role.CENTRAL_SYSTEM in row.senders}
    listed = [action for actions in ACTIONS_OF.values() for action in actions]
    assert set(listed) <= central
    assert len(listed) == len(set(listed))


@pytest.mark.requirement("R-05", "R-30", "M-40", "M-46")
@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("ReserveNow", RESERVATION, "NotSupported"),
        ("CancelReservation", {"reservationId": 1}, "NotSupported"),
        ("GetCompositeSchedule", SCHEDULE, "NotSupported"),
        ("ClearChargingProfile", {}, "NotImplemented"),
    ],
)
def test_the_master_plus_refuses_what_its_table_has_not(
    action: str, payload: dict[str, object], code: str
) -> None:
    """By CALLERROR, and the station behind the link hears nothing of it."""
    line = Line(MASTER_PLUS).online()
    heard = line.call(action, **payload)
    assert heard == []
    assert (line.last.kind, line.last.payload) == (4, code)


@pytest.mark.requirement("R-05", "R-30")
@pytest.mark.parametrize("action", ["ReserveNow", "CancelReservation", "SendLocalList", "TriggerMessage"])
def test_the_evnet_lacks_nothing(action: str) -> None:
    """The engine has every profile, and its models show them."""
    assert load_charger("evnet-7kw-s").ocpp.lacking(action) is None
    assert OcppIdentity("a", "b").lacking(action) is None


@pytest.mark.requirement("M-40")
def test_the_master_plus_has_the_rest_of_its_list() -> None:
    """What M-40 names is not refused."""
    named = ("SendLocalList", "GetLocalListVersion", "SetChargingProfile", "TriggerMessage", "ClearCache")
    assert [MASTER_PLUS.lacking(action) for action in named] == [None] * len(named)


@pytest.mark.parametrize("name", list_models())
def test_a_backend_is_told_of_no_profile_the_model_lacks(name: str) -> None:
    """SupportedFeatureProfiles names some of the model's own."""
    model = load_charger(name)
    told = KeyStore(model.key_defaults).text("SupportedFeatureProfiles").split(",")
    assert set(told) <= {each.value for each in model.ocpp.profiles}
    assert "Core" in told


def test_only_actions_of_a_models_profiles_can_be_lacking() -> None:
    """A slip of the pen in a model's file is no silent hole."""
    with pytest.raises(ValueError, match="lacks names actions"):
        OcppIdentity("a", "b", lacks={"ClearChargingProfil": Lacking.NOT_SUPPORTED})
    with pytest.raises(ValueError, match="lacks names actions"):
        OcppIdentity("a", "b", (FeatureProfile.CORE,), {"SendLocalList": Lacking.NOT_SUPPORTED})
    with pytest.raises(ValueError, match="Core"):
        OcppIdentity("a", "b", (FeatureProfile.RESERVATION,))
