"""The routes: picture, bench, operations, live line, and the files of the page (docs/reference/panel.md)."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, is_dataclass
from functools import partial
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, WebSocket, get, post, websocket
from litestar.exceptions import HTTPException, WebSocketException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.response import Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from pilotline import __version__
from pilotline.links.operations import (
    LOCAL,
    NoAnswerError,
    OperationError,
    argument_names,
    build,
    of_connector,
)
from pilotline.panel.bench import Bench, bench
from pilotline.panel.feed import Feed
from pilotline.panel.files import PageFile, page_files, pieces
from pilotline.panel.port import Port, Row
from pilotline.vocabulary.roles import Asker

ALIVE_S = 2.0
"""A quiet line says this often that it is sound."""
MOST_LINES = 32
"""More live lines than this are not accepted: a station is no web server."""
LARGEST_BODY = 1 << 16
LONGEST_NUMBER = 15
_SENTENCES = {
    404: "There is nothing here; what there is stands at /api/docs.",
    405: "This is asked in another way; how stands at /api/docs.",
    413: f"The arguments are longer than {LARGEST_BODY} bytes.",
}
"""In place of the framework's own words."""
_MISTAKE = "The panel has made a mistake, which its log tells; the station itself goes on."
_LOG = logging.getLogger("uvicorn.error")
NO_PAGE = (
    "<!doctype html><title>Pilotline</title><p>The station runs, but its page has not been built: "
    "run <code>make setup</code> in the project's folder. The interface for programs is at "
    '<a href="/api/docs">/api/docs</a>.'
)

AnyRequest = Request[Any, Any, Any]
AnySocket = WebSocket[Any, Any, Any]


class News:
    """Wakes all who wait for the feed to move."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether there is news within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


@dataclass
class Lines:
    """The live lines there are."""

    port: Port
    feed: Feed
    news: News
    alive_s: float = ALIVE_S
    count: int = field(default=0)

    async def serve(self, socket: AnySocket, epoch: str | None, since: int | None) -> None:
        """One client, from its handshake to its end."""
        if self.count >= MOST_LINES:
            raise WebSocketException(detail="Too many pages are open.", code=1013)
        self._counted(1)
        try:
            await socket.accept()
            await self.port.look()
            await self._talk_until_it_goes(socket, self.feed.cursor(epoch, since))
        finally:
            self._counted(-1)

    async def _talk_until_it_goes(self, socket: AnySocket, cursor: int | None) -> None:
        tasks = [
            asyncio.ensure_future(self._talk(socket, cursor)),
            asyncio.ensure_future(self._hear_out(socket)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            with suppress(OSError):  # it went while something was said
                task.result()

    async def _talk(self, socket: AnySocket, cursor: int | None) -> None:
        """The whole, or what was missed; then what is new, and in a quiet time a sign of life."""
        if cursor is not None and cursor == self.feed.seq:
            await self._say_alive(socket)  # who has missed nothing hears so at once
        while True:
            if self.feed.has_news(cursor):
                texts, cursor = self.feed.after(cursor), self.feed.seq
                for text in texts:
                    await socket.send_text(text)
            elif not await self.news.wait(self.alive_s) and cursor is not None:
                await self._say_alive(socket)

    async def _say_alive(self, socket: AnySocket) -> None:
        await socket.send_text(self.feed.alive(self.port.now_ms()))

    @staticmethod
    async def _hear_out(socket: AnySocket) -> None:
        """What a client says is ignored, until it goes."""
        while True:
            if (await socket.receive())["type"] == "websocket.disconnect":
                return
            await asyncio.sleep(0)  # whoever sends without a pause leaves the station its turn

    def _counted(self, change: int) -> None:
        before, self.count = self.count, self.count + change
        if not before or not self.count:
            self.port.watch(bool(self.count))


def make_app(
    port: Port,
    feed: Feed,
    news: News,
    files: Mapping[str, PageFile] | None = None,
    *,
    alive_s: float = ALIVE_S,
) -> Litestar:
    """The whole application."""
    lines = Lines(port, feed, news, alive_s)
    files = page_files() if files is None else files
    return Litestar(
        route_handlers=[
            _picture(port, feed),
            _bench(port),
            *(_operation(port, word, row) for word, row in port.operations.items()),
            _unknown_operation(port),
            _live(lines),
            *_pages(files),
        ],
        openapi_config=OpenAPIConfig(
            title="Pilotline panel",
            version=__version__,
            path="/api/docs",
            render_plugins=[_docs_page()],
        ),
        exception_handlers={HTTPException: _answer_in_a_sentence, Exception: _own_up},
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )


def _docs_page() -> SwaggerRenderPlugin:
    """From the station itself: nothing comes from the internet."""
    script = "/docs/swagger-ui-bundle.js"
    return SwaggerRenderPlugin(
        path="/",
        js_url=script,
        css_url="/docs/swagger-ui.css",
        standalone_preset_js_url=script,
        favicon="<link rel='icon' href='data:,'>",
    )


def _picture(port: Port, feed: Feed) -> Any:
    @get("/api/picture", media_type=MediaType.JSON, summary="The picture as it is now", tags=["Seeing"])
    async def picture() -> bytes:
        await port.look()
        return feed.whole().encode()

    return picture


def _bench(port: Port) -> Any:
    @get("/api/bench", summary="What can be caused on a virtual station", tags=["Seeing"])
    async def what_can_be_caused() -> Bench:
        if not port.virtual:
            raise HTTPException("This station stands in the real world.", status_code=HTTP_404_NOT_FOUND)
        return bench()

    return what_can_be_caused


def _operation(port: Port, word: str, row: Row) -> Any:
    async def operation(request: AnyRequest) -> dict[str, Any]:
        args = await _arguments(request)
        _check(word, row.type, args, port.connectors)
        return {"value": msgspec.to_builtins(await _ask(port, word, args, LOCAL))}

    return post(
        f"/api/operations/{word}",
        status_code=HTTP_200_OK,
        summary=row.help,
        operation_id=word,
        operation_class=partial(_documented, row.type),  # pyright: ignore[reportArgumentType]
        tags=["Operations"],
    )(operation)


async def _ask(port: Port, word: str, args: Mapping[str, Any], asker: Asker) -> Any:
    try:
        return await port.ask(word, args, asker)
    except NoAnswerError as error:
        raise HTTPException(str(error), status_code=HTTP_503_SERVICE_UNAVAILABLE) from None
    except OperationError as error:
        raise HTTPException(str(error), status_code=HTTP_409_CONFLICT) from None


async def _arguments(request: AnyRequest) -> dict[str, Any]:
    if request.content_type[0] != "application/json":  # a form of some page cannot say it is JSON
        raise HTTPException("Send the arguments as application/json.", status_code=HTTP_400_BAD_REQUEST)
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise HTTPException(f"Not a JSON object: {error}.", status_code=HTTP_400_BAD_REQUEST) from None
    except RecursionError:
        raise HTTPException("Not arguments: too deep.", status_code=HTTP_400_BAD_REQUEST) from None


def _check(word: str, kind: type[Any], args: Mapping[str, Any], connectors: Collection[int]) -> None:
    """Arguments that are wrong are the client's mistake, and no part of the station is asked."""
    try:
        if is_dataclass(kind):
            build(word, kind, of_connector(word, args, connectors)[1])
        else:
            msgspec.convert(dict(args), kind, strict=False)
            of_connector(word, args, connectors)
    except OperationError as error:
        raise HTTPException(str(error), status_code=HTTP_400_BAD_REQUEST) from None
    except msgspec.ValidationError as error:
        raise HTTPException(f"{word}: {error}.", status_code=HTTP_400_BAD_REQUEST) from None


