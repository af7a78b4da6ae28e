"""The control sockets of this user's benches: where they are, how one is claimed, and which benches are up."""

from __future__ import annotations

import fcntl
import os
import re
import socket
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hanbench.harness.files import OutputError, make_folder

if TYPE_CHECKING:
    from hanbench.harness.bench.cleanup import Add

SUFFIX = ".sock"
PRIVATE_FOLDER = 0o700
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
"""What the name of a bench that is up looks like."""
LONGEST_PATH = 107
"""Octets in the path of a Unix socket (sun_path of Linux, without the end)."""
WAITING = 64
"""Connections that wait to be accepted."""
_PEER = struct.Struct("3i")


class AlreadyUpError(OutputError):
    """A bench of this name is up."""


def runtime_folder() -> Path:
    """Return the folder for sockets and links to ptys, which belongs to this user alone. Raises OutputError."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and Path(given).is_dir():
        folder = Path(given) / "hanbench"
    else:
        folder = Path(tempfile.gettempdir()) / f"hanbench-{os.getuid()}"
    make_folder(folder, PRIVATE_FOLDER)
    status = folder.lstat()
    if status.st_uid != os.getuid() or folder.is_symlink() or status.st_mode & 0o022:
        problem = "others can write it; expected a folder of your own alone, or XDG_RUNTIME_DIR to be set"
        raise OutputError(folder, problem)
    return folder


def socket_path(name: str) -> Path:
    """Return the path of a bench's control socket. Raises OutputError if it is too long for a socket."""
    path = runtime_folder() / f"{name}{SUFFIX}"
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise OutputError(path, f"expected at most {LONGEST_PATH} octets: set XDG_RUNTIME_DIR to a shorter folder")
    return path


@contextmanager
def claimed(name: str, add: Add | None = None) -> Iterator[socket.socket]:
    """Listen on the control socket of a bench; it vanishes when the context or this process ends, however it ends.

    A socket that is left over is replaced. `add`: of a `cleaner` that several share; without it, it gets one of its
    own. Raises AlreadyUpError, and OutputError.
    """
    path = socket_path(name)
    from hanbench.harness.bench.cleanup import cleaner

    with ExitStack() as stack:
        add = add or stack.enter_context(cleaner())
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        with _alone(path.parent):
            process = _process_behind(path)
            if process is not None:
                who = f" (process {process})" if process else ""
                raise AlreadyUpError(path, f"the bench {name} is up already{who}; `--id NAME` gives another name")
            stack.enter_context(_bound(listener, path, add))
            listener.listen(WAITING)
        listener.setblocking(False)
        yield listener


@contextmanager
def _bound(listener: socket.socket, path: Path, add: Add) -> Iterator[None]:
    from hanbench.harness.bench.cleanup import bound

    with ExitStack() as stack:
        before = os.umask(0o177)
        try:
            stack.enter_context(bound(listener, path, add))
        except OSError as error:
            raise OutputError(path, f"cannot be made: {error.strerror}") from None
        finally:
            os.umask(before)
        yield


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from claiming a socket in a folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _process_behind(path: Path) -> int | None:
    """Return the process that listens on a socket, 0 if the system does not tell; None: nothing listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError:
            return 0  # it is there, and busy
        return peer_of(probe)[0]


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Return process and user at the other end of a Unix socket; 0 and this user where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0, os.getuid()
    process, user, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return process, user


def benches_up() -> dict[str, int]:
    """Return the names of this user's benches that are up, with their processes."""
    found = {path.name.removesuffix(SUFFIX): path for path in sorted(runtime_folder().glob(f"*{SUFFIX}"))}
    processes = {name: _process_behind(path) for name, path in found.items()}
    return {name: process for name, process in processes.items() if process is not None}
