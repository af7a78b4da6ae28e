"""The table of verbs: what can be done to a running bench. `hanbench ctl`, the socket and the documents follow it.

A new verb is one row here, with its request, its answer and the coroutine that does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any, get_args

from hanbench.harness.control import errors, requests
from hanbench.harness.control.errors import ErrorKind
from hanbench.harness.control.requests import Request


class Effect(StrEnum):
    """What a verb does to its bench."""

    READS = "reads"
    """Nothing: it can be asked at any time."""
    ACTS = "acts"
    """It changes the bench or uses the HAN, and breaks nothing."""
    BREAKS = "breaks"
    """It may make a device unreachable."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb."""

    name: str
    request: type[Request[Any]]
    effect: Effect
    handler: str
    """`module:coroutine` in `hanbench.harness.control.handlers`; called with the `LiveBench` and the request."""
    errors: tuple[ErrorKind, ...] = ()
    """Its documented errors, beside those of every verb (`errors.EVERYWHERE`)."""
    while_forming: bool = False
    """Whether it works before the HAN is up."""

    @property
    def answer(self) -> type[Any]:
        """The type of its answer."""
        base = self.request.__orig_bases__[0]  # type: ignore[attr-defined]  # every request names its answer
        answer: type[Any] = get_args(base)[0]
        return answer

    @property
    def sentence(self) -> str:
        """What it does, in one sentence."""
        return " ".join(cleandoc(self.request.__doc__ or "").split())

    @property
    def breaks(self) -> bool:
        """Whether it may make a device unreachable."""
        return self.effect is Effect.BREAKS

    @property
    def all_errors(self) -> tuple[ErrorKind, ...]:
        """Every error that it may have."""
        return (*self.errors, *errors.EVERYWHERE)


def _row(name: str, request: type[Request[Any]], effect: Effect, handler: str, *kinds: ErrorKind, **more: Any) -> Verb:
    homes = (errors.UNKNOWN_HOME,) if "home" in request.__struct_fields__ else ()
    acting = () if effect is Effect.READS or more.get("while_forming") else (errors.NOT_UP_YET,)
    live = () if name in REPLAYED else (errors.REPLAYED,)
    return Verb(name, request, effect, handler, (*homes, *kinds, *acting, *live), **more)


REPLAYED = ("state", "nodes", "node", "events", "frame")
"""The verbs that a replay of a finished run answers."""
_READS, _ACTS, _BREAKS = Effect.READS, Effect.ACTS, Effect.BREAKS
_NODE = (errors.UNKNOWN_NODE, errors.NOT_EMULATED)
_FAULT = (errors.UNKNOWN_FAULT, errors.NOT_EMULATED, errors.FAULT_FAILED)

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        _row("state", requests.StateRequest, _READS, "state:state", while_forming=True),
        _row("nodes", requests.NodesRequest, _READS, "state:nodes", while_forming=True),
        _row("node", requests.NodeRequest, _READS, "state:node", errors.UNKNOWN_NODE, while_forming=True),
        _row("inject", requests.InjectRequest, _BREAKS, "faults:inject", *_FAULT),
        _row("heal", requests.HealRequest, _ACTS, "faults:heal", *_FAULT, errors.NOT_ACTIVE),
        _row("power", requests.PowerRequest, _BREAKS, "devices:power", *_NODE),
        _row("check", requests.CheckRequest, _ACTS, "checks:check", errors.CANNOT_CHECK, errors.SCENARIO_PLAYING),
        _row(
            "commission",
            requests.CommissionRequest,
            _ACTS,
            "checks:commission",
            errors.CANNOT_CHECK,
            errors.SCENARIO_PLAYING,
        ),
        _row(
            "wan",
            requests.WanRequest,
            _ACTS,
            "wan:wan",
            errors.UNKNOWN_NODE,
            errors.NOT_EMULATED,
        ),
        _row("speed", requests.SpeedRequest, _ACTS, "time:speed", errors.NEEDS_REAL_TIME, while_forming=True),
        _row("pause", requests.PauseRequest, _ACTS, "time:pause", errors.NEEDS_REAL_TIME, while_forming=True),
        _row("step", requests.StepRequest, _ACTS, "time:step", errors.NEEDS_REAL_TIME, while_forming=True),
        _row(
            "scenario",
            requests.ScenarioRequest,
            _BREAKS,
            "scenario:scenario",
            errors.UNKNOWN_SCENARIO,
            errors.UNKNOWN_CONTROLLER,
            errors.UNSUITABLE_SCENARIO,
            errors.SCENARIO_PLAYING,
            errors.NO_SCENARIO,
        ),
        _row(
            "capture",
            requests.CaptureRequest,
            _ACTS,
            "captures:capture",
            errors.UNKNOWN_CAPTURE,
            errors.CAPTURE_FAILED,
            while_forming=True,
        ),
        _row("press", requests.PressRequest, _BREAKS, "devices:press", *_NODE, errors.NO_POWER, errors.DID_NOT_JOIN),
        _row("table", requests.TableRequest, _READS, "tables:table", *_NODE, while_forming=True),
        _row("events", requests.EventsRequest, _READS, "events:events", while_forming=True),
        _row("frame", requests.FrameRequest, _READS, "events:frame", errors.UNKNOWN_FRAME, while_forming=True),
    )
}
"""Every verb, by name."""

_BY_REQUEST = {verb.request: verb for verb in VERBS.values()}


def verb_of(request: Request[Any]) -> Verb:
    """Return the verb of a request."""
    return _BY_REQUEST[type(request)]
