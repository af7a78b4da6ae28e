"""The part of the APS that the ZCL uses, and the messages that the APS hands up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from hanbench.emulator.zigbee.aps.layer import ApsStatus


class Indication(Protocol):
    """A message that arrived for an endpoint (APSDE-DATA.indication)."""

    @property
    def src(self) -> int:
        """Short address of the sender."""

    @property
    def src_endpoint(self) -> int: ...

    @property
    def dst_endpoint(self) -> int: ...

    @property
    def profile(self) -> int: ...

    @property
    def cluster(self) -> int: ...

    @property
    def payload(self) -> bytes: ...

    @property
    def secured(self) -> bool:
        """Secured with an APS link key."""

    @property
    def broadcast(self) -> bool:
        """Not addressed to this device alone."""


class ApsTransport(Protocol):
    """A node's APS. `done` gets SUCCESS once the message is delivered (acknowledged, if `ack`)."""

    def send(
        self,
        dst_short: int,
        cluster: int,
        payload: bytes,
        *,
        profile: int,
        src_endpoint: int,
        dst_endpoint: int,
        ack: bool = True,
        secured: bool = False,
        done: Callable[[ApsStatus], object] | None = None,
    ) -> object: ...

    def register(self, endpoint: int, handler: Callable[[Any], object]) -> object:
        """Hand indications for `endpoint` (and for all endpoints) to `handler`."""
