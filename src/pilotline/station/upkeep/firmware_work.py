"""What a firmware update wants done, and how that may end: values alone. The drivers do it.

A task that fails ends with :class:`Failed`; none of them raises. Times ``utc_us`` are the moment at which
certificates have to be valid.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from pilotline.station.upkeep.events import Lane, Outcome, Task
from pilotline.vocabulary.firmware import FirmwareFault


@dataclass(frozen=True, slots=True)
class CheckSigner(Task):
    """Does this certificate (PEM, of SignedUpdateFirmware) lead to an installed root of a manufacturer?

    In the certificates' lane: the answer may not wait for a download. ``utc_us`` None: nobody knows the time.
    """

    lane: ClassVar[Lane] = Lane.CERTIFICATE
    certificate: str
    utc_us: int | None


@dataclass(frozen=True, slots=True)
class Download(Task):
    """Fetch the file, from these hosts alone, and keep it under this name instead of any other."""

    lane: ClassVar[Lane] = Lane.FIRMWARE
    update: str
    location: str = field(repr=False)
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verify(Task):
    """Is what was downloaded an image for us, whole, signed, not older than ``running``, and can it be read?

    ``certificate`` and ``signature`` are those of SignedUpdateFirmware, over the whole file, or empty.
    """

    lane: ClassVar[Lane] = Lane.FIRMWARE
    update: str
    running: str
    utc_us: int
    certificate: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Write(Task):
    """Put what was downloaded and verified into the spare slot, after having verified it once more."""

    lane: ClassVar[Lane] = Lane.FIRMWARE
    verify: Verify


@dataclass(frozen=True, slots=True)
class Switch(Task):
    """The next start runs the spare slot, on trial, if that is of this update."""

    lane: ClassVar[Lane] = Lane.FIRMWARE
    update: str


@dataclass(frozen=True, slots=True)
class Confirm(Task):
    """What runs on trial is to stay."""

    lane: ClassVar[Lane] = Lane.FIRMWARE


@dataclass(frozen=True, slots=True)
class GoBack(Task):
    """The next start runs the old firmware again."""

    lane: ClassVar[Lane] = Lane.FIRMWARE


@dataclass(frozen=True, slots=True)
class Done(Outcome):
    """It is done; ``version`` is the image's where that became known."""

    version: str = ""


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """It is not done, and why."""

    fault: FirmwareFault
