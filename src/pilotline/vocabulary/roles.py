"""Who gives a command, and what each may do: one table for every door.

Until people have names and passwords, the control line and the page on this machine act as operator; a
backend never does, whatever it sends.
"""

from collections.abc import Mapping
from enum import Enum


class Role(Enum):
    """In whose name a command is given."""

    OWNER = "owner"  # lives with the station; the least a command can be given as
    INSTALLER = "installer"  # an electrician beside it
    OPERATOR = "operator"  # answers for it, and stands beside it
    BACKEND = "backend"  # the operator's cloud: far away, and sees nothing


class Deed(Enum):
    """What a role may be needed for, as the sentence says it: "Only … may …"."""

    STOP = "end a session here"
    CHARGE_NOW = "charge without waiting for the end of peak hours or of a random delay"
    LIMIT = "set the owner's limit"
    LIMIT_FOR_GOOD = "set the installer's limit"
    CLEAR = "reset latched faults"
    COMPENSATE = "have the offset of the leakage monitor measured"
    SET_KEY = "change a setting"
    SET_SAFETY = "change a safety setting"
    GIVE_UP_DC = "give up the station's own protection against direct current"
    UNLOCK_SOCKET = "leave the plug in the socket unlocked"


_BESIDE = (Role.OWNER, Role.INSTALLER, Role.OPERATOR)
_SKILLED = (Role.INSTALLER, Role.OPERATOR)

MAY: Mapping[Deed, tuple[Role, ...]] = {
    Deed.STOP: _BESIDE,  # a backend ends its transaction, by its number
    Deed.CHARGE_NOW: _BESIDE,
    Deed.LIMIT: _BESIDE,
    Deed.LIMIT_FOR_GOOD: _SKILLED,
    Deed.CLEAR: _SKILLED,  # what a reset clears is latched until service
    Deed.COMPENSATE: (*_SKILLED, Role.BACKEND),  # E-26
    Deed.SET_KEY: (*_SKILLED, Role.BACKEND),
    Deed.SET_SAFETY: (*_SKILLED, Role.BACKEND),
    Deed.GIVE_UP_DC: (Role.OPERATOR,),  # somebody has seen the installation's own
    Deed.UNLOCK_SOCKET: (Role.OPERATOR,),
}


def refusal(role: Role, deed: Deed) -> str | None:
    """Why this role may not do this, as a sentence; None where it may."""
    allowed = MAY[deed]
    if role in allowed:
        return None
    names = [f"the {each.value}" for each in allowed]
    return f"Only {' or '.join(names)} may {deed.value}; this was asked as the {role.value}."
