"""Keys in Wireshark's own table: those that a bench begins with, and those of captures.

Wireshark reads the table when it loads a profile, so the keys have to be there before. They follow from a HAN's seed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import CaptureKey, KeyRing
from hanbench.harness.capture.keyfile import write_privately
from hanbench.harness.han.formation import FormationError, form
from hanbench.harness.han.installed import install
from hanbench.profiles.benches import BenchProfile, Nodes, RadioKind, StartingState

OURS = "hanbench "
"""How the labels of our keys begin: what `remove` takes out again."""
WELL_KNOWN = CaptureKey(f"{OURS}well-known: ZigBeeAlliance09", WELL_KNOWN_LINK_KEY)
_ROW = re.compile(r'\s*"(?P<octets>[^"]*)"\s*,\s*"[^"]*"\s*,\s*"(?P<label>[^"]*)"')
_BETWEEN = re.compile(r"[\s:.\-]")
"""What may stand between the octets of a key in Wireshark's table."""


@dataclass(frozen=True, slots=True)
class KeyFileHeader:
    """What is known of a bench before it runs."""

    keys: tuple[CaptureKey, ...]
    gsme: int | None
    """EUI-64 of the gas meter; None: there is none."""
    gsme_shorts: frozenset[int]
    """The short addresses that it has or will get, as far as they follow from the seed."""


def key_file_header(bench: BenchFile, seed: str | None = None) -> KeyFileHeader:
    """What a bench begins with, installed or new, without opening any port. Raises ProfileError.

    Where all devices are ours, both HANs are made on paper: the seed decides what keys they agree on, and the air of a
    bench that runs in real time changes nothing in that.
    """
    ring, shorts, gsme = KeyRing(), set[int](), None
    for begins in StartingState if bench.profile.complete else (bench.profile.starts,):
        han = BenchFile(_on_paper(bench.profile, begins), bench.path).assemble(clock=VirtualClock(), seed=seed)
        for device in han.devices:
            ring.follow(device.name, device.storage)
        if begins is StartingState.INSTALLED:
            install(han)
        elif bench.profile.complete:
            # One that does not come up has the keys that it got to.
            with suppress(FormationError):
                run(han.clock, form(han))
        if han.present("gsme"):
            gsme = han.settings.gsme.ieee
        network = han.gsme.storage.network if han.emulates("gsme") else None
        if network is not None:
            shorts.add(network.short)
    return KeyFileHeader(labelled(bench.profile.id, ring), gsme, frozenset(shorts))


def _on_paper(bench: BenchProfile, begins: StartingState) -> BenchProfile:
    """The same devices, all of ours on the Air: keys do not depend on radios."""
    nodes = {
        role: node if node.url.kind is RadioKind.PHYSICAL else replace(node, radio="air:")
        for role, node in bench.present.items()
    }
    links = tuple(link for link in bench.links if set(link.between) <= set(bench.emulated))
    return replace(bench, nodes=Nodes(**nodes), begins=begins, dongles={}, links=links, speed=None)


def labelled(whose: str, keys: Iterable[CaptureKey]) -> tuple[CaptureKey, ...]:
    """The same keys, with labels that say whose they are."""
    return tuple(CaptureKey(f"{OURS}{whose}: {key.label}", key.octets) for key in keys)


def merge(table: Path, keys: Iterable[CaptureKey]) -> int:
    """Add to a `zigbee_pc_keys` table the keys that it does not have; return how many. Other lines stay as they are."""
    lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if table.exists() else []
    known = {_BETWEEN.sub("", row["octets"]).lower() for row in map(_ROW.match, lines) if row is not None}
    fresh = []
    for key in keys:
        if key.octets.hex() not in known:
            known.add(key.octets.hex())
            fresh.append(key.row)
    if fresh:
        write_privately(table, "".join(f"{line}\n" for line in (*lines, *fresh)))
    return len(fresh)


def take_out(table: Path) -> None:
    """Take our keys out of a table. One in which nothing but comments is left is deleted."""
    if not table.exists():
        return
    lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    rows = [(line, _ROW.match(line)) for line in lines]
    left = [line for line, row in rows if row is None or not row["label"].startswith(OURS)]
    if all(line.startswith("#") or not line.strip() for line in left):
        table.unlink()
    elif left != lines:
        write_privately(table, "".join(f"{line}\n" for line in left))
