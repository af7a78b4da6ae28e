"""The bench's side of a device under test: requests to it, and frames that no healthy device sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hanbench.emulator.devices import AnyDevice, AnyJoiningDevice, CommsHub
from hanbench.emulator.devices.admission import needs_link_key
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl.frame import ZclFrame
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.aps.frames import Fragment
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.messages import ZdpMessage

RADIUS = 30
ZDO = 0
"""Endpoint, and profile, of the device profile."""
UNKNOWN = 0xFFF0
"""Short address of a device that the bench does not know."""


class Side:
    """What one of the bench's devices can do to the device under test."""

    def __init__(self, own: Callable[[], AnyDevice], ieee: int, *, endpoint: int, own_endpoint: int) -> None:
        """`own`: the bench's device, as it is now. `ieee`, `endpoint`: of the device under test."""
        self._own = own
        self._ieee = ieee
        self.endpoint = endpoint
        self.own_endpoint = own_endpoint
        self._tsn = 0x40

    @property
    def short(self) -> int | None:
        """Short address that the bench knows of the device under test; None: it does not know it."""
        raise NotImplementedError

    @property
    def own_short(self) -> int:
        """Short address of the bench's device."""
        short: int = self._own().stack.mac.short
        return short

    def next_tsn(self) -> int:
        """Return a transaction sequence number that the device's own requests do not use soon."""
        self._tsn = 0x40 | (self._tsn + 1) & 0x3F
        return self._tsn

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Keep everything above the MAC from the bench's device: its radio acknowledges, and no APS does."""
        nwk = self._own().stack.nwk
        deliver, nwk.on_data = nwk.on_data, None
        yield
        nwk.on_data = deliver

    # --- proper messages ----------------------------------------------------------------------------------------------

    def broadcast_zcl(self, cluster: int, frame: ZclFrame) -> None:
        """Send a ZCL frame to all devices that listen."""
        octets = frame.encode()
        self._send(ApsRequest(RX_ON_DEVICES, cluster, octets, SMART_ENERGY, self.own_endpoint, self.endpoint, False))

    def send_zcl(self, cluster: int, frame: ZclFrame | bytes, secured: bool | None = None) -> None:
        """Send a ZCL frame. `secured`: under the link key; None: if Smart Energy demands that for the cluster."""
        octets = frame if isinstance(frame, bytes) else frame.encode()
        wanted = needs_link_key(cluster) if secured is None else secured
        self._send(ApsRequest(self._to, cluster, octets, SMART_ENERGY, self.own_endpoint, self.endpoint, True, wanted))

    def send_zdp(self, message: ZdpMessage, *, broadcast: bool = False) -> None:
        """Send a message of the device profile. `broadcast`: to all devices that listen."""
        octets = zdp.encode(self.next_tsn(), message)
        to = RX_ON_DEVICES if broadcast else self._to
        self._send(ApsRequest(to, message.CLUSTER, octets, ZDO, ZDO, ZDO, not broadcast))

    def send(self, request: ApsRequest) -> None:
        """Send an APS message of the case's own: its profile, endpoints and octets are those of the request."""
        self._send(request)

    def _send(self, request: ApsRequest) -> None:
        self._own().stack.aps.send(request)

    @property
    def _to(self) -> int:
        short = self.short
        return UNKNOWN if short is None else short

    # --- crafted frames -----------------------------------------------------------------------------------------------

    def apdu(
        self,
        cluster: int,
        frame: bytes,
        *,
        counter: int,
        secured: bool = False,
        key: bytes | None = None,
        frame_counter: int | None = None,
        endpoint: int | None = None,
        profile: int = SMART_ENERGY,
        ack_request: bool = True,
        fragment: Fragment | None = None,
    ) -> bytes:
        """Return an APS data frame. `counter`: of the APS. `key`, `frame_counter`: in place of the link key's.

        `endpoint`: another one of the device.
        """
        header = aps.data_header(
            self.endpoint if endpoint is None else endpoint,
            cluster,
            profile,
            self.own_endpoint if profile else ZDO,
            counter,
            ack_request=ack_request,
            secured=secured,
            fragment=fragment,
        )
        if not secured:
            return header + frame
        storage = self._own().storage
        link = storage.link_keys[self._ieee]
        number = link.outgoing.next() if frame_counter is None else frame_counter
        used = cipher(link.key if key is None else key)
        return aps.secure(header, frame, used, KeyId.DATA, number, storage.ieee, extended_nonce=False)

    def npdu(
        self,
        apdu: bytes,
        *,
        key: bytes | None = None,
        key_sequence: int | None = None,
        counter: int | None = None,
        source: int | None = None,
        source_ieee: int | None = None,
        type: int = nwk.DATA,
        to: int | None = None,
        to_ieee: int | None = None,
    ) -> bytes:
        """Return a NWK frame to the device under the network key; each argument replaces the sender's own value.

        `to`: another destination than the device. `to_ieee`: the EUI-64 of the destination, which few commands name.
        """
        own = self._own().stack.nwk.security.outgoing()
        security = FrameSecurity(
            own.cipher if key is None else cipher(key),
            own.counter if counter is None else counter,
            own.key_sequence if key_sequence is None else key_sequence,
            own.sender_ieee if source_ieee is None else source_ieee,
        )
        sequence = self._own().stack.nwk.next_sequence()
        ieee = self._own().storage.ieee if source_ieee is None else source_ieee
        named = ieee if type == nwk.COMMAND else None
        src = self.own_short if source is None else source
        dst = self._to if to is None else to
        header = nwk.header(type, dst, src, sequence, radius=RADIUS, secured=True, src_ieee=named, dst_ieee=to_ieee)
        return nwk.seal(header, apdu, security)

    def unsecured_npdu(self, apdu: bytes, type: int = nwk.DATA) -> bytes:
        """Return a NWK frame to the device without security."""
        sequence = self._own().stack.nwk.next_sequence()
        named = self._own().storage.ieee if type == nwk.COMMAND else None
        return nwk.header(type, self._to, self.own_short, sequence, radius=RADIUS, secured=False, src_ieee=named) + apdu

    def send_npdu(self, npdu: bytes) -> None:
        """Send NWK octets to the device: at once, or when it polls."""
        self._own().stack.nwk.send_to_neighbor(self._to, npdu)

    def send_apdus(self, *apdus: bytes) -> None:
        """Send APS octets to the device, each in a NWK frame of its own: at once, or when it polls."""
        for octets in apdus:
            self.send_npdu(self.npdu(octets))

    @property
    def link_key(self) -> bytes | None:
        """The link key that the bench's device has agreed with the device under test."""
        link = self._own().storage.link_keys.get(self._ieee)
        return None if link is None else link.key


class HubSide(Side):
    """The bench's hub. A sleepy device is reached when it wakes: see `Tester.ask`."""

    def __init__(self, hub: Callable[[], CommsHub], ieee: int, endpoint: int = 1) -> None:
        """`hub`: the present one, which a case may exchange. `ieee`, `endpoint`: of the device under test."""
        super().__init__(hub, ieee, endpoint=endpoint, own_endpoint=HUB_ENDPOINT)
        self._hub = hub

    @property
    def short(self) -> int | None:
        return self._hub().short_of(self._ieee)


class MeterSide(Side):
    """A meter of the bench, towards a hub under test."""

    def __init__(self, meter: Callable[[], AnyJoiningDevice], ieee: int, endpoint: int = HUB_ENDPOINT) -> None:
        """`ieee`, `endpoint`: of the hub."""
        super().__init__(meter, ieee, endpoint=endpoint, own_endpoint=meter().settings.endpoint)
        self._meter = meter

    @property
    def short(self) -> int:
        return HUB

    def at(self, endpoint: int) -> MeterSide:
        """Return this side towards another endpoint of the hub: that of a mirror."""
        return MeterSide(self._meter, self._ieee, endpoint)
