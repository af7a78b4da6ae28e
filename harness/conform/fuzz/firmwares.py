"""Wrong firmwares that die at one frame, or at two: the fuzzer must find each of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac.frames import SHORT, MacCommand
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.harness.conform.dut.choice import DeviceChoice, changed
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
AREA = "FUZZ"
_WRITES = (0x02, 0x03, 0x05)
_TEXTS = (0x41, 0x42)
NO_TEXT = 4 + 0xFF
"""Where a text would end whose length octet says that there is none (ZCL r8, 2.6.2.12)."""
_KNOWN_APS_COMMANDS = range(0x05, 0x11)
_LONG_LIST = 16
"""Entries that the wrong firmware has memory for."""
_LISTS = {0x0006: 5, 0x8005: 4, 0x8006: 4, 0x8031: 4, 0x8033: 4}
"""ZDP clusters with a list: Match_Desc_req, Active_EP_rsp, Match_Desc_rsp, Mgmt_Lqi_rsp, Mgmt_Bind_rsp; and the index
of the octet that counts its entries (R22, 2.4.3 and 2.4.4)."""

_PANIC = "espressif/esp-zigbee-sdk#681: a panic where the frame is to be ignored"
_FRAGMENT = "espressif/esp-zigbee-sdk#339: buffers corrupt after a first fragment"
_EMPTY = "Koenkk/zigbee2mqtt#1843: a frame without payload, of a host"
_LONG = "telink-semi/telink_zigbee_sdk#7: a count larger than its list"
_KEY_ESTABLISHMENT, _INITIATE, _CERTIFICATE = 0x0800, 0x00, 48
"""Key Establishment, its Initiate Key Establishment Request, and the octets of a certificate in it (SE 1.4, C.3.1)."""


def _hangs(device: Any, note: Note) -> None:
    """Have the application stop, as a crash without a watchdog does; the radio goes on."""
    note()
    device.conduct = replace(device.conduct, hung=True)


def _dies(device: Any, note: Note) -> None:
    """Have the whole stack stop, once the present frame is done."""
    note()
    device.stack.clock.call_later(0, device.power_off)


@WRONG.add("dies-at-long-text", AREA, "espressif/esp-zigbee-sdk#883; Z-Fuzzer (WiSec 2021)")
def dies_at_long_text(device: Any, note: Note) -> None:
    """It copies a text as long as its length octet says, and the frame has fewer octets."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        octets = frame.payload
        text = frame.command in _WRITES and len(octets) > 3 and octets[2] in _TEXTS
        if text and len(octets) < 4 + octets[3] < NO_TEXT:
            _hangs(device, note)
        former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("dies-at-unknown-aps-command", AREA, _PANIC)
@WRONG.add("hub-dies-at-unknown-aps-command", AREA, _PANIC, kind="hub")
def dies_at_unknown_aps_command(device: Any, note: Note) -> None:
    """It looks up the handler of an APS command behind the end of its table."""

    def command(former: Any, frame: Any, indication: Any) -> None:
        if frame.payload and frame.payload[0] not in _KNOWN_APS_COMMANDS:
            _dies(device, note)
        former(frame, indication)

    wrapped(device.stack.aps, "_command", command)


@WRONG.add("dies-at-first-block-twice", AREA, _FRAGMENT)
@WRONG.add("hub-dies-at-first-block-twice", AREA, _FRAGMENT, kind="hub")
def dies_at_first_block_twice(device: Any, note: Note) -> None:
    """It frees the buffer of a message when its block 0 comes again, and uses it afterwards."""
    begun: set[tuple[int, int]] = set()

    def reassemble(former: Any, frame: Any, src: int) -> Any:
        key = (src, frame.counter)
        if frame.fragment.first:
            if key in begun:
                _dies(device, note)
            begun.add(key)
        return former(frame, src)

    wrapped(device.stack.aps, "_reassemble", reassemble)


@WRONG.add("dies-at-empty-nwk-payload", AREA, _EMPTY)
@WRONG.add("hub-dies-at-empty-nwk-payload", AREA, _EMPTY, kind="hub")
def dies_at_empty_nwk_payload(device: Any, note: Note) -> None:
    """It reads the first octet of a NWK payload that has none."""

    def deliver(former: Any, frame: Any, *rest: Any) -> None:
        if not frame.payload:
            _dies(device, note)
        former(frame, *rest)

    wrapped(device.stack.nwk, "_deliver", deliver)


