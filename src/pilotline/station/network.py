"""Which interface leads to the backend, and until when: main, fallback and back by three timeouts (E-62).

A core beside the station: it hears which interfaces are up and whether the backend is reached, reads its keys
anew at each event, and says which interface shall be used. It knows no message, session or connector; the
connection that has to be opened anew is the shell's. Where nobody speaks of interfaces, the operating system
chooses, and this core does nothing.

Beside the clause, all of it ours: nobody moves to an interface that is down, the move waits until it is up;
the automatic leaves out the interface that the other key names, and stays with what works; and a change of
keys holds a second later where the backend is reached, so that it hears the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from pilotline.station.keys import KeyStore
from pilotline.vocabulary.network import AUTOMATIC, NUMBERED, TITLES, Interface, NetworkSaid, UseInterface
from pilotline.vocabulary.sentences import Template, Told
from pilotline.vocabulary.time import SECOND, Tick, earliest

TRIAL = 60 * SECOND
"""The automatic gives an interface that is up this long to reach the backend, then tries the next (ours)."""
LAST_WORDS = 1 * SECOND
"""From a change of the keys to its effect, where the backend is reached (ours)."""

REACHES = Template("reaches", "{interface}, the {part} interface, reaches the backend.")
REACHES_BY_ITSELF = Template("reaches_by_itself", "{interface} is the first interface that works.")
DOES_NOT = Template("does_not", "{interface}, the {part} interface, does not reach the backend.")
IS_DOWN = Template("is_down", "{interface}, the {part} interface, is down.")
MOVES = Template("moves", "If that lasts, the {other} interface takes over.")
RETURNS = Template("returns", "The main interface is tried again in a while.")
WAYS = (REACHES, REACHES_BY_ITSELF, DOES_NOT, IS_DOWN, MOVES, RETURNS)


class Part(Enum):
    """What an interface is for."""

    MAIN = "main"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class BackendReached:
    """The connection to the backend stands, or does not (any more)."""

    reached: bool


@dataclass(frozen=True, slots=True)
class NetworkView:
    """The interface in use by its word, what it is for, and why; ``until`` (µs) is when it will be left."""

    name: str
    part: str
    sentence: str
    until: int | None = None
    told: tuple[Told, ...] = field(default=(), compare=False)
    """The same, sentence by sentence, by their codes."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What the keys say: interfaces by number, timeouts in µs or None for never (R-17)."""

    main: int
    fallback: int
    apn: str | None
    main_offline: int | None
    fallback_offline: int | None
    fallback_online: int | None

    @staticmethod
    def of(keys: KeyStore) -> "Ways":
        return Ways(
            keys.number("c_MainNetworkInterface"),
            keys.number("c_FallbackNetworkInterface"),
            keys.text("c_APN") if keys["c_APN"] != 0 else None,
            _timeout(keys, "c_MainOfflineTimeout"),
            _timeout(keys, "c_FallbackOfflineTimeout"),
            _timeout(keys, "c_FallbackOnlineTimeout"),
        )

    @property
    def numbers(self) -> tuple[int, int]:
        return self.main, self.fallback

    def candidates(self, part: Part) -> tuple[Interface, ...]:
        """The interfaces of a part, in the order in which they are tried; no fallback has none."""
        if self.main == self.fallback and part is Part.FALLBACK:
            return ()
        own, other = self.numbers if part is Part.MAIN else reversed(self.numbers)
        if own != AUTOMATIC:
            return (NUMBERED[own],)
        return tuple(each for number, each in NUMBERED.items() if number != other)


