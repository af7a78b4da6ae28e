"""What people paste, and what the dissectors make of it: `hanbench decode`, captures in words, patterns of frames."""

from __future__ import annotations

import msgspec

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture.keyfile import CaptureKey
from hanbench.harness.cli.pasted import PastedError, frames
from hanbench.harness.frames import Dissector
from hanbench.harness.frames.located import LAYERS, Decoder, Hints
from tests.fuzz.target import Target
from tests.interop.han import LINK_KEY, NETWORK_KEY

_LAYERS = ("auto", *LAYERS)


def _located(octets: bytes) -> None:
    """Fields lie in the octets, and what is decoded can be printed as JSON."""
    if len(octets) < 4:
        return
    cluster = int.from_bytes(octets[1:3], "little") if octets[0] & 0x80 else None
    direction = octets[3] & 1 if octets[0] & 0x40 else None
    frame = octets[4:] + (fcs(octets[4:]) if octets[0] & 0x20 else b"")
    decoder = Decoder((NETWORK_KEY, LINK_KEY), Hints(cluster, direction, sender=1))
    layer = _LAYERS[octets[0] % len(_LAYERS)]
    if layer == "zdp" and cluster is None:
        return
    for _ in range(2):
        found = decoder.decode(frame, layer)
        msgspec.json.encode(found)
        assert found.layers or found.undecoded or found.wanted or not frame


def _pasted(octets: bytes) -> None:
    for each in frames(octets.decode(errors="replace")):
        assert each.octets


def _dissector(octets: bytes) -> None:
    """A capture in words: frames one after the other, each with its length before it."""
    dissector = Dissector([CaptureKey("network key", NETWORK_KEY), CaptureKey("link key", LINK_KEY)])
    at = 0
    while at < len(octets):
        length = octets[at]
        psdu = octets[at + 1 : at + 1 + length]
        found = dissector(psdu)
        assert found.line
        assert found.name
        _ = found.layers, found.zcl, found.cluster
        at += 1 + length


TARGETS = (
    Target("decode.located", _located),
    Target("decode.pasted", _pasted, (PastedError,), 1024),
    Target("decode.dissector", _dissector, (), 512),
)
