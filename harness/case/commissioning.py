"""One attempt to commission meters: a value that events, trace records and the world of a case share."""

from __future__ import annotations

from msgspec import Struct

from hanbench.harness.case.installation import MeterRole


class Commissioning(Struct, frozen=True, forbid_unknown_fields=True):
    """The result of an attempt to commission devices; either all of them were commissioned, or none."""

    devices: tuple[MeterRole, ...]
    succeeded: bool
    detail: str = ""
    """The reason for a failure, in words."""
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the first and the last frame during the attempt."""
