"""The paths of campaigns: what they tell, and their page, which is drawn by the scripts of `campaign.html`."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanbench.harness.report.html.page import DRAWINGS, STYLE, asset
from hanbench.harness.serve.campaign_documents import CAMPAIGN, CAMPAIGNS
from hanbench.harness.serve.campaigns import Campaigns
from hanbench.harness.serve.endpoint import JSON, Handler, path, tagged
from hanbench.harness.serve.page_files import CAMPAIGN_PAGE, FOLDER, TYPES

PAGE = "/campaigns/{campaign}"
_SHARED = (DRAWINGS, "campaign.js", STYLE)
"""Files that the page has in common with `campaign.html`."""


def campaign_routes(campaigns: Campaigns) -> list[Route]:
    """Return the paths of campaigns."""
    return [
        path(CAMPAIGNS, get=_cards(campaigns)),
        path(CAMPAIGN, get=_told(campaigns)),
        path(PAGE, get=_page(campaigns)),
        *(path(f"/report/{name}", get=_shared(name)) for name in _SHARED),
    ]


def _cards(campaigns: Campaigns) -> Handler:
    async def answer(request: Request) -> Response:
        return tagged(request, msgspec.json.encode([await each.card() for each in campaigns]), JSON)

    return answer


def _told(campaigns: Campaigns) -> Handler:
    async def answer(request: Request) -> Response:
        campaign = campaigns.named(request.path_params["campaign"])
        return tagged(request, msgspec.json.encode(await campaign.page()), JSON)

    return answer


def _page(campaigns: Campaigns) -> Handler:
    async def answer(request: Request) -> Response:
        campaigns.named(request.path_params["campaign"])
        return tagged(request, (FOLDER / CAMPAIGN_PAGE).read_bytes(), TYPES[".html"])

    return answer


def _shared(name: str) -> Handler:
    async def answer(request: Request) -> Response:
        return tagged(request, asset(name).encode(), TYPES[f".{name.rpartition('.')[2]}"])

    return answer
