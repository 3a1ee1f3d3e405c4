"""The supply that a station's connectors have together: what each needs, and the share it may claim (M-20).

The house stands behind that supply, so what it leaves bounds the sum too: a fuse that carries one car at 20 A
does not carry two. So does the maximum that the operator sets for the station as a whole (OCPP 1.6 §3.13.1).
"""

from collections.abc import Mapping

from pilotline.station.connector import Connector
from pilotline.station.sharing import Need, Sharing
from pilotline.vocabulary import limits
from pilotline.vocabulary.charger import ChargerModel, RtmModel
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import MS, SECOND

_SENSORS = tuple(source for source in limits.SOURCES if source.code == limits.CLAMP.code)
_OF_ALL = (limits.FUSE, limits.STATION_PROFILE)
_OWN = tuple(s for s in limits.SOURCES if s not in (*_SENSORS, *_OF_ALL, limits.SHARING))
"""What limits one connector and not the sum."""
_NO_LIMIT = 10**9


class CommonSupply:
    """``update`` claims each connector's share, between its ``look`` and its ``update``.

    Where there is one connector it does nothing.
    """

    def __init__(self, model: ChargerModel, connectors: Mapping[int, Connector]) -> None:
        self._connectors = connectors
        self._wanted: set[int] = set()
        self._sharing = (
            Sharing(
                model.shared_supply, connectors, rated_ma=model.rating.current_ma, lapse=_lapse(model.rtm)
            )
            if model.shared_supply
            else None
        )

    def update(self, now: int) -> None:
        if self._sharing is None:
            return
        needs = {number: _need(each, now) for number, each in self._connectors.items()}
        shares = self._sharing.update(needs, self._allowed_ma(needs, now), now)
        for number, connector in self._connectors.items():
            self._claim(connector, shares[number] if needs[number].wants else None, now)

    def deadline(self, now: int) -> int | None:
        return self._sharing.deadline(now) if self._sharing else None

    def _claim(self, connector: Connector, share_ma: int | None, now: int) -> None:
        """Who comes back from a fault may have a larger offer in mind, and its share is another's by now."""
        fresh = connector.number not in self._wanted
        connector.arbiter.claim(limits.SHARING, share_ma, now, urgent=fresh)
        if share_ma is None:
            self._wanted.discard(connector.number)
        else:
            self._wanted.add(connector.number)

    def _allowed_ma(self, needs: Mapping[int, Need], now: int) -> int:
        """What the house leaves for all. A sensor at its supply counts the other connectors as the house."""
        found = [_NO_LIMIT]
        for number, connector in self._connectors.items():
            beside_ma = sum(need.drawn_ma for other, need in needs.items() if other != number)
            for source in (*_OF_ALL, *_SENSORS):
                allowed = connector.arbiter.allows(source, now)
                counts = source in _SENSORS and not connector.arbiter.has_lapsed(source, now)
                found += [] if allowed is None else [allowed + (beside_ma if counts else 0)]
        return min(found)


def _need(connector: Connector, now: int) -> Need:
    board = connector.board
    report, measured, alive = board.report, board.measurement, board.alive(now)
    cap_ma = min(_cap(connector, source, now) for source in _OWN)
    known = alive and report is not None and measured is not None
    return Need(
        wants=alive and connector.may_offer and cap_ma >= MIN_OFFER_MA,
        cap_ma=cap_ma,
        told_ma=board.told_ma if alive else 0,
        heard_at=min(report.at, measured.at) if known and report and measured else None,
        offered_ma=report.offer_ma if report else 0,
        drawn_ma=max(measured.current_ma) if measured else 0,
    )


def _cap(connector: Connector, source: LimitSource, now: int) -> int:
    allowed = connector.arbiter.allows(source, now)
    return _NO_LIMIT if allowed is None else allowed


def _lapse(model: RtmModel) -> int:
    """How long a board that has lost its host may let current flow: permit, orderly stop, contacts (R-45)."""
    return (model.host.permit_ms + model.relay.orderly_ms + model.relay.feedback_ms) * MS + SECOND
