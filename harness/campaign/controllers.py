"""Which controller is under test: `reference`, `wrong:NAME`, `module:attribute`, `process:COMMAND` or a URL."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping
from importlib import import_module

from harness.migration.child_process import ChildProcess
from harness.migration.controller import AnyController
from harness.migration.http_endpoint import HttpEndpoint
from harness.migration.reference import Reference
from harness.migration.wrong import WRONG
from profiles.rulesets import RuleSet

EXPECTED = "reference, wrong:NAME, module:attribute, process:COMMAND, http://... or https://..."


Factory = Callable[[Mapping[str, RuleSet]], AnyController]
"""Makes a controller for one case from the rule sets."""


class UnknownControllerError(ValueError):
    """No such controller; the text says what was expected."""


def controller_factory(spec: str) -> Factory:
    """What makes the controller that `spec` names. Raises UnknownControllerError."""
    if spec == "reference":
        return Reference
    kind, _, name = spec.partition(":")
    if kind == "process":
        return _child_process(name)
    if kind in ("http", "https"):
        return lambda rulesets: HttpEndpoint(spec)
    if kind == "wrong":
        if name not in WRONG:
            raise UnknownControllerError(f"expected wrong: and one of {', '.join(WRONG)}, got {name!r}")
        return WRONG[name].make
    if not name:
        raise UnknownControllerError(f"expected {EXPECTED}, got {spec!r}")
    try:
        factory: Factory = getattr(import_module(kind), name)
    except (ImportError, AttributeError) as error:
        raise UnknownControllerError(f"expected an importable module:attribute, got {spec!r}: {error}") from error
    if not callable(factory):
        raise UnknownControllerError(f"expected a callable that makes a controller, got {spec!r}")
    return factory


def _child_process(command: str) -> Factory:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise UnknownControllerError(f"expected process: and a command, got {command!r}: {error}") from None
    if not arguments or shutil.which(arguments[0]) is None:
        raise UnknownControllerError(f"expected process: and a command that can be run, got {command!r}")
    return lambda rulesets: ChildProcess(arguments)
