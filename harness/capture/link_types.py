"""The link types of IEEE 802.15.4: what stands around a frame in a capture (tcpdump.org/linktypes.html)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.harness.capture import tap

WITH_FCS, WITHOUT_FCS = 195, 230
LONGEST_FRAME = 127


class LinkFrame(NamedTuple):
    """One frame as its packet has it."""

    mpdu: bytes
    """Octets without FCS."""
    tail: bytes | None
    """The two octets behind them: the FCS, or what a sniffer put in its place; None: the packet has none."""
    rssi: float | None = None
    """dBm at the sniffer."""
    lqi: int | None = None
    channel: int | None = None


def _with_fcs(octets: bytes) -> LinkFrame:
    if len(octets) < 3:
        raise ValueError("shorter than a frame with FCS")
    return LinkFrame(_bounded(octets[:-2]), octets[-2:])


def _without_fcs(octets: bytes) -> LinkFrame:
    if not octets:
        raise ValueError("empty")
    return LinkFrame(_bounded(octets), None)


def _tap(octets: bytes) -> LinkFrame:
    sniffed, psdu = tap.decode_any(octets)
    frame = _with_fcs(psdu) if sniffed.fcs else _without_fcs(psdu)
    return frame._replace(rssi=sniffed.heard.rssi, lqi=sniffed.heard.lqi, channel=sniffed.heard.channel)


def _bounded(mpdu: bytes) -> bytes:
    if len(mpdu) > LONGEST_FRAME:
        raise ValueError("longer than a frame of 802.15.4")
    return mpdu


LINK_TYPES: dict[int, Callable[[bytes], LinkFrame]] = {
    WITH_FCS: _with_fcs,
    WITHOUT_FCS: _without_fcs,
    tap.LINKTYPE: _tap,
}
"""By link type: the function that takes a packet apart. It raises ValueError for a packet that is no frame."""
