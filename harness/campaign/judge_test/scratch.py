"""A package imported once more, with one module changed: nothing outside the copy notices.

The copy has modules of its own. Its imports of the package lead to the copy, all others to what is imported already.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import files
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from hanbench.harness.campaign.judge_test.syntax import Change, changes

TOO_MANY = 100_000
"""Turns of `while` loops in one copy after which a mutant counts as running for ever."""
_TURN = "__turn__"
_FLAGS = __future__.annotations.compiler_flag


class EndlessError(Exception):
    """A mutant does not come to an end."""


class Mutant(NamedTuple):
    """A package with one change in one of its modules."""

    id: str
    """`FILE:LINE:OPERATOR`; with `@FROM-TO`, columns from the indentation on, if a line has several such changes."""
    file: str
    line: str
    """The source line, without its indentation."""
    operator: str
    """The last part of the id."""
    where: str
    """The function that contains the change; empty: the module."""
    module: str
    statement: int
    """Which statement of the module contains the change."""
    change: Change

    @property
    def place(self) -> str:
        """File and function, `FILE:FUNCTION`."""
        return f"{self.file}:{self.where}"


class _Statement(NamedTuple):
    tree: ast.stmt
    loops: tuple[ast.While, ...]
    code: CodeType


class Package:
    """The source of a package, ready to be imported again and again."""

    def __init__(self, name: str) -> None:
        """Read the modules of the package `name`, which must have no packages inside."""
        self.name = name
        self._sources = {
            name if each.name == "__init__.py" else f"{name}.{each.name.removesuffix('.py')}": each.read_text()
            for each in sorted(files(name).iterdir(), key=lambda each: each.name)
            if each.name.endswith(".py")
        }

    @cached_property
    def _modules(self) -> Mapping[str, list[_Statement]]:
        return {module: list(_statements(source)) for module, source in self._sources.items()}

    @cached_property
    def _importers(self) -> Mapping[str, frozenset[str]]:
        """For each module, those that must be imported anew when it has changed, itself included."""
        direct = {module: {module} | _imported(source) & {*self._sources} for module, source in self._sources.items()}
        found = {module: {each for each, needs in direct.items() if module in needs} for module in direct}
        for _ in direct:
            found = {module: set().union(*(found[each] for each in those)) for module, those in found.items()}
        return {module: frozenset(those) for module, those in found.items()}

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """Every mutant, always in the same order."""
        return tuple(mutant for module in self._sources for mutant in self._mutants_of(module))

    def _mutants_of(self, module: str) -> Iterator[Mutant]:
        file = "__init__.py" if module == self.name else f"{module.removeprefix(self.name + '.')}.py"
        lines = self._sources[module].splitlines()
        for number, statement in enumerate(self._modules[module]):
            found = changes(statement.tree)
            places = [(each.line, each.operator) for each in found]
            for change in found:
                text = lines[change.line - 1]
                operator = change.operator
                if places.count((change.line, operator)) > 1:
                    indentation = len(text) - len(text.lstrip())
                    operator += f"@{change.column - indentation}-{change.end - indentation}"
                id = f"{file}:{change.line}:{operator}"
                yield Mutant(id, file, text.strip(), operator, change.where, module, number, change)

    def copy(self, mutant: Mutant | None = None) -> _Copy:
        """Return the package, imported anew where `mutant` can make a difference; None: all of it, unchanged."""
        codes = {module: [each.code for each in statements] for module, statements in self._modules.items()}
        if mutant is None:
            return _Copy(self.name, codes)
        statement = self._modules[mutant.module][mutant.statement]
        with mutant.change.applied():
            codes[mutant.module][mutant.statement] = _compiled(statement.tree, statement.loops)
        return _Copy(self.name, {module: codes[module] for module in self._importers[mutant.module]})


class _Copy:
    """A package imported anew, in part or as a whole. Modules that are not anew are those of the package itself."""

    def __init__(self, name: str, anew: Mapping[str, list[CodeType]]) -> None:
        self._name = name
        self._anew = anew
        self._imported: dict[str, ModuleType] = {}
        self._turns = 0

    def module(self, name: str) -> ModuleType:
        """Return a module by its full name, imported if it was not yet."""
        if name not in self._anew:
            return importlib.import_module(name)
        if name not in self._imported:
            self._imported[name] = module = ModuleType(name)
            module.__dict__["__builtins__"] = {**builtins.__dict__, "__import__": self._import, _TURN: self._turn}
            for code in self._anew[name]:
                exec(code, module.__dict__)  # noqa: S102 - our own source, with one change
        return self._imported[name]

    def _import(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: tuple[str, ...] = (), level: int = 0
    ) -> ModuleType:
        """Import as `__import__` does, from the copy where it has the module."""
        if name != self._name and not name.startswith(f"{self._name}."):
            return __import__(name, globals, locals, fromlist, level)
        module = self.module(name) if name != self._name else ModuleType(name)
        for each in fromlist:
            if name == self._name:
                setattr(module, each, self.module(f"{name}.{each}"))
        return module

    def _turn(self) -> None:
        self._turns += 1
        if self._turns > TOO_MANY:
            raise EndlessError


def _statements(source: str) -> Iterator[_Statement]:
    for tree in ast.parse(source).body:
        loops = tuple(node for node in ast.walk(tree) if isinstance(node, ast.While))
        yield _Statement(tree, loops, _compiled(tree, loops))


def _compiled(statement: ast.stmt, loops: tuple[ast.While, ...]) -> CodeType:
    with _turns_counted(loops):
        tree = ast.Module([statement], [])
        code: CodeType = compile(tree, "<a changed copy>", "exec", flags=_FLAGS, dont_inherit=True)
        return code


@contextmanager
def _turns_counted(loops: tuple[ast.While, ...]) -> Iterator[None]:
    """Make each loop call a function before each turn while the context is open."""
    for loop in loops:
        turn = ast.Expr(ast.Call(ast.Name(_TURN, ast.Load()), [], []))
        loop.body.insert(0, ast.fix_missing_locations(turn))
    try:
        yield
    finally:
        for loop in loops:
            del loop.body[0]


def _imported(source: str) -> set[str]:
    """Return every name that a module imports from, and every name there that may be a module."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found