class Network:
    """``handle(event, now)``, ``deadline()`` and ``view()``."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self._ways = Ways.of(keys)
        self._settles: int | None = None
        """When other keys than ``_ways`` are in force."""
        self._up: frozenset[Interface] | None = None
        self._reached = False
        self._used: UseInterface | None = None
        self._part = Part.MAIN
        self._part_since = 0
        self._lost_at = 0
        """Since when the backend is not reached by any interface of this part."""
        self._tried_at = 0
        """Since when it is not reached by the one in use."""

    def handle(self, event: NetworkSaid | BackendReached | Tick, now: int) -> Sequence[UseInterface]:
        """``Tick`` also where a key was changed."""
        if isinstance(event, NetworkSaid):
            self._hear_interfaces(event.up, now)
        elif isinstance(event, BackendReached):
            self._hear_backend(event.reached, now)
        self._take_keys(now)
        ends = self._part_ends()
        if ends is not None and ends <= now:
            self._enter(_other(self._part), now)
        return [] if self._up is None else self._use(self._choose(self._up, now), now)

    def deadline(self) -> int | None:
        return earliest(self._settles, self._part_ends(), self._trial_ends())

    @property
    def used(self) -> UseInterface | None:
        """What is in use; None where the operating system chooses."""
        return self._used

    def view(self) -> NetworkView | None:
        """What is in use and why; None where the operating system chooses."""
        if self._used is None:
            return None
        used, until = self._used.interface, self._part_ends()
        said = self._sentences(used, until)
        sentence = " ".join(each.sentence for each in said)
        return NetworkView(used.value, self._part.value, sentence, until, said)

    # --- what is heard ---

    def _hear_interfaces(self, up: frozenset[Interface], now: int) -> None:
        if self._up is None:
            self._enter(Part.MAIN, now)
        elif self._used is not None and self._used.interface in up - self._up:
            self._tried_at = now
        self._up = up

    def _hear_backend(self, reached: bool, now: int) -> None:
        if self._reached and not reached:
            self._lost_at = self._tried_at = now
        self._reached = reached

    def _take_keys(self, now: int) -> None:
        """Other interfaces begin anew with the main one; other timeouts count from where the old ones did."""
        ways = Ways.of(self._keys)
        if ways == self._ways:
            self._settles = None
            return
        if self._settles is None:
            self._settles = now + (LAST_WORDS if self._reached else 0)
        if self._settles <= now:
            begins_anew = ways.numbers != self._ways.numbers
            self._ways, self._settles = ways, None
            if begins_anew:
                self._enter(Part.MAIN, now)

    # --- what follows ---

    def _enter(self, part: Part, now: int) -> None:
        self._part = part
        self._part_since = self._lost_at = now

    def _part_ends(self) -> int | None:
        """When the other part takes over, None for never or not before an interface of it is up."""
        if self._up is None or self._up.isdisjoint(self._ways.candidates(_other(self._part))):
            return None
        main = self._part is Part.MAIN
        patience = self._ways.main_offline if main else self._ways.fallback_offline
        given_up = None if self._reached else _after(self._lost_at, patience)
        return given_up if main else earliest(given_up, _after(self._part_since, self._ways.fallback_online))

    def _trial_ends(self) -> int | None:
        """When the automatic tries the next interface that is up; None where there is no other."""
        if self._up is None or self._used is None or self._reached:
            return None
        others = self._up.intersection(self._ways.candidates(self._part)) - {self._used.interface}
        return self._tried_at + TRIAL if others else None

    def _choose(self, up: frozenset[Interface], now: int) -> Interface:
        candidates = self._ways.candidates(self._part)
        used = self._used.interface if self._used else None
        if used not in candidates or (used not in up and not up.isdisjoint(candidates)):
            return _first(candidates, up)
        ends = self._trial_ends()
        if ends is None or now < ends:
            return used
        place = candidates.index(used)
        return _first(candidates[place + 1 :] + candidates[:place], up)

    def _use(self, interface: Interface, now: int) -> list[UseInterface]:
        wish = UseInterface(interface, self._ways.apn if interface is Interface.CELLULAR else None)
        if wish == self._used:
            return []
        if self._reached:
            self._reached, self._lost_at = False, now
        self._used, self._tried_at = wish, now
        return [wish]

    def _sentences(self, used: Interface, until: int | None) -> tuple[Told, ...]:
        if self._reached:
            by_itself = self._part is Part.MAIN and self._ways.main == AUTOMATIC
            state = REACHES_BY_ITSELF if by_itself else REACHES
        else:
            state = DOES_NOT if self._up is not None and used in self._up else IS_DOWN
        moves = MOVES if self._part is Part.MAIN or not self._reached else RETURNS
        words = {"interface": used.value, "part": self._part.value, "other": _other(self._part).value}
        english = {**words, "interface": TITLES[used]}
        rows = (state,) if until is None else (state, moves)
        return tuple(Told(row.sentence.format(**english), row.code, words) for row in rows)


def _first(candidates: Sequence[Interface], up: frozenset[Interface]) -> Interface:
    """The first that is up; of none that is, the first."""
    return next((each for each in candidates if each in up), candidates[0])


def _other(part: Part) -> Part:
    return Part.FALLBACK if part is Part.MAIN else Part.MAIN


def _after(since: int, duration: int | None) -> int | None:
    return None if duration is None else since + duration


def _timeout(keys: KeyStore, name: str) -> int | None:
    seconds = keys[name]
    return seconds * SECOND if isinstance(seconds, int) else None
