"""Dissection of frames with the keys of their capture, in the order of their transmission."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from threading import Lock
from typing import Protocol

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import beacon as nwk_beacon
from hanbench.emulator.zigbee.nwk import commands as nwk_commands
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import FrameCipher, cipher
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY, KeyId, key_load_key, key_transport_key
from hanbench.harness.frames import words
from hanbench.harness.frames.begun import Begun, malformed
from hanbench.harness.frames.contents import DEVICE_PROFILE, Content, content
from hanbench.harness.frames.dissected import UNREADABLE, Dissected, Layer, Parts

_DERIVED: dict[KeyId, Callable[[bytes], bytes]] = {
    KeyId.KEY_TRANSPORT: key_transport_key,
    KeyId.KEY_LOAD: key_load_key,
}
_MAC_TYPES = ("Beacon", "Data", "Acknowledgement", "Command")
_DELIVERY = {aps.UNICAST: "unicast", aps.BROADCAST: "broadcast", aps.GROUP: "group"}
_KEY_NAMES = ("link key", "network key", "key-transport key", "key-load key")
_TRANSPORT_KEY = aps_commands.TransportNetworkKey.ID


class HasOctets(Protocol):
    """A named key, such as those of a `KeyRing`."""

    @property
    def octets(self) -> bytes: ...


class Dissector:
    """Dissects frames. It learns addresses from each frame, so it needs all frames, in order.

    It uses keys that join `keys` later from then on.
    """

    def __init__(self, keys: Iterable[HasOctets]) -> None:
        """`keys`: network keys and link keys; tried again whenever no key that has fitted before decrypts a frame."""
        self._keys = keys
        self._ieee: dict[int, int] = {}
        self._fitted: dict[KeyId, list[tuple[FrameCipher, bytes]]] = {kind: [] for kind in KeyId}
        """The ciphers that have opened a frame, each with the key that it follows from."""
        self._lock = Lock()
        """Held while a dissection ends, which may be in another thread than that of the frames."""

    def __call__(self, psdu: bytes) -> Dissected:
        """Dissect one frame; octets that are not a frame are named malformed and raise no error."""
        return self.begin(psdu).end()

    def begin(self, psdu: bytes) -> Begun:
        """Learn the addresses in a frame, as a call does; its dissection may end later, in any order."""
        frame: mac.MacFrame | None = None
        try:
            frame = mac.decode(psdu)
            if frame.type != mac.DATA:
                self._learn(frame)
                return Begun(psdu, frame, partial(self._mac, frame), self._lock)
            packet = nwk.decode(frame.payload)
        except RemoteProtocolError as error:
            return Begun(psdu, frame, partial(malformed, psdu, str(error)), self._lock)
        if packet.src_ieee is not None:
            self._ieee[packet.src] = packet.src_ieee
        elif packet.secured and frame.src == packet.src:
            self._ieee[packet.src] = packet.sender_ieee
        return Begun(psdu, frame, partial(self._nwk, frame, packet, self._ieee.get(packet.src)), self._lock)

    # --- layer by layer -----------------------------------------------------------------------------------------------

    def _mac(self, frame: mac.MacFrame) -> Dissected:
        inner: Callable[[], words.Fields] = tuple
        if frame.type == mac.COMMAND:
            try:
                name = mac.MacCommand(frame.payload[0]).name
            except ValueError:
                raise RemoteProtocolError(DropReason.MALFORMED_MAC, f"command {frame.payload[0]}") from None
            inner = partial(_rest, frame)
        else:
            name = _MAC_TYPES[frame.type].upper()
            if frame.type == mac.BEACON:
                inner = partial(_beacon, frame)
        return Dissected(
            words.kebab(name),
            source=frame.src if frame.src_mode == mac.SHORT else None,
            destination=frame.dst if frame.dst_mode == mac.SHORT else None,
            cluster=None,
            line=lambda: f"MAC {words.title(name)}" + (" (poll)" if name == "DATA_REQUEST" else ""),
            layers=lambda: (_mac_layer(frame, inner()),),
            parts=Parts(frame),
        )

    def _nwk(self, frame: mac.MacFrame, packet: nwk.NwkFrame, source: int | None) -> Dissected:
        """`source`: EUI-64 of the source, as far as frames up to this one tell it."""
        dissected = partial(_in_packet, frame, packet)
        if packet.secured:
            key = self._open(packet, KeyId.NETWORK)
            if key is None:
                line = f"NWK under a key that is not known ({packet.key_sequence})"
                return dissected(UNREADABLE, lambda: line, tuple)
            dissected = partial(dissected, network_key=key)
        if packet.type != nwk.COMMAND:
            return self._aps(packet, source, dissected)
        command = nwk_commands.decode(packet.payload)
        name = type(command).__name__
        fields = partial(words.of, command)
        return dissected(
            words.kebab(name),
            lambda: words.said(f"NWK {words.title(name)}", fields()),
            lambda: (Layer(f"NWK {words.title(name)}", fields()),),
            message=command,
        )

    def _aps(self, packet: nwk.NwkFrame, source: int | None, dissected: Callable[..., Dissected]) -> Dissected:
        inner = aps.decode(packet.payload)
        dissected = partial(dissected, inner=inner)
        if inner.secured:
            sender = inner.sender_ieee or (packet.sender_ieee if source is None else source)
            key = self._open(inner, KeyId(inner.key_id), sender)
            if key is None:
                under = _KEY_NAMES[inner.key_id]
                line = f"APS under a {under} that is not known"
                return dissected(UNREADABLE, lambda: line, lambda: (_aps_layer(inner),))
            dissected = partial(dissected, link_key=key)
        if inner.type == aps.ACK:
            return dissected("aps-ack", lambda: "APS Acknowledgement", lambda: (_aps_layer(inner),))
        if inner.type == aps.COMMAND:
            return self._aps_command(inner, dissected)
        if inner.fragment is not None:
            block = inner.fragment.block
            said = f"Fragment, first of {block}" if inner.fragment.first else f"Fragment {block}"
            return dissected("fragment", lambda: f"APS {said}", lambda: (_aps_layer(inner),))
        found: Content = content(inner.profile, inner.cluster, inner.payload)
        return dissected(
            found.name,
            lambda: found.line,
            lambda: (_aps_layer(inner), found.layer),
            cluster=found.cluster,
            zcl=None if inner.profile == DEVICE_PROFILE else (inner.cluster, inner.payload),
            message=found.message,
        )

    def _aps_command(self, frame: aps.ApsFrame, dissected: Callable[..., Dissected]) -> Dissected:
        command = aps_commands.decode(frame.payload)
        # The three forms of Transport-Key are one command.
        name = "TransportKey" if command.ID == _TRANSPORT_KEY else type(command).__name__
        fields = partial(words.of, command)
        what = words.title(type(command).__name__)
        return dissected(
            words.kebab(name),
            lambda: words.said(f"APS {what}", fields()),
            lambda: (_aps_layer(frame), Layer(f"APS {what}", fields())),
            message=command,
        )

    def _learn(self, frame: mac.MacFrame) -> None:
        """Learn the short address that an association response assigns."""
        command = frame.payload[0] if frame.type == mac.COMMAND else None
        if command == mac.MacCommand.ASSOCIATION_RESPONSE and frame.dst_mode == mac.EXTENDED:
            assigned = frame.payload[1:3]
            if frame.dst is not None and len(assigned) == 2:
                self._ieee[int.from_bytes(assigned, "little")] = frame.dst

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _open(self, frame: nwk.NwkFrame | aps.ApsFrame, kind: KeyId, *sender: int) -> bytes | None:
        """Decrypt a frame; return the key from which its own follows, or None if no key fits."""
        fitted = self._fitted[kind]
        for candidate, octets in fitted:
            if _opens(frame, candidate, *sender):
                return octets
        derive = _DERIVED.get(kind, bytes)
        known = {octets for _, octets in fitted}
        for octets in (WELL_KNOWN_LINK_KEY, *(key.octets for key in self._keys)):
            if octets not in known and _opens(frame, candidate := cipher(derive(octets)), *sender):
                fitted.insert(0, (candidate, octets))
                return octets
        return None


def _opens(frame: nwk.NwkFrame | aps.ApsFrame, key: FrameCipher, *sender: int) -> bool:
    try:
        frame.decrypt(key, *sender)
    except RemoteProtocolError as error:
        if error.reason is not DropReason.BAD_MIC:
            raise
        return False
    return True


# --- layers as text -------------------------------------------------------------------------------------------------


def _address(address: int | None, mode: int) -> str | None:
    if address is None:
        return None
    return words.ieee(address) if mode == mac.EXTENDED else words.short(address)


def _given(*fields: tuple[str, str | None]) -> words.Fields:
    return tuple((name, value) for name, value in fields if value is not None)


def _mac_layer(frame: mac.MacFrame, inner: words.Fields) -> Layer:
    return Layer(
        f"MAC {_MAC_TYPES[frame.type]}",
        _given(
            ("source", _address(frame.src, frame.src_mode)),
            ("destination", _address(frame.dst, frame.dst_mode)),
            ("PAN", None if frame.dst_pan is None else words.short(frame.dst_pan)),
            ("sequence", str(frame.sequence)),
            ("acknowledgement wanted", "yes" if frame.ack_request else None),
            ("frame pending", "yes" if frame.frame_pending else None),
            *inner,
        ),
    )


def _rest(frame: mac.MacFrame) -> words.Fields:
    rest = frame.payload[1:]
    return (("payload", rest.hex()),) if rest else ()


def _beacon(frame: mac.MacFrame) -> words.Fields:
    try:
        head = mac.decode_beacon(frame.payload)
        beacon = nwk_beacon.decode(head.payload)
    except RemoteProtocolError as error:
        return (("payload", str(error)),)
    return (("open to join", words.shown(head.association_permit)), *words.of(beacon))


def _in_packet(
    frame: mac.MacFrame,
    packet: nwk.NwkFrame,
    name: str,
    line: Callable[[], str],
    layers: Callable[[], tuple[Layer, ...]],
    *,
    inner: aps.ApsFrame | None = None,
    network_key: bytes | None = None,
    link_key: bytes | None = None,
    cluster: str | None = None,
    zcl: tuple[int, bytes] | None = None,
    message: object = None,
) -> Dissected:
    """Return the dissection of a NWK packet's content, below its outer layers."""
    return Dissected(
        name,
        source=packet.src,
        destination=packet.dst,
        cluster=cluster,
        line=line,
        layers=lambda: (_mac_layer(frame, ()), _nwk_layer(packet), *layers()),
        zcl=zcl,
        parts=Parts(frame, packet, inner, message, network_key, link_key),
    )


