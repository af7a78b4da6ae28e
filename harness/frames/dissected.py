"""A dissected frame. Its name is ready at once; its text is computed on demand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.zigbee.aps.frames import ApsFrame
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.harness.frames.words import Fields

UNREADABLE = "unreadable"
"""Name of a frame that no known key decrypts."""
MALFORMED = "malformed"


class Layer(NamedTuple):
    """One layer of a frame: its name, and its fields as text."""

    name: str
    fields: Fields


class Parts(NamedTuple):
    """The decoded frames of each layer, for those who count and compare; None: the layer is absent or not readable."""

    mac: MacFrame | None = None
    nwk: NwkFrame | None = None
    aps: ApsFrame | None = None
    message: object = None
    """The innermost message: a NWK or APS command, a message of the device profile, a ZCL command."""
    network_key: bytes | None = None
    """The key of the capture that opened the NWK frame."""
    link_key: bytes | None = None
    """The key of the capture that opened the APS frame: a link key, from which the frame's own may be derived."""


class Dissected:
    """The dissection of one frame.

    `name`: of the innermost part recognised, in hyphenated words: `data-request`, `transport-key`, `read-attributes`;
    `unreadable` if no key fits, `malformed` if the octets cannot be decoded.
    """

    def __init__(
        self,
        name: str,
        *,
        source: int | None,
        destination: int | None,
        cluster: str | None,
        line: Callable[[], str],
        layers: Callable[[], tuple[Layer, ...]],
        zcl: tuple[int, bytes] | None = None,
        parts: Parts = Parts(),  # noqa: B008  a constant
    ) -> None:
        """`source`, `destination`: short addresses, of the NWK layer if there is one. `cluster`: its name.

        `zcl`: number of the cluster and octets of the ZCL frame, if there is one.
        """
        self.name = name
        self.source = source
        self.destination = destination
        self.cluster = cluster
        self.zcl = zcl
        self.parts = parts
        self._line = line
        self._layers = layers

    @cached_property
    def line(self) -> str:
        """The frame in one line. Keys in it are redacted."""
        return self._line()

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The frame layer by layer, the MAC's first. Keys are redacted."""
        return self._layers()

    def __repr__(self) -> str:
        return f"Dissected({self.name!r}, {self.line!r})"
