"""`make bench`: the performance figures of hanbench, as JSON on stdout (`python -m hanbench.harness.benchmarks`)."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from hanbench.harness.benchmarks import serial_links
from hanbench.harness.benchmarks.loads import capture, codec, key_establishment, network, start_up, verify
from hanbench.profiles.benches import StartingState

REPEATS = 3


class Floor(NamedTuple):
    """A limit that a figure must meet."""

    figure: tuple[str, str]
    at_least: float | None = None
    at_most: float | None = None

    def missed(self, figures: dict[str, Any]) -> str | None:
        """Return a message if the figure misses its limit, else None."""
        group, name = self.figure
        value = figures[group][name]
        if self.at_least is not None and value < self.at_least:
            return f"{group}.{name} is {value}, expected at least {self.at_least}"
        if self.at_most is not None and value > self.at_most:
            return f"{group}.{name} is {value}, expected at most {self.at_most}"
        return None


FLOORS = (
    Floor(("3 nodes, T=10 s, 24 h", "seconds"), at_most=2.0),
    Floor(("3 nodes, T=10 s, 24 h", "frames_per_second"), at_least=33_000),
    Floor(("32 nodes, T=10 s, 1 h", "frames_per_second"), at_least=8_000),
    Floor(("codec", "build_per_second"), at_least=120_000),
    Floor(("codec", "verify_per_second"), at_least=120_000),
    Floor(("verify", "scenarios_per_second"), at_least=50),
    Floor(("verify, formed on the air", "scenarios_per_second"), at_least=50),
    Floor(("key establishment", "milliseconds_per_side"), at_most=5),
    Floor(("capture", "cost_percent"), at_most=30),
    Floor(("help", "seconds"), at_most=0.2),
    Floor(("serial line, sustained", "frames_per_second_each_way"), at_least=199),
    Floor(("serial line, sustained", "lost"), at_most=0),
    Floor(("serial line, sustained", "doubled"), at_most=0),
    Floor(("serial line, sustained", "unacknowledged_on_the_air"), at_most=0),
    Floor(("serial line, poll", "median_ms"), at_most=5),
    Floor(("serial line, 50 dongles", "processor_share"), at_most=0.5),
    Floor(("serial line, replug", "worst_s"), at_most=2),
)
"""Limits from the first issues; docs/performance.md has the measured figures."""


MEASUREMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "3 nodes, T=10 s, 24 h": partial(network, 3, 10, 86_400),
    "32 nodes, T=10 s, 1 h": partial(network, 32, 10, 3_600),
    "codec": codec,
    "verify": partial(verify, StartingState.INSTALLED),
    "verify, formed on the air": partial(verify, StartingState.NEW),
    "key establishment": key_establishment,
    "capture": capture,
    "help": start_up,
}
ONCE: dict[str, Callable[[], dict[str, Any]]] = {
    "serial line, sustained": serial_links.sustained,
    "serial line, poll": serial_links.poll,
    "serial line, sleepy meter": serial_links.sleepy_meter,
    "serial line, 50 dongles": serial_links.many_dongles,
    "serial line, replug": serial_links.replug,
}
"""Measurements in real time, which need no repeats."""
BEST_BY = {
    "codec": "build_per_second",
    "verify": "scenarios_per_second",
    "verify, formed on the air": "scenarios_per_second",
    "key establishment": "milliseconds_per_side",
    "help": "seconds",
    "capture": "cost_percent",
}
"""The figure that selects the best of the repeats; `frames_per_second` for all others."""
LESS_IS_BETTER = ("seconds", "cost_percent", "milliseconds_per_side")


def measure(name: str) -> dict[str, Any]:
    """Return the best result of REPEATS runs of a measurement."""
    figure = BEST_BY.get(name, "frames_per_second")
    results = [MEASUREMENTS[name]() for _ in range(REPEATS)]
    return (min if figure in LESS_IS_BETTER else max)(results, key=lambda result: float(result[figure]))


def peak_memory() -> dict[str, Any]:
    """Return the peak memory of this process and of its largest worker, MB."""
    own, workers = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"process_mb": round(own / 1024, 1), "largest_worker_mb": round(workers / 1024, 1)}


def main() -> int:
    """Measure, print the figures, and with `--check` compare them with their limits."""
    parser = argparse.ArgumentParser(prog="python -m hanbench.harness.benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure misses its limit")
    parser.add_argument("--only", default="", metavar="TEXT", help="run only measurements with TEXT in their name")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {}
    wanted = [name for name in (*MEASUREMENTS, *ONCE) if arguments.only in name]
    for name in wanted:
        print(f"measuring: {name}", file=sys.stderr)
        figures[name] = ONCE[name]() if name in ONCE else measure(name)
    figures["memory"] = peak_memory()
    print(json.dumps(figures, indent=2))
    missed = [text for floor in FLOORS if floor.figure[0] in figures and (text := floor.missed(figures))]
    for text in missed:
        print(f"missed: {text}", file=sys.stderr)
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
