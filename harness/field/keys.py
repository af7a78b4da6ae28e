"""The keys for a capture: from key files, Wireshark profiles, the command line, and the capture itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.security.keys import hashed_link_key
from hanbench.harness.capture import CaptureError, KeyRing
from hanbench.harness.capture.keyfile import TABLE, beside
from hanbench.harness.capture.packets import Secrets
from hanbench.harness.capture.secrets import key_of
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 1_000_000
"""Maximum octets of a key file."""
MOST_KEYS = 200
"""Maximum number of keys: each is tried on each frame that no other one opens."""
_ROW = re.compile(r'"(?P<key>[^"]*)"\s*,\s*"(?P<order>Normal|Reverse)"\s*,\s*"(?P<label>[^"]*)"')
_BETWEEN = re.compile(r"[\s:.\-]")
_HEX = re.compile(r"[0-9A-Fa-f]{32}")


class KeyInputError(ValueError):
    """A key or an install code on the command line is invalid. The text is one line."""


@dataclass
class FieldKeys:
    """The keys for one capture."""

    ring: KeyRing = field(default_factory=KeyRing)
    """What opens frames; keys that the capture carries join it while it is read."""
    install_codes: dict[int, bytes] = field(default_factory=dict)
    """By EUI-64: the link key that follows from the install code."""
    sources: list[str] = field(default_factory=list)
    """Where the keys come from, in words."""

    def add(self, label: str, octets: bytes) -> None:
        """Add a key, unless there are `MOST_KEYS`."""
        if len(self.ring) < MOST_KEYS:
            self.ring.add("".join(filter(_allowed, label))[:80], octets)


def _allowed(character: str) -> bool:
    return character.isprintable() and character != '"'


def gather(
    capture: Path,
    secrets: Iterable[Secrets] = (),
    *,
    files: Sequence[Path] = (),
    keys: Sequence[str] = (),
    install_codes: Sequence[str] = (),
) -> FieldKeys:
    """Return all keys for a capture.

    `files`: key files or folders of Wireshark profiles; without any, the key file beside the capture if there is one.
    `keys`: 32 hexadecimal digits each. `install_codes`: `EUI64=CODE`. Raises CaptureError for an invalid file, and
    KeyInputError for an invalid key or code.
    """
    found = FieldKeys()
    for text in keys:
        found.add("command line", _key(text))
    for text in install_codes:
        _add_install_code(found, text)
    if keys or install_codes:
        found.sources.append("the command line")
    if not files and beside(capture) != capture and beside(capture).is_file():
        files = (beside(capture),)
    for path in files:
        _add_file(found, path / TABLE if path.is_dir() else path)
    for number, each in enumerate(secrets, start=1):
        try:
            octets = key_of(each)
        except ValueError as error:
            raise CaptureError(capture, f"decryption secrets {number}", str(error)) from None
        if octets is not None:
            found.add(f"decryption secrets {number}", octets)
            found.sources.append("the capture's decryption secrets")
    found.sources[:] = dict.fromkeys(found.sources)
    return found


def _key(text: str) -> bytes:
    digits = _BETWEEN.sub("", text).removeprefix("0x")
    if not _HEX.fullmatch(digits):
        # The text may be a mistyped key: it is not repeated.
        raise KeyInputError(f"expected a key of 32 hexadecimal digits, not {len(digits)} characters")
    return bytes.fromhex(digits)


def _add_install_code(found: FieldKeys, text: str) -> None:
    address, equals, code = text.partition("=")
    try:
        if not equals:
            raise ValueError("expected EUI64=CODE")
        ieee = eui64(address)
        link_key = InstallCode.from_text(code).link_key
    except ValueError as error:
        raise KeyInputError(str(error).replace(repr(code), "this one")) from None
    found.install_codes[ieee] = link_key
    found.add(f"install code of {ieee:016x}", link_key)
    found.add(f"hash of the install code's key of {ieee:016x}", hashed_link_key(link_key))


def eui64(text: str) -> int:
    """Return an EUI-64 from its text: 16 hexadecimal digits, separators ignored. Raises ValueError."""
    digits = _BETWEEN.sub("", text).removeprefix("0x")
    if not re.fullmatch(r"[0-9A-Fa-f]{16}", digits):
        raise ValueError(f"expected an EUI-64 of 16 hexadecimal digits, got {text!r}")
    return int(digits, 16)


def _add_file(found: FieldKeys, path: Path) -> None:
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ROW.fullmatch(line.strip())
        octets = None if match is None else _wireshark_key(match["key"])
        if match is None or octets is None:
            raise CaptureError(path, f"line {number}", 'expected "32 hexadecimal digits","Normal","label"')
        found.add(match["label"] or path.name, octets[::-1] if match["order"] == "Reverse" else octets)
    found.sources.append(path.name)


def _lines(path: Path) -> list[str]:
    try:
        octets = read_octets(path, LARGEST, "key file")
    except ProfileError as error:
        raise CaptureError(path, "file", error.problem) from None
    return octets.decode(errors="replace").splitlines()


def _wireshark_key(text: str) -> bytes | None:
    """Return the key in a row of Wireshark's table, which may be hexadecimal or 16 characters; None: it is neither."""
    digits = _BETWEEN.sub("", text)
    if _HEX.fullmatch(digits):
        return bytes.fromhex(digits)
    octets = text.encode(errors="replace")
    return octets if len(octets) == KEY_LENGTH else None
