"""What values mean something: by cluster and attribute, as the library and Smart Energy define them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BASIC, POWER, IDENTIFY, TIME, METERING, TUNNELING, KEY_ESTABLISHMENT = (
    0x0000,
    0x0001,
    0x0003,
    0x000A,
    0x0702,
    0x0704,
    0x0800,
)
YEAR_S = 366 * 86_400
SNAPSHOT_MARGIN_S = 2 * 3600
INVALID_UTC = 0xFFFF_FFFF
Says = Callable[[Any], bool]
"""Whether a value means something."""


def _among(*values: int) -> Says:
    return lambda value: value in values


def _within(low: int, high: int, *besides: int) -> Says:
    return lambda value: isinstance(value, int) and (low <= value <= high or value in besides)


def _text(longest: int) -> Says:
    """A printable text of at most so many octets."""

    def says(value: Any) -> bool:
        octets = value.encode() if isinstance(value, str) else value
        return isinstance(octets, bytes) and len(octets) <= longest and all(0x20 <= each < 0x7F for each in octets)

    return says


def _some_text(longest: int) -> Says:
    says = _text(longest)
    return lambda value: says(value) and len(value) > 0


def _date(value: Any) -> bool:
    """DateCode: eight digits, then what the maker likes (ZCL r8, 3.2.2.2.7)."""
    return _text(16)(value) and (not value or value[:8].isdigit())


def _octets(longest: int) -> Says:
    return lambda value: isinstance(value, (bytes, str)) and len(value) <= longest


_FORMAT = "digits in front of and behind the point that a register of 48 bits has"


def _formatting(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= 0xFF and (value & 0x07) + (value >> 3 & 0x0F) > 0


RULES: dict[tuple[int, int], tuple[Says, str]] = {
    (BASIC, 0x0000): (_within(1, 8), "a version of the library, 1 to 8"),
    (BASIC, 0x0004): (_some_text(32), "a printable text of 1 to 32 octets"),
    (BASIC, 0x0005): (_some_text(32), "a printable text of 1 to 32 octets"),
    (BASIC, 0x0006): (_date, "eight digits, and at most 16 octets"),
    (BASIC, 0x0007): (lambda value: value & 0x7F in range(7), "a source of power, 0 to 6, and bit 7"),
    (BASIC, 0x0010): (_text(16), "a printable text of at most 16 octets"),
    (BASIC, 0x0011): (_within(0, 0x7F, 0xFF), "an environment, 0x00 to 0x7f, or 0xff"),
    (BASIC, 0x0012): (_among(0, 1), "0 or 1"),
    (BASIC, 0x0013): (_within(0, 3), "bits 0 and 1"),
    (BASIC, 0x0014): (_within(0, 3), "bits 0 and 1"),
    (BASIC, 0x4000): (_text(16), "a printable text of at most 16 octets"),
    (POWER, 0x0001): (_within(0, 0xFF), "a frequency"),
    (POWER, 0x0021): (_within(0, 200, 0xFF), "0 to 200 half percents, or 0xff"),
    (POWER, 0x0031): (_within(0, 9, 0xFF), "a size of battery"),
    (IDENTIFY, 0x0000): (_among(0), "0: it does not identify itself"),
    (TIME, 0x0001): (_within(0, 0x0F), "bits 0 to 3"),
    (TIME, 0x0002): (_within(-86_400, 86_400), "seconds, at most a day"),
    (TIME, 0x0005): (_within(-86_400, 86_400), "seconds, at most a day"),
    (METERING, 0x0000): (_within(0, 0xFFFF_FFFF_FFFE), "a number below 0xffffffffffff"),
    (METERING, 0x0006): (_within(-100, 100), "a power factor, -100 to 100"),
    (METERING, 0x0014): (_among(0, 1, 2, 3), "a state of the supply, 0 to 3"),
    (METERING, 0x0201): (_within(0, 100, 0xFF), "0 to 100 %, or 0xff"),
    (METERING, 0x0300): (lambda value: value & 0x7F <= 0x0D, "a unit of the library, 0x00 to 0x0d, and bit 7"),
    (METERING, 0x0301): (_within(1, 0xFF_FFFF), "a factor above 0"),
    (METERING, 0x0302): (_within(1, 0xFF_FFFF), "a divisor above 0"),
    (METERING, 0x0303): (_formatting, _FORMAT),
    (METERING, 0x0304): (_formatting, _FORMAT),
    (METERING, 0x0305): (_formatting, _FORMAT),
    (METERING, 0x0306): (lambda value: value <= 0x0E or 0x7F <= value <= 0x8F, "a kind of meter of the library"),
    (METERING, 0x0307): (_octets(32), "at most 32 octets"),
    (METERING, 0x0308): (_octets(24), "at most 24 octets"),
    (METERING, 0x0400): (_within(-0x7F_FFFF, 0x7F_FFFE), "a demand other than the invalid one"),
    (TUNNELING, 0x0000): (_within(1, 0xFFFF), "seconds, not 0"),
    (KEY_ESTABLISHMENT, 0x0000): (_within(1, 3), "suite 1, suite 2 or both"),
}
"""Whether a value means something, and in words what would."""
PAST = ((METERING, 0x0007), (METERING, 0x0008), (TIME, 0x0000))
"""Times that are neither in the future nor long ago."""


def implausible(cluster: int, attribute: int, value: Any, utc: int) -> str | None:
    """Return what a value should be in words; None: it means something, or nothing is known of the attribute.

    `utc`: the bench's time, seconds since 2000-01-01.
    """
    if (cluster, attribute) in PAST:
        near = value in (0, INVALID_UTC) or utc - YEAR_S <= value <= utc + SNAPSHOT_MARGIN_S
        return None if near else f"a time of the last year: {utc} or before"
    rule = RULES.get((cluster, attribute))
    if rule is None:
        return None
    says, words = rule
    return None if says(value) else words
