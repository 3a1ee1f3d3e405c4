"""How the thread that makes a bundle asks the station: between two events, and not for ever."""

import asyncio

import pytest

from pilotline.drivers.bundle import Contents
from pilotline.drivers.upload import GatherError
from pilotline.runtime import bundle_source
from pilotline.runtime.bundle_source import BundleSource
from pilotline.station.upkeep.uploads import SendBundle
from pilotline.vocabulary.location import parse_location
from pilotline.vocabulary.upkeep import Bundle

TASK = SendBundle(Bundle.SECURITY_LOG, "x.tar.gz", parse_location("ftp://h/"))


async def _contents(bundle: Bundle) -> Contents:
    return Contents({"bundle": bundle.value})


async def _never(_: Bundle) -> Contents:
    await asyncio.Event().wait()
    raise AssertionError


def test_the_station_is_asked_on_its_own_loop() -> None:
    """And told which bundle it is for."""

    async def story() -> Contents:
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(BundleSource(_contents, lambda: loop), TASK)

    assert asyncio.run(story()).said == {"bundle": "SecurityLog"}


def test_a_station_that_is_stuck_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_source, "PATIENCE_S", 0.05)

    async def story() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(BundleSource(_never, lambda: loop), TASK)

    with pytest.raises(GatherError, match="does not answer"):
        asyncio.run(story())


def test_a_station_that_has_ended_is_not_asked() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    for found in (None, loop):
        with pytest.raises(GatherError, match="does not run"):
            BundleSource(_contents, lambda found=found: found)(TASK)
