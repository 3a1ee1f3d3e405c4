"""Who gives a command, and what each may do: one table for every door (M-14).

People beside the station have one of four roles, each of which may all that the ones before it may. A
backend is none of them: what it may is said deed by deed.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from pilotline.vocabulary.refusals import MAY_NOT, TOO_LITTLE, Refusal


class Role(Enum):
    """In whose name a command is given."""

    GUEST = "guest"  # sees, and may stop the session of his own card
    USER = "user"  # lives with the station, and charges
    OPERATOR = "operator"  # an installer, or who answers for the station; stands beside it
    MANUFACTURER = "manufacturer"  # who made it
    BACKEND = "backend"  # the operator's cloud: far away, and sees nothing


BESIDE = (Role.GUEST, Role.USER, Role.OPERATOR, Role.MANUFACTURER)
"""The roles of people, the least first."""


class Asker(NamedTuple):
    """Who asks, at whatever door: ``name`` and ``card`` are a person's, empty of one who has none."""

    role: Role
    name: str = ""
    card: str = ""


class Deed(Enum):
    """What a role may be needed for, as the sentence says it: "Only … may …"."""

    STOP_OWN = "end the session of his own card here"
    STOP = "end a session here"
    START = "begin a session here"
    CHARGE_NOW = "charge without waiting for the end of peak hours or of a random delay"
    LIMIT = "set the owner's limit"
    LIMIT_FOR_GOOD = "set the installer's limit"
    CLEAR = "reset latched faults"
    RESTART = "restart the station"
    KEEP_CARDS = "change the station's own book of cards"
    COMPENSATE = "have the offset of the leakage monitor measured"
    SET_EVERYDAY = "change a setting of every day"
    SET_KEY = "change a setting"
    SET_SAFETY = "change a safety setting"
    GIVE_UP_DC = "give up the station's own protection against direct current"
    UNLOCK_SOCKET = "leave the plug in the socket unlocked"


class Right(NamedTuple):
    """The least role beside the station that may do something, and whether a backend may."""

    least: Role
    backend: bool = False


MAY: Mapping[Deed, Right] = {
    Deed.STOP_OWN: Right(Role.GUEST),
    Deed.STOP: Right(Role.USER),  # a backend ends its transaction, by its number
    Deed.START: Right(Role.USER),
    Deed.CHARGE_NOW: Right(Role.USER),
    Deed.LIMIT: Right(Role.USER),
    Deed.LIMIT_FOR_GOOD: Right(Role.OPERATOR),
    Deed.CLEAR: Right(Role.OPERATOR),  # what a reset clears is latched until service
    Deed.RESTART: Right(Role.OPERATOR),  # E-41; a backend has a call of its own for it
    Deed.KEEP_CARDS: Right(Role.OPERATOR),
    Deed.COMPENSATE: Right(Role.OPERATOR, backend=True),  # E-26
    Deed.SET_EVERYDAY: Right(Role.USER, backend=True),
    Deed.SET_KEY: Right(Role.OPERATOR, backend=True),
    Deed.SET_SAFETY: Right(Role.OPERATOR, backend=True),
    Deed.GIVE_UP_DC: Right(Role.OPERATOR),  # somebody has seen the installation's own
    Deed.UNLOCK_SOCKET: Right(Role.OPERATOR),
}


def reaches(role: Role, least: Role) -> bool:
    """Whether a role is this one or above it; a backend is none of them."""
    return role in BESIDE and BESIDE.index(role) >= BESIDE.index(least)


def allowed(deed: Deed) -> tuple[Role, ...]:
    """All roles that may do this."""
    right = MAY[deed]
    people = tuple(role for role in BESIDE if reaches(role, right.least))
    return (*people, Role.BACKEND) if right.backend else people


def refusal(role: Role, deed: Deed) -> Refusal | None:
    """Why this role may not do this, as a sentence; None where it may."""
    roles = allowed(deed)
    if role in roles:
        return None
    names = " or ".join(f"the {each.value}" for each in roles)
    sentence = MAY_NOT.sentence.format(roles=names, deed=deed.value, role=role.value)
    beside = tuple(each.value for each in roles if each in BESIDE)
    return Refusal(sentence, MAY_NOT.code, {"roles": beside, "deed": deed.name.lower(), "role": role.value})


def too_little(role: Role, least: Role) -> Refusal | None:
    """Why this role may not use what needs at least that one, as a sentence; None where it may."""
    if reaches(role, least):
        return None
    return TOO_LITTLE.of(least=least.value, role=role.value)
