"""Where a store may be: SQLite's write-ahead log works on a disk of this machine, and on no network file system."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.files import OutputError

_MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    (
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"),
        *("glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs", "virtiofs"),
    )
)
"""File systems of other machines, as Linux names them (proc_pid_mountinfo(5))."""


def refuse_network(folder: Path) -> None:
    """Raise OutputError if a folder is on a network file system. Without Linux's list of mounts it is not known."""
    try:
        mounts = _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return
    kind = file_system(folder.resolve(), mounts)
    if kind in NETWORK:
        problem = f"is on a network file system ({kind}), where SQLite's write-ahead log does not work"
        raise OutputError(folder, f"{problem}; expected a folder on a disk of this machine")


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system of a folder by Linux's list of mounts; the last mount of a place counts."""
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        words = before.split()
        if not dash or len(words) < 5:
            continue
        place = Path(_unescaped(words[4]))
        if folder.is_relative_to(place) and len(place.parts) >= deepest:
            deepest, kind = len(place.parts), after.split()[0]
    return kind


def _unescaped(text: str) -> str:
    """Return a path of the list, in which blanks and backslashes are octal."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text
