"""Writes the stored traces on which changed oracles are tested: every trace that the tests of the oracle judge.

    python -m tests.support.judge_corpus

runs tests/unit/oracle, keeps each trace that comes before the oracle, and writes harness/campaign/judge_test/
stored_traces.jsonl. To notice another mutant, write a test with a trace on which it must differ, and run this again.
A trace judged under other rule sets than the shipped ones is not kept.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from hanbench.harness.campaign import judge_test
from hanbench.harness.campaign.judge_test.stored_traces import FILE, StoredTrace, encode_traces
from hanbench.harness.case.trace import AnyRecord, encode
from hanbench.harness.cli.output import print_line
from hanbench.harness.files import write_whole
from hanbench.harness.oracle import judge
from hanbench.harness.oracle.case import Case
from hanbench.profiles.rulesets import RuleSet, shipped

TESTS = Path(__file__).parent.parent / "unit" / "oracle"
DATA = Path(judge_test.__file__).parent / FILE
_ALREADY_IMPORTED = "ignore::pytest.PytestAssertRewriteWarning"
"""hanbench is imported before pytest runs, which would rather rewrite it first."""


def judged_by_tests(folder: Path = TESTS) -> list[tuple[str, tuple[AnyRecord, ...]]]:
    """Run tests, and return the name of each judged trace and its records. Raises SystemExit if a test fails."""
    found: dict[bytes, tuple[str, tuple[AnyRecord, ...]]] = {}
    times = Counter[str]()
    read = Case.__init__

    def kept(case: Case, records: Sequence[AnyRecord], rulesets: Mapping[str, RuleSet]) -> None:
        read(case, records, rulesets)
        test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].rpartition("/")[2]
        key = encode(records)
        if rulesets == shipped() and key not in found:
            times[test] += 1
            again = f" ({times[test]})" if times[test] > 1 else ""
            found[key] = test + again, tuple(records)

    with patch.object(Case, "__init__", kept):
        failed = pytest.main([str(folder), "-q", "--no-header", "-p", "no:cacheprovider", "-W", _ALREADY_IMPORTED])
    if failed:
        sys.exit("a test of the oracle fails: nothing was stored")
    return list(found.values())


def stored(name: str, records: tuple[AnyRecord, ...]) -> StoredTrace:
    """Return a trace to be stored."""
    violated = dict.fromkeys(violation.property for violation in judge(records, shipped()))
    return StoredTrace(name, tuple(violated), records)


def main() -> None:
    """Write the file."""
    traces = [stored(name, records) for name, records in judged_by_tests()]
    content = encode_traces(traces)
    write_whole(DATA, content)
    print_line(f"{DATA}: {len(traces)} traces, {len(content):,} octets")


if __name__ == "__main__":
    main()
