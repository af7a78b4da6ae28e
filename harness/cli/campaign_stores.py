"""Stores of campaigns on the command line of `hanbench serve`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.campaigns.watching import WatchedStore
from hanbench.harness.control.recorded_folder import path_name


def is_store(folder: Path) -> bool:
    """Whether a folder is the store of a campaign."""
    return (folder / FILE).exists()


def watched(folders: Sequence[Path]) -> dict[str, WatchedStore]:
    """Return the stores in folders by the names of their campaigns; those of one name get numbers. Raises OutputError.

    A campaign keeps its name in the service, also if one of another name is begun in its store.
    """
    seen, found = Counter[str](), dict[str, WatchedStore]()
    for folder in folders:
        store = WatchedStore(folder)
        name = path_name(store.status().name)
        free = name
        while free in found:
            seen[name] += 1
            free = f"{name}-{seen[name] + 1}"
        found[free] = store
    return found
