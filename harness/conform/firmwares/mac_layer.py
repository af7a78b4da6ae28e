"""Wrong firmwares: headers, numbers and repetitions of the MAC, and commands that they obey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
ACK_REQUEST, COMPRESSED = 0x20, 0x40
VERSION_2006 = 0x10
"""In the second octet of the frame control field."""
MANY = 20
BEFORE_IT_IS_READY = 3


def change_psdus(device: Any, change: Callable[[bytes], bytes], **conduct: Any) -> None:
    """Have `change` look at each MPDU, FCS excluded, that the device's radio sends; it returns what is sent.

    `conduct`: how the radio sends it.
    """
    radio = device.radio
    transmit = type(radio).transmit

    def changed(psdu: bytes, done: Any, **named: Any) -> None:
        mpdu = change(psdu[:-2])
        transmit(radio, mpdu + fcs(mpdu), done, **{**named, **conduct})

    radio.transmit = changed


@WRONG.add("reserved-bits-on-air", "MAC")
def reserved_bits_on_air(device: Any, note: Note) -> None:
    """It sends data with a reserved bit of the frame control field set."""

    def change(mpdu: bytes) -> bytes:
        if mpdu[0] & 7 != mac.DATA:
            return mpdu
        note()
        return mpdu[:1] + bytes((mpdu[1] | 0x01,)) + mpdu[2:]

    change_psdus(device, change)


@WRONG.add("always-frame-pending", "MAC", "openthread/openthread#127, for a parent")
def always_frame_pending(device: Any, note: Note) -> None:
    """Each of its frames says that more are pending."""

    def change(mpdu: bytes) -> bytes:
        note()
        return bytes((mpdu[0] | 0x10,)) + mpdu[1:]

    change_psdus(device, change)


@WRONG.add("one-sequence-number", "MAC")
def one_sequence_number(device: Any, note: Note) -> None:
    """Its MAC gives two frames the same number, one after the other."""
    layer = device.stack.mac
    given = [0]

    def number(former: Any) -> int:
        given[0] += 1
        if given[0] % 2:
            return int(former())
        note()
        return int(layer._sequence)

    wrapped(layer, "next_sequence", number)


@WRONG.add("repeats-twenty-times", "MAC", "home-assistant/core#43969, where retries empty the battery")
def repeats_twenty_times(device: Any, note: Note) -> None:
    """It repeats a frame twenty times that no radio acknowledges."""

    def change(mpdu: bytes) -> bytes:
        note()
        return mpdu

    change_psdus(device, change, retries=MANY)


@WRONG.add("talks-into-others", "MAC")
def talks_into_others(device: Any, note: Note) -> None:
    """It sends without a look at its channel."""

    def change(mpdu: bytes) -> bytes:
        note()
        return mpdu

    change_psdus(device, change, csma=False)


@WRONG.add("obeys-disassociation", "MAC")
def obeys_disassociation(device: Any, note: Note) -> None:
    """It leaves its network at a Disassociation Notification, which no key protects."""

    def disassociated(frame: Any, reception: Any) -> None:
        note()
        device.stack.joiner.event(JoinEvent.LEFT)

    device.stack.mac.on_command[MacCommand.DISASSOCIATION] = disassociated


@WRONG.add("obeys-realignment", "MAC")
def obeys_realignment(device: Any, note: Note) -> None:
    """It takes PAN ID and short address from a Coordinator Realignment that it did not ask for."""
    child = device.stack.child

    def realigned(former: Any, frame: Any, reception: Any) -> None:
        note()
        child._orphan_done = child._orphan_done or (lambda found: None)
        former(frame, reception)

    former = device.stack.mac.on_command[MacCommand.COORDINATOR_REALIGNMENT]
    device.stack.mac.on_command[MacCommand.COORDINATOR_REALIGNMENT] = lambda *given: realigned(former, *given)


@WRONG.add("takes-late-association-response", "MAC")
def takes_late_association_response(device: Any, note: Note) -> None:
    """It takes its short address from any Association Response."""

    def answered(former: Any, frame: Any, reception: Any) -> None:
        if device.stack.child._association is None and frame.payload[3:4] == b"\0":
            note()
            device.stack.mac.configure(short=int.from_bytes(frame.payload[1:3], "little"))
        else:
            former(frame, reception)

    former = device.stack.mac.on_command[MacCommand.ASSOCIATION_RESPONSE]
    device.stack.mac.on_command[MacCommand.ASSOCIATION_RESPONSE] = lambda *given: answered(former, *given)


@WRONG.add("takes-repetition-for-attack", "MAC")
def takes_repetition_for_attack(device: Any, note: Note) -> None:
    """It looks for its network anew when the same frame comes to it twice."""
    layer, again = device.stack.mac, [0]

    def is_duplicate(former: Any, frame: Any, time: int) -> bool:
        found = bool(former(frame, time))
        again[0] += found
        if found and again[0] >= BEFORE_IT_IS_READY and device.stack.joined:
            note()
            again[0] = 0
            device.stack.clock.call_later(1, device.stack.joiner.event, JoinEvent.REJOIN)
        return found

    wrapped(layer, "_is_duplicate", is_duplicate)
