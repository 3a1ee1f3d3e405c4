"""Secrets are taken out of what leaves the station for people's eyes: messages, logs, bundles.

By what a field is called, by what a text looks like, and by the secrets' own values, so that one that turns
up where nobody expects it is found too. Pure; what is masked cannot be put back.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from pilotline.station.keys import KEYS, Access, KeyStore

HIDDEN = "***"
SHORTEST = 4
"""A secret of fewer letters is hidden by its name alone: taking "a" out of every text would hide all else."""
DEEPEST = 32
"""Levels of JSON that are looked into; what lies deeper is hidden whole."""
_SECRET_NAME = re.compile(
    r"authori[sz]ation_?key|pass_?(?:word|phrase|wd)|secret|token|api_?key|private_?key|credential"
    r"|cookie|\bpsk\b|\bpin\b|argon",
    re.IGNORECASE,
)
_KEY_NAMES = frozenset(key.name.lower() for key in KEYS if key.access is Access.WRITE_ONLY)
_NAMES = r"(?:authori[sz]ation_?key|pass_?(?:word|phrase|wd)|secret|token|api_?key|private_?key|credentials?)"
_QUOTED_VALUE = r"""(?:\\*"(?:[^"\\]|\\(?!"))*|\\*'[^']*|[^\s,;&}\]"']+)"""
_NAME_HINTS = ("authori", "pass", "secret", "token", "key", "credential")


class _Look(NamedTuple):
    """What a secret looks like; without one of its ``hints`` (small letters) in a text nobody need look."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    instead: str = HIDDEN


_LOOKS = (
    _Look(
        ("-----begin",),
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
    ),
    _Look(("://",), re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://)[^\s\"]*@"), rf"\1{HIDDEN}@"),
    _Look(
        ("://",),
        re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>?\\]*\?)[^\s\"'<>\\]+"),
        rf"\1{HIDDEN}",
    ),
    _Look(
        ("basic", "bearer"),
        re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{4,}", re.IGNORECASE),
        rf"\1 {HIDDEN}",
    ),
    _Look(("$argon2",), re.compile(r"\$argon2[^\s\"']*")),
    _Look(("pilotline=",), re.compile(r"\b(pilotline=)[^;\s\"']+"), rf"\1{HIDDEN}"),
    _Look(
        _NAME_HINTS,
        re.compile(
            rf"({_NAMES}\\*[\"']?\s*,\s*\\*[\"']?(?:readonly\W+\w+\W+)?value\\*[\"']?\s*[:=]\s*)"
            rf"{_QUOTED_VALUE}",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    _Look(
        _NAME_HINTS,
        re.compile(rf"({_NAMES}\w*\\*[\"']?\s*[:=]\s*){_QUOTED_VALUE}", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
)


class Masker:
    """``value`` masks what was JSON, ``text`` anything, ``line`` a line of a log."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        found = {secret for secret in secrets if len(secret) >= SHORTEST}
        self._secrets = sorted(found | {_as_json(each) for each in found}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """A text with what looks like a secret, or is one, hidden."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        small = text.lower()
        for look in _LOOKS:
            if any(hint in small for hint in look.hints):
                text = look.pattern.sub(look.instead, text)
        return text

    def value(self, value: Any, depth: int = DEEPEST) -> Any:
        """JSON's dicts, lists and texts, masked through and through; texts that are JSON themselves too."""
        if depth == 0:
            return HIDDEN
        if isinstance(value, dict):
            return self._object(value, depth)  # pyright: ignore[reportUnknownArgumentType]
        if isinstance(value, list | tuple):
            return [self.value(each, depth - 1) for each in value]  # pyright: ignore[reportUnknownVariableType]
        return self._string(value, depth) if isinstance(value, str) else value

    def line(self, line: str) -> str:
        """One line of a log: JSON where it is, else a text."""
        return self._string(line, DEEPEST)

    def _string(self, text: str, depth: int) -> str:
        if not text.startswith(("{", "[")):
            return self.text(text)
        try:
            inner: object = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return self.text(text)
        return msgspec.json.encode(self.value(inner, depth - 1)).decode()

    def _object(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        """A field is hidden by its name, or by what the field beside it says it is the value of."""
        beside = is_secret(str(value.get("key", value.get("name", ""))))
        masked: dict[str, Any] = {}
        for name, each in value.items():
            hidden = is_secret(str(name)) or (beside and name == "value")
            holds = each is not None and not isinstance(each, bool)  # whether there is one is no secret
            masked[self.text(str(name))] = HIDDEN if hidden and holds else self.value(each, depth - 1)
        return masked


@lru_cache(1_024)
def is_secret(name: str) -> bool:
    """Whether a field, a setting or a variable of this name holds what is told to nobody."""
    return name.lower() in _KEY_NAMES or _SECRET_NAME.search(name) is not None


def secrets_of(keys: KeyStore) -> Collection[str]:
    """The secrets that a station's keys hold, as they are written and as their bytes read."""
    held = [keys.text(key.name) for key in KEYS if key.access is Access.WRITE_ONLY]
    return {form for secret in held for form in (secret, *_unhexed(secret))}


def _unhexed(text: str) -> tuple[str, ...]:
    """OCPP writes a key in hexadecimal digits; a careless log has what they stand for."""
    try:
        return (bytes.fromhex(text).decode(),)
    except ValueError:
        return ()


def _as_json(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]
