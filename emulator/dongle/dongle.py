"""A virtual dongle: a radio on the Air, an RCP's firmware, and the port at which a host finds it.

What goes wrong with real ones can be done to it: it is pulled out and put back, its octets are garbled, it freezes, its
watchdog bites.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.dongle.firmware import Firmware
from hanbench.emulator.dongle.ports import Port
from hanbench.emulator.dongle.rcp import Rcp
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.spinel.ids import SpinelStatus

BITS_PER_OCTET = 10
"""On a serial line: a start bit, eight of data, a stop bit."""
INPUT_BUFFER = 1_024
"""Octets that a frozen dongle's UART still takes in."""


class Line:
    """How long octets take in one direction: as long as a UART of that speed needs, one after the other."""

    def __init__(self, clock: Clock, baud: int, latency: int, deliver: Callable[[bytes], None]) -> None:
        """`latency`: microseconds on top of the UART's, such as those of a USB bridge."""
        self._clock = clock
        self._octet = SECOND * BITS_PER_OCTET / baud
        self._latency = latency
        self._deliver = deliver
        self._free = 0

    def carry(self, octets: bytes) -> None:
        self._free = max(self._free, self._clock.now) + int(len(octets) * self._octet)
        self._clock.post(self._free + self._latency, self._deliver, octets)


class VirtualDongle:
    """One dongle. `plug` before use, `unplug` after."""

    def __init__(
        self,
        name: str,
        radio: AirRadio,
        clock: Clock,
        port: Port,
        *,
        eui64: int,
        firmware: Firmware | None = None,
        baud: int | None = None,
        latency: int = 0,
    ) -> None:
        """`baud`: carry octets no faster than a serial line of this speed; None: at once."""
        self.name = name
        self.radio = radio
        self.port = port
        self.plugged = False
        self.on_event: Callable[[str, str], None] = lambda name, text: None
        """Called with the dongle's name and what happened to it, in words."""
        self.rcp = Rcp(radio, clock, self._to_host, eui64=eui64, firmware=firmware)
        self.rcp.on_refusal = self._say
        self.rcp.has_room = lambda: not port.blocked
        self._out: Callable[[bytes], None] = self._write
        self._in: Callable[[bytes], None] = self._fed
        if baud is not None:
            self._out = Line(clock, baud, latency, self._write).carry
            self._in = Line(clock, baud, latency, self._fed).carry
        port.received = self._from_host
        port.said = self._say
        self._garble = 0
        self._frozen = False
        self._unread = b""
        self._dropped = self._garbled = 0

    # --- what people do to dongles ----------------------------------------------------------------------------------

    def plug(self) -> None:
        """Put it in: the port appears, and the firmware starts. Raises PortError."""
        if not self.plugged:
            self.port.open()
            self.plugged = True
            self._frozen = False
            self._unread = b""
            self._garble = 0
            self.rcp.restart()
            self._say("plugged in")

    def unplug(self) -> None:
        """Pull it out: the port vanishes with what was on its way, and so does the radio."""
        if self.plugged:
            self.plugged = False
            self.rcp.halt()
            self.port.close()
            self._say("unplugged")

    def bite(self) -> None:
        """The watchdog bites: the firmware restarts in the middle of whatever it was at."""
        if self.plugged:
            self.rcp.restart(SpinelStatus.RESET_FAULT)
            self._say("restarted by its watchdog")

    def freeze(self, on: bool = True) -> None:
        """The firmware stops reading what the host writes, and goes on later."""
        if not self.plugged or on == self._frozen:
            return
        self._frozen = on
        self._say("frozen" if on else "goes on")
        if not on:
            unread, self._unread = self._unread, b""
            self._fed(unread)

    def garble(self, chunks: int = 1) -> None:
        """Spoil the next writes to the host, as a bad cable does."""
        self._garble = chunks

    # --- the line ---------------------------------------------------------------------------------------------------

    def _to_host(self, octets: bytes) -> None:
        if self._dropped != self.rcp.dropped and not self.port.blocked:
            self._say(f"{self.rcp.dropped - self._dropped} frames were dropped: the host did not read")
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
            self._say(f"{self.rcp.garbled - self._garbled} garbled stretches from the host were passed over")
            self._garbled = self.rcp.garbled

    def _say(self, text: str) -> None:
        self.on_event(self.name, text)
