"""Who may charge while nobody can be asked, and who without asking (E-67, E-68, R-26)."""

from pilotline.station.keys import KeyStore
from pilotline.vocabulary.status import AuthMode, AuthStatus

ANYBODY = {AuthMode.FREE: "FREE", AuthMode.PLUG_AND_CHARGE: "PLUGANDCHARGE"}
"""The tags that stand in a session's record where nobody identified themselves."""


def mode(keys: KeyStore, online: bool) -> AuthMode:
    """The mode in force: offline, the station may be set to Plug & Charge (E-68)."""
    chosen = AuthMode(keys.text("c_AuthorizationMode"))
    if chosen is AuthMode.TAG and not online and keys.flag("c_OfflinePlugAndCharge"):
        return AuthMode.PLUG_AND_CHARGE
    return chosen


def offline_status(keys: KeyStore) -> AuthStatus:
    """What an unknown tag is worth while the backend cannot be asked."""
    return AuthStatus.ACCEPTED if keys.flag("AllowOfflineTxForUnknownId") else AuthStatus.INVALID


def same_tag(one: str, other: str) -> bool:
    """OCPP 1.6 §7.24: identifiers are compared without case."""
    return one.casefold() == other.casefold()
