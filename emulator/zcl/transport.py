"""What the ZCL reads of a message that the APS hands up."""

from __future__ import annotations

from typing import Protocol


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

    @property
    def ieee(self) -> int | None:
        """EUI-64 of the sender, proven by the link key; None where there was none."""
