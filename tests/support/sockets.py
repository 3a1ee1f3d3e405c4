"""What a process listens on, as the kernel tells it."""

import re
from pathlib import Path

_LISTEN, _UNCONNECTED = "0A", "07"
_INODE = re.compile(r"socket:\[(\d+)\]")


def listening_sockets(pid: int) -> list[str]:
    """Every TCP socket that listens and UDP socket that takes from anybody: table and local address."""
    inodes = _socket_inodes(pid)
    found: list[str] = []
    for table, state in (("tcp", _LISTEN), ("tcp6", _LISTEN), ("udp", _UNCONNECTED), ("udp6", _UNCONNECTED)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == state and words[9] in inodes:
                found.append(f"{table} {words[1]}")
    return found


def _socket_inodes(pid: int) -> set[str]:
    links = (_target(fd) for fd in Path(f"/proc/{pid}/fd").iterdir())
    return {match[1] for link in links if (match := _INODE.fullmatch(link))}


def _target(fd: Path) -> str:
    """Where a descriptor leads; one closed meanwhile leads nowhere."""
    try:
        return str(fd.readlink())
    except OSError:
        return ""
