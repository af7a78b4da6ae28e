"""What a sniffer put into a capture: frame checks or TI's RSSI in their place, channels, damaged frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture.foreign import ForeignFrame

TI_CRC_OK = 0x80
"""In TI's format (CC24xx, CC2531), the second octet in the place of the FCS: this bit says that the FCS was right."""
TI_RSSI_OFFSET = 73
"""dB, to subtract from the first octet (signed), as Wireshark does for CC24xx."""
_MOSTLY_BAD = 0.5
"""Share of frames with a wrong FCS from which on another format is suspected."""
_MOSTLY_MARKED = 0.8
"""Share of them that must have the bit: of octets by chance, half have it."""


class HeardFrame(NamedTuple):
    """One undamaged frame."""

    number: int
    """Its number in Wireshark."""
    time: int
    """Microseconds since 1970."""
    psdu: bytes
    """Octets with the right FCS, whatever the capture had."""
    channel: int | None
    rssi: float | None
    """dBm."""


class Sniffed(NamedTuple):
    """The frames of a capture, and what its sniffer was."""

    frames: tuple[HeardFrame, ...]
    damaged: int
    """Frames whose FCS was wrong, and which are left out."""
    ti_format: bool
    """Whether RSSI and LQI stood in the place of the FCS."""
    channels: tuple[int, ...]
    """The channels that the capture names, most frames first."""


def sniffed(frames: Sequence[ForeignFrame]) -> Sniffed:
    """Return the undamaged frames, in the order of their times."""
    right = {id(each): each.frame.tail is None or fcs(each.frame.mpdu) == each.frame.tail for each in frames}
    wrong = [each.frame.tail for each in frames if not right[id(each)]]
    marked = sum(1 for tail in wrong if tail is not None and tail[1] & TI_CRC_OK)
    ti_format = len(wrong) > _MOSTLY_BAD * len(frames) and marked >= _MOSTLY_MARKED * len(wrong)
    heard = []
    for each in frames:
        tail, rssi = each.frame.tail, each.frame.rssi
        if ti_format and tail is not None:
            if not tail[1] & TI_CRC_OK:
                continue
            rssi = (tail[0] ^ 0x80) - 0x80 - TI_RSSI_OFFSET
        elif not right[id(each)]:
            continue
        psdu = each.frame.mpdu + fcs(each.frame.mpdu)
        heard.append(HeardFrame(each.number, each.time, psdu, each.frame.channel, rssi))
    heard.sort(key=lambda frame: frame.time)
    channels = Counter(frame.channel for frame in heard if frame.channel is not None)
    return Sniffed(
        tuple(heard), len(frames) - len(heard), ti_format, tuple(channel for channel, _ in channels.most_common())
    )
