"""Virtual dongles: an AirRadio behind a pty or a TCP port that speaks Spinel, as RCP firmware does."""

from emulator.dongle.crossing import Crossing
from emulator.dongle.dongle import VirtualDongle
from emulator.dongle.firmware import Firmware
from emulator.dongle.octet_stream import OctetStream
from emulator.dongle.ports import LOOPBACK, Port, PortError, PtyPort, TcpPort
from emulator.dongle.rcp import Rcp

__all__ = [
    "LOOPBACK",
    "Crossing",
    "Firmware",
    "OctetStream",
    "Port",
    "PortError",
    "PtyPort",
    "Rcp",
    "TcpPort",
    "VirtualDongle",
]
