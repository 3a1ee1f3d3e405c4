"""Whatever the OpenAPI document allows, and what it does not, sent to the panel: never a mistake of ours."""

import asyncio
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from pilotline.panel.api import MAKERS
from pilotline.panel.entry import Entry
from pilotline.vocabulary.files import Blob
from support.panel import FakePort, served

EXAMPLES = 2
"""Of each operation and of each kind: some sixty operations in under a minute."""
PASSWORD = "korrektes Pferd 7"


async def answer(word: str, _args: Mapping[str, Any]) -> Any:
    """Files where files are asked for, and nothing for the rest."""
    return Blob("x.csv", "text/csv", b"") if word in MAKERS else None


@contextmanager
def serving(folder: Path) -> Generator[tuple[str, dict[str, str]]]:
    """A panel in a thread, and the headers of Anna, its operator; nothing of it may escape."""
    ready, loop, found = threading.Event(), asyncio.new_event_loop(), dict[str, str]()
    over = asyncio.Event()

    async def run() -> None:
        async with served(FakePort(answer=answer), Entry(people=str(folder / "people.json"))) as panel:
            me = await panel.client.post("/api/first-person", json={"name": "Anna", "password": PASSWORD})
            cookie = me.headers["set-cookie"].partition(";")[0]
            found.update(address=f"http://127.0.0.1:{panel.number}", cookie=cookie)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield found["address"], {"cookie": found["cookie"]}
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()


LEAVES = {"/api/sign-out", "/api/sign-out-everywhere"}
"""Asked last, and by nobody's cookie: what follows would be refused at the door."""


@pytest.mark.timeout(240)
@pytest.mark.requirement("R-06", "M-50")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_sent_makes_the_panel_err(tmp_path: Path, mode: GenerationMode) -> None:
    """No 5xx, JSON for every answer of the interface, and a sentence with a code for every refusal."""
    with serving(tmp_path) as (address, headers), httpx.Client(base_url=address, timeout=20) as client:
        document = client.get("/api/docs/openapi.json").json()
        schema = schemathesis.openapi.from_dict(document)
        asked = 0
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # pyright: ignore[reportAttributeAccessIssue] - or it raises
            asked += 1
            _ask(operation, mode, address, {} if operation.path in LEAVES else headers)
        assert asked > 40
        assert client.get("/api/picture", headers=headers).status_code == 200


def _ask(operation: Any, mode: GenerationMode, address: str, headers: dict[str, str]) -> None:
    takes_something = bool(list(operation.body)) or bool(list(operation.iter_parameters()))
    strategy = operation.as_strategy(generation_mode=mode if takes_something else GenerationMode.POSITIVE)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @given(case=strategy)
    def one(case: Case[Any]) -> None:
        answer = case.call(base_url=address, headers=headers)
        assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text}"
        if answer.status_code >= 400:
            body = answer.json()
            assert body["error"].endswith("."), answer.text
            assert body["code"], answer.text

    with suppress(Unsatisfiable):  # where anything is right, nothing wrong can be made
        one()
