"""The data service of the APS (APSDE-DATA, R22, 2.2.4.1): what a layer above asks for, and what it gets."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple, Protocol


class ApsStatus(IntEnum):
    """How a request ended (APSDE-DATA.confirm)."""

    SUCCESS = 0
    """Acknowledged by the destination; sent, where no acknowledgement was asked for."""
    NO_ACK = 0xA7
    """apsStatus NO_ACK."""
    NOT_SENT = 0xE9
    """The MAC got no acknowledgement or no free channel."""
    NO_KEY = 0xAF
    """SECURED_LINK_KEY: no link key with the destination."""


class ApsRequest(NamedTuple):
    """A message to send (APSDE-DATA.request)."""

    dst: int
    """Short or broadcast address."""
    cluster: int
    payload: bytes
    profile: int
    src_endpoint: int
    dst_endpoint: int
    """0xFF: all endpoints of the destination."""
    ack: bool = True
    """Ask the destination's APS for an acknowledgement; a broadcast never does."""
    secured: bool = False
    """Under the link key with the destination; a broadcast never is."""


class ApsIndication(NamedTuple):
    """A message for an endpoint (APSDE-DATA.indication)."""

    src: int
    src_endpoint: int
    dst: int
    dst_endpoint: int
    profile: int
    cluster: int
    payload: bytes
    secured: bool
    """Under the link key with the sender."""
    broadcast: bool
    """Not addressed to this device alone."""
    rssi: int
    """Of the last hop, dBm."""
    lqi: int
    ieee: int | None = None
    """EUI-64 of the sender, proven by the link key; None if not `secured`: the network key proves no sender."""


class ApsTransport(Protocol):
    """A node's data service, as the layers above use it."""

    def send(self, request: ApsRequest, done: Callable[[ApsStatus], object] | None = None) -> object:
        """Send a message; `done` is called once, with its outcome."""

    def register(self, endpoint: int, handler: Callable[[Any], object]) -> object:
        """Hand messages for `endpoint`, and for all endpoints, to `handler` as `ApsIndication`."""
