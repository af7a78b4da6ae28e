"""Writes the stored traces on which changed oracles are tested: every trace that the tests of the oracle judge.

    python -m tests.support.judge_corpus

runs tests/unit/oracle, keeps each trace that comes before the oracle, and writes stored_traces.jsonl and
telling_traces.toml in harness/campaign/judge_test. To notice another mutant, write a test with a trace on which it must
differ, and run this again.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
import tomli_w

from hanbench.harness.campaign import judge_test
from hanbench.harness.campaign.judge_test import telling_traces
from hanbench.harness.campaign.judge_test.equivalents import without_equivalents
from hanbench.harness.campaign.judge_test.oracle_mutants import oracle_mutants, try_mutants
from hanbench.harness.campaign.judge_test.stored_traces import FILE, REFUSED, StoredTrace, encode_traces
from hanbench.harness.case.trace import AnyRecord
from hanbench.harness.cli.output import print_line
from hanbench.harness.files import write_whole
from hanbench.harness.oracle import judgement
from hanbench.harness.oracle.case import Case
from hanbench.profiles.rulesets import RuleSet, shipped

TESTS = Path(__file__).parent.parent / "unit" / "oracle"
DATA = Path(judge_test.__file__).parent / FILE
TELLING = DATA.parent / telling_traces.FILE
HEADER = """\
# For each function of the oracle the stored traces that give its changes away, those that give most away first.
# Written by `python -m tests.support.judge_corpus`.

"""
Played = Sequence[AnyRecord] | None
_ALREADY_IMPORTED = "ignore::pytest.PytestAssertRewriteWarning"
"""hanbench is imported before pytest runs, which would rather rewrite it first."""


def judged_by_tests(folder: Path = TESTS) -> list[StoredTrace]:
    """Run tests, and return each trace that they judge. Raises SystemExit if a test fails."""
    found: dict[bytes, StoredTrace] = {}
    times = Counter[str]()
    read = Case.__init__

    def kept(
        case: Case,
        records: Sequence[AnyRecord],
        rulesets: Mapping[str, RuleSet],
        again: Played = None,
        *,
        truth_known: bool = True,
    ) -> None:
        test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].rpartition("/")[2]
        changed = tuple(rules for id, rules in rulesets.items() if shipped().get(id) != rules)
        key = msgspec.json.encode((records, changed, again, truth_known))
        if key not in found:
            times[test] += 1
            number = f" ({times[test]})" if times[test] > 1 else ""
            other = tuple(again) if again else None
            found[key] = StoredTrace(test + number, (), tuple(records), changed, other, truth_known)
        read(case, records, rulesets, again, truth_known=truth_known)

    with patch.object(Case, "__init__", kept):
        failed = pytest.main([str(folder), "-q", "--no-header", "-p", "no:cacheprovider", "-W", _ALREADY_IMPORTED])
    if failed:
        sys.exit("a test of the oracle fails: nothing was stored")
    return list(found.values())


def judged(trace: StoredTrace) -> StoredTrace:
    """Return a trace with what the oracle says of it."""
    try:
        said = judgement(trace.records, trace.rulesets, trace.again, truth_known=trace.truth_known)
    except ValueError:
        return msgspec.structs.replace(trace, violated=(REFUSED,))
    return msgspec.structs.replace(trace, violated=tuple(dict.fromkeys(each.property for each in said.violations)))


def telling(traces: Sequence[StoredTrace]) -> Mapping[str, list[str]]:
    """Return by function of the oracle the traces that give its changes away, those that give most away first."""
    found: dict[str, Counter[str]] = {}
    mutants = without_equivalents(oracle_mutants())
    for mutant, noticed in zip(mutants, try_mutants(mutants, traces), strict=True):
        if noticed.trace is not None:
            found.setdefault(mutant.place, Counter())[noticed.trace] += 1
    return {place: [name for name, _ in found[place].most_common()] for place in sorted(found)}


def main() -> None:
    """Write both files."""
    traces = [judged(trace) for trace in judged_by_tests()]
    write_whole(DATA, encode_traces(traces))
    write_whole(TELLING, HEADER + tomli_w.dumps(telling(traces)))
    print_line(f"{DATA.parent}: {len(traces)} traces, {DATA.stat().st_size:,} octets")


if __name__ == "__main__":
    main()
