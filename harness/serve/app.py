"""The whole interface of a service, as an ASGI application: a guard around a table of paths."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from hanbench.harness.control import asyncapi, openapi
from hanbench.harness.control.catalogue import catalogue
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import NOT_FOUND
from hanbench.harness.serve import campaign_documents
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.benches import Benches
from hanbench.harness.serve.campaign_routes import campaign_routes
from hanbench.harness.serve.campaigns import Campaigns
from hanbench.harness.serve.cards import overview_routes
from hanbench.harness.serve.downloads import download
from hanbench.harness.serve.endpoint import document, json_answer, path
from hanbench.harness.serve.event_stream import follow
from hanbench.harness.serve.guard import Guard
from hanbench.harness.serve.page_files import page_routes
from hanbench.harness.serve.problems import Refusals
from hanbench.harness.serve.sse import Streams
from hanbench.harness.serve.verbs import benches_route, verb_routes


def application(
    benches: Benches, campaigns: Campaigns, access: Access, streams: Streams, refusals: Refusals
) -> ASGIApp:
    """Return the interface to benches and campaigns."""
    routes = [
        *page_routes(),
        path("/openapi.json", get=document(campaign_documents.document)),
        path("/asyncapi.json", get=document(asyncapi.document)),
        benches_route(benches),
        *verb_routes(benches, refusals),
        *overview_routes(benches, streams, refusals),
        path(openapi.KNOWN, get=_catalogue),
        path(openapi.STREAM, get=follow(benches, streams)),
        path(openapi.CAPTURE, get=download(benches)),
        *campaign_routes(campaigns),
    ]
    return Guard(Router(routes, redirect_slashes=False, default=_nothing), access, refusals)


async def _catalogue(request: Request) -> Response:
    return json_answer(await asyncio.to_thread(catalogue))


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise ControlError(NOT_FOUND, f"found {scope['path'][:200]!r}")
