"""Mutants of code: ``mutmut`` says what a small mistake looks like, this makes functions and modules of it.

Its own runner is not used: the wrapper it puts around every function makes the suite of the safety module
seven times slower. And it leaves out properties and constants, which are mutated here as all the rest.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace

from support.mutants.mutant import FunctionMutant, ModuleMutant, Mutant, numbered
from support.places import SOURCE

_COMMENT = re.compile(r"[ ]*# .*")
_PROPERTY, _HIDDEN = "@property\n", "# was a property\n"
"""mutmut leaves decorated functions alone; what is called by a property is a function like any other."""


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of one file of ``src/pilotline``."""
    return mutants_in(path.read_text(encoding="utf-8"), module_of(path))


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(("pilotline", *parts)).removesuffix(".__init__")


def mutants_in(text: str, module: str) -> list[Mutant]:
    """All mutants of a text, as a module of this name."""
    tree, mutations, _, _ = create_mutations(module, text.replace(_PROPERTY, _HIDDEN))
    constants = _constants(tree)
    owners = dict(_functions(tree))
    found: list[Mutant] = []
    for mutation in mutations:
        if _is_same_to_every_if(mutation):
            continue
        function = mutation.contained_by_top_level_function
        if isinstance(function, cst.FunctionDef):
            found.append(_of_function(tree, module, owners[function], function, mutation))
        elif id(mutation.original_node) in constants:
            found.append(_of_module(tree, module, mutation))
    return numbered(found, lambda mutant, name: replace(mutant, name=name))


def _is_same_to_every_if(mutation: Mutation) -> bool:
    """False or None at first, and None or "" instead: no branch can tell them apart, and types can."""
    before, after = mutation.original_node, mutation.mutated_node
    if not isinstance(before, cst.Assign | cst.AnnAssign) or not isinstance(
        after, cst.Assign | cst.AnnAssign
    ):
        return False
    return isinstance(before.value, cst.Name) and before.value.value in ("False", "None")


def _functions(tree: cst.Module) -> Iterator[tuple[cst.FunctionDef, str]]:
    """Functions and methods with their names."""
    for statement in tree.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement, statement.name.value
        elif isinstance(statement, cst.ClassDef):
            for inner in statement.body.body:
                if isinstance(inner, cst.FunctionDef):
                    yield inner, f"{statement.name.value}.{inner.name.value}"


def _constants(tree: cst.Module) -> set[int]:
    """The ids of all nodes in assignments to NAMES_LIKE_THIS; the others are aliases of types."""
    found: set[int] = set()
    for statement in tree.body:
        for line in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(line, cst.Assign | cst.AnnAssign) and _is_constant(line):
                found |= {id(node) for node in _walk(line)}
    return found


def _is_constant(line: cst.Assign | cst.AnnAssign) -> bool:
    target = line.targets[0].target if isinstance(line, cst.Assign) else line.target
    return all(node.value.isupper() for node in _walk(target) if isinstance(node, cst.Name))


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _of_function(
    tree: cst.Module, module: str, qualified: str, function: cst.FunctionDef, mutation: Mutation
) -> FunctionMutant:
    bare = function.with_changes(decorators=(), leading_lines=())
    mutated = deep_replace(bare, mutation.original_node, mutation.mutated_node)
    assert isinstance(mutated, cst.FunctionDef)
    before, after = tree.code_for_node(bare), tree.code_for_node(mutated)
    return FunctionMutant(f"{_short(module)} {qualified}: {change(before, after)}", module, qualified, after)


def _of_module(tree: cst.Module, module: str, mutation: Mutation) -> ModuleMutant:
    mutated = deep_replace(tree, mutation.original_node, mutation.mutated_node)
    assert isinstance(mutated, cst.Module)
    before, after = (each.code.replace(_HIDDEN, _PROPERTY) for each in (tree, mutated))
    return ModuleMutant(f"{_short(module)}: {change(before, after)}", module, after)


def _short(module: str) -> str:
    return module.removeprefix("pilotline.").replace(".", "/")


def change(before: str, after: str) -> str:
    """The lines that differ, as ``old → new`` in one line; what is only gone is ``old → nothing``."""
    old, new = (_COMMENT.sub("", text).splitlines() for text in (before, after))
    gone: list[str] = []
    come: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    words = [" ".join(" ".join(lines).split()) or "nothing" for lines in (gone, come)]
    return " → ".join(words)
