"""Counters and sequence numbers at their wrap and after it. Clauses are of Zigbee PRO R22 (05-3474-22)."""

from __future__ import annotations

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl.client import Client
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.aps.frames import Fragment
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, NwkIndication
from hanbench.emulator.zigbee.nwk.security import NwkSecurity
from hanbench.emulator.zigbee.stack import CoordinatorStack
from hanbench.emulator.zigbee.storage import FrameCounter, NonVolatile

PEER = 0x00124B0000000002
FIRST, SECOND_KEY, THIRD = (bytes((octet,)) * 16 for octet in (1, 2, 3))
LAST = 0xFFFF_FFFE
"""A frame counter of 2^32 - 1 is never sent (4.3.1.1), so this is the highest that can come."""


@pytest.fixture
def security() -> NwkSecurity:
    made = NwkSecurity(NonVolatile(0xA1))
    made.replace(0, FIRST)
    return made


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def stack(clock: VirtualClock) -> CoordinatorStack:
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "radio"), "node")
    config = NodeConfig(LogicalType.COORDINATOR)
    made = CoordinatorStack(radio, clock, split(1, "node"), NonVolatile(0xA1), config)
    made.form(channel=11, pan_id=0x1A62, extended_pan_id=0xA1)
    made.storage.short_addresses[PEER] = 0x1234
    return made


def replayed(security: NwkSecurity, sequence: int, counter: int) -> bool:
    try:
        security.accept_counter(sequence, PEER, counter)
    except RemoteProtocolError as error:
        return error.reason is DropReason.REPLAY
    return False


# --- incoming frame counters belong to a network key (4.3.1.2) -------------------------------------------------------


def test_a_frame_is_taken_once_and_the_last_counter_too(security: NwkSecurity) -> None:
    assert not replayed(security, 0, 0)
    assert replayed(security, 0, 0)
    assert not replayed(security, 0, LAST)
    assert replayed(security, 0, LAST)
    assert replayed(security, 0, 0)


def test_a_counter_that_nobody_may_send_is_not_taken(security: NwkSecurity) -> None:
    assert replayed(security, 0, LAST + 1)
    assert not replayed(security, 0, 5)


def test_counters_start_anew_under_a_new_key_and_go_on_under_the_old_one(security: NwkSecurity) -> None:
    assert not replayed(security, 0, 900)
    security.store(1, SECOND_KEY)
    assert replayed(security, 0, 900)
    assert not replayed(security, 1, 3)
    security.switch(1)
    assert replayed(security, 0, 900)  # the old key is there until the next one comes, and so is what came under it
    assert replayed(security, 1, 3)


def test_a_key_number_that_comes_round_has_no_counters_of_the_key_before(security: NwkSecurity) -> None:
    """Key sequence numbers have eight bits: after 256 rotations a number names another key."""
    assert not replayed(security, 0, LAST)
    for rotation in range(1, 257):
        sequence = rotation & 0xFF
        security.store(sequence, rotation.to_bytes(16, "big"))
        assert security.switch(sequence)
    assert security.active_sequence == 0
    assert not replayed(security, 0, 0)


def test_a_key_that_comes_again_keeps_its_counters(security: NwkSecurity) -> None:
    """As in a key reinstallation attack: the same Transport-Key, played again, must not reopen the door."""
    assert not replayed(security, 0, 900)
    security.store(0, FIRST)
    assert replayed(security, 0, 900)
    security.replace(0, FIRST)
    assert replayed(security, 0, 900)


def test_a_key_under_another_number_keeps_its_counters(security: NwkSecurity) -> None:
    assert not replayed(security, 0, 900)
    security.store(7, FIRST)
    assert replayed(security, 7, 900)
    security.switch(7)
    security.store(8, SECOND_KEY)
    security.replace(9, FIRST)
    assert replayed(security, 9, 900)


