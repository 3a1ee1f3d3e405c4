"""Who may charge: what the local list says of a tag, or what the backend once said and is remembered (the
cache), and what that is worth now.

OCPP 1.6 §3.5, E-67, E-68, R-26. Offline the station's own book of cards is asked between the two. It asks
nobody of itself and starts nothing: that is the station's.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.local_list import LocalList
from pilotline.vocabulary.journal import CachedTag, ForgetTags
from pilotline.vocabulary.status import AuthMode, AuthStatus, TagInfo

ANYBODY = {AuthMode.FREE: "FREE", AuthMode.PLUG_AND_CHARGE: "PLUGANDCHARGE"}
"""The tags that stand in a session's record where nobody identified themselves."""
MOST_TAGS = 500
"""The cache keeps as many; the one that was heard of longest ago goes first."""
_VALID = (AuthStatus.ACCEPTED, AuthStatus.CONCURRENT_TX)
"""§3.5.3: a listed tag with either is one that may charge."""


def mode(keys: KeyStore, online: bool) -> AuthMode:
    """The mode in force: offline, the station may be set to Plug & Charge (E-68)."""
    chosen = (
        AuthMode(keys.text("c_AuthorizationMode")) if keys.flag("AuthorizationEnabled") else AuthMode.FREE
    )
    if chosen is AuthMode.TAG and not online and keys.flag("c_OfflinePlugAndCharge"):
        return AuthMode.PLUG_AND_CHARGE
    return chosen


def same_tag(one: str, other: str) -> bool:
    """OCPP 1.6 §7.24: identifiers are compared without case."""
    return one.casefold() == other.casefold()


def filled_up(tag: str, whole: int) -> str:
    """A card's UID in hex, shorter than ``whole`` bytes, with zero bytes behind it (R-27); else as it is."""
    hexadecimal = all(each in "0123456789abcdefABCDEF" for each in tag)
    shorter = hexadecimal and len(tag) % 2 == 0 and 0 < len(tag) < 2 * whole
    return tag.ljust(2 * whole, "0") if shorter else tag


class TagBook:
    """The local list of §3.5.3 before the cache of §3.5.2, and what they and the keys make of a tag.

    ``conflicts``: tags of which list and backend think differently, and that nobody has told of yet.
    """

    def __init__(
        self,
        keys: KeyStore,
        clock: WallClock,
        kept: Sequence[CachedTag] = (),
        local: LocalList | None = None,
        own: Callable[[str], TagInfo | None] = lambda _tag: None,
    ) -> None:
        """``kept``: what earlier boots were told, the oldest first. ``own`` asks the station's own book."""
        self._own = own
        self._keys = keys
        self._clock = clock
        self._tags = {each.tag.casefold(): each for each in kept}
        self.local = LocalList(keys) if local is None else local
        self.conflicts: list[str] = []
        self._in_conflict: set[str] = set()

    def learn(self, tag: str, info: TagInfo, now: int) -> Sequence[CachedTag | ForgetTags]:
        """The backend said what a tag is worth; what the store has to do. A listed one is never cached."""
        name = tag.casefold()
        if self.local.find(tag) is not None:
            self._compare(name, info, now)
            return []
        if not self._keys.flag("AuthorizationCacheEnabled"):
            return []
        entry = CachedTag(name, info.status, info.expiry_us, info.parent)
        news = self._tags.pop(name, None) != entry
        self._tags[name] = entry
        gone = tuple(self._tags)[: max(0, len(self._tags) - MOST_TAGS)]
        for each in gone:
            del self._tags[each]
        return [*([entry] if news else []), *([ForgetTags(gone)] if gone else [])]

    def _compare(self, name: str, info: TagInfo, now: int) -> None:
        """Whether the list thinks otherwise: told once, until both have been of one mind again."""
        listed = self.look_up(name, now)
        if listed is None:
            return
        if (listed.status is AuthStatus.ACCEPTED) is (info.status in _VALID):
            self._in_conflict.discard(name)
        elif name not in self._in_conflict:
            self._in_conflict.add(name)
            self.conflicts.append(name)

    def clear(self) -> Sequence[ForgetTags]:
        self._tags.clear()
        return [ForgetTags()]

    def look_up(self, tag: str, now: int) -> TagInfo | None:
        """What is known of a tag; None of an unknown one, or where its expiry cannot be judged."""
        listed = self.local.find(tag)
        if listed is not None:
            status = AuthStatus.ACCEPTED if listed.status in _VALID else listed.status
            return self._judge(replace(listed, status=status), now)
        entry = self._tags.get(tag.casefold()) if self._keys.flag("AuthorizationCacheEnabled") else None
        known = None if entry is None else TagInfo(entry.status, entry.expiry_us, entry.parent)
        return None if known is None else self._judge(known, now)

    def _judge(self, info: TagInfo, now: int) -> TagInfo | None:
        """It by the clock; None where that is not known and counts."""
        if info.expiry_us is None or info.status is not AuthStatus.ACCEPTED:
            return info
        utc_us = self._clock.stamp(now).utc_us
        if utc_us is None:
            return None
        return info if utc_us < info.expiry_us else replace(info, status=AuthStatus.EXPIRED)

    def offline(self, tag: str, now: int) -> TagInfo:
        """E-67: what is known of it, or else what an unknown one is worth. A refused one stays refused.

        The station's own tag (``c_LocalStartTag``) stands for somebody who is signed in: nobody unknown.
        """
        own = None if self.local.find(tag) is not None else self._own(tag)
        known = self.look_up(tag, now) if own is None else own
        if known is not None and (
            known.status is not AuthStatus.ACCEPTED or self._keys.flag("LocalAuthorizeOffline")
        ):
            return known
        here = same_tag(tag, self._keys.text("c_LocalStartTag"))
        allowed = here or self._keys.flag("AllowOfflineTxForUnknownId")
        return TagInfo(AuthStatus.ACCEPTED if allowed else AuthStatus.INVALID)

    def beforehand(self, tag: str, now: int) -> TagInfo | None:
        """What is enough to begin without asking, while somebody could be asked (LocalPreAuthorize)."""
        known = self.look_up(tag, now) if self._keys.flag("LocalPreAuthorize") else None
        return known if known is not None and known.status is AuthStatus.ACCEPTED else None
