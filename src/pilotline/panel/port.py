"""What the panel needs of a station: one port, implemented by a host and by a simulated station."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from pilotline.links.operations import LOCAL
from pilotline.vocabulary.roles import Asker, Role


class Row(Protocol):
    """What the rows of all tables of operations have."""

    @property
    def type(self) -> type[Any]: ...

    @property
    def help(self) -> str: ...

    @property
    def least(self) -> Role: ...


class Port(Protocol):
    """``operations`` is every word with its row; ``virtual`` whether there is a bench to play on.

    ``connectors`` are the numbers of those there are.
    """

    @property
    def operations(self) -> Mapping[str, Row]: ...

    @property
    def virtual(self) -> bool: ...

    @property
    def connectors(self) -> Collection[int]: ...

    def now_ms(self) -> int:
        """The station's own time, on the scale of the pictures."""
        ...

    async def look(self) -> None:
        """Bring up to date what is only for eyes."""
        ...

    def watch(self, watched: bool) -> None:
        """Somebody looks from now on, or nobody does any more: what is only for eyes may rest."""
        ...

    async def ask(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> Any:
        """Do an operation for somebody whose role reaches its row's ``least``.

        Raises OperationError with a sentence, NoAnswerError if nobody is there.
        """
        ...

    def note(self, kind: str, words: Mapping[str, str]) -> None:
        """Something happened at the door that the station's log of events is to keep; returns at once.

        ``kind`` is ``person_signed_in``, ``person_failed``, ``person_added``, ``person_changed`` or
        ``person_removed``; ``words`` are what its sentence is made of: ``name`` (of a person there is,
        empty for any other), ``by`` who did it, ``what``, ``count``. Never a secret.
        """
        ...
