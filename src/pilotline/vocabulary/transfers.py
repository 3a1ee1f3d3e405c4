"""The table of failed transfers: every way in which a file does not reach a server, told apart by number.

The six numbers from −7 to −12 are the product's own (M-41; of its "connect failed" the refused connection
and the unknown name are told apart here); those below are ours. OCPP has a field for none of them (R-32): a
number stands in the log, in the diagnostics and on the page, and the backend hears the status of its row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pilotline.vocabulary.upkeep import UploadStatus


@dataclass(frozen=True, slots=True)
class TransferFault:
    """One row. ``status`` is what LogStatusNotification says of it; of diagnostics all are UploadFailed."""

    number: int
    name: str
    sentence: str
    advice: str
    status: UploadStatus = UploadStatus.UPLOAD_FAILED


ACCESS = TransferFault(
    -7,
    "access",
    "The server does not let the station write there.",
    "Check the path, and that its user may write in that folder.",
    UploadStatus.PERMISSION_DENIED,
)
LOGIN = TransferFault(
    -8,
    "login",
    "The server does not take the name and password.",
    "Check both in the address; signs like @ and : are written as %40 and %3A there.",
    UploadStatus.PERMISSION_DENIED,
)
CONNECT = TransferFault(
    -9,
    "connect",
    "The server refused the connection, or did not answer in time.",
    "Check that the server runs, its port, and the firewalls between; FTP needs its passive ports too.",
)
READ = TransferFault(
    -10,
    "read",
    "A file of the station's own could not be read.",
    "Have the storage looked at; what the other files say can be fetched on the page.",
)
MEMORY = TransferFault(
    -11,
    "memory",
    "The file would be larger than allowed, or there is no room to make it.",
    "Ask for a shorter time, or make room on the disk.",
)
NAME = TransferFault(
    -12,
    "name",
    "No address is known for the server's name.",
    "Check the name, and the network's name server.",
)
BROKEN = TransferFault(
    -13,
    "broken",
    "The connection broke off in the middle.",
    "Try again; if it breaks off each time, check the network.",
)
NO_SENSE = TransferFault(
    -14,
    "no_sense",
    "The server answers, but not in the protocol of the address.",
    "Check the port and how the address begins.",
    UploadStatus.BAD_MESSAGE,
)
NOT_OFFERED = TransferFault(
    -15,
    "not_offered",
    "The server does not offer to take a file this way.",
    "Have uploads allowed there (FTP: STOR and passive mode; HTTP: PUT or POST), or choose another server.",
    UploadStatus.NOT_SUPPORTED_OPERATION,
)
TRUST = TransferFault(
    -16,
    "trust",
    "The server's certificate is not trusted, or there is no common TLS.",
    "Check the certificate's name, dates and root; install the root if it is the operator's own.",
)
SERVER = TransferFault(
    -17,
    "server",
    "The server could not keep the file.",
    "Have it looked at: it may be full, busy, or broken.",
)
LOCATION = TransferFault(
    -18,
    "location",
    "The address is none that files can be brought to.",
    "It has to begin with ftp://, ftps://, http:// or https:// and name a host.",
)
CUT_SHORT = TransferFault(
    -19,
    "cut_short",
    "The station restarted before the file was there.",
    "Ask for it again.",
)
REPLACED = TransferFault(
    -20,
    "replaced",
    "The backend asked for another file before this one was there.",
    "Nothing is wrong: the other one is on its way.",
)

TRANSFER_FAULTS: tuple[TransferFault, ...] = (
    ACCESS, LOGIN, CONNECT, READ, MEMORY, NAME, BROKEN, NO_SENSE, NOT_OFFERED, TRUST, SERVER, LOCATION,
    CUT_SHORT, REPLACED,
)  # fmt: skip
BY_NAME: Mapping[str, TransferFault] = {each.name: each for each in TRANSFER_FAULTS}
