"""A service of one bench for a whole file of tests, and one that wants a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench.harness.serve.access import Access
from tests.support.served import Served, bench_thread, served

TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One bench, in real time, on a loopback address."""
    with served([bench_thread(tmp_path_factory.mktemp("served"), speed=1.0)]) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same for an address that other machines reach: the token is needed."""
    access = Access(loopback=False, names=frozenset({"lab-pc"}), token=TOKEN)
    with served([bench_thread(tmp_path_factory.mktemp("guarded"), speed=1.0)], access) as found:
        yield found


@pytest.fixture
def folder(service: Served) -> Path:
    """The folder of the bench."""
    return service.threads[0].bench.folder
