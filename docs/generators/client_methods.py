"""Generated module `harness/control/methods.py`: a method of the clients for each verb, typed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import NODEFAULT
from msgspec.structs import fields

from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import POSITIONAL
from hanbench.harness.control.table import VERBS, Verb

MODULE = Path(__file__).parents[2] / "harness" / "control" / "methods.py"

_HEAD = '''"""A method for each verb, for the clients. Generated from the table of verbs: `make docs`."""

# fmt: off
# ruff: noqa: E501

from __future__ import annotations

from typing import Literal, TypeVar

from hanbench.harness.control import answers, requests
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import Request

A = TypeVar("A")
'''
_CLASS = '''

class {name}:
    """The verbs as {kind}; each returns its answer, and raises ControlError."""

    {define} ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        raise NotImplementedError
'''


def text() -> str:
    """Return the text of the module."""
    methods = "".join(_method(verb, "def", "") for verb in VERBS.values())
    coroutines = "".join(_method(verb, "async def", "await ") for verb in VERBS.values())
    blocking = _CLASS.format(name="Methods", kind="methods", define="def")
    awaiting = _CLASS.format(name="AsyncMethods", kind="coroutines", define="async def")
    return f"{_HEAD}{blocking}{methods}{awaiting}{coroutines}"


def _method(verb: Verb, define: str, wait: str) -> str:
    hints = get_type_hints(verb.request)
    parameters, given = ["self"], []
    for field in sorted(fields(verb.request), key=lambda each: not _positional(verb, each)):
        if not _positional(verb, field) and "*" not in parameters:
            parameters.append("*")
        default = "" if field.default is NODEFAULT else f" = {field.default!r}"
        parameters.append(f"{field.name}: {_type(hints[field.name])}{default}")
        given.append(f"{field.name}={field.name}")
    answer = NodeState.__name__ if verb.answer is NodeState else f"answers.{verb.answer.__name__}"
    return f'''
    {define} {verb.name}({", ".join(parameters)}) -> {answer}:
        """{verb.sentence}"""
        return {wait}self.ask(requests.{verb.request.__name__}({", ".join(given)}))
'''


def _positional(verb: Verb, field: Any) -> bool:
    """Whether a field is an argument without a name: a required one, or one that is marked."""
    return field.default is NODEFAULT or is_marked(field.type)


def is_marked(kind: Any) -> bool:
    """Return whether the type of a field is marked `POSITIONAL`."""
    return repr(POSITIONAL) in repr(kind)


def _type(hint: Any) -> str:
    if isinstance(hint, type) and not hasattr(hint, "__args__"):
        return hint.__name__
    shown = repr(hint).replace("typing.", "")
    return re.sub(r"Optional\[(\w+)\]", r"\1 | None", shown)
