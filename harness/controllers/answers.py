"""The answers of controllers outside this process: their time-out, and their decoding."""

from __future__ import annotations

from typing import Any

from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.foreign_json import NOT_JSON, decode

ANSWER_TIMEOUT = 10.0
"""Real seconds in which a controller must answer one turn."""
LONGEST_ANSWER = 1 << 20
"""Maximum length of an answer, octets."""


def not_json(error: Exception, answer: bytes) -> ControllerFault:
    """Return the fault of a controller whose answer is no JSON. `error`: one of `NOT_JSON`."""
    why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return ControllerFault("not-json", f"{why}: {answer[:80]!r}")


def decode_actions(answer: bytes) -> list[Any]:
    """Decode an answer to its list of actions, which the session then validates. Raises ControllerFault."""
    try:
        actions = decode(answer)
    except NOT_JSON as error:
        raise not_json(error, answer) from None
    if not isinstance(actions, list):
        raise ControllerFault("not-json", f"expected a list of actions, got {answer[:80]!r}")
    return actions
