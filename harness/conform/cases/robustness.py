"""Robustness: malformed frames at each layer, floods, and images that are no firmware."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hanbench.emulator.devices.services.image import Image, make_image
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import CommandAnswer
from hanbench.emulator.zcl.clusters import BASIC, OTA
from hanbench.emulator.zcl.clusters.ota import ImageBlockRequest, UpgradeEndRequest
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import DEVICE, JOINER, altered, ask_to_rejoin, hub_answers, present, reading
from hanbench.harness.conform.requirement import MAC, ZCL, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("ROB", "Robustness")
IMAGE_TYPE = 0x0001
INVALID_IMAGE = 0x96
STRANGE_BEACON = bytes.fromhex("0080560005fa0722cf00")
"""A beacon that ends before its pending addresses, as equipment in a building sent it (STM32CubeWB#54)."""
BURST = 60
HOUR_S, DAY_S = 3600.0, 86_400.0
SOON_S = 180.0


def _burst(send: Callable[[int], None], numbers: range) -> None:
    for number in numbers:
        send(number)


def _survives(t: Tester, send: Callable[[int], None], count: int, layer: str) -> None:
    """Have `send` send malformed frames when the device is awake; it must be there and answer afterwards."""
    t.step(f"{count} malformed frames come: {layer}")
    for burst in range(0, count, 6):
        t.when_awake(partial(_burst, send, range(burst, min(burst + 6, count))))
        t.wait(15)
    alive(t)


def alive(t: Tester) -> None:
    """State that the device still goes about its work: it is heard in its next wake, and answers a read."""
    t.step("The device is alive")
    frame = reading(t, 0x0000)
    if t.sleeps:
        t.expect("data-request", within=2 * t.wake_limit, otherwise="it is silent after malformed frames")
    answers = t.ask(BASIC.id, frame)
    t.require(bool(answers), "it answers nothing after malformed frames", expected="a response to a read")


@AREA.case(1, "It survives malformed frames of the MAC", MAC("5.2"), gate=JOINER, wakes=8)
def mac_layer(t: Tester) -> None:
    random = split(t.ieee, "malformed", "mac")
    network = t.hub.stack.nwk.network
    head = network.pan_id.to_bytes(2, "little") + (t.side.short or 0).to_bytes(2, "little")

    def send(index: int) -> None:
        control = bytes(((0x61, 0x63, 0x65, 0x41, 0x67, 0x23)[index % 6], (0x88, 0x98, 0x8C, 0xC8)[index % 4]))
        mpdu = control + bytes((index & 0xFF,)) + head + bytes(2) + random.randbytes(random.randrange(0, 60))
        t.hub.stack.mac.transmit(mpdu + fcs(mpdu), retries=0)

    _survives(t, send, 24, "MAC headers with reserved types and truncated fields")


@AREA.case(2, "It survives malformed frames of the network layer", ZIGBEE("3.3"), gate=DEVICE, wakes=8)
def nwk_layer(t: Tester) -> None:
    random = split(t.ieee, "malformed", "nwk")

    def send(index: int) -> None:
        good = t.side.npdu(random.randbytes(12), type=nwk.COMMAND if index % 2 else nwk.DATA)
        cut = good[: random.randrange(1, len(good))] if index % 3 else random.randbytes(random.randrange(1, 90))
        t.side.send_npdu(cut)

    _survives(t, send, 24, "NWK headers cut short and made of noise")


@AREA.case(3, "It survives malformed NWK commands under the network key", ZIGBEE("3.4"), gate=DEVICE, wakes=10)
def nwk_commands(t: Tester) -> None:
    random = split(t.ieee, "malformed", "nwk commands")

    def send(index: int) -> None:
        identifier = (0x05, 0x07, 0x08, 0x09, 0x0C, 0x0D, 0x00, 0xFF)[index % 8]
        payload = bytes((identifier,)) + random.randbytes(random.randrange(0, 3))
        t.side.send_npdu(t.side.npdu(payload, type=nwk.COMMAND))

    _survives(t, send, 24, "NWK commands cut short, under the right key")


@AREA.case(4, "It survives malformed frames of the APS", ZIGBEE("2.2.5"), gate=DEVICE, wakes=10)
def aps_layer(t: Tester) -> None:
    random = split(t.ieee, "malformed", "aps")

    def send(index: int) -> None:
        control = (0x00, 0x40, 0x01, 0x21, 0x02, 0x80, 0x20, 0x0C, 0x3F)[index % 9]
        t.side.send_npdu(t.side.npdu(bytes((control,)) + random.randbytes(random.randrange(0, 40))))

    _survives(t, send, 36, "APS headers of every kind, cut short and followed by noise")


@AREA.case(5, "It survives malformed ZCL frames", ZCL("2.4.1"), gate=f"({DEVICE}) & BAS.S", wakes=10)
def zcl_layer(t: Tester) -> None:
    random = split(t.ieee, "malformed", "zcl")

    def send(index: int) -> None:
        control = (0x00, 0x01, 0x04, 0x02, 0x03, 0x08, 0x10)[index % 7]
        body = bytes((control,)) + random.randbytes(random.randrange(0, 60))
        t.side.send_npdu(t.side.npdu(t.side.apdu(BASIC.id, body, counter=index)))

    _survives(t, send, 36, "ZCL headers cut short, lengths beyond the frame, unknown types")


@AREA.case(
    6, "It survives texts and lists that are longer than their frame", ZCL("2.6.2"), gate=f"({DEVICE}) & BAS.S", wakes=8
)
def lengths(t: Tester) -> None:
    kinds = (0x41, 0x42, 0x43, 0x44, 0x48, 0x4C, 0x50, 0x51)

    def send(index: int) -> None:
        record = b"\x10\x00" + bytes((kinds[index % len(kinds)],)) + b"\xfe\xff" + bytes(index)
        t.side.send_zcl(BASIC.id, bytes((0x00, index + 1, 0x02)) + record)

    _survives(t, send, 24, "Write Attributes with texts, arrays and structures that have no end")


@AREA.case(7, "It survives frames with wrong integrity codes", ZIGBEE("4.3.1.2"), gate=DEVICE, wakes=8)
def wrong_codes(t: Tester) -> None:
    random = split(t.ieee, "malformed", "mic")

    def send(index: int) -> None:
        npdu = t.side.npdu(t.side.apdu(BASIC.id, random.randbytes(8), counter=index))
        t.side.send_npdu(npdu[:-4] + random.randbytes(4))

    _survives(t, send, 24, "right headers with wrong codes, as from an attacker without keys")


@AREA.case(8, "It survives a flood", MAC("5.1.6"), gate=f"({JOINER}) & !HAN.POLL", needs=(Ability.AIR,), wakes=4)
def flood(t: Tester) -> None:
    t.step("Beacon requests and foreign data flood the channel for a minute")
    pan_id = t.hub.stack.nwk.network.pan_id
    for number in range(BURST):
        request = mac.MacFrame(
            mac.COMMAND, number, b"\x07", dst_pan=0xFFFF, dst=0xFFFF, dst_mode=mac.SHORT, src_mode=mac.NONE
        )
        t.hub.stack.mac.transmit(request.encode(), retries=0)
        t.hub.stack.mac.transmit(mac.data(number, pan_id ^ 1, 0x1111, 0x2222, bytes(60), ack=False), retries=0)
        t.wait(1)
    alive(t)


@AREA.case(
    15,
    "It finds its network although a strange beacon comes in its search",
    MAC("5.2.2.1"),
    ZIGBEE("3.6.7"),
    gate=JOINER,
    needs=(Ability.AIR,),
    wakes=3,
    times=("longest_rest_s",),
)
def strange_beacon(t: Tester) -> None:
    t.step("The hub asks the device to rejoin; other equipment answers its search with a beacon that is cut short")
    ask_to_rejoin(t)
    t.expect("beacon-request", within=SOON_S, sender="anyone", otherwise="it does not search")
    for _ in range(2):
        t.hub.stack.mac.transmit(STRANGE_BEACON + fcs(STRANGE_BEACON), retries=0)
    t.step("It rejoins its own network")
    t.expect("rejoin-request", within=t.pixit.longest_rest_s, otherwise="it searches no more after a strange beacon")
    present(t, t.wake_limit, "it is not back after a strange beacon")


# --- firmware over the air --------------------------------------------------------------------------------------------


def _image(t: Tester, version: int, octets: bytes = bytes(600)) -> Image:
    return make_image(t.bench.own.manufacturer, IMAGE_TYPE, version, octets)


def _looks(t: Tester) -> None:
    t.expect("query-next-image-request", within=DAY_S + 3 * t.wake_limit, otherwise="it never asks for firmware")


@AREA.case(
    9,
    "It fetches an image from its first octet to its last",
    ZCL("11.13.6"),
    gate=f"({JOINER}) & OTA.C",
    seconds=3 * DAY_S,
    wakes=6,
)
def fetches(t: Tester) -> None:
    t.step("The hub offers an image; the device finds it within a day")
    image = _image(t, 0x0000_0002)
    t.hub.offer_firmware(image)
    _looks(t)
    end = t.expect("upgrade-end-request", within=DAY_S, otherwise="it never ends its download")
    t.require_equal(end.message.status, 0, "it does not say that the image is good", end, form="#04x")
    offsets = {frame.message.file_offset for frame in t.frames("image-block-request")}
    t.require(0 in offsets, "it never asked for the first block", end, expected="offset 0", seen=sorted(offsets)[:3])


@AREA.case(10, "It says that an image is bad", ZCL("11.13.9"), gate=f"({JOINER}) & OTA.C", seconds=3 * DAY_S, wakes=6)
def bad_image(t: Tester) -> None:
    t.step("The hub offers an image whose last octets are not those of its header")
    image = _image(t, 0x0000_0002)
    octets = bytearray(image.octets)
    octets[0] ^= 0xFF
    t.hub.offer_firmware(image._replace(octets=bytes(octets)))
    _looks(t)
    end = t.expect("upgrade-end-request", within=DAY_S, otherwise="it does not tell that the image is bad")
    t.require_equal(end.message.status, INVALID_IMAGE, "it takes a bad image", end, form="#04x")


@AREA.case(
    11, "It asks for no image that it has", ZCL("11.13.4"), gate=f"({JOINER}) & OTA.C", seconds=4 * DAY_S, wakes=6
)
def same_version(t: Tester) -> None:
    t.step("The device has fetched an image; two days pass")
    t.hub.offer_firmware(_image(t, 0x0000_0002))
    _looks(t)
    t.expect("upgrade-end-request", within=DAY_S, otherwise="it never ends its download")
    t.wait(600)
    t.step("The same image is on offer for two days")
    t.never("image-block-request", during=2 * DAY_S, otherwise="it fetches the image that it has once more")


@AREA.case(
    12,
    "It goes on with a download after a power cut",
    ZCL("11.13.6"),
    gate=f"({JOINER}) & OTA.C",
    needs=(Ability.POWER,),
    seconds=5 * DAY_S,
    wakes=6,
)
def resumes(t: Tester) -> None:
    t.step("The device loses its power in the middle of a download")
    image = _image(t, 0x0000_0002, bytes(6000))
    t.hub.offer_firmware(image)
    _looks(t)
    for _ in range(20):
        t.expect("image-block-request", within=3 * t.wake_limit)
    t.device.power_off()
    t.wait(30)
    t.device.power_on()
    t.wait(10)
    t.step("It is told of the image again, if it listens, and ends the download")
    t.hub.offer_firmware(image)
    t.expect("upgrade-end-request", within=3 * DAY_S, otherwise="it never ends a download that was broken off")


@AREA.case(
    13,
    "It does not hammer a hub that has no image",
    ZCL("11.13.5"),
    gate=f"({JOINER}) & OTA.C",
    seconds=2 * DAY_S,
    wakes=4,
)
def no_image(t: Tester) -> None:
    t.step("The hub answers each query with NO_IMAGE_AVAILABLE; a day passes")
    t.wait(DAY_S)
    queries = t.frames("query-next-image-request")
    t.measure("queries in a day", len(queries), 30, "queries", *queries[-1:])


@AREA.case(
    14,
    "It stops a download that the hub aborts",
    ZCL("11.13.8.2"),
    gate=f"({JOINER}) & OTA.C",
    seconds=3 * DAY_S,
    wakes=6,
)
def aborted(t: Tester) -> None:
    t.step("The hub answers each request for a block with silence")
    t.hub.offer_firmware(_image(t, 0x0000_0002))
    hub_answers(t, OTA.id, ImageBlockRequest, lambda own, command: None)
    _looks(t)
    t.wait(3600)
    asked = t.frames("image-block-request")
    t.measure("requests for blocks in an hour without an answer", len(asked), 120, "requests", *asked[-1:])


def _in_an_hour(t: Tester, answer: CommandAnswer) -> CommandAnswer:
    """Return the hub's answer with times of its clock: now, and in an hour."""
    if answer is None:
        return None
    timed: CommandAnswer = altered(answer, current_time=t.hub.utc, upgrade_time=t.hub.utc + int(HOUR_S))
    return timed


@AREA.case(
    16,
    "It changes to its image when the hub says",
    ZCL("11.13.9"),
    gate=f"({JOINER}) & OTA.C",
    seconds=4 * DAY_S,
    wakes=8,
)
def changes_over(t: Tester) -> None:
    t.step("The device has fetched an image; the hub says that it shall change to it in an hour")
    image = _image(t, 0x0000_0002)
    t.hub.offer_firmware(image)
    hub_answers(t, OTA.id, UpgradeEndRequest, lambda own, command: _in_an_hour(t, own()))
    _looks(t)
    t.expect("upgrade-end-response", within=DAY_S, sender="hub", otherwise="it never ends its download")
    t.wait(HOUR_S + 60)
    t.step("The hour is over; it is told of the image again, if it listens, and asks for one that is newer")
    t.hub.offer_firmware(image)
    limit = DAY_S + 3 * t.wake_limit
    query = t.expect("query-next-image-request", within=limit, otherwise="it asks for no image any more")
    version = query.message.file_version
    t.require(version == image.version, "it has not changed", query, expected=f"version {image.version}", seen=version)
