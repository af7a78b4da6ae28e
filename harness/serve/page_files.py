"""The files of the live page: a table of those that are there at the start, looked up and never joined to a path."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import NOT_FOUND
from hanbench.harness.serve.endpoint import Handler, path, tagged

FOLDER = Path(__file__).parent / "page"
INDEX = "index.html"
CAMPAIGN_PAGE = "campaign.html"
"""Has paths of its own: one for each campaign."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
"""Suffixes of files that are shown, and their media types."""


def page_routes(folder: Path = FOLDER) -> list[Route]:
    """Return the paths of the page's files."""
    files = {
        f"/{file.relative_to(folder).as_posix()}": file
        for file in sorted(folder.rglob("*"))
        if file.suffix in TYPES and file.is_file() and file.name != CAMPAIGN_PAGE
    }
    routes = [path(name, get=_file(file)) for name, file in files.items()]
    return [path("/", get=_file(folder / INDEX)), *routes]


def _file(file: Path) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            octets = file.read_bytes()
        except OSError:
            raise ControlError(NOT_FOUND, f"{file.name} is gone") from None
        return tagged(request, octets, TYPES[file.suffix])

    return answer
