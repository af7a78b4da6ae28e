"""One fuzz target under atheris, in a process of its own: libFuzzer ends the process itself.

python -m tests.fuzz.one TARGET [options and folders of libFuzzer]
"""

from __future__ import annotations

import logging
import os
import sys
from random import Random

import atheris

from tests.fuzz.session import PROGRAM
from tests.fuzz.table import FAMILIES, named
from tests.fuzz.target import attempt

with atheris.instrument_imports(include=list(FAMILIES[sys.argv[1].partition(".")[0]])):
    TARGET = named(sys.argv[1])


def one_input(octets: bytes) -> None:
    """Run one input; whatever it raises is a finding."""
    attempt(TARGET, octets)


def mutated(octets: bytes, longest: int, seed: int) -> bytes:
    """Mutate an input as a tree every other time, where its target says how, or as libFuzzer does."""
    random = Random(seed)
    assert TARGET.mutate is not None
    changed = TARGET.mutate(octets, random) if random.random() < 0.5 else None
    if changed is None or len(changed) > longest:
        changed = atheris.Mutate(octets, len(octets))
    return bytes(changed)


if __name__ == "__main__":
    logging.disable()
    options = {} if TARGET.mutate is None else {"custom_mutator": mutated}
    atheris.Setup([os.environ.get(PROGRAM, sys.argv[0]), *sys.argv[2:]], one_input, **options)
    atheris.Fuzz()
