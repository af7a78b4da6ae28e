"""Real devices on the air of a bench: power and buttons, by command and by hand. A virtual dongle is the air."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.cases import by_id
from hanbench.harness.conform.dut.command import DeviceError
from hanbench.harness.conform.dut.person import AtTheTerminal, NobodyError
from hanbench.harness.conform.dut.physical import PhysicalDevice
from hanbench.harness.conform.request import Request, RequestError, setting_of
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.profiles.benches import read_bench
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.power import PowerPort

JOINS = by_id()["HB-JOIN-07"]
HEAD = 'id = "desk"\ntitle = "A meter on the desk"\n[nodes.hub]\nradio = "{radio}"\n'
METER = '[nodes.gsme]\nradio = "physical"\nieee = "{ieee}"\ninstall_code = "{install_code}"\n'
CODE = "83FED3407A939723A5C639B26916D505C3B5"
"""An example of BDB 3.0.1, 10.1.2."""
GIVEN = {"radio": "socket://127.0.0.1:9", "ieee": "001a63a1fc192d3e", "install_code": CODE}


def bench_file(folder, power="", given=GIVEN):
    path = folder / "desk.toml"
    path.write_text((HEAD + METER + power).format(**given))
    return path


@pytest.fixture
def desk(tmp_path):
    """Start a desk; give its bench file, whose commands write into its FIFO."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.desk", str(fifo)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    try:
        given = json.loads(process.stdout.readline())
        words = "".join(f'{word} = "echo {word} > {fifo}"\n' for word in ("on", "off", "reset", "commission"))
        yield bench_file(tmp_path, f'[nodes.gsme.power]\nby = "command"\n{words}', given)
    finally:
        process.kill()
        process.communicate()


def request_of(path, **changes):
    pixit = path.parent / "pixit.toml"
    pixit.write_text("wake_period_s = 20\n")
    pics = path.parent / "pics.txt"
    pics.write_text("SE.GSME=1\nHAN.IC=1\nHAN.POLL=1\n")
    return Request(bench=str(path), pics=pics, pixit=pixit, **changes)


def test_a_real_meter_joins_and_commands_switch_it(desk):
    setting = setting_of(request_of(desk))
    result = Runner(setting, Limits(unattended=True)).run(JOINS)
    assert (result.verdict, result.reason) == (Verdict.PASS, "")
    assert result.evidence


def test_without_commands_a_person_is_needed_and_unattended_says_so(tmp_path):
    setting = setting_of(request_of(bench_file(tmp_path)))
    result = Runner(setting, Limits(unattended=True)).run(JOINS)
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "a person would have to" in result.reason
    assert "--unattended" in result.reason


class Told:
    """A person who notes what is to be done, and does it at once."""

    def __init__(self):
        self.asked = []

    async def do(self, what):
        self.asked.append(what)


def test_a_person_is_asked_for_what_no_command_does():
    person = Told()
    device = PhysicalDevice("gsme", PowerPort(), asyncio.run, person)
    device.factory_reset()
    device.power_on()
    device.commission()
    device.power_off()
    assert [what.split(" the ")[0] for what in person.asked] == ["reset", "give", "start", "cut"]


def test_a_command_resets_with_power_and_a_person_presses_the_button(tmp_path):
    log, person = tmp_path / "log", Told()
    port = PowerPort(by="command", on=f"echo on >> {log}", off=f"echo off >> {log}")
    PhysicalDevice("gsme", port, asyncio.run, person).factory_reset()
    assert log.read_text().split() == ["on", "off"]
    assert person.asked == ["reset the gsme to its factory state"]


@pytest.mark.parametrize("command", ["exit 3", "no-such-command-anywhere"])
def test_a_command_that_fails_is_an_error_of_the_bench(command):
    device = PhysicalDevice("gsme", PowerPort(by="command", on=command, off="true"), asyncio.run, None)
    with pytest.raises(DeviceError, match="exit status"):
        device.power_on()


def test_nobody_at_the_terminal_is_an_error(monkeypatch):
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read) as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        said: list[str] = []
        with pytest.raises(NobodyError, match="--unattended"):
            asyncio.run(AtTheTerminal(said.append).do("give the gsme power"))
    assert said == ["give the gsme power; then press Enter"]


@pytest.mark.parametrize(
    ("power", "says"),
    [
        ('[nodes.gsme.power]\nby = "command"\non = "true"\n', "off: expected a shell command"),
        ('[nodes.gsme.power]\non = "true"\noff = "true"\n', 'expected by = "command"'),
        ('[nodes.gsme.power]\nby = "relay"\n', "by"),
        ('[nodes.hub.power]\nby = "manual"\n', "only a physical device has its own"),
    ],
)
def test_a_wrong_power_port_is_named(tmp_path, power, says):
    with pytest.raises(ProfileError, match=says):
        read_bench(bench_file(tmp_path, power))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dut": "esme"}, r'expected \[nodes.esme\] with radio = "physical"'),
        ({"dut": "hub"}, "the head end of a real hub is not within reach"),
        ({"device": "exec:true"}, "expected none with a bench"),
    ],
)
def test_a_bench_that_does_not_have_the_device_is_one_line(tmp_path, changes, says):
    with pytest.raises(RequestError, match=says):
        setting_of(request_of(bench_file(tmp_path), **changes))


def test_a_real_device_runs_in_real_time(tmp_path):
    setting: Setting = setting_of(request_of(bench_file(tmp_path)))
    assert setting.real_time
