"""`hanbench serve`: what it prints, how it ends, what it leaves, and what other commands do not pay for it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from hanbench.harness.control.runtime import claimed
from tests.support.serving import Serving, command, serving
from tests.support.up import ENDS_WITHIN, ctl
from tests.unit.cli.conftest import Outcome


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder of the test's own, with a short path."""
    folder = tmp_path / "r"
    folder.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder / "hanbench"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=ENDS_WITHIN, check=False)


def follow(of: Serving, path: str) -> socket.socket:
    """An open stream, whose first octets have come."""
    connection = socket.create_connection(("127.0.0.1", of.port), timeout=ENDS_WITHIN)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert b"200 OK" in connection.recv(1024)
    return connection


def rest(connection: socket.socket) -> bytes:
    found = bytearray()
    while chunk := connection.recv(65_536):
        found += chunk
    return bytes(found)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_open_streams_and_nothing_is_left(
    tmp_path: Path, runtime: Path, number: signal.Signals, status: int
) -> None:
    with serving(tmp_path, "virtual", "ptys", "--speed", "1") as of:
        assert ctl("--bench", "virtual", "state").status == 0
        events, cards = follow(of, "/api/events?bench=virtual"), follow(of, "/api/overview/stream")
        idle = socket.create_connection(("127.0.0.1", of.port))
        begun = time.monotonic()
        assert of.end(number) == status
        took = time.monotonic() - begun
        assert b'"kind":"ended","reason":"stopped"' in rest(events)
        rest(cards)
        for each in (events, cards, idle):
            each.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", of.port))
        assert list(runtime.iterdir()) == []
        assert not list(tmp_path.rglob(".*.new"))
        assert took < 20  # 0.6 to 1.0 s on a machine with four runnable programs a core; see docs/serve.md


