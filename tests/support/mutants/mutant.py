"""What a mutant is: a name that outlives other edits, where it stands, and how it is put in force."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionMutant:
    """Another body for one function; it can be swapped in a process that has imported everything."""

    name: str
    module: str
    qualified: str
    source: str

    @property
    def place(self) -> str:
        return f"{self.module}:{self.qualified}"

    def install(self) -> None:
        """Give the living function the mutant's code; who holds the function has the mutant."""
        module = importlib.import_module(self.module)
        *owner, name = self.qualified.split(".")
        namespace = dict(vars(module))
        exec(compile(self.source, f"<{self.name}>", "exec"), namespace)
        wanted = namespace[name]
        function = function_of(vars(getattr(module, owner[0]) if owner else module)[name])
        function.__code__ = wanted.__code__
        function.__defaults__ = wanted.__defaults__
        function.__kwdefaults__ = wanted.__kwdefaults__


@dataclass(frozen=True, slots=True)
class ModuleMutant:
    """Another text for one module; others copy its constants, so it has to be there before they import it."""

    name: str
    module: str
    source: str

    @property
    def place(self) -> str:
        return self.module


@dataclass(frozen=True, slots=True)
class ModelMutant:
    """Other values for one charger model, as if its file had said so."""

    name: str
    model: str
    values: dict[str, Any]

    @property
    def place(self) -> str:
        return self.name.rpartition(" ")[0]


Mutant = FunctionMutant | ModuleMutant | ModelMutant


def function_of(attribute: object) -> FunctionType:
    """The function behind what stands in a module or a class: itself, or what a property calls."""
    if isinstance(attribute, property):
        attribute = attribute.fget
    assert isinstance(attribute, FunctionType), attribute
    return attribute


def numbered(mutants: list[Mutant], renamed: Callable[[Mutant, str], Mutant]) -> list[Mutant]:
    """The same mutants, those of one name told apart by their order."""
    seen: dict[str, int] = {}
    found: list[Mutant] = []
    for mutant in mutants:
        count = seen[mutant.name] = seen.get(mutant.name, 0) + 1
        found.append(mutant if count == 1 else renamed(mutant, f"{mutant.name} #{count}"))
    return found
