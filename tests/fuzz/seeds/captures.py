"""Captures and key files to begin from: hanbench's own, and pcap and pcapng in every form by hand and by scapy."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

from scapy.layers.dot15d4 import Dot15d4FCS
from scapy.utils import PcapNgWriter, wrpcap

from hanbench.harness.capture import tap
from hanbench.harness.capture.link_types import LINK_TYPES
from hanbench.harness.wireshark.keys import WELL_KNOWN
from tests.fuzz.seeds.frames import Seeds, samples
from tests.interop import home

_MAGICS = {"<": ("d4c3b2a1", "4d3cb2a1"), ">": ("a1b2c3d4", "a1b23c4d")}
_KEYS = (
    b'"0102030405060708090a0b0c0d0e0f10","Normal","network key 0"\n',
    b'# comment\n\n"01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10", "Reverse", "label"\n',
    b'"ZigBeeAlliance09","Normal","well known"\n',
    b'"0102030405060708090A0B0C0D0E0F10","Normal",""\n' * 3,
)


def _pcap(order: str, magic: str, link: int, packets: list[bytes], cut: int = 0) -> bytes:
    data = bytes.fromhex(magic) + struct.pack(f"{order}HHiIII", 2, 4, 0, 0, 65535, link)
    for number, packet in enumerate(packets):
        data += struct.pack(f"{order}IIII", 1_600_000_000, number, len(packet), len(packet) + cut) + packet
    return data


def _packet(link: int, psdu: bytes) -> bytes:
    if link == tap.LINKTYPE:
        return tap.encode(-50.0, 200, 15) + psdu
    return psdu if link == 195 else psdu[:-2]


def _block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def _pcapng(order: str, psdu: bytes) -> bytes:
    """One section with an interface of each link type, and each kind of block with a frame."""
    data = _block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link in LINK_TYPES:
        options = struct.pack(f"{order}HHB3xHHqHH", 9, 1, 6, 14, 8, 3600, 0, 0)
        data += _block(order, 1, struct.pack(f"{order}HHI", link, 0, 65535) + options)
    data += _block(order, 10, struct.pack(f"{order}II", 0x5A4E574B, 18) + bytes(range(18)))
    for interface, link in enumerate(LINK_TYPES):
        packet = _packet(link, psdu)
        sizes = struct.pack(f"{order}II", len(packet), len(packet))
        body = struct.pack(f"{order}III", interface, 5, 6) + sizes + packet + bytes(-len(packet) % 4)
        data += _block(order, 6, body + struct.pack(f"{order}HH4sHH", 1, 4, b"note", 0, 0))
        data += _block(order, 2, struct.pack(f"{order}HHII", interface, 0, 5, 6) + sizes + packet)
    return data + _block(order, 3, struct.pack(f"{order}I", len(psdu)) + psdu) + _block(order, 0xBAD, b"other")


def _whole(pcapng: bytes) -> bytes:
    """Return the first blocks of a capture, about 3,000 octets."""
    at = 0
    while at < min(3_000, len(pcapng)):
        at += int.from_bytes(pcapng[at + 4 : at + 8], "little")
    return pcapng[:at]


def files() -> Seeds:
    """Return captures."""
    psdus = samples()[:4]
    foreign = [
        _pcap(order, magic, link, [_packet(link, each) for each in psdus], cut)
        for order, magics in _MAGICS.items()
        for magic in magics
        for link in (*LINK_TYPES, 1)
        for cut in (0, 4)
    ]
    foreign += [_pcapng(order, psdus[0]) for order in "<>"]
    with tempfile.TemporaryDirectory() as folder:
        paths = [home.record(name, Path(folder) / f"{name}.pcapng") for name in home.STACK_SCENARIOS]
        own = [_whole(path.read_bytes()) for path in paths]
        wrpcap(f"{folder}/scapy.pcap", [Dot15d4FCS(each) for each in psdus])
        with PcapNgWriter(f"{folder}/scapy.pcapng") as writer:
            writer.write([Dot15d4FCS(each) for each in psdus])
        foreign += [Path(f"{folder}/scapy.{suffix}").read_bytes()[:4000] for suffix in ("pcap", "pcapng")]
    kinds = [bytes((number,)) + _packet(link, psdus[0]) for number, link in enumerate(sorted(LINK_TYPES))]
    return {
        "capture.foreign": [*foreign, *own],
        "capture.own": [*own, *foreign[-4:]],
        "capture.both": own,
        "capture.packet": kinds,
        "capture.tap": [_packet(tap.LINKTYPE, each) for each in psdus],
        "capture.keys": list(_KEYS),
        "capture.field_keys": list(_KEYS),
        "capture.typed_keys": [
            b"0102030405060708090a0b0c0d0e0f10\n00124b0000000003=83FED3407A939723A5C639B26916D505C3B5\n00:12:4b",
            b"\n00124b0000000003=83FE-D340 7A93\n00124b0000000003",
        ],
        "capture.embedded": [*own, *foreign[-4:]],
        "capture.wireshark_table": [*_KEYS, WELL_KNOWN.row.encode() + b"\n# mine\n"],
        "field.scenario": [_KEYS[0] + b"\n" + each for each in (*own, *foreign[::9])],
        "finished.frames": [_KEYS[0] + b"\n" + each for each in own],
        "capture.secrets": [b"KWNZ" + bytes(18), b"SPAZ" + bytes(22)],
    }
