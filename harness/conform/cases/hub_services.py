"""Services of a hub that has nothing to give, its answers under load, and requests that it refuses."""

from __future__ import annotations

from struct import pack

from hanbench.emulator.devices.services.image import make_image
from hanbench.emulator.radio.air import Jammer
from hanbench.emulator.zcl.clusters import BASIC, MESSAGING, OTA, PRICE
from hanbench.emulator.zcl.clusters.ota import OtaStatus
from hanbench.emulator.zcl.status import Status
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, only, reading, refused, specific, value
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, SE, ZCL, ZIGBEE

AREA = Area("HSRV", "Hub: services", gate=HUB)
QUERY, BLOCK, PAGE, END = 0x01, 0x03, 0x04, 0x06
"""Commands of OTA Upgrade."""
MAKER, KIND, VERSION = 0x7FFD, 0x0BAD, 0x0000_0001
"""Manufacturer, image type and version for which a hub has no image."""
ZCL_VERSION = 0x0000
MANY, SPACE_S = 12, 0.05
LOAD_S = 10.0
OFFSETS = (0, 48, 0, 200, 48, 7)
SIZE = 40
"""Octets of an image that are asked for at once."""
LATE_S = 2.0
NOISE_S, QUIET_S = 120.0, 60.0
NOISE = -55.0
"""dBm at each receiver."""


@AREA.case(
    1,
    "It says that there is nothing where it has nothing to give",
    SE("D.4.2.3.1.1"),
    SE("D.5.2.3.1"),
    gate=f"{HUB} & PRC.S & MSG.S",
)
def nothing_to_give(t: HubTester) -> None:
    for cluster, command, payload, what in (
        (PRICE.id, 0x00, b"\x00", "the current price"),
        (PRICE.id, 0x01, bytes(5), "the scheduled prices"),
        (MESSAGING.id, 0x00, b"", "the last message"),
    ):
        t.step(f"A meter asks for {what}, of which there is none")
        answers = t.ask(cluster, specific(t, command, payload))
        told = [f for f in answers if f.name != "default-response"]
        if not told:
            refused(t, answers, command, (Status.NOT_FOUND,), f"a request for {what}")


def _image(offset: int | None = None, size: int = 48) -> bytes:
    head = pack("<BHHI", 0, MAKER, KIND, VERSION)
    return head if offset is None else head + pack("<IB", offset, size)


def _refusal(t: HubTester, answers: list[Frame], name: str, statuses: tuple[int, ...]) -> None:
    answer = only(t, answers, name)
    message = answer.message
    t.require(message is not None, "its answer is malformed", answer, expected="a status and nothing else")
    t.require(
        message.status in statuses,
        "it has an image for a device of no maker",
        answer,
        expected=str(list(statuses)),
        seen=message.status,
    )
    assert answer.zcl is not None
    t.require_equal(len(answer.zcl.payload), 1, "something follows the status", answer)


@AREA.case(
    2,
    "It refuses images that it does not have, each request by the response that belongs to it",
    ZCL("11.13.5"),
    ZCL("11.13.8"),
    gate=f"{HUB} & OTA.S",
)
def no_image(t: HubTester) -> None:
    none, over = int(OtaStatus.NO_IMAGE_AVAILABLE), int(OtaStatus.ABORT)
    t.step("A meter asks for the next image, without and with its hardware version")
    for payload in (_image(), b"\x01" + _image()[1:] + b"\x02\x00"):
        answers = t.ask(OTA.id, specific(t, QUERY, payload))
        _refusal(t, answers, "query-next-image-response", (none, int(OtaStatus.NOT_AUTHORIZED)))
    t.step("It asks for blocks of an image that there is not")
    for offset, size in ((0, 48), (0, 255), (0xFFFF_FFF0, 1)):
        answers = t.ask(OTA.id, specific(t, BLOCK, _image(offset, size)))
        _refusal(t, answers, "image-block-response", (none, over))


@AREA.case(
    3,
    "It confirms the end of a download that failed, and refuses requests that are cut short",
    ZCL("11.13.9"),
    ZCL("2.5.12.2"),
    gate=f"{HUB} & OTA.S",
)
def downloads_end(t: HubTester) -> None:
    for status in (OtaStatus.INVALID_IMAGE, OtaStatus.ABORT, OtaStatus.REQUIRE_MORE_IMAGE):
        t.step(f"A meter says that its download has ended: {status.name}")
        payload = pack("<BHHI", status, MAKER, KIND, VERSION)
        answer = only(t, t.ask(OTA.id, specific(t, END, payload)), "default-response")
        wanted = END, int(Status.SUCCESS)
        t.require_equal((answer.message.command, answer.message.status), wanted, "it confirms it otherwise", answer)
    for command, whole in ((QUERY, _image()), (BLOCK, _image(0)), (END, _image())):
        t.step(f"A request is cut short: command 0x{command:02x}")
        answers = t.ask(OTA.id, specific(t, command, whole[:5]))
        refused(t, answers, command, (Status.MALFORMED_COMMAND, Status.INVALID_FIELD), "a request that is cut short")


