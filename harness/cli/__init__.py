"""The command line: `main` has the table of commands, `commands` their options and help, `errors` the exit statuses."""

from __future__ import annotations

PROGRAM = "hanbench"
COMPLETION = "_HANBENCH_COMPLETE"
"""Environment variable with which the completion script of a shell asks for completions."""
