"""All that the corpus begins from, by target. `tests/fuzz/corpus/README.md` names the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.seeds import captures, frames, reports, serial, service, texts
from tests.fuzz.seeds.frames import Seeds

SOURCES = (
    frames.codecs,
    frames.devices,
    frames.readers,
    frames.certificates,
    serial.lines,
    captures.files,
    texts.files,
    texts.vendors,
    texts.controllers,
    service.requests,
    service.others,
    reports.shards,
)


def seeds(more: Iterable[Path] = ()) -> Seeds:
    """Return the inputs of each target. `more`: folders with a folder of files for each target."""
    found: Seeds = defaultdict(list)
    for source in SOURCES:
        for target, inputs in source().items():
            found[target] += inputs
    for folder in more:
        for path in folder.glob("*/*"):
            found[path.parent.name].append(path.read_bytes())
    return found
