"""The numbers that docs/serve.md gives; the full loads run every night."""

from __future__ import annotations

import json
import os
import resource
import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.served import WAIT, Served, add_frames, bench_thread, served, until
from tests.support.serving import serving

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
PAGES, EVENTS_A_SECOND, SECONDS = (10, 1_000, 30.0) if NIGHTLY else (3, 500, 1.0)
BENCHES = 100
AT_THE_PAGE_WITHIN = 0.25
"""Median time from a frame to the page; real seconds."""
QUARTER_OF_A_CORE = 0.25
MOST_MEMORY_MB = 250


def page(service: Served) -> list[float]:
    """Follow all frames, up to the one whose line is `end`; the real time that each took, seconds."""
    took: list[float] = []
    with socket.create_connection(("127.0.0.1", service.port), timeout=WAIT) as connection:
        connection.sendall(b"GET /api/events?kinds=frame HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for line in connection.makefile("rb"):
            if line.startswith(b"data: ["):
                now = time.monotonic()
                for event in json.loads(line[6:]):
                    assert event["kind"] == "frame", event  # `lost` is none
                    if event["line"] == "end":
                        return took
                    took.append(now - float(event["line"]))
    raise AssertionError("the stream ended")


def test_events_reach_all_pages_in_time_and_none_is_lost(tmp_path: Path) -> None:
    thread = bench_thread(tmp_path, speed=1e-6)
    until(lambda: thread.bench.up)
    number = int(EVENTS_A_SECOND * SECONDS)
    with served([thread]) as service, ThreadPoolExecutor(PAGES) as pages:
        found = [pages.submit(page, service) for _ in range(PAGES)]
        until(lambda: len(thread.journal._followers) == PAGES)
        begun = time.monotonic()
        for each in range(number):
            while time.monotonic() < begun + each / EVENTS_A_SECOND:
                time.sleep(0.001)
            add_frames(thread, 1, f"{time.monotonic():.6f}")
        add_frames(thread, 1, "end")
        took = [each.result(WAIT) for each in found]
    assert [len(each) for each in took] == [number] * PAGES
    if NIGHTLY:
        assert max(map(statistics.median, took)) < AT_THE_PAGE_WITHIN


@pytest.mark.skipif(not NIGHTLY, reason="takes minutes: HANBENCH_NIGHTLY=1")
@pytest.mark.timeout(600)
def test_a_hundred_hans_at_real_time_take_a_quarter_of_a_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r").mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "r"))
    with serving(tmp_path, "virtual", "--count", str(BENCHES), "--speed", "1") as of, ThreadPoolExecutor(2) as pages:
        for path in ("/api/overview/stream", "/api/events?bench=virtual-1"):
            pages.submit(read_until_closed, of.port, path)
        before, begun = processor_time(of.process.pid), time.monotonic()
        time.sleep(120)
        used = (processor_time(of.process.pid) - before) / (time.monotonic() - begun)
        memory = resident_mb(of.process.pid)
        of.end()
    assert used < QUARTER_OF_A_CORE
    assert memory < MOST_MEMORY_MB


def read_until_closed(port: int, path: str) -> None:
    """A page that is open."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while connection.recv(65_536):
            pass


def processor_time(process: int) -> float:
    """Processor time of a process so far, seconds (proc_pid_stat(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    """Memory of a process (proc_pid_statm(5))."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
