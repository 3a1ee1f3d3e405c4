"""The local authorisation list that a backend keeps on the station (OCPP 1.6 §3.5.3, §5.10, §5.15).

Pure: an update is judged by the list as it will be, goes to the store as one job, and is answered and in
force when the store has it. So what was Accepted survives a power cut, and a crash leaves the old list or the
new one.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pilotline.station.events import CallAnswer, ReadListVersion, SendList, StatusReport
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.journal import Listed, LocalListStored, StoreLocalList
from pilotline.vocabulary.status import ErrorCode, ListStatus, TagInfo

NO_LIST = -1
"""The version by which a station says that it has no local list; 0 is that of an empty one (§5.10)."""
HIGHEST_VERSION = 2**31 - 1
"""OCPP's integers have no bound of their own; a list that is updated every second lasts 68 years."""

MOST_COMING = 8
"""More updates than this do not wait for a disk that has no room: the next one is refused."""


@dataclass(frozen=True, slots=True)
class TagList:
    """A list: its version, and what each tag, without its case, is worth."""

    version: int = 0
    entries: Mapping[str, TagInfo] = field(default_factory=dict[str, TagInfo])


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many tags one update may name, and the list may have."""

    most_sent: int
    most_kept: int


def update(old: TagList, wish: SendList, bounds: Bounds) -> TagList | ListStatus:
    """The list after an update, or the word by which it is refused: then nothing of it is taken."""
    if not wish.whole and wish.version <= old.version:
        return ListStatus.VERSION_MISMATCH
    changes = {each.tag.casefold(): each.info for each in wish.entries}
    if len(changes) < len(wish.entries) or len(changes) > bounds.most_sent:
        return ListStatus.FAILED
    if wish.whole and None in changes.values():
        return ListStatus.FAILED  # §6.41: idTagInfo is required there
    entries = ({} if wish.whole else dict(old.entries)) | _shared(changes, old)
    entries = {tag: info for tag, info in entries.items() if info is not None}
    lowest = 1 if entries else 0
    if len(entries) > bounds.most_kept or not lowest <= wish.version <= HIGHEST_VERSION:
        return ListStatus.FAILED
    return TagList(wish.version if entries else 0, entries)


def _shared(changes: Mapping[str, TagInfo | None], old: TagList) -> dict[str, TagInfo | None]:
    """Equal worths as one object: ten thousand tags of a fleet differ in their names alone."""
    known: dict[TagInfo | None, TagInfo | None] = {info: info for info in old.entries.values()}
    return {tag: known.setdefault(info, info) for tag, info in changes.items()}


class LocalList:
    """The list in force, and the updates that are on their way to the disk."""

    def __init__(self, keys: KeyStore, version: int = 0, kept: Sequence[Listed] = ()) -> None:
        self._keys = keys
        entries = {each.tag.casefold(): each.info for each in kept}
        start = TagList(version, {tag: info for tag, info in _shared(entries, TagList()).items() if info})
        self._now = replace(start, version=version if start.entries else 0)
        self._coming: deque[tuple[int, TagList]] = deque()

    @property
    def supported(self) -> bool:
        """Whether there is a list: it may be switched off, or have no room for a tag (R-37)."""
        return self._keys.flag("LocalAuthListEnabled") and self._keys.number("LocalAuthListMaxLength") > 0

    @property
    def version(self) -> int:
        """As GetLocalListVersion tells it."""
        return self._now.version if self.supported else NO_LIST

    @property
    def tags(self) -> int:
        """How many are listed."""
        return len(self._now.entries)

    def find(self, tag: str) -> TagInfo | None:
        """What the list says of a tag, its expiry not judged; None of one that is not listed."""
        return self._now.entries.get(tag.casefold()) if self.supported else None

    def take(self, wish: SendList | ReadListVersion) -> Sequence[CallAnswer | StoreLocalList]:
        if isinstance(wish, ReadListVersion):
            return [CallAnswer(wish.call, str(self.version))]
        word = ListStatus.NOT_SUPPORTED if not self.supported else self._judge(wish)
        if isinstance(word, ListStatus):
            return [CallAnswer(wish.call, word.value)]
        self._coming.append((wish.call, word))
        return [StoreLocalList(word.version, wish.entries, wish.whole)]

    def _judge(self, wish: SendList) -> TagList | ListStatus:
        if len(self._coming) >= MOST_COMING:
            return ListStatus.FAILED
        number = self._keys.number
        bounds = Bounds(number("SendLocalListMaxLength"), number("LocalAuthListMaxLength"))
        return update(self._coming[-1][1] if self._coming else self._now, wish, bounds)

    def stored(self, done: LocalListStored) -> Sequence[CallAnswer]:
        """The store has the first of those on their way: it is in force, and its backend is answered."""
        if not self._coming or self._coming[0][1].version != done.version:
            return []
        call, self._now = self._coming.popleft()
        return [CallAnswer(call, ListStatus.ACCEPTED.value)]


def conflict_report(station: StatusReport, tag: str) -> StatusReport:
    """§3.5.3: the backend's word on a tag is another one than its list's; told of connector 0."""
    info = f"the local list differs: {tag}"
    return replace(station, error=ErrorCode.LOCAL_LIST_CONFLICT, info=info)
