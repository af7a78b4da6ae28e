"""Keys on their way to a client: a type that shows a digest and that no encoder takes."""

from __future__ import annotations

from typing import Any, NoReturn

from hanbench.emulator.zigbee.security.keys import redacted


class Secret:
    """A key. Its text is redacted; msgspec, json and pickle refuse it."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def __str__(self) -> str:
        return redacted(self._octets)

    def __repr__(self) -> str:
        return f"<Secret {self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._octets == other._octets

    def __hash__(self) -> int:
        return hash(self._octets)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a key is not serialised")
