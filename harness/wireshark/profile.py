"""The profile `hanbench` in Wireshark's personal configuration: written, given keys, and taken away again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import CaptureKey
from hanbench.harness.capture.keyfile import TABLE
from hanbench.harness.wireshark import profile_data as look
from hanbench.harness.wireshark.interfaces import Interface
from hanbench.harness.wireshark.keys import WELL_KNOWN, KeyFileHeader, key_file_header, merge, take_out

MARK = "hanbench.txt"
"""A file that says whose the profile is: without it the folder is somebody else's."""
_SAYS = "This Wireshark profile was made by `hanbench extcap install`, and `hanbench extcap remove` takes it away.\n"
WRITTEN = ("preferences", "colorfilters", "dfilter_buttons")
_LEFT_BEHIND = ("recent",)
"""Window sizes: Wireshark writes them into every profile."""


class ForeignError(Exception):
    """What is in our place is not ours. The text is one line: where, and what is there."""


def made_by_hanbench(folder: Path) -> bool:
    """Whether a profile's folder was made by us."""
    return (folder / MARK).is_file()


def write(folder: Path, interfaces: Iterable[Interface]) -> int:
    """Write the profile, with what these benches begin with; return how many keys are new in it.

    Raises ForeignError for a profile that is not ours, ProfileError, and OSError.
    """
    if folder.exists() and not made_by_hanbench(folder):
        raise ForeignError(f"{folder}: a profile of this name is there, and was not made by hanbench")
    known = [key_file_header(BenchFile(interface.bench, str(interface.path))) for interface in interfaces]
    made = look.load()
    gsme = look.of_gsme(*_addresses(known))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(_SAYS, encoding="utf-8")
    texts = (look.preferences(), look.colour_filters(made, gsme), look.buttons(made, gsme))
    for name, text in zip(WRITTEN, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return add_keys(folder, (WELL_KNOWN, *(key for each in known for key in each.keys)))


def _addresses(known: list[KeyFileHeader]) -> tuple[list[int], list[int]]:
    eui64s = [each.gsme for each in known if each.gsme is not None]
    return eui64s, [short for each in known for short in each.gsme_shorts]


def add_keys(folder: Path, keys: Iterable[CaptureKey]) -> int:
    """Add keys to the profile; return how many it did not have. Raises OSError."""
    return merge(folder / TABLE, keys)


def remove(folder: Path) -> list[Path]:
    """Take away what we wrote; return what else is in the folder and stays. A profile of somebody else's is left."""
    if not made_by_hanbench(folder):
        return []
    take_out(folder / TABLE)
    for name in (*WRITTEN, *_LEFT_BEHIND, MARK):
        (folder / name).unlink(missing_ok=True)
    left = sorted(folder.iterdir())
    if not left:
        folder.rmdir()
    return left