@WRONG.add("hangs-at-leave-without-key", AREA, "Koenkk/zigbee2mqtt#1474: it obeys whoever says leave, and goes dead")
def hangs_at_leave_without_key(device: Any, note: Note) -> None:
    """It takes a Leave for good that has no security, and waits for ever for the end of its leaving."""

    def accept(former: Any, mac_frame: Any, reception: Any) -> None:
        try:
            frame = nwk.decode(mac_frame.payload)
        except RemoteProtocolError:
            frame = None
        if frame is not None and not frame.secured and frame.type == nwk.COMMAND and frame.payload[:1] == b"\x04":
            _hangs(device, note)
        former(mac_frame, reception)

    wrapped(device.stack.nwk, "_accept", accept)


@WRONG.add("dies-at-long-zdp-list", AREA, _LONG)
@WRONG.add("hub-dies-at-long-zdp-list", AREA, _LONG, kind="hub")
def dies_at_long_zdp_list(device: Any, note: Note) -> None:
    """It trusts the count of a list in a message of the device profile, and overwrites its stack."""

    def data(former: Any, frame: Any, indication: Any) -> None:
        at = _LISTS.get(frame.cluster) if frame.profile == 0 and frame.type == aps.DATA else None
        if at is not None and frame.payload[at : at + 1] > bytes((_LONG_LIST,)):
            _dies(device, note)
        former(frame, indication)

    wrapped(device.stack.aps, "_data", data)


@WRONG.add("dies-at-malformed-beacon", AREA, "STMicroelectronics/STM32CubeWB#54: a beacon cut short stops the stack")
def dies_at_malformed_beacon(device: Any, note: Note) -> None:
    """It reads the superframe of a beacon that is cut short."""

    def beacon(former: Any, frame: Any, reception: Any) -> None:
        if len(frame.payload) < 4:
            _dies(device, note)
        former(frame, reception)

    wrapped(device.stack.mac, "_beacon_heard", beacon)


@WRONG.add("hub-sends-no-beacon-after-odd-association", AREA, kind="hub")
def sends_no_beacon_after_odd_association(device: Any, note: Note) -> None:
    """An Association Request from a short address leaves its join procedure open: it sends no beacon from then on."""

    def requested(former: Any, frame: Any, reception: Any) -> None:
        if frame.src_mode == SHORT:
            note()
            device.stack.mac.beacon = None
        former(frame, reception)

    handlers = device.stack.mac.on_command
    handlers[MacCommand.ASSOCIATION_REQUEST] = partial(requested, handlers[MacCommand.ASSOCIATION_REQUEST])


@WRONG.add("hub-dies-at-short-certificate", AREA, kind="hub")
def dies_at_short_certificate(device: Any, note: Note) -> None:
    """It reads a certificate from an Initiate Key Establishment Request that ends before it."""

    def data(former: Any, frame: Any, indication: Any) -> None:
        octets = frame.payload if frame.type == aps.DATA and frame.cluster == _KEY_ESTABLISHMENT else b""
        initiates = len(octets) > 2 and octets[0] & 0x0B == 0x01 and octets[2] == _INITIATE
        if initiates and len(octets) - 3 < _CERTIFICATE:
            _dies(device, note)
        former(frame, indication)

    wrapped(device.stack.aps, "_data", data)


def fragile_firmwares() -> tuple[str, ...]:
    """Return the names of the firmwares, for `--device firmware:NAME`."""
    return tuple(each.id for each in WRONG.listed)


def fragile_kind(id: str) -> str:
    """Return the kind of device that a firmware is of: hub, or gsme for that of any other device. Raises KeyError."""
    return {each.id: each.kind for each in WRONG.listed}[id]


def fragile_choice(id: str, happened: list[bool] | None = None) -> DeviceChoice:
    """Return one of them as device under test; `happened` grows each time it dies. Raises KeyError."""
    firmware, noted = {each.id: each for each in WRONG.listed}[id], [] if happened is None else happened
    return changed(id, lambda device: firmware.change(device, lambda: noted.append(True)))
