"""What is at a port where no RCP answers: recognised by the octets that come back for a question.

An EZSP or ZNP co-processor has its own network layer in firmware and hides the frames: hanbench cannot use it as a
radio until the user flashes RCP firmware (hardware/flashing.md).
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from collections.abc import Callable
from enum import StrEnum
from functools import reduce
from operator import xor
from typing import NamedTuple


class PortAnswer(StrEnum):
    """The kind of device that answers at a port."""

    RCP = "RCP"
    RESTARTING = "restarts again and again"
    EZSP = "EZSP co-processor"
    ZNP = "ZNP co-processor"
    CONSOLE = "login prompt or shell"
    ECHO = "echo"
    SILENT = "silent"
    CLOSED = "cannot be opened"


CANCEL, ASH_RESET = b"\x1a", b"\xc0\x38\xbc\x7e"
ASH_RESET_ACK, ASH_VERSION, ASH_FLAG = 0xC1, 0x02, b"\x7e"
ZNP_PING = b"\xfe\x00\x21\x01\x20"
ZNP_START, ZNP_PING_ANSWER = 0xFE, b"\x61\x01"
RETURN = b"\r\n"
_REFLASH = "not usable: it hides the frames; flash RCP firmware (hardware/flashing.md)"
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z^-~])")
"""What a console sends for colours, its title and keys: sequences of ECMA-48, and OSC as xterm ends it."""
_PROMPT = re.compile(
    rb"(?i)(?:login|password|username|user name) ?:|login incorrect|(?:^|[\r\n])[][\w@:~./()= -]{0,40}[$#>]{1,3} ?$"
)
_PRINTABLE = frozenset(b"\a\b\t\r\n") | frozenset(range(0x20, 0x7F))


class Question(NamedTuple):
    """Octets that one kind of device answers, and what recognises its answer."""

    octets: bytes
    kind: PortAnswer
    recognises: Callable[[bytes], bool]
    advice: str


def is_ash_reset_ack(octets: bytes) -> bool:
    """Return whether an EZSP co-processor announces its restart (ASH RSTACK, with its CRC)."""
    for stretch in octets.split(ASH_FLAG):
        frame = stretch.lstrip(b"\x11\x13\x18\x1a\x00")
        if len(frame) == 5 and frame[0] == ASH_RESET_ACK and frame[1] == ASH_VERSION:
            return crc_hqx(frame[:3], 0xFFFF).to_bytes(2, "big") == frame[3:]
    return False


def is_znp_answer(octets: bytes) -> bool:
    """Return whether a ZNP co-processor answered a ping (MT SYS_PING response, with its check octet)."""
    for at, octet in enumerate(octets):
        if octet == ZNP_START and len(octets) > at + 1:
            end = at + 4 + octets[at + 1]
            body = octets[at + 1 : end]
            if body[1:3] == ZNP_PING_ANSWER and len(octets) > end and reduce(xor, body) == octets[end]:
                return True
    return False


def is_console(octets: bytes) -> bool:
    """Return whether the octets are text with a login prompt, or with the prompt of a shell at its end."""
    text = _CONTROL.sub(b"", octets)
    return bool(text) and _PRINTABLE.issuperset(text) and _PROMPT.search(text) is not None


QUESTIONS = (
    Question(ZNP_PING, PortAnswer.ZNP, is_znp_answer, _REFLASH),
    Question(CANCEL + ASH_RESET, PortAnswer.EZSP, is_ash_reset_ack, _REFLASH),
    Question(
        RETURN,
        PortAnswer.CONSOLE,
        is_console,
        "a console answers, for a person to type at: another image or another machine; flash RCP firmware"
        " (hardware/flashing.md)",
    ),
)
ECHO_ADVICE = (
    "each octet comes back as it was sent: end the program that serves the port, or part the two wires that touch"
    " (docs/hardware.md)"
)
NOISE_ADVICE = (
    "octets come that are no answer, of another baud rate or protocol: flash RCP firmware (hardware/flashing.md)"
)
SILENT_ADVICE = (
    "no answer: unplug it and plug it in, in case it is in its bootloader; then flash RCP firmware"
    " (hardware/flashing.md)"
)


def recognise(heard: list[tuple[Question, bytes]]) -> tuple[PortAnswer, str]:
    """Return the kind of device and the advice, from what was heard after each question."""
    for question, octets in heard:
        if question.recognises(octets):
            return question.kind, question.advice
    if any(is_console(octets) for _, octets in heard):
        console = QUESTIONS[-1]
        return console.kind, console.advice
    if all(question.octets in octets for question, octets in heard):
        return PortAnswer.ECHO, ECHO_ADVICE
    if any(octets for _, octets in heard):
        return PortAnswer.SILENT, NOISE_ADVICE
    return PortAnswer.SILENT, SILENT_ADVICE
