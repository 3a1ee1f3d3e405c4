"""The network interface that leads to the car, or to the charger, and this machine's address on it.

Car and charger speak with link-local addresses alone (ISO 15118-2 §7.6.3): nothing else is configured on the
network that the charging cable makes.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

LOOPBACK = "lo"
_TABLE = Path("/proc/net/if_inet6")
_LINK_SCOPE, _HOST_SCOPE = 0x20, 0x10
_TENTATIVE_OR_FAILED = 0x40 | 0x08
"""IFA_F_TENTATIVE and IFA_F_DADFAILED: an address that is still, or for good, not to be used."""


class V2gPortError(Exception):
    """The interface, an address or a port cannot be had; the message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Interface:
    """``address`` is the link-local one; of the loopback interface, which has none, it is ::1."""

    name: str
    index: int
    address: IPv6Address

    @property
    def is_loopback(self) -> bool:
        """Whether both ends are on this machine; there is no multicast there, and it asks itself."""
        return self.address.is_loopback

    @property
    def scope(self) -> int:
        """What names the interface in a socket's address."""
        return 0 if self.is_loopback else self.index


def interface(name: str) -> Interface:
    """Look it up now. Raises V2gPortError where there is none, or it has no address that can be used."""
    try:
        index = socket.if_nametoindex(name)
    except OSError:
        known = ", ".join(sorted(each for _, each in socket.if_nameindex())) or "none"
        raise V2gPortError(f"There is no network interface {name}; this machine has {known}.") from None
    address = _address(name)
    if address is None:
        raise V2gPortError(
            f"The interface {name} has no link-local IPv6 address. Set it up (ip link set {name} up) and "
            f"allow it IPv6 (sysctl net.ipv6.conf.{name}.disable_ipv6=0). A new address needs a second."
        )
    return Interface(name, index, address)


def _address(name: str) -> IPv6Address | None:
    """Lines of the kernel's table: address, index, prefix, scope and flags in hex, then the name."""
    try:
        rows = [line.split() for line in _TABLE.read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    for address, _, _, scope, flags, its_name in rows:
        wanted = _HOST_SCOPE if name == LOOPBACK else _LINK_SCOPE
        if its_name == name and int(scope, 16) == wanted and not int(flags, 16) & _TENTATIVE_OR_FAILED:
            return IPv6Address(bytes.fromhex(address))
    return None
