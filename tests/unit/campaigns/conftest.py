"""Small campaigns."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from hanbench.harness.campaigns.playing import forget
from hanbench.harness.campaigns.spec import CampaignSpec, RandomPart, SuitePart
from hanbench.harness.cli.main import main

ONE_STORY = "ioc.*.in-force.april.fffff.24h.*"
"""Cases of the suite that share one HAN story: cheap to play."""


@pytest.fixture(autouse=True)
def forgetting():
    """Each test leaves no HAN behind."""
    yield
    forget()


@pytest.fixture(scope="session")
def small() -> CampaignSpec:
    """Sixty cases of two controllers, a sixth of them random."""
    return CampaignSpec(
        "small",
        60,
        batch=10,
        controllers=("reference", "lawful:asks-when-loaded"),
        suite=SuitePart(only=ONE_STORY),
        random=RandomPart(share=1 / 6),
    )


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
