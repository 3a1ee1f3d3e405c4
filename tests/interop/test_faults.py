"""A fault caused on the bench of real processes reaches the `ocpp` package's central system and ends."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import Fault, faults_in
from support.bench import Bench
from support.central_system import CentralSystem, Message
from support.site import Site, site_in

CAUSED = [faults.BY_CODE[code] for code in (faults.RCD, faults.POWER_RELAY, faults.TAMPER1)]
"""One of each kind; all of the table reach it in simulated time, in ``scenarios/test_foreign_backend``."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    with site_in(tmp_path_factory.mktemp("station")) as found:
        yield found


@pytest.mark.requirement("E-25", "R-40")
@pytest.mark.parametrize("fault", CAUSED, ids=[fault.name for fault in CAUSED])
def test_it_reaches_the_backend_and_ends(site: Site, fault: Fault) -> None:
    """Its bit stands in the mask of its vendor, with the errorCode of the most urgent; then all is well."""

    async def story(bench: Bench, central: CentralSystem) -> None:
        begun = central.heard
        await bench.charge()
        await bench.do("inject", fault=fault.name)
        try:
            told: Message = await central.until(lambda: _told(central, begun, fault))
            mask = int(told.payload["vendorErrorCode"], 16)
            assert told.payload["errorCode"] == faults_in(mask)[0].error_code.value
            await bench.until(lambda view: any(each.code == fault.code for each in view.connectors[0].faults))
        finally:
            await _end(bench, fault)

    site.play(story)


def _told(central: CentralSystem, begun: int, fault: Fault) -> Message | None:
    for message in central.records.calls[begun:]:
        payload: dict[str, Any] = message.payload
        mask = int(payload.get("vendorErrorCode", "0"), 16) if payload.get("vendorId") == "VendorID2" else 0
        if any(each.code == fault.code for each in faults_in(mask)):
            return message
    return None


async def _end(bench: Bench, fault: Fault) -> None:
    """End the cause, take the car away, and reset what a person has to."""
    await bench.do("inject", fault=fault.name, active=False)
    await bench.do("unplug")
    async with asyncio.timeout(40):
        while not _is_well(bench):
            await bench.do("clear_faults")
            await asyncio.sleep(0.1)  # a reset before its cause has ended does nothing, and says nothing


def _is_well(bench: Bench) -> bool:
    assert bench.launcher.status is not None
    connector = bench.launcher.status.connectors[0]
    return connector.ocpp_status == "Available" and not connector.faults
