"""A fuzz target: a function that reads what others wrote, and the errors that it documents.

A finding is any other exception, more than `SLOW` seconds of processor time for one input, or a property that does not
hold. A target returns nothing of interest; it asserts its own properties.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from tests.fuzz.trees import Mutate

T = TypeVar("T")

SLOW = 1.0
"""Seconds of processor time that one input may take."""


class SlowError(Exception):
    """An input took longer than `SLOW`."""


class Target(NamedTuple):
    """One function under test."""

    name: str
    """`FAMILY.NAME`; the family is the module in tests/fuzz/targets."""
    run: Callable[[bytes], object]
    errors: tuple[type[Exception], ...] = ()
    """Documented errors."""
    longest: int = 256
    """Maximum octets of an input."""
    mutate: Mutate | None = None
    """Mutates inputs that have a structure; None: libFuzzer alone does."""


def attempt(target: Target, octets: bytes) -> object:
    """Run one input; return the value, or None after a documented error. Raises whatever is a finding.

    A slow input is run once more: what is made once in a process is no finding.
    """
    value, took = _timed(target, octets)
    if took > SLOW:
        value, took = _timed(target, octets)
    if took > SLOW:
        raise SlowError(f"{took:.1f} s of processor time")
    return value


def _timed(target: Target, octets: bytes) -> tuple[object, float]:
    """Run one input; return its value, and how long it took, in seconds of processor time."""
    began = time.process_time()
    try:
        value = target.run(octets[: target.longest])
    except target.errors:
        value = None
    return value, time.process_time() - began


def stable(decode: Callable[[bytes], T], encode: Callable[[T], bytes], octets: bytes) -> T:
    """Return the value in `octets`; what it encodes to is the same value again."""
    value = decode(octets)
    unchanged(decode, encode(value), value)
    return value


def unchanged(decode: Callable[[bytes], T], encoded: bytes, value: T) -> None:
    """Raise AssertionError unless these octets are the value.

    Values that are not equal to themselves (a float that is no number) are compared as text.
    """
    with readable(encoded):
        again = decode(encoded)
    assert again == value or repr(again) == repr(value), f"{encoded!r} is {again!r}, and was {value!r}"


@contextmanager
def readable(written: object) -> Iterator[None]:
    """Make a finding of every error: what hanbench has written it can read, so a documented error is none here."""
    try:
        yield
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{written!r} was written, and cannot be read: {error!r}") from error
