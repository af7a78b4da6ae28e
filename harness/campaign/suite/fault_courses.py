"""Courses with named faults: each fault in each place."""

from __future__ import annotations

from hanbench.harness.campaign.suite.courses import HEALTHY, LETTERS, Course, findings, sequence
from hanbench.harness.case.fault_catalogue import CATALOGUE, FAULTS_OF_EVERY_HAN

FAULTS = FAULTS_OF_EVERY_HAN


def lasting(fault: str) -> Course:
    """Return the course in which a fault is there from the first check on."""
    if fault == LETTERS["f"]:
        return findings("fffff")
    return sequence(fault, f"{CATALOGUE[fault].title.lower()} from the first check on", (fault,))


def at_commissioning(fault: str) -> Course:
    """Return the course in which a fault comes after the pass, at commissioning, and lasts."""
    words = f"the first check passes, and at commissioning: {CATALOGUE[fault].title.lower()}"
    return Course(f"{fault}-at-commissioning", words, (HEALTHY,), ((fault, 0),))


def places(first: str) -> Course:
    """Return a course of five checks, each under another fault, that begins with `first`."""
    at = FAULTS.index(first)
    checks = tuple(FAULTS[(at + step) % len(FAULTS)] for step in (0, 7, 14, 21, 28))
    return sequence(f"{first}-first", f"another fault at each check: {', '.join(checks)}", checks)


SPOILERS = ("esme-dead", "wan-down", "bench-fault")


def spoiled(fault: str, times: int, then: str) -> Course:
    """Return three failures, after which so many commissionings fail; then the checks find `then`."""
    name = f"fff{then}-{fault}-spoils-{times}"
    words = f"checks find fff{then}, and at {times} commissionings: {CATALOGUE[fault].title.lower()}"
    spoilers = tuple((fault, 3 + number) for number in range(1, times + 1))
    return Course(name, words, tuple(LETTERS[each] for each in f"fff{then}"), spoilers)
