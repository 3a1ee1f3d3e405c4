"""How each kind of mutant is put in force, in a fork that ends with it."""

import hashlib
import importlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from unittest.mock import patch

from support.mutants.mutant import FunctionMutant, ModelMutant, ModuleMutant, Mutant


def install_function(mutant: Mutant, _items: Sequence[Any]) -> None:
    assert isinstance(mutant, FunctionMutant)
    mutant.install()


def install_module(mutant: Mutant) -> None:
    """From now on this module is imported with the mutant's text; then everything judged is imported."""
    assert isinstance(mutant, ModuleMutant)
    assert mutant.module not in sys.modules
    sys.meta_path.insert(0, _Finder(mutant.module, mutant.source))
    importlib.import_module("pilotline.rtm")
    reader = importlib.import_module("pilotline.models.reader")
    for name in reader.list_models():
        reader.load_charger(name)


class _Finder(MetaPathFinder):
    """Finds one module, and the text to make it of."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, _Loader(self._source)) if fullname == self._module else None


class _Loader(InspectLoader):
    """A module made of a text."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, f"<mutant of {fullname}>", "exec")


def install_model(mutant: Mutant, items: Sequence[Any]) -> None:
    """Whoever reads this model's file from now on reads the mutant; so do tests that were given the model."""
    assert isinstance(mutant, ModelMutant)
    reader = importlib.import_module("pilotline.models.reader")
    sweep = importlib.import_module("support.sweep")
    there = reader.open_document
    document = there("chargers", mutant.model)
    data = document.data + hashlib.sha256(mutant.name.encode()).digest()
    mutated = replace(document, data=data, values=mutant.values)

    def opened(folder: str, name: str | Path) -> object:
        return mutated if name == mutant.model else there(folder, name)

    patch.object(reader, "open_document", opened).start()
    before = sweep.MODELS[mutant.model]
    try:
        after = reader.load_charger(mutant.model).rtm
    except reader.ModelError as error:
        raise ValueError(str(error)) from None
    sweep.MODELS[mutant.model] = after
    for item in items:
        given = getattr(item, "callspec", None)
        if given and given.params.get("model") is before:
            given.params["model"] = after
