"""What tests of several folders take as a parameter."""

from __future__ import annotations

import pytest

from tests.support.cases import CASES, Case


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "-").replace(",", ""))
def case(request: pytest.FixtureRequest) -> Case:
    """Each case in turn."""
    return CASES[request.param]
