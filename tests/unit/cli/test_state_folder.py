"""The folder that keeps the flash of a bench's devices: what a restart finds, who may read it, what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from base64 import b64decode
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.bench import state_folder
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import CaptureError, reader
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.files import OutputError
from hanbench.harness.han.han import Han

HEAD = 'id = "b"\ntitle = "A bench"\nbegins = "new"\nstate = "kept"\npan_id = 0x1A62\n'
NODES = """[nodes.hub]
ieee = "70b3d51ff0000001"
[nodes.esme]
ieee = "70b3d51ff0000002"
[nodes.gsme]
wake_interval_s = 60
"""
HUB = 0x70B3D51FF0000001
"""The hub's EUI-64; the file has it too."""


@pytest.fixture
def bench(tmp_path: Path) -> BenchFile:
    path = tmp_path / "b.toml"
    path.write_text(HEAD + NODES)
    return BenchFile.find(str(path))


def started(bench: BenchFile, seconds: float = 1.0, *, watch=lambda han: None, seed=None):
    """Bring the bench up, let time pass, check the meter, and end as at Ctrl-C. Returns HAN, verdict and log."""
    said: list[str] = []

    async def up(han: Han):
        async with han.radios:
            await bench.begin(han)
            await asyncio.sleep(seconds)
            return (await HanConnectivityCheck().run(han)).check.verdict

    with bench.state(said.append) as state:
        clock = VirtualClock()
        han = bench.assemble(clock=clock, state=state, seed=seed)
        han.on_progress = said.append
        watch(han)
        verdict = run(clock, up(han))
    return han, verdict, said


def flash(bench: BenchFile) -> Any:
    return json.loads((Path(bench.path).parent / "kept" / "flash.json").read_text())["flash"]


def hub_counter(psdu: bytes) -> int | None:
    """The frame counter of a frame that the hub secured itself; None: another frame.

    MAC header with short addresses (IEEE 802.15.4, 5.2.2.2), NWK header (R22, 3.3.1) and auxiliary header (R22, 4.5.1),
    taken apart here, so that nothing of hanbench says what is on the air.
    """
    if len(psdu) < 35 or int.from_bytes(psdu[:2], "little") & 0xEF47 != 0x8841:
        return None
    control = int.from_bytes(psdu[9:11], "little")
    if not control & 0x0200:
        return None
    at = 17 + 8 * (control >> 11 & 1) + 8 * (control >> 12 & 1)
    if control >> 10 & 1:
        at += 2 + 2 * psdu[at]
    counter, source = psdu[at + 1 : at + 5], psdu[at + 5 : at + 13]
    return int.from_bytes(counter, "little") if int.from_bytes(source, "little") == HUB else None


def test_devices_go_on_without_joining(bench):
    first, verdict, _ = started(bench)
    assert verdict is Verdict.PASS
    again, verdict, said = started(bench)
    assert verdict is Verdict.PASS
    assert "esme goes on in PAN 0x1a62" in said
    assert "gsme goes on in PAN 0x1a62" in said
    assert not any("has joined" in line for line in said)
    assert again.hub.storage.network_keys == first.hub.storage.network_keys
    assert {ieee: key.key for ieee, key in again.hub.storage.link_keys.items()} == {
        ieee: key.key for ieee, key in first.hub.storage.link_keys.items()
    }


def test_time_and_registers_do_not_go_back(bench):
    first, _, _ = started(bench, 7200)
    stopped, reading = first.calendar.date(first.clock.now), first.gsme.flash.register.at(first.gsme.utc)
    again, _, _ = started(bench)
    assert again.start == stopped
    assert again.gsme.flash.register.at(again.gsme.utc) >= reading


def test_a_mirror_outlives_a_restart(bench):
    first, _, _ = started(bench)
    again, _, _ = started(bench)
    assert again.hub.mirrors[again.settings.gsme.ieee].endpoint.id == first.gsme.flash.mirror
    assert again.hub.mirrors[again.settings.gsme.ieee].updated is not None


def test_at_each_frame_the_file_is_ahead_of_every_counter_on_the_air(bench):
    behind: list[int] = []
    seen = 0

    def watch(han: Han) -> None:
        def frame(transmission) -> None:
            nonlocal seen
            counted = hub_counter(transmission.psdu)
            if counted is None:
                return
            seen += 1
            if counted >= flash(bench)["hub"]["stack"]["nwk_counter"]:
                behind.append(counted)

        han.medium.observers.append(frame)

    started(bench, 4 * 3600, watch=watch)
    assert seen > 1_024  # more than the stride of docs/benches.md
    assert behind == []


def test_a_kill_never_takes_a_counter_back(tmp_path, bench):
    captures = []
    for attempt in range(2):
        out = tmp_path / f"out{attempt}"
        command = (sys.executable, "-m", "hanbench", "up", bench.path, "--speed", "1000", "--out", str(out))
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            captures.append(hub_counters(out / "b.pcapng", until=100))
        finally:
            process.kill()
            process.wait()
    before, after = captures
    assert min(after) > max(before)


