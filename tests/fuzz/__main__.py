"""`make fuzz`: all targets in turn, each from its corpus.

    python -m tests.fuzz run [--seconds N] [--target NAME ...] [--work FOLDER] [--figures FILE]
    python -m tests.fuzz mutate [--seconds N] [--inputs N] [--seed TEXT] [--target NAME ...] [--figures FILE]
    python -m tests.fuzz replay TARGET FILE ...
    python -m tests.fuzz seed [--more FOLDER ...]
    python -m tests.fuzz merge [--target NAME ...]

`mutate` needs no atheris: it breaks the corpus at random, all targets in one process, and learns nothing from what an
input reaches. New inputs of `run` go to the work folder, out/fuzz by default; `merge` brings into the corpus of
the repository those that reach something new, and leaves out what became superfluous.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import logging
import os
import shutil
import sys
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.fuzz import corpus, plain, session, table
from tests.fuzz.target import attempt

_PROGRESS_EACH = 5.0
"""Real seconds between two lines of progress of a target."""
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return 1 for findings, 3 for what cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        names = [table.named(name).name for name in options.target] or [each.name for each in table.every()]
        return int(options.do(options, names))
    except table.UnknownTargetError as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.set_defaults(target=[])
    verbs = parser.add_subparsers(required=True)
    run = verbs.add_parser("run", help="fuzz")
    run.add_argument("--seconds", type=int, default=60, help="of real time a target")
    run.add_argument("--figures", type=Path, help="file for counts, JSON")
    run.set_defaults(do=_run)
    mutate = verbs.add_parser("mutate", help="break the corpus at random, without atheris")
    mutate.add_argument("--seconds", type=float, default=10.0, help="of processor time a target")
    mutate.add_argument("--inputs", type=int, default=sys.maxsize, help="of a target, at most")
    mutate.add_argument("--seed", default="1", help="of the random numbers")
    mutate.add_argument("--figures", type=Path, help="file for counts, JSON")
    mutate.set_defaults(do=_mutate)
    merge = verbs.add_parser("merge", help="renew the corpus")
    merge.set_defaults(do=_merge)
    seed = verbs.add_parser("seed", help="put into the work folder what the corpus begins from")
    seed.add_argument("--more", type=Path, action="append", default=[], help="folder with further files")
    seed.set_defaults(do=_seed)
    for each in (run, mutate, merge, seed):
        each.add_argument("--target", action="extend", nargs="*", default=[], help="names; default: all")
        each.add_argument("--work", type=Path, default=Path("out/fuzz"), help="folder of new inputs and findings")
    replay = verbs.add_parser("replay", help="run inputs once, without atheris")
    replay.add_argument("name")
    replay.add_argument("files", type=Path, nargs="+")
    replay.set_defaults(do=_replay)
    return parser


# --- run --------------------------------------------------------------------------------------------------------------


def _run(options: argparse.Namespace, names: list[str]) -> int:
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: it has wheels for CPython 3.11 to 3.14 on x86-64 Linux", file=sys.stderr)
        return 3
    done: list[session.Session] = []
    try:
        for number, name in enumerate(names, start=1):
            progress = _Progress(f"[{number}/{len(names)}]")
            try:
                done.append(session.fuzz(name, options.seconds, options.work, progress))
            except KeyboardInterrupt:
                done += progress.latest
                raise
            _tell(f"[{number}/{len(names)}]", done[-1])
    finally:
        _summary(done, len(names))
        _keep_figures(options.figures, done)
    return int(any(each.problem for each in done))


def _mutate(options: argparse.Namespace, names: list[str]) -> int:
    logging.disable()
    done: list[session.Session] = []
    try:
        for number, name in enumerate(names, start=1):
            place = f"[{number}/{len(names)}]"
            progress = partial(_told_inputs, place)
            limits = (options.seed, options.seconds, options.inputs, options.work)
            found = plain.mutate(table.named(name), *limits, progress)
            done.append(session.Session(name, found.inputs, 0, 0, found.finding, found.problem))
            _told_inputs(place, name, found.inputs)
            _tell_finding(done[-1])
    finally:
        _summary(done, len(names))
        _keep_figures(options.figures, done)
    return int(any(each.problem for each in done))


def _told_inputs(place: str, target: str, inputs: int) -> None:
    print(f"{place} {target}: {inputs:,} inputs", flush=True)


class _Progress:
    """A line of progress now and then."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._due = time.monotonic() + _PROGRESS_EACH
        self.latest: list[session.Session] = []
        """What is known by now; empty before the first line."""

    def __call__(self, so_far: session.Session) -> None:
        self.latest = [so_far]
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _PROGRESS_EACH
            print(f"{self._place} {_counts(so_far)}", flush=True)


def _counts(of: session.Session) -> str:
    return f"{of.target}: {of.inputs:,} inputs, {of.new_coverage} new of {of.coverage} edges"


def _tell(place: str, of: session.Session) -> None:
    print(f"{place} {_counts(of)}{', done' if not of.problem else ''}", flush=True)
    _tell_finding(of)


def _tell_finding(of: session.Session) -> None:
    if of.problem:
        print(f"  finding: {of.problem}")
    if of.finding is not None:
        print(f"  file:    {of.finding}")
        print(f"  replay:  python -m tests.fuzz replay {of.target} {of.finding}", flush=True)


def _summary(done: list[session.Session], of: int) -> None:
    found = sum(1 for each in done if each.problem)
    inputs = sum(each.inputs for each in done)
    print(f"{len(done)} of {of} targets, {inputs:,} inputs, {found} findings")


def _keep_figures(path: Path | None, done: list[session.Session]) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_figures(done), indent=2) + "\n", encoding="utf-8")


def _figures(done: list[session.Session]) -> dict[str, object]:
    return {
        "inputs": sum(each.inputs for each in done),
        "findings": [{"target": each.target, "problem": each.problem} for each in done if each.problem],
        "targets": {each.target: {"inputs": each.inputs, "edges": each.coverage} for each in done},
    }


# --- replay, seed, merge ----------------------------------------------------------------------------------------------


def _replay(options: argparse.Namespace, names: list[str]) -> int:
    target = table.named(options.name)
    failed = 0
    for path in options.files:
        try:
            attempt(target, path.read_bytes())
            print(f"{path}: no finding")
        except Exception:  # noqa: BLE001 - it is what is looked for
            failed += 1
            traceback.print_exc()
            print(f"{path}: a finding")
    return int(failed > 0)


def _seed(options: argparse.Namespace, names: list[str]) -> int:
    from tests.fuzz.seeds.every import seeds

    for name, inputs in seeds(options.more).items():
        if name in names:
            print(f"{name}: {corpus.add(options.work / name, inputs)} inputs")
    return 0


def _merge(options: argparse.Namespace, names: list[str]) -> int:
    for name in names:
        chosen = options.work / f"chosen-{name}"
        shutil.rmtree(chosen, ignore_errors=True)
        sources = [path for path in (corpus.FOLDER / name, options.work / name) if path.is_dir()]
        if not sources:
            continue
        chosen.mkdir(parents=True)
        session.merge(name, chosen, sources)
        print(f"{name}: {corpus.replace(name, chosen)} files", flush=True)
        shutil.rmtree(chosen)
    return 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
    os._exit(1)
