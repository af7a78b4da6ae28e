"""The profile `hanbench` in Wireshark's personal configuration: written, given keys, and removed again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import CaptureKey
from hanbench.harness.capture.keyfile import TABLE
from hanbench.harness.files import make_folder, write_whole
from hanbench.harness.wireshark import profile_data
from hanbench.harness.wireshark.interfaces import Interface
from hanbench.harness.wireshark.keys import WELL_KNOWN, KeyFileHeader, key_file_header, merge, take_out

MARK = "hanbench.txt"
"""A file that marks the profile as hanbench's; a folder without it belongs to the user."""
_SAYS = "This Wireshark profile was made by `hanbench extcap install`, and `hanbench extcap remove` takes it away.\n"
WRITTEN = ("preferences", "colorfilters", "dfilter_buttons")
_LEFT_BEHIND = ("recent",)
"""Window sizes, which Wireshark writes into every profile."""


class ForeignError(Exception):
    """A file or folder has a name that hanbench needs, but was not made by hanbench. The text is one line."""


def made_by_hanbench(folder: Path) -> bool:
    """Return whether a profile's folder was made by hanbench."""
    return (folder / MARK).is_file()


def write(folder: Path, interfaces: Iterable[Interface]) -> int:
    """Write the profile, with the keys of these benches; return how many of them are new in it.

    Raises ForeignError for a profile not made by hanbench, ProfileError, and OutputError.
    """
    if not made_by_hanbench(folder) and _has_files(folder):
        raise ForeignError(f"{folder}: a profile of this name exists, and was not made by hanbench")
    known = [key_file_header(BenchFile(interface.bench, str(interface.path))) for interface in interfaces]
    data = profile_data.load()
    gsme = profile_data.of_gsme(*_addresses(known))
    make_folder(folder)
    write_whole(folder / MARK, _SAYS)
    texts = (
        profile_data.preferences(),
        profile_data.colour_filters(data, gsme),
        profile_data.buttons(data, gsme),
    )
    for name, text in zip(WRITTEN, texts, strict=True):
        write_whole(folder / name, text)
    return add_keys(folder, (WELL_KNOWN, *(key for each in known for key in each.keys)))


def _has_files(folder: Path) -> bool:
    """Return whether a folder has files, but for what `write` or `remove` leaves if it is killed."""
    left = f".{MARK}.new"
    return folder.exists() and (not folder.is_dir() or any(each.name != left for each in folder.iterdir()))


def _addresses(known: list[KeyFileHeader]) -> tuple[list[int], list[int]]:
    eui64s = [each.gsme for each in known if each.gsme is not None]
    return eui64s, [short for each in known for short in each.gsme_shorts]


def add_keys(folder: Path, keys: Iterable[CaptureKey]) -> int:
    """Add keys to the profile; return how many are new in it. Raises OutputError."""
    return merge(folder / TABLE, keys)


def remove(folder: Path) -> list[Path]:
    """Remove hanbench's files; return the other files, which stay. A profile not made by hanbench stays."""
    if not made_by_hanbench(folder):
        return []
    take_out(folder / TABLE)
    for name in (*WRITTEN, *_LEFT_BEHIND, MARK):
        (folder / name).unlink(missing_ok=True)
    left = sorted(folder.iterdir())
    if not left:
        folder.rmdir()
    return left
