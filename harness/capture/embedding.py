"""Keys inside a capture: Decryption Secrets Blocks in front of the frames that they open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from struct import Struct

from hanbench.harness.capture.block_reader import Section
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.packets import Secrets
from hanbench.harness.capture.pcapng import DECRYPTION_SECRETS, INTERFACE_DESCRIPTION, SECTION_HEADER, block
from hanbench.harness.files import PRIVATE, write_whole

_HEAD = Struct("<II")


def embed(path: Path, secrets: Iterable[Secrets]) -> None:
    """Put secrets into one of hanbench's captures, which only its owner can read from then on.

    They stand behind the description of the interface. Raises CaptureError and OutputError.
    """
    data = path.read_bytes()
    at = _behind_head(path, data)
    blocks = b"".join(_block(each) for each in secrets)
    write_whole(path, data[:at] + blocks + data[at:], PRIVATE)


def _behind_head(path: Path, data: bytes) -> int:
    at = 0
    try:
        section = Section(data[8:12])
        while at < len(data):
            kind, _, length = section.block(data, at)
            if kind not in (SECTION_HEADER, INTERFACE_DESCRIPTION):
                break
            at += length
    except ValueError as error:
        raise CaptureError(path, f"octet {at}", str(error)) from None
    return at


def _block(secrets: Secrets) -> bytes:
    octets = secrets.octets
    return block(DECRYPTION_SECRETS, _HEAD.pack(secrets.kind, len(octets)) + octets + bytes(-len(octets) % 4))