def hub_counters(capture: Path, until: int) -> list[int]:
    """Wait until a capture that grows has so many frames of the hub, and return their frame counters."""
    deadline = time.monotonic() + 100
    counters: list[int] = []
    while time.monotonic() < deadline:
        with suppress(OSError, CaptureError):
            counters = []
            for frame in reader.read(capture):
                if (counter := hub_counter(frame.psdu)) is not None:
                    counters.append(counter)
        if len(counters) >= until:
            return counters
        time.sleep(0.1)
    raise AssertionError(f"{capture} has {len(counters)} frames of the hub")


# --- who may read it --------------------------------------------------------------------------------------------------


def test_the_folder_is_its_owners_alone(bench):
    started(bench)
    folder = Path(bench.path).parent / "kept"
    assert (folder.stat().st_mode & 0o777, (folder / "flash.json").stat().st_mode & 0o777) == (0o700, 0o600)


def test_wider_permissions_are_taken_back_with_a_line(bench):
    started(bench)
    folder = Path(bench.path).parent / "kept"
    folder.chmod(0o755)
    (folder / "flash.json").chmod(0o644)
    _, _, said = started(bench)
    assert f"{folder}: others could read it (mode 755); its mode is 700 now" in said
    assert f"{folder / 'flash.json'}: others could read it (mode 644); its mode is 600 now" in said
    assert (folder.stat().st_mode & 0o777, (folder / "flash.json").stat().st_mode & 0o777) == (0o700, 0o600)


def test_no_key_is_printed(hanbench, bench):
    for _ in range(2):
        outcome = hanbench("check", bench.path)
        assert outcome.status == 0
    kept = flash(bench)
    keys = [each["key"] for role in ("hub", "esme", "gsme") for each in kept[role]["stack"]["link_keys"]]
    keys += [each["key"] for each in kept["hub"]["stack"]["network_keys"]]
    assert len(keys) >= 5
    said = (outcome.out + outcome.err).lower()
    for key in keys:
        assert key.lower() not in said
        assert b64decode(key).hex() not in said


def test_the_text_form_of_what_was_read_has_no_key(bench):
    started(bench)
    with bench.state(lambda line: None) as state:
        text = repr(state.kept) + repr(state.kept.hub) + repr(state.kept.hub.stack.link_keys)
    assert flash(bench)["hub"]["stack"]["network_keys"][0]["key"] not in text
    assert "b'" not in text


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_second_user_is_told_in_one_line(hanbench, bench):
    with bench.state(lambda line: None):
        outcome = hanbench("check", bench.path)
    assert (outcome.status, outcome.out) == (3, "")
    folder = re.escape(str(Path(bench.path).parent / "kept"))
    who = f"another run of hanbench( \\(process {os.getpid()}\\))?"
    assert re.fullmatch(f"hanbench: {folder}: {who} writes here; end it, or use another folder\n", outcome.err)


def damaged(bench: BenchFile, change) -> Path:
    started(bench)
    path = Path(bench.path).parent / "kept" / "flash.json"
    path.write_bytes(change(path.read_bytes()))
    return path


def resealed(change):
    """Change the content and give it the digest that it has then."""

    def changed(octets: bytes) -> bytes:
        start, end = octets.index(b'"flash":') + 8, octets.rindex(b"}")
        flash = change(octets[start:end])
        return b'{"version":1,"sha256":"%s","flash":%s}' % (sha256(flash).hexdigest().encode(), flash)

    return changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda octets: b"", "is damaged: "),
        (lambda octets: octets[: len(octets) // 2], "is damaged: "),
        (lambda octets: b"\x00" * 4096, "is damaged: "),
        (lambda octets: b"[" * 100_000, "is damaged: "),
        (lambda octets: octets.replace(b'"short":0', b'"short":7', 1), "is damaged: its digest"),
        (lambda octets: octets.replace(b'"version":1', b'"version":2'), "expected version 1, found 2"),
        (
            resealed(lambda flash: flash.replace(b'"short":0', b'"short":70000', 1)),
            "is damaged: Expected `int` <= 65535",
        ),
        (resealed(lambda flash: flash.replace(b'"hub":', b'"hob":', 1)), "is damaged: Object contains unknown field"),
    ],
    ids=["empty", "half", "zeros", "deep", "changed", "version", "range", "unknown"],
)
def test_a_file_that_cannot_be_used_is_one_line(hanbench, bench, change, said):
    path = damaged(bench, change)
    outcome = hanbench("check", bench.path)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith(f"hanbench: {path}: {said}")
    assert outcome.err.count("\n") == 1


def test_a_folder_of_other_devices_is_refused(hanbench, bench):
    started(bench)
    text = Path(bench.path).read_text().replace("70b3d51ff0000002", "70b3d51ff0009999")
    Path(bench.path).write_text(text)
    outcome = hanbench("check", bench.path)
    assert outcome.status == 3
    assert "is of the esme 70b3d51ff0000002, but this bench's is 70b3d51ff0009999; use the old seed" in outcome.err
    assert "or delete the folder" in outcome.err


