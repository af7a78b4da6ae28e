"""The records of a pcap file (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds."""

from __future__ import annotations

from struct import Struct

from hanbench.harness.capture.packets import Packet, SnappedError

_MAGICS = {
    bytes.fromhex("d4c3b2a1"): ("<", 1),
    bytes.fromhex("a1b2c3d4"): (">", 1),
    bytes.fromhex("4d3cb2a1"): ("<", 1000),
    bytes.fromhex("a1b23c4d"): (">", 1000),
}
"""By the first four octets: byte order, and units of a time's fraction in a microsecond."""
HEADER, RECORD = 24, 16
LONGEST_RECORD = 1 << 18
"""Maximum octets of a packet: what tcpdump and Wireshark take."""


def is_pcap(data: bytes) -> bool:
    """Return whether a file begins as pcap does."""
    return data[:4] in _MAGICS


class PcapFile:
    """One pcap file. All methods raise ValueError for what is not pcap."""

    def __init__(self, data: bytes) -> None:
        order, self._units = _MAGICS[data[:4]]
        if len(data) < HEADER:
            raise ValueError(f"pcap header of {len(data)} octets, expected {HEADER}")
        major, minor, self._link = Struct(f"{order}4xHH12xI").unpack_from(data)
        if major != 2:
            raise ValueError(f"pcap version {major}.{minor}")
        self._record = Struct(f"{order}4I")

    @property
    def link_type(self) -> int:
        """The link type, without the bits about the FCS above it."""
        return int(self._link & 0xFFFF)

    def packet(self, data: bytes, at: int) -> tuple[Packet | SnappedError, int]:
        """Return the packet at `at`, or that it was cut short, and the octets that its record has."""
        if at + RECORD > len(data):
            raise ValueError("record cut short")
        seconds, fraction, captured, original = self._record.unpack_from(data, at)
        if captured > LONGEST_RECORD:
            raise ValueError(f"packet of {captured} octets")
        end = at + RECORD + captured
        if end > len(data):
            raise ValueError(f"packet of {captured} octets, {len(data) - at - RECORD} left in the file")
        if captured < original:
            return SnappedError(f"packet cut to {captured} of {original} octets"), RECORD + captured
        time = seconds * 1_000_000 + fraction // self._units
        return Packet(time, self.link_type, data[at + RECORD : end]), RECORD + captured
