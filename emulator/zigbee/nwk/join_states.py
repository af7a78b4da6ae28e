"""The state table of joining, losing and finding a network.

Two rules. The order of joining is here alone: no other file decides which state follows. And the actions are not
here: `joining.py` runs them on entry to a state. docs/state-machines.md draws this table.

Sources: network discovery and association R22 3.6.1.4-3.6.1.6; rejoin 3.6.1.4.2; authentication 4.6.3.2-4.6.3.3;
pacing Smart Energy 1.4a 5.5.5.
"""

from __future__ import annotations

from enum import Enum


class JoinState(Enum):
    """The state of a device towards its network."""

    OUT = "out of any network"
    SCANNING = "looking for networks that permit joining"
    ASSOCIATING = "associating at the MAC"
    AWAITING_KEY = "associated, waiting for Transport-Key"
    JOINED = "joined"
    SEEKING_HERE = "looking for its network on its channel"
    SEEKING_EVERYWHERE = "looking for its network on all channels"
    REJOINING = "secured rejoin under way"
    TRUST_CENTER_REJOINING = "unsecured rejoin under way"
    AWAITING_NEW_KEY = "rejoined unsecured, waiting for Transport-Key"
    RESTING = "waiting before the next attempt"
    STRANDED = "lost its network and does not look for it"


class JoinEvent(Enum):
    """The events that change the state."""

    JOIN = "told to join"
    REJOIN = "told to rejoin"
    LOST = "parent lost"
    RELAPSED = "lost again before anything got through"
    NETWORK_FOUND = "network found"
    NETWORK_NOT_FOUND = "no network found"
    ACCEPTED = "accepted by the parent"
    REFUSED = "refused or unanswered"
    KEY = "network key received"
    NO_KEY = "no network key in time"
    RESTED = "rest is over"
    GAVE_UP = "not allowed to look any further"
    LEFT = "left the network"


_S, _E = JoinState, JoinEvent

TRANSITIONS: dict[tuple[JoinState, JoinEvent], JoinState] = {
    # First time
    (_S.OUT, _E.JOIN): _S.SCANNING,
    (_S.SCANNING, _E.NETWORK_FOUND): _S.ASSOCIATING,
    (_S.SCANNING, _E.NETWORK_NOT_FOUND): _S.OUT,
    (_S.ASSOCIATING, _E.ACCEPTED): _S.AWAITING_KEY,
    (_S.ASSOCIATING, _E.REFUSED): _S.OUT,
    (_S.AWAITING_KEY, _E.KEY): _S.JOINED,
    (_S.AWAITING_KEY, _E.NO_KEY): _S.OUT,
    # Losing it
    (_S.JOINED, _E.LOST): _S.SEEKING_HERE,
    (_S.JOINED, _E.REJOIN): _S.SEEKING_HERE,
    (_S.JOINED, _E.RELAPSED): _S.RESTING,
    (_S.JOINED, _E.GAVE_UP): _S.STRANDED,
    # Finding it again
    (_S.SEEKING_HERE, _E.NETWORK_FOUND): _S.REJOINING,
    (_S.SEEKING_HERE, _E.NETWORK_NOT_FOUND): _S.SEEKING_EVERYWHERE,
    (_S.SEEKING_EVERYWHERE, _E.NETWORK_FOUND): _S.REJOINING,
    (_S.SEEKING_EVERYWHERE, _E.NETWORK_NOT_FOUND): _S.RESTING,
    (_S.REJOINING, _E.ACCEPTED): _S.JOINED,
    (_S.REJOINING, _E.REFUSED): _S.TRUST_CENTER_REJOINING,
    (_S.TRUST_CENTER_REJOINING, _E.ACCEPTED): _S.AWAITING_NEW_KEY,
    (_S.TRUST_CENTER_REJOINING, _E.REFUSED): _S.RESTING,
    (_S.AWAITING_NEW_KEY, _E.KEY): _S.JOINED,
    (_S.AWAITING_NEW_KEY, _E.NO_KEY): _S.RESTING,
    (_S.RESTING, _E.RESTED): _S.SEEKING_HERE,
    (_S.RESTING, _E.REJOIN): _S.SEEKING_HERE,
    (_S.RESTING, _E.GAVE_UP): _S.STRANDED,
    (_S.STRANDED, _E.REJOIN): _S.SEEKING_HERE,
    # Leaving works from wherever a device has a network
    **{(state, _E.LEFT): _S.OUT for state in JoinState if state not in (_S.OUT, _S.SCANNING, _S.ASSOCIATING)},
}


WITH_PARENT = frozenset((_S.JOINED, _S.AWAITING_KEY, _S.REJOINING, _S.TRUST_CENTER_REJOINING, _S.AWAITING_NEW_KEY))
"""States in which there is a parent that a sleeper can poll."""


def next_state(state: JoinState, event: JoinEvent) -> JoinState | None:
    """The state that follows; None where the event has no effect, as a late answer has none."""
    return TRANSITIONS.get((state, event))
