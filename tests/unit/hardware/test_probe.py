"""What a probe makes of what is at a port: virtual RCPs, and scripted co-processors that speak other protocols."""

from __future__ import annotations

import os
import select
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import SimpleNamespace

import pytest

from hanbench.emulator.clock import PacedClock, run
from hanbench.emulator.dongle import Firmware
from hanbench.emulator.radio.spinel.ids import RadioCapability
from hanbench.hardware import discovery
from hanbench.hardware.probe import NOTHING_TO_DO, probe
from hanbench.hardware.strangers import PortAnswer, is_ash_reset_ack, is_console, is_znp_answer

RSTACK = bytes.fromhex("1ac1020b0a527e")
"""As an EFR32 with EZSP answers a reset (UG101, 3.2)."""
PONG = bytes.fromhex("fe02610159063d")
"""MT SYS_PING response of Z-Stack 3.x: capabilities 0x0659, and the XOR of all but the start."""


def probed(url: str):
    clock = PacedClock()
    return run(clock, probe(url, clock))


@contextmanager
def far_end(question: bytes, answer: bytes, *, echo: bool = False, unasked: bytes = b"") -> Iterator[str]:
    """A pty whose other end answers one question, and says nothing to anything else.

    `echo`: it sends back what it gets. `unasked`: what it says every half second.
    """
    ours, theirs = os.openpty()
    tty.setraw(theirs)

    def serve() -> None:
        heard = b""
        while True:
            if unasked and not select.select([ours], [], [], 0.5)[0]:
                os.write(ours, unasked)
                continue
            try:
                octets = os.read(ours, 1024)
            except OSError:
                return
            heard += octets
            if echo:
                os.write(ours, octets)
            if heard.endswith(b"stop"):
                return
            if question and question in heard:
                heard = b""
                os.write(ours, answer)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.write(theirs, b"stop")
        thread.join(10)
        os.close(ours)
        os.close(theirs)


def test_an_rcp_is_recognised_timed_and_fit_for_everything(rig_of):
    rig = rig_of("pty", clock=PacedClock())

    async def scenario():
        return await probe(rig.port.url, rig.clock)

    async def whole():
        rig.dongle.plug()
        try:
            return await scenario()
        finally:
            rig.dongle.unplug()

    finding = run(rig.clock, whole())
    assert (finding.kind, finding.baud) == (PortAnswer.RCP, 460_800)
    assert finding.identity.version.startswith("HANBENCH-RCP")
    assert 0 < finding.round_trip.median <= finding.round_trip.worst < 100
    assert {"esme", "gsme", "sniffer"} <= set(finding.roles)
    assert len(finding.exercises) == 5
    troubled = [result for result in finding.exercises if result.trouble is not None]
    assert (finding.advice == NOTHING_TO_DO) == (not troubled and "hub" in finding.roles)


def test_an_rcp_that_lacks_something_is_fit_for_nothing(rig_of):
    rig = rig_of("pty", Firmware(radio=RadioCapability.ENERGY_SCAN), PacedClock())

    async def whole():
        rig.dongle.plug()
        try:
            return await probe(rig.port.url, rig.clock)
        finally:
            rig.dongle.unplug()

    finding = run(rig.clock, whole())
    assert (finding.kind, finding.roles) == (PortAnswer.RCP, ())
    assert "waiting for acknowledgements" in finding.advice


def test_a_znp_co_processor_is_recognised():
    with far_end(bytes.fromhex("fe00210120"), PONG) as port:
        finding = probed(port)
    assert (finding.kind, finding.roles) == (PortAnswer.ZNP, ())
    assert "flash RCP firmware" in finding.advice


def test_an_ezsp_co_processor_is_recognised():
    with far_end(bytes.fromhex("1ac038bc7e"), RSTACK) as port:
        finding = probed(port)
    assert (finding.kind, finding.roles) == (PortAnswer.EZSP, ())
    assert "flash RCP firmware" in finding.advice


def test_silence_and_noise_are_no_radio():
    with far_end(b"", b"") as port:
        assert probed(port).kind is PortAnswer.SILENT
    with far_end(b"\x7e", os.urandom(512)) as port:
        assert probed(port).kind is PortAnswer.SILENT


