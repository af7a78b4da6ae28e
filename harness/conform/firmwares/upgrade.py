"""Wrong firmwares: blocks, waits, refusals, notices, and the end of an upgrade."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.metering import Register
from hanbench.emulator.devices.services.firmware import METER_IMAGE, ChangeOver
from hanbench.emulator.zcl.clusters.ota import (
    ImageBlockResponse,
    OtaStatus,
    UpgradeEndRequest,
    UpgradeEndResponse,
)
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])
VERSION_AT = 14
"""Where an image's header has the version of the file."""


def _change_block(device: Any, change: Any) -> None:
    """Have `change` look at each answer to a request for a block: the former handler, the client, and the reply."""
    firmware = device.firmware

    def came(former: Any, reply: Any) -> None:
        change(former, firmware, reply)

    wrapped(firmware, "_block_came", came)


@WRONG.add("begins-anew-at-a-lost-block", "ROB", "espressif/esp-zigbee-sdk#833")
def begins_anew_at_a_lost_block(device: Any, note: Note) -> None:
    """When one block does not come, it begins its download anew."""

    def change(former: Any, firmware: Any, reply: Any) -> None:
        if reply.command is None and firmware._flash.download is not None:
            note()
            firmware._flash.download = replace(firmware._flash.download, octets=b"")
        former(reply)

    _change_block(device, change)


@WRONG.add("takes-blocks-for-full", "ROB", "Koenkk/zigbee-herdsman#1846")
def takes_blocks_for_full(device: Any, note: Note) -> None:
    """It goes on behind as many octets as it asked for, although the hub sent fewer."""

    def change(former: Any, firmware: Any, reply: Any) -> None:
        answer, download = reply.command, firmware._flash.download
        if isinstance(answer, ImageBlockResponse) and answer.image_data and len(answer.image_data) < 40:
            note()
            reply = reply._replace(command=answer.replace(image_data=answer.image_data.ljust(48, b"\x00")))
        if download is not None:
            former(reply)

    _change_block(device, change)


@WRONG.add("does-not-wait-for-data", "ROB", "Koenkk/zigbee-herdsman#1852")
def does_not_wait_for_data(device: Any, note: Note) -> None:
    """Told to wait for data, it asks again after a few seconds."""

    def wait(former: Any, answer: Any) -> None:
        note()
        former(answer.replace(current_time=0, request_time=3))

    wrapped(device.firmware, "_wait", wait)


@WRONG.add("waits-until-the-year", "ROB", "Koenkk/zigbee-herdsman#1835", kind="esme")
def waits_until_the_year(device: Any, note: Note) -> None:
    """Told by a hub's clock until when to wait, it waits for that many seconds."""

    def wait(former: Any, answer: Any) -> None:
        note()
        former(answer.replace(current_time=0))

    wrapped(device.firmware, "_wait", wait)


@WRONG.add("asks-on-after-abort", "ROB")
def asks_on_after_abort(device: Any, note: Note) -> None:
    """It asks for the same block again when the hub has aborted its download."""

    def change(former: Any, firmware: Any, reply: Any) -> None:
        answer = reply.command
        if isinstance(answer, ImageBlockResponse) and answer.status == OtaStatus.ABORT:
            note()
            firmware._next_block(firmware._flash.download)
        else:
            former(reply)

    _change_block(device, change)


@WRONG.add("never-tries-after-abort", "ROB", "Koenkk/zigbee2mqtt#15139")
def never_tries_after_abort(device: Any, note: Note) -> None:
    """After a download that was aborted it takes up no other one."""

    def change(former: Any, firmware: Any, reply: Any) -> None:
        former(reply)
        answer = reply.command
        if isinstance(answer, ImageBlockResponse) and answer.status == OtaStatus.ABORT:
            note()
            firmware._busy = True

    _change_block(device, change)


def _mine(device: Any, note: Note, ignored: int) -> None:
    """Have it ignore the maker's code (0) or the image type (1) of what it is offered."""

    def is_mine(former: Any, manufacturer: Any, image_type: Any) -> bool:
        codes = [manufacturer, image_type]
        if codes[ignored] is not None and codes[ignored] != (device.settings.manufacturer, METER_IMAGE)[ignored]:
            note()
            codes[ignored] = None
        return bool(former(*codes))

    wrapped(device.firmware, "_is_mine", is_mine)


@WRONG.add("fetches-images-of-other-makers", "ROB")
def fetches_images_of_other_makers(device: Any, note: Note) -> None:
    """It fetches an image that is offered for devices of another maker."""
    _mine(device, note, 0)


@WRONG.add("fetches-images-of-other-types", "ROB")
def fetches_images_of_other_types(device: Any, note: Note) -> None:
    """It fetches an image that is offered for another type of device."""
    _mine(device, note, 1)


@WRONG.add("heeds-every-notice", "ROB", kind="esme")
def heeds_every_notice(device: Any, note: Note) -> None:
    """It asks for an image at each notice, for whomever that is."""
    _mine(device, note, 0)


