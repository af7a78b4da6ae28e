"""Folders of finished runs: of `hanbench run` and `verify`, and hostile ones, which end in one clear line."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.cli.main import main
from hanbench.harness.control.errors import REPLAYED, UNKNOWN_FRAME, ControlError
from hanbench.harness.control.events import (
    BenchEvent,
    CheckProgress,
    CommissioningProgress,
    ConsentStated,
    DecisionMade,
    FaultChanged,
    FrameSeen,
    LogLine,
)
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.recorded_folder import read_folder
from hanbench.harness.control.requests import CaptureRequest, CheckRequest, FrameRequest, NodesRequest, Request
from hanbench.harness.control.table import REPLAYED as ANSWERED
from hanbench.harness.control.table import VERBS
from hanbench.profiles.errors import ProfileError


def ran(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `hanbench run` leaves of a case with three failed checks, supplier and consent: Mixed, GSME Active."""
    folder = tmp_path_factory.mktemp("run")
    ran(["run", "active-supplier-requests", "--slow-background", "--out", str(folder)])
    return folder


def replayed(folder: Path) -> RecordedBench:
    (run,) = read_folder(folder)
    return RecordedBench(run)


def events_of(bench: RecordedBench) -> list[BenchEvent]:
    return bench.journal.after(0, (), bench.journal.last)[0]


