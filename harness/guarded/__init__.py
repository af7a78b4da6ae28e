"""Programs of the user, each under a guard: what a program starts ends with it, and all end with hanbench."""

from __future__ import annotations

from hanbench.harness.guarded.process import GuardedProcess, run_shell

__all__ = ["GuardedProcess", "run_shell"]
