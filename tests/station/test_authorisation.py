"""Who may charge while nobody can be asked, and who without asking."""

import pytest

from pilotline.station.authorisation import ANYBODY, mode, offline_status, same_tag
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.status import AuthMode, AuthStatus


def keys(**values: KeyValue) -> KeyStore:
    return KeyStore(values)


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize("chosen", AuthMode)
@pytest.mark.parametrize("online", [True, False])
def test_the_mode_is_what_the_key_says(chosen: AuthMode, online: bool) -> None:
    """Tag, Plug & Charge and free charging are chosen by one key, online and offline."""
    assert mode(keys(c_AuthorizationMode=chosen.value), online) is chosen


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_holds_offline_only() -> None:
    """With its key set, plugging in is enough while the backend is away, and not while it is there."""
    store = keys(c_OfflinePlugAndCharge=True)
    assert mode(store, online=False) is AuthMode.PLUG_AND_CHARGE
    assert mode(store, online=True) is AuthMode.TAG


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_changes_no_other_mode() -> None:
    """A free station stays free."""
    assert mode(keys(c_OfflinePlugAndCharge=True, c_AuthorizationMode="free"), online=False) is AuthMode.FREE


@pytest.mark.requirement("R-37")
def test_an_unknown_tag_is_worth_what_the_key_says() -> None:
    """AllowOfflineTxForUnknownId decides."""
    assert offline_status(keys(AllowOfflineTxForUnknownId=True)) is AuthStatus.ACCEPTED
    assert offline_status(keys(AllowOfflineTxForUnknownId=False)) is AuthStatus.INVALID


def test_tags_are_compared_without_case() -> None:
    """OCPP 1.6 §7.15: identifiers are case-insensitive."""
    assert same_tag("04a1b2", "04A1B2")
    assert not same_tag("04a1b2", "04a1b3")


def test_the_words_for_anybody_fit_ocpp() -> None:
    """An idTag has at most 20 characters, and each unidentified mode has its own."""
    assert all(len(tag) <= 20 for tag in ANYBODY.values())
    assert len(set(ANYBODY.values())) == 2
