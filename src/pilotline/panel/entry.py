"""How a station's page may be entered: what whoever starts it has decided. Costs nothing to import."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """``is_open``: everybody who reaches the loopback address is let in as operator, for a virtual station.

    ``people`` is the file in which they are kept, None for a station that forgets them with its process.
    ``certificate`` is the file of the key and certificate of https, ``names`` the addresses and names it is
    for: each is one that a browser may have asked for.
    """

    is_open: bool = False
    people: str | None = None
    certificate: str | None = None
    names: tuple[str, ...] = field(default=())


CLOSED = Entry()
OPEN = Entry(is_open=True)
"""A station of the machine it runs on, such as a simulated one."""
