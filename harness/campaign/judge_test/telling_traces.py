"""For each function of the oracle the stored traces that give its changes away: data in `telling_traces.toml`.

They are tried first, so that the self-test is quick. What is missing there is found among all stored traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

FILE = "telling_traces.toml"


@cache
def telling_traces() -> Mapping[str, tuple[str, ...]]:
    """Return names of traces by `FILE:FUNCTION`, those that give most changes away first."""
    return msgspec.toml.decode((files(__package__) / FILE).read_bytes(), type=dict[str, tuple[str, ...]])
