"""One frame of the fuzzer, as it is before keys and counters are put on it, and the file that repeats a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from hanbench.harness.files import write_whole
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 10_000_000
"""Maximum octets of a file to read."""
SCHEMA: Literal["hanbench/fuzz-sequence"] = "hanbench/fuzz-sequence"
VERSION: Literal[1] = 1


class Layer(StrEnum):
    """The layer that is wrong in a frame; those below it are sound."""

    MAC = "mac"
    NWK = "nwk"
    APS = "aps"
    ZDP = "zdp"
    ZCL = "zcl"
    KEY_ESTABLISHMENT = "key-establishment"


class Knowledge(StrEnum):
    """The keys that the sender of a frame must know."""

    OUTSIDE = "outside"
    """None: any transmitter in reach of the device."""
    NETWORK_KEY = "network-key"
    LINK_KEY = "link-key"
    """The network key, and the link key that hub and device have agreed."""


class FuzzFrame(Struct, frozen=True, omit_defaults=True):
    """One frame. It is sealed when it is sent, so that a sequence can be repeated without some of its frames."""

    layer: Layer
    knowledge: Knowledge
    octets: str
    """Hexadecimal. Outside: the MAC frame without FCS. Network key: the NWK payload. Link key: the APS payload."""
    header: str = ""
    """Hexadecimal. Network key: the NWK header, if it is not the hub's usual one. Link key: the APS header."""
    command: bool = False
    """Network key: the NWK payload is that of a NWK command."""

    @property
    def content(self) -> bytes:
        return bytes.fromhex(self.octets)


class FuzzSequence(Struct, frozen=True, kw_only=True):
    """The content of a file for `--fuzz-replay`."""

    schema: Literal["hanbench/fuzz-sequence"] = SCHEMA
    version: Literal[1] = VERSION
    dut: Literal["gsme", "esme", "ihd", "hub"]
    seed: str
    """Of the bench on which the frames were found to kill."""
    frames: tuple[FuzzFrame, ...]


def write_sequence(path: Path, sequence: FuzzSequence) -> None:
    """Write a sequence as JSON. Raises OutputError."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(sequence), indent=2) + b"\n")


def read_sequence(path: Path) -> FuzzSequence:
    """Read a sequence. Raises ProfileError."""
    try:
        sequence = decode(read_octets(path, LARGEST), FuzzSequence)
        _check(sequence.frames)
    except ProfileError:
        raise
    except (*NOT_JSON, ValueError) as error:
        raise ProfileError(path, f"{error}; expected a sequence that `hanbench conform --fuzz` wrote") from None
    return sequence


def _check(frames: Sequence[FuzzFrame]) -> None:
    for index, frame in enumerate(frames):
        for name in ("octets", "header"):
            try:
                bytes.fromhex(getattr(frame, name))
            except ValueError:
                raise ValueError(f"frames[{index}].{name}: expected hexadecimal digits") from None
