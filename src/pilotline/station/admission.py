"""Admission: a card, a start on the page or from afar, or the plug alone: who is let in, who may end it.

It asks the backend or the tag book, and gives a connector its grant; the session is the connector's own.
OCPP 1.6 §3.5, §4.1, §4.2, §5.11; E-67 to E-69, R-26 to R-29.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pilotline.station import waits
from pilotline.station.authorisation import ANYBODY, TagBook, filled_up, mode, same_tag
from pilotline.station.connector import Connector
from pilotline.station.events import AskAuthorization, CallAnswer, RemoteStart, StartAnswer, TagAnswer
from pilotline.station.keys import KeyStore
from pilotline.station.reservations import Reservations
from pilotline.station.session import Session
from pilotline.station.waits import refused_by
from pilotline.vocabulary import faults, refusals
from pilotline.vocabulary.charger import SessionRules
from pilotline.vocabulary.charging import Profile
from pilotline.vocabulary.journal import CachedTag, ForgetTags
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.status import AuthMode, AuthStatus, StopReason, TagInfo

LONGEST_TAG = 20
"""OCPP 1.6 §7.15 IdToken."""
_RUNS = refusals.RUNS.of()
_ANYBODY = TagInfo(AuthStatus.ACCEPTED)
Effects = Sequence[AskAuthorization | CallAnswer | CachedTag | ForgetTags]


class _Asked(NamedTuple):
    """A tag the backend was asked about, and for which plug-in: the answer does not outlive it (R-29).

    ``ends`` names the session that its group may end, "" where one shall begin; ``profile`` is that one's.
    ``call`` is of who started it on the page and waits to hear what was decided, 0 of nobody.
    """

    connector: int
    tag: str
    unplugs: int
    ends: str = ""
    profile: Profile | None = None
    call: int = 0


class Admission:
    """``online``: somebody can be asked; ``closed``: nobody is let in, for the station restarts."""

    def __init__(
        self, rules: SessionRules, keys: KeyStore, connectors: Mapping[int, Connector], tags: TagBook,
        reservations: Reservations, unfit: Callable[[Profile], Refusal | None],
    ) -> None:  # fmt: skip
        """``unfit``: why a charging profile may not come along with a remote start, or None."""
        self._reservations = reservations
        self._rules = rules
        self._keys = keys
        self._connectors = connectors
        self._requests = 0
        self._asked: dict[int, _Asked] = {}
        self._unfit = unfit
        self.tags = tags
        self.online = self.closed = False

    def present(self, connector: Connector, tag: str, now: int) -> Effects:
        """A card beside the station: it begins a session, or ends the one it began, or one of its group."""
        tag = filled_up(tag, self._rules.tag_bytes)
        connector.ring.read(now)
        if connector.session is not None and connector.occupied:
            return self._present_again(connector, connector.session, tag, now)
        if not 0 < len(tag) <= LONGEST_TAG:
            connector.refusal = AuthStatus.INVALID.value
            connector.ring.answer(False, now)
            return []
        kept = not self._reservations.may_admit(connector, tag, self.tags.look_up(tag, now))
        if self._may_begin(connector) and not kept:
            return self._authorise(connector, tag, now)
        if kept or self.closed or not connector.in_service:
            connector.ring.answer(False, now)
        return []

    def _present_again(self, connector: Connector, session: Session, tag: str, now: int) -> Effects:
        """The same card needs no word of the backend's (§4.2); another one of its group does (§3.5)."""
        if not self._rules.card_stops or session.stop is not None:
            return []
        if same_tag(session.tag, tag):
            connector.end(StopReason.LOCAL, now, tag)
            connector.ring.answer(True, now)
        elif session.parent is not None and not connector.asking and 0 < len(tag) <= LONGEST_TAG:
            return self._authorise(connector, tag, now, ends=session.id)
        elif not connector.asking:
            connector.ring.answer(False, now)
        return []

    def start(self, connector: Connector, tag: str, call: int, now: int) -> Effects:
        """Somebody who is signed in begins a session, before he plugs in or after (M-12). It never ends one.

        He is judged as the card with this tag would be. With a backend that is the backend's to say: it has
        to know the tag, and who pays; the answer waits for its word. Without one, or while it is away, the
        sign-in is what lets him in: the station's own tag may charge unless list, book or cache say
        otherwise, and a card of his own is what it is worth at the reader. Where nobody has to identify
        himself, nobody is asked.
        """
        tag = filled_up(tag or self._keys.text("c_LocalStartTag"), self._rules.tag_bytes)
        reason = self._why_not(connector, tag, now)
        if reason is not None:
            return [CallAnswer(call, "Rejected", reason)] if call else []
        if mode(self._keys, self.online) is AuthMode.TAG:
            return self._authorise(connector, tag, now, call=call)
        return self._decide(connector, _Asked(connector.number, tag, 0, call=call), _ANYBODY, now)

    def _why_not(self, connector: Connector, tag: str, now: int) -> Refusal | None:
        """Why nobody can begin a session here now, whoever he is."""
        kept = not self._reservations.may_admit(connector, tag, self.tags.look_up(tag, now))
        found = faults.faults_in(connector.stopping_faults)
        reasons = (
            (not 0 < len(tag) <= LONGEST_TAG, refusals.TAG_LENGTH.of(most=LONGEST_TAG)),
            (connector.occupied, _RUNS),
            (self.closed, refused_by(waits.RESTARTING)),
            (not connector.board.alive(now), refused_by(waits.NO_BOARD)),
            (not connector.board.accepted, refused_by(waits.WRONG_MODEL)),
            (bool(found), _faulty(found)),
            (not connector.in_service, refused_by(waits.UNAVAILABLE)),
            (connector.asking, refused_by(waits.ASKING)),
            (connector.grant is not None, refusals.GRANTED.of()),
            (kept, refused_by(waits.RESERVED)),
        )
        return next((reason for holds, reason in reasons if holds), None)

    def remote_start(self, wish: RemoteStart, now: int) -> Effects:
        """§5.11. Where no connector is named, one reserved for the tag comes first, then one with a car."""
        known = self.tags.look_up(wish.tag, now)
        parent = known.parent if known else None
        found = self._where(wish, known, now)
        reason = self._unfit(wish.profile) if wish.profile is not None else None
        if not wish.sound or not found or reason is not None:
            return [CallAnswer(wish.call, "Rejected", reason)]
        awaits = self._reservations.awaits
        connector = max(found, key=lambda each: (awaits(each, wish.tag, parent), each.plugged))
        accepted = CallAnswer(wish.call, "Accepted")
        if self._keys.flag("AuthorizeRemoteTxRequests"):
            return [accepted, *self._authorise(connector, wish.tag, now, profile=wish.profile)]
        connector.give(wish.tag, now, parent, wish.profile)
        return [accepted]

    def _where(self, wish: RemoteStart, known: TagInfo | None, now: int) -> list[Connector]:
        """The connectors at which it could begin; where nobody will be asked, what is known has to do."""
        numbers = list(self._connectors) if wish.connector is None else [wish.connector]
        free = [self._connectors[n] for n in numbers if n in self._connectors and self._can_start(n, now)]
        if self._keys.flag("AuthorizeRemoteTxRequests"):
            return [each for each in free if self._reservations.may_admit(each, wish.tag, known)]
        parent = known.parent if known else None
        return [each for each in free if self._reservations.admits(each, wish.tag, parent)]

    def start_unasked(self, connector: Connector, now: int) -> None:
        """Free charging and Plug & Charge: a plug is enough, once per plug-in (E-68, R-26)."""
        chosen = mode(self._keys, self.online)
        fresh = connector.over in (None, StopReason.REBOOT, StopReason.POWER_LOSS)
        if chosen is AuthMode.TAG or not (connector.plugged and fresh and self._may_begin(connector)):
            return
        if self._reservations.admits(connector, ANYBODY[chosen], None):
            connector.give(ANYBODY[chosen], now)

    def answered(self, answer: TagAnswer, now: int) -> Effects:
        """The backend's word on a tag, or that none came."""
        asked = self._asked.pop(answer.request, None)
        if asked is None:
            return []
        connector = self._connectors[asked.connector]
        learnt = self.tags.learn(asked.tag, answer.info, now) if answer.info else ()
        if connector.unplugs != asked.unplugs:
            return [*_told(asked, refusals.CAR_LEFT.of()), *learnt]
        connector.asking = False
        info = answer.info or self.tags.offline(asked.tag, now)
        return [*self._decide(connector, asked, info, now), *learnt]

    def started(self, answer: StartAnswer, now: int) -> Effects:
        """The backend's word on a session that has begun: its number, and perhaps a refusal."""
        for connector in self._connectors.values():
            session = connector.session
            if session is not None and session.id == answer.session:
                session.transaction = answer.transaction
                session.parent = answer.info.parent or session.parent
                if answer.info.status is not AuthStatus.ACCEPTED:
                    connector.refuse(answer.info.status, now)
        return self.tags.learn(answer.tag, answer.info, now)

    def _can_start(self, number: int, now: int) -> bool:
        connector = self._connectors[number]
        return connector.ready(now) and self._may_begin(connector)

    def _may_begin(self, connector: Connector) -> bool:
        idle = not connector.occupied and connector.grant is None and not connector.asking
        return idle and connector.in_service and not self.closed

    def _authorise(
        self, connector: Connector, tag: str, now: int, ends: str = "", profile: Profile | None = None,
        call: int = 0,
    ) -> Effects:  # fmt: skip
        """Decide by what is known where that is enough; else ask."""
        asked = _Asked(connector.number, tag, connector.unplugs, ends, profile, call)
        known = self.tags.beforehand(tag, now) if self.online else self.tags.offline(tag, now)
        if known is not None:
            return self._decide(connector, asked, known, now)
        self._requests += 1
        self._asked[self._requests] = asked
        connector.asking, connector.refusal = True, None
        return [AskAuthorization(self._requests, tag)]

    def _decide(self, connector: Connector, asked: _Asked, info: TagInfo, now: int) -> Effects:
        accepted, session, reason = info.status is AuthStatus.ACCEPTED, connector.session, None
        if asked.ends:
            of_the_group = session is not None and session.id == asked.ends and session.is_of(info.parent)
            accepted = accepted and of_the_group
            if accepted:
                connector.end(StopReason.LOCAL, now, asked.tag)
        elif not accepted:
            connector.refusal = info.status.value
            reason = refusals.CARD_MAY_NOT.of(tag=asked.tag, status=info.status.value)
        elif not self._reservations.admits(connector, asked.tag, info.parent):
            accepted, reason = False, refused_by(waits.RESERVED)
        elif self._may_begin(connector):
            connector.give(asked.tag, now, info.parent, asked.profile)
        else:
            accepted, reason = False, self._why_not(connector, asked.tag, now) or _RUNS
        connector.ring.answer(accepted, now)
        return _told(asked, reason)


def _faulty(found: Sequence[faults.Fault]) -> Refusal | None:
    """The first of them, as the connector's own why says it."""
    if not found:
        return None
    first = found[0]
    return Refusal(f"{first.sentence} {first.advice}", refusals.FAULTY.code, {"fault": first.name})


def _told(asked: _Asked, reason: Refusal | None) -> Sequence[CallAnswer]:
    """The answer to who waits for one."""
    return [CallAnswer(asked.call, "Rejected" if reason else "Accepted", reason)] if asked.call else []
