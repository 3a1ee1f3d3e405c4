"""A backend that is set beside the station: kept, and dialled from the next start on (M-48)."""

import asyncio
import socket
from pathlib import Path
from threading import Thread

import pytest

from pilotline.links.operations import OperationError
from pilotline.runtime.virtual_backend import backend_url, serve_backend
from support.bench import running


async def _story(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=lambda: asyncio.run(serve_backend(listener)), daemon=True).start()
        async with running(folder) as bench:
            status = await bench.do("status")
            assert status["backend"]["problem"] == "No backend is configured (c_BackendUrl, or --csms)."
            with pytest.raises(OperationError, match="must not have a name or a password"):
                await bench.do("config_set", key="c_BackendUrl", value="ws://me:secret@127.0.0.1/")
            asked = {"key": "c_BackendUrl", "value": backend_url(listener)}
            assert await bench.do("config_set", **asked) == "RebootRequired"
            await bench.do("card_set", tag="04A1", name="Anna")
            before = (await bench.pids())["host"]
            assert await bench.do("restart", kind="soft") is None
            await bench.wait(connected=True)
            assert (await bench.pids())["host"] != before
            cards = await bench.do("cards")
            assert [card["name"] for card in cards] == ["Anna"]
            await bench.do("plug_in")
            await bench.do("start_charging")
            seen = await bench.wait(ocpp_status="Charging")
            assert seen.connectors[0].transaction is not None
            assert seen.connectors[0].transaction.tag == "LOCAL"
            with pytest.raises(OperationError, match="A session runs here already"):
                await bench.do("start_charging")


@pytest.mark.requirement("M-48", "M-12", "P-07")
def test_a_backend_set_on_the_page_is_dialled_after_a_restart_from_the_page(tmp_path: Path) -> None:
    """A password in its URL is refused; cards and address outlive the restart, and the backend is asked."""
    asyncio.run(_story(tmp_path))
