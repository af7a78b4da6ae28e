"""What a keyword that fails tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hanbench.harness.control.errors import ControlError


class BenchFailure(AssertionError):  # noqa: N818 - Robot Framework shows it as a failure
    """A keyword fails; the text is all that the report needs."""

    ROBOT_SUPPRESS_NAME = True


@contextmanager
def told() -> Iterator[None]:
    """Turn an error of the bench into a failure, with what the user can do."""
    try:
        yield
    except ControlError as error:
        raise BenchFailure(f"{error.kind.title}: {error}. {error.kind.remedy}") from None
