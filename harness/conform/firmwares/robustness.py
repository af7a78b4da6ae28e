"""Wrong firmwares: crashes at malformed frames, and firmware over the air."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import MINUTE
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zcl.clusters.ota import UpgradeEndRequest
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
INVALID_IMAGE = 0x96
MOST_REQUESTS = 30


def _hangs(device: Any, note: Note) -> None:
    """Have the firmware stop, as a crash without a watchdog does."""
    if not device.conduct.hung and device.flash.mirror:
        note()
        device.conduct = replace(device.conduct, hung=True)


def _hangs_at(device: Any, note: Note, owner: Any, name: str, reasons: set[DropReason]) -> None:
    def method(former: Any, *arguments: Any) -> Any:
        try:
            return former(*arguments)
        except RemoteProtocolError as error:
            if error.reason in reasons:
                _hangs(device, note)
            raise

    wrapped(owner, name, method)


@WRONG.add("crash-at-mac", "ROB", "IEEE 802.15.4 fuzzing of vendors' stacks: Z-Fuzzer (WiSec 2021)")
def crash_at_mac(device: Any, note: Note) -> None:
    """It crashes at a malformed MAC frame."""
    receive = device.stack.mac.radio.receiver

    def received(reception: Any) -> None:
        try:
            mac.decode(reception.psdu)
        except RemoteProtocolError:
            _hangs(device, note)
        receive(reception)

    device.stack.mac.radio.receiver = received


@WRONG.add("crash-at-nwk", "ROB")
def crash_at_nwk(device: Any, note: Note) -> None:
    """It crashes at a malformed NWK header."""
    _hangs_at(device, note, device.stack.nwk, "_accept", {DropReason.MALFORMED_NWK, DropReason.UNSUPPORTED})


@WRONG.add("crash-at-nwk-command", "ROB")
def crash_at_nwk_command(device: Any, note: Note) -> None:
    """It crashes at a malformed NWK command."""
    _hangs_at(device, note, device.stack.nwk, "_deliver", set(DropReason))


@WRONG.add("crash-at-aps", "ROB")
def crash_at_aps(device: Any, note: Note) -> None:
    """It crashes at a malformed APS header."""
    _hangs_at(device, note, device.stack.aps, "accept", {DropReason.MALFORMED_APS})


@WRONG.add("crash-at-zcl", "ROB", "Z-Fuzzer (WiSec 2021): out-of-bounds reads in a vendor's ZCL parser")
def crash_at_zcl(device: Any, note: Note) -> None:
    """It crashes at a malformed ZCL frame."""
    _hangs_at(device, note, device.endpoint, "_receive", {DropReason.MALFORMED_ZCL})


@WRONG.add("crash-at-long-text", "ROB", "Z-Fuzzer (WiSec 2021): out-of-bounds reads in a vendor's ZCL parser")
def crash_at_long_text(device: Any, note: Note) -> None:
    """It crashes at a text that is longer than its frame."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if frame.command == 0x02 and frame.payload[2:3] in b"ABCD" and len(frame.payload) > 2:
            _hangs(device, note)
        former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("crash-at-wrong-mic", "ROB")
def crash_at_wrong_mic(device: Any, note: Note) -> None:
    """It stops when it has counted a few wrong integrity codes."""
    _hangs_at(device, note, device.stack.nwk, "_unseal", {DropReason.BAD_MIC})


@WRONG.add("crash-at-flood", "ROB", kind="esme")
def crash_at_flood(device: Any, note: Note) -> None:
    """It stops when it has had many beacon requests."""
    handlers, seen = device.stack.mac.on_command, []
    former = handlers[mac.MacCommand.BEACON_REQUEST]

    def requested(frame: Any, reception: Any) -> None:
        seen.append(reception)
        if len(seen) == MOST_REQUESTS:
            note()
            device.conduct = replace(device.conduct, hung=True)
        former(frame, reception)

    handlers[mac.MacCommand.BEACON_REQUEST] = requested


@WRONG.add("never-resumes-image", "ROB", "Koenkk/zigbee2mqtt#15139; Koenkk/zigbee2mqtt#32008")
def never_resumes_image(device: Any, note: Note) -> None:
    """It never goes on with an image after it stopped in the middle of it."""
    firmware = device.firmware

    def look(former: Any) -> None:
        if firmware._flash.download is not None:
            note()
        else:
            former()

    wrapped(firmware, "look", look)


@WRONG.add("never-asks-for-a-block", "ROB", "Koenkk/zigbee2mqtt#8858; Koenkk/zigbee2mqtt#32107")
def never_asks_for_a_block(device: Any, note: Note) -> None:
    """It never asks for a block of an image, and still says that it is updating."""
    wrapped(device.firmware, "_next_block", lambda former, download: note())


@WRONG.add("loops-on-one-version", "ROB", "Domoticz-Zigbee#1974")
def loops_on_one_version(device: Any, note: Note) -> None:
    """It fetches the same version again and again."""
    firmware = device.firmware

    def change(former: Any, version: int) -> None:
        note()
        firmware._flash.change_over = None

    wrapped(firmware, "_change", change)


@WRONG.add("silent-about-bad-image", "ROB", "devzone.nordicsemi.com/114773")
def silent_about_bad_image(device: Any, note: Note) -> None:
    """It sends no Upgrade End Request with INVALID_IMAGE."""

    def command(former: Any, dst: int, endpoint: int, cluster: int, command: Any, *rest: Any, **named: Any) -> None:
        if isinstance(command, UpgradeEndRequest) and command.status == INVALID_IMAGE:
            note()
        else:
            former(dst, endpoint, cluster, command, *rest, **named)

    wrapped(device.endpoint, "command", command)


@WRONG.add("asks-for-images-every-minute", "ROB")
def asks_for_images_every_minute(device: Any, note: Note) -> None:
    """It asks for an image every minute."""

    def again() -> None:
        if device.keys.ready and device.stack.joined:
            note()
            device.firmware.look()
        device.stack.clock.call_later(MINUTE, again)

    device.stack.clock.call_later(MINUTE, again)


@WRONG.add("asks-for-blocks-without-end", "ROB")
def asks_for_blocks_without_end(device: Any, note: Note) -> None:
    """It asks for a block again and again that it does not get."""
    firmware = device.firmware

    def came(former: Any, reply: Any) -> None:
        if reply.command is None:
            note()
            firmware._vain = 0
        former(reply)

    wrapped(firmware, "_block_came", came)


@WRONG.add("takes-bad-image", "ROB")
def takes_bad_image(device: Any, note: Note) -> None:
    """It says that a bad image is good."""

    def command(former: Any, dst: int, endpoint: int, cluster: int, command: Any, *rest: Any, **named: Any) -> None:
        if isinstance(command, UpgradeEndRequest) and command.status == INVALID_IMAGE:
            note()
            command = command.replace(status=0)
        former(dst, endpoint, cluster, command, *rest, **named)

    wrapped(device.endpoint, "command", command)
