"""One run of one target: libFuzzer's process, its lines, and what they say."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.fuzz import corpus

HANGS_AFTER = 20
"""Real seconds of one input after which libFuzzer ends it; a slow one is found by its processor time before that."""
MEMORY_MB = 1_500
PROGRAM = "HANBENCH_FUZZ_PROGRAM"
"""Environment: the program as which libFuzzer starts itself."""
MOST_WORDS = 1_000
_WORD = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{2,30}")
_LINE = re.compile(r"^#(?P<inputs>\d+)\s+(?P<event>\S+)\s+cov: (?P<coverage>\d+)")
_EXECUTED = re.compile(r"^stat::number_of_executed_units:\s+(?P<inputs>\d+)")
_ARTIFACT = re.compile(r"Test unit written to (?P<path>\S+)")
_ERROR = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Fault|Refused|Misfit)\b.*|^==\d+== ?ERROR: .*")


class Session(NamedTuple):
    """What one run of a target came to."""

    target: str
    inputs: int
    coverage_before: int
    coverage: int
    finding: Path | None = None
    """The input that was a finding."""
    problem: str = ""
    """The finding in one line."""

    @property
    def new_coverage(self) -> int:
        """Edges that no input of the corpus reached."""
        return self.coverage - self.coverage_before


def fuzz(
    target: str, seconds: int, work: Path, progress: Callable[[Session], None], *, runs: int | None = None
) -> Session:
    """Fuzz a target. New inputs go to `work`, findings beside it. Raises KeyboardInterrupt when the user ends it."""
    inputs = work / target
    inputs.mkdir(parents=True, exist_ok=True)
    findings = work / "findings"
    findings.mkdir(exist_ok=True)
    (corpus.FOLDER / target).mkdir(parents=True, exist_ok=True)
    limit = f"-max_total_time={seconds}" if runs is None else f"-runs={runs}"
    options = [limit, f"-timeout={HANGS_AFTER}", f"-rss_limit_mb={MEMORY_MB}", "-print_final_stats=1"]
    options += [f"-artifact_prefix={findings}/{target}-", *_length(target), *_dictionary(target, work)]
    return _followed(target, [*options, str(inputs), str(corpus.FOLDER / target)], progress)


def merge(target: str, into: Path, sources: list[Path]) -> None:
    """Put into a folder the fewest and smallest files that reach what all of `sources` reach."""
    options = ["-merge=1", f"-timeout={HANGS_AFTER}", f"-rss_limit_mb={MEMORY_MB}", *_length(target)]
    with tempfile.TemporaryDirectory() as folder:
        # libFuzzer starts itself again to run the inputs, by the name under which it was started.
        program = Path(folder) / "target"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(_command(target))} "$@"\n', encoding="utf-8")
        program.chmod(0o700)
        done = subprocess.run(
            [program, *options, into, *sources],
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
            env={**os.environ, PROGRAM: str(program)},
        )
    if done.returncode or not any(into.iterdir()):
        raise RuntimeError(f"{target}: {done.stderr[-1_000:]}")


def _dictionary(target: str, work: Path) -> list[str]:
    """Return the option for the words of a target whose inputs are text: what libFuzzer puts in the place of others."""
    texts = [path.read_bytes() for path in corpus.files_of(target)]
    if not texts or sum(text.isascii() for text in texts) < len(texts) / 2:
        return []
    words = sorted({word for text in texts for word in _WORD.findall(text)})[:MOST_WORDS]
    if not words:
        return []
    path = work / f"{target}.dict"
    path.write_text("".join(f'"{word.decode()}"\n' for word in words), encoding="ascii")
    return [f"-dict={path}"]


def _length(target: str) -> list[str]:
    from tests.fuzz.table import named

    return [f"-max_len={named(target).longest}"]


def _command(target: str) -> list[str]:
    return [sys.executable, "-m", "tests.fuzz.one", target]


def _followed(target: str, arguments: list[str], progress: Callable[[Session], None]) -> Session:
    """Run libFuzzer, and follow its lines."""
    process = subprocess.Popen(
        [*_command(target), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    session = Session(target, 0, 0, 0)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            session = _with(session, line.rstrip())
            progress(session)
        process.wait()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        with contextlib.suppress(OSError):
            process.stdout.close()
    if process.returncode and not session.problem:
        session = session._replace(problem=f"the process ended with status {process.returncode}")
    return session


def _with(session: Session, line: str) -> Session:
    """Return what is known after one more line of libFuzzer."""
    if match := _LINE.match(line):
        coverage = int(match["coverage"])
        before = coverage if match["event"] in ("INITED", "READ") else session.coverage_before
        return session._replace(inputs=int(match["inputs"]), coverage=coverage, coverage_before=before)
    if match := _EXECUTED.match(line):
        return session._replace(inputs=int(match["inputs"]))
    if match := _ARTIFACT.search(line):
        return session._replace(finding=Path(match["path"]))
    if _ERROR.match(line) and not session.problem:
        return session._replace(problem=line[:300])
    return session
