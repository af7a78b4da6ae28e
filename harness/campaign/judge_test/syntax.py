"""Changes to a module's syntax tree, one at a time: each makes a mutant of the module.

The operators are the usual ones of mutation testing (DeMillo, Lipton and Sayward 1978; Offutt's "sufficient" set:
relational, logical, arithmetic and constant replacement), and those that take a way out too early or not at all. Words
are left alone: docstrings, and what stands in an f-string.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

_TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""What each comparison becomes: the one with the boundary on the other side, and the opposite."""
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_CALLS = {"any": "all", "all": "any", "max": "min", "min": "max", "reversed": "list"}
_JUMPS: dict[type[ast.stmt], type[ast.stmt]] = {ast.Continue: ast.Break, ast.Break: ast.Continue}


class Change(NamedTuple):
    """One change: a field of a node gets another value."""

    line: int
    column: int
    """The first column of what changes, from 0."""
    end: int
    """The column after it."""
    operator: str
    where: str
    """The function that contains the change, such as `Case.home`; empty: the module."""
    node: ast.AST
    field: str
    value: Any

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Change the tree while the context is open."""
        before = getattr(self.node, self.field)
        setattr(self.node, self.field, self.value)
        try:
            yield
        finally:
            setattr(self.node, self.field, before)


def changes(tree: ast.Module | ast.stmt) -> list[Change]:
    """Return every change that can be made to a tree, in the order of the lines."""
    found = _Finder()
    found.visit(tree)
    return sorted(found.changes, key=lambda each: (each.line, each.column, each.operator))


class _Finder(ast.NodeVisitor):
    """Collects the changes that can be made to a tree."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._scope: list[str] = []
        self._last = False
        """Whether nothing of the function follows what is visited, and no loop comes back to it."""

    def _add(self, at: ast.expr | ast.stmt, operator: str, node: ast.AST, field: str, value: Any) -> None:
        where = ".".join(self._scope)
        change = Change(at.lineno, at.col_offset, at.end_col_offset or 0, operator, where, node, field, value)
        with change.applied():
            ast.fix_missing_locations(node)
        self.changes.append(change)

    # -- what is left alone --------------------------------------------------------------------------------------------

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave the words of a message alone."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in (*node.defaults, *node.kw_defaults):
            if default is not None:
                self.visit(default)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operator in enumerate(node.ops):
            for turned in _TURNED[type(operator)]:
                name = f"{type(operator).__name__}-to-{turned.__name__}"
                self._add(node.comparators[index], name, node, "ops", _with(node.ops, index, turned()))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        both = isinstance(node.op, ast.And)
        swapped: ast.boolop = ast.Or() if both else ast.And()
        self._add(node, f"{type(node.op).__name__}-to-{type(swapped).__name__}", node, "op", swapped)
        for index, value in enumerate(node.values):
            self._add(value, "without-operand", node, "values", _with(node.values, index, ast.Constant(both)))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, "without-not", node, "operand", ast.UnaryOp(ast.Not(), node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if (swapped := _ARITHMETIC.get(type(node.op))) is not None:
            self._add(node, f"{type(node.op).__name__}-to-{swapped.__name__}", node, "op", swapped())
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, f"{node.value}-to-{not node.value}", node, "value", not node.value)
        elif isinstance(node.value, int):
            for value in (node.value - 1, node.value + 1):
                self._add(node, f"{node.value}-to-{value}", node, "value", value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if (other := _CALLS.get(name)) is not None:
            self._add(node, f"{name}-to-{other}", node, "func", ast.Name(other, ast.Load()))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for index, condition in enumerate(node.ifs):
            without = [*node.ifs[:index], *node.ifs[index + 1 :]]
            self._add(condition, "without-condition", node, "ifs", without)
            if _needs_negation(condition):
                self._add(condition, "negated", node, "ifs", _with(node.ifs, index, _negated(condition)))
        self.generic_visit(node)

    def _visit_test(self, node: ast.If | ast.IfExp | ast.While) -> None:
        if _needs_negation(node.test):
            self._add(node.test, "negated", node, "test", _negated(node.test))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self._visit_test(node)

    visit_IfExp = visit_While = _visit_test  # noqa: N815 - the names that ast.NodeVisitor looks for

    # -- statements ----------------------------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._scope.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._scope.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scope.append(node.name)
        first = 0 if ast.get_docstring(node) is None else 1
        if len(node.body) > first:
            early = [*node.body[:first], ast.Return(), *node.body[first:]]
            self._add(node.body[first], "returns-at-once", node, "body", early)
        self.visit(node.args)
        self._last = True
        self._visit_body(node, "body", node.body)
        self._scope.pop()

    def generic_visit(self, node: ast.AST) -> None:
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self._visit_body(node, name, value)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)

    def _visit_body(self, owner: ast.AST, field: str, body: list[ast.stmt]) -> None:
        """Find ways out that can be removed or taken too early, and statements that can be left out.

        At the end of a function, a way out makes no difference.
        """
        before = self._last
        for index, statement in enumerate(body):
            self._last = before and index == len(body) - 1 and not isinstance(owner, ast.For | ast.While)
            self._visit_step(owner, field, body, index)
            self.visit(statement)
        self._last = before

    def _visit_step(self, owner: ast.AST, field: str, body: list[ast.stmt], index: int) -> None:
        statement = body[index]
        if isinstance(statement, ast.Return | ast.Continue | ast.Break) and not (self._last and _is_bare(statement)):
            name = f"without-{type(statement).__name__.lower()}"
            self._add(statement, name, owner, field, _with(body, index, ast.Pass()))
        if (jump := _JUMPS.get(type(statement))) is not None:
            name = f"{type(statement).__name__.lower()}-to-{jump.__name__.lower()}"
            self._add(statement, name, owner, field, _with(body, index, jump()))
        if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
            # A generator without its `yield` would be no generator; `if False` keeps it one.
            left_out = ast.If(ast.Constant(False), [statement], [])
            self._add(statement, "without-statement", owner, field, _with(body, index, left_out))
            ends_anyway = self._last or _is_bare(next(iter(body[index + 1 :]), statement))
            if isinstance(statement.value, ast.Yield | ast.YieldFrom) and not ends_anyway:
                early = [*body[: index + 1], ast.Return(), *body[index + 1 :]]
                self._add(statement, "returns-after", owner, field, early)


def _with(of: Sequence[ast.AST], index: int, new: ast.AST) -> list[ast.AST]:
    return [*of[:index], new, *of[index + 1 :]]


def _is_bare(statement: ast.stmt) -> bool:
    """Return whether a statement returns None."""
    if not isinstance(statement, ast.Return):
        return False
    return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _needs_negation(test: ast.expr) -> bool:
    """Return whether no other operator turns a condition as a whole."""
    comparison = isinstance(test, ast.Compare) and len(test.ops) == 1
    return not comparison and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))
