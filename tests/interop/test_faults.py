"""Every fault of the table, caused on the bench, reaches the `ocpp` package's central system and ends."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from pilotline.simulator.bench import CAUSES
from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import FAULTS, OURS, Fault, faults_in
from support.bench import TAG, Bench
from support.central_system import CentralSystem, Message
from support.site import Site, site_in

IDLE = faults.TAMPER
BEFORE_THE_PLUG = faults.ACT_LOCK
AT_THE_PLUG = faults.PP_UNPRESENT
AFTER_THE_PLUG = faults.ACT_UNLOCK | faults.N_CLOSED | faults.L_CLOSED | faults.SELF_TEST
"""When each is caused, or comes to light; all others in the middle of a charge."""
CAUSED = [fault for fault in FAULTS if fault.name in CAUSES and fault.code != faults.MISSING_HOST]
"""The one left out is told when it is over, and has a test in ``test_backend``."""


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
        await _cause(bench, fault)
        told: Message = await central.until(lambda: _told(central, begun, fault))
        mask = int(told.payload["vendorErrorCode"], 16)
        assert told.payload["errorCode"] == faults_in(mask)[0].error_code.value
        assert told.payload["info"]
        await bench.until(lambda view: any(each.code == fault.code for each in view.connectors[0].faults))
        await _end(bench, fault)

    site.play(story)


async def _cause(bench: Bench, fault: Fault) -> None:
    """Bring it about, and to light."""
    in_a_charge = not fault.code & (IDLE | BEFORE_THE_PLUG | AT_THE_PLUG)
    if fault.code == faults.MISSING_PCM or (in_a_charge and not fault.code & BEFORE_THE_PLUG):
        if fault.code == faults.CLAMP_SILENT:
            await bench.do("clamp", state="fitted")
            await bench.do("config_set", key="c_CTClamp", value=True)
        await bench.charge()
    if fault.code == AT_THE_PLUG:
        await bench.unlocked()  # until then the plug of the car before is still in
        await bench.do("plug_in", ohm=40)
        return
    await bench.do("inject", fault=fault.name)
    if fault.code == BEFORE_THE_PLUG:
        await bench.do("plug_in")
        await bench.do("present_tag", tag=TAG)
    if fault.code & AFTER_THE_PLUG and fault.code != faults.MISSING_PCM:
        await bench.do("unplug")


def _told(central: CentralSystem, begun: int, fault: Fault) -> Message | None:
    vendor = "Pilotline" if fault.code & OURS else "VendorID2"
    for message in central.records.calls[begun:]:
        payload: dict[str, Any] = message.payload
        mask = int(payload.get("vendorErrorCode", "0"), 16) if payload.get("vendorId") == vendor else 0
        if any(each.code == fault.code for each in faults_in(mask)):
            return message
    return None


async def _end(bench: Bench, fault: Fault) -> None:
    """End the cause, take the car away, and reset what a person has to."""
    if fault.code != AT_THE_PLUG:
        await bench.do("inject", fault=fault.name, active=False)
    await bench.do("temperature", relay_mc=25_000, electronics_mc=25_000)  # nobody waits for it to cool
    await bench.do("config_set", key="c_CTClamp", value=False)
    if (await bench.world())["plugged"]:
        await bench.do("unplug")
    async with asyncio.timeout(40):
        while not _is_well(bench):
            await bench.do("clear_faults")
            await asyncio.sleep(0.1)  # a reset before its cause has ended does nothing, and says nothing


def _is_well(bench: Bench) -> bool:
    assert bench.launcher.status is not None
    connector = bench.launcher.status.connectors[0]
    return connector.ocpp_status == "Available" and not connector.faults
