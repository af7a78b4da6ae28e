"""What `up` keeps besides an ordinary home: a repeater, flash, stale mirrors, captures with keys."""

from __future__ import annotations

import signal
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench.client import Client, ControlError
from hanbench.harness.control.events import LogLine
from tests.support.up import up

ENDED = 60.0
SECRETS = 0x0000000A
"""Type of the Decryption Secrets Block (draft-ietf-opsawg-pcapng, 4.7)."""
NODES = "[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n"


def written(folder: Path, text: str) -> str:
    path = folder / "bench.toml"
    path.write_text(f'id = "mine"\ntitle = "My bench"\n{text}', encoding="utf-8")
    return str(path)


def blocks(capture: Path) -> Iterator[int]:
    """The types of the blocks of a pcapng file, little-endian (draft-ietf-opsawg-pcapng, 3.1)."""
    octets, at = capture.read_bytes(), 0
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        yield kind
        at += length


def line_of_log(client: Client, text: str) -> str:
    """Wait for a line of the log in the journal."""
    with client.follow(0, ("log",)) as lines:
        return next(each.text for each in lines if isinstance(each, LogLine) and text in each.text)


def test_a_repeater_and_its_fault_are_there_like_any_other(tmp_path: Path) -> None:
    # The bench's own file: two walls between hub and gas meter, a repeater that reaches both.
    with up(tmp_path, "repeater", bench="repeater") as kept, Client(kept.name) as client:
        nodes = {each.name: each for each in client.nodes().nodes}
        assert list(nodes) == ["hub", "esme", "repeater", "gsme"]
        assert (nodes["repeater"].emulated, nodes["gsme"].parent) == (True, "repeater")
        client.inject("repeater-gone", wait_s=ENDED)
        assert not client.node("repeater").powered
        assert kept.ctl("check").status == 1
        client.heal("repeater-gone", wait_s=ENDED)
        assert kept.ctl("check").status == 0


def test_a_fault_of_a_device_that_is_not_there_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    with up(tmp_path, "plain") as kept, Client(kept.name) as client:
        with pytest.raises(ControlError, match="repeater-gone needs an emulated repeater") as caught:
            client.inject("repeater-gone")
        assert caught.value.kind.code == "not-emulated"
        assert client.state().faults == ()
        assert kept.ctl("check").status == 0


def test_a_meter_that_was_exchanged_tells_its_failures_too(tmp_path: Path) -> None:
    # The HAN is closed, so the new meter finds none that lets it join.
    with up(tmp_path, "exchanged") as kept, Client(kept.name) as client:
        before = client.node("gsme").ieee
        client.inject("gsme-exchanged", wait_s=ENDED)
        deadline = time.monotonic() + ENDED
        while "no network found" not in (node := client.node("gsme")).last_failure:
            assert time.monotonic() < deadline
        assert (node.ieee != before, node.joined) == (True, False)


def test_a_stale_mirror_is_told_in_journal_log_and_check(tmp_path: Path) -> None:
    with up(tmp_path, "stale") as kept, Client(kept.name) as client:
        client.inject("battery-dead", wait_s=ENDED)
        assert line_of_log(client, ": stale").startswith("mirror ")
        check = kept.ctl("check")
        assert check.status == 1
        assert ": stale" in check.out
        assert ": stale" in kept.log
        client.heal("battery-dead", wait_s=ENDED)
        assert client.check().mirror is not None


def test_what_a_hub_hears_of_a_network_is_in_journal_and_log(tmp_path: Path) -> None:
    with up(tmp_path, "new", bench=written(tmp_path, 'begins = "new"\n' + NODES)) as kept, Client(kept.name) as client:
        told = line_of_log(client, "hub: forms PAN ")
        line_of_log(client, "the HAN is up")
        assert told in kept.log


def test_a_bench_goes_on_with_the_flash_that_it_kept(tmp_path: Path) -> None:
    bench = written(tmp_path, 'begins = "new"\nstate = "kept"\n' + NODES)
    with up(tmp_path, "first", bench=bench) as kept, Client(kept.name) as client:
        line_of_log(client, "the HAN is up")
        pan = client.node("gsme").pan
        kept.end(signal.SIGINT)
    with up(tmp_path, "second", bench=bench) as kept, Client(kept.name) as client:
        line_of_log(client, f"gsme goes on in PAN {pan}")
        line_of_log(client, "the HAN is up")
        assert kept.ctl("check").status == 0


def test_every_capture_carries_its_keys_if_wanted(tmp_path: Path) -> None:
    with up(tmp_path, "embedded", "--embed-keys") as kept, Client(kept.name) as client:
        client.capture("start")
        client.check()
        kept.end(signal.SIGINT)
    captures = sorted((tmp_path / "embedded").glob("*.pcapng"))
    assert len(captures) == 2
    for capture in captures:
        assert SECRETS in blocks(capture)
