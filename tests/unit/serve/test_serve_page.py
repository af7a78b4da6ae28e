"""docs/serve.md works as printed: its commands are typed, and its answers compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench.harness.cli.commands.serve import PORT
from tests.support.serving import serving
from tests.support.up import ENDS_WITHIN

PAGE = (Path(__file__).parents[3] / "docs" / "serve.md").read_text(encoding="utf-8")


def session() -> Iterator[tuple[str, str]]:
    """Each command of the page's session, and the output below it."""
    (block,) = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for part in block.split("\n$ "):
        command, _, output = part.removeprefix("$ ").partition("\n")
        yield command, output.rstrip("\n")


def test_the_session_of_the_page_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("curl") is None and os.environ.get("HANBENCH_REQUIRE_JUDGES") != "1":
        pytest.skip("curl is not installed")
    (tmp_path / "r").mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "r"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    first = re.search(r"^```\nhanbench serve (.*)\n```$", PAGE, re.MULTILINE)
    assert first is not None
    with serving(tmp_path, *first[1].split()) as of:
        for command, expected in session():
            typed = command.replace(str(PORT), str(of.port))
            done = subprocess.run(
                ["bash", "-c", typed], capture_output=True, text=True, timeout=ENDS_WITHIN, check=False, cwd=tmp_path
            )
            pattern = re.escape(expected).replace(re.escape("..."), ".*")
            assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), (command, expected, done.stdout, done.stderr)
    assert (tmp_path / "virtual.pcapng").stat().st_size > 1000
