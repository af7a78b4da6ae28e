"""The Air in one process and a meter's stack in another, both killed at random moments: what is left is nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hanbench.emulator.randomness import split
from tests.support.leftovers import no_path_below, nothing_runs

KILLS = 12
AIR = """
id = "air"
title = "The Air, with hub and gas meter on it, and a dongle for the electricity meter"
begins = "new"

[nodes.hub]

[nodes.esme]
radio = "physical"
ieee = "70b3d51ff0000002"
install_code = "83fed3407a939723a5c639b26916d505c3b5"

[nodes.gsme]
wake_interval_s = 2

[dongles.outlet]
radio = "{port}"
"""
METER = """
id = "meter"
title = "The electricity meter, in a process of its own"

[nodes.hub]
radio = "physical"

[nodes.esme]
radio = "{radio}"
ieee = "70b3d51ff0000002"
install_code = "83fed3407a939723a5c639b26916d505c3b5"
"""


def hanbench(folder: Path, *arguments: str, **options) -> subprocess.Popen[str]:
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
    command = [sys.executable, "-m", "hanbench", *arguments]
    return subprocess.Popen(command, text=True, env=environment, **options)


def up(folder: Path, name: str, text: str) -> subprocess.Popen[str]:
    bench = folder / f"{name}.toml"
    bench.write_text(text, encoding="utf-8")
    log = (folder / f"{name}.log").open("w")
    with log:
        return hanbench(
            folder, "up", str(bench), "--json", "--out", str(folder / name), stdout=subprocess.PIPE, stderr=log
        )


def port_of(process: subprocess.Popen[str], name: str) -> str:
    assert process.stdout is not None
    ports = {port["name"]: port["port"] for port in json.loads(process.stdout.readline())["ports"]}
    return str(ports[name])


def radio(port: str) -> str:
    return port if port.startswith("socket://") else f"serial:{port}"


@contextmanager
def killed_at_last(*processes: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def wait_for(log: Path, text: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while text not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, f"never said {text!r}:\n{log.read_text(encoding='utf-8')}"
        time.sleep(0.05)


def nothing_stays(folder: Path) -> None:
    nothing_runs(str(folder), f"XDG_RUNTIME_DIR={folder}")
    no_path_below(folder / "hanbench")


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("port", ["pty:", "tcp:"])
def test_a_meter_in_another_process_joins_through_its_dongle(port, tmp_path):
    air = up(tmp_path, "air", AIR.format(port=port))
    with killed_at_last(air):
        outlet = port_of(air, "outlet")
        meter = up(tmp_path, "meter", METER.format(radio=radio(outlet)))
        with killed_at_last(meter):
            wait_for(tmp_path / "meter.log", "esme has joined PAN")
            wait_for(tmp_path / "air.log", "the HAN is up")
            # The dongle's process dies; the meter's says so, and goes on looking for it.
            air.kill()
            wait_for(tmp_path / "meter.log", "the radio of the esme failed")
            assert meter.poll() is None
            meter.send_signal(signal.SIGINT)
            assert meter.wait(60) == 130
    nothing_stays(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("number", range(KILLS))
def test_either_process_is_killed_at_a_random_moment(number, tmp_path):
    random = split("kills", str(number))
    port = "pty:" if random.random() < 0.5 else "tcp:"
    how = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[int(random.random() * 4)]
    air = up(tmp_path, "air", AIR.format(port=port))
    with killed_at_last(air):
        meter = up(tmp_path, "meter", METER.format(radio=radio(port_of(air, "outlet"))))
        with killed_at_last(meter):
            time.sleep(random.random() * 4)
            victim, other = (air, meter) if random.random() < 0.5 else (meter, air)
            victim.send_signal(how)
            expected = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}[how]
            # Before Python has set its handlers up, a signal does what it does to any process.
            assert victim.wait(60) in (expected, -how)
            time.sleep(0.3)
            if other.poll() is None:
                other.send_signal(signal.SIGINT)
            assert other.wait(60) in (130, -signal.SIGINT, 3)
    nothing_stays(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", range(4))
def test_a_check_whose_dongle_dies_with_its_process_is_inconclusive(number, tmp_path):
    """The hub on a dongle of another process; the check ends soon after that process, and does not pass."""
    bench = tmp_path / "hub.toml"
    air = up(
        tmp_path,
        "air",
        '\nid = "air"\ntitle = "Dongles"\n[nodes]\n[dongles.hub]\nradio = "tcp:"\n'
        '[dongles.esme]\nradio = "pty:"\n[dongles.gsme]\nradio = "pty:"\n',
    )
    with killed_at_last(air):
        assert air.stdout is not None
        ports = {each["name"]: radio(each["port"]) for each in json.loads(air.stdout.readline())["ports"]}
        nodes = "".join(f'[nodes.{name}]\nradio = "{port}"\n' for name, port in ports.items())
        text = f'id = "hub"\ntitle = "All three elsewhere"\nbegins = "installed"\n{nodes}wake_interval_s = 3\n'
        bench.write_text(text, encoding="utf-8")
        check = hanbench(tmp_path, "check", str(bench), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with killed_at_last(check):
            if number == 0:
                said, _ = check.communicate(timeout=60)
                assert check.returncode == 0, said
                assert said.startswith("pass")
            else:
                time.sleep(0.8 + split("check", str(number)).random())
                air.kill()
                said, log = check.communicate(timeout=60)
                assert check.returncode in (2, 3), f"{said}\n{log}"
                assert "pass" not in said
    nothing_stays(tmp_path)