def of(events: list[BenchEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_run_is_replayed_as_its_trace_and_its_report_say(run_folder: Path) -> None:
    events = events_of(replayed(run_folder))
    report = json.loads((run_folder / "report.json").read_bytes())
    checks = [event.check for event in of(events, CheckProgress) if event.check]
    assert [check.verdict.value for check in checks] == [check["verdict"] for check in report["checks"]]
    assert of(events, DecisionMade)[-1].outcome is Outcome(report["decision"])
    assert [(event.supplier, event.says.value) for event in of(events, ConsentStated)] == [
        (each["supplier"], each["says"]) for each in report["consents"]
    ]
    assert of(events, FaultChanged)[0].fault == report["faults"][0]
    assert of(events, CommissioningProgress)[-1].commissioning.succeeded
    assert of(events, LogLine)[-1].text == "The oracle: no rule was violated."
    assert len(of(events, FrameSeen)) == report["frames"]


def test_frames_and_events_of_a_run_are_in_the_order_of_the_clock(run_folder: Path) -> None:
    events = events_of(replayed(run_folder))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    clocks = [event.clock for event in events]
    assert clocks == sorted(clocks)
    check = next(event.check for event in of(events, CheckProgress) if event.check)
    named = [event.clock for event in of(events, FrameSeen) if event.number in check.frames]
    assert all(check.start <= clock <= check.end for clock in named)
    assert named


def test_the_devices_of_a_run_are_named_as_in_its_capture(run_folder: Path) -> None:
    # Their EUI-64s stand in the frames themselves: in the auxiliary header of each secured frame (Zigbee R22, 4.5.1).
    bench = replayed(run_folder)
    ends = {(event.sender, event.receiver) for event in of(events_of(bench), FrameSeen)}
    assert {("gsme", "hub"), ("hub", "gsme"), ("esme", "hub")} <= ends
    keys = " ".join(path.read_text() for path in run_folder.glob("*.keys"))
    assert all(node.ieee in keys for node in bench.run.nodes if node.name in ("esme", "gsme"))


def test_a_replay_answers_the_verbs_that_read_and_refuses_the_others(run_folder: Path) -> None:
    bench = replayed(run_folder)

    async def asked(request: Request[Any]) -> Any:
        return await bench.perform(request)

    assert asyncio.run(asked(NodesRequest())).nodes[0].name == "hub"
    answer = asyncio.run(asked(FrameRequest(5)))
    assert answer.frame.number == 5
    assert answer.layers[0].name.startswith("MAC ")
    with pytest.raises(ControlError) as unknown:
        asyncio.run(asked(FrameRequest(10**9)))
    assert unknown.value.kind is UNKNOWN_FRAME
    for request in (CheckRequest(), CaptureRequest("list")):
        with pytest.raises(ControlError) as refused:
            asyncio.run(asked(request))
        assert refused.value.kind is REPLAYED
    assert [name for name, verb in VERBS.items() if REPLAYED not in verb.all_errors] == list(ANSWERED)


def test_every_failed_case_of_verify_is_a_replay(run_folder: Path, tmp_path: Path) -> None:
    # `verify` names the files of a case CASE.pcapng, CASE.keys and CASE.trace.jsonl (docs/suite.md).
    (capture,) = run_folder.glob("*.pcapng")
    for name in ("first", "second"):
        shutil.copy(run_folder / "trace.jsonl", tmp_path / f"{name}.trace.jsonl")
    shutil.copy(capture, tmp_path / "first.pcapng")
    first, second = read_folder(tmp_path)
    assert (first.name, second.name) == ("first", "second")
    assert first.state.replay is not None
    assert second.state.replay is not None
    assert (first.state.replay.first_frame, second.state.replay.first_frame) == (1, None)
    assert second.state.replay.detail == "there is no capture second.pcapng"


HEADER = b'{"kind":"bench","version":%s}\n'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("events.jsonl", b"", "events.jsonl: line 1: expected the state of a bench; the file is empty"),
        ("events.jsonl", b"\x00\xff\n", "events.jsonl: line 1: expected an event of a bench"),
        ("events.jsonl", b'{"kind":"log"}\n', "events.jsonl: line 1: expected the state of a bench"),
        ("events.jsonl", b'{"kind":"bench","version":7}\n', "events.jsonl: version: expected 1, found 7"),
        ("events.jsonl", b'{"kind":"bench","version":1}\n', "events.jsonl: line 1: expected an event of a bench"),
        ("events.jsonl", b"[" * 100_000 + b"\n", "events.jsonl: line 1: expected an event of a bench"),
        ("events.jsonl", b"x" * 1_000_001, "events.jsonl: line 1: expected at most 1000000 octets"),
        ("trace.jsonl", b"", "trace.jsonl: line 1: expected the header of a trace"),
        ("trace.jsonl", b"{}\n", "trace.jsonl: line 1: expected a record of a trace"),
        ("trace.jsonl", b"\xff\xfe", "trace.jsonl: line 1: expected a record of a trace"),
        ("notes.txt", b"", "expected a run: events.jsonl of a bench"),
    ],
)
def test_a_hostile_folder_ends_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProfileError) as error:
        read_folder(tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1_000


def test_an_unreadable_file_and_a_missing_folder_end_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(ProfileError, match=r"events\.jsonl: expected a regular file"):
        read_folder(tmp_path)
    with pytest.raises(ProfileError, match="cannot be read"):
        read_folder(tmp_path / "none")


def test_a_damaged_capture_gives_the_frames_before_the_damage(run_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(run_folder, tmp_path / "run")
    (capture,) = (tmp_path / "run").glob("*.pcapng")
    octets = capture.read_bytes()
    capture.write_bytes(octets[: len(octets) // 2 + 3])
    whole, damaged = replayed(run_folder), replayed(tmp_path / "run")
    assert damaged.state.replay is not None
    assert capture.name in damaged.state.replay.detail
    assert 0 < len(of(events_of(damaged), FrameSeen)) < len(of(events_of(whole), FrameSeen))
    capture.with_suffix(".keys").write_text("no key\n")
    assert ".keys: line 1" in str(replayed(tmp_path / "run").state.replay)


def test_a_name_in_a_file_leads_to_no_other_folder(tmp_path: Path, run_folder: Path) -> None:
    # The name of the captures comes from the file: it is compared with names in the folder, and never joined to a path.
    from hanbench.harness.control.event_file import EventFile
    from tests.unit.control.test_event_file import live  # a bench takes its time to assemble

    folder = tmp_path / "bench"
    folder.mkdir()
    EventFile(live(folder)).close()
    (capture,) = run_folder.glob("*.pcapng")
    shutil.copy(capture, tmp_path / "outside.pcapng")
    first = json.loads((folder / "events.jsonl").read_bytes().splitlines()[0])
    (folder / "events.jsonl").write_text(json.dumps({**first, "captures": "../outside"}) + "\n")
    assert events_of(replayed(folder)) == []


@pytest.mark.parametrize("name", ["events.jsonl", "run.trace.jsonl", "virtual.pcapng"])
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(ProfileError, match="expected a regular file"):
        read_folder(tmp_path)
