"""The documents that are made from the table of verbs, judged by the official schemas and by other programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from docs.generators import client_methods, control, serve
from docs.generators.migration import renewed
from hanbench.harness.control import asyncapi, openapi
from hanbench.harness.control.errors import ERRORS
from hanbench.harness.control.table import VERBS

JUDGES = Path(os.environ.get("HANBENCH_JUDGES", Path(__file__).parents[3] / ".judges"))
ASYNCAPI = JUDGES / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
REQUIRED = os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1"


def plain(document: dict[str, Any]) -> Any:
    """The document as a reader of its JSON has it."""
    return json.loads(msgspec.json.encode(document))


def references(node: Any) -> set[str]:
    """Every reference in a document."""
    if isinstance(node, list):
        return set().union(*map(references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def at(document: Any, reference: str) -> Any:
    """What a reference leads to (RFC 6901)."""
    for part in reference.removeprefix("#/").split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def test_openapi_is_valid_by_the_official_schema_of_3_1() -> None:
    validator = pytest.importorskip("openapi_spec_validator") if not REQUIRED else __import__("openapi_spec_validator")
    assert list(validator.OpenAPIV31SpecValidator(plain(openapi.document())).iter_errors()) == []


def test_asyncapi_is_valid_by_the_official_schema_of_3_0() -> None:
    if not ASYNCAPI.exists() and not REQUIRED:
        pytest.skip(f"{ASYNCAPI.name} of @asyncapi/specs is not in {JUDGES} (.ci/judges.sh fetches it)")
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json.loads(ASYNCAPI.read_text(encoding="utf-8")))
    document = plain(asyncapi.document())
    assert [error.message for error in validator.iter_errors(document)] == []
    document["operations"]["check"]["action"] = "sned"
    assert list(validator.iter_errors(document))


@pytest.mark.parametrize("document", [openapi.document(), asyncapi.document()], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    document = plain(document)
    assert references(document)
    for reference in references(document):
        assert at(document, reference) is not None


def test_every_verb_is_in_both_documents_and_on_the_page() -> None:
    operations = {each["operationId"] for path in openapi.document()["paths"].values() for each in path.values()}
    assert set(VERBS) <= operations
    assert set(VERBS) <= set(asyncapi.document()["operations"])
    page = control.PAGE.read_text(encoding="utf-8")
    assert all(f"### {verb}\n" in page for verb in VERBS)
    assert all(f"`{code}`" in page for code in ERRORS)


def test_reply_addresses_have_the_form_that_asyncapi_wants() -> None:
    # asyncapi/spec v3.0.0, "Operation Reply Address Object": a runtime expression.
    for verb in VERBS:
        reply = asyncapi.document()["operations"][verb]["reply"]
        assert reply["address"]["location"].startswith(("$message.header#/", "$message.payload#/"))


def test_the_page_and_the_methods_of_the_clients_are_up_to_date() -> None:
    for of in (control, serve):
        page = of.PAGE.read_text(encoding="utf-8")
        assert renewed(page, of.BLOCKS) == page
    assert client_methods.MODULE.read_text(encoding="utf-8") == client_methods.text()
