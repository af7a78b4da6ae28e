"""The answers of controllers outside this process: their time-out, and their decoding."""

from __future__ import annotations

from typing import Any

import msgspec

from hanbench.harness.case.controller import ControllerFault

ANSWER_TIMEOUT = 10.0
"""Real seconds in which a controller must answer one turn."""
LONGEST_ANSWER = 1 << 20
"""Maximum length of an answer, octets."""


def decode_actions(answer: bytes) -> list[Any]:
    """Decode an answer to its list of actions, which the session then validates. Raises ControllerFault."""
    try:
        actions = msgspec.json.decode(answer)
    except msgspec.DecodeError as error:
        raise ControllerFault("not-json", f"{error}: {answer[:80]!r}") from None
    except RecursionError:
        raise ControllerFault("not-json", f"nested too deeply: {answer[:80]!r}") from None
    if not isinstance(actions, list):
        raise ControllerFault("not-json", f"expected a list of actions, got {answer[:80]!r}")
    return actions