def test_the_key_in_use_is_not_overwritten(security: NwkSecurity) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        security.store(0, SECOND_KEY)
    assert caught.value.reason is DropReason.WRONG_KEY
    assert security.outgoing().cipher is security.incoming(0)


def test_an_outgoing_counter_starts_anew_with_another_key_alone() -> None:
    """The counter and the key make the nonce: under one key, no counter may come twice (4.3.1.1)."""
    storage = NonVolatile(0xA1)
    security = NwkSecurity(storage)
    security.replace(0, FIRST)
    storage.nwk_counter = FrameCounter(0x8000_0000, 0x8000_0400)
    security.store(1, FIRST)
    security.switch(1)
    assert storage.nwk_counter.value == 0x8000_0000
    security.store(2, THIRD)
    security.switch(2)
    assert storage.nwk_counter.value == 0


# --- sequence numbers of eight bits -----------------------------------------------------------------------------------


def test_a_broadcast_takes_no_number_that_routers_may_remember(
    stack: CoordinatorStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Routers drop a source and number that they heard within nwkNetworkBroadcastDeliveryTime (3.6.5)."""
    sent: list[int] = []

    def send(dst: int, npdu: bytes, *rest: object, **more: object) -> None:
        sent.append(nwk.decode(npdu).sequence)

    monkeypatch.setattr(stack.nwk.mac, "send", send)
    for _ in range(3):
        stack.nwk.send(ALL_DEVICES, b"\x08")
        for _ in range(255):
            stack.nwk.next_sequence()  # of other frames: the counter comes round
    assert len(set(sent)) == len(sent) == 3
    for _ in range(600):
        stack.nwk.send(ALL_DEVICES, b"\x08")  # a flood is sent all the same


def fragments(stack: CoordinatorStack, counter: int, blocks: list[bytes]) -> None:
    for index, block in enumerate(blocks):
        fragment = Fragment(True, len(blocks)) if index == 0 else Fragment(False, index)
        header = aps.data_header(
            1, 0x0702, 0x0109, 1, counter, ack_request=True, delivery=aps.UNICAST, secured=False, fragment=fragment
        )
        stack.aps.accept(NwkIndication(0x1234, 0, header + block, True, -50, 200))


def test_a_fragmented_message_under_a_counter_that_came_round_is_another_message(
    stack: CoordinatorStack, clock: VirtualClock
) -> None:
    """APS counters have eight bits: a busy sender uses one again before the last message under it is forgotten."""
    got: list[bytes] = []
    stack.aps.register(1, lambda message: got.append(message.payload))
    fragments(stack, 9, [b"one", b"two"])
    fragments(stack, 9, [b"one", b"two"])  # sent again, because an acknowledgement was lost
    assert got == [b"onetwo"]
    clock.run_until(15 * SECOND)
    fragments(stack, 9, [b"three", b"four", b"five"])
    assert got == [b"onetwo", b"threefourfive"]
    clock.run_until(20 * SECOND)
    fragments(stack, 9, [b"three", b"four", b"five"])  # remembered from its own time on
    assert len(got) == 2


def test_no_answer_is_taken_for_that_of_an_earlier_request(stack: CoordinatorStack) -> None:
    """A transaction sequence number that comes round skips each request that still waits (ZCL r8, 2.4.1.3)."""
    sent: list[bytes] = []

    class Transport:
        def register(self, endpoint: int, handler: object) -> None:
            pass

        def send(self, request: ApsRequest, done: object = None) -> None:
            sent.append(request.payload)

    client = Client(Transport(), stack.clock, 1, 0x0109)
    client.read(0x1234, 1, 0x0702, (0,), lambda reply: None)
    waiting = sent[0][1]
    for _ in range(600):
        client.read(0xFFFD, 1, 0x0702, (0,), lambda reply: None)
    assert waiting not in {octets[1] for octets in sent[1:]}
    assert {octets[1] for octets in sent[1:]} == set(range(256)) - {waiting}
