"""The confusion matrix of `hanbench diagnose`: every named fault and healthy homes, as `field_captures` tells them.

    python -m tests.support.confusion --seeds 20 --jobs 2 [--write]

prints what was missed. With `--write`, it writes docs/confusion.json, from which `python -m docs.generators` makes a
page; with `--faults NAME ...` too, it measures these faults alone and keeps the rows of the others.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.field import FieldKeys, FieldVerdict, diagnose
from hanbench.profiles.diagnosis import FaultClass, Says, diagnosis_file
from tests.support.field_captures import FORMS, HEALTHY, HUB_BADLY_HEARD, Variant, told, variant, written

FILE = Path(__file__).parents[2] / "docs" / "confusion.json"
FIRST_GOAL, THREE_GOAL = 0.90, 0.98
"""Shares of captures for which the right class comes first, or among the first three."""
NOTHING = "nothing-on-the-air"


class Outcome(NamedTuple):
    """The diagnosis of one capture."""

    fault: str
    seed: str
    variant: Variant
    verdict: FieldVerdict
    code: str
    ranked: tuple[str, ...]
    """Classes, best first; those that show nothing stand as `NOTHING`."""

    @property
    def right(self) -> str:
        """The class of the fault."""
        return NOTHING if self.fault == HEALTHY else class_of(self.fault).id

    @property
    def place(self) -> int | None:
        """The place of the right class, from 1; None: it is not among those named.

        Where the key establishment is cut away, `proves nothing` is right for its faults too; and so it is where the
        hub is badly heard.
        """
        if self.variant in HUB_BADLY_HEARD and self.verdict is FieldVerdict.NOTHING:
            return 1
        if self.right == NOTHING and self.verdict is not FieldVerdict.FAILURE:
            return 1 if not self.ranked else self.ranked.index(NOTHING) + 1
        if self.right in self.ranked:
            return self.ranked.index(self.right) + 1
        late = self.variant is Variant.LATE and self.verdict is FieldVerdict.NOTHING
        return 1 if late and class_of(self.fault).key_establishment else None

    @property
    def failed_wrongly(self) -> bool:
        """Whether a meter that the hub hears was called failed."""
        healthy = self.fault == HEALTHY or class_of(self.fault).says is not Says.FAILED
        return healthy and self.verdict is FieldVerdict.FAILURE


def class_of(fault: str) -> FaultClass:
    """Return the class of a named fault."""
    return next(each for each in diagnosis_file().classes if fault in each.faults)


def measured(fault: str, seed: str) -> list[Outcome]:
    """Tell one story, and diagnose each variant of its capture."""
    with TemporaryDirectory() as folder:
        story = told(fault, seed, Path(folder))
        found = []
        for kind in (*FORMS, *HUB_BADLY_HEARD) if fault == HEALTHY else FORMS:
            path = written(variant(story, kind), Path(folder) / f"{kind}.pcapng")
            keys = FieldKeys()
            for key in story.keys:
                keys.add(key.label, key.octets)
            diagnosis = diagnose(read_foreign(path), keys, gsme=story.gsme)
            ranked = tuple(match.fault_class.id for match in diagnosis.ranked)
            if diagnosis.verdict is FieldVerdict.HEARD_WELL:
                ranked = (*ranked, NOTHING)
            found.append(Outcome(fault, seed, kind, diagnosis.verdict, diagnosis.ruling.code, ranked))
    return found


class Row(msgspec.Struct, frozen=True):
    """The captures of one fault."""

    fault: str
    right: str
    captures: int
    first: int
    among_three: int
    named: dict[str, int]
    """How often each class came first, or a verdict without a class."""
    missed: dict[str, int]
    """By variant: captures for which the right class was not the first."""
    failed_wrongly: int = 0
    """Captures in which a meter that the hub hears was called failed."""


class Confusion(msgspec.Struct, frozen=True):
    """The whole matrix."""

    seeds: int
    rows: tuple[Row, ...]

    @property
    def failed_wrongly(self) -> int:
        return sum(row.failed_wrongly for row in self.rows)

    @property
    def captures(self) -> int:
        return sum(row.captures for row in self.rows)

    @property
    def first(self) -> float:
        return sum(row.first for row in self.rows) / self.captures

    @property
    def among_three(self) -> float:
        return sum(row.among_three for row in self.rows) / self.captures


def confusion(outcomes: list[Outcome], seeds: int) -> Confusion:
    """Return the matrix of these outcomes."""
    rows = []
    for fault in dict.fromkeys(each.fault for each in outcomes):
        of = [each for each in outcomes if each.fault == fault]
        named = Counter(each.ranked[0] if each.ranked else f"proves nothing: {each.code}" for each in of)
        missed = Counter(str(each.variant) for each in of if each.place != 1)
        first = sum(each.place == 1 for each in of)
        three = sum(each.place is not None and each.place <= 3 for each in of)
        wrongly = sum(each.failed_wrongly for each in of)
        rows.append(Row(fault, of[0].right, len(of), first, three, dict(named.most_common()), dict(missed), wrongly))
    return Confusion(seeds, tuple(rows))


def measure(seeds: int, jobs: int, faults: tuple[str, ...] = (HEALTHY, *CATALOGUE)) -> list[Outcome]:
    """Measure all faults with so many seeds, on at most so many processes."""
    work = [(fault, str(seed)) for fault in faults for seed in range(1, seeds + 1)]
    if jobs == 1:
        return [each for story in work for each in measured(*story)]
    with ProcessPoolExecutor(jobs) as pool:
        return [each for found in pool.map(measured, *zip(*work, strict=True)) for each in found]


def _beside(found: Confusion) -> Confusion:
    """Return the matrix with the rows of the file for other faults, if they were measured with as many seeds."""
    if not FILE.exists():
        return found
    known = msgspec.json.decode(FILE.read_bytes(), type=Confusion)
    rows = {row.fault: row for row in (*known.rows, *found.rows)} if known.seeds == found.seeds else {}
    order = (HEALTHY, *CATALOGUE)
    return Confusion(found.seeds, tuple(rows[fault] for fault in order if fault in rows) or found.rows)


def main() -> None:
    """Measure, and print or write the matrix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--faults", nargs="*", default=(HEALTHY, *CATALOGUE))
    given = parser.parse_args()
    outcomes = measure(given.seeds, given.jobs, tuple(given.faults))
    for each in outcomes:
        if each.place != 1 or each.failed_wrongly:
            print(f"{each.fault:22} {each.seed:>3} {each.variant:8} {each.verdict} {each.code}: {each.ranked[:4]}")
    found = confusion(outcomes, given.seeds)
    print(
        f"{found.captures} captures: first {found.first:.1%}, among three {found.among_three:.1%}, "
        f"healthy meters called failed {found.failed_wrongly}"
    )
    if given.write:
        FILE.write_bytes(msgspec.json.format(msgspec.json.encode(_beside(found)), indent=2) + b"\n")


if __name__ == "__main__":
    main()
