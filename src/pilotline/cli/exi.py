"""``pilotline exi``: messages of cars as JSON and back, a line each."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pilotline.cli.errors import UsageError
from pilotline.wire.v2g import din70121
from pilotline.wire.v2g.exi.errors import JsonShapeError
from pilotline.wire.v2g.exi.json_shape import from_json, to_json
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Type, element_name
from pilotline.wire.v2g.namespaces import NAMESPACES

SOME_FAILED = 1


def decode_lines(uri: str, fragment: bool) -> None:
    """Hex on standard input to JSON; what cannot be read is told, and the rest goes on."""
    chosen = _chosen(uri, fragment)
    _each_line(lambda line: _decoded(chosen, line, fragment))


def encode_lines(uri: str, fragment: bool) -> None:
    """JSON on standard input to hex; what cannot be written is told, and the rest goes on."""
    chosen = _chosen(uri, fragment)
    _each_line(lambda line: _encoded(chosen, line, fragment))


def _chosen(uri: str, fragment: bool) -> Namespace:
    namespace = NAMESPACES.get(uri)
    if namespace is None:
        raise UsageError(f"{uri} is none of the namespaces spoken here: {', '.join(NAMESPACES)}.")
    if fragment and not namespace.fragments:
        raise UsageError(f"{uri} has no fragments; leave --fragment out.")
    if not fragment and not namespace.documents:
        raise UsageError(f"{uri} has fragments alone; give --fragment.")
    return namespace


def _each_line(turn: Callable[[str], str]) -> None:
    """A wrong line leaves nothing on standard output, so that all that is there is good; empty ones too."""
    failed = False
    for number, line in enumerate(_lines(), 1):
        try:
            if line.strip():
                print(turn(line.strip()))
        except ValueError as error:  # of hex, JSON or message
            failed = True
            print(f"line {number}: {error}", file=sys.stderr)
    sys.exit(SOME_FAILED if failed else 0)


def _lines() -> Iterable[str]:
    """Input that is not UTF-8 is a mistake of its line, not of the whole."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def _decoded(namespace: Namespace, line: str, fragment: bool) -> str:
    data = bytes.fromhex(line)
    name, value = namespace.decode_fragment(data) if fragment else namespace.decode(data)
    shown: dict[str, Any] = {name: to_json(value, bare=namespace.uri == din70121.URI)}
    return msgspec.json.encode(shown).decode()


def _encoded(namespace: Namespace, line: str, fragment: bool) -> str:
    data: Any = msgspec.json.decode(line)
    if not isinstance(data, dict) or len(data) != 1:  # pyright: ignore[reportUnknownArgumentType]
        raise JsonShapeError('A message is an object of one element, such as {"V2G_Message": ...}')
    name, inner = next(iter(data.items()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    value = from_json(_kind(namespace, str(name), fragment), inner, str(name))  # pyright: ignore[reportUnknownArgumentType]
    encoded = namespace.encode_fragment if fragment else namespace.encode
    return encoded(str(name), value).hex()  # pyright: ignore[reportUnknownArgumentType]


def _kind(namespace: Namespace, name: str, fragment: bool) -> type[Type]:
    documents = {element_name(kind): kind for kind in namespace.documents}
    kinds = namespace.fragments if fragment else documents
    if name not in kinds:
        raise JsonShapeError(f"{name} is none of {', '.join(kinds)}")
    return kinds[name]
