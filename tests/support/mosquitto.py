"""A real mosquitto on a free loopback port: plain, with passwords and an access list, or with client certificates."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.certificates import Certificates

FOUND = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
REQUIRED = os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1"
STARTS_WITHIN = 30.0
PASSWORD = "let-me-in"


def needs_mosquitto() -> None:
    """Skip where mosquitto is not installed."""
    tools = (FOUND, shutil.which("mosquitto_sub"), shutil.which("mosquitto_pub"), shutil.which("mosquitto_passwd"))
    if not all(tools) and not REQUIRED:
        pytest.skip("mosquitto and its clients are not installed (.ci/judges.sh installs them)")


class Mosquitto:
    """One broker, which can be killed and started again on the same port."""

    def __init__(self, folder: Path, lines: tuple[str, ...] = ("allow_anonymous true",), tls: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            "\n".join(
                (
                    f"listener {self.port} 127.0.0.1",
                    "set_tcp_nodelay true",
                    "persistence true",
                    f"persistence_location {folder}/",
                    "log_dest stderr",
                    f"user {_own_name()}",
                    *lines,
                    tls,
                    "",
                )
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        assert FOUND
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([FOUND, "-c", str(self._config)], stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log.read_text(errors="replace")
            with socket.socket() as probe:
                probe.settimeout(1.0)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise AssertionError("mosquitto does not listen")

    def send(self, how: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(how)

    def ended(self) -> None:
        """Wait until it has ended."""
        assert self._process is not None
        self._process.wait(STARTS_WITHIN)
        self._process = None

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def with_access_list(folder: Path, text: str, *users: str) -> Mosquitto:
    """Return a broker where each user has `PASSWORD` and what the access list says (mosquitto.conf(5), acl_file)."""
    folder.mkdir(parents=True, exist_ok=True)
    passwords, access = folder / "passwords", folder / "access"
    passwords.touch(0o600)
    for user in users:
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), user, PASSWORD], check=True, capture_output=True)
    access.write_text(text)
    access.chmod(0o600)
    return Mosquitto(folder, ("allow_anonymous false", f"password_file {passwords}", f"acl_file {access}"))


def with_client_certificates(folder: Path, made: Certificates) -> Mosquitto:
    """Return a broker that speaks TLS, and wants a client certificate."""
    lines = (
        f"cafile {made.ca}",
        f"certfile {made.server}",
        f"keyfile {made.server_key}",
        "require_certificate true",
        "use_identity_as_username true",
    )
    return Mosquitto(folder, lines)


class Heard(NamedTuple):
    """A message as mosquitto_sub printed it."""

    topic: str
    retain: bool
    payload: str


class Listener:
    """A mosquitto_sub that writes what it hears to a file."""

    def __init__(self, port: int, topic: str, file: Path, *options: str) -> None:
        self._file = file
        self._read = 0
        self._parts: list[list[str]] = []
        self._out = file.open("wb")
        command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-V", "5", "-q", "1", "-t", topic]
        # %t topic, %r retain flag, %p payload (mosquitto_sub(1), "Output format")
        self._process = subprocess.Popen([*command, "-F", "%t\x1f%r\x1f%p", *options], stdout=self._out)

    @property
    def text(self) -> str:
        """All that it has heard, as it printed it."""
        return self._file.read_text(encoding="utf-8", errors="replace")

    @property
    def parts(self) -> list[list[str]]:
        """The fields of each whole line, by the format."""
        with self._file.open("rb") as file:
            file.seek(self._read)
            lines = file.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        self._read += len(whole)
        self._parts += [line.split("\x1f") for line in whole.decode(errors="replace").split("\n")[:-1]]
        return self._parts

    @property
    def heard(self) -> list[Heard]:
        return [Heard(topic, retain == "1", payload) for topic, retain, payload in self.parts]

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._out.close()


@contextmanager
def listening(port: int, topic: str, file: Path, *options: str) -> Iterator[Listener]:
    """Listen with mosquitto_sub."""
    listener = Listener(port, topic, file, *options)
    try:
        yield listener
    finally:
        listener.stop()


def until(condition: object, within: float = 60.0) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
