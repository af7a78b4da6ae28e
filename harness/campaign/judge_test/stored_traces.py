"""The stored traces on which changed oracles are tested, near every boundary that a property has.

The file is written by `python -m tests.support.judge_corpus` from the traces that the tests of the oracle judge: their
expected verdicts come from the letter, and stand in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from hanbench.harness.case.trace import AnyRecord

FILE = "stored_traces.jsonl"


class StoredTrace(Struct, frozen=True, forbid_unknown_fields=True):
    """A trace, and what the oracle said of it when it was stored."""

    name: str
    """The test that judges it, or the controller and the case in which it was recorded."""
    violated: tuple[str, ...]
    """The violated properties, each once, in the order of the oracle's properties."""
    records: tuple[AnyRecord, ...]


@cache
def stored_traces() -> tuple[StoredTrace, ...]:
    """Return the stored traces, always in the same order."""
    lines = (files(__package__) / FILE).read_bytes()
    decoder = msgspec.json.Decoder(StoredTrace)
    return tuple(decoder.decode_lines(lines))


def encode_traces(traces: Iterable[StoredTrace]) -> bytes:
    """Return the content of the file: JSON lines."""
    return msgspec.json.Encoder().encode_lines(traces)
