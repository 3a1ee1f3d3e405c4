"""The table of configuration keys: one truth for OCPP, the panel, the checks and the reference page (E-61).

Its rows are in :mod:`pilotline.station.key_table`; here is what is done with them, and the values in force.
Names match without case.
"""

from collections.abc import Mapping, Sequence

from pilotline.station.key_table import KEYS
from pilotline.station.kinds import Access, Group, Key, KeyRefusedError
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.roles import Role

__all__ = [
    "BY_NAME", "KEYS", "Access", "Group", "Key", "KeyRefusedError", "KeyStore", "known_to", "to_text", "told",
]  # fmt: skip

BY_NAME = {key.name.lower(): key for key in KEYS}
_TOLD_AFAR = {name: key for name, key in BY_NAME.items() if key.access is not Access.LOCAL}


def known_to(role: Role) -> Mapping[str, Key]:
    """The keys, by name in small letters, that somebody of this role hears of at all."""
    return _TOLD_AFAR if role is Role.BACKEND else BY_NAME


def to_text(value: KeyValue) -> str | None:
    """A value as OCPP shows it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def told(key: Key, value: KeyValue) -> str | None:
    """What is told of a key's value: of a secret nothing."""
    return None if key.access is Access.WRITE_ONLY else to_text(value)


def _takes(key: Key, value: KeyValue) -> bool:
    """Whether a stored value is one the key can have: None is where its kind knows ``null``."""
    try:
        return (key.kind.parse(to_text(value) or "") is None) is (value is None)
    except KeyRefusedError:
        return False


class KeyStore:
    """The values in force: what was stored over the model's factory values over the table's.

    A stored value that its key refuses (a damaged file, an older release) is passed over.
    """

    def __init__(self, factory: Mapping[str, KeyValue], stored: Mapping[str, KeyValue] | None = None) -> None:
        given = {name.lower(): value for name, value in factory.items()}
        kept = {name.lower(): value for name, value in (stored or {}).items()}
        self._values: dict[str, KeyValue] = {}
        for key in KEYS:
            name = key.name.lower()
            value = given.get(name, key.factory)
            if name in kept and _takes(key, kept[name]):
                value = key.kind.parse(to_text(kept[name]) or "")
            self._values[name] = value
        self._at_start = {name: self._values[name] for name, key in BY_NAME.items() if key.reboot}

    def __getitem__(self, name: str) -> KeyValue:
        return self._values[name.lower()]

    def flag(self, name: str) -> bool:
        return bool(self[name])

    def number(self, name: str) -> int:
        value = self[name]
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        return to_text(self[name]) or ""

    @property
    def after_restart(self) -> Sequence[str]:
        """The keys that need a reboot and were changed since: what they say does not hold yet."""
        changed = (name for name, value in self._at_start.items() if self._values[name] != value)
        return [BY_NAME[name].name for name in changed]

    def change(self, key: Key, text: str) -> KeyValue:
        """Take a new value from its text; raises ``KeyRefusedError`` with the reason and changes nothing."""
        value = key.kind.parse(text)
        self._values[key.name.lower()] = value
        return value
