"""What controllers outside this process have in common: how long they are waited for, and what an answer is."""

from __future__ import annotations

from typing import Any

import msgspec

from hanbench.harness.case.controller import ControllerFault

PATIENCE = 10.0
"""Real seconds for one answer."""
LONGEST_ANSWER = 1 << 20
"""Octets."""


def decode_actions(answer: bytes) -> list[Any]:
    """The elements of an answer; the session holds each against the vocabulary. Raises ControllerFault."""
    try:
        actions = msgspec.json.decode(answer)
    except msgspec.DecodeError as error:
        raise ControllerFault("not-json", f"{error}: {answer[:80]!r}") from None
    except RecursionError:
        raise ControllerFault("not-json", f"nested too deeply: {answer[:80]!r}") from None
    if not isinstance(actions, list):
        raise ControllerFault("not-json", f"expected a list of actions, got {answer[:80]!r}")
    return actions
