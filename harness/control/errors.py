"""The documented errors of the verbs: a table of codes, and the exception that carries one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import Struct

from hanbench.profiles.explain import suggestion


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One documented error."""

    code: str
    """Stable: programs compare it."""
    http_status: int
    """Status of the answer over HTTP (RFC 9110)."""
    title: str
    """What is wrong, in general; `ControlError.detail` says it of the case."""
    remedy: str
    """What the user can do."""
    exit_status: int = 3
    """Exit status of `hanbench ctl`: 3 the request was bad, 2 the result is unknown, 4 a bug of hanbench."""


UNSUPPORTED_VERSION = ErrorKind(
    "unsupported-version", 400, "The version of the request is not known", "Use a client of the bench's version."
)
INVALID_REQUEST = ErrorKind(
    "invalid-request", 400, "The request is not as the verb expects it", "Correct the field that the detail names."
)
TOO_LARGE = ErrorKind(
    "too-large", 413, "The request is longer than 65,536 octets", "Send a shorter request: every verb fits."
)
UNKNOWN_VERB = ErrorKind("unknown-verb", 404, "There is no such verb", "`hanbench ctl --help` lists the verbs.")
UNKNOWN_BENCH = ErrorKind(
    "unknown-bench", 404, "No bench of this name is up", "`hanbench ctl benches` lists those that are."
)
UNKNOWN_HOME = ErrorKind(
    "unknown-home", 404, "The bench has no such home, or several to choose from", "The verb `state` lists its homes."
)
UNKNOWN_NODE = ErrorKind("unknown-node", 404, "The bench has no such node", "The verb `nodes` lists its nodes.")
UNKNOWN_FAULT = ErrorKind("unknown-fault", 404, "There is no such fault", "`hanbench faults` lists the faults.")
UNKNOWN_SCENARIO = ErrorKind(
    "unknown-scenario", 404, "There is no such scenario", "`hanbench scenarios` lists the scenarios."
)
UNKNOWN_CONTROLLER = ErrorKind(
    "unknown-controller",
    404,
    "There is no such controller",
    "Use `reference`, `lawful:NAME` or `wrong:NAME`, or `mqtt` on a bench with a broker.",
)
UNKNOWN_CAPTURE = ErrorKind(
    "unknown-capture", 404, "The bench has no such capture", "The verb `capture list` lists its captures."
)
UNKNOWN_FRAME = ErrorKind(
    "unknown-frame", 404, "The bench does not keep this frame", "Only the latest frames are kept; see the capture."
)
NOT_EMULATED = ErrorKind(
    "not-emulated",
    409,
    "The verb needs a device that is not emulated on this bench",
    "Do it by hand on the physical device, or use a bench that emulates it.",
)
NO_POWER = ErrorKind("no-power", 409, "The device has no power", "Use the verb `power`, or heal the fault.")
NEEDS_REAL_TIME = ErrorKind(
    "needs-real-time",
    409,
    "The bench must run in real time, because foreign devices or hosts take part",
    "Use a bench whose radios are all emulated.",
)
CANNOT_CHECK = ErrorKind(
    "cannot-check", 409, "This bench does not support the check", "Use a bench with an emulated hub and a gas meter."
)
NOT_ACTIVE = ErrorKind("not-active", 409, "The fault is not active", "The verb `state` lists the active faults.")
SCENARIO_PLAYING = ErrorKind(
    "scenario-playing", 409, "A scenario plays on this bench", "Wait for its end, or use `scenario stop`."
)
NO_SCENARIO = ErrorKind("no-scenario", 409, "No scenario plays on this bench", "Use `scenario play` first.")
UNSUITABLE_SCENARIO = ErrorKind(
    "unsuitable-scenario",
    409,
    "The scenario cannot be played on this bench",
    "Heal its faults first, or choose a bench that suits it.",
)
CAPTURE_FAILED = ErrorKind(
    "capture-failed", 507, "The capture cannot be written", "Make room, or choose another folder with `up --out`."
)
BUSY = ErrorKind("busy", 503, "Too many requests wait for this bench", "Send the request again later.", 2)
NOT_UP_YET = ErrorKind(
    "not-up-yet", 503, "The HAN is still coming up", "Wait for `up` in the answer of the verb `state`.", 2
)
FAULT_FAILED = ErrorKind(
    "fault-failed",
    409,
    "The fault could not be injected or healed",
    "See the detail; `power cycle` and `press` can bring a device back.",
    2,
)
DID_NOT_JOIN = ErrorKind(
    "did-not-join", 409, "The device did not join the HAN", "See the bench's events for the step that failed.", 2
)
BENCH_ENDED = ErrorKind("bench-ended", 503, "The bench has ended", "Start it again with `hanbench up`.", 2)
REPLAYED = ErrorKind(
    "replayed",
    409,
    "This is a replay of a finished run",
    "Use `hanbench serve BENCH` for a bench that is up; a replay answers `state`, `nodes`, `node`, `events`, `frame`.",
)
NO_ANSWER = ErrorKind(
    "no-answer", 504, "The bench did not answer in time", "See whether its process is stopped, or very busy.", 2
)
INTERNAL = ErrorKind("internal", 500, "hanbench itself failed", "Report it, with the bench's events.", 4)

