"""`hanbench diagnose` against tshark: both find the same in a capture, and tshark reads one that carries its keys."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hanbench.harness.capture import keyfile
from hanbench.harness.capture.embedding import embed
from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.field import diagnose, gather
from hanbench.harness.field.secrets import secrets_of
from tests.interop.tshark import Tshark
from tests.support.field_captures import HOUR, FieldStory, told, written

FIELDS = ("frame.number", "zbee_nwk.src", "zbee_nwk.dst", "zbee.sec.src64", "zbee.sec.counter", "zbee_aps.cluster")
"""What both read; the counter and the EUI-64 stand twice where the APS layer is secured too."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> FieldStory:
    return told("aps-counter-reset", "tshark", tmp_path_factory.mktemp("story"), after=6 * HOUR)


@pytest.fixture
def capture(story: FieldStory, tmp_path: Path) -> Path:
    path = written(story.frames, tmp_path / "home.pcapng")
    keyfile.write(keyfile.beside(path), story.keys)
    return path


@pytest.fixture
def tshark() -> Tshark:
    found = Tshark.find()
    if found is None:
        pytest.skip("tshark is not installed")
    return found


def test_tshark_finds_the_same_addresses_counters_and_clusters(capture: Path, tshark: Tshark) -> None:
    arguments = ["-Y", "zbee_nwk", "-T", "fields", *(part for name in FIELDS for part in ("-e", name))]
    theirs = {}
    for line in tshark.run(capture, *arguments).splitlines():
        number, source, target, eui, counter, cluster = line.split("\t")
        theirs[int(number)] = (source, target, eui.partition(",")[0], counter.partition(",")[0], cluster)
    found = diagnose(read_foreign(capture), gather(capture))
    compared = 0
    for frame in found.observed.frames:
        if frame.number not in theirs or frame.nwk_counter is None or frame.origin is None or frame.target is None:
            continue
        source, target, eui, counter, cluster = theirs[frame.number]
        assert (int(source, 16), int(target, 16)) == (frame.origin.short, frame.target.short)
        assert int(counter) == frame.nwk_counter
        assert int(eui.replace(":", ""), 16) == frame.sender_ieee
        if cluster and frame.aps is not None:
            assert int(cluster, 16) == frame.aps.cluster
        compared += 1
    assert compared > 300


def test_tshark_names_the_frame_at_which_the_counter_went_back(capture: Path, tshark: Tshark) -> None:
    """The first frame of the sign: tshark shows a lower counter there than in the meter's frame before."""
    found = diagnose(read_foreign(capture), gather(capture))
    back = found.signs["link-counter-back"].frames[0]
    gsme = next(iter(found.home.gsme.shorts)).short
    rule = f"zbee_nwk.src == 0x{gsme:04x} && zbee_aps.security == 1 && frame.number <= {back}"
    lines = tshark.run(capture, "-Y", rule, "-T", "fields", "-e", "frame.number", "-e", "zbee.sec.counter").splitlines()
    counters = [(int(number), int(both.split(",")[-1])) for number, both in (line.split("\t") for line in lines)]
    assert counters[-1][0] == back
    assert counters[-1][1] < counters[-2][1]


def test_a_capture_with_its_keys_is_whole_for_tshark_and_opens_here_alone(capture: Path, tshark: Tshark) -> None:
    """tshark 4.0 reads Decryption Secrets Blocks and has no reader for ZigBee's: docs/decisions.md."""
    before = tshark.run(capture, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info")
    embed(capture, secrets_of(capture, keyfile.read(keyfile.beside(capture))))
    assert tshark.run(capture, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info") == before
    keyfile.beside(capture).unlink()
    read = read_foreign(capture)
    alone = diagnose(read, gather(capture, read.secrets))
    assert alone.ranked[0].fault_class.id == "link-counter"


@pytest.mark.skipif(shutil.which("editcap") is None, reason="editcap is not installed")
@pytest.mark.parametrize("form", ["pcap", "nsecpcap", "pcapng"])
def test_what_editcap_writes_is_read_as_the_original(form: str, capture: Path, tmp_path: Path) -> None:
    other = tmp_path / f"other.{form}"
    subprocess.run(["editcap", "-F", form, str(capture), str(other)], check=True, capture_output=True)
    assert read_foreign(other).frames == read_foreign(capture).frames