FOLLOWER = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(b"GET /api/events HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    while connection.recv(65536):
        pass
"""


def test_killed_clients_leave_no_stream_behind_and_do_not_disturb(tmp_path: Path) -> None:
    with serving(tmp_path, "virtual", "--speed", "3600") as of:
        clients = [subprocess.Popen([sys.executable, "-S", "-c", FOLLOWER, str(of.port)]) for _ in range(3)]
        wait_for_streams(of, 3)
        for each in clients:
            each.kill()
            each.wait()
        wait_for_streams(of, 0)
        assert of.end() == 143
        assert "Traceback" not in of.log


def wait_for_streams(of: Serving, number: int) -> None:
    end = time.monotonic() + ENDS_WITHIN
    while True:
        with urllib.request.urlopen(f"{of.address}api/overview") as answer:
            if json.load(answer)["service"]["streams"] == number:
                return
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_killed_service_leaves_no_socket(tmp_path: Path, runtime: Path) -> None:
    with serving(tmp_path, "virtual", "--count", "3", "--speed", "1") as of:
        assert sorted(each.name for each in runtime.glob("*.sock")) == [f"virtual-{n}.sock" for n in (1, 2, 3)]
        of.process.kill()
        of.process.wait()
        end = time.monotonic() + ENDS_WITHIN
        while list(runtime.iterdir()):
            assert time.monotonic() < end
            time.sleep(0.02)


def test_the_same_bench_several_times_has_seeds_and_addresses_of_its_own(tmp_path: Path) -> None:
    with serving(tmp_path, "virtual", "--count", "2", "--seed", "s", "--id", "home", "--speed", "1") as of:
        one, two = of.benches
        assert (one["bench"], one["seed"], two["bench"], two["seed"]) == ("home-1", "s/1", "home-2", "s/2")
        assert {port["ieee"] for port in one["ports"]}.isdisjoint(port["ieee"] for port in two["ports"])
        assert one["capture"] == str(tmp_path / "out" / "home-1" / "virtual.pcapng")
        assert of.token_file is None


def test_all_benches_end_after_their_time(tmp_path: Path) -> None:
    done = run("virtual", "--for", "60", "--speed", "60", "--port", "0", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (0, "")
    assert "page: http://127.0.0.1:" in done.stderr
    assert "`hanbench ctl --bench virtual state`" in done.stderr


def test_a_bench_that_is_up_already_is_one_line(hanbench: Callable[..., Outcome], tmp_path: Path) -> None:
    with claimed("virtual"):
        done = hanbench("serve", "virtual", "--port", "0", "--out", str(tmp_path / "out"))
    assert done.status == 3
    assert f"the bench virtual is up already (process {os.getpid()})" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_port_in_use_is_one_line(hanbench: Callable[..., Outcome], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = hanbench("serve", "virtual", "--port", str(port), "--out", str(tmp_path / "out"))
    assert done.status == 3
    another = "`--port N` takes another, `--port 0` any free one"
    assert done.err == f"hanbench: --port: 127.0.0.1:{port}: address already in use; {another}\n"
    assert not (tmp_path / "out").exists()


def test_another_address_than_loopback_needs_the_token_and_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, "virtual", "--speed", "1", "--host", "0.0.0.0") as of:
        file = Path(of.token_file)
        assert file.stat().st_mode & 0o777 == 0o600
        own = f"http://127.0.0.1:{of.port}/api/benches"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(own)
        with refused.value:
            assert refused.value.status == 401
        asked = urllib.request.Request(own, headers={"Authorization": f"Bearer {file.read_text().strip()}"})
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200
        assert file.read_text().strip() not in of.log


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("virtual", "--host", "no.such.host.invalid"), "--host: no.such.host.invalid: "),
        (("virtual", "--host", "203.0.113.1"), "--port: 203.0.113.1:"),
        (("virtual", "--token-file", "missing"), "missing: cannot be read: No such file or directory"),
        (("virtual", "--speed", "virtual"), "--speed: other programs take part, which needs paced time"),
        (("virtuel",), "virtuel: neither a file nor one of coordinator, ptys, repeater, sockets, virtual"),
        (("virtual", "virtual", "--count", "150"), "BENCH: 300 benches; expected at most 200"),
        (("virtual", "--port", "70000"), "expected a whole number from 0 to 65535, got '70000'"),
        ((), "Missing argument"),
    ],
)
def test_wrong_options_are_one_line(
    hanbench: Callable[..., Outcome], arguments: tuple[str, ...], line: str, tmp_path: Path
) -> None:
    options = () if "--port" in arguments else ("--port", "0")
    done = hanbench("serve", *arguments, *options, "--out", str(tmp_path / "out"))
    assert (done.status, done.out) == (3, "")
    assert line in done.err
    assert len(done.err.splitlines()) == 1


IMPORTED = """
import sys
from hanbench.harness.cli.main import hanbench
for arguments in (["--help"], ["ctl", "--help"], ["up", "--help"], ["serve", "--help"], ["ctl", "benches"]):
    try:
        hanbench(arguments, standalone_mode=False)
    except SystemExit:
        pass
    found = {name.partition(".")[0] for name in sys.modules} & {"starlette", "uvicorn", "h11", "anyio", "aiomqtt"}
    assert not found, (arguments, found)
"""


def test_other_commands_and_help_import_nothing_of_it() -> None:
    program = [sys.executable, "-c", IMPORTED]
    done = subprocess.run(program, capture_output=True, text=True, timeout=ENDS_WITHIN, check=False)
    assert done.returncode == 0, done.stderr


def test_without_the_extra_one_line_says_what_to_install(
    hanbench: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hanbench.harness.cli.serve.find_spec", lambda name: None)
    done = hanbench("serve", "virtual", "--out", str(tmp_path / "out"))
    assert done.status == 3
    assert done.err == "hanbench: `serve` needs starlette and uvicorn: pip install 'hanbench[serve]'\n"


def test_many_benches_may_have_many_open_files() -> None:
    program = """
import resource
from hanbench.harness.cli.serve import FILES_OF_A_BENCH, _allow_open_files
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
_allow_open_files(100 * FILES_OF_A_BENCH)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(1000, hard))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
