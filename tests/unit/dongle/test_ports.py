"""Ports of virtual dongles that benches share a machine with: the names of ptys, and machines without any."""

from __future__ import annotations

import asyncio
import errno
import os

import pytest

from hanbench.emulator.dongle.ports import PortError, PtyPort


def opened(*ports: PtyPort) -> None:
    async def story() -> None:
        try:
            for port in ports:
                port.open()
        finally:
            for port in ports:
                port.close()

    asyncio.run(story())


def test_a_second_dongle_does_not_take_the_name_of_one_that_is_in_use(tmp_path):
    link = tmp_path / "coordinator"

    async def story() -> None:
        first, second = PtyPort(link), PtyPort(link)
        first.open()
        device = first.device
        with pytest.raises(PortError, match="is the port of a bench that is up; expected another id"):
            second.open()
        assert str(link.readlink()) == device
        first.close()
        second.open()
        assert str(link.readlink()) == second.device
        second.close()

    asyncio.run(story())
    assert not link.is_symlink()


def test_a_host_that_locks_its_pty_leaves_the_name_in_use(tmp_path):
    import serial

    link = tmp_path / "coordinator"

    async def story() -> None:
        first = PtyPort(link)
        first.open()
        with serial.Serial(str(link), exclusive=True), pytest.raises(PortError, match="a bench that is up"):
            PtyPort(link).open()
        first.close()

    asyncio.run(story())


@pytest.mark.parametrize("target", ["/dev/pts/99999", "/dev/null"])
def test_a_name_that_a_killed_bench_left_behind_is_taken_over(tmp_path, target):
    link = tmp_path / "coordinator"
    link.symlink_to(target)
    opened(PtyPort(link))
    assert not link.is_symlink()


def test_a_link_of_the_user_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder")
    with pytest.raises(
        PortError, match=r"link is a symbolic link to .*/folder, which is no pty; expected another name"
    ):
        opened(PtyPort(link))
    assert link.readlink() == tmp_path / "folder"


def test_a_machine_without_ptys_is_told_with_what_works_there(monkeypatch):
    def refused() -> tuple[int, int]:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr(os, "openpty", refused)
    with pytest.raises(PortError, match=r"no ptys \(/dev/pts: No such device\); expected tcp: in place of pty:"):
        opened(PtyPort())
