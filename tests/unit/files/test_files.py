"""Folders and files that hanbench writes: locked, whole, and named in the error."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Timer

import pytest

from hanbench.harness import files
from hanbench.harness.files import OutputError, WholeFile, locked_folder, scratch, write_whole


@contextmanager
def full_disk():
    """Let no file of this process grow beyond 100 octets."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_missing_folder_is_made_with_those_above_it(tmp_path):
    with locked_folder(tmp_path / "a" / "b") as folder:
        write_whole(folder / "file", "text")
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_a_made_folder_that_stays_empty_is_removed(tmp_path):
    with locked_folder(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_of_the_user_stays(tmp_path):
    with locked_folder(tmp_path):
        pass
    assert tmp_path.exists()


def test_a_second_run_in_the_same_folder_is_told_so(tmp_path):
    said = r"another run of hanbench( \(process \d+\))? writes here"
    with locked_folder(tmp_path), pytest.raises(OutputError, match=said), locked_folder(tmp_path):
        pass
    with locked_folder(tmp_path):
        pass


def test_a_lock_ends_with_its_process_though_a_worker_of_it_lives_on(tmp_path):
    """flock(2): a lock lasts until all copies of the descriptor are closed, and a forked process has copies."""
    forked, blocked = os.pipe(), os.pipe()
    with locked_folder(tmp_path):
        worker = os.fork()
        if worker == 0:
            os.write(forked[1], b"x")
            os.read(blocked[0], 1)
            os._exit(0)
        os.read(forked[0], 1)
        with pytest.raises(OutputError), locked_folder(tmp_path):
            pass  # the worker's copy is closed, and the lock is still there
    try:
        with locked_folder(tmp_path):
            pass
    finally:
        os.write(blocked[1], b"x")
        os.waitpid(worker, 0)
        for end in (*forked, *blocked):
            os.close(end)


DYING = """
import os, signal, sys, time
def wait():
    os.write(1, b"x")
    os.read(0, 1)
os.register_at_fork(after_in_child=wait)  # before that of the lock, which is registered when its module is imported
from hanbench.harness.files import locked_folder
with locked_folder(__import__("pathlib").Path(sys.argv[1])):
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_lock_of_a_process_killed_while_it_forked_is_waited_for(tmp_path):
    """Its child shares the lock until it has run for a moment; a busy machine makes it wait for that."""
    killed = subprocess.Popen(
        [sys.executable, "-c", DYING, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    with killed:
        assert killed.stdout.read(1) == b"x"
        killed.wait()
        told = Event()

        def tell() -> None:
            told.set()
            killed.stdin.write(b"x")

        child = Timer(0.3, tell)
        child.start()
        with locked_folder(tmp_path):
            assert told.is_set()
        child.join()


@pytest.mark.parametrize("name", ["file/sub", "file"])
def test_a_folder_below_or_instead_of_a_file_is_named(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as raised, locked_folder(tmp_path / name):
        pass
    assert str(raised.value).startswith(f"{tmp_path / name}: expected a writable folder: ")


def test_a_file_system_without_locks_does(tmp_path, monkeypatch):
    def refuse(handle, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with locked_folder(tmp_path):
        pass


def test_a_whole_file_has_its_name_only_when_it_is_complete(tmp_path):
    path = tmp_path / "report.json"
    with WholeFile(path) as stream:
        stream.write(b"new")
        assert not path.exists()
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"new", 1)


def test_two_writers_of_one_file_do_not_share_a_temporary_name(tmp_path):
    with WholeFile(tmp_path / "file") as first, WholeFile(tmp_path / "file") as second:
        first.write(b"first")
        second.write(b"second")
    assert (tmp_path / "file").read_bytes() == b"first"


def test_what_a_killed_writer_left_is_replaced(tmp_path):
    writer = os.fork()
    if writer == 0:
        with WholeFile(tmp_path / "file") as stream:
            stream.write(b"half")
            stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(writer, 0)
    assert [path.name for path in tmp_path.iterdir()] == [".file.new"]
    write_whole(tmp_path / "file", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "whole"


def test_a_link_with_the_temporary_name_is_not_followed(tmp_path):
    (tmp_path / "of-another").write_text("precious")
    (tmp_path / ".file.new").symlink_to("of-another")
    write_whole(tmp_path / "file", "text")
    assert (tmp_path / "of-another").read_text() == "precious"
    assert not (tmp_path / "file").is_symlink()


def _one_line_and_an_error():
    yield b"new"
    raise ValueError("the source is closed")


def test_after_an_error_the_older_file_stays(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "old")
    with pytest.raises(ValueError, match="closed"), WholeFile(path) as stream:
        stream.writelines(_one_line_and_an_error())
    assert (path.read_text(), len(list(tmp_path.iterdir()))) == ("old", 1)


def test_a_full_disk_names_the_file_and_leaves_the_older_one(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "old")
    with pytest.raises(OutputError) as raised, full_disk():
        write_whole(path, b"x" * 1_000_000)
    assert str(raised.value) == f"{path}: cannot be written: File too large"
    assert (path.read_text(), len(list(tmp_path.iterdir()))) == ("old", 1)


def test_a_full_disk_names_the_file_that_a_scratch_file_is_for(tmp_path):
    stream = scratch(tmp_path / "report.html")
    with pytest.raises(OutputError, match=r"report\.html: cannot be written"), full_disk():
        stream.write(b"x" * 1_000_000)
    stream.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_no_reason_to_name_a_temporary_file(tmp_path):
    path = tmp_path / "none" / "keys"
    with pytest.raises(OutputError) as raised:
        write_whole(path, "keys")
    assert str(raised.value) == f"{path}: cannot be written: No such file or directory"


def test_a_private_file_is_private_and_another_follows_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "private", "", files.PRIVATE)
        write_whole(tmp_path / "public", "")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("private", "public")]
    assert modes == [0o600, 0o644]


def test_an_output_error_comes_back_from_a_worker_process(tmp_path):
    error = pickle.loads(pickle.dumps(OutputError(tmp_path, "cannot be written: No space left on device")))
    assert str(error) == f"{tmp_path}: cannot be written: No space left on device"
