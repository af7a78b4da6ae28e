"""A lab: a HAN in virtual time, an antenna beside it, and the keys of its devices. For prompts, so nothing is async."""

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
"""Metres: where the antenna stands."""


class Answer(NamedTuple):
    """A frame that was on the air."""

    number: int
    """In the order of the air, from 1."""
    time: float
    """Seconds of the bench's clock."""
    line: str
    """What it says."""
    packet: Packet | None
    """The ZCL frame in it, decrypted; None where there is none."""

    def __repr__(self) -> str:
        return f"#{self.number} {self.time:.3f} s  {self.line}"


class Lab(Bench):
    """A whole HAN, installed unless it is to be new. Use it as a context, or `close` it."""

    def __init__(self, name: str = "virtual", seed: str = "1", begins: StartingState = StartingState.INSTALLED) -> None:
        """`name`: a bench that comes with hanbench, or a bench file. Raises ProfileError."""
        super().__init__(name, seed, begins)
        han = self.han
        self._dissector = Dissector(han.keys)
        self._seen: list[tuple[Transmission, Dissected]] = []
        self._sequence = 0
        self._antenna = AirRadio(han.air, han.clock, han.random("lab"), "lab", BESIDE)
        self._antenna.configure(_listening(han.radio("hub").config.channel))
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
        """A PSDU that carries a command in the name of `source`, secured as `source` would, counters and all.

        `command`: a layer of a cluster, a general command of scapy's with its `cluster`, one with its headers
        (`addressed`), or the octets of a ZCL frame with its `cluster`. `link_key`: under the link key of the two as
        well; None: if they have one. Raises ValueError.
        """
        self._sequence = self._sequence % 255 + 1
        if isinstance(command, bytes):
            zcl, number = command, cluster
        else:
            whole = addressed(command, cluster, sequence=self._sequence)
            zcl, number = bytes(whole.payload), whole.cluster
        if number is None:
            raise ValueError("octets alone do not say which cluster they are for: give `cluster`")
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
        ours, theirs = sender.storage.network, receiver.storage.network
        assert ours is not None
        assert theirs is not None
        security = sender.stack.nwk.security.outgoing()
        npdu = nwk.secured_data(theirs.short, ours.short, self._sequence, apdu, security, RADIUS)
        return mac.data(self._sequence, ours.pan_id, theirs.short, ours.short, npdu, ack=True)

    def _device(self, name: str) -> AnyDevice:
        found = next((device for device in self.han.devices if device.name == name), None)
        if found is None or found.storage.network is None:
            names = ", ".join(device.name for device in self.han.devices if device.storage.network is not None)
            raise ValueError(f"{name!r} is no device in this network; there is {names}")
        return found

    # --- sending and hearing ------------------------------------------------------------------------------------------

    def send(self, psdu: bytes, seconds: float = 2.0) -> list[Answer]:
        """Put a PSDU on the air and let time pass; what was on the air from then on, the frame itself first.

        Octets that are no frame are sent as well: the Air carries anything of 3 to 127 octets.
        """
        before = len(self._seen)
        results: list[TxResult] = []
        self._antenna.transmit(bytes(psdu), results.append, retries=0)
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
        """What has been on the air, decrypted, from the `since`th frame on."""
        return [
            Answer(each.number, each.end / SECOND, dissected.line, _zcl(dissected))
            for each, dissected in self._seen[since:]
        ]

    def _saw(self, transmission: Transmission) -> None:
        self._seen.append((transmission, self._dissector(transmission.psdu)))

    @property
    def alive(self) -> Sequence[str]:
        """Names of the devices that have power and have not hung."""
        return tuple(device.name for device in self.han.devices if device.powered and not device.conduct.hung)


def _zcl(dissected: Dissected) -> Packet | None:
    if dissected.zcl is None:
        return None
    number, octets = dissected.zcl
    return ApsPacket(aps.data_header(ENDPOINT, number, SMART_ENERGY, ENDPOINT, 0, ack_request=False) + octets).payload


def _listening(channel: int) -> RadioConfig:
    return RadioConfig(channel=channel, promiscuous=True)
