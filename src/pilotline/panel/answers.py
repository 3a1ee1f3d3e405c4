"""What the panel's answers look like: a value, or a sentence with the code a program goes by."""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, WebSocket
from litestar.exceptions import HTTPException
from litestar.openapi.spec import OpenAPIMediaType, Operation, Parameter, RequestBody, Schema

from pilotline.links.operations import argument_names
from pilotline.vocabulary.sentences import Words

AnyRequest = Request[Any, Any, Any]
AnySocket = WebSocket[Any, Any, Any]
T = TypeVar("T")

LARGEST_BODY = 1 << 16
_SENTENCES = {
    404: "There is nothing here; what there is stands at /api/docs.",
    405: "This is asked in another way; how stands at /api/docs.",
    413: f"The arguments are longer than {LARGEST_BODY} bytes.",
}
"""In place of the framework's own words."""
_OWN_WORDS = {"Not Found", "Method Not Allowed", "Request Entity Too Large"}
_CODES = {401: "sign_in", 403: "role", 404: "not_found", 405: "not_found", 409: "refused", 503: "no_answer"}
"""Of refusals that name none themselves; any other is a mistake in what was sent."""
_ENUM_VALUE = re.compile(r"^Invalid enum value .*?(?= - at |$)", re.DOTALL)
"""The only words of a decoder that repeat what was sent; it may be a password in the wrong field."""
_MISTAKE = "The panel has made a mistake, which its log tells; the station itself goes on."
_LOG = logging.getLogger("uvicorn.error")


def refused(status: int, code: str, sentence: str, words: Words | None = None, **more: Any) -> HTTPException:
    """What is answered instead of a value; ``words`` are those in the code's sentence, where it has any."""
    said = {"words": dict(words)} if words else {}
    return HTTPException(sentence, status_code=status, extra={"code": code, **said, **more})


def answer_in_a_sentence(_request: AnyRequest, error: HTTPException) -> Response[dict[str, Any]]:
    status = error.status_code
    sentence = _SENTENCES.get(status) if error.detail in _OWN_WORDS else None
    more: dict[str, Any] = error.extra if isinstance(error.extra, dict) else {}
    body = {"error": sentence or error.detail, "code": _CODES.get(status, "arguments"), **more}
    return Response(body, status_code=status)


def own_up(_request: AnyRequest, error: Exception) -> Response[dict[str, str]]:
    _LOG.error("the panel made a mistake", exc_info=error)
    return Response({"error": _MISTAKE, "code": "mistake"}, status_code=500)


async def arguments(request: AnyRequest) -> dict[str, Any]:
    """The JSON object that was sent; none at all is an empty one. Raises HTTPException."""
    return await sent(request, dict[str, Any])


async def sent(request: AnyRequest, kind: type[T]) -> T:
    """What was sent, as this type. Raises HTTPException, whose sentence does not repeat what was sent."""
    if request.content_type[0] != "application/json":  # a form of some page cannot say it is JSON
        raise refused(400, "arguments", "Send the arguments as application/json.")
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        said = _ENUM_VALUE.sub("Not one of the words there are", str(error))
        raise refused(400, "arguments", f"Not what is needed here: {said}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise refused(400, "arguments", f"Not a JSON object: {error}.") from None
    except RecursionError:
        raise refused(400, "arguments", "Not arguments: too deep.") from None


def takes(kind: type[Any]) -> Any:
    """The ``operation_class`` of a handler that takes these arguments."""
    return partial(_documented, kind)


def asks(kind: type[Any] | None, without: Sequence[str]) -> Any:
    """The ``operation_class`` of a handler that takes these arguments, but for some, in its query."""
    return partial(_asked, kind, without)


def _asked(kind: type[Any] | None, without: Sequence[str], **fields: Any) -> Operation:
    operation = Operation(**fields)
    if kind is not None:
        names, required = _schemas(kind)
        operation.parameters = [
            Parameter(name=name, param_in="query", schema=part, required=name in required)
            for name, part in names.items()
            if name not in without
        ]
    return operation


def _documented(kind: type[Any], **fields: Any) -> Operation:
    """The arguments of an operation, as the OpenAPI document shows them."""
    names, required = _schemas(kind)
    body = Schema(type="object", properties=names, required=required or None)  # pyright: ignore[reportArgumentType]
    operation = Operation(**fields)
    operation.request_body = RequestBody(
        content={"application/json": OpenAPIMediaType(schema=body)}, required=True
    )
    return operation


def taken(kind: type[Any], args: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments that there are in these; a query may have more."""
    return {name: value for name, value in args.items() if name in _schemas(kind)[0]}


def _schemas(kind: type[Any]) -> tuple[dict[str, Schema], list[str]]:
    """What each argument may be, and which are needed."""
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    found: Any = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    shown: dict[str, Any] = found.get("properties", {})
    names = shown.keys() if issubclass(kind, msgspec.Struct) else set(argument_names(kind))
    required = [name for name in found.get("required", ()) if name in names]
    return {name: Schema(**_plain(part, parts)) for name, part in shown.items() if name in names}, required


def _plain(part: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a JSON schema, in Litestar's names: its enumerations in place, its examples left out."""
    if "$ref" in part:
        part = parts[part["$ref"].rpartition("/")[2]]
    if "anyOf" in part:
        return {"one_of": [Schema(**_plain(each, parts)) for each in part["anyOf"]]}
    return {name: part[name] for name in ("type", "enum", "minimum", "maximum", "default") if name in part}
