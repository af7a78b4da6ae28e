"""The judge shares the vocabulary with the controllers, and nothing that decides."""

from __future__ import annotations

import ast
from pathlib import Path

from hanbench.harness import oracle

SHARED = {
    "hanbench.harness.case.check",
    "hanbench.harness.case.installation",
    "hanbench.harness.case.plan",
    "hanbench.harness.case.trace",
    "hanbench.harness.case.vocabulary",
}


def test_the_oracle_imports_only_the_shared_words():
    imported = set()
    for path in Path(oracle.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
    ours = {name for name in imported if name.startswith("hanbench.") and not name.startswith("hanbench.profiles")}
    assert {name for name in ours if not name.startswith("hanbench.harness.oracle")} == SHARED


def test_the_oracle_does_not_ask_the_installation_for_its_own_type():
    for path in Path(oracle.__file__).parent.glob("*.py"):
        assert "installation.type" not in path.read_text(encoding="utf-8")
