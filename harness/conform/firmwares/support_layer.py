"""Wrong firmwares: APS headers, acknowledgements, repetitions and duplicates."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.zigbee.aps.data import ApsStatus
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import change_sent

WRONG = Firmwares([])
HOME_AUTOMATION = 0x0104
SMART_ENERGY = 0x0109
HASTE = 300 * MILLISECOND
MANY = 12


@WRONG.add("another-profile", "APS")
def another_profile(device: Any, note: Note) -> None:
    """Its Smart Energy messages name the profile of Home Automation."""

    def change(request: Any) -> Any:
        if request.profile != SMART_ENERGY:
            return request
        note()
        return request._replace(profile=HOME_AUTOMATION)

    change_sent(device, change)


@WRONG.add("sends-all-twice", "APS", "zhaquirks/tuya (TS004X: duplicate frames are ignored)")
def sends_all_twice(device: Any, note: Note) -> None:
    """It sends each message again two seconds later, although it was acknowledged."""
    layer = device.stack.aps

    def attempt(former: Any, message: Any) -> None:
        former(message)

        def again() -> None:
            if layer.storage.network is not None and layer.nwk.security.ready:
                note()
                link = layer._data_key(message.request.dst) if message.request.secured else None
                octets = layer._encoded(message.request, message.counter, message.blocks[0], link, ack=True)
                layer.nwk.send(message.request.dst, octets)

        device.stack.clock.call_later(2 * SECOND, again)

    wrapped(layer, "_attempt", attempt)


@WRONG.add("one-aps-counter", "APS", "zsmartsystems/com.zsmartsystems.zigbee#653")
def one_aps_counter(device: Any, note: Note) -> None:
    """Each of its messages has the same APS counter."""
    layer = device.stack.aps

    def send(former: Any, *given: Any) -> None:
        note()
        layer._counter = 0
        former(*given)

    wrapped(layer, "send", send)


@WRONG.add("acknowledges-whatever-comes", "APS")
def acknowledges_whatever_comes(device: Any, note: Note) -> None:
    """It acknowledges messages that do not ask for it."""

    def data(former: Any, frame: Any, indication: Any) -> None:
        if not frame.ack_request:
            note()
            frame.ack_request = True
        former(frame, indication)

    wrapped(device.stack.aps, "_data", data)


@WRONG.add("acknowledges-in-the-clear", "APS")
def acknowledges_in_the_clear(device: Any, note: Note) -> None:
    """It acknowledges messages under the link key without that key."""

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        secured = frame.secured
        if secured:
            note()
        frame.secured = False
        former(frame, src)
        frame.secured = secured

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("acknowledges-from-endpoint-1", "APS")
def acknowledges_from_endpoint_1(device: Any, note: Note) -> None:
    """Its acknowledgements come from its Smart Energy endpoint, whatever the message was for."""

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        endpoint = frame.dst_endpoint
        if endpoint != 1:
            note()
        frame.dst_endpoint = 1
        former(frame, src)
        frame.dst_endpoint = endpoint

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("no-acknowledgement-of-repetitions", "APS", kind="ihd")
def no_acknowledgement_of_repetitions(device: Any, note: Note) -> None:
    """It drops a message that comes again, without an acknowledgement."""
    had: set[tuple[int, int]] = set()

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        if frame.fragment is None and (src, frame.counter) in had:
            note()
        else:
            had.add((src, frame.counter))
            former(frame, src)

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("repeats-under-new-counters", "APS", "Koenkk/zigbee2mqtt#33174")
def repeats_under_new_counters(device: Any, note: Note) -> None:
    """What it sends again has another APS counter: its receiver takes it for a new message."""
    layer = device.stack.aps

    def attempt(former: Any, message: Any) -> None:
        if message.tries:
            note()
            del layer._waiting[message.request.dst, message.counter]
            layer._counter = message.counter = (layer._counter + 1) & 0xFF
            layer._waiting[message.request.dst, message.counter] = message
        former(message)

    wrapped(layer, "_attempt", attempt)


@WRONG.add("repeats-in-haste", "APS")
def repeats_in_haste(device: Any, note: Note) -> None:
    """It waits a third of a second for an APS acknowledgement."""

    def attempt(former: Any, message: Any) -> None:
        former(message)
        note()
        message.timer.cancel()
        message.timer = device.stack.clock.call_later(HASTE, device.stack.aps._unanswered, message)

    wrapped(device.stack.aps, "_attempt", attempt)


@WRONG.add("repeats-a-dozen-times", "APS")
def repeats_a_dozen_times(device: Any, note: Note) -> None:
    """It sends a message a dozen times that no APS acknowledges."""
    sent: dict[int, int] = {}

    def unanswered(former: Any, message: Any) -> None:
        times = sent[id(message)] = sent.get(id(message), 0) + 1
        if times < MANY:
            note()
            message.tries = 0
        former(message)

    wrapped(device.stack.aps, "_unanswered", unanswered)


@WRONG.add("takes-any-acknowledgement", "APS")
def takes_any_acknowledgement(device: Any, note: Note) -> None:
    """It takes an APS acknowledgement for its own by the counter alone."""
    layer = device.stack.aps

    def acknowledged(former: Any, frame: Any, src: int) -> None:
        message = layer._waiting.get((src, frame.counter))
        if message is None or len(message.blocks) > 1:
            former(frame, src)
            return
        note()
        if message.timer is not None:
            message.timer.cancel()
        layer._finish(message, ApsStatus.SUCCESS)

    wrapped(layer, "_acknowledged", acknowledged)


@WRONG.add("remembers-counters-for-ever", "APS", "zsmartsystems/com.zsmartsystems.zigbee#664")
def remembers_counters_for_ever(device: Any, note: Note) -> None:
    """It takes each message under an APS counter that it has had for a repetition, however long ago that was."""
    had: set[tuple[int, int]] = set()

    def data(former: Any, frame: Any, indication: Any) -> None:
        key = indication.src, frame.counter
        if frame.fragment is None and key in had and device.keys.ready:
            note()
            device.stack.aps._acknowledge(frame, indication.src)
            return
        had.add(key)
        former(frame, indication)

    wrapped(device.stack.aps, "_data", data)
