"""Wrong firmwares: frame counters, replays, integrity."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.conform.firmwares.model import Firmwares, Note, own_link, restarted, wrapped

WRONG = Firmwares([])
JUMP = 1_000_000
LEVEL = 5


@WRONG.add("takes-replays", "CTR", "zigbee-rs#61")
def takes_replays(device: Any, note: Note) -> None:
    """It never stores the frame counter that it has had from a sender."""
    wrapped(device.stack.nwk.security, "accept_counter", lambda former, *arguments: note())


@WRONG.add("takes-aps-replays", "CTR", "zigbee-rs#64")
def takes_aps_replays(device: Any, note: Note) -> None:
    """It keeps no APS frame counters of its link keys."""

    def unseal(former: Any, frame: Any, source: int) -> None:
        for link in device.storage.link_keys.values():
            if link.incoming:
                note()
            link.incoming = 0
        former(frame, source)

    wrapped(device.stack.aps, "_unseal", unseal)


@WRONG.add("takes-equal-counter", "CTR", "zigbee-rs#61; zigbee-rs#64")
def takes_equal_counter(device: Any, note: Note) -> None:
    """It takes a frame under the counter that it has had last: `<` in place of `<=`."""
    security = device.stack.nwk.security

    def accept(former: Any, sequence: int, sender: int, counter: int) -> None:
        if counter == security._incoming.get((sequence, sender)):
            note()
        former(sequence, sender, counter)
        security._incoming[sequence, sender] = counter

    wrapped(security, "accept_counter", accept)


@WRONG.add("counter-restarts", "CTR", "Koenkk/Z-Stack-firmware#225; dresden-elektronik/deconz-rest-plugin#3387")
def counter_restarts(device: Any, note: Note) -> None:
    """Its NWK frame counter starts again at 0 after a power cut."""
    if restarted(device):
        note()
        device.storage.nwk_counter.value = 0


@WRONG.add("counter-jumps", "CTR")
def counter_jumps(device: Any, note: Note) -> None:
    """It skips a million frame counter values at each power cut."""
    if restarted(device):
        note()
        device.storage.nwk_counter.value += JUMP


@WRONG.add("aps-counter-restarts", "CTR")
def aps_counter_restarts(device: Any, note: Note) -> None:
    """The APS frame counter of its link key starts again at 0 after a power cut."""
    link = own_link(device)
    if link is not None and link.origin is KeyOrigin.ESTABLISHED:
        note()
        link.outgoing.value = 0


@WRONG.add("refuses-high-counter", "CTR")
def refuses_high_counter(device: Any, note: Note) -> None:
    """It takes a frame counter that is far above the last one for an attack."""
    security = device.stack.nwk.security

    def accept(former: Any, sequence: int, sender: int, counter: int) -> None:
        if counter > security.expected_counter(sequence, sender) + JUMP:
            note()
            raise RemoteProtocolError(DropReason.REPLAY, "too far ahead")
        former(sequence, sender, counter)

    wrapped(security, "accept_counter", accept)


@WRONG.add("checks-no-integrity", "CTR")
def checks_no_integrity(device: Any, note: Note) -> None:
    """It decrypts NWK frames, and does not check their integrity code."""
    nwk = device.stack.nwk

    def unseal(former: Any, frame: Any) -> None:
        try:
            former(frame)
        except RemoteProtocolError as error:
            if error.reason is not DropReason.BAD_MIC:
                raise
            note()
            control = bytes((frame.sealed[0] & ~7 | LEVEL,))
            nonce = frame.sealed[5:13] + frame.sealed[1:5] + control
            # Counter mode: to encrypt the ciphertext once more gives the plain text.
            frame.payload = nwk.security.incoming(frame.key_sequence).seal(nonce, frame.sealed[14:-4], b"")[:-4]

    wrapped(nwk, "_unseal", unseal)


@WRONG.add("has-a-default-network-key", "CTR", "Koenkk/zigbee2mqtt: its default network_key of years")
def has_a_default_network_key(device: Any, note: Note) -> None:
    """It takes frames under the default network key of a well-known host."""
    security = device.stack.nwk.security
    default = cipher(bytes((1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13)))

    def incoming(former: Any, sequence: int) -> Any:
        try:
            return former(sequence)
        except RemoteProtocolError:
            note()
            return default

    wrapped(security, "incoming", incoming)


@WRONG.add("takes-unsecured-data", "CTR")
def takes_unsecured_data(device: Any, note: Note) -> None:
    """It takes data that has no NWK security."""
    device.stack.nwk.accepts_unsecured.append(lambda frame: True)

    def accept(former: Any, indication: Any) -> None:
        if not indication.secured:
            note()
        former(indication._replace(secured=True))

    wrapped(device.stack.aps, "accept", accept)
