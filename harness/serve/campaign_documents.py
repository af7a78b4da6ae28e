"""The paths of campaigns in the OpenAPI document of a service."""

from __future__ import annotations

from typing import Any

import msgspec

from hanbench.harness.control import openapi
from hanbench.harness.control.http_errors import UNKNOWN_CAMPAIGN
from hanbench.harness.control.schemas import COMPONENTS, reference
from hanbench.harness.serve.campaigns import CampaignCard, CampaignPage

CAMPAIGNS = "/api/campaigns"
CAMPAIGN = "/api/campaigns/{campaign}"
_UNCHANGED = {"304": {"description": "What the client has (`If-None-Match`) has not changed"}}
_PARAMETER = {
    "name": "campaign",
    "in": "path",
    "required": True,
    "description": "Name of a campaign of this service",
    "schema": {"type": "string"},
}


def document() -> dict[str, Any]:
    """Return the OpenAPI document of a service: benches, and campaigns."""
    found = openapi.document()
    found["paths"] |= {CAMPAIGNS: {"get": _campaigns()}, CAMPAIGN: {"get": _campaign()}}
    types = (CampaignCard, CampaignPage)
    _, schemas = msgspec.json.schema_components(types, ref_template=COMPONENTS + "{name}")
    known = found["components"]["schemas"]
    assert not known.keys() & schemas.keys(), "two types of one name"
    found["components"]["schemas"] = dict(sorted((known | schemas).items()))
    return found


def _campaigns() -> dict[str, Any]:
    schema = {"type": "array", "items": reference(CampaignCard)}
    return {
        "operationId": "campaigns",
        "summary": "Tell how far each campaign has come.",
        "responses": {"200": openapi.json_response("The campaigns", schema), **_UNCHANGED, **openapi.problems(())},
    }


def _campaign() -> dict[str, Any]:
    return {
        "operationId": "campaign",
        "summary": "Tell how far a campaign has come, with its report.",
        "description": "A report is made when it is asked for and the store has changed, each few seconds at most.",
        "parameters": [_PARAMETER],
        "responses": {
            "200": openapi.json_response("The campaign", reference(CampaignPage)),
            **_UNCHANGED,
            **openapi.problems((UNKNOWN_CAMPAIGN,)),
        },
    }
