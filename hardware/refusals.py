"""What follows when a dongle refuses a command: a table with reasons."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, SpinelStatus
from hanbench.hardware.desired_state import EXTENDED, RECEIVER, SHORT, SpinelCommand

ALREADY = 19
"""SPINEL_STATUS_ALREADY."""
PASSING: frozenset[int] = frozenset({SpinelStatus.BUSY, SpinelStatus.INVALID_STATE})
"""Statuses of a radio that does something else at this moment: the same command may succeed a little later."""


class Consequence(Enum):
    """What the driver does after a refusal."""

    IGNORE = auto()
    """Nothing: the dongle is in the desired state."""
    NOTE = auto()
    """It tells the user, and goes on."""
    REWRITE_TABLE = auto()
    """It tells the user, and clears and refills the table."""
    MATCH_ALL = auto()
    """It disables the source-match tables until the entries fit."""
    RETRY = auto()
    """It sends the command again a few times, and ends as after FAIL."""
    FAIL = auto()
    """The radio has failed: the driver restarts it."""


SURVIVED = frozenset(Consequence) - {Consequence.RETRY, Consequence.FAIL}
"""What the bench goes on after."""


class Rule(NamedTuple):
    """One row of the table."""

    command: CommandId
    properties: frozenset[PropertyId]
    statuses: frozenset[int] | None
    """None: any status."""
    consequence: Consequence
    reason: str


_TABLES = frozenset({SHORT, EXTENDED})

RULES = (
    Rule(
        CommandId.REMOVE,
        _TABLES,
        None,
        Consequence.REWRITE_TABLE,
        "OpenThread of November 2024 to February 2025 refuses each REMOVE of an extended address, with 16394; the entry"
        " that stays promises a child one frame too many. OpenThread's own host goes on as well",
    ),
    Rule(
        CommandId.INSERT,
        _TABLES,
        frozenset({ALREADY}),
        Consequence.IGNORE,
        "the entry is there, which is what was asked for",
    ),
    Rule(
        CommandId.INSERT,
        _TABLES,
        frozenset({SpinelStatus.NOMEM}),
        Consequence.MATCH_ALL,
        "a full table would promise some children nothing; a disabled one promises every child a frame",
    ),
    Rule(
        CommandId.SET,
        frozenset({PropertyId.PHY_TX_POWER}),
        None,
        Consequence.NOTE,
        "each board has a range of its own, and a radio sends at its own power",
    ),
    Rule(
        CommandId.SET,
        frozenset({PropertyId.PHY_CHAN, RECEIVER}),
        PASSING,
        Consequence.RETRY,
        "the firmware of EFR32 radios refuses both while an acknowledgement goes out",
    ),
)
"""Rules in order; the first that fits applies."""

OTHERWISE = Consequence.FAIL
"""With another address, network, channel or receiver than the stack believes in, a check says nothing about a meter."""


def consequence_of(command: SpinelCommand, status: int) -> Consequence:
    """Return what follows when `command` was refused with `status`."""
    for rule in RULES:
        about_it = command.command is rule.command and command.property in rule.properties
        if about_it and (rule.statuses is None or status in rule.statuses):
            return rule.consequence
    return OTHERWISE