def test_a_device_that_restarts_again_and_again_is_named():
    # LAST_STATUS 112 unasked, as OpenThread sends it after each start; the octets are those of cases/serial.
    with far_end(b"", b"", unasked=bytes.fromhex("7e80060070ee747e")) as port:
        finding = probed(port)
    assert (finding.kind, finding.roles) == (PortAnswer.RESTARTING, ())
    assert "it restarts every 0." in finding.advice


def test_an_echo_is_named():
    with far_end(b"", b"", echo=True) as port:
        finding = probed(port)
    assert finding.kind is PortAnswer.ECHO


@pytest.mark.parametrize(
    ("echo", "prompt"),
    [(True, b"\r\nlogin: "), (False, b"login incorrect\r\nnrf52840 login: "), (True, b"\r\nuart:~$ "), (False, b"> ")],
)
def test_a_login_prompt_or_a_shell_is_named(echo, prompt):
    with far_end(b"\r\n", prompt, echo=echo) as port:
        finding = probed(port)
    assert finding.kind is PortAnswer.CONSOLE
    assert "flash RCP firmware" in finding.advice


@pytest.mark.parametrize(
    "octets",
    [
        b"\r\n\x1b[1;32muart:~$ \x1b[m",  # Zephyr's shell, with its colours
        b"\x1b]0;root@pi: ~\x07\x1b[?2004h[root@pi ~]# ",  # bash on a terminal: title, bracketed paste
        b"\r\n>>> ",  # MicroPython
        b"\r\n=> ",  # U-Boot
        b"\r\n\x1b[0;32mesp> \x1b[0m",  # ESP-IDF's console
    ],
)
def test_a_prompt_is_one_in_colour_too(octets):
    assert is_console(octets)


@pytest.mark.parametrize(
    "octets", [b"", b"\x1b[31m", b"100%", b"\r\nOK\r\n", b"price: 5", b"\x7e\x80\x06\x00\x70", b"login: \xff", b"a > b"]
)
def test_not_all_text_is_a_prompt(octets):
    assert not is_console(octets)


def test_a_port_that_is_not_there_cannot_be_opened():
    finding = probed("serial:/dev/no-such-dongle")
    assert finding.kind is PortAnswer.CLOSED
    assert "no such device" in finding.advice


@pytest.mark.parametrize("octet", range(1, len(RSTACK) - 1))
def test_answers_are_held_against_their_check_octets(octet):
    assert is_ash_reset_ack(RSTACK)
    assert is_ash_reset_ack(b"noise\x7e" + RSTACK)
    spoilt = bytearray(RSTACK)
    spoilt[octet] ^= 0x04
    assert not is_ash_reset_ack(bytes(spoilt))
    assert is_znp_answer(b"\xfe\x01" + PONG)
    spoilt = bytearray(PONG)
    spoilt[octet] ^= 0x04
    assert not is_znp_answer(bytes(spoilt))


@pytest.mark.parametrize(
    ("vendor", "product", "words", "board"),
    [
        (0x10C4, 0xEA60, ("Nabu Casa", "SkyConnect v1.0"), "SkyConnect (ZBT-1), EFR32"),
        (0x10C4, 0xEA60, ("ITead", "Sonoff Zigbee 3.0 USB Dongle Plus"), "Sonoff Dongle-P, CC2652P"),
        (0x10C4, 0xEA60, ("Silicon Labs", "CP2102N"), "a board behind a CP210x bridge"),
        (0x1915, 0x1234, (None, None), "nRF52840 board with Nordic firmware"),
        (0x1234, 0x5678, ("x", "y"), None),
    ],
)
def test_a_board_is_guessed_from_its_usb_identity(vendor, product, words, board):
    assert discovery.guess(vendor, product, words) == board


def test_ports_are_listed_with_their_usb_identity(monkeypatch):
    plain = SimpleNamespace(
        device="/dev/ttyS9", vid=None, pid=None, manufacturer=None, product=None, serial_number=None
    )
    usb = SimpleNamespace(
        device="/dev/ttyACM9", vid=0x1915, pid=0x0001, manufacturer="Nordic", product="RCP", serial_number="A1"
    )
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [plain, usb])
    first, second = discovery.ports()
    assert (first.device, first.usb, first.serial) == ("/dev/ttyACM9", "1915:0001", "A1")
    assert (second.device, second.usb, second.board) == ("/dev/ttyS9", None, None)