@AREA.case(
    4,
    "It answers each of many requests that come at once, and each in time",
    ZCL("2.4.1.1.3"),
    ZIGBEE("2.2.8.4"),
    gate=f"{HUB} & BAS.S",
)
def many_at_once(t: HubTester) -> None:
    t.step(f"The electricity meter sends {MANY} requests, one straight after the other")
    asked = [reading(t, ZCL_VERSION) for _ in range(MANY)]
    for frame in asked:
        t.side.send_zcl(BASIC.id, frame)
        t.wait(SPACE_S)
    began = t.now
    t.wait(LOAD_S)
    for frame in asked:
        answers = once(t.answers_to(frame))
        t.require(len(answers) == 1, "it answers a request another number of times", *answers, seen=len(answers))
        t.require(value(answers[0], ZCL_VERSION) is not None, "its answer has no value", answers[0])
        t.measure("answer under load", answers[0].seconds - began, LATE_S)


@AREA.case(
    5,
    "Both meters get their answers when they ask at the same time",
    ZIGBEE("2.2.8.4"),
    gate=f"{HUB} & BAS.S",
    seconds=120,
)
def both_at_once(t: HubTester) -> None:
    t.step("Both meters ask the hub, each six times, with the same transaction numbers")
    with t.awake():
        t.wait(1)
        asked = [reading(t, ZCL_VERSION) for _ in range(6)]
        for frame in asked:
            for side in (t.side, t.sleeper):
                side.send_zcl(BASIC.id, frame)
            t.wait(0.3)
        t.wait(20)
    for name, side in (("the electricity meter", t.side), ("the gas meter", t.sleeper)):
        for frame in asked:
            found = [f for f in t.answers_to(frame) if f.nwk is not None and f.nwk.dst == side.own_short]
            t.require(
                len(once(found)) == 1, f"it answers {name} another number of times", *found, seen=len(once(found))
            )


@AREA.case(
    6,
    "After minutes of noise on its channel it is there as before",
    MAC("5.1.1.4"),
    ZIGBEE("2.2.8.4"),
    gate=f"{HUB} & BAS.S",
    needs=(Ability.AIR,),
    seconds=1200,
    wakes=1,
)
def after_noise(t: HubTester) -> None:
    network = t.esme.storage.network
    assert network is not None
    t.step(f"There is noise on its channel for {NOISE_S:g} s; the meters go on asking")
    noise = Jammer(frozenset((network.channel,)), NOISE)
    t.bench.han.air.add_jammer(noise)
    for _ in range(10):
        t.side.send_zcl(BASIC.id, reading(t, ZCL_VERSION))
        t.wait(NOISE_S / 10)
    t.bench.han.air.remove_jammer(noise)
    t.wait(QUIET_S)
    t.step("Both meters ask it something, and ask for its beacon")
    with t.awake():
        for side in (t.side, t.sleeper):
            answers = t.ask(BASIC.id, reading(t, ZCL_VERSION), by=side)
            t.require(bool(answers), "it answers nothing after noise", expected="Read Attributes Response")
    t.beacon_now()


@AREA.case(
    7,
    "Of an image it gives the octets that were asked for, in whatever order that is",
    ZCL("11.13.5"),
    ZCL("11.13.8"),
    gate=f"{HUB} & OTA.S",
    needs=(Ability.IMAGES,),
)
def blocks_as_asked(t: HubTester) -> None:
    maker = t.esme.settings.manufacturer
    image = make_image(maker, KIND, VERSION + 1, bytes(range(256)) * 2)
    t.head_end.publish(*image.key, image.version, image.octets)
    t.step("A meter asks for the next image, which is there")
    answer = only(
        t, t.ask(OTA.id, specific(t, QUERY, pack("<BHHI", 0, maker, KIND, VERSION))), "query-next-image-response"
    )
    t.require_equal(answer.message.status, int(OtaStatus.SUCCESS), "it does not offer an image that it has", answer)
    t.require_equal(answer.message.image_size, len(image.octets), "its image has another size", answer)
    for offset in OFFSETS:
        t.step(f"The meter asks for octets from {offset} on")
        asked = pack("<BHHIIB", 0, maker, KIND, image.version, offset, SIZE)
        block = only(t, t.ask(OTA.id, specific(t, BLOCK, asked)), "image-block-response")
        message = block.message
        t.require_equal(message.status, int(OtaStatus.SUCCESS), "it refuses octets that it has", block)
        t.require_equal(message.file_offset, offset, "it gives octets from another place", block)
        given = message.image_data
        t.require(0 < len(given) <= SIZE, "it gives more than was asked for, or nothing", block, seen=len(given))
        wanted = image.octets[offset : offset + len(given)]
        t.require_equal(given.hex(), wanted.hex(), "the octets are those of another place", block)
