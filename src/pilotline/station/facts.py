"""All that a connector's status depends on, read off the connector."""

from typing import TYPE_CHECKING

from pilotline.station.plug import WITH_A_CAR
from pilotline.station.session import Session
from pilotline.station.status import Facts
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND

if TYPE_CHECKING:
    from pilotline.station.connector import Connector

SETTLING = 10 * SECOND
"""How long a new session counts as Preparing while the car has not asked for power."""
BOARD_GRACE = 5 * SECOND
"""After boot, the safety module has this long before its absence is a status."""


def settled_at(connector: "Connector", session: Session) -> int:
    """Until when a session that has not charged yet is new: its beginning, or how it charges, is so."""
    return max(session.started_at, connector.digital.decided_at or 0) + SETTLING


def facts_of(connector: "Connector", now: int) -> Facts:
    """As they are at ``now``. Car and station that still agree on how to charge are Preparing."""
    session, report = connector.session, connector.board.report
    settles = session is not None and (connector.digital.undecided or now < settled_at(connector, session))
    return Facts(
        alive=connector.board.alive(now),
        accepted=connector.board.accepted,
        available=connector.available,
        faults=connector.stopping_faults,
        plugged=connector.plugged,
        unplugging=connector.unplugging,
        authorising=connector.asking or connector.grant is not None,
        over=connector.over is not None or (session is None and connector.busy),
        phase=session.phase if session else None,
        settling=session is not None and not session.charged and settles,
        offer_ma=connector.arbiter.offer_ma,
        relay=report is not None and report.relay,
        offering=connector.offering,
        booting=now < BOARD_GRACE,
        last=connector.status,
        away=session is not None and not connector.plugged and connector.is_away(session, now),
        reserved=connector.holding.by is not None and connector.grant is None,
        unsure=not connector.plugged and (report is None or report.pilot not in (PilotState.A, *WITH_A_CAR)),
    )
