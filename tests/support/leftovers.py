"""What a command may leave behind when it is killed, and what it may not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.reader import read

MARK = "HANBENCH_TEST_MARK"
"""Environment variable by whose value the processes of one test are known."""
ENDS_WITHIN = 60.0
"""Real seconds; a busy machine needs some."""


class Relative(NamedTuple):
    """A process that a test started, or that one of those started."""

    pid: int
    parent: int
    line: str
    """Its command line."""


def relatives(*marks: str) -> list[Relative]:
    """Return the processes that have one of these texts in their environment or command line, this one excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (entry / "environ").read_bytes().decode(errors="replace")
            state, parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z" and any(mark in line or f"{mark}\0" in environment for mark in marks):
            found.append(Relative(int(entry.name), int(parent), line))
    return found


def nothing_runs(*marks: str) -> None:
    """Wait until none of these processes is there. Fails after a time, and names them."""
    deadline = time.monotonic() + ENDS_WITHIN
    while left := relatives(*marks):
        assert time.monotonic() < deadline, [each.line for each in left]
        time.sleep(0.05)


def no_path_below(folder: Path) -> None:
    """Wait until a folder has no link, socket or folder in it. Fails after a time, and names them."""
    deadline = time.monotonic() + ENDS_WITHIN
    while left := [str(each) for each in folder.rglob("*")]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def temporary(folder: Path) -> list[Path]:
    """Return the files with temporary names: `harness/files.py` gives them such ones."""
    return [each for each in folder.rglob(".*") if each.name.endswith(".new")]


def all_is_whole(folder: Path) -> None:
    """Read each file that has its final name, to its end: reports, JUnit, pages, captures."""
    for path in folder.rglob("*"):
        if path.is_dir() or path.name.startswith("."):
            continue
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".xml":
            ET.parse(path)
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path
        elif path.suffix == ".toml":
            assert path.read_bytes().endswith(b"\n"), path
        elif path.suffix == ".pcapng":
            _is_whole_capture(path)


def _is_whole_capture(path: Path) -> None:
    """A capture that grows may be empty; otherwise it ends with a whole block."""
    if path.stat().st_size:
        try:
            for _ in read(path):
                pass
        except CaptureError as error:
            raise AssertionError(f"{path}: {error}") from None
