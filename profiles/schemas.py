"""JSON Schemas of the data files, for editors: `python -m profiles.schemas` writes them, a test keeps them current.

A file says where its schema is in its first line (`#:schema ...`), which editors with TOML support read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from profiles.benches import Bench
from profiles.certificates import CertificateFile
from profiles.cohorts import CohortProfile
from profiles.devices import MODELS
from profiles.rulesets import json_schema as ruleset_schema
from profiles.sheet import BASE, stated_form

FOLDER = Path(__file__).parent / "schemas"

_DEFINITIONS = "#/$defs/"


def texts() -> dict[str, str]:
    """Return the text of each schema file, by file name."""
    schemas = {
        "cohort": _with_base(_readable(msgspec.json.schema(stated_form((CohortProfile,))))),
        "device": _with_base(_readable(msgspec.json.schema(stated_form(MODELS)))),
        "rules": _readable(ruleset_schema()),
        "certificates": msgspec.json.schema(CertificateFile),
        "bench": msgspec.json.schema(Bench),
    }
    return {f"{name}.schema.json": _text(schema) for name, schema in schemas.items()}


def _text(schema: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"


def _readable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` with each sourced value written out where it stands: its definition's name would be its type."""
    definitions = schema["$defs"]
    inlined = {name: body for name, body in definitions.items() if name.startswith("Sourced")}

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref", "").removeprefix(_DEFINITIONS)
        if target in inlined:
            return _sourced(walk(inlined[target]))
        return {key: walk(value) for key, value in node.items()}

    kept = {name: walk(body) for name, body in definitions.items() if name not in inlined}
    return {**walk({key: value for key, value in schema.items() if key != "$defs"}), "$defs": kept}


def _sourced(body: dict[str, Any]) -> dict[str, Any]:
    value = dict(body["properties"]["value"])
    meaning = value.pop("description", None)
    described = {"description": meaning} if meaning else {}
    plain = {key: entry for key, entry in body.items() if key not in ("title", "description")}
    return {**described, **plain, "properties": {**body["properties"], "value": value}}


def _with_base(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` for files that may leave to another file what they do not state themselves."""
    for body in schema["$defs"].values():
        if "enum" not in body:
            body["required"] = [name for name in body.get("required", ()) if name in ("id", "title")]
            if "id" in body["properties"]:
                body["properties"][BASE] = {"type": "string", "description": "Id or file of what this differs from"}
    return schema


def write() -> None:
    """Write the schema files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
