"""What `hanbench diagnose` says: one number for one thing, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanbench.harness.capture import CapturedFrame, keyfile
from hanbench.harness.cli.diagnose import _folded
from hanbench.harness.cli.main import main
from hanbench.harness.field.home import Device
from hanbench.harness.field.result import EventResult
from hanbench.harness.field.verdict import _which
from hanbench.harness.field.words import Number
from tests.support.field_captures import HEALTHY, HOUR, FieldStory, named, settings, told, written

Said = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> FieldStory:
    return told(HEALTHY, "said", tmp_path_factory.mktemp("said"), after=6 * HOUR)


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(story: FieldStory, frames: tuple[CapturedFrame, ...] | None = None, *options: str) -> tuple[int, str]:
        path = written(frames or story.frames, tmp_path / "a.pcapng")
        keyfile.write(keyfile.beside(path), story.keys)
        return diagnosed(capsys, path, *options)

    return run


def diagnosed(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["diagnose", str(path), *options])
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


@pytest.fixture(scope="module")
def short_wakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("short")
    with pytest.raises(SystemExit):
        main(["run", "lab-battery-dead", "--out", str(folder)])
    return folder / "lab-battery-dead.pcapng"


def test_a_dead_meter_with_short_wakes_is_a_failure(short_wakes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The scenario: the gas meter wakes every 10 s, and its battery is dead before the check."""
    status, text = diagnosed(capsys, short_wakes, "--json")
    found: dict[str, Any] = msgspec.json.decode(text)
    assert (status, found["classes"][0]["id"]) == (1, "silence")
    assert found["meter"]["wake_interval_s"] == pytest.approx(10, rel=0.05)
    assert found["meter"]["wake_interval_from"] == "measured"
    assert found["advice"] == found["classes"][0]["action"] != ""


def test_one_number_for_one_thing(short_wakes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = diagnosed(capsys, short_wakes)
    found: dict[str, Any] = msgspec.json.decode(diagnosed(capsys, short_wakes, "--json")[1])
    minutes = int(found["meter"]["without_proof_s"] // 60)
    assert f", {minutes} min, nothing shows" in text
    assert f"sends nothing for {minutes} min" in text
    assert f"has sent nothing for {minutes} min" in text
    assert f"{found['meter']['wakes']} wakes in the capture" in text


def test_who_knows_the_wakes_may_say_so(healthy: FieldStory, said: Said) -> None:
    status, text = said(healthy, None, "--wake", "3600")
    assert "one every 1 h 00 min (told)" in text
    assert status == 0


def device(ieee: int, first: int, last: int) -> Device:
    minute = 60_000_000
    return Device(ieee, frames=last, first=first * minute, last=last * minute)


def test_two_meters_are_told_with_their_times() -> None:
    assert _which((device(2, 70, 90), device(1, 1, 60))) == (
        "more than one device may be the gas meter: "
        "0000000000000001 (60 frames, 1970-01-01 00:01 to 1970-01-01 01:00 UTC); "
        "0000000000000002 (90 frames, 1970-01-01 01:10 to 1970-01-01 01:30 UTC); "
        "one fell silent before the other began: exchanged?"
    )
    assert "exchanged?" not in _which((device(2, 50, 90), device(1, 1, 60)))


@pytest.mark.parametrize(
    ("joined", "wrong", "line"),
    [
        (True, True, r"does not open the Transport-Key of frame \d+: a wrong code\?"),
        (False, False, r"opens nothing: no joining of this device is in the capture"),
        (True, False, None),
    ],
)
def test_an_install_code_that_opens_nothing_is_told(
    joined: bool, wrong: bool, line: str | None, healthy: FieldStory, tmp_path: Path, capsys
) -> None:
    code = settings(named(HEALTHY, "another" if wrong else healthy.seed)).gsme.install_code.hex()
    frames = tuple(each for each in healthy.frames if joined or each.time > healthy.onset)
    path = written(frames, tmp_path / "a.pcapng")
    network = next(key.octets.hex() for key in healthy.keys if key.label == "network key 0")
    given = ("--key", network, "--install-code", f"{healthy.gsme:016x}={code}")
    _, text = diagnosed(capsys, path, *given)
    assert ("install code of" in text) == (line is not None)
    assert line is None or re.search(line, text)


def event(at: int, text: str, count: int = 1) -> EventResult:
    time = datetime(2026, 1, 1, 0, at, tzinfo=UTC)
    return EventResult(time, time, "search", "-", text, at, at, count)


def test_entries_in_a_row_that_say_the_same_are_one() -> None:
    folded = _folded([event(0, "a", 8), event(1, "a", 8), event(2, "a"), event(3, "b"), event(4, "a")])
    assert [(each.text, each.count, entries) for each, entries in folded] == [("a", 17, 3), ("b", 1, 1), ("a", 1, 1)]
    assert folded[0][0].end == event(2, "a").end


def test_one_is_singular() -> None:
    assert [f"{Number(n):request}" for n in (0, 1, 2, 1000)] == [
        "0 requests",
        "1 request",
        "2 requests",
        "1,000 requests",
    ]
    assert f"{Number(1):key establishment ends|key establishments end}" == "1 key establishment ends"
