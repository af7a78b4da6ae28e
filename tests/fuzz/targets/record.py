"""What earlier runs left: traces, reports, the journal of a bench, the flash of its devices, decisions in an outbox."""

from __future__ import annotations

import msgspec

from hanbench.harness.bench import flash_file
from hanbench.harness.case import trace
from hanbench.harness.case.trace import AnyRecord, Header
from hanbench.harness.case.trace_file import read_trace
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.judge import _judged
from hanbench.harness.conform import journal
from hanbench.harness.conform.fuzz.frame import read_sequence
from hanbench.harness.conform.report import read_conform_report
from hanbench.harness.control.recorded_events import read_bench
from hanbench.harness.oracle import Basis
from hanbench.harness.report.json_file import read_report
from hanbench.profiles.errors import ProfileError
from tests.fuzz import trees
from tests.fuzz.place import file, folder
from tests.fuzz.target import Target, stable


def _trace(octets: bytes) -> None:
    def read(each: bytes) -> tuple[Header, list[AnyRecord]]:
        return read_trace(file(each, "trace.jsonl"))

    stable(read, lambda read: trace.encode(read[1]), octets)


def _judge(octets: bytes) -> None:
    """What `hanbench judge` makes of a trace: a judgement that can be printed."""
    msgspec.json.encode(_judged(file(octets, "judged.jsonl"), Basis.ASSUMED))


def _journal(octets: bytes) -> None:
    place = folder() / "run"
    place.mkdir(exist_ok=True)
    (place / "events.jsonl").write_bytes(octets)
    read_bench(place, "run")


def _flash(octets: bytes) -> None:
    """The flash of a bench; encoded again it is the same."""
    stable(flash_file.decode, flash_file.encode, octets)


def _report(octets: bytes) -> None:
    stable(lambda each: read_report(file(each, "report.json")), msgspec.json.encode, octets)


def _conform_report(octets: bytes) -> None:
    stable(lambda each: read_conform_report(file(each, "report.json")), msgspec.json.encode, octets)


def _conform_journal(octets: bytes) -> None:
    journal.read_journal(file(octets, journal.NAME).parent, "run")


def _fuzz_sequence(octets: bytes) -> None:
    stable(lambda each: read_sequence(file(each, "sequence.json")), msgspec.json.encode, octets)


TARGETS = (
    Target("record.trace", _trace, (ProfileError,), 8192, trees.json_lines),
    Target("record.judge", _judge, (ProfileError, BadInput), 8192, trees.json_lines),
    Target("record.journal", _journal, (ProfileError,), 8192, trees.json_lines),
    Target("record.flash", _flash, (flash_file.FlashFileError,), 8192),
    Target("record.report", _report, (ProfileError,), 4096, trees.json_text),
    Target("record.conform_report", _conform_report, (ProfileError,), 4096, trees.json_text),
    Target("record.conform_journal", _conform_journal, (ProfileError,), 4096, trees.json_lines),
    Target("record.fuzz_sequence", _fuzz_sequence, (ProfileError,), 4096, trees.json_text),
)
