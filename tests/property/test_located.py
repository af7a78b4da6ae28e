"""Decoding pasted frames: any octets, as any layer, end in a tree whose fields lie within the frame."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zigbee.zdo.messages import MESSAGES
from hanbench.harness.cli.pasted import PastedError, frames
from hanbench.harness.frames.located import LAYERS, DecodedField, DecodedFrame, Decoder, Hints
from tests.interop.han import LINK_KEY, NETWORK_KEY
from tests.interop.samples import aps_samples, mac_samples, nwk_samples, zdp_samples
from tests.interop.samples_zcl import command_samples, general_samples

KEYS = (NETWORK_KEY, LINK_KEY)
CLUSTER_IDS = st.sampled_from([None, 0x7777, *(each.id for each in CLUSTERS), *(each.CLUSTER for each in MESSAGES)])
FRAMES = [
    sample.psdu
    for samples in (mac_samples, nwk_samples, aps_samples, zdp_samples, general_samples, command_samples)
    for sample in samples()
]


def every(fields: Iterable[DecodedField]) -> Iterable[DecodedField]:
    for field in fields:
        yield field
        yield from every(field.fields)


def check(frame: DecodedFrame, octets: bytes) -> None:
    assert frame.octets == len(octets)
    for layer in frame.layers:
        assert 0 <= layer.offset <= layer.offset + layer.length <= len(octets)
        for field in every(layer.fields):
            assert layer.offset <= field.offset
            assert field.offset + field.length <= len(octets)
    for each in frame.undecoded:
        assert 0 <= each.offset <= len(octets)
        assert each.expected
        assert each.found
    for wanted in frame.wanted:
        assert wanted.offset + wanted.length <= len(octets)
    if frame.is_whole and frame.layers:
        last = frame.layers[-1]
        outer = frame.layers[0]
        covered = max(last.offset + last.length, outer.offset + outer.length) + 2  # an FCS
        assert covered >= len(octets) - 4 * len(frame.layers)  # the rest are integrity codes


@given(st.binary(max_size=140), st.sampled_from(("auto", *LAYERS)), CLUSTER_IDS, st.sampled_from((None, False, True)))
def test_any_octets_end_in_a_tree(octets: bytes, layer: str, cluster: int | None, has_fcs: bool | None) -> None:
    if layer == "zdp" and cluster is None:
        cluster = 0
    check(Decoder(KEYS, Hints(cluster, None, has_fcs)).decode(octets, layer), octets)


@given(st.sampled_from(FRAMES), st.data())
def test_frames_that_were_damaged_end_in_a_tree(octets: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(octets) - 1))
    damage = data.draw(st.sampled_from(("cut", "flip", "insert")))
    if damage == "cut":
        octets = octets[:at]
    elif damage == "flip":
        octets = octets[:at] + bytes((octets[at] ^ data.draw(st.integers(1, 255)),)) + octets[at + 1 :]
    else:
        octets = octets[:at] + data.draw(st.binary(min_size=1, max_size=3)) + octets[at:]
    check(Decoder(KEYS).decode(octets), octets)


def test_frames_of_every_kind_are_decoded_whole() -> None:
    """But fragments: their message is in several frames."""
    decoder = Decoder(KEYS)
    partial = [frame.layers[-1].name for frame in map(decoder.decode, FRAMES) if not frame.is_whole]
    assert partial == ["Fragment", "Fragment"]


@given(st.text(alphabet="0123456789abcdefABCDEFx\\ ,:#|{}[]\n\t-.=;'\"g\x1b", max_size=200))
def test_any_text_is_frames_or_one_error(text: str) -> None:
    try:
        lines = [frame.line for frame in frames(text) if frame.octets]
    except PastedError as error:
        lines = [error.line]
    assert all(1 <= line <= len(text.splitlines()) for line in lines)


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), st.sampled_from((16, 8)))
def test_dumps_come_back_as_the_frames_that_they_show(several: list[bytes], width: int) -> None:
    """In the form in which Wireshark copies them, with the text column that may look like octets."""
    lines = []
    for octets in several:
        for at in range(0, len(octets), width):
            row = octets[at : at + width]
            shown = "".join(chr(octet) if 32 < octet < 127 else "." for octet in row)
            lines.append(f"{at:04x}   {row.hex(' '):<{3 * width - 1}}   {shown}")
        lines.append("")
    assert [frame.octets for frame in frames("\n".join(lines))] == several
