"""The states of a gas meter on its way to a mirror at the hub (SE 1.4a, annex D.3.4.4)."""

from __future__ import annotations

from enum import Enum


class MirrorState(Enum):
    """Where a meter stands with its mirror."""

    NONE = "no mirror"
    LOOKING = "asking whether the hub offers mirrors"
    REQUESTING = "asking for a mirror"
    MIRRORED = "mirrored"


class MirrorEvent(Enum):
    """What happens on the way."""

    AWAKE = "awake in the network"
    OFFERED = "the hub offers mirrors"
    NOT_OFFERED = "the hub offers none, or does not answer"
    GRANTED = "endpoint received"
    REFUSED = "refused, or no answer"
    LOST = "the hub no longer takes reports"


_S, _E = MirrorState, MirrorEvent

TRANSITIONS: dict[tuple[MirrorState, MirrorEvent], MirrorState] = {
    (_S.NONE, _E.AWAKE): _S.LOOKING,
    (_S.LOOKING, _E.OFFERED): _S.REQUESTING,
    (_S.LOOKING, _E.NOT_OFFERED): _S.NONE,
    (_S.REQUESTING, _E.GRANTED): _S.MIRRORED,
    (_S.REQUESTING, _E.REFUSED): _S.NONE,
    (_S.MIRRORED, _E.LOST): _S.NONE,
}


def next_state(state: MirrorState, event: MirrorEvent) -> MirrorState | None:
    """The state that follows, or None if the event has no effect in this one."""
    return TRANSITIONS.get((state, event))
