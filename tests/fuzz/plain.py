"""Fuzzing without coverage: the corpus broken at random, for machines without atheris and for many inputs.

All targets run in one process, so that nothing is imported twice, and nothing is instrumented, so that an input takes
a fraction of the time. What reaches new code is not noticed: it widens a corpus that atheris has bred.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz import corpus
from tests.fuzz.target import Target, attempt
from tests.interop.mutation import Mutator

_TREES = 0.5
"""Share of inputs that are mutated as trees, where a target says how."""
_PROGRESS_EACH = 5.0


class Mutated(NamedTuple):
    """What one target came to."""

    target: str
    inputs: int
    finding: Path | None = None
    problem: str = ""


def mutate(
    target: Target, seed: str, seconds: float, most: int, work: Path, progress: Callable[[str, int], None]
) -> Mutated:
    """Run mutated inputs for so many seconds of processor time, `most` at most, until one is a finding.

    `work`: the folder with further inputs to begin from, which gets the findings.
    """
    begin = _inputs(target, work)
    random, mutator = Random(f"{seed}/{target.name}"), Mutator(f"{seed}/{target.name}", begin)
    until, due, inputs = time.process_time() + seconds, time.monotonic() + _PROGRESS_EACH, 0
    while inputs < most and time.process_time() < until:
        octets = _next(target, begin, random, mutator)
        inputs += 1
        try:
            attempt(target, octets)
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            folder = work / "findings"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{target.name}-{corpus.name_of(octets)}"
            path.write_bytes(octets)
            return Mutated(target.name, inputs, path, f"{type(error).__name__}: {error}"[:300])
        if time.monotonic() >= due:
            due = time.monotonic() + _PROGRESS_EACH
            progress(target.name, inputs)
    return Mutated(target.name, inputs)


def _inputs(target: Target, work: Path) -> list[bytes]:
    more = sorted(path for path in (work / target.name).glob("*") if path.is_file())
    return [path.read_bytes() for path in (*corpus.files_of(target.name), *more)]


def _next(target: Target, begin: Sequence[bytes], random: Random, mutator: Mutator) -> bytes:
    if target.mutate is not None and random.random() < _TREES:
        octets = random.choice(begin)
        for _ in range(random.randrange(1, 4)):
            octets = target.mutate(octets, random) or octets
    else:
        octets = mutator.next()
    return octets[: target.longest]
