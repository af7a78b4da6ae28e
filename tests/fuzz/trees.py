"""Mutations of TOML and JSON as trees: values of the wrong type, size or sign, keys left out, misspelt and swapped.

Octets alone rarely get past a parser of texts. What cannot be read as a tree is left to libFuzzer.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any
from urllib.parse import quote

import tomli_w

Mutate = Callable[[bytes, Random], bytes | None]
"""Return another input; None: this one is no tree."""

ODD: tuple[Any, ...] = (
    *("", "\n", "é\x00", "x" * 300, "0" * 16, "f" * 16, "F" * 36, "../x", "./mine.toml"),
    *("PT1H", "-PT1H", "P99999999D", "PT9999999999999999H", "2022-04-04T00:00:00Z", "9999-12-31T23:59:59Z"),
    *("gsme", "hub", "fail", "dormant", "tmad-v09"),
    *(0, 1, -1, 3, 2**31, 2**53, 2**62, -(2**63), 1.5, 1e308, -0.0, True, [], {}),
)
ODD_DATES: tuple[Any, ...] = (
    *(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2022, 4, 4)),  # noqa: DTZ001
    *(date(2036, 2, 7), time(1, 2), float("inf"), float("nan")),
)
"""Only TOML has these."""
_IN_QUERY = re.compile(rb"(?<==)[^&\s]*")
_LENGTH = re.compile(rb"(content-length: *)\d+", re.IGNORECASE)
_FACTORS = (-1, 7, 1_000, 1e-3, 1e12)


def toml(octets: bytes, random: Random) -> bytes | None:
    """A mutation of a TOML file."""
    try:
        tree = tomllib.loads(octets.decode())
        return tomli_w.dumps(_mutated(tree, random, (*ODD, *ODD_DATES))).encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def json_text(octets: bytes, random: Random) -> bytes | None:
    """A mutation of one JSON value."""
    try:
        return json.dumps(_mutated(json.loads(octets), random, ODD)).encode()
    except (ValueError, RecursionError):
        return None


def json_lines(octets: bytes, random: Random) -> bytes | None:
    """A mutation of some of the lines of a file of JSON."""
    lines = octets.splitlines()
    if not lines:
        return None
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(lines))
        changed = json_text(lines[place], random)
        if changed is None:
            return None
        lines[place] = changed
    if random.random() < 0.1:
        lines.insert(random.randrange(len(lines)), random.choice(lines))
    return b"\n".join(lines) + b"\n"


def request(octets: bytes, random: Random) -> bytes | None:
    """A mutation of an HTTP request: of a value in its query, or of its body as JSON, whose length is told anew."""
    head, blank, body = octets.partition(b"\r\n\r\n")
    values = list(_IN_QUERY.finditer(head.partition(b"\r\n")[0]))
    if values and (not body or random.random() < 0.5):
        value = random.choice(values)
        odd = quote(str(random.choice(ODD)), errors="replace").encode()
        return head[: value.start()] + odd + head[value.end() :] + blank + body
    changed = json_text(body, random)
    if changed is None:
        return None
    return _LENGTH.sub(rb"\g<1>%d" % len(changed), head) + blank + changed


def behind(head: int, mutate: Mutate) -> Mutate:
    """Return a mutation of what stands behind the first octets, which choose something."""

    def mutated(octets: bytes, random: Random) -> bytes | None:
        changed = mutate(octets[head:], random)
        return None if changed is None else octets[:head] + changed

    return mutated


def _mutated(value: Any, random: Random, odd: tuple[Any, ...]) -> Any:
    """Return a tree with a change in one place."""
    chance = random.random()
    if isinstance(value, dict) and value:
        return _of_table(value, random, odd, chance)
    if isinstance(value, list) and value:
        if chance < 0.1:
            return [*value, random.choice(value)]
        if chance < 0.2:
            return value[:-1]
        place = random.randrange(len(value))
        return [*value[:place], _mutated(value[place], random, odd), *value[place + 1 :]]
    if isinstance(value, int | float) and not isinstance(value, bool) and chance < 0.5:
        return random.choice((value + 1, value - 1, *(value * factor for factor in _FACTORS)))
    return random.choice(odd)


def _of_table(table: dict[str, Any], random: Random, odd: tuple[Any, ...], chance: float) -> dict[str, Any]:
    name, other = random.choice(list(table)), random.choice(list(table))
    if chance < 0.1:
        return {key: value for key, value in table.items() if key != name}
    if chance < 0.15:
        return {**table, f"{name}x": table[name]}
    if chance < 0.2:
        return {**table, name: table[other], other: table[name]}
    return {**table, name: _mutated(table[name], random, odd)}
