"""What the fuzzer starts from: the frames that the judges are shown, taken apart layer by layer.

The helpers stand with those of the judges, in tests/interop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.interop import corpus, groups, home, mutation


@pytest.fixture(scope="session")
def seeds() -> dict[str, list[bytes]]:
    """By codec: octets that it reads."""
    return corpus.collect([sample.psdu for group in groups.GROUPS.values() for sample in group()])


@pytest.fixture(scope="session")
def codecs() -> dict[str, corpus.Parse]:
    """By name: every function that reads what a peer sent."""
    return corpus.CODECS


@pytest.fixture(scope="session")
def mutate() -> type[mutation.Mutator]:
    """The source of broken octets."""
    return mutation.Mutator


@pytest.fixture
def joined_home(tmp_path: Path) -> Iterator[home.Home]:
    """A hub and two meters that have joined it."""
    with closing(home.Home(tmp_path / "fuzzed.pcapng")) as built:
        home.join(built)
        yield built


@pytest.fixture
def report_from_gsme() -> Callable[[home.Home], None]:
    """`report_from_gsme(home)`: the gas meter reports, and gets its acknowledgement."""
    return lambda place: home.report(place, place.gsme, home.REPORT)
