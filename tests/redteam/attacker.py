"""An attacker in the house: a radio of their own, an ear for all that is on the air, and the keys that they know.

What an attacker without keys knows is what the air tells everybody: channel, PAN ID, short addresses, EUI-64s and frame
counters stand in clear in the headers (R22, 3.3.1 and 4.5.1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import BeaconContent, MacFrame
from hanbench.emulator.radio import AirRadio, RadioConfig, Transmission, TxResult, TxStatus
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.harness.han.han import Han
from hanbench.harness.han.head_end import called_back

BESIDE = (2.0, 2.0)
"""Metres: in the house."""
OWN_IEEE = 0x00_0B_AD_00_00_00_00_01
OWN_SHORT = 0x0BAD
RADIUS = 30
SMART_ENERGY, DEVICE_PROFILE = 0x0109, 0x0000
BROADCAST = 0xFFFF
ACKNOWLEDGED = 0x20


class Knowledge(IntEnum):
    """What an attacker knows; each knows all that the one before does."""

    NO_KEYS = 0
    NETWORK_KEY = 1
    ANOTHER_LINK_KEY = 2
    EVERYTHING = 3


@dataclass(frozen=True)
class Place:
    """What headers tell of a device."""

    short: int
    ieee: int


class Attacker:
    """Sends what it likes, as fast as the channel carries it."""

    def __init__(self, han: Han, knowledge: Knowledge) -> None:
        self.han = han
        self.knowledge = knowledge
        self.random: RandomSource = han.random("attacker")
        network = han.hub.stack.nwk.network
        self.channel, self.pan_id, self.extended_pan_id = network.channel, network.pan_id, network.extended_pan_id
        self.hub, self.esme, self.gsme = (self._place(each) for each in (han.hub, han.esme, han.gsme))
        self.repeater = None if han.repeater is None else self._place(han.repeater)
        self.parent = self.repeater or self.hub
        """Of the gas meter."""
        self.radio = AirRadio(han.air, han.clock, han.random("attacker's radio"), "attacker", BESIDE)
        self.radio.configure(RadioConfig(channel=self.channel, promiscuous=True))
        self.radio.listen(True)
        self.ghost = SilentStation("attacker", self.channel)
        self.on_air = 0
        """Frames of this attacker that were on the air."""
        self.recorded: list[bytes] = []
        self.ears: list[Callable[[bytes], object]] = []
        """Called with each frame of others."""
        self._sequence = 0
        # It has listened for a while before: frame counters stand in clear.
        self._counters: dict[int, int] = {d.storage.ieee: d.storage.nwk_counter.value for d in han.devices}
        self._links: dict[int, int] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Future[object]] = set()
        han.air.observers.append(self._hear)

    @staticmethod
    def _place(device: AnyDevice) -> Place:
        network = device.storage.network
        assert network is not None
        return Place(network.short, device.storage.ieee)

    def _hear(self, transmission: Transmission) -> None:
        if transmission.sender in (self.radio, self.ghost):
            self.on_air += 1
            return
        psdu = transmission.psdu
        self.recorded.append(psdu)
        try:
            frame = nwk.decode(mac.decode(psdu).payload)
        except RemoteProtocolError:
            frame = None
        if frame is not None and frame.secured:
            self._counters[frame.sender_ieee] = max(self._counters.get(frame.sender_ieee, 0), frame.counter)
        for ear in self.ears:
            ear(psdu)

    @property
    def router(self) -> Place:
        """The repeater, for attacks of a home that has one."""
        assert self.repeater is not None, "this home has no repeater"
        return self.repeater

    def be(self, short: int) -> None:
        """Take a device's short address at the radio, which then acknowledges frames to it."""
        self.radio.configure(RadioConfig(channel=self.channel, pan_id=self.pan_id, short_address=short))
        self.radio.listen(True)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def network_key(self) -> tuple[bytes, int]:
        """The network key, and its sequence number."""
        assert self.knowledge >= Knowledge.NETWORK_KEY, "this attacker has no key"
        storage = self.han.hub.storage
        return storage.network_keys[storage.active_key], storage.active_key

    def link_key(self, device: AnyDevice) -> bytes:
        """The link key of a device with the hub."""
        wanted = Knowledge.EVERYTHING if device is self.han.gsme else Knowledge.ANOTHER_LINK_KEY
        assert self.knowledge >= wanted, "this attacker has no such key"
        return self.han.hub.storage.link_keys[device.storage.ieee].key

    def counter(self, ieee: int) -> int:
        """A frame counter for the next forged frame of a sender: one above all that were on the air."""
        self._counters[ieee] = counter = self._counters.get(ieee, 0) + 1
        return counter

    def link_counter(self, owner: int) -> int:
        """A counter for the next frame under a link key: above those in the frames that the network key opens."""
        one, other = (self.han.hub, self.hub.ieee), (self.han.esme, self.esme.ieee)
        receiver, sender = (other[0], one[1]) if owner == self.hub.ieee else (one[0], owner)
        link = receiver.storage.link_keys.get(sender)
        known = 0 if link is None else link.incoming
        self._links[owner] = counter = max(known, self._links.get(owner, 0) + 1)
        return counter

    # --- frames -------------------------------------------------------------------------------------------------------

    def next(self) -> int:
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def data(self, npdu: bytes, *, dst: int = 0, src: int = OWN_SHORT, ack: bool = True) -> bytes:
        """A MAC data frame."""
        return mac.data(self.next(), self.pan_id, dst, src, npdu, ack=ack and dst != BROADCAST)

    def command(
        self, content: bytes, dst: int | None = None, *, src: int, mode: int = mac.SHORT, ack: bool = True
    ) -> bytes:
        """A MAC command to a short address: where none is given, to the gas meter's parent."""
        return MacFrame(
            mac.COMMAND,
            self.next(),
            content,
            dst_pan=self.pan_id,
            dst=self.parent.short if dst is None else dst,
            dst_mode=mac.SHORT,
            src_pan=self.pan_id,
            src=src,
            src_mode=mode,
            ack_request=ack,
        ).encode()

    def beacon(self, extended_pan_id: int, *, src: int = 0, update_id: int = 0, permit: bool = False) -> bytes:
        """A beacon of a network with this PAN ID."""
        payload = BeaconPayload(True, 0, True, extended_pan_id, update_id)
        content = BeaconContent(permit, src == 0, payload.encode()).encode()
        return MacFrame(mac.BEACON, self.next(), content, src_pan=self.pan_id, src=src, src_mode=mac.SHORT).encode()

    def npdu(
        self,
        payload: bytes,
        *,
        src: int,
        dst: int = 0,
        kind: int = nwk.DATA,
        ieee: int | None = None,
        sender: int = OWN_IEEE,
        secured: bool = True,
        counter: int | None = None,
        sequence: int | None = None,
        **route: int | tuple[int, ...],
    ) -> bytes:
        """A NWK frame. `ieee`: EUI-64 of the source in the header. `sender`: in the auxiliary header."""
        number = self.next() if sequence is None else sequence
        header = nwk.header(kind, dst, src, number, radius=RADIUS, secured=secured, src_ieee=ieee, **route)  # type: ignore[arg-type]
        if not secured:
            return header + payload
        key, key_sequence = self.network_key()
        counter = self.counter(sender) if counter is None else counter
        return nwk.seal(header, payload, nwk.FrameSecurity(cipher(key), counter, key_sequence, sender))

    def apdu(
        self,
        payload: bytes,
        cluster: int,
        *,
        profile: int = SMART_ENERGY,
        endpoint: int = 1,
        link: tuple[bytes, int] | None = None,
        ack: bool = False,
        delivery: int = aps.UNICAST,
        fragment: aps.Fragment | None = None,
        counter: int | None = None,
        nonce: bool = False,
        link_counter: int | None = None,
    ) -> bytes:
        """An APS data frame; `link`: a link key and its owner's EUI-64. `nonce`: the owner stands in the frame."""
        number = self.next() if counter is None else counter
        header = aps.data_header(
            endpoint,
            cluster,
            profile,
            endpoint,
            number,
            ack_request=ack,
            delivery=delivery,
            secured=link is not None,
            fragment=fragment,
        )
        if link is None:
            return header + payload
        key, owner = link
        frame_counter = self.link_counter(owner) if link_counter is None else link_counter
        return aps.secure(header, payload, cipher(key), KeyId.DATA, frame_counter, owner, extended_nonce=nonce)

    def opened(self, psdu: bytes) -> nwk.NwkFrame | None:
        """A NWK frame that was on the air, decrypted; None: it is none, or is under another key."""
        try:
            carried = mac.decode(psdu)
            if carried.type != mac.DATA:
                return None
            frame = nwk.decode(carried.payload)
            if frame.secured:
                frame.decrypt(cipher(self.network_key()[0]))
        except RemoteProtocolError:
            return None
        return frame

    # --- sending ------------------------------------------------------------------------------------------------------

    async def send(self, psdu: bytes, *, retries: int = 0) -> TxStatus:
        """Send a frame in turn; returns how that ended."""
        async with self._turn:
            result: TxResult = await called_back(
                lambda done: self.radio.transmit(psdu, done, retries=retries, backoffs=5)
            )
        return result.status

    async def flood(self, psdus: Iterable[bytes], pause: float = 0.002) -> None:
        """Send one frame after the other, without waiting for acknowledgements longer than the radio does."""
        for psdu in psdus:
            await self.send(psdu)
            await asyncio.sleep(pause)

    async def every(self, seconds: float, frames: Callable[[], Iterable[bytes]]) -> None:
        """Send some frames again and again, until the attack is over."""
        while True:
            await self.flood(frames())
            await asyncio.sleep(seconds)

    def burst(self, psdu: bytes) -> None:
        """Put octets of any length on the air at once."""
        self.han.air.send(self.ghost, psdu, self.han.clock.now)

    def later(self, work: Awaitable[object]) -> None:
        """Do something from within an ear."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        self.ears.clear()
        self.han.air.observers.remove(self._hear)

    def foreign_ieee(self) -> int:
        """An EUI-64 that no device here has."""
        return 0x00_0B_AD_00_00_00_00_00 | int(self.random.random() * 0xFFFF_FFFF)

    def foreign_short(self) -> int:
        """A short address that no device here has."""
        taken = (self.hub.short, self.esme.short, self.gsme.short, self.parent.short)
        while True:
            short = 1 + int(self.random.random() * 0xFFF6)
            if short not in taken:
                return short
