"""Deferred import of the commands' code, until a command runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any


def runs(module: str) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Make a declared command run the function of the same name in `module` of this package, with its options."""

    def decorate(declared: Callable[..., None]) -> Callable[..., Any]:
        @wraps(declared)
        def run(**options: Any) -> Any:
            return getattr(import_module(f"{__package__}.{module}"), declared.__name__)(**options)

        return run

    return decorate
