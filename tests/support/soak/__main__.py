"""`python -m tests.support.soak`: homes that are kept and served for a day of their clock, in one process.

It prints a line an hour, writes the figures into FOLDER/soak.json, and ends with exit status 1 if something grows, a
capture is not whole, or a check does not find what is true.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from tests.support.soak.hours import SETTLED, Hour
from tests.support.soak.run import Wish, soak
from tests.support.soak.street import FEWEST

_COLUMNS = ("hour", "memory_mb", "objects", "processor_s", "frames", "files", "captured_mb", "written_mb")


def main() -> int:
    """Run the soak that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.soak", description=__doc__)
    parser.add_argument("--homes", type=int, default=100, help="homes of hub, ESME and GSME (default 100)")
    parser.add_argument("--hours", type=int, default=24, help="hours of the bench's clock (default 24)")
    parser.add_argument("--capture-size", type=int, default=40_000_000, help="octets of all captures (default 40 MB)")
    parser.add_argument("--speed", type=float, default=3600.0, help="virtual seconds in a real one, at most")
    parser.add_argument("--out", type=Path, default=Path("out/soak"), metavar="FOLDER", help="default: out/soak")
    given = parser.parse_args()
    if given.homes < FEWEST or given.hours <= SETTLED + 1:
        parser.error(f"expected at least {FEWEST} homes and {SETTLED + 2} hours")
    print("".join(f"{name:>13}" for name in _COLUMNS), flush=True)
    found = soak(Wish(given.out, given.homes, given.hours, given.capture_size, given.speed), _tell)
    file = given.out / "soak.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    print(f"{found.devices} devices: {found.memory_growth_mb} MB and {found.object_growth} objects more an hour")
    print(f"captures: {found.files_begun} files were begun, and the latest are there")
    print(f"checks: {found.passed} pass, {found.failed} fail; figures in {file}")
    for fault in found.faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if found.faults else 0


def _tell(hour: Hour) -> None:
    print("".join(f"{getattr(hour, name):>13}" for name in _COLUMNS), flush=True)


if __name__ == "__main__":
    sys.exit(main())
