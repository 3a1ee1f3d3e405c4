"""Writes straight-line Python for the types of a module: the interpreter's work with nothing left to look up.

The text it makes is in the package (``compiled/``), and a test holds the two in step. The functions know no
error but ``Slow``: whatever is out of the ordinary is left to the interpreter, which finds the words for it.
"""

from collections.abc import Iterator, Sequence
from types import ModuleType

from pilotline.wire.v2g.exi.generated_lines import Names
from pilotline.wire.v2g.exi.grammar import grammar_of
from pilotline.wire.v2g.exi.reader_generator import Reader
from pilotline.wire.v2g.exi.schema import Type
from pilotline.wire.v2g.exi.writer_generator import Writer


def generate(module: ModuleType, roots: Sequence[type[Type]]) -> str:
    """The text of the module that reads and writes ``roots`` and all they hold."""
    names = Names(module)
    kinds = _all_kinds(roots)
    own = [kind for kind in kinds if kind.__module__ == module.__name__]
    body: list[str] = []
    for kind in own:
        body += ["", "", *Reader(kind, names).make(), "", "", *Writer(kind, names).make()]
    return "\n".join([*_beginning(module, own, names), *body, ""])


def _beginning(module: ModuleType, own: Sequence[type[Type]], names: Names) -> Iterator[str]:
    short = module.__name__.rsplit(".", 1)[1]
    yield f'"""How {short} is read and written. Made by scripts/exi_codec.py; a test holds it in step."""'
    yield ""
    foreign = sorted(names.foreign, key=lambda kind: kind.__name__)
    for kind in foreign:
        home = kind.__module__.rsplit(".", 1)[1]
        yield f"from {kind.__module__} import {kind.__name__}"
        yield f"from pilotline.wire.v2g.compiled.{home} import read_{kind.__name__}, write_{kind.__name__}"
    taken = sorted({kind.__name__ for kind in own} | {words.__name__ for words in names.words})
    yield f"from {module.__name__} import ({', '.join(taken)})"
    yield (
        "from pilotline.wire.v2g.exi.straight import Slow, binary, more, put_binary, put_more, put_text, text"
    )
    yield ""
    for words, name in sorted(names.words.items(), key=lambda item: item[1]):
        yield f"{name} = tuple({words.__name__})"
        yield f"{name}_AT = {{word: place for place, word in enumerate({name})}}"


def _all_kinds(roots: Sequence[type[Type]]) -> list[type[Type]]:
    """Each type after those it holds."""
    found: dict[type[Type], None] = {}
    for root in roots:
        _gather(root, found)
    return list(found)


def _gather(kind: type[Type], found: dict[type[Type], None]) -> None:
    if kind in found:
        return
    for particle in grammar_of(kind).particles:
        for choice in particle.choices:
            inner = choice.content
            if isinstance(inner, type) and issubclass(inner, Type):
                _gather(inner, found)
    found[kind] = None
