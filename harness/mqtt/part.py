"""A further part of a bench at a broker, beside its states, events, decisions and requests."""

from __future__ import annotations

from typing import Protocol

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message


class Part(Protocol):
    """What a further part does in each connection."""

    filters: tuple[str, ...]
    """Topics to subscribe to."""

    async def run(self, link: Link) -> None:
        """Publish until it is cancelled. Raises LinkLostError and ControlError."""

    def received(self, message: Message) -> bool:
        """Take a message, and return whether it was for this part."""

    async def farewell(self, link: Link) -> None:
        """Publish what is to be said when the bench has ended. Raises LinkLostError."""
