"""JSON Schemas of the verbs' values, for the documents that are made from the table of verbs."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from hanbench.harness.control.catalogue import Catalogue
from hanbench.harness.control.errors import Problem
from hanbench.harness.control.events import EVENTS
from hanbench.harness.control.overview import Overview
from hanbench.harness.control.table import VERBS

COMPONENTS = "#/components/schemas/"


@cache
def components() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of every request, answer and event, and of a problem, by name."""
    types: list[type[Any]] = [Problem, Overview, Catalogue, *EVENTS.values()]
    for verb in VERBS.values():
        types += [verb.request, verb.answer]
    _, found = msgspec.json.schema_components(types, ref_template=COMPONENTS + "{name}")
    return dict(sorted(found.items()))


def reference(kind: type[Any]) -> dict[str, str]:
    """Return a reference to the schema of a type."""
    return {"$ref": f"{COMPONENTS}{kind.__name__}"}
