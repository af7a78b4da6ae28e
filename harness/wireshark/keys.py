"""Keys in Wireshark's own table: those with which a bench begins, and those of captures.

Wireshark reads the table when it loads a profile, so the keys must be there before. They follow from a HAN's seed.
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
from hanbench.harness.files import PRIVATE, write_whole
from hanbench.harness.han.formation import FormationError, form
from hanbench.harness.han.installed import install
from hanbench.profiles.benches import BenchProfile, Nodes, StartingState
from hanbench.profiles.radio_url import RadioKind

LABEL_PREFIX = "hanbench "
"""Prefix of the labels of hanbench's keys, by which `remove` finds them."""
WELL_KNOWN = CaptureKey(f"{LABEL_PREFIX}well-known: ZigBeeAlliance09", WELL_KNOWN_LINK_KEY)
_ROW = re.compile(r'\s*"(?P<octets>[^"]*)"\s*,\s*"[^"]*"\s*,\s*"(?P<label>[^"]*)"')
_BETWEEN = re.compile(r"[\s:.\-]")
"""Characters that may separate the octets of a key in Wireshark's table."""


@dataclass(frozen=True, slots=True)
class KeyFileHeader:
    """The keys and addresses of a bench that are known before it runs."""

    keys: tuple[CaptureKey, ...]
    gsme: int | None
    """EUI-64 of the gas meter; None: there is none."""
    gsme_shorts: frozenset[int]
    """The short addresses that it has or will get, as far as they follow from the seed."""


def key_file_header(bench: BenchFile, seed: str | None = None) -> KeyFileHeader:
    """Return the keys with which a bench begins, installed or new, without opening any port. Raises ProfileError.

    If the bench emulates all devices, both HANs are assembled without ports: the seed decides which keys they get, and
    the timing of a bench in real time does not change that.
    """
    ring, shorts, gsme = KeyRing(), set[int](), None
    for begins in StartingState if bench.profile.complete else (bench.profile.starts,):
        han = BenchFile(_on_paper(bench.profile, begins), bench.path).assemble(clock=VirtualClock(), seed=seed)
        for device in han.devices:
            ring.follow(device.name, device.storage)
        if begins is StartingState.INSTALLED:
            install(han)
        elif bench.profile.complete:
            # A HAN that does not form still has the keys that it got so far.
            with suppress(FormationError):
                run(han.clock, form(han))
        if han.present("gsme"):
            gsme = han.settings.gsme.ieee
        network = han.gsme.storage.network if han.emulates("gsme") else None
        if network is not None:
            shorts.add(network.short)
    return KeyFileHeader(labelled(bench.profile.id, ring), gsme, frozenset(shorts))


def _on_paper(bench: BenchProfile, begins: StartingState) -> BenchProfile:
    """Return the same devices, all emulated ones on the Air: keys do not depend on radios."""
    nodes = {
        role: node if node.url.kind is RadioKind.PHYSICAL else replace(node, radio="air:")
        for role, node in bench.present.items()
    }
    links = tuple(link for link in bench.links if set(link.between) <= set(bench.emulated))
    return replace(bench, nodes=Nodes(**nodes), begins=begins, dongles={}, links=links, speed=None)


def labelled(owner: str, keys: Iterable[CaptureKey]) -> tuple[CaptureKey, ...]:
    """Return the same keys with the name of their owner in their labels."""
    return tuple(CaptureKey(f"{LABEL_PREFIX}{owner}: {key.label}", key.octets) for key in keys)


def merge(table: Path, keys: Iterable[CaptureKey]) -> int:
    """Add keys to a `zigbee_pc_keys` table unless it has them; return how many. Other lines stay unchanged."""
    lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if table.exists() else []
    known = {_BETWEEN.sub("", row["octets"]).lower() for row in map(_ROW.match, lines) if row is not None}
    fresh = []
    for key in keys:
        if key.octets.hex() not in known:
            known.add(key.octets.hex())
            fresh.append(key.row)
    if fresh:
        write_whole(table, "".join(f"{line}\n" for line in (*lines, *fresh)), PRIVATE)
    return len(fresh)


def take_out(table: Path) -> None:
    """Remove hanbench's keys from a table. The table is deleted if only comments remain."""
    if not table.exists():
        return
    lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    rows = [(line, _ROW.match(line)) for line in lines]
    left = [line for line, row in rows if row is None or not row["label"].startswith(LABEL_PREFIX)]
    if all(line.startswith("#") or not line.strip() for line in left):
        table.unlink()
    elif left != lines:
        write_whole(table, "".join(f"{line}\n" for line in left), PRIVATE)
