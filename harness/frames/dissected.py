"""A frame taken apart. What it is called is known at once; what it says in words is put together when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from hanbench.harness.frames.words import Fields

UNREADABLE = "unreadable"
"""Name of a frame that no known key opens."""
MALFORMED = "malformed"


class Layer(NamedTuple):
    """One layer of a frame: what it is called, and its fields in words."""

    name: str
    fields: Fields


class Dissected:
    """What one frame is.

    `name`: of the innermost thing recognised, in words with hyphens: `data-request`, `transport-key`,
    `read-attributes`; `unreadable` where no key fits, `malformed` where the octets are none that we know.
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
    ) -> None:
        """`source`, `destination`: short addresses, of the NWK layer where there is one. `cluster`: its name.

        `zcl`: number of the cluster and octets of the ZCL frame, where there is one.
        """
        self.name = name
        self.source = source
        self.destination = destination
        self.cluster = cluster
        self.zcl = zcl
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
