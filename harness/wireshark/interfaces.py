"""Benches as interfaces of Wireshark: the shipped ones, and those in the user's folders.

Wireshark imports this at each start, so it imports nothing of the emulator.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hanbench.profiles import benches
from hanbench.profiles.benches import BenchProfile, StartingState
from hanbench.profiles.errors import ProfileError

PREFIX = "hanbench-"
DLT = "dlt {number=283}{name=IEEE802_15_4_TAP}{display=IEEE 802.15.4 with TAP header}"
"""LINKTYPE_IEEE802_15_4_TAP, as `hanbench.harness.capture.tap` writes it."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A bench that Wireshark can capture from."""

    bench: BenchProfile
    path: Path

    @property
    def name(self) -> str:
        """Name of the interface, as for `tshark -i`."""
        return PREFIX + self.bench.id

    @property
    def sentence(self) -> str:
        """The line for `--extcap-interfaces`."""
        return f"interface {{value={self.name}}}{{display=hanbench: {self.bench.id}, {_plain(self.bench.title)}}}"

    def options(self) -> Iterator[str]:
        """Yield the lines for `--extcap-config`: the options of a capture."""
        yield (
            f"arg {{number=0}}{{call=--seed}}{{display=Seed}}{{type=string}}{{default={_plain(self.bench.seed)}}}"
            "{tooltip=Seed of all random numbers, keys included}"
        )
        if not self.bench.real_time:
            speed = 1.0 if self.bench.speed is None or isinstance(self.bench.speed, str) else self.bench.speed
            yield (
                f"arg {{number=1}}{{call=--speed}}{{display=Speed}}{{type=double}}{{default={speed:g}}}"
                "{tooltip=Virtual seconds per real second}"
            )
        if self.bench.complete:
            yield (
                "arg {number=2}{call=--begins}{display=Begins}{type=selector}"
                "{tooltip=Installed, or with joining and key establishment on the air}"
            )
            for beginning in StartingState:
                default = str(beginning is self.bench.starts).lower()
                yield f"value {{arg=2}}{{value={beginning.value}}}{{display={beginning.value}}}{{default={default}}}"


def user_folder() -> Path:
    """Return the default folder for the user's benches."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "hanbench" / "benches"


def offered(folders: Iterable[Path]) -> tuple[list[Interface], list[ProfileError]]:
    """Return all interfaces, by name, and the errors of invalid bench files. A user's bench takes precedence."""
    found: dict[str, Interface] = {}
    wrong = []
    paths = [path for folder in (*folders, user_folder()) for path in sorted(folder.glob("*.toml"))]
    for path in (*paths, *(benches.path_of(name) for name in benches.ids())):
        try:
            interface = Interface(benches.read_bench(path), path)
        except ProfileError as error:
            wrong.append(error)
        else:
            found.setdefault(interface.name, interface)
    return sorted(found.values(), key=lambda each: each.name), wrong


def _plain(text: str) -> str:
    """Return text for a sentence of extcap, whose grammar has no escape for braces."""
    return text.replace("{", "(").replace("}", ")").replace("\n", " ")