# --- which folder a bench takes ---------------------------------------------------------------------------------------


def marked(folder: Path) -> list[tuple[str, int]]:
    """The names in a folder, and its mode: what no refused run may change."""
    return [(".", folder.stat().st_mode), *sorted((each.name, each.lstat().st_mode) for each in folder.iterdir())]


def refused(hanbench, tmp_path: Path, state: str, foreign: Path, said: str) -> None:
    path = tmp_path / "b.toml"
    path.write_text(HEAD.replace('"kept"', f'"{state}"') + NODES)
    before = marked(foreign)
    outcome = hanbench("check", str(path))
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith(f"hanbench: {path}: state: ")
    assert said in outcome.err
    assert "expected " in outcome.err
    assert outcome.err.count("\n") == 1
    assert marked(foreign) == before


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder with a file of another program, which all users may read."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "other.conf").write_text("x")
    folder.chmod(0o755)
    return folder


@pytest.mark.parametrize("state", [".", "foreign", "foreign/", "./foreign/../foreign"])
def test_a_folder_with_other_files_is_refused_untouched(hanbench, tmp_path, foreign, state):
    refused(hanbench, tmp_path, state, foreign, "has other files, such as ")


@pytest.mark.parametrize("target", ["foreign", "empty"])
@pytest.mark.parametrize("state", ["link", "link/", "link/kept"])
def test_no_symbolic_link_is_followed(hanbench, tmp_path, foreign, state, target):
    (tmp_path / "empty").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / target)
    refused(hanbench, tmp_path, state, tmp_path / target, "link is a symbolic link")


def test_a_link_with_an_absolute_path_is_refused(hanbench, tmp_path, foreign):
    (tmp_path / "link").symlink_to(foreign)
    refused(hanbench, tmp_path, str(tmp_path / "link"), foreign, "link is a symbolic link")


def test_a_flash_file_that_is_a_link_is_refused(hanbench, tmp_path, foreign):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "flash.json").symlink_to(foreign / "other.conf")
    refused(hanbench, tmp_path, "kept", foreign, "flash.json is no plain file")


def test_a_folder_of_another_user_is_refused(hanbench, tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir(mode=0o755)
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    refused(hanbench, tmp_path, "kept", tmp_path / "kept", "belongs to another user")


def test_a_folder_of_another_bench_is_refused(hanbench, tmp_path, bench):
    started(bench)
    folder = tmp_path / "kept"
    Path(bench.path).write_text(Path(bench.path).read_text().replace('id = "b"', 'id = "c"'))
    before = marked(folder)
    outcome = hanbench("check", bench.path)
    assert outcome.status == 3
    assert f"{bench.path}: state: {folder} has the state of the bench 'b'; expected " in outcome.err
    assert marked(folder) == before


def test_a_damaged_file_changes_no_rights(hanbench, bench):
    folder = damaged(bench, lambda octets: b"{}").parent
    folder.chmod(0o755)
    assert hanbench("check", bench.path).status == 3
    assert folder.stat().st_mode & 0o777 == 0o755


def test_others_keep_their_rights_to_a_folder_with_other_files(hanbench, bench):
    started(bench)
    folder = Path(bench.path).parent / "kept"
    (folder / "notes").write_text("x")
    assert hanbench("check", bench.path).status == 0
    folder.chmod(0o755)
    outcome = hanbench("check", bench.path)
    assert outcome.status == 3
    assert "others may read it (mode 755), and it has other files, such as notes; expected " in outcome.err
    assert folder.stat().st_mode & 0o777 == 0o755


def test_an_empty_folder_of_the_user_becomes_private(tmp_path, bench):
    (tmp_path / "kept").mkdir(mode=0o755)
    (tmp_path / "kept" / ".flash.json.0a1b2c3d.new").touch()  # what a kill leaves
    _, verdict, _ = started(bench)
    assert verdict is Verdict.PASS
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_devices_stop_if_their_state_cannot_be_kept(bench, monkeypatch):
    def watch(han: Han) -> None:
        def full(path, content, mode):
            raise OutputError(path, "cannot be written: No space left on device")

        han.clock.call_later(30_000_000, monkeypatch.setattr, state_folder, "write_whole", full)

    with pytest.raises(OutputError, match=r"flash\.json: cannot be written: No space left"):
        started(bench, 3600, watch=watch)


def test_a_new_device_joins_those_that_were_kept(bench):
    started(bench)
    Path(bench.path).write_text(HEAD + NODES + "[nodes.ihd]\n")
    _, verdict, said = started(BenchFile.find(bench.path))
    assert verdict is Verdict.PASS
    assert "ihd has joined" in said
    assert "gsme goes on in PAN 0x1a62" in said
