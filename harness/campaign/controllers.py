"""Which controller is under test: `reference`, `wrong:NAME`, or `module:attribute` of the user's own."""

from __future__ import annotations

from importlib import import_module

from harness.migration.controller import ControllerFactory
from harness.migration.reference import Reference
from harness.migration.wrong import WRONG


class UnknownControllerError(ValueError):
    """No such controller; the text says what was expected."""


def controller_factory(spec: str) -> ControllerFactory:
    """What makes the controller that `spec` names. Raises UnknownControllerError."""
    if spec == "reference":
        return Reference
    kind, _, name = spec.partition(":")
    if kind == "wrong":
        if name not in WRONG:
            raise UnknownControllerError(f"expected wrong: and one of {', '.join(WRONG)}, got {name!r}")
        return WRONG[name].make
    if not name:
        raise UnknownControllerError(f"expected reference, wrong:NAME or module:attribute, got {spec!r}")
    try:
        factory: ControllerFactory = getattr(import_module(kind), name)
    except (ImportError, AttributeError) as error:
        raise UnknownControllerError(f"expected an importable module:attribute, got {spec!r}: {error}") from error
    if not callable(factory):
        raise UnknownControllerError(f"expected a callable that makes a controller, got {spec!r}")
    return factory