def _nwk_layer(packet: nwk.NwkFrame) -> Layer:
    return Layer(
        "NWK",
        _given(
            ("source", words.short(packet.src)),
            ("destination", words.short(packet.dst)),
            ("sequence", str(packet.sequence)),
            ("radius", str(packet.radius)),
            ("security", f"network key {packet.key_sequence}" if packet.secured else "none"),
            ("frame counter", str(packet.counter) if packet.secured else None),
            ("secured by", words.ieee(packet.sender_ieee) if packet.secured else None),
        ),
    )


def _aps_layer(frame: aps.ApsFrame) -> Layer:
    kind = ("Data", "Command", "Acknowledgement")[frame.type]
    addressed = frame.type == aps.DATA or (frame.type == aps.ACK and not frame.ack_format)
    return Layer(
        f"APS {kind}",
        _given(
            ("delivery", _DELIVERY.get(frame.delivery)),
            ("endpoints", f"{frame.src_endpoint} to {frame.dst_endpoint}" if addressed else None),
            ("cluster", words.short(frame.cluster) if addressed else None),
            ("profile", words.short(frame.profile) if addressed else None),
            ("counter", str(frame.counter)),
            ("acknowledgement wanted", "yes" if frame.ack_request else None),
            ("security", _KEY_NAMES[frame.key_id] if frame.secured else None),
            ("frame counter", str(frame.frame_counter) if frame.secured else None),
        ),
    )