ERRORS: dict[str, ErrorKind] = {
    kind.code: kind
    for kind in (
        UNSUPPORTED_VERSION,
        INVALID_REQUEST,
        TOO_LARGE,
        UNKNOWN_VERB,
        UNKNOWN_BENCH,
        UNKNOWN_HOME,
        UNKNOWN_NODE,
        UNKNOWN_FAULT,
        UNKNOWN_SCENARIO,
        UNKNOWN_CONTROLLER,
        UNKNOWN_CAPTURE,
        UNKNOWN_FRAME,
        NOT_EMULATED,
        NO_POWER,
        NEEDS_REAL_TIME,
        CANNOT_CHECK,
        NOT_ACTIVE,
        SCENARIO_PLAYING,
        NO_SCENARIO,
        UNSUITABLE_SCENARIO,
        CAPTURE_FAILED,
        BUSY,
        NOT_UP_YET,
        FAULT_FAILED,
        DID_NOT_JOIN,
        BENCH_ENDED,
        REPLAYED,
        NO_ANSWER,
        INTERNAL,
    )
}
"""Every documented error, by code."""

EVERYWHERE = (UNSUPPORTED_VERSION, INVALID_REQUEST, TOO_LARGE, UNKNOWN_VERB, UNKNOWN_BENCH, BUSY, BENCH_ENDED, INTERNAL)
"""The errors that every verb may have."""


class Problem(Struct, frozen=True):
    """An error as a client gets it."""

    code: str
    title: str
    detail: str
    remedy: str


class ControlError(Exception):
    """A verb ended in a documented error."""

    def __init__(self, kind: ErrorKind, detail: str) -> None:
        """`detail`: what is wrong with this request, in one line."""
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = " ".join(detail.split())

    def __str__(self) -> str:
        return self.detail

    @property
    def problem(self) -> Problem:
        """The error for a client."""
        return Problem(self.kind.code, self.kind.title, self.detail, self.kind.remedy)

    @classmethod
    def of(cls, problem: Problem) -> ControlError:
        """Return the error that a client got; a code of a later version counts as `internal`."""
        return cls(ERRORS.get(problem.code, INTERNAL), problem.detail)


def unknown_name(kind: ErrorKind, what: str, name: str, known: Iterable[str]) -> ControlError:
    """Return the error for an unknown name, with the nearest known one. `what`: "fault", "node", ..."""
    listed = tuple(known)
    near = suggestion(name, listed) or (f"; expected one of {', '.join(listed)}" if len(listed) <= 8 else "")
    return ControlError(kind, f"{name!r}: no such {what}{near}")
