"""Removal of symbolic links even if this process is killed, by a shell that waits for its end.

A process that is killed with SIGKILL cleans nothing up. Its ptys vanish with it; links to them would stay.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_SCRIPT = """
while IFS= read -r line; do set -- "$@" "$line"; done
for link; do
    [ -L "$link" ] && [ ! -e "$link" ] && rm -f -- "$link"
    rmdir -- "${link%/*}" 2>/dev/null
done
"""
"""Reads until hanbench's end of the pipe closes. A link that is not broken belongs to a later process."""


@contextlib.contextmanager
def cleaned_up(links: Iterable[Path]) -> Iterator[None]:
    """Remove all of `links` when the context or this process ends."""
    links = list(links)
    shell = shutil.which("sh")
    if not links or shell is None:
        yield
        return
    # A session of its own, so that Ctrl-C ends this process first and the shell after it.
    process = subprocess.Popen(  # noqa: S603 - a fixed script; the links are its data
        [shell, "-c", _SCRIPT, "hanbench-cleanup"], stdin=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdin is not None
    try:
        process.stdin.write("".join(f"{link}\n" for link in links))
        process.stdin.flush()
        yield
    finally:
        process.stdin.close()
        process.wait(timeout=10)
