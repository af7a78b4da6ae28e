"""Key files, with which Wireshark decrypts a capture. Only this module writes keys to files.

The form is that of Wireshark's table `zigbee_pc_keys`: one line for each key, with key, byte order and label in quotes.
It has network keys and link keys; Wireshark derives key-transport and key-load keys by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.keys import redacted
from hanbench.emulator.zigbee.storage import LinkKey, NonVolatile
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.files import PRIVATE, write_whole
from hanbench.profiles.reading import read_octets

LARGEST = 1_000_000
"""Maximum octets of a file to read."""
TABLE = "zigbee_pc_keys"
"""Wireshark's name of the table, and of its file in a configuration directory."""
SUFFIX = ".keys"
_HEADER = "# Keys of the capture beside this file, as Wireshark's zigbee_pc_keys. Keep them from others.\n"
_LINE = re.compile(r'"(?P<octets>[0-9A-Fa-f]{32})","Normal","(?P<label>[^"]*)"')


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """A key with a label. Its text form is redacted."""

    label: str
    octets: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.octets) != KEY_LENGTH:
            raise ValueError(f"{self.label}: a key has {KEY_LENGTH} octets, not {len(self.octets)}")
        if not self.label.isprintable() or '"' in self.label:
            raise ValueError(f"{self.label!r}: a label is printable text without quotes")

    def __str__(self) -> str:
        return f"{self.label} {redacted(self.octets)}"

    @property
    def row(self) -> str:
        """The key as a row of Wireshark's table, unredacted: not for logs."""
        return f'"{self.octets.hex()}","Normal","{self.label}"'


class KeyRing:
    """The keys of one capture, each once, in the order of their use."""

    def __init__(self, home: str = "") -> None:
        """`home`: named in the labels, where a capture has the keys of several homes."""
        self._keys: dict[bytes, CaptureKey] = {}
        self._prefix = f"{home}: " if home else ""

    def add(self, label: str, octets: bytes) -> None:
        """Add a key; a known one keeps its first label. Raises ValueError if it is not a key."""
        key = CaptureKey(label, octets)
        self._keys.setdefault(octets, key)

    def merge(self, other: KeyRing) -> None:
        """Add the keys of another ring; known ones keep their first label."""
        for octets, key in other._keys.items():
            self._keys.setdefault(octets, key)

    def follow(self, name: str, storage: NonVolatile) -> None:
        """Add all present and future keys of a device; the device itself keeps only the latest."""

        def network_key(sequence: int, octets: bytes) -> None:
            self.add(f"{self._prefix}network key {sequence}", octets)

        def link_key(partner: int, link: LinkKey) -> None:
            self.add(f"{self._prefix}{name} link key with {partner:016x}", link.key)

        for sequence, octets in sorted(storage.network_keys.items()):
            network_key(sequence, octets)
        for partner, link in sorted(storage.link_keys.items()):
            link_key(partner, link)
        storage.network_keys.watcher, storage.link_keys.watcher = network_key, link_key

    def __iter__(self) -> Iterator[CaptureKey]:
        return iter(tuple(self._keys.values()))  # a key may join meanwhile, in another thread

    def __len__(self) -> int:
        return len(self._keys)


def beside(capture: Path) -> Path:
    """Return the path of a capture's key file."""
    return capture.with_suffix(SUFFIX)


def write(path: Path, keys: Iterable[CaptureKey]) -> None:
    """Write a key file that only its owner can read, replacing an older one. Raises OutputError."""
    write_whole(path, _HEADER + "".join(f"{key.row}\n" for key in keys), PRIVATE)


def read(path: Path) -> list[CaptureKey]:
    """Read the keys of a key file. Raises CaptureError, which names the invalid line, or ProfileError."""
    keys = []
    text = read_octets(path, LARGEST, "key file").decode(errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or not match["label"].isprintable():
            raise CaptureError(path, f"line {number}", 'expected "32 hexadecimal digits","Normal","label"')
        keys.append(CaptureKey(match["label"], bytes.fromhex(match["octets"])))
    return keys


def options(keys: Iterable[CaptureKey]) -> list[str]:
    """Return the keys as options of tshark or Wireshark. Other users of the machine can see them there."""
    return [part for key in keys for part in ("-o", f"uat:{TABLE}:{key.row}")]


EARLY_SMART_ENERGY = "zbee_aps.zbeeseversion:SE 1.1b"
"""Wireshark's preference for devices from before SE 1.2; by default it decodes frames as those of later ones."""


def hint(capture: Path, *preferences: str) -> str:
    """Return a shell command that opens a capture with its keys, without showing them, and with these preferences."""
    keys, frames = quote(str(beside(capture))), quote(str(capture))
    arguments = "".join(f"-o {quote(preference)} " for preference in preferences)
    return f'd=$(mktemp -d) && cp {keys} "$d"/{TABLE} && WIRESHARK_CONFIG_DIR="$d" wireshark {arguments}{frames}'
