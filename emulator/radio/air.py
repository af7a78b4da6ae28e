"""The Air: the emulated medium that all radios share.

For each transmission it models: path loss of each pair of radios, packet loss by signal-to-noise ratio and length, air
time at 250 kbit/s, overlap on the same channel (collision or capture, by power), jammers, and half-duplex receivers.
docs/air.md lists what it does not model.

Receivers that a frame does not address cost nothing: an index finds the receivers by the octets of the destination
field, and random numbers are drawn for those alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, inf

from hanbench.emulator.clock import Clock
from hanbench.emulator.radio import propagation
from hanbench.emulator.radio.fcs import fcs, fcs_ok
from hanbench.emulator.radio.frame_rules import FrameRule, judge
from hanbench.emulator.radio.observers import Observers
from hanbench.emulator.radio.propagation import Link, Position
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.radio.transmission import (
    ACK_WAIT,
    CCA_TIME,
    OCTET,
    PHY_OVERHEAD,
    SHORTEST,
    TURNAROUND,
    Station,
    Transmission,
)
from hanbench.emulator.randomness import RandomSource

_ACKS = {
    pending: tuple(mpdu + fcs(mpdu) for mpdu in (bytes((2 | pending << 4, 0, sequence)) for sequence in range(256)))
    for pending in (False, True)
}
_ALL = b"\xff\xff"
"""The broadcast address, and the PAN ID of all PANs."""


@dataclass(slots=True, eq=False)
class Jammer:
    """A source of noise. A jammer without a position disturbs all receivers alike."""

    channels: frozenset[int]
    power: float
    """dBm: radiated power, or received power if the jammer has no position."""
    position: Position | None = None


@dataclass(slots=True)
class Channel:
    """The radios and transmissions on one channel."""

    radios: list[Station] = field(default_factory=list)
    promiscuous: list[Station] = field(default_factory=list)
    by_address: dict[bytes, list[Station]] = field(default_factory=dict)
    """Radios by their destination PAN ID and address, as encoded in a frame."""
    by_pan: dict[bytes, list[Station]] = field(default_factory=dict)
    """Radios by their PAN ID, as encoded in a frame, in the order of `radios`; those of 0xFFFF are in no PAN."""
    on_air: list[Transmission] = field(default_factory=list)

    def accepting(self, psdu: bytes, mode: int) -> list[Station]:
        """Return the radios that accept a frame which is for no single address: a broadcast, or without destination.

        Broadcasts of a PAN go by the index, unless a radio without a PAN is here, which accepts those of all.
        """
        pan = psdu[3:5]
        if mode == 2 and psdu[5:7] == _ALL and pan != _ALL and _ALL not in self.by_pan and len(psdu) >= SHORTEST[mode]:
            return list(self.by_pan.get(pan, ()))  # a copy: a radio that hears a frame may move on
        return [radio for radio in self.radios if radio.accepts(psdu, mode)]


class Air:
    """The emulated medium. `sniffer` is the position at which captures are taken."""

    def __init__(self, clock: Clock, random: RandomSource) -> None:
        self.clock = clock
        self.observers = Observers()
        self.frames = 0
        """Number of completed transmissions, acknowledgements included."""
        self.frame_rules: list[FrameRule] = []
        """Faults injected into frames before observers or radios get them; applied in this order."""
        self._copiers: dict[Station, SilentStation] = {}
        """The station that sends copies of a sender's frames, by sender."""
        self._random = random.random
        self._channels = {number: Channel() for number in range(11, 27)}
        self.jammers: list[Jammer] = []
        self._attenuation: dict[tuple[Station, Station], float] = {}
        self._links: dict[tuple[Station, Station], Link] = {}
        self._sniffer: Position = (0.0, 0.0)
        self._sniffed: dict[Station, tuple[float, int]] = {}

    # --- the scene ----------------------------------------------------------------------------------------------

    def channel(self, number: int) -> Channel:
        return self._channels[number]

    def scene_changed(self) -> None:
        """Discard the computed links after a radio has moved or changed its power."""
        self._links.clear()
        self._sniffed.clear()

    @property
    def sniffer(self) -> Position:
        """Position, in metres, at which captures are taken."""
        return self._sniffer

    @sniffer.setter
    def sniffer(self, position: Position) -> None:
        self._sniffer = position
        self._sniffed.clear()

    def attenuate(self, a: Station, b: Station, decibel: float) -> None:
        """Add an attenuation of `decibel` between two radios, both ways; 0 removes it."""
        for pair in ((a, b), (b, a)):
            self._attenuation[pair] = decibel
        self.scene_changed()

    def add_jammer(self, jammer: Jammer) -> None:
        self.jammers.append(jammer)
        self.scene_changed()

    def remove_jammer(self, jammer: Jammer) -> None:
        self.jammers.remove(jammer)
        self.scene_changed()

    def noise(self, at: Station) -> float:
        """Return the background noise at a radio, jammers included, in mW."""
        total = propagation.milliwatts(propagation.NOISE_FLOOR)
        for jammer in self.jammers:
            if at.channel in jammer.channels:
                loss = 0.0 if jammer.position is None else propagation.path_loss(jammer.position, at.position)
                total += propagation.milliwatts(jammer.power - loss)
        return total

    def link(self, sender: Station, receiver: Station) -> Link:
        """Return the link from `sender` to `receiver`, without interference."""
        pair = (sender, receiver)
        known = self._links.get(pair)
        if known is None:
            rssi = sender.tx_power - propagation.path_loss(sender.position, receiver.position)
            rssi -= self._attenuation.get(pair, 0.0)
            known = self._links[pair] = propagation.link(rssi, self.noise(receiver))
        return known

    def sniffed(self, transmission: Transmission) -> tuple[float, int]:
        """Return RSSI (dBm) and LQI of a transmission at the sniffer's position."""
        sender = transmission.sender
        known = self._sniffed.get(sender)
        if known is None:
            rssi = sender.tx_power - propagation.path_loss(sender.position, self._sniffer)
            known = self._sniffed[sender] = (rssi, propagation.lqi(rssi))
        return known

    # --- carrying frames ----------------------------------------------------------------------------------------

    def clear(self, listener: Station) -> bool:
        """Assess whether the channel is clear over the last eight symbols at `listener` (CCA)."""
        now = self.clock.now
        if self.jammers and propagation.dbm(self.noise(listener)) >= propagation.CCA_THRESHOLD:
            return False
        for other in self._channels[listener.channel].on_air:
            if (
                other.start < now
                and other.end > now - CCA_TIME
                and self.link(other.sender, listener).rssi >= propagation.CCA_THRESHOLD
            ):
                return False
        return True

    def energy(self, listener: Station) -> float:
        """Return the energy on the listener's channel at this moment, in dBm."""
        now = self.clock.now
        total = self.noise(listener)
        for other in self._channels[listener.channel].on_air:
            if other.start <= now < other.end and other.sender is not listener:
                total += self.link(other.sender, listener).power
        return propagation.dbm(total)

    def begin(self, sender: Station, psdu: bytes, start: int) -> Transmission:
        """Put `psdu` on the air from `start` on (now, or at most a turnaround later)."""
        end = start + (len(psdu) + PHY_OVERHEAD) * OCTET
        transmission = Transmission(sender, psdu, start, end)
        channel = self._channels[sender.channel]
        on_air = channel.on_air
        if on_air:
            horizon = self.clock.now - CCA_TIME
            if on_air[0].end <= horizon:
                on_air[:] = [other for other in on_air if other.end > horizon]
            for other in on_air:
                # New lists, not appends: most transmissions never overlap and so need no list.
                if other.end > start and other.start < end:
                    other.overlaps = [*(other.overlaps or ()), transmission]
                    transmission.overlaps = [*(transmission.overlaps or ()), other]
        on_air.append(transmission)
        sender.sending_from = start
        sender.sending_until = end
        return transmission

    def send(self, sender: Station, psdu: bytes, start: int) -> Transmission:
        """Send one frame from `sender`; its end calls `sent`, `acknowledged` or `unacknowledged` of the sender."""
        transmission = self.begin(sender, psdu, start)
        self.clock.post(transmission.end, self._ended, transmission)
        return transmission

    def _ended(self, transmission: Transmission) -> None:
        heard = not self.frame_rules or self._apply_rules(transmission)
        self._observe(transmission)
        psdu = transmission.psdu
        acknowledge = psdu[0] & 0x20
        if not heard:
            pass
        elif fcs_ok(psdu):
            if self._deliver(transmission, psdu, bool(acknowledge)):
                return
        else:
            self._garble(transmission)
        if acknowledge:
            self.clock.post(transmission.end + ACK_WAIT, transmission.sender.unacknowledged, transmission)
        else:
            transmission.sender.sent(transmission)

    def _apply_rules(self, transmission: Transmission) -> bool:
        """Apply the frame rules to a frame; return whether radios receive it now."""
        verdict = judge(self.frame_rules, transmission)
        transmission.psdu = verdict.psdu
        for delay in verdict.copies:
            self.clock.post(transmission.end + delay, self._copy, transmission.sender, verdict.psdu)
        return verdict.heard

    def _copy(self, sender: Station, psdu: bytes) -> None:
        """Put the copy of a frame on the air at its sender's position, without waiting for an acknowledgement."""
        copy = self.begin(self._copier_of(sender), psdu, self.clock.now)
        self.clock.post(copy.end, self._copy_ended, copy)

    def _copier_of(self, sender: Station) -> SilentStation:
        """Return the station that sends copies of a sender's frames, with its present channel, power and position."""
        copier = self._copiers.setdefault(sender, SilentStation(sender.name, sender.channel))
        copier.channel, copier.tx_power, copier.position = sender.channel, sender.tx_power, sender.position
        for (a, b), decibel in tuple(self._attenuation.items()):
            if a is sender:
                self._attenuation[copier, b] = decibel
        self.scene_changed()
        return copier

    def _copy_ended(self, copy: Transmission) -> None:
        self._observe(copy)
        if fcs_ok(copy.psdu):
            self._deliver(copy, copy.psdu, bool(copy.psdu[0] & 0x20))
        else:
            self._garble(copy)

    def _deliver(self, transmission: Transmission, psdu: bytes, acknowledge: bool) -> bool:
        """Deliver a frame to the receivers that it addresses and that hear it; True if one of them acknowledges."""
        channel = self._channels[transmission.channel]
        for receiver in channel.promiscuous:
            if receiver is not transmission.sender:
                receiver.hear(transmission, self._heard(transmission, receiver), False)
        mode = psdu[1] >> 2 & 3
        if mode == 2 and psdu[3:7] in channel.by_address:
            meant = channel.by_address[psdu[3:7]]
        elif mode == 3 and psdu[3:13] in channel.by_address:
            meant = channel.by_address[psdu[3:13]]
        else:
            meant = channel.accepting(psdu, mode)
            acknowledge = acknowledge and mode != 2
        acknowledged = False
        for receiver in meant:
            if receiver is transmission.sender:
                continue
            link = self._heard(transmission, receiver)
            if link is None:
                continue
            if acknowledge:
                self._acknowledge(transmission, receiver, link)
                acknowledged = True
            else:
                receiver.hear(transmission, link, False)
        return acknowledged

    def _garble(self, transmission: Transmission) -> None:
        """Count a frame with a bad FCS at every receiver that could hear it."""
        for receiver in self._channels[transmission.channel].radios:
            if receiver is not transmission.sender and receiver.could_hear(transmission):
                receiver.garbled()

    def _heard(self, transmission: Transmission, receiver: Station) -> Link | None:
        """Return the link over which `receiver` got the frame intact, or None."""
        if not receiver.could_hear(transmission):
            return None
        sender = transmission.sender
        link = self._links.get((sender, receiver)) or self.link(sender, receiver)
        log_bit_ok = link.log_bit_ok
        if transmission.overlaps is not None:
            log_bit_ok = self._disturbed(transmission, receiver, link)
        if log_bit_ok and self._random() >= exp(log_bit_ok * 8 * (len(transmission.psdu) + PHY_OVERHEAD)):
            receiver.garbled()
            return None
        return link

    def _disturbed(self, transmission: Transmission, receiver: Station, link: Link) -> float:
        """Return ln of the probability that one bit arrives while other stations transmit too."""
        others = [o for o in transmission.overlaps or () if o.sender is not receiver]
        interference = sum(self.link(other.sender, receiver).power for other in others)
        if interference * propagation.CO_CHANNEL_REJECTION > link.power:
            return -inf
        return propagation.log_bit_ok(round(link.rssi - propagation.dbm(self.noise(receiver) + interference), 2))

    def _acknowledge(self, transmission: Transmission, receiver: Station, link: Link) -> None:
        pending = receiver.frame_pending(transmission.psdu)
        ack = self.begin(receiver, _ACKS[pending][transmission.psdu[2]], transmission.end + TURNAROUND)
        self.clock.post(ack.end, self._ack_ended, ack, transmission, link, pending)

    def _ack_ended(self, ack: Transmission, transmission: Transmission, link: Link, pending: bool) -> None:
        heard = not self.frame_rules or (self._apply_rules(ack) and fcs_ok(ack.psdu))
        self._observe(ack)
        sender = transmission.sender
        ack.sender.hear(transmission, link, pending)
        if heard and self._heard(ack, sender) is not None:
            sender.acknowledged(transmission, pending)
        else:
            self.clock.post(transmission.end + ACK_WAIT, sender.unacknowledged, transmission)

    def _observe(self, transmission: Transmission) -> None:
        self.frames = transmission.number = self.frames + 1
        if self.observers:
            self.observers.see(transmission)
