"""Launcher, board and host as real processes, and a car that charges by ISO 15118-2 over real TCP."""

import asyncio
from pathlib import Path

import pytest

from pilotline.links.host import HostView
from support.bench import TAG, Bench, running


def _talks(view: HostView) -> bool:
    car = view.connectors[0].car
    return car is not None and car.phase == "authorisation"


async def _begin(bench: Bench) -> None:
    await bench.do("config_set", key="c_Iso15118", value=True)
    await bench.do("car", digital="iso2")
    await bench.do("plug_in")
    await bench.until(_talks)


@pytest.mark.requirement("M-01")
def test_a_car_charges_by_messages_in_real_time(tmp_path: Path) -> None:
    """Plug, card, current; the host crashes in the middle, and the car finds the next one."""

    async def run() -> None:
        async with running(tmp_path, model="master-plus-ac", watch=True) as bench:
            await _begin(bench)
            await bench.do("present_tag", tag=TAG)
            await bench.until(lambda view: (view.connectors[0].current_a[0] or 0) > 1)
            rows = await bench.do("v2g_messages")
            assert {"SessionSetupReq", "PowerDeliveryReq", "ChargingStatusReq"} <= {
                row["name"] for row in rows
            }
            assert (await bench.do("v2g_messages", after=rows[-1]["number"]))[:1] != rows[:1]
            await bench.do("host_crash")
            assert await bench.opened() < 8
            await bench.until(_talks)
            await bench.leave()
            assert not any("invariant" in note.lower() for note in bench.notes)

    asyncio.run(run())
