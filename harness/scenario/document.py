"""The published schema of scenario files, for editors: `python -m harness.scenario.document` writes it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.scenario.scenario import Scenario
from profiles.schemas import FOLDER

FILE: Path = FOLDER / "scenario.schema.json"


def text() -> str:
    """Return the text of the schema file."""
    schema = msgspec.json.schema(Scenario)
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
