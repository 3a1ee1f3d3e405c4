"""What a row of the table of actions is, and who may ask.

The table itself is :data:`pilotline.wire.ocpp.v16.ACTIONS`.
"""

from enum import Enum
from typing import NamedTuple

from pilotline.wire.ocpp.parts import Answer, Request


class Role(Enum):
    """The two ends of an OCPP line."""

    CHARGE_POINT = "charge point"
    CENTRAL_SYSTEM = "central system"


class Action(NamedTuple):
    """One row: its name, what is asked, what is answered, and who may ask."""

    name: str
    request: type[Request]
    answer: type[Answer]
    senders: frozenset[Role]


STATION = frozenset({Role.CHARGE_POINT})
CENTRAL = frozenset({Role.CENTRAL_SYSTEM})
EITHER = STATION | CENTRAL
