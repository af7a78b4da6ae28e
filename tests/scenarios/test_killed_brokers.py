"""A broker is killed or stopped under `hanbench up` and `serve`, and comes back: all is told again, and nothing hangs.

That no decision is lost is tested in tests/interop/test_mqtt_loss.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hanbench.emulator.randomness import split
from tests.support.leftovers import no_path_below
from tests.support.mosquitto import Listener, Mosquitto, listening, needs_mosquitto, until
from tests.support.up import serve, up

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
ENDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
"""What ends a broker."""
HOWS = (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
KILLS = 50 if NIGHTLY else 3
"""Of the broker of each command."""
LONGEST_STOP = 40.0 if NIGHTLY else 2.0
"""Real seconds; after 10 a bench gives its connection up."""
SOON = 120.0
"""Real seconds: the longest pause between two tries to connect is 30."""


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for sockets, in which nothing is left."""
    needs_mosquitto()
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    yield tmp_path
    no_path_below(tmp_path / "run" / "hanbench")


@contextmanager
def benches(command: str, folder: Path, broker: Mosquitto) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Benches of a command, with their names."""
    if command == "up":
        with up(folder, "alone", "--mqtt", broker.url, speed="60") as bench:
            yield bench.process, ["alone"]
        return
    options = ("virtual", "--count", "2", "--mqtt", broker.url)
    with serve(folder, *options, speed="60") as service:
        yield service.process, ["virtual-1", "virtual-2"]


def told(listener: Listener, name: str) -> tuple[float, set[str]]:
    """Return the latest moment of a bench that was retained, of its clock, and the topics below its own."""
    lead = f"hanbench/{name}/"
    retained = (each for each in listener.heard if each.retain and each.topic.startswith(lead))
    heard = {each.topic.removeprefix(lead): each.payload for each in retained}
    online = heard.get("availability") == "online"
    clock = float(json.loads(heard["state"])["clock"]["clock"]) if online and "state" in heard else 0.0
    return clock, set(heard)


def all_is_told(broker: Mosquitto, folder: Path, name: str, after: float) -> float:
    """Wait until the broker retains the state of a bench later than a moment, and of its nodes; return its moment."""
    with listening(broker.port, f"hanbench/{name}/#", folder / f"{name}-{after}", "--retain-as-published") as listener:
        until(lambda: told(listener, name)[0] > after, SOON)
        until(lambda: sum(topic.endswith("/state") for topic in told(listener, name)[1]) == 3, SOON)
        return told(listener, name)[0]


def strike(broker: Mosquitto, how: signal.Signals, paused: float) -> None:
    """Kill or stop a broker for a time, real seconds, and have it back."""
    broker.send(how)
    if how in ENDS:
        broker.ended()
    if how is not signal.SIGHUP:
        time.sleep(paused)
    if how in ENDS:
        broker.start()
    elif how is signal.SIGSTOP:
        broker.send(signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.timeout(7200 if NIGHTLY else 240)
@pytest.mark.parametrize(("command", "last"), [("up", signal.SIGSTOP), ("serve", signal.SIGKILL)])
def test_a_broker_that_comes_back_is_told_all_again(command, last, runtime):
    random = split("killed-brokers", command)
    with Mosquitto(runtime / "broker") as broker, benches(command, runtime, broker) as (process, names):
        clocks = {name: all_is_told(broker, runtime, name, 0.0) for name in names}
        for number in range(KILLS):
            how = HOWS[(number + (command == "serve")) % len(HOWS)]
            strike(broker, how, random.random() * LONGEST_STOP)
            clocks = {name: all_is_told(broker, runtime, name, clock) for name, clock in clocks.items()}
            assert process.poll() is None
        broker.send(last)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130  # there is no broker to say farewell to
