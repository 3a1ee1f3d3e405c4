"""The way into the backend against a backend that takes some ways and no others: no sockets, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pilotline.station.clock import WallClock
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.upkeep.access import BackendAccess
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Access,
    BackendTried,
    KeyChanged,
    UpkeepEffect,
    UpkeepEvent,
    UseAccess,
    WayTried,
    Worked,
)
from pilotline.station.upkeep.store import Inventory, Own, Root, StoreIs
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepSecurityEvent, Record, StoreKey
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.vocabulary.upkeep import CertificateHash, CertificateUse, HashAlgorithm, WayTrouble

BACKEND_ROOT = CertificateUse.CENTRAL_SYSTEM_ROOT
FIRST, SECOND_KEY = "11" * 16, "22" * 20
YEAR_US = 365 * 86_400 * SECOND
NOW_US = 56 * YEAR_US


def root(name: str, *, replaced: bool = False) -> Root:
    hashes = CertificateHash(HashAlgorithm.SHA256, "aa", "bb", name)
    return Root(BACKEND_ROOT, name, hashes, name, 0, NOW_US + YEAR_US, replaced)


def own(name: str, begins_us: int = 0, ends_us: int = NOW_US + YEAR_US) -> Own:
    return Own(name, name, begins_us, ends_us)


FULL = Inventory((root("root-1"),), (own("own-1"),))


@dataclass
class AccessBench:
    """``kept`` outlives :meth:`power_cycle`, the rest is of one boot. ``takes``: what the backend lets in."""

    kept: dict[str, KeyValue] = field(default_factory=dict[str, KeyValue])
    takes: set[Access] = field(default_factory=lambda: {Access(0)})
    csms: str = "wss://backend.example/ocpp"
    inventory: Inventory = FULL
    factory: Mapping[str, KeyValue] = field(default_factory=dict[str, KeyValue])
    reachable: bool = True

    def __post_init__(self) -> None:
        self.dialled: list[Access] = []
        self.effects: list[UpkeepEffect] = []
        self.registered = False
        self.boot = 0
        self.power_cycle()

    def power_cycle(self) -> None:
        """A new host on what was written."""
        self.now, self.boot, self.registered = 0, self.boot + 1, False
        self.keys = KeyStore(self.factory, self.kept)
        self._entry = 0
        clock = WallClock(self.boot)
        self.around = Surroundings(self.keys, clock, self._number, dict(self.kept), csms=self.csms)
        self.access = BackendAccess(self.around)
        self.hear(Tick())
        self.hear(Worked(1, StoreIs(self.inventory)))

    def _number(self) -> int:
        self._entry += 1
        return self._entry

    # --- what happens ---

    def hear(self, event: UpkeepEvent) -> None:
        stamp = self.around.clock.stamp(self.now)._replace(utc_us=NOW_US + self.now)
        for effect in self.access.handle(event, stamp):
            self.effects.append(effect)
            if isinstance(effect, StoreKey):
                self.kept[effect.name] = effect.value
            elif isinstance(effect, UseAccess):
                self.dialled.append(effect.access)
                self.registered = False
        due = self.access.deadline()
        assert due is None or due > self.now, "a deadline that is over"

    def wait(self, seconds: float) -> None:
        """With a look at every deadline on the way."""
        until = self.now + round(seconds * SECOND)
        while (due := self.access.deadline()) is not None and due <= until:
            self.now = due
            self.hear(Tick())
        self.now = until

    def change(self, name: str, text: str, role: Role = Role.BACKEND) -> Refusal | None:
        """As the station does it: asked, taken, stored, told of."""
        key = BY_NAME[name.lower()]
        refusal = self.access.refusal(key.name, key.kind.parse(text), role)
        if refusal is None:
            self.kept[key.name] = self.keys.change(key, text)
            self.hear(KeyChanged(key.name))
        return refusal

    def dial(self, trouble: WayTrouble = WayTrouble.CREDENTIALS) -> bool:
        """One try of the dialler by the way that is in use; a second passes."""
        self.wait(1)
        way, calls = self.dialled[-1], len(self.dialled)
        if not self.reachable:
            self.hear(WayTried(way, WayTrouble.UNREACHED, "no network"))
        elif way in self.takes:
            self.hear(WayTried(way, root="root-1"))
            if len(self.dialled) > calls:
                return False  # another way had its turn in that moment
            self.registered = True
            self.hear(BackendTried(works=True))
            return True
        else:
            self.hear(WayTried(way, trouble, "refused"))
        return False

    def dial_until_in(self, most: int = 50) -> None:
        for _ in range(most):
            self.wait(3)
            if self.dial():
                return
        raise AssertionError(f"locked out: {self.dialled[-6:]}")

    # --- what is seen ---

    @property
    def profile(self) -> int:
        return self.keys.number("SecurityProfile")

    @property
    def alarms(self) -> list[str]:
        """The security log, by types."""
        return [
            getattr(each.event, "kind", "") for each in self.effects if isinstance(each, KeepSecurityEvent)
        ]

    @property
    def notices(self) -> list[str]:
        return [getattr(each.fact, "word", "") for each in self.effects if isinstance(each, Record)]
