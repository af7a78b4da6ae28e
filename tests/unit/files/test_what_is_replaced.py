"""What a file that hanbench writes replaces: a file, or nothing. rename(2) would replace a device or a pipe too."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hanbench.harness.files import GrowingWholeFile, OutputError, PiecewiseFile, WholeFile, make_folder, write_whole
from tests.unit.files.test_files import full_disk

WRITERS = [WholeFile, PiecewiseFile, GrowingWholeFile]


def _device(path: Path) -> None:
    """A copy of /dev/null (mem(4): 1, 3), so that no test can harm the machine's own."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("device nodes can be made by root alone")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


KINDS: dict[str, Callable[[Path], None]] = {
    "a device": _device,
    "a named pipe": os.mkfifo,
    "a socket": _socket,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, writer: type, kind: str, linked: bool) -> None:
    node = tmp_path / "node"
    KINDS[kind](node)
    named = tmp_path / "link" if linked else node
    if linked:
        named.symlink_to("node")
    before, names = node.lstat(), sorted(tmp_path.iterdir())
    with pytest.raises(OutputError) as raised:
        writer(named)
    assert str(raised.value) == f"{named}: cannot be written: it is {kind}; expected a file, or a new name"
    after = node.lstat()
    assert (after.st_mode, after.st_rdev, after.st_ino) == (before.st_mode, before.st_rdev, before.st_ino)
    assert sorted(tmp_path.iterdir()) == names


@pytest.mark.parametrize("exists", [False, True])
def test_a_link_stays_and_its_target_is_written(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "other").mkdir()
    target, link = tmp_path / "other" / "target", tmp_path / "link"
    if exists:
        target.write_text("old")
    link.symlink_to("other/target")
    write_whole(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_link_to_itself_is_one_line(tmp_path: Path, writer: type) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="loop: cannot be written: Too many levels of symbolic links"):
        writer(tmp_path / "loop")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["n" * 300, "d/" * 3000 + "file"])
def test_a_name_that_is_too_long_is_one_line(tmp_path: Path, writer: type, name: str) -> None:
    with pytest.raises(OutputError, match="File name too long"):
        writer(tmp_path / name)


@pytest.mark.parametrize("name", ["n" * 300, "d/" * 3000])
def test_a_folder_whose_path_is_too_long_is_not_made_in_part(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="expected a writable folder: File name too long"):
        make_folder(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_growing_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_text("old")
    stream = GrowingWholeFile(path)
    stream.write(b"new")
    stream.flush()
    assert path.read_text() == "old"
    stream.close()
    stream.close()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.pcapng", "new")]


def test_a_killed_writer_of_a_growing_file_leaves_no_name(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    if not (writer := os.fork()):
        stream = GrowingWholeFile(path)
        stream.write(b"half")
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(writer, 0)
    assert [each.name for each in tmp_path.iterdir()] == [".a.pcapng.new"]
    stream = GrowingWholeFile(path)
    stream.write(b"whole")
    stream.close()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.pcapng", "whole")]


def test_a_growing_file_that_does_not_fit_leaves_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_text("old")
    stream = GrowingWholeFile(path)
    with full_disk():
        stream.write(b"x" * 1_000)
        with pytest.raises(OutputError, match=r"a\.pcapng: cannot be written: File too large"):
            stream.close()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.pcapng", "old")]
