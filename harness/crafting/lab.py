"""A lab: a HAN in virtual time, an antenna beside it, and the keys of its devices. Its interface is synchronous."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple

from scapy.packet import Packet

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import AirRadio, RadioConfig, Transmission, TxResult, TxStatus
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.harness.bench.synchronous import Bench
from hanbench.harness.crafting.layers import SMART_ENERGY, ApsPacket, addressed
from hanbench.harness.frames import Dissected, Dissector
from hanbench.profiles.benches import StartingState

ENDPOINT = 1
RADIUS = 30
BESIDE = (2.0, 2.0)
"""Position of the antenna, metres."""


class Answer(NamedTuple):
    """A frame that was on the air."""

    number: int
    """Number in the order of the air, from 1."""
    time: float
    """Seconds of the bench's clock."""
    line: str
    """The frame in words."""
    packet: Packet | None
    """The decrypted ZCL frame in it; None if there is none."""

    def __repr__(self) -> str:
        return f"#{self.number} {self.time:.3f} s  {self.line}"


class Lab(Bench):
    """A whole HAN, in its starting state. Use it as a context manager, or call `close`."""

    def __init__(self, name: str = "virtual", seed: str = "1", begins: StartingState = StartingState.INSTALLED) -> None:
        """`name`: a shipped bench, or a bench file. Raises ProfileError."""
        super().__init__(name, seed, begins)
        han = self.han
        self._dissector = Dissector(han.keys)
        self._seen: list[tuple[Transmission, Dissected]] = []
        self._sequence = 0
        self._radio = AirRadio(han.air, han.clock, han.random("lab"), "lab", BESIDE)
        self._radio.configure(_listening(han.radio("hub").config.channel))
        han.medium.observers.append(self._saw)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- building -----------------------------------------------------------------------------------------------------

    def frame(
        self,
        command: Packet | bytes,
        source: str = "hub",
        destination: str = "esme",
        *,
        cluster: int | None = None,
        link_key: bool | None = None,
    ) -> bytes:
        """Return a PSDU that carries a command from `source`, secured with its keys and frame counters.

        `command`: a layer of a cluster, a general command of scapy's with its `cluster`, one with its headers
        (`addressed`), or the octets of a ZCL frame with its `cluster`. `link_key`: whether to encrypt under the link
        key as well; None: if the two have one. Raises ValueError.
        """
        self._sequence = self._sequence % 255 + 1
        if isinstance(command, bytes):
            zcl, number = command, cluster
        else:
            whole = addressed(command, cluster, sequence=self._sequence)
            zcl, number = bytes(whole.payload), whole.cluster
        if number is None:
            raise ValueError("octets do not name their cluster: give `cluster`")
        sender, receiver = self._device(source), self._device(destination)
        link = sender.storage.link_keys.get(receiver.storage.ieee)
        secured = link is not None if link_key is None else link_key
        header = aps.data_header(
            ENDPOINT, number, SMART_ENERGY, ENDPOINT, self._sequence, ack_request=True, secured=secured
        )
        if secured:
            if link is None:
                raise ValueError(f"{source} and {destination} have no link key")
            counter = link.outgoing.next()
            key = cipher(link.key)
            apdu = aps.secure(header, zcl, key, KeyId.DATA, counter, sender.storage.ieee, extended_nonce=False)
        else:
            apdu = header + zcl
        return self._carried(sender, receiver, apdu)

    def _carried(self, sender: AnyDevice, receiver: AnyDevice, apdu: bytes) -> bytes:
        sender_network, receiver_network = sender.storage.network, receiver.storage.network
        assert sender_network is not None
        assert receiver_network is not None
        security = sender.stack.nwk.security.outgoing()
        short = sender_network.short
        npdu = nwk.secured_data(receiver_network.short, short, self._sequence, apdu, security, RADIUS)
        return mac.data(self._sequence, sender_network.pan_id, receiver_network.short, short, npdu, ack=True)

    def _device(self, name: str) -> AnyDevice:
        found = next((device for device in self.han.devices if device.name == name), None)
        if found is None or found.storage.network is None:
            names = ", ".join(device.name for device in self.han.devices if device.storage.network is not None)
            raise ValueError(f"{name!r} is not a device of this network; there is {names}")
        return found

    # --- sending and receiving ----------------------------------------------------------------------------------------

    def send(self, psdu: bytes, seconds: float = 2.0) -> list[Answer]:
        """Send a PSDU and let time pass; return the frames on the air from then on, the sent one first.

        Octets that are not a frame are sent too: the Air carries any 3 to 127 octets.
        """
        before = len(self._seen)
        results: list[TxResult] = []
        self._radio.transmit(bytes(psdu), results.append, retries=0)
        self.wait(seconds)
        if results and results[0].status is TxStatus.CHANNEL_ACCESS_FAILURE:
            raise RuntimeError("the channel was never clear")
        return self.heard(before)

    def ask(self, command: Packet, source: str = "hub", destination: str = "esme", **options: Any) -> Packet | None:
        """Send a command and return the first ZCL frame that comes back from `destination`; None: there was none."""
        psdu = self.frame(command, source, destination, **options)
        sender = self._device(destination).storage.network
        assert sender is not None
        before = len(self._seen)
        self.send(psdu)
        for transmission, dissected in self._seen[before:]:
            if dissected.source == sender.short and (packet := _zcl(dissected)) is not None:
                assert transmission.number
                return packet
        return None

    def heard(self, since: int = 0) -> list[Answer]:
        """Return the frames on the air, decrypted, from the `since`th on."""
        return [
            Answer(each.number, each.end / SECOND, dissected.line, _zcl(dissected))
            for each, dissected in self._seen[since:]
        ]

    def _saw(self, transmission: Transmission) -> None:
        self._seen.append((transmission, self._dissector(transmission.psdu)))

    @property
    def alive(self) -> Sequence[str]:
        """Names of the devices that have power and do not hang."""
        return tuple(device.name for device in self.han.devices if device.powered and not device.conduct.hung)


def _zcl(dissected: Dissected) -> Packet | None:
    if dissected.zcl is None:
        return None
    number, octets = dissected.zcl
    return ApsPacket(aps.data_header(ENDPOINT, number, SMART_ENERGY, ENDPOINT, 0, ack_request=False) + octets).payload


def _listening(channel: int) -> RadioConfig:
    return RadioConfig(channel=channel, promiscuous=True)
