"""The routes: picture, bench, operations, live line, downloads, page (docs/reference/panel.md)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Response, get, post, websocket
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK

from pilotline import __version__
from pilotline.links.operations import NoAnswerError, OperationError, build, of_connector
from pilotline.panel.answers import (
    LARGEST_BODY,
    AnyRequest,
    AnySocket,
    answer_in_a_sentence,
    arguments,
    asks,
    own_up,
    refused,
    taken,
    takes,
)
from pilotline.panel.bench import Bench, bench
from pilotline.panel.doors import Doors
from pilotline.panel.feed import Feed
from pilotline.panel.files import PageFile, page_files, pieces
from pilotline.panel.lines import ALIVE_S, SIGNED_OUT, Lines, News, Ticket
from pilotline.panel.port import Port, Row
from pilotline.panel.reception import let_in, reception, visitor
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.roles import Asker, Role

LONGEST_NUMBER = 15
DOWNLOADS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sessions.csv": ("export", {"what": "csv"}),
    "sessions.pdf": ("export", {"what": "pdf"}),
    "energy.csv": ("export", {"what": "energy"}),
    "support.zip": ("support", {}),
}
"""The word that makes each file, and what it is told beside the query."""
MAKERS = frozenset(word for word, _ in DOWNLOADS.values())
"""Words whose value is a file: asked for under /api/files/ alone."""
NO_PAGE = (
    "<!doctype html><title>Pilotline</title><p>The station runs, but its page has not been built: "
    "run <code>make setup</code> in the project's folder. The interface for programs is at "
    '<a href="/api/docs">/api/docs</a>.'
)


def make_app(
    port: Port,
    feed: Feed,
    news: News,
    doors: Doors,
    files: Mapping[str, PageFile] | None = None,
    *,
    alive_s: float = ALIVE_S,
    fingerprint: Callable[[], str | None] = lambda: None,
) -> Litestar:
    """The whole application."""
    lines = Lines(port, feed, news, alive_s)
    files = page_files() if files is None else files
    rows = {word: row for word, row in port.operations.items() if word not in MAKERS}
    return Litestar(
        route_handlers=[
            _picture(port, feed, doors),
            _bench(port, doors),
            *(_operation(port, doors, word, row) for word, row in rows.items()),
            _unknown_operation(doors, rows),
            *(_download(port, doors, name) for name in DOWNLOADS),
            *reception(port, doors, fingerprint),
            _live(lines, doors),
            *_pages(files),
        ],
        openapi_config=OpenAPIConfig(
            title="Pilotline panel",
            version=__version__,
            path="/api/docs",
            render_plugins=[_docs_page()],
        ),
        exception_handlers={HTTPException: answer_in_a_sentence, Exception: own_up},
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


def _picture(port: Port, feed: Feed, doors: Doors) -> Any:
    @get("/api/picture", media_type=MediaType.JSON, summary="The picture as it is now", tags=["Seeing"])
    async def picture(request: AnyRequest) -> bytes:
        asker = await let_in(doors, request, Role.GUEST)
        await port.look()
        return feed.whole(_told_of(asker)).encode()

    return picture


def _bench(port: Port, doors: Doors) -> Any:
    @get("/api/bench", summary="What can be caused on a virtual station", tags=["Seeing"])
    async def what_can_be_caused(request: AnyRequest) -> Bench:
        await let_in(doors, request, Role.GUEST)
        if not port.virtual:
            raise refused(404, "not_found", "This station stands in the real world.")
        return bench()

    return what_can_be_caused


def _operation(port: Port, doors: Doors, word: str, row: Row) -> Any:
    async def operation(request: AnyRequest) -> dict[str, Any]:
        asker = await let_in(doors, request, row.least)
        args = await arguments(request)
        _check(word, row.type, args, port.connectors)
        return {"value": msgspec.to_builtins(await _ask(port, word, args, asker))}

    return post(
        f"/api/operations/{word}",
        status_code=HTTP_200_OK,
        summary=f"{row.help} For a {row.least.value} or above.",
        operation_id=word,
        operation_class=takes(row.type),
        tags=["Operations"],
    )(operation)


def _download(port: Port, doors: Doors, name: str) -> Any:
    word, told = DOWNLOADS[name]
    row = port.operations.get(word)

    async def download(request: AnyRequest) -> Response[bytes]:
        asker = await let_in(doors, request, Role.GUEST if row is None else row.least)
        if row is None:
            raise refused(404, "not_found", f"This station makes no {name}.")
        said = {name: request.query_params[name] for name in request.query_params}
        args = taken(row.type, {**said, **told})
        _check(word, row.type, args, port.connectors)
        return _as_file(await _ask(port, word, args, asker))

    return get(
        f"/api/files/{name}",
        summary=f"Download {name}",
        operation_id=f"download_{name.replace('.', '_')}",
        operation_class=asks(None if row is None else row.type, without=tuple(told)),
        tags=["Files"],
    )(download)


def _as_file(blob: Blob) -> Response[bytes]:
    name = "".join(each for each in blob.name if each.isascii() and (each.isalnum() or each in "-_."))
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(blob.data, media_type=blob.media_type, headers=headers)


async def _ask(port: Port, word: str, args: Mapping[str, Any], asker: Asker) -> Any:
    try:
        return await port.ask(word, args, asker)
    except NoAnswerError as error:
        raise refused(503, "no_answer", str(error)) from None
    except OperationError as error:
        raise _as_refused(error) from None


def _as_refused(error: OperationError) -> HTTPException:
    """By a code of its own where it has one."""
    why = error.refusal
    return refused(409, why.code if why else "refused", str(error), why.words if why else None)


def _check(word: str, kind: type[Any], args: Mapping[str, Any], connectors: Collection[int]) -> None:
    """Arguments that are wrong are the client's mistake, and no part of the station is asked."""
    try:
        if is_dataclass(kind):
            build(word, kind, of_connector(word, args, connectors)[1])
        else:
            msgspec.convert(dict(args), kind, strict=False)
            of_connector(word, args, connectors)
    except OperationError as error:
        raise refused(400, "arguments", str(error)) from None
    except msgspec.ValidationError as error:
        raise refused(400, "arguments", f"{word}: {error}.") from None


def _unknown_operation(doors: Doors, rows: Mapping[str, Row]) -> Any:
    @post("/api/operations/{word:str}", include_in_schema=False)
    async def unknown(request: AnyRequest) -> None:
        await let_in(doors, request, Role.GUEST)
        word, known = request.path_params["word"], ", ".join(sorted(rows))
        raise refused(404, "not_found", f"There is no operation {word}; there are {known}.")

    return unknown


def _live(lines: Lines, doors: Doors) -> Any:
    @websocket("/api/live")
    async def live(socket: AnySocket) -> None:
        said, who = socket.query_params, visitor(socket)
        await doors.look()
        if doors.asker(who) is None:
            await socket.accept()  # a browser is told the code of a line that was open, and of no other
            await socket.close(SIGNED_OUT, "Sign in first.")
            return
        ticket = Ticket(lambda: doors.asker(who) is not None, doors.look, lambda: _told_of(doors.asker(who)))
        await lines.serve(socket, said.get("epoch"), _number(said.get("since", "")), ticket)

    return live


def _told_of(asker: Asker | None) -> str | None:
    """The card whose name alone somebody is told, "" where he has none; None: he is told all."""
    if asker is None:
        return ""
    return asker.card if asker.role is Role.GUEST else None


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
