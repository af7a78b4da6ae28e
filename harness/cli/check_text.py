"""A HAN-connectivity check on the terminal, and its exit status."""

from __future__ import annotations

from hanbench.harness.case.calendar import shown
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import print_line, verdict

STATUS = {
    Verdict.PASS: ExitStatus.EXPECTED,
    Verdict.FAIL: ExitStatus.VIOLATION,
    Verdict.INCONCLUSIVE: ExitStatus.UNKNOWN,
}


def print_check(said: HanCheck, home: str = "", mirror: str | None = None) -> None:
    """Print a check in some lines. `home`: its name; `mirror`: the age of the gas meter's mirror, in words."""
    about = f"{home}: " if home else ""
    code = f" {said.code}" if said.code else ""
    print_line(f"{about}{verdict(said.verdict.value + code)}: {said.detail}")
    print_line(f"  from {shown(said.started, said.start)} to {shown(said.finished, said.end)}")
    if said.cause is not None:
        print_line(f"  cause: {said.cause.value}")
    if mirror is not None:
        print_line(f"  {mirror}")
    if said.frames:
        more = " ..." if len(said.frames) > 12 else ""
        print_line(f"  evidence: frames {', '.join(map(str, said.frames[:12]))}{more}")
