"""Takes symbolic links away after us even where we get no chance to: a shell that waits for our end.

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
"""Reads until our end of the pipe closes. A link that leads somewhere belongs to whoever came after us."""


@contextlib.contextmanager
def cleaned_up(links: Iterable[Path]) -> Iterator[None]:
    """See to it that none of `links` outlives this process."""
    links = list(links)
    shell = shutil.which("sh")
    if not links or shell is None:
        yield
        return
    # A session of its own: Ctrl-C ends us first, and then the shell has its say.
    janitor = subprocess.Popen(  # noqa: S603 - a fixed script; the links are its data
        [shell, "-c", _SCRIPT, "hanbench-janitor"], stdin=subprocess.PIPE, start_new_session=True, text=True
    )
    assert janitor.stdin is not None
    try:
        janitor.stdin.write("".join(f"{link}\n" for link in links))
        janitor.stdin.flush()
        yield
    finally:
        janitor.stdin.close()
        janitor.wait(timeout=10)
