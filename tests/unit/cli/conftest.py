"""The command line, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from hanbench.harness.cli.main import main


class Outcome(NamedTuple):
    """What a call of `hanbench` left."""

    status: int
    out: str
    err: str


@pytest.fixture
def hanbench(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """`hanbench(*arguments)`: run it, and return its exit status and what it printed."""

    def call(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, *capsys.readouterr())

    return call
