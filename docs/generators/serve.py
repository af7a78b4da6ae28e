"""The generated block of docs/serve.md: the errors of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generators.control import item
from hanbench.harness.control.http_errors import HTTP_ERRORS

PAGE = Path(__file__).parents[1] / "serve.md"


def error_list() -> str:
    """Return the list of the errors."""
    return "\n".join(
        item(f"- `{kind.code}`, HTTP {kind.http_status}: {kind.title}. {kind.remedy}") for kind in HTTP_ERRORS.values()
    )


BLOCKS: Mapping[str, Callable[[], str]] = {"http-errors": error_list}
