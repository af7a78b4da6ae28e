"""An end device's stack: what it takes for an acknowledgement, for its network, and for its address.

Expected values: Zigbee PRO R22, 2.2.8.4.3 (acknowledgement), 3.6.1.4.1.1 (update identifiers, which come round after
255), 3.6.1.9.3 (an address that the parent changes).
"""

from __future__ import annotations

import pytest

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac.frames import DATA, MacFrame
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.aps.layer import _is_answer
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import RejoinResponse
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.join_states import JoinState
from hanbench.emulator.zigbee.nwk.joining import Candidate
from hanbench.emulator.zigbee.stack import EndDeviceStack
from hanbench.emulator.zigbee.storage import Network, NonVolatile

OWN, NEW, PARENT, STRANGER = 0x1111, 0x2222, 0x0000, 0x3333
EVERY_ENDPOINT = 0xFF


def end_device(*, keyed: bool = True) -> EndDeviceStack:
    """An end device whose flash says that it is in a network, with or without its key."""
    clock = VirtualClock()
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "radio"), "node")
    storage = NonVolatile(0xA1, Network(0x1234, 0xE, 15, OWN, parent=PARENT))
    if keyed:
        storage.network_keys[0] = bytes(16)
    return EndDeviceStack(radio, clock, split(1, "node"), storage, NodeConfig(LogicalType.END_DEVICE))


@pytest.mark.parametrize(
    ("cluster", "from_endpoint", "to_endpoint", "answers"),
    [(0x0702, 1, 1, True), (0x0702, 2, 1, False), (0x0702, 1, 2, False), (0x0000, 1, 1, False)],
)
def test_an_acknowledgement_is_of_its_message_alone(
    cluster: int, from_endpoint: int, to_endpoint: int, answers: bool
) -> None:
    request = ApsRequest(0, 0x0702, b"", 0x0109, 1, 1)
    sent = aps.decode(aps.data_header(from_endpoint, cluster, 0x0109, to_endpoint, 7, ack_request=True) + b"\0")
    assert _is_answer(aps.decode(aps.ack_header(sent)), request) is answers


def test_any_endpoint_acknowledges_a_message_to_all_of_them() -> None:
    request = ApsRequest(0, 0x0702, b"", 0x0109, 1, EVERY_ENDPOINT)
    sent = aps.decode(aps.data_header(9, 0x0702, 0x0109, 1, 7, ack_request=True) + b"\0")
    assert _is_answer(aps.decode(aps.ack_header(sent)), request)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_device_without_a_network_key_is_in_no_network(keyed: bool) -> None:
    """Its power was cut between its association and the network key."""
    stack = end_device(keyed=keyed)
    assert (stack.joiner.state is JoinState.JOINED, stack.storage.network is not None) == (keyed, keyed)


@pytest.mark.parametrize(("known", "older", "newer"), [(0, 0, 1), (254, 255, 0), (255, 255, 0), (4, 4, 5)])
def test_update_identifiers_that_come_round_are_newer(known: int, older: int, newer: int) -> None:
    def rank(update_id: int) -> tuple[int, int, int]:
        payload = BeaconPayload(True, 0, True, 0xE, update_id)
        return Candidate(Beacon(15, 0x1234, 0, False, True, True, payload.encode(), 255), payload).rank(known)

    assert rank(newer) > rank(older)


def respond(stack: EndDeviceStack, source: int, short: int, *, secured: bool = True, status: int = 0) -> None:
    """Give a stack a Rejoin Response that it did not ask for."""
    frame = nwk.decode(nwk.header(nwk.COMMAND, OWN, source, 1, radius=1, secured=False, src_ieee=0xA0))
    frame.secured = secured
    stack.joiner._rejoin_answered(frame, RejoinResponse(short=short, status=status), MacFrame(DATA, 1))


def test_a_parent_gives_its_child_another_address() -> None:
    stack = end_device()
    told: list[bool] = []
    stack.joiner.on_joined = told.append
    respond(stack, PARENT, NEW)
    assert (stack.nwk.network.short, stack.mac.short, told) == (NEW, NEW, [True])


@pytest.mark.parametrize(("secured", "status", "short"), [(False, 0, NEW), (True, 2, NEW), (True, 0, OWN)])
def test_a_response_that_gives_no_address_changes_nothing(secured: bool, status: int, short: int) -> None:
    stack = end_device()
    told: list[bool] = []
    stack.joiner.on_joined = told.append
    respond(stack, PARENT, short, secured=secured, status=status)
    assert (stack.nwk.network.short, told) == (OWN, [])


@pytest.mark.parametrize(("source", "short"), [(STRANGER, NEW), (PARENT, 0xFFFF), (PARENT, 0x0000)])
def test_an_address_of_a_stranger_or_of_nobody_is_refused(source: int, short: int) -> None:
    stack = end_device()
    with pytest.raises(RemoteProtocolError):
        respond(stack, source, short)
    assert stack.nwk.network.short == OWN
