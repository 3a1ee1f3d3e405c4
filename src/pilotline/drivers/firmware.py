"""Who does what a firmware update wants done: plain functions for threads, values in and out.

What was downloaded lies in the station's folder until the slots are switched, or another is downloaded. It is
judged when it has come and once more when it is written, on the very bytes that go into the slot.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from pilotline.drivers.slots import SlotError, Slots
from pilotline.drivers.whole_files import Disk, RealDisk, remove_whole, replace_whole
from pilotline.station.upkeep.events import Outcome, Task
from pilotline.station.upkeep.firmware_work import (
    CheckSigner,
    Confirm,
    Done,
    Download,
    Failed,
    GoBack,
    Switch,
    Verify,
    Write,
)
from pilotline.station.upkeep.work import Ear, Perform
from pilotline.vocabulary.firmware import FirmwareFault

FIRMWARE = "firmware"
"""The folder of it all, within the station's."""
PRODUCT_KEY = "product-key.pem"
"""The product's private key in that folder: what images are encrypted for."""
Roots = Callable[[], Sequence[str]]
"""The installed roots of manufacturers, as PEM."""


class Workshop:
    """``folder`` is the station's for firmware: the download, the product's key, and the slots' own."""

    def __init__(
        self, folder: Path, slots: Slots, model: str, roots: Roots, disk: Disk | None = None
    ) -> None:
        self._folder = folder
        self._slots = slots
        self._model = model
        self._roots = roots
        self._disk = disk or RealDisk()

    def performers(self) -> dict[type[Task], Perform]:
        """What does each kind of task."""
        return {
            CheckSigner: self.check_signer,
            Download: self.download,
            Verify: self.verify,
            Write: self.write,
            Switch: self.switch,
            Confirm: lambda _task, _ear: self._at_slots(self._slots.confirm),
            GoBack: lambda _task, _ear: self._at_slots(self._slots.go_back),
        }

    def check_signer(self, task: CheckSigner, _ear: Ear) -> Outcome:
        from pilotline.drivers import firmware_image as images  # noqa: PLC0415 - 0.2 s, for updates alone

        try:
            images.check_signer(task.certificate, self._roots(), images.moment(task.utc_us))
        except images.NotTakenError as error:
            return Failed(error.fault)
        return Done()

    def download(self, task: Download, ear: Ear) -> Outcome:
        from pilotline.drivers import firmware_download as downloads  # noqa: PLC0415 - for updates alone

        try:
            self._remove()  # what an earlier update left
            data = downloads.download(downloads.Source(task.location, task.hosts, self._roots()), ear)
            replace_whole(self._disk, self._file(task.update), data)
        except downloads.DownloadError as error:
            return Failed(error.fault)
        except OSError:
            return Failed(FirmwareFault.DISK)
        return Done()

    def verify(self, task: Verify, _ear: Ear) -> Outcome:
        outcome = self._judge(task)
        return outcome if isinstance(outcome, Failed) else Done(outcome[0])

    def write(self, task: Write, _ear: Ear) -> Outcome:
        found = self._judge(task.verify)
        if isinstance(found, Failed):
            return found
        version, payload = found
        try:
            self._slots.write(task.verify.update, self._model, version, payload)
        except SlotError:
            return Failed(FirmwareFault.SLOTS)
        return Done(version)

    def switch(self, task: Switch, _ear: Ear) -> Outcome:
        """From here on the download is needed no more; one that stays is removed by the next."""
        outcome = self._at_slots(lambda: self._slots.try_next(task.update))
        if isinstance(outcome, Done):
            with suppress(OSError):
                self._remove()
        return outcome

    def _judge(self, task: Verify) -> tuple[str, bytes] | Failed:
        """The version and the firmware itself."""
        from pilotline.drivers import firmware_image as images  # noqa: PLC0415 - 0.2 s, for updates alone

        try:
            data = self._disk.read(self._file(task.update))
        except OSError:
            return Failed(FirmwareFault.DISK)
        if data is None:
            return Failed(FirmwareFault.GONE)
        by = images.Judge(self._roots(), self._model, task.running, images.moment(task.utc_us))
        try:
            if task.signature or task.certificate:
                images.judge_message(data, task.certificate, task.signature, by)
            image = images.judge(data, by)
            return image.header.version, images.open_payload(image, images.load_product_key(self._key))
        except images.NotTakenError as error:
            return Failed(error.fault)
        except images.KeyFileError:
            return Failed(FirmwareFault.KEY)

    @property
    def _key(self) -> Path:
        return self._folder / PRODUCT_KEY

    def _file(self, update: str) -> Path:
        return self._folder / f"download-{update}.bin"

    def _remove(self) -> None:
        for each in self._folder.glob("download-*"):
            remove_whole(self._disk, each)

    def _at_slots(self, do: Callable[[], None]) -> Outcome:
        try:
            do()
        except SlotError:
            return Failed(FirmwareFault.SLOTS)
        return Done()
