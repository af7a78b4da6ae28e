"""Control sockets: private, claimed once, replaced when their bench is dead."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from hanbench.harness.control.runtime import AlreadyUpError, benches_up, claimed, runtime_folder, socket_path
from hanbench.harness.files import OutputError


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("r")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def test_a_socket_is_this_users_alone_and_vanishes() -> None:
    with claimed("a"):
        path = socket_path("a")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert benches_up() == {"a": os.getpid()}
    assert not path.exists()
    assert benches_up() == {}


def test_a_second_bench_of_the_name_is_told_who_has_it() -> None:
    with claimed("a"), pytest.raises(AlreadyUpError, match=f"up already \\(process {os.getpid()}\\)"), claimed("a"):
        pass
    with claimed("a"):
        pass


def test_the_socket_of_a_killed_bench_is_replaced() -> None:
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(socket_path("a")))
    dead.close()
    assert benches_up() == {}
    with claimed("a"):
        assert "a" in benches_up()


def test_a_folder_that_others_can_write_is_refused(runtime: Path) -> None:
    runtime_folder().chmod(0o777)
    with pytest.raises(OutputError, match="others can write it"), claimed("a"):
        pass


def test_a_link_in_place_of_the_folder_is_refused(runtime: Path, tmp_path: Path) -> None:
    (runtime / "hanbench").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="expected a folder of your own"), claimed("a"):
        pass


def test_a_path_that_no_socket_can_have_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("x" * 90)
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    with pytest.raises(OutputError, match="expected at most 107 octets"), claimed("a"):
        pass
