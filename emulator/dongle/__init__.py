"""Virtual dongles: each is an `AirRadio` behind a pty or a TCP port that speaks Spinel as RCP firmware does."""

from hanbench.emulator.dongle.dongle import VirtualDongle
from hanbench.emulator.dongle.firmware import LENIENT, MODELS, STRICT, Firmware
from hanbench.emulator.dongle.lockstep import LockstepLine
from hanbench.emulator.dongle.octet_stream import OctetStream
from hanbench.emulator.dongle.ports import LOOPBACK, Port, PortError, PtyPort, TcpPort
from hanbench.emulator.dongle.rcp import Rcp

__all__ = [
    "LENIENT",
    "LOOPBACK",
    "MODELS",
    "STRICT",
    "Firmware",
    "LockstepLine",
    "OctetStream",
    "Port",
    "PortError",
    "PtyPort",
    "Rcp",
    "TcpPort",
    "VirtualDongle",
]
