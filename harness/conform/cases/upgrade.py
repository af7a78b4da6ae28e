"""Firmware over the air: blocks of any size, waits, refusals, notices, wrong images, and the end of an upgrade."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.devices.services.image import Image, make_image
from hanbench.emulator.zcl import Indication
from hanbench.emulator.zcl.clusters import METERING, OTA
from hanbench.emulator.zcl.clusters.ota import (
    WAIT_FOR_ANOTHER_COMMAND,
    ImageBlockRequest,
    ImageBlockResponse,
    ImageNotify,
    OtaStatus,
    PayloadType,
    QueryNextImageRequest,
    QueryNextImageResponse,
    UpgradeEndRequest,
    UpgradeEndResponse,
)
from hanbench.harness.conform.case import Ability
from hanbench.harness.conform.cases.common import JOINER, altered, hub_answers, read, value
from hanbench.harness.conform.cases.robustness import AREA, DAY_S, HOUR_S, IMAGE_TYPE
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

GATE = f"({JOINER}) & OTA.C"
LISTENING = f"{GATE} & !HAN.POLL"
NEW = 0x0000_0002
OTHER_MAKER, OTHER_TYPE = 0x0FF1, 0x0777
QUERY, BLOCK, END = "query-next-image-request", "image-block-request", "upgrade-end-request"
SIZES = (48, 7, 31, 1, 48, 20)
"""Octets of one block after the other: a server may send fewer than it was asked for."""
LOST_EACH, MOST_LOST = 4, 6
"""One in so many requests for a block gets no answer, until so many got none."""
WAIT_S = 300
TELLS_S = 60.0
SUMMATION = 0x0000


def image_of(t: Tester, octets: bytes = bytes(600)) -> Image:
    """Return an image for the device under test."""
    return make_image(t.bench.own.manufacturer, IMAGE_TYPE, NEW, octets)


def _looks(t: Tester) -> Frame:
    return t.expect(QUERY, within=DAY_S + 3 * t.wake_limit, otherwise="it never asks for firmware")


def _begins(t: Tester) -> None:
    """Wait until the device has found the image on offer, and asks for a block of it."""
    _looks(t)
    t.expect(BLOCK, within=3 * t.wake_limit, otherwise="it asks for no block of an image that it found")


def _silent_at(t: Tester, falls: Callable[[], bool]) -> None:
    """Have the hub say nothing to a request for a block where `falls` says so."""
    admits = t.hub.endpoint.admit
    assert admits is not None

    def admit(indication: Indication) -> Any:
        is_block = (
            indication.cluster == OTA.id and indication.payload[2:3] == b"\x03" and indication.payload[0] & 3 == 1
        )
        return False if is_block and falls() else admits(indication)

    t.hub.endpoint.admit = admit


@AREA.case(
    17,
    "It asks for each block behind the last one that came, whatever its size, and again for one that did not come",
    ZCL("11.13.6"),
    ZCL("11.13.8"),
    gate=GATE,
    seconds=4 * DAY_S,
    wakes=10,
)
def each_block(t: Tester) -> None:
    t.step("The hub offers an image, gives blocks of several sizes, and says nothing to some requests")
    image = image_of(t)
    counts = [0, 0]

    def falls() -> bool:
        counts[0] += 1
        return counts[0] % LOST_EACH == 0 and counts[0] <= LOST_EACH * MOST_LOST

    def block(own: Any, request: ImageBlockRequest) -> Any:
        size = min(SIZES[counts[1] % len(SIZES)], request.maximum_data_size)
        counts[1] += 1
        data = image.octets[request.file_offset : request.file_offset + size]
        return ImageBlockResponse(OtaStatus.SUCCESS, *image.key, image.version, request.file_offset, data)

    hub_answers(t, OTA.id, ImageBlockRequest, block)
    _silent_at(t, falls)
    t.hub.offer_firmware(image)
    _begins(t)
    end = t.expect(END, within=2 * DAY_S, otherwise="it never ends a download whose blocks are of several sizes")
    t.require_equal(end.message.status, 0, "it does not say that the image is good", end, form="#04x")
    _in_order(t, image)


def _in_order(t: Tester, image: Image) -> None:
    """State that each request was for the octets behind those that had come, or repeated the one before."""
    asked, reached = 0, 0
    heard = once([*t.frames(BLOCK), *t.frames("image-block-response", sender="hub")])
    for frame in sorted(heard, key=lambda each: each.time):
        message = frame.message
        if frame.name == "image-block-response":
            reached = max(reached, message.file_offset + len(message.image_data))
            continue
        wrong = "it asks for a block that is not the next one"
        t.require(
            message.file_offset in (asked, reached),
            wrong,
            frame,
            expected=f"offset {reached}",
            seen=message.file_offset,
        )
        asked = message.file_offset
        named = (message.manufacturer_code, message.image_type, message.file_version)
        wanted = (*image.key, image.version)
        t.require(named == wanted, "it asks for a block of another image", frame, expected=str(wanted), seen=named)
        t.require(message.maximum_data_size > 0, "it asks for no octets", frame, expected="a size above 0")


@AREA.case(
    18,
    "It waits where the hub has no data yet, and goes on",
    ZCL("11.13.8.2"),
    gate=GATE,
    seconds=4 * DAY_S,
    wakes=10,
)
def waits(t: Tester) -> None:
    t.step("The hub offers an image, and says twice that a block comes in five minutes")
    image, told = image_of(t), [0]

    def block(own: Any, request: ImageBlockRequest) -> Any:
        if request.file_offset == 0 or told[0] == 2:
            return own()
        told[0] += 1
        now = t.hub.utc if told[0] == 1 else 0
        return ImageBlockResponse(OtaStatus.WAIT_FOR_DATA, current_time=now, request_time=now + WAIT_S)

    hub_answers(t, OTA.id, ImageBlockRequest, block)
    t.hub.offer_firmware(image)
    _begins(t)
    end = t.expect(END, within=2 * DAY_S, otherwise="it never goes on after it was told to wait")
    t.require_equal(end.message.status, 0, "it does not say that the image is good", end, form="#04x")
    told_at = [
        frame
        for frame in once(t.frames("image-block-response", sender="hub"))
        if frame.message.status == OtaStatus.WAIT_FOR_DATA
    ]
    t.bench_must(len(told_at) == 2, "the hub did not tell it twice to wait")
    for told_then in told_at:
        after = next(frame for frame in once(t.frames(BLOCK)) if frame.time > told_then.time)
        waited = after.seconds - told_then.seconds
        wrong = "it asks for a block before the time that it was told"
        t.require(waited >= WAIT_S - 5, wrong, told_then, after, expected=f"{WAIT_S} s", seen=f"{waited:.0f} s")
        t.measure("wait for data", waited, WAIT_S + TELLS_S + 2 * t.wake_limit, "s", after)


@AREA.case(
    19,
    "It gives up a download that the hub aborts, and takes it up anew later",
    ZCL("11.13.8.2"),
    gate=GATE,
    seconds=6 * DAY_S,
    wakes=12,
)
def gives_up(t: Tester) -> None:
    t.step("The hub aborts a download at its fifth block")
    image, asked = image_of(t), [0]

    def block(own: Any, request: ImageBlockRequest) -> Any:
        asked[0] += 1
        return ImageBlockResponse(OtaStatus.ABORT) if asked[0] == 5 else own()

    hub_answers(t, OTA.id, ImageBlockRequest, block)
    t.hub.offer_firmware(image)
    _looks(t)
    aborted = t.expect(
        "image-block-response",
        within=DAY_S,
        sender="hub",
        where=lambda frame: frame.message.status == OtaStatus.ABORT,
        that="with ABORT",
    )
    t.wait(t.within_wake(TELLS_S))
    more = [frame for frame in once(t.frames(BLOCK)) if frame.time > aborted.time]
    t.require(not more, "it asks for more of a download that was aborted", aborted, *more, expected="no request")
    early = [frame for frame in t.frames(END) if frame.message.status == 0]
    t.require(not early, "it calls a broken download good", *early, expected="no Upgrade End Request with SUCCESS")
    t.step("It is told of the image again, if it listens, and fetches it from its first octet")
    t.hub.offer_firmware(image)
    first = t.expect(BLOCK, within=DAY_S + 3 * t.wake_limit, otherwise="it never takes the download up again")
    t.require_equal(first.message.file_offset, 0, "it goes on with a download that was aborted", first)
    end = t.expect(END, within=DAY_S, otherwise="it never ends the second download")
    t.require_equal(end.message.status, 0, "it does not say that the image is good", end, form="#04x")


@AREA.case(
    20,
    "It fetches nothing that is not for it, and nothing that it was refused",
    ZCL("11.13.5"),
    gate=GATE,
    seconds=8 * DAY_S,
    wakes=20,
)
def not_offered(t: Tester) -> None:
    t.step("The hub answers with refusals, and with images of another maker, of another type and of no octets")
    image = image_of(t)
    own, version, size = image.key, image.version, len(image.octets)
    answers = [
        QueryNextImageResponse(OtaStatus.NOT_AUTHORIZED),
        QueryNextImageResponse(OtaStatus.SUCCESS, OTHER_MAKER, own[1], version, size),
        QueryNextImageResponse(OtaStatus.SUCCESS, own[0], OTHER_TYPE, version, size),
        QueryNextImageResponse(OtaStatus.SUCCESS, *own, version, 0),
        QueryNextImageResponse(OtaStatus.NO_IMAGE_AVAILABLE),
    ]
    said: list[int] = []

    def query(own_answer: Any, request: QueryNextImageRequest) -> Any:
        said.append(1)
        return answers[(len(said) - 1) % len(answers)]

    hub_answers(t, OTA.id, QueryNextImageRequest, query)
    for _ in answers:
        t.hub.offer_firmware(image)
        _looks(t)
        t.wait(t.within_wake(TELLS_S))
    fetched = t.frames(BLOCK)
    t.require(not fetched, "it fetches what is not for it", *fetched[:3], expected="no request for a block")
    for frame in once(t.frames(QUERY)):
        message = frame.message
        seen = (message.manufacturer_code, message.image_type)
        t.require(seen == own, "it asks for images of another device", frame, expected=str(own), seen=seen)


@AREA.case(21, "It heeds a notice that is for it, and no other", ZCL("11.13.3"), gate=LISTENING, seconds=DAY_S)
def heeds(t: Tester) -> None:
    t.step("The hub gives notice of images for other makers, other types, and of the version that the device has")
    own = (t.bench.own.manufacturer, IMAGE_TYPE)
    for notice in (
        ImageNotify(PayloadType.MANUFACTURER_CODE, 100, OTHER_MAKER),
        ImageNotify(PayloadType.IMAGE_TYPE, 100, own[0], OTHER_TYPE),
        ImageNotify(PayloadType.NEW_FILE_VERSION, 100, OTHER_MAKER, own[1], NEW),
    ):
        t.hub.endpoint.command(t.short, t.side.endpoint, OTA.id, notice)
        t.never(QUERY, during=30, otherwise="it asks for an image of which it had notice for another device")
    for number, notice in enumerate(
        (
            ImageNotify(PayloadType.QUERY_JITTER, 100),
            ImageNotify(PayloadType.MANUFACTURER_CODE, 100, own[0]),
            ImageNotify(PayloadType.IMAGE_TYPE, 100, *own),
            ImageNotify(PayloadType.NEW_FILE_VERSION, 100, *own, NEW),
            ImageNotify(PayloadType.NEW_FILE_VERSION, 100, 0xFFFF, 0xFFFF, 0xFFFFFFFF),
        )
    ):
        t.step(f"The hub gives notice of an image for the device, in form {number}")
        t.hub.endpoint.command(t.short, t.side.endpoint, OTA.id, notice)
        t.expect(QUERY, within=TELLS_S, otherwise="it does not heed a notice to it alone")
        t.wait(20)


def _wrong_images(t: Tester) -> list[tuple[str, Image]]:
    """Return images that the hub offers as one for the device, and which are none."""
    good = image_of(t)
    maker = make_image(OTHER_MAKER, IMAGE_TYPE, NEW, bytes(100))
    kind = make_image(good.manufacturer, OTHER_TYPE, NEW, bytes(100))
    version = make_image(good.manufacturer, IMAGE_TYPE, NEW + 7, bytes(100))
    last = good.octets[:-1] + bytes((good.octets[-1] ^ 1,))
    middle = good.octets[:300] + b"\x55" + good.octets[301:]
    return [
        ("whose header names another maker", good._replace(octets=maker.octets)),
        ("whose header names another type", good._replace(octets=kind.octets)),
        ("whose header names another version", good._replace(octets=version.octets)),
        ("with one wrong octet in its middle", good._replace(octets=middle)),
        ("with one wrong octet at its end", good._replace(octets=last)),
        ("that ends too soon", good._replace(octets=good.octets[:200])),
    ]


@AREA.case(
    22,
    "It calls no image good that is for another device, or is not whole",
    ZCL("11.4.2"),
    ZCL("11.13.9"),
    gate=GATE,
    seconds=14 * DAY_S,
    wakes=30,
)
def wrong_images(t: Tester) -> None:
    for what, image in _wrong_images(t):
        t.step(f"The hub offers an image {what}")
        t.hub.offer_firmware(image)
        _looks(t)
        end = t.expect(END, within=DAY_S, otherwise=f"it does not end the download of an image {what}")
        statuses = (OtaStatus.INVALID_IMAGE, OtaStatus.ABORT)
        good = end.message.status in statuses
        t.require(good, f"it takes an image {what}", end, expected="INVALID_IMAGE", seen=f"{end.message.status:#04x}")
        t.wait(t.within_wake(TELLS_S))
        t.hub.firmware.withdraw(image)
    t.step("It still runs what it ran, and fetches an image that is good")
    good_image = image_of(t)
    t.hub.offer_firmware(good_image)
    query = _looks(t)
    t.require(query.message.file_version < NEW, "it runs an image that it refused", query, expected="its own version")
    end = t.expect(END, within=DAY_S, otherwise="it fetches no image any more")
    t.require_equal(end.message.status, 0, "it does not say that a good image is good", end, form="#04x")


def _timed(t: Tester, upgrade_time: Callable[[], int]) -> None:
    """Have the hub answer Upgrade End Requests with a time."""

    def answer(own: Any, request: UpgradeEndRequest) -> Any:
        given = own()
        return None if given is None else altered(given, current_time=t.hub.utc, upgrade_time=upgrade_time())

    hub_answers(t, OTA.id, UpgradeEndRequest, answer)


@AREA.case(
    23,
    "It does not change to its image before the hub says so",
    ZCL("11.13.9"),
    gate=LISTENING,
    seconds=5 * DAY_S,
    wakes=10,
)
def waits_for_word(t: Tester) -> None:
    t.step("The device has fetched an image; the hub says that it shall wait for another word")
    image = image_of(t)
    _timed(t, lambda: WAIT_FOR_ANOTHER_COMMAND)
    t.hub.offer_firmware(image)
    _looks(t)
    t.expect("upgrade-end-response", within=DAY_S, sender="hub", otherwise="it never ends its download")
    t.wait(6 * HOUR_S)
    t.hub.offer_firmware(image)
    t.wait(TELLS_S)
    changed = [frame for frame in t.frames(QUERY) if frame.message.file_version == NEW]
    t.require(not changed, "it changes without the hub's word", *changed, expected="its own version")
    t.step("The hub says that it shall change now")
    now = UpgradeEndResponse(*image.key, image.version, current_time=t.hub.utc, upgrade_time=t.hub.utc)
    t.hub.endpoint.command(t.short, t.side.endpoint, OTA.id, now)
    t.wait(600)
    t.hub.offer_firmware(image)
    query = _looks(t)
    seen = query.message.file_version
    t.require(seen == NEW, "it does not change at the hub's word", query, expected=f"version {NEW}", seen=seen)


@AREA.case(
    24,
    "It changes to its image at its time, whatever happens to its power, and is then what it was",
    ZCL("11.13.9"),
    SE("D.3.2.2.1.1"),
    gate=f"{GATE} & MTR.S.REGISTER",
    needs=(Ability.POWER,),
    seconds=5 * DAY_S,
    wakes=14,
)
def is_what_it_was(t: Tester) -> None:
    t.step("The device has fetched an image, and shall change to it in two hours; its power is cut meanwhile")
    image = image_of(t)
    before = value(read(t, METERING.id, SUMMATION), SUMMATION)
    _timed(t, lambda: t.hub.utc + int(2 * HOUR_S))
    t.hub.offer_firmware(image)
    _begins(t)
    t.expect("upgrade-end-response", within=DAY_S, sender="hub", otherwise="it never ends its download")
    t.wait(HOUR_S)
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(2 * HOUR_S)
    t.step("It is told of the image again, if it listens, and asks as one that has changed")
    t.hub.offer_firmware(image)
    query = _looks(t)
    seen = query.message.file_version
    t.require(seen == NEW, "it has not changed after a power cut", query, expected=f"version {NEW}", seen=seen)
    after = value(read(t, METERING.id, SUMMATION), SUMMATION)
    t.require(after >= before, "its register goes back in an upgrade", expected=f"at least {before}", seen=after)
    joins = t.frames("association-request", sender="anyone") + t.frames("initiate-key-establishment-request")
    t.require(not joins, "it has forgotten its network in an upgrade", *joins, expected="its network and its keys")


@AREA.case(
    25,
    "It asks again when it is not told when to change, and not without pause",
    ZCL("11.13.9"),
    gate=GATE,
    seconds=6 * DAY_S,
    wakes=14,
)
def asks_again(t: Tester) -> None:
    t.step("The hub says nothing to Upgrade End Requests for a day")
    admits = t.hub.endpoint.admit
    assert admits is not None

    def deaf(indication: Indication) -> Any:
        is_end = indication.cluster == OTA.id and indication.payload[2:3] == b"\x06"
        return False if is_end else admits(indication)

    t.hub.endpoint.admit = deaf
    image = image_of(t)
    t.hub.offer_firmware(image)
    _begins(t)
    t.expect(END, within=DAY_S, otherwise="it never ends its download")
    t.wait(HOUR_S)
    sent = once(t.frames(END))
    t.measure("Upgrade End Requests in an hour without an answer", len(sent), 30, "requests", *sent[-1:])
    t.step("The hub answers again, and gives notice if the device listens")
    t.wait(t.within_wake(DAY_S))
    t.hub.endpoint.admit = admits
    t.hub.offer_firmware(image)
    t.expect(
        "upgrade-end-response",
        within=DAY_S + 3 * t.wake_limit,
        sender="hub",
        otherwise="it never asks again when it shall change",
    )
