"""The host's end of an EVSENS: it is asked while the configuration says that one is there (M-08)."""

import asyncio
from typing import TYPE_CHECKING

from pilotline.models.meter_profile import load_supply_sensor
from pilotline.runtime.process import fail_with
from pilotline.vocabulary.charger import EvsensSlot

if TYPE_CHECKING:
    from pilotline.drivers.modbus_meter import Report


class SupplyWatch:
    """``want`` begins and ends the asking; ``report`` is told what each poll ends in.

    A station without an EVSENS does not open its port: every poll would wait there in vain.
    """

    def __init__(self, slot: EvsensSlot, port: str, phases: int, report: "Report") -> None:
        self._slot = slot
        self._port = port
        self._phases = phases
        self._report = report
        self._polling: asyncio.Task[None] | None = None

    def want(self, wanted: bool) -> None:
        """Whether an EVSENS is configured now."""
        if wanted and self._polling is None:
            self._polling = asyncio.create_task(self._poll())
            self._polling.add_done_callback(fail_with)
        elif not wanted and self._polling is not None:
            self._polling.cancel()
            self._polling = None

    async def _poll(self) -> None:
        from pilotline.drivers.modbus_meter import ModbusMeterDriver  # noqa: PLC0415 - 0.2 s of pymodbus

        driver = ModbusMeterDriver(
            self._port,
            load_supply_sensor(self._slot.profile),
            self._report,
            address=self._slot.address,
            phases=self._phases,
            poll_ms=self._slot.poll_ms,
            device="EVSENS",
        )
        await driver.run()
