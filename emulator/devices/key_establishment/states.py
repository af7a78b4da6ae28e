"""The order of messages in key establishment, one table a side (SE 1.4a, annex C.3.1).

A message that the table does not have in a state ends the session with BAD_MESSAGE. docs/state-machines.md draws them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class KeyState(Enum):
    """What a side waits for."""

    IDLE = "no session"
    CERTIFICATE = "waiting for the peer's certificate"
    EPHEMERAL = "waiting for the peer's ephemeral point"
    CONFIRMATION = "waiting for the peer's proof"
    DELIVERY = "waiting for the peer to have our proof"


class KeyEvent(Enum):
    """What happens to a session."""

    STARTED = "key establishment started"
    CERTIFICATE = "certificate accepted"
    EPHEMERAL = "ephemeral point accepted"
    CONFIRMATION = "proof accepted"
    DELIVERED = "proof delivered"


Transitions = Mapping[tuple[KeyState, KeyEvent], KeyState]

_S, _E = KeyState, KeyEvent

INITIATOR: Transitions = {
    (_S.IDLE, _E.STARTED): _S.CERTIFICATE,
    (_S.CERTIFICATE, _E.CERTIFICATE): _S.EPHEMERAL,
    (_S.EPHEMERAL, _E.EPHEMERAL): _S.CONFIRMATION,
    (_S.CONFIRMATION, _E.CONFIRMATION): _S.IDLE,
}
"""The joining device, a client of the cluster."""

RESPONDER: Transitions = {
    (_S.IDLE, _E.CERTIFICATE): _S.EPHEMERAL,
    (_S.EPHEMERAL, _E.EPHEMERAL): _S.CONFIRMATION,
    (_S.CONFIRMATION, _E.CONFIRMATION): _S.DELIVERY,
    (_S.DELIVERY, _E.DELIVERED): _S.IDLE,
}
"""The Trust Centre. It uses the key when the initiator has its proof: before that the initiator has no key."""
