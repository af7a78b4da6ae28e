"""Pasted frames, decoded by hanbench and by tshark: the same values at the same places.

tshark counts decrypted octets from 0 again, in a buffer of their own; hanbench counts on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from hanbench.harness.capture import read
from hanbench.harness.cli.pasted import frames
from hanbench.harness.frames.located import DecodedField, DecodedFrame, Decoder
from tests.interop.han import LINK_KEY, NETWORK_KEY, save
from tests.interop.samples import aps_samples, mac_samples, nwk_samples, zdp_samples
from tests.interop.samples_zcl import command_samples, general_samples
from tests.interop.tshark import Tshark

FIELDS = {
    "wpan.seq_no": "MAC/sequence number",
    "wpan.dst_pan": "MAC/destination PAN ID",
    "wpan.dst16": "MAC/destination",
    "wpan.src16": "MAC/source",
    "wpan.cmd": "MAC/command",
    "wpan.fcs": "MAC/FCS",
    "zbee_beacon.ext_panid": "MAC/extended PAN ID",
    "zbee_nwk.dst": "NWK/destination",
    "zbee_nwk.src": "NWK/source",
    "zbee_nwk.radius": "NWK/radius",
    "zbee_nwk.seqno": "NWK/sequence number",
    "zbee_nwk.relay.count": "NWK/relays",
    "zbee.sec.counter": "NWK APS/frame counter",
    "zbee.sec.src64": "NWK APS/secured by",
    "zbee.sec.key_seqno": "NWK APS/key sequence number",
    "zbee_nwk.cmd.id": "NWK Command/command",
    "zbee_aps.dst": "APS/destination endpoint",
    "zbee_aps.src": "APS/source endpoint",
    "zbee_aps.cluster": "APS/cluster",
    "zbee_aps.profile": "APS/profile",
    "zbee_aps.counter": "APS/counter",
    "zbee_aps.cmd.id": "APS Command/command",
    "zbee_aps.cmd.device": "APS Command/device|target",
    "zbee_zdp.seqno": "ZDP/transaction",
    "zbee_zcl.cmd.tsn": "ZCL/transaction",
    "zbee_zcl.attr.id": "ZCL/attribute",
    "zbee_zcl.attr.data.type": "ZCL/data type",
}
"""Field of tshark, and layer and name of ours. Several layers stand side by side."""
GROUPS = (mac_samples, nwk_samples, aps_samples, zdp_samples, general_samples, command_samples)


class Place(NamedTuple):
    offset: int
    length: int
    value: int


def theirs(tshark: Tshark, capture: Path) -> Iterator[dict[str, list[Place]]]:
    """The fields of each frame; offsets are those of tshark's buffers."""
    for packet in ET.fromstring(tshark.run(capture, "-T", "pdml")).iter("packet"):
        found: dict[str, list[Place]] = {}
        for field in packet.iter("field"):
            if field.get("name") in FIELDS and field.get("value") and not field.get("hide"):
                value = field.get("unmaskedvalue") or field.get("value") or ""
                octets = int.from_bytes(bytes.fromhex(value), "little")
                place = Place(int(field.get("pos") or 0), int(field.get("size") or 0), octets)
                found.setdefault(field.get("name") or "", []).append(place)
        yield found


def ours(frame: DecodedFrame, wanted: str) -> list[Place]:
    layer, _, name = wanted.partition("/")

    def walk(fields: tuple[DecodedField, ...]) -> Iterator[Place]:
        for field in fields:
            if field.name in name.split("|"):
                yield Place(field.offset, field.length, number(field))
            yield from walk(field.fields)

    chosen = [each for each in frame.layers if each.name.split(":")[0].split(" 0x")[0] in kinds(layer)]
    return [place for each in chosen for place in walk(each.fields)]


def number(field: DecodedField) -> int:
    """The number that begins the text of a field."""
    first = field.value.split()[0]
    if len(first) == 16:
        return int(first, 16)
    return int.from_bytes(bytes.fromhex(field.value[:5]), "little") if field.name == "FCS" else int(first, 0)


def kinds(layer: str) -> set[str]:
    if layer != "MAC":
        return {layer, *layer.split()} if layer == "NWK APS" else {layer}
    named = ("Beacon", "Data", "Acknowledgement", "Association Request", "Association Response", "Disassociation")
    more = ("Data Request", "Pan Id Conflict", "Orphan Notification", "Beacon Request", "Coordinator Realignment")
    return {f"MAC {each}" for each in (*named, *more)}


@pytest.mark.parametrize("samples", GROUPS, ids=lambda each: each.__name__)
def test_fields_have_the_values_and_places_that_tshark_finds(samples, tshark: Tshark, tmp_path: Path) -> None:
    capture = save(samples(), tmp_path / "samples.pcapng")
    decoder, compared = Decoder((NETWORK_KEY, LINK_KEY)), 0
    captured = [each.psdu for each in read(capture)]
    for number, (octets, fields) in enumerate(zip(captured, theirs(tshark, capture), strict=True), start=1):
        frame = decoder.decode(octets)
        clear = {layer.offset for layer in frame.layers}
        for name, places in fields.items():
            if frame.layers[-1].name == "Fragment" and name.startswith("zbee_zcl"):
                continue  # tshark puts the fragments together
            mine = ours(frame, FIELDS[name])
            where = f"frame {number}, {name}: {places} and {mine}"
            assert [each[1:] for each in mine] == [each[1:] for each in places], where
            for one, other in zip(mine, places, strict=True):
                compared += 1
                # A buffer of tshark begins with the frame, or with the decrypted content of a layer.
                assert one.offset - other.offset in clear, where
    assert compared > 2 * len(captured)


def test_a_dump_of_tshark_is_read_with_the_header_of_its_capture(tshark: Tshark, tmp_path: Path) -> None:
    """tshark prints each frame with its TAP header and then without; of encrypted ones it adds what is in them."""
    capture = save(mac_samples(), tmp_path / "samples.pcapng")
    decoded = [Decoder().decode(frame.octets) for frame in frames(tshark.run(capture, "-x"))]
    assert len(decoded) == 2 * len(list(read(capture)))
    for whole, alone in zip(decoded[::2], decoded[1::2], strict=True):
        assert whole.is_whole
        assert whole.why == "its last two octets are the right FCS"
        assert [layer.name for layer in whole.layers] == ["TAP", *(layer.name for layer in alone.layers)]
        assert whole.layers[0].length == whole.octets - alone.octets == whole.layers[1].offset
