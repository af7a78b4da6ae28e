"""What captures prove: homes with and without faults, as `tests.support.field_captures` tells them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanbench.harness.capture import CapturedFrame, keyfile
from hanbench.harness.cli.main import main
from hanbench.harness.field import FieldVerdict
from tests.support.confusion import class_of
from tests.support.field_captures import HEALTHY, HOUR, FieldStory, Variant, named, settings, told, variant, written

SOME = ("battery-dead", "firmware-hung", "aps-counter-reset", "unknown-issuer", "certificate-mismatch")
HUBS = ("hub-counter-lost", "hub-exchanged", "hub-full", "repeater-gone")
"""Faults of the hub itself, and of what stands between it and the meter."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], FieldStory]:
    folder, known = tmp_path_factory.mktemp("stories"), {}

    def tell(fault: str) -> FieldStory:
        if fault not in known:
            known[fault] = told(fault, "unit", folder, after=8 * HOUR)
        return known[fault]

    return tell


def diagnosed(
    capsys: pytest.CaptureFixture[str], frames: tuple[CapturedFrame, ...], told: FieldStory, folder: Path, *options: str
) -> tuple[int, dict[str, Any]]:
    """Run `hanbench diagnose --json` on frames, with the keys of their story beside them."""
    path = written(frames, folder / "a.pcapng")
    keyfile.write(keyfile.beside(path), told.keys)
    with pytest.raises(SystemExit) as ended:
        main(["diagnose", str(path), "--json", *options])
    status = ended.value.code
    assert isinstance(status, int)
    return status, msgspec.json.decode(capsys.readouterr().out)


def test_a_healthy_meter_is_heard_well(story, capsys, tmp_path) -> None:
    told = story(HEALTHY)
    status, found = diagnosed(capsys, told.frames, told, tmp_path)
    assert (status, found["verdict"], found["classes"]) == (0, "heard well", [])
    assert found["gsme"] == f"{told.gsme:016x}"
    roles = {device["role"] for device in found["devices"]}
    assert roles == {"hub", "gas meter", "electricity meter"}


@pytest.mark.parametrize("fault", [*SOME, *HUBS])
def test_a_fault_is_named_first_with_its_frames(fault: str, story, capsys, tmp_path) -> None:
    told = story(fault)
    status, found = diagnosed(capsys, told.frames, told, tmp_path)
    assert (status, found["verdict"]) == (1, "supports a HAN failure")
    first = found["classes"][0]
    assert fault in first["faults"]
    assert first["id"] == class_of(fault).id
    assert first["signs"][0]["frames"]


def test_a_hub_without_power_proves_nothing_about_the_meter(story, capsys, tmp_path) -> None:
    told = story("hub-without-power")
    status, found = diagnosed(capsys, told.frames, told, tmp_path)
    assert (status, found["code"], found["classes"][0]["id"]) == (2, "hub-not-heard", "hub-silent")


def test_half_an_hour_of_a_dead_meter_proves_nothing(story, capsys, tmp_path) -> None:
    told = story("battery-dead")
    end = told.onset + 1800 * 1_000_000
    frames = tuple(frame for frame in told.frames if told.onset < frame.time < end)
    status, found = diagnosed(capsys, frames, told, tmp_path, "--gsme", f"{told.gsme:016x}")
    assert (status, found["verdict"]) == (2, "proves nothing")
    assert found["code"] in ("too-short", "hub-not-heard")


def test_without_keys_nothing_is_proved(story, capsys, tmp_path) -> None:
    told = story("battery-dead")
    (tmp_path / "none.keys").write_text("# no key\n")
    keys = ("--keys", str(tmp_path / "none.keys"))
    status, found = diagnosed(capsys, told.frames, told, tmp_path, *keys)
    assert (status, found["code"]) == (2, "no-key")
    assert found["unknown_keys"][0]["key"] == "network key 0"


def test_the_network_key_alone_is_enough_for_silence(story, capsys, tmp_path) -> None:
    told = story("battery-dead")
    (tmp_path / "none.keys").write_text("# no key\n")
    network = next(key.octets.hex() for key in told.keys if key.label == "network key 0")
    keys = ("--keys", str(tmp_path / "none.keys"), "--key", network)
    status, found = diagnosed(capsys, told.frames, told, tmp_path, *keys)
    assert (status, found["classes"][0]["id"]) == (1, "silence")


def test_an_install_code_and_the_joining_are_enough(story, capsys, tmp_path) -> None:
    told = story(HEALTHY)
    (tmp_path / "none.keys").write_text("# no key\n")
    code = settings(named(HEALTHY, told.seed)).gsme.install_code.hex()
    keys = ("--keys", str(tmp_path / "none.keys"), "--install-code", f"{told.gsme:016x}={code}")
    status, found = diagnosed(capsys, told.frames, told, tmp_path, *keys)
    assert (status, found["verdict"], found["gsme"]) == (0, "heard well", f"{told.gsme:016x}")
    assert {each["key"] for each in found["unknown_keys"]} <= {
        "link key of gas meter and hub",
        "link key of electricity meter and hub",
        "network key 0",
    }


def test_a_sniffer_that_misses_a_third_calls_no_healthy_meter_failed(story, capsys, tmp_path) -> None:
    told = story(HEALTHY)
    status, found = diagnosed(capsys, variant(told, Variant.THINNED), told, tmp_path)
    assert (status, found["verdict"]) == (0, FieldVerdict.HEARD_WELL)


def test_the_page_shows_the_evidence_and_no_key(story, capsys, tmp_path) -> None:
    told = story("unknown-issuer")
    diagnosed(capsys, told.frames, told, tmp_path, "--out", str(tmp_path / "out"))
    page = (tmp_path / "out" / "diagnosis.html").read_text()
    assert "UNKNOWN_ISSUER" in page
    assert not any(key.octets.hex() in page for key in told.keys)
    assert msgspec.json.decode((tmp_path / "out" / "diagnosis.json").read_bytes())["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["missing.pcap"], "missing.pcap: file: cannot be read"),
        (["x.pcap", "--gsme", "12"], "--gsme: expected an EUI-64 of 16 hexadecimal digits"),
        (["x.pcap", "--key", "12"], "expected a key of 32 hexadecimal digits"),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, line, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    poll = bytes.fromhex("6388071a620000c7be04")
    header = bytes.fromhex("d4c3b2a1") + struct.pack("<HHiIII", 2, 4, 0, 0, 65535, 230)
    (tmp_path / "x.pcap").write_bytes(header + struct.pack("<4I", 1, 1, len(poll), len(poll)) + poll)
    with pytest.raises(SystemExit) as ended:
        main(["diagnose", *arguments])
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1
