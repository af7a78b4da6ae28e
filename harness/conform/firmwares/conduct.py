"""Wrong firmwares: frames that are not as every frame has to be."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hanbench.emulator.clock import MINUTE
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zcl.clusters import KEEP_ALIVE
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.frame import DISABLE_DEFAULT_RESPONSE
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import SUMMATION, change_answers, change_sent, metering_of

WRONG = Firmwares([])
ACK_REQUEST = 0x20
"""Bit of the first octet of the MAC's frame control."""
TOO_FAR = 60
CLUSTER_AT = 2
"""Offset of the cluster in an APS acknowledgement."""
AGAIN = 7
ANSWER = 0x8000


@WRONG.add("one-mac-sequence-number", "AIR")
def one_mac_sequence_number(device: Any, note: Note) -> None:
    """Each of its MAC frames has the same sequence number."""

    def sequence(former: Any) -> int:
        note()
        former()
        return 77

    wrapped(device.stack.mac, "next_sequence", sequence)


@WRONG.add("wants-no-acknowledgement", "AIR")
def wants_no_acknowledgement(device: Any, note: Note) -> None:
    """Once it has its link key, it asks for no MAC acknowledgement of its data."""

    def transmit(former: Any, psdu: bytes, *rest: Any, **named: Any) -> None:
        if device.keys.ready and psdu[0] & 7 == mac.DATA and psdu[0] & ACK_REQUEST:
            note()
            mpdu = bytes((psdu[0] & ~ACK_REQUEST,)) + psdu[1:-2]
            psdu = mpdu + fcs(mpdu)
        former(psdu, *rest, **named)

    wrapped(device.stack.mac, "transmit", transmit)


@WRONG.add("sends-without-end", "AIR")
def sends_without_end(device: Any, note: Note) -> None:
    """Its radio sends a frame that is not acknowledged eight times."""

    def transmit(former: Any, psdu: bytes, done: Any = None, *, retries: int = 3) -> None:
        note()
        former(psdu, done, retries=AGAIN if retries else 0)

    wrapped(device.stack.mac, "transmit", transmit)


@WRONG.add("goes-sixty-hops", "AIR")
def goes_sixty_hops(device: Any, note: Note) -> None:
    """It gives its frames a radius of sixty hops."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        note()
        former(dst, payload, done, **{**named, "radius": TOO_FAR})

    wrapped(device.stack.nwk, "send", send)


@WRONG.add("one-nwk-sequence-number", "AIR")
def one_nwk_sequence_number(device: Any, note: Note) -> None:
    """Each of its NWK frames has the same sequence number."""

    def sequence(former: Any, dst: int = 0) -> int:
        note()
        former(dst)
        return 78

    wrapped(device.stack.nwk, "next_sequence", sequence)


@WRONG.add("describes-itself-in-the-clear", "AIR")
def describes_itself_in_the_clear(device: Any, note: Note) -> None:
    """Its answers of the device profile go out without NWK security."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if dst < FIRST_BROADCAST and _is_zdp_answer(payload):
            note()
            named["secured"] = False
        former(dst, payload, done, **named)

    wrapped(device.stack.nwk, "send", send)


def _is_zdp_answer(apdu: bytes) -> bool:
    if apdu[0] & 3 != aps.DATA:
        return False
    frame = aps.decode(apdu)
    return frame.profile == 0 and frame.cluster & ANSWER != 0


@WRONG.add("repeats-seven-times", "AIR")
def repeats_seven_times(device: Any, note: Note) -> None:
    """A message that is not acknowledged goes out eight times."""
    tried: Counter[int] = Counter()

    def unanswered(former: Any, message: Any) -> None:
        tried[id(message)] += 1
        if tried[id(message)] <= AGAIN:
            note()
            message.tries = min(message.tries, 1)
        former(message)

    wrapped(device.stack.aps, "_unanswered", unanswered)


