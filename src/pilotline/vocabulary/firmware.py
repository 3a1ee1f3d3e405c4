"""Firmware in words: versions, what an image says of itself, where one runs, and why one is not taken.

An image is described in docs/reference/firmware-image.md.
"""

import re
from dataclasses import dataclass
from enum import Enum

MOST_BYTES = 2 * 1024 * 1024
"""An image is no larger (M-43, R-31)."""
_VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}", re.ASCII)


class VersionError(ValueError):
    """A text that is no version."""


def parse_version(text: str) -> tuple[int, int, int, int]:
    """One to four numbers with dots between; those left out are 0. Raises VersionError."""
    if _VERSION.fullmatch(text) is None:
        raise VersionError(f"A version is one to four numbers with dots between, not {text!r}.")
    numbers = [int(each) for each in text.split(".")]
    first, second, third, fourth = numbers + [0] * (4 - len(numbers))
    return first, second, third, fourth


class FirmwareFault(Enum):
    """Why a firmware does not come to run; the value is the sentence for people."""

    NO_URL = "The address is no https:// address with a host."
    HOST = "Firmware comes from the hosts in c_FirmwareHosts alone, and this is none of them."
    UNREACHABLE = "The server cannot be reached."
    UNTRUSTED = "The server's certificate is not one the station trusts."
    ANSWER = "The server did not give the file."
    ELSEWHERE = "The server sends the station elsewhere, where firmware may not come from."
    TOO_LARGE = "The file is larger than 2 MiB."
    SLOW = "The download took too long."
    DISK = "The disk does not take the firmware."
    FORMAT = "The file is no firmware image, or a damaged one."
    MODEL = "The image is for another model."
    OLDER = "The image is older than what runs, and not marked for going back."
    CHAIN = "The image's certificates do not lead to an installed root of a manufacturer."
    EXPIRED = "A certificate of the image is not valid at this time."
    NO_SIGNER = "The image's certificate is not one for signing firmware."
    SIGNATURE = "The signature does not fit the file."
    KEY = "The station has no key for this image."
    GONE = "What was downloaded is not there any more."
    SLOTS = "The station has no place for a second firmware."
    UNWELL = "The new firmware did not become well in time; the old one runs again."
    CRASHED = "The new firmware was started too often without becoming well; the old one runs again."
    CANCELLED = "Another update was asked for."
    UNKNOWN = "The work ended without saying how."


DOWNLOAD_FAULTS = frozenset({
    FirmwareFault.NO_URL, FirmwareFault.HOST, FirmwareFault.UNREACHABLE, FirmwareFault.UNTRUSTED,
    FirmwareFault.ANSWER, FirmwareFault.ELSEWHERE, FirmwareFault.TOO_LARGE, FirmwareFault.SLOW,
})  # fmt: skip
SIGNING_FAULTS = frozenset({FirmwareFault.CHAIN, FirmwareFault.EXPIRED, FirmwareFault.NO_SIGNER})
"""Those of a certificate: the alarm is InvalidFirmwareSigningCertificate."""


@dataclass(frozen=True, slots=True)
class Booted:
    """What runs since this start, as the slots know it.

    ``slot`` is empty for the firmware the station was built with. ``update`` names the update that brought
    what runs. ``trial``: it has still to prove itself. ``fell_back`` names the last update that did not,
    ``crashed`` whether that was because it was started too often.
    """

    version: str = ""
    slot: str = ""
    update: str = ""
    trial: bool = False
    fell_back: str = ""
    crashed: bool = False
