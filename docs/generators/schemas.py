"""JSON Schemas for editors and validators: of the files that users write, and of a controller's messages.

A file names its schema in its first line (`#:schema ...`), which editors with TOML support read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from hanbench.emulator.radio import FrameAction
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.case.vocabulary import json_schema as vocabulary_schema
from hanbench.harness.conform.fuzz.report import json_schema as conform_fuzz_schema
from hanbench.harness.conform.report import json_schema as conform_report_schema
from hanbench.harness.frames.located import DecodedFile
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.benches import BenchProfile
from hanbench.profiles.certificates import CertificateFile
from hanbench.profiles.cohorts import CohortProfile
from hanbench.profiles.conform.pics import Codes, PicsFile
from hanbench.profiles.conform.pixit import Pixit
from hanbench.profiles.conform.tolerated import ToleratedFile
from hanbench.profiles.devices import MODELS
from hanbench.profiles.diagnosis import DiagnosisFile
from hanbench.profiles.firmware import KnownBuilds
from hanbench.profiles.rulesets import json_schema as ruleset_schema
from hanbench.profiles.sheet import BASE, stated_form

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "profiles" / "schemas"

VOCABULARY = ROOT / "harness" / "case" / "vocabulary.schema.json"

_DEFINITIONS = "#/$defs/"


def texts() -> dict[Path, str]:
    """Return the text of each schema file, by path."""
    schemas = {
        "cohort": _with_base(_readable(msgspec.json.schema(stated_form((CohortProfile,))))),
        "device": _with_base(_readable(msgspec.json.schema(stated_form(MODELS)))),
        "rules": _readable(ruleset_schema()),
        "certificates": msgspec.json.schema(CertificateFile),
        "campaign": msgspec.json.schema(CampaignSpec),
        "bench": msgspec.json.schema(BenchProfile),
        "firmware": msgspec.json.schema(KnownBuilds),
        "decoded": msgspec.json.schema(DecodedFile),
        "diagnosis": msgspec.json.schema(DiagnosisFile),
        "conform-codes": msgspec.json.schema(Codes),
        "conform-fuzz": conform_fuzz_schema(),
        "conform-pics": msgspec.json.schema(PicsFile),
        "conform-pixit": msgspec.json.schema(Pixit),
        "conform-report": conform_report_schema(),
        "conform-tolerated": msgspec.json.schema(ToleratedFile),
        "scenario": _writable(msgspec.json.schema(Scenario)),
    }
    files = {FOLDER / f"{name}.schema.json": _text(schema) for name, schema in schemas.items()}
    return {**files, VOCABULARY: _text(vocabulary_schema(), order="deterministic")}


def _text(schema: dict[str, Any], order: Literal["sorted", "deterministic"] = "sorted") -> str:
    return msgspec.json.format(msgspec.json.encode(schema, order=order), indent=2).decode() + "\n"


def _writable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of scenarios without what no file may have: a cell of the matrix, and the action "deliver"."""
    definitions = schema["$defs"]
    del definitions["Scenario"]["properties"]["cell"], definitions["MatrixCell"]
    definitions["FrameAction"]["enum"].remove(FrameAction.DELIVER.value)
    return schema


def _readable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` with each sourced value inlined: the names of their definitions tell a user nothing."""
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
    """Return `schema` for files that may take values from a base file instead of stating them."""
    for body in schema["$defs"].values():
        if "enum" not in body:
            body["required"] = [name for name in body.get("required", ()) if name in ("id", "title")]
            if "id" in body["properties"]:
                description = "Id or file of the profile from which this one takes its other values"
                body["properties"][BASE] = {"type": "string", "description": description}
    return schema
