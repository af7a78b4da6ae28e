"""Exit statuses, and the conversion of exceptions to one line on stderr.

This module imports nothing heavy, because `hanbench --help` loads it too.
"""

from __future__ import annotations

import atexit
import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from types import FrameType

import click

from hanbench.hardware.errors import RadioError
from hanbench.harness.cli.output import abandon, log
from hanbench.harness.files import OutputError
from hanbench.profiles.errors import ProfileError


class ExitStatus(IntEnum):
    """Exit statuses of hanbench."""

    EXPECTED = 0
    """The command succeeded, and no violation was found."""
    VIOLATION = 1
    """A rule was broken or an expectation failed."""
    UNKNOWN = 2
    """Inconclusive: no violation was found, but some scenario or check has no verdict."""
    BAD_INPUT = 3
    """A file, a value or the command line is invalid."""
    INTERNAL = 4
    """hanbench has a bug."""
    INTERRUPTED = 130
    """The user pressed Ctrl-C."""
    NO_READER = 141
    """The reader of the output closed it, as `head` does."""


_UNWINDING_SINCE = 0.25
"""Seconds after which a signal's exception is raised again, unless it is being handled by then."""

_ONE_WISH = 1.0
"""Seconds in which several SIGINTs count as one: `timeout` sends one to the program and one to its group."""


NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))
"""Of a stream: the disk or the device is full or broken, a quota is used up, or the file may not grow (write(2))."""
_NO_PATH = frozenset((errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR))
"""Of a path that no file can have, which only the user can have given (path_resolution(7))."""
_LONGEST_WORD, _KEPT = 400, 60
"""Characters of a word in an error, and of its ends if it is longer: a path fits, a number of 4,400 digits does not."""


class BadInput(Exception):  # noqa: N818  the user's error, not hanbench's
    """Invalid input, with its place and the expected input."""

    def __init__(self, file: str | Path | None, key: str | None, expected: str) -> None:
        """`file`: None for the command line. `key`: the key, option or line in the file; None for the whole file."""
        super().__init__(": ".join(str(part) for part in (file, key, expected) if part is not None))
        self.file = file
        self.key = key
        self.expected = expected


def unknown(kind: str, name: str, known: Iterable[str], command: str) -> BadInput:
    """Return the error for an unknown name, with the nearest known one, and with the command that lists them."""
    from hanbench.profiles.explain import suggestion

    listed = f"(`hanbench {command}` lists them)"
    if not name:
        return BadInput(None, None, f"expected a {kind}, got '' {listed}")
    if Path(name).is_dir():
        return BadInput(None, name, f"is a folder; expected a {kind} {listed}")
    return BadInput(None, name, f"no such {kind}{suggestion(name, tuple(known))} {listed}")


def exit_status_of(program: Callable[[], object], name: str = "hanbench") -> int:
    """Run `program` and return its exit status: its result if that is an int, else EXPECTED."""
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
    except (BadInput, OutputError, ProfileError, RadioError) as error:
        return _complain(f"{name}: {error}", ExitStatus.BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        return _complain(f"{name}: interrupted", ExitStatus.INTERRUPTED)
    except BrokenPipeError:
        abandon(sys.stdout)
        return ExitStatus.NO_READER
    except Exception as error:  # noqa: BLE001  a bug must also end with a status and one line
        if isinstance(error, OSError) and error.errno in NO_ROOM and error.filename is None:
            abandon(sys.stdout)  # every file is written through `harness/files.py`, whose errors name it
            return _complain(f"{name}: standard output cannot be written: {error.strerror}", ExitStatus.BAD_INPUT)
        if isinstance(error, OSError) and error.errno in _NO_PATH and error.filename is not None:
            path = os.fsdecode(error.filename)
            return _complain(f"{name}: {path}: cannot be used: {error.strerror}", ExitStatus.BAD_INPUT)
        if os.environ.get("HANBENCH_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = "HANBENCH_DEBUG=1 shows where"
        return _complain(f"{name} itself failed: {_line(said)} ({hint})", ExitStatus.INTERNAL)
    return result if isinstance(result, int) else ExitStatus.EXPECTED


def end_cleanly_on_signals() -> None:
    """Make SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that workers end and files are cleaned up.

    Python drops the exception of a handler that runs in the callback of a weak reference (frequent during imports) or
    below C code that discards errors. A timer therefore raises it again until it has been seen to unwind.
    """
    ending: list[BaseException] = []

    def end(number: int, frame: FrameType | None) -> None:
        # A second signal must not interrupt the clean-up, except a second Ctrl-C of the user.
        signal.signal(number, _second_ctrl_c() if number == signal.SIGINT else signal.SIG_IGN)
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
        # A parent process that starts hanbench with a signal ignored, as nohup does, wants it ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def has_unwound() -> None:
    """Say that the exception of a signal was caught, and that the command goes on: it is not raised again."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _second_ctrl_c() -> Callable[[int, FrameType | None], None]:
    """Return the handler after a first SIGINT: it raises KeyboardInterrupt, unless the two are one wish to end."""
    first = time.monotonic()

    def again(number: int, frame: FrameType | None) -> None:
        if time.monotonic() - first > _ONE_WISH:
            raise KeyboardInterrupt

    return again


def _usage(name: str, error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return f"{name}: {_line(error.format_message())}"
    path = context.command_path
    return f"{path}: {_line(error.format_message()).rstrip('.')} (see `{path} --help`)"


def _complain(line: str, status: ExitStatus) -> ExitStatus:
    log(_line(line))
    return status


def _line(text: str) -> str:
    words = text.split()
    return " ".join(each if len(each) <= _LONGEST_WORD else f"{each[:_KEPT]}...{each[-_KEPT:]}" for each in words)