@WRONG.add("acknowledges-another-cluster", "AIR")
def acknowledges_another_cluster(device: Any, note: Note) -> None:
    """Its APS acknowledgements name the next cluster."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if payload[0] & 0x37 == aps.ACK:
            note()
            cluster = int.from_bytes(payload[CLUSTER_AT : CLUSTER_AT + 2], "little") + 1
            payload = payload[:CLUSTER_AT] + cluster.to_bytes(2, "little") + payload[CLUSTER_AT + 2 :]
        former(dst, payload, done, **named)

    wrapped(device.stack.nwk, "send", send)


@WRONG.add("describes-itself-twice", "AIR")
def describes_itself_twice(device: Any, note: Note) -> None:
    """It sends each answer of the device profile twice, the second time under another APS counter."""

    def send(former: Any, request: Any, done: Any = None) -> None:
        former(request, done)
        if request.profile == 0 and request.cluster & ANSWER:
            note()
            former(request)

    wrapped(device.stack.aps, "send", send)


@WRONG.add("describes-everybody", "AIR", kind="esme")
def describes_everybody(device: Any, note: Note) -> None:
    """Asked by broadcast, it answers about the broadcast address that it was asked by."""

    def change(request: Any) -> Any:
        if request.profile == 0 and request.cluster == zdp.MatchDescRsp.CLUSTER:
            note()
            return request._replace(payload=request.payload[:2] + b"\xfd\xff" + request.payload[4:])
        return request

    change_sent(device, change)


@WRONG.add("wants-answers-to-answers", "AIR")
def wants_answers_to_answers(device: Any, note: Note) -> None:
    """Its answers ask for a Default Response."""

    def change(request: Any) -> Any:
        if request.profile and request.payload[0] & 3 == 0 and request.payload[0] & DISABLE_DEFAULT_RESPONSE:
            note()
            control = request.payload[0] & ~DISABLE_DEFAULT_RESPONSE
            return request._replace(payload=bytes((control,)) + request.payload[1:])
        return request

    change_sent(device, change)


@WRONG.add("says-everything-twice", "AIR")
def says_everything_twice(device: Any, note: Note) -> None:
    """Once it has its link key, it sends each of its own commands twice, with the same transaction number."""

    def send(former: Any, request: Any, done: Any = None) -> None:
        former(request, done)
        if device.keys.ready and request.profile and request.secured:
            note()
            former(request)

    wrapped(device.stack.aps, "send", send)


@WRONG.add("hub-answers-with-another-record", "AIR", kind="hub")
def answers_with_another_record(hub: Any, note: Note) -> None:
    """Its Read Attributes Response names the attribute after the one that was asked for."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> Any:
        if kind == 0 and command == 0x01 and payload:
            note()
            payload = bytes((payload[0] ^ 0x10,)) + payload[1:]
        return frame, kind, command, payload

    change_answers(hub, change)


@WRONG.add("model-is-another", "AIR")
def model_is_another(device: Any, note: Note) -> None:
    """Its model has another name each time that it is asked for."""
    basic = device.endpoint.servers[0]
    asked = Counter[str]()

    def model() -> str:
        note()
        asked["model"] += 1
        return f"MODEL {asked['model']}"

    basic.set(BasicAttributes.ModelIdentifier, model)


@WRONG.add("register-goes-up-and-down", "AIR")
def register_goes_up_and_down(device: Any, note: Note) -> None:
    """Every other value of its register is an old one."""
    metering = metering_of(device)
    value = metering.attributes._providers.get(SUMMATION.key, lambda: metering.get(SUMMATION))
    asked = Counter[str]()

    def read() -> int:
        asked["value"] += 1
        if asked["value"] % 2:
            return int(value())
        note()
        return max(0, int(value()) - 100)

    metering.set(SUMMATION, read)


@WRONG.add("asks-again-and-again", "AIR")
def asks_again_and_again(device: Any, note: Note) -> None:
    """It asks for the keep-alive interval every minute, and is answered each time."""

    def ask() -> None:
        if device.keys.ready:
            note()
            device.endpoint.read(HUB, HUB_ENDPOINT, KEEP_ALIVE.id, (0x0000,), lambda answer: None)
        device.stack.clock.call_later(MINUTE, ask)

    device.stack.clock.call_later(MINUTE, ask)
