"""Removal of symbolic links and sockets even if this process is killed, by a shell that waits for its end.

A process that is killed with SIGKILL cleans nothing up. Its ptys vanish with it; links to them would stay, and so would
its sockets.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_SCRIPT = """
while IFS= read -r line; do set -- "$@" "$line"; done
while [ "$#" -gt 1 ]; do
    case $1 in
    link)
        [ -L "$2" ] && [ ! -e "$2" ] && rm -f -- "$2"
        rmdir -- "${2%/*}" 2>/dev/null ;;
    unique) [ -S "$2" ] && rm -f -- "$2" ;;
    *) [ -S "$2" ] && [ "$(stat -c '%i %Y' -- "$2" 2>/dev/null)" = "$1" ] && rm -f -- "$2" ;;
    esac
    shift 2
done
"""
"""Reads pairs of lines until hanbench's end of the pipe closes: what a path is, and the path.

A link that is not broken, and a socket of another inode or time, belong to a later process.
"""

Add = Callable[[str, Path], None]


@contextlib.contextmanager
def cleaned_up(links: Iterable[Path]) -> Iterator[None]:
    """Remove all of `links`, which need not be there yet, when the context or this process ends."""
    links = list(links)
    if not links:
        yield
        return
    with cleaner() as add:
        for link in links:
            add("link", link)
        yield


@contextlib.contextmanager
def bound(listener: socket.socket, path: Path, add: Add) -> Iterator[None]:
    """Bind a Unix socket to `path`, in place of one that is there; it is removed when the context or process ends.

    It has a unique name until the shell behind `add` knows what tells it from a later socket of its name. Raises
    OSError.
    """
    fresh = path.with_name(f".{os.urandom(4).hex()}")
    add("unique", fresh)
    listener.bind(str(fresh))
    status = fresh.lstat()
    add(f"{status.st_ino} {int(status.st_mtime)}", path)
    fresh.rename(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.lstat().st_ino == status.st_ino:
                path.unlink()


@contextlib.contextmanager
def cleaner() -> Iterator[Add]:
    """Start the shell; what is given to the function that this yields is removed when the context or process ends."""
    shell = shutil.which("sh")
    if shell is None:
        yield lambda kind, path: None
        return
    # A session of its own, so that Ctrl-C ends this process first and the shell after it.
    process = subprocess.Popen(  # noqa: S603 - a fixed script; the paths are its data
        [shell, "-c", _SCRIPT, "hanbench-cleanup"], stdin=subprocess.PIPE, start_new_session=True, text=True
    )
    stream = process.stdin
    assert stream is not None

    def add(kind: str, path: Path) -> None:
        stream.write(f"{kind}\n{path}\n")
        stream.flush()

    try:
        yield add
    finally:
        stream.close()
        process.wait(timeout=10)
