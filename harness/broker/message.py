"""Messages as hanbench sends and receives them."""

from __future__ import annotations

from msgspec import Struct


class Message(Struct, frozen=True):
    """A message that came in."""

    topic: str
    payload: bytes
    retain: bool = False
    """It was kept by the broker, and is older than the subscription."""
    response_topic: str | None = None
    """MQTT 5: where an answer is wanted."""
    correlation: bytes | None = None
    """MQTT 5: what an answer repeats."""
    expires_at: float | None = None
    """MQTT 5: when it expires, seconds of `time.monotonic`; None: never."""


class Will(Struct, frozen=True):
    """What the broker publishes when the connection ends without a farewell."""

    topic: str
    payload: bytes
    delay_s: int = 5
    """MQTT 5: time for the client to come back; 3.1.1 knows none."""
    retain: bool = True


class Outgoing(Struct, frozen=True):
    """A message to publish. The last three are of MQTT 5, and left out in 3.1.1."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry_s: float | None = None
    response_topic: str | None = None
    correlation: bytes | None = None
