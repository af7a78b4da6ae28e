"""Inputs that are wrong, each with a piece of the one line that hanbench answers, and with exit status 3.

What is expected comes from the documentation: docs/benches.md, scenarios.md, conformance.md, decode.md, diagnose.md,
control.md, serve.md, mqtt.md, suite.md and `--help` say which values there are; docs/migration.md says what a bad input
gets (status 3, one line: file, key, what was expected, nearest right spelling).
"""

from __future__ import annotations

from tests.support.bad_inputs.benches import BENCHES
from tests.support.bad_inputs.commands import COMMANDS
from tests.support.bad_inputs.files import FILES
from tests.support.bad_inputs.row import Row
from tests.support.bad_inputs.scenarios import SCENARIOS
from tests.support.bad_inputs.welcome import WELCOME

ROWS: tuple[Row, ...] = (*COMMANDS, *BENCHES, *SCENARIOS, *FILES)

__all__ = ["ROWS", "WELCOME", "Row"]
