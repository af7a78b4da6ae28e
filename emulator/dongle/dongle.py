"""A virtual dongle: a radio on the Air, the firmware of an RCP, and the port that a host opens.

Faults of physical dongles can be injected: unplugging, garbled octets, a freeze, a watchdog reset.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.dongle.firmware import STRICT, Firmware
from hanbench.emulator.dongle.ports import Port
from hanbench.emulator.dongle.rcp import Rcp
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.spinel.ids import SpinelStatus
from hanbench.emulator.randomness import RandomSource

BITS_PER_OCTET = 10
"""Bits per octet on a serial line: a start bit, eight data bits, a stop bit."""
INPUT_BUFFER = 1_024
"""Octets that the UART of a frozen dongle still buffers."""


class Line:
    """One direction of a serial line: delivers octets one after the other, at the speed of a UART."""

    def __init__(self, clock: Clock, baud: int, latency: int, deliver: Callable[[bytes], None]) -> None:
        """`baud`: bits per second. `latency`: microseconds on top of the UART's, such as those of a USB bridge."""
        self._clock = clock
        self._octet = SECOND * BITS_PER_OCTET / baud
        self._latency = latency
        self._deliver = deliver
        self._free = 0

    def transmit(self, octets: bytes) -> None:
        self._free = max(self._free, self._clock.now) + int(len(octets) * self._octet)
        self._clock.post(self._free + self._latency, self._deliver, octets)


class VirtualDongle:
    """One virtual dongle. Call `plug` before use, `unplug` after."""

    def __init__(
        self,
        name: str,
        radio: AirRadio,
        clock: Clock,
        port: Port,
        *,
        eui64: int,
        firmware: Firmware = STRICT,
        random: RandomSource | None = None,
        baud: int | None = None,
        latency: int = 0,
    ) -> None:
        """`random`: decides the races of the firmware. `baud`: speed of the serial line, bits per second; None: no
        delay. `latency`: microseconds on top.
        """
        self.name = name
        self.radio = radio
        self.port = port
        self.plugged = False
        self.on_event: Callable[[str, str], None] = lambda name, text: None
        """Called with the dongle's name and a description of the event."""
        self.rcp = Rcp(radio, clock, self._to_host, eui64=eui64, firmware=firmware, random=random)
        self.rcp.on_refusal = self._say
        self.rcp.has_room = lambda: not port.blocked
        self._out: Callable[[bytes], None] = self._write
        self._in: Callable[[bytes], None] = self._fed
        if baud is not None:
            self._out = Line(clock, baud, latency, self._write).transmit
            self._in = Line(clock, baud, latency, self._fed).transmit
        port.received = self._from_host
        port.said = self._say
        self._garble = 0
        self._frozen = False
        self._unread = b""
        self._dropped = self._garbled = 0

    # --- faults -----------------------------------------------------------------------------------------------------

    def plug(self) -> None:
        """Plug the dongle in: the port appears and the firmware starts. Raises PortError."""
        if not self.plugged:
            self.port.open()
            self.plugged = True
            self._frozen = False
            self._unread = b""
            self._garble = 0
            self.rcp.restart()
            self._say("plugged in")

    def unplug(self) -> None:
        """Unplug the dongle: its port and its radio vanish, and octets in transit are lost."""
        if self.plugged:
            self.plugged = False
            self.rcp.halt()
            self.port.close()
            self._say("unplugged")

    def watchdog_reset(self) -> None:
        """Restart the firmware with status RESET_FAULT, as its watchdog does."""
        if self.plugged:
            self.rcp.restart(SpinelStatus.RESET_FAULT)
            self._say("restarted by its watchdog")

    def freeze(self, on: bool = True) -> None:
        """Make the firmware stop (`on`) or resume reading the octets that the host writes."""
        if not self.plugged or on == self._frozen:
            return
        self._frozen = on
        self._say("frozen" if on else "resumed")
        if not on:
            unread, self._unread = self._unread, b""
            self._fed(unread)

    def garble(self, chunks: int = 1) -> None:
        """Corrupt the next `chunks` writes to the host, as a bad cable does."""
        self._garble = chunks

    # --- the line ---------------------------------------------------------------------------------------------------

    def _to_host(self, octets: bytes) -> None:
        if self._dropped != self.rcp.dropped and not self.port.blocked:
            self._say(f"dropped {self.rcp.dropped - self._dropped} frames: the host did not read")
            self._dropped = self.rcp.dropped
        if self._garble:
            self._garble -= 1
            middle = len(octets) // 2
            octets = octets[:middle] + bytes((octets[middle] ^ 0x55,)) + octets[middle + 1 :]
        self._out(octets)

    def _from_host(self, octets: bytes) -> None:
        self._in(octets)

    def _write(self, octets: bytes) -> None:
        if self.plugged:
            self.port.write(octets)

    def _fed(self, octets: bytes) -> None:
        if not self.plugged:
            return
        if self._frozen:
            self._unread = (self._unread + octets)[:INPUT_BUFFER]
            return
        self.rcp.feed(octets)
        if self._garbled != self.rcp.garbled:
            self._say(f"skipped {self.rcp.garbled - self._garbled} garbled chunks from the host")
            self._garbled = self.rcp.garbled

    def _say(self, text: str) -> None:
        self.on_event(self.name, text)