@WRONG.add("heeds-the-shortest-notice-only", "ROB", "Koenkk/zigbee2mqtt#8858", kind="esme")
def heeds_the_shortest_notice_only(device: Any, note: Note) -> None:
    """It heeds a notice only if that has no field beside the jitter."""

    def notified(former: Any, command: Any, indication: Any) -> Any:
        if command.manufacturer_code is not None:
            note()
            return None
        return former(command, indication)

    handlers = device.firmware.client._handlers
    key = next(each for each in handlers if each.__name__ == "ImageNotify")
    former = handlers[key].handle
    handlers[key] = handlers[key]._replace(handle=lambda *arguments: notified(former, *arguments))


@WRONG.add("checks-no-header", "ROB")
def checks_no_header(device: Any, note: Note) -> None:
    """It checks that an image is whole, and not for which device it is."""
    firmware = device.firmware

    def complete(former: Any, download: Any) -> None:
        made = int.from_bytes(download.octets[VERSION_AT : VERSION_AT + 4], "little")
        if made == download.version:
            note()
            request = UpgradeEndRequest(OtaStatus.SUCCESS, device.settings.manufacturer, METER_IMAGE, download.version)
            firmware._ask(request, firmware._told_when)
        else:
            former(download)

    wrapped(firmware, "_complete", complete)


@WRONG.add("trusts-the-offered-size", "ROB")
def trusts_the_offered_size(device: Any, note: Note) -> None:
    """It calls an image good that came to its offered size, whatever its octets are."""
    firmware = device.firmware

    def complete(former: Any, download: Any) -> None:
        note()
        request = UpgradeEndRequest(OtaStatus.SUCCESS, device.settings.manufacturer, METER_IMAGE, download.version)
        firmware._ask(request, firmware._told_when)

    wrapped(firmware, "_complete", complete)


def _told(device: Any, change: Any) -> None:
    """Have `change` look at each answer to Upgrade End Request."""

    def told(former: Any, reply: Any) -> None:
        answer = reply.command
        if isinstance(answer, UpgradeEndResponse):
            reply = reply._replace(command=change(answer))
        former(reply)

    wrapped(device.firmware, "_told_when", told)


@WRONG.add("changes-at-once", "ROB", kind="esme")
def changes_at_once(device: Any, note: Note) -> None:
    """It changes to its image as soon as it has it, whatever the hub says."""

    def change(answer: Any) -> Any:
        note()
        return answer.replace(upgrade_time=answer.current_time)

    _told(device, change)


@WRONG.add("deaf-to-the-word", "ROB", kind="esme")
def deaf_to_the_word(device: Any, note: Note) -> None:
    """Told to wait for another word, it waits for ever."""
    handlers = device.firmware.client._handlers
    handler = handlers[UpgradeEndResponse]

    def told(command: Any, indication: Any) -> Any:
        note()

    handlers[UpgradeEndResponse] = handler._replace(handle=told)


@WRONG.add("forgets-its-change-over", "ROB", kind="esme")
def forgets_its_change_over(device: Any, note: Note) -> None:
    """It forgets in a power cut that it has an image to change to, and keeps what it ran."""
    flash = device.flash.firmware
    if restarted(device) and flash.change_over is not None:
        note()
        flash.change_over = ChangeOver(flash.change_over.version, None)


@WRONG.add("upgrade-clears-the-register", "ROB")
def upgrade_clears_the_register(device: Any, note: Note) -> None:
    """Its register begins at nought after an upgrade."""

    def changed(former: Any, version: int) -> None:
        former(version)
        note()
        register = Register(0, 0, device.elapsed)
        device.parts._register = register
        device.endpoint.servers[0x0702].attributes._providers[0] = lambda: 0
        device.endpoint.servers[0x0702].attributes._forget_plans()

    wrapped(device.firmware, "_changed", changed)


@WRONG.add("ends-without-pause", "ROB")
def ends_without_pause(device: Any, note: Note) -> None:
    """Not told when to change, it asks every few seconds."""
    firmware = device.firmware

    def told(former: Any, reply: Any) -> None:
        if isinstance(reply.command, UpgradeEndResponse):
            former(reply)
            return
        note()
        device.stack.clock.call_later(10 * SECOND, firmware._complete, firmware._flash.download)

    wrapped(firmware, "_told_when", told)


@WRONG.add("asks-once-when-to-change", "ROB", "Koenkk/zigbee2mqtt#32107")
def asks_once_when_to_change(device: Any, note: Note) -> None:
    """Not told when to change, it never asks again."""
    firmware = device.firmware

    def told(former: Any, reply: Any) -> None:
        if isinstance(reply.command, UpgradeEndResponse):
            former(reply)
        else:
            note()
            firmware._rest()
            firmware._busy = True

    wrapped(firmware, "_told_when", told)
