"""Exit statuses, and how what went wrong becomes one line on stderr.

Imports nothing heavy: this is loaded for `hanbench --help` too.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from types import FrameType

import click

from hanbench.hardware.errors import RadioError
from hanbench.profiles.errors import ProfileError


class ExitStatus(IntEnum):
    """What hanbench's exit status says."""

    EXPECTED = 0
    """Everything went as expected."""
    VIOLATION = 1
    """A rule was broken or an expectation failed."""
    UNKNOWN = 2
    """Inconclusive: nothing was found wrong, but not everything could be judged."""
    BAD_INPUT = 3
    """A file, a value or the command line was not what it should be."""
    INTERNAL = 4
    """hanbench itself failed."""
    INTERRUPTED = 130
    """Ctrl-C."""
    NO_READER = 141
    """Whoever read the output went away, as `head` does."""


_UNWINDING_SINCE = 0.25
"""Seconds after which what a signal raised is raised again, unless it is being handled."""


class BadInput(Exception):  # noqa: N818  whoever wrote the input erred, not hanbench
    """Input that cannot be used: where it is, and what was expected there."""

    def __init__(self, file: str | Path | None, key: str | None, expected: str) -> None:
        """`file`: None for the command line. `key`: the key, option or line in it; None for the file as a whole."""
        super().__init__(": ".join(str(part) for part in (file, key, expected) if part is not None))
        self.file = file
        self.key = key
        self.expected = expected


def unknown(kind: str, name: str, known: Iterable[str]) -> BadInput:
    """`name` is no `kind`; say which there are."""
    return BadInput(None, name, f"no such {kind}; there is {', '.join(sorted(known)) or 'none'}")


def exit_status_of(program: Callable[[], object], name: str = "hanbench") -> int:
    """Run `program` to its exit status. What it returns is the status if it is an int, else all was as expected."""
    try:
        result = program()
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitStatus.BAD_INPUT
    except click.ClickException as error:
        return _complain(_usage(name, error), ExitStatus.BAD_INPUT)
    except (BadInput, ProfileError, RadioError) as error:
        return _complain(f"{name}: {error}", ExitStatus.BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        return _complain(f"{name}: interrupted", ExitStatus.INTERRUPTED)
    except BrokenPipeError:
        # The interpreter flushes stdout once more when it ends: give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.NO_READER
    except Exception as error:  # noqa: BLE001  the last line of defence: a status and one line, whatever it was
        if os.environ.get("HANBENCH_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = "HANBENCH_DEBUG=1 shows where"
        return _complain(f"{name} itself failed: {_line(said)} ({hint})", ExitStatus.INTERNAL)
    return result if isinstance(result, int) else ExitStatus.EXPECTED


def end_cleanly_on_signals() -> None:
    """Make SIGTERM and SIGHUP unwind the stack as Ctrl-C does: workers end, and what was begun is cleaned up.

    A signal can come where Python drops what its handler raised: in a weak reference's callback, of which there are
    many while modules are imported, or below C code that takes any error for an answer. So it is raised again until
    it is seen to unwind.
    """
    ending: list[BaseException] = []

    def end(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second signal must not break off the tidying up, except for somebody's second Ctrl-C.
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_IGN)
        ending.append(KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number))
        signal.setitimer(signal.ITIMER_REAL, _UNWINDING_SINCE, _UNWINDING_SINCE)
        raise ending[-1]

    def again(number: int, frame: FrameType | None) -> None:
        handled = sys.exc_info()[1]
        while handled is not None:
            if handled in ending:
                return
            handled = handled.__context__
        raise ending[-1]

    signal.signal(signal.SIGALRM, again)
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever started us with a signal ignored, as nohup does, wants it ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def _usage(name: str, error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return f"{name}: {_line(error.format_message())}"
    path = context.command_path
    return f"{path}: {_line(error.format_message()).rstrip('.')} (see `{path} --help`)"


def _complain(line: str, status: ExitStatus) -> ExitStatus:
    click.echo(_line(line), err=True)
    return status


def _line(text: str) -> str:
    return " ".join(text.split())
