"""`hanbench doctor`: what it prints, and how long it waits."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from threading import Event, Thread

import pytest

from hanbench.emulator.clock import PacedClock, run
from hanbench.emulator.dongle import PtyPort, VirtualDongle
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.hardware.probe import NOTHING_TO_DO, ProbeResult
from hanbench.hardware.strangers import PortAnswer
from hanbench.harness.cli import doctor


class Dongle(Thread):
    """A virtual dongle in real time, on a pty with a symbolic link."""

    def __init__(self, link: Path, *, after: float = 0.0) -> None:
        super().__init__()
        self._link, self._after, self._stop_it = link, after, Event()

    def run(self) -> None:
        clock = PacedClock()
        radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "dongle"), "dongle")
        dongle = VirtualDongle("dongle", radio, clock, PtyPort(self._link), eui64=7)

        async def live() -> None:
            await asyncio.sleep(self._after)
            dongle.plug()
            while not self._stop_it.is_set():
                await asyncio.sleep(0.02)
            dongle.unplug()

        run(clock, live())

    def __enter__(self) -> Dongle:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_it.set()
        self.join(10)


def test_a_port_that_appears_later_is_waited_for(hanbench, tmp_path):
    port = tmp_path / "later"
    with Dongle(port, after=0.7):
        result = hanbench("doctor", str(port), "--wait", "60", "--json")
    (report,) = json.loads(result.out)
    assert report["answers"] == "RCP"
    assert report["built"] is None
    assert [each["name"] for each in report["exercises"]] == [
        "configuration",
        "source-match tables",
        "transmissions",
        "receiver switched between transmissions",
        "answers to polls under load",
    ]


def test_a_port_that_never_appears_is_told_in_one_line(hanbench, tmp_path):
    result = hanbench("doctor", str(tmp_path / "never"), "--wait", "1")
    assert result.status == 3
    assert "no such device" in result.err.splitlines()[-1]


@pytest.mark.parametrize("wait", ["-1", "nan", "inf", "3601", "soon"])
def test_a_wait_that_makes_no_sense_is_refused(hanbench, wait):
    assert hanbench("doctor", "/dev/null", "--wait", wait).status == 3


@pytest.mark.parametrize("kind", [kind for kind in PortAnswer if kind not in (PortAnswer.RCP, PortAnswer.CLOSED)])
def test_nothing_to_do_is_never_said_after_a_trouble(hanbench, monkeypatch, kind):
    async def probe(url: str, clock: object) -> ProbeResult:
        return ProbeResult(url, kind, "flash it")

    monkeypatch.setattr(doctor, "probe", probe)
    result = hanbench("doctor", "/dev/some-port")
    assert result.status == 2
    assert kind.value in result.out
    assert NOTHING_TO_DO not in result.out


@pytest.mark.parametrize("port", ["pty:/tmp/x", "tcp:7001", "air:"])
def test_a_virtual_radio_is_no_port_to_probe(hanbench, port):
    result = hanbench("doctor", port)
    assert result.status == 3
    assert f"PORT: found '{port}'; expected a device, serial:/dev/... or socket://HOST:PORT" in result.err


def test_waiting_in_vain_is_told_and_has_a_status(hanbench, monkeypatch):
    monkeypatch.setattr(doctor, "ports", list)
    result = hanbench("doctor", "--wait", "1")
    assert result.status == 3
    assert "waiting for 1 s at most" in result.err
    assert result.out.startswith("waited for 1 s: no dongle was found")
    assert "docs/hardware.md" in result.out
    assert hanbench("doctor").status == 0


@pytest.mark.parametrize(
    ("kind", "roles"), [(PortAnswer.SILENT, ()), (PortAnswer.RCP, ("hub", "esme", "gsme", "sniffer"))]
)
def test_roles_are_told_of_a_fit_dongle_alone_and_in_one_line(hanbench, monkeypatch, kind, roles):
    async def probe(url: str, clock: object) -> ProbeResult:
        return ProbeResult(url, kind, NOTHING_TO_DO)

    monkeypatch.setattr(doctor, "probe", probe)
    monkeypatch.setattr(ProbeResult, "roles", property(lambda self: roles))
    out = hanbench("doctor", "/dev/some-port").out
    line = "one dongle for each device: serial:/dev/some-port can be hub or esme or gsme or sniffer"
    assert (line in out.splitlines()) is bool(roles)
    assert "none: " not in out
