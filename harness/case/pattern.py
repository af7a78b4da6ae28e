"""Frame patterns, as in scenario files."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

Role = Literal["hub", "esme", "gsme", "ihd", "repeater"]
Phase = Literal["anywhere", "checks", "commissioning"]
"""The part of a story in which frames count."""
ChannelNumber = Annotated[int, Meta(ge=11, le=26)]


class ObservedFrame(Struct, frozen=True):
    """One frame on the air, with the fields that patterns compare."""

    sender: str | None
    """The device that sent it over this hop; None: unknown."""
    receiver: str | None
    """The device that it addresses on this hop; None: unknown, or several."""
    channel: int
    name: str
    """The dissector's name of the frame, such as `transport-key` or `read-attributes`."""
    cluster: str | None
    """Name of the cluster of a ZCL frame; None: not a ZCL frame."""


class FramePattern(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A set of frames. A field that is not given matches anything."""

    name: str | None = None
    """Name in `hanbench run` and reports: `transport-key`, `read-attributes-response`; `*` stands for any text."""
    sender: Role | None = None
    receiver: Role | None = None
    node: Role | None = None
    """The device that sends or receives."""
    between: tuple[Role, Role] | None = None
    """The devices at both ends of a link, in either direction."""
    cluster: str | None = None
    """Name of the cluster: `Metering`, `Key*`."""
    channel: ChannelNumber | None = None
    optional: bool = False
    """The run is as expected even if no frame belongs to the set."""

    def __post_init__(self) -> None:
        if self.between is not None and self.between[0] == self.between[1]:
            raise ValueError("`between` needs two devices")

    def matches(self, seen: ObservedFrame) -> bool:
        """Return whether a frame belongs to the set."""
        ends = (seen.sender, seen.receiver)
        return (
            self.sender in (None, seen.sender)
            and self.receiver in (None, seen.receiver)
            and (self.node is None or self.node in ends)
            and (self.between is None or self.between in (ends, ends[::-1]))
            and self.channel in (None, seen.channel)
            and (self.name is None or fnmatchcase(seen.name, self.name))
            and (self.cluster is None or fnmatchcase(seen.cluster or "", self.cluster))
        )

    @property
    def roles(self) -> tuple[Role, ...]:
        """The devices that the pattern names, each once."""
        named = (self.sender, self.receiver, self.node, *(self.between or ()))
        return tuple(dict.fromkeys(role for role in named if role is not None))

    @property
    def words(self) -> str:
        """The pattern in words."""
        said = [
            self.name or "frames",
            f"from the {self.sender}" if self.sender else "",
            f"to the {self.receiver}" if self.receiver else "",
            f"of or for the {self.node}" if self.node else "",
            f"between the {self.between[0]} and the {self.between[1]}" if self.between else "",
            f"of cluster {self.cluster}" if self.cluster else "",
            f"on channel {self.channel}" if self.channel else "",
        ]
        return " ".join(filter(None, said))
