"""Key files: Wireshark's form, for the owner's eyes, and keys show nowhere else."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from hanbench.emulator.zigbee.storage import LinkKey, NonVolatile
from hanbench.harness.capture import CaptureError, CaptureKey, KeyRing, keyfile

NETWORK, ROTATED, LINK = (bytes(range(start, start + 16)) for start in (0x10, 0x20, 0x30))


@pytest.fixture
def ring() -> KeyRing:
    hub, meter = NonVolatile(0x00124B0000000001), NonVolatile(0x00124B0000000002)
    hub.network_keys[1], hub.network_keys[0] = ROTATED, NETWORK
    hub.link_keys[0x00124B0000000002] = LinkKey(LINK)
    meter.network_keys[0] = NETWORK
    meter.link_keys[0] = LinkKey(LINK)
    ring = KeyRing()
    ring.follow("hub", hub)
    ring.follow("gsme", meter)
    return ring


def test_a_key_that_came_and_went_is_kept() -> None:
    storage, ring = NonVolatile(0x00124B0000000001), KeyRing()
    ring.follow("hub", storage)
    storage.link_keys[2] = LinkKey(LINK)
    storage.link_keys[2] = LinkKey(ROTATED)
    storage.network_keys[0] = NETWORK
    storage.network_keys.clear()
    assert [key.octets for key in ring] == [LINK, ROTATED, NETWORK]


def test_each_key_is_listed_once_in_order_of_arrival(ring: KeyRing) -> None:
    assert [(key.label, key.octets) for key in ring] == [
        ("network key 0", NETWORK),
        ("network key 1", ROTATED),
        ("hub link key with 00124b0000000002", LINK),
    ]


def test_the_file_has_wiresharks_form(ring: KeyRing, tmp_path: Path) -> None:
    path = keyfile.beside(tmp_path / "a.pcapng")
    keyfile.write(path, ring)
    rows = path.read_text().splitlines()
    assert path.name == "a.keys"
    assert rows[0].startswith("# ")
    assert rows[1] == '"101112131415161718191a1b1c1d1e1f","Normal","network key 0"'
    assert len(rows) == 4


def test_only_the_owner_reads_the_file(ring: KeyRing, tmp_path: Path) -> None:
    path = tmp_path / "a.keys"
    path.write_text("older")
    path.chmod(0o644)
    keyfile.write(path, ring)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_is_read_back(ring: KeyRing, tmp_path: Path) -> None:
    keyfile.write(tmp_path / "a.keys", ring)
    assert keyfile.read(tmp_path / "a.keys") == list(ring)


@pytest.mark.parametrize(
    "row",
    [
        '"1011","Normal","short"',
        '"101112131415161718191a1b1c1d1e1f","Reverse","other byte order"',
        "101112131415161718191a1b1c1d1e1f",
        '"101112131415161718191a1b1c1d1e1f","Normal","tab\there"',
        "\x00\xff",
    ],
)
def test_a_row_that_is_no_key_is_named(row: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.keys"
    path.write_text(f"# comment\n\n{row}\n", encoding="latin-1")
    with pytest.raises(CaptureError, match=r"bad\.keys: line 3: expected"):
        keyfile.read(path)


def test_a_key_prints_without_its_octets(ring: KeyRing) -> None:
    for key in ring:
        assert key.octets.hex() not in f"{key} {key!r}"
        assert repr(key.octets) not in f"{key} {key!r}"


@pytest.mark.parametrize(("label", "octets"), [("short", bytes(15)), ('quo"te', bytes(16)), ("new\nline", bytes(16))])
def test_what_is_no_key_is_refused(label: str, octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"key has 16 octets|printable"):
        CaptureKey(label, octets)


def test_the_hint_opens_the_capture_and_shows_no_key(ring: KeyRing, tmp_path: Path) -> None:
    """Run the hint in a shell, with a stand-in for Wireshark that says what it was given."""
    capture = tmp_path / "it's a capture.pcapng"
    keyfile.write(keyfile.beside(capture), ring)
    fallback_link_key = tmp_path / "wireshark"
    fallback_link_key.write_text('#!/bin/sh\nprintf "%s\\n" "$1"; cat "$WIRESHARK_CONFIG_DIR/zigbee_pc_keys"\n')
    fallback_link_key.chmod(0o755)
    hint = keyfile.hint(capture)
    assert not any(key.octets.hex() in hint for key in ring)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    result = subprocess.run(["/bin/sh", "-c", hint], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout == f"{capture}\n{keyfile.beside(capture).read_text()}"


def test_the_command_line_form_names_the_table(ring: KeyRing) -> None:
    options = keyfile.options(ring)
    assert options[:2] == ["-o", 'uat:zigbee_pc_keys:"101112131415161718191a1b1c1d1e1f","Normal","network key 0"']
    assert len(options) == 2 * len(ring)
