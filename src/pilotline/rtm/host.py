"""Watching the host: its identity, its permit and its silence (R-45, E-16). Nothing it says can add power."""

from pilotline.rtm.timing import after
from pilotline.vocabulary.board import Hello, Permit
from pilotline.vocabulary.charger import HostLimits
from pilotline.vocabulary.pilot import Signalling
from pilotline.vocabulary.time import earliest


class HostWatch:
    """A permit counts only from a host that knows the RTM's own model, and lives ``permit_ms`` at most."""

    def __init__(self, limits: HostLimits, protocol: int, model_hash: int) -> None:
        self._limits = limits
        self._protocol = protocol
        self._model_hash = model_hash
        self._silent_from = limits.boot_grace_ms * 1_000
        self._permit_until = 0
        self.accepted = False
        self.offer_ma = 0
        self.signalling = Signalling.NOMINAL

    def hear(self, now: int) -> None:
        """A valid frame came, whatever it said."""
        self._silent_from = after(now, self._limits.silent_ms)

    def meet(self, hello: Hello) -> bool:
        """The host introduces itself; a permit of an earlier introduction ends."""
        self.accepted = (hello.protocol, hello.model_hash) == (self._protocol, self._model_hash)
        self.withdraw()
        return self.accepted

    def grant(self, permit: Permit, now: int) -> None:
        """The newest permit replaces the one before, be it longer or shorter."""
        if self.accepted:
            life_ms = min(permit.lifetime_ms, self._limits.permit_ms)
            self.offer_ma, self.signalling = permit.offer_ma, permit.signalling
            self._permit_until = after(now, life_ms) if life_ms > 0 else 0

    def withdraw(self) -> None:
        self._permit_until = 0

    def permits(self, now: int) -> bool:
        return now < self._permit_until

    def is_silent(self, now: int) -> bool:
        return now >= self._silent_from

    def deadline(self, now: int) -> int | None:
        return earliest(
            self._silent_from if self._silent_from > now else None,
            self._permit_until if self._permit_until > now else None,
        )
