"""The serial ports of this machine, and the boards that their USB identities suggest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from serial.tools import list_ports

BY_ID = Path("/dev/serial/by-id")


class Board(NamedTuple):
    """A common board, and its USB identity."""

    vendor: int
    product: int
    name: str
    words: tuple[str, ...] = ()
    """Words of the product or manufacturer text, one of which must occur; empty: vendor and product suffice."""


BOARDS = (
    Board(0x1915, 0x521F, "nRF52840 dongle, in its bootloader: press reset again, or flash it"),
    Board(0x1915, 0x0000, "nRF52840 board with Nordic firmware"),
    Board(0x2FE3, 0x0100, "board with Zephyr firmware (nRF52840)"),
    Board(0x10C4, 0xEA60, "SkyConnect (ZBT-1), EFR32", ("skyconnect", "zbt-1")),
    Board(0x303A, 0x831A, "ZBT-2, EFR32", ("zbt-2",)),
    Board(0x303A, 0x4001, "ZBT-2, EFR32", ("zbt-2", "nabu casa")),
    Board(0x10C4, 0xEA60, "Sonoff Dongle-E, EFR32", ("dongle-e", "dongle plus v2", "dongle lite mg21")),
    Board(0x1A86, 0x55D4, "Sonoff Dongle-E, EFR32", ("dongle", "itead")),
    Board(0x10C4, 0xEA60, "Sonoff Dongle-P, CC2652P", ("sonoff zigbee 3.0 usb dongle plus",)),
    Board(0x10C4, 0xEA60, "CC2652 stick", ("slae.sh", "zzh", "slzb", "cc2652")),
    Board(0x0451, 0xBEF3, "TI LaunchPad (CC26x2, CC13x2)"),
    Board(0x0451, 0x16A8, "CC2531 stick: too small for RCP firmware"),
)
"""Boards by USB identity; words decide where many boards share a USB bridge. The first match applies."""
BRIDGES = {
    (0x10C4, 0xEA60): "a board behind a CP210x bridge",
    (0x1A86, 0x7523): "a board behind a CH340 bridge (CC2652 sticks have one)",
    (0x1A86, 0x55D4): "a board behind a CH9102 bridge",
    (0x0403, 0x6001): "a board behind an FT232 bridge: set its latency timer to 1 ms",
    (0x0403, 0x6015): "a board behind an FT231X bridge: set its latency timer to 1 ms",
}


@dataclass(frozen=True, slots=True)
class FoundPort:
    """One serial port."""

    device: str
    stable: str
    """A path that stays the same when ports are renumbered; `device` if there is none."""
    usb: str | None
    """Vendor and product, such as `1915:521f`; None: not a USB device."""
    maker: str | None
    product: str | None
    serial: str | None
    board: str | None
    """The probable board; None: unknown."""


def ports() -> list[FoundPort]:
    """Return every serial port of this machine that could be a dongle, USB ones first."""
    found = [_describe(info) for info in list_ports.comports()]
    return sorted(found, key=lambda port: (port.usb is None, port.device))


def guess(vendor: int, product: int, words: Iterable[str | None]) -> str | None:
    """Return the board that a USB identity suggests, or None."""
    text = " ".join(word for word in words if word).lower()
    for board in BOARDS:
        if board.vendor == vendor and board.product in (product, 0):
            if board.words and not any(word in text for word in board.words):
                continue
            return board.name
    return BRIDGES.get((vendor, product))


def _describe(info: Any) -> FoundPort:
    usb = None if info.vid is None else f"{info.vid:04x}:{info.pid:04x}"
    board = None if info.vid is None else guess(info.vid, info.pid, (info.manufacturer, info.product))
    return FoundPort(info.device, _stable(info.device), usb, info.manufacturer, info.product, info.serial_number, board)


def _stable(device: str) -> str:
    if BY_ID.is_dir():
        for link in sorted(BY_ID.iterdir()):
            if link.resolve() == Path(device).resolve():
                return str(link)
    return device