def _documented(kind: type[Any], **fields: Any) -> Operation:
    """The arguments of an operation, as the OpenAPI document shows them."""
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    found: Any = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    taken = argument_names(kind) if is_dataclass(kind) else found.get("properties", {})
    shown = {name: part for name, part in found.get("properties", {}).items() if name in taken}
    names = {name: Schema(**_plain(part, parts)) for name, part in shown.items()}
    body = Schema(type="object", properties=names, required=list(found.get("required", ())) or None)  # pyright: ignore[reportArgumentType]
    media = {"application/json": OpenAPIMediaType(schema=body)}
    operation = Operation(**fields)
    operation.request_body = RequestBody(content=media, required=True)
    return operation


def _plain(part: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a JSON schema, in Litestar's names: its enumerations in place, its examples left out."""
    if "$ref" in part:
        part = parts[part["$ref"].rpartition("/")[2]]
    if "anyOf" in part:
        return {"one_of": [Schema(**_plain(each, parts)) for each in part["anyOf"]]}
    return {name: part[name] for name in ("type", "enum", "minimum", "maximum", "default") if name in part}


def _unknown_operation(port: Port) -> Any:
    @post("/api/operations/{word:str}", include_in_schema=False)
    async def unknown(request: AnyRequest) -> None:
        word, known = request.path_params["word"], ", ".join(sorted(port.operations))
        raise HTTPException(
            f"There is no operation {word}; there are {known}.", status_code=HTTP_404_NOT_FOUND
        )

    return unknown


def _live(lines: Lines) -> Any:
    @websocket("/api/live")
    async def live(socket: AnySocket) -> None:
        said = socket.query_params
        await lines.serve(socket, said.get("epoch"), _number(said.get("since", "")))

    return live


def _number(text: str) -> int | None:
    """A client that says nonsense is one that is new."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _pages(files: Mapping[str, PageFile]) -> Sequence[Any]:
    handlers = [_file(path, file) for path, file in files.items() if path != "/index.html"]
    index = files.get("/index.html")
    return [*handlers, _file("/", index) if index else _no_page()]


def _file(path: str, file: PageFile) -> Any:
    @get(path, include_in_schema=False)
    async def page_file(request: AnyRequest) -> Stream:
        gzip = file.has_gzip and "gzip" in request.headers.get("accept-encoding", "")
        headers = {"cache-control": file.cache_control, "vary": "accept-encoding"}
        if gzip:
            headers["content-encoding"] = "gzip"
        bytes_of = file.of(gzip=gzip)
        headers["content-length"] = str(bytes_of.stat().st_size)
        return Stream(pieces(bytes_of), media_type=file.media_type, headers=headers)

    return page_file


def _no_page() -> Any:
    @get("/", include_in_schema=False, media_type=MediaType.HTML)
    async def no_page() -> str:
        return NO_PAGE

    return no_page


def _answer_in_a_sentence(_request: AnyRequest, error: HTTPException) -> Response[dict[str, str]]:
    own_words = {"Not Found", "Method Not Allowed", "Request Entity Too Large"}
    sentence = _SENTENCES.get(error.status_code) if error.detail in own_words else None
    return Response({"error": sentence or error.detail}, status_code=error.status_code)


def _own_up(_request: AnyRequest, error: Exception) -> Response[dict[str, str]]:
    _LOG.error("the panel made a mistake", exc_info=error)
    return Response({"error": _MISTAKE}, status_code=HTTP_500_INTERNAL_SERVER_ERROR)
