"""MAC behaviour between two nodes on a quiet Air: scan, association, polling, indirect queue, orphans, bad input."""

from __future__ import annotations

from collections import Counter

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac import frames
from hanbench.emulator.mac.child import AssociationResult, Child, PollStatus
from hanbench.emulator.mac.frames import BeaconContent, MacCommand, MacFrame
from hanbench.emulator.mac.indirect import PERSISTENCE
from hanbench.emulator.mac.layer import AssociationResponse, AssociationStatus, Beacon, Mac
from hanbench.emulator.radio import Air, AirRadio, Transmission, TxStatus
from hanbench.emulator.randomness import split

PAN, CHANNEL = 0x1A62, 20
CHILD_IEEE = 0x00124B0000000002


class Home:
    """A parent and a child."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.seen: list[tuple[str, MacFrame]] = []
        self.air.observers.append(self._see)
        self.parent = self._node("parent", 0x00124B0000000001)
        self.parent.configure(channel=CHANNEL, pan_id=PAN, short=0, coordinator=True)
        self.parent.radio.source_match(True)
        self.parent.listen(True)
        self.parent.beacon = lambda: BeaconContent(True, True, b"who we are")
        self.parent.on_associate = lambda ieee, capability: AssociationResponse(AssociationStatus.SUCCESS, 0x4321)
        self.mac = self._node("child", CHILD_IEEE)
        self.child = Child(self.mac)
        self.received: list[bytes] = []
        self.mac.on_data = self._data

    def _node(self, name: str, ieee: int) -> Mac:
        radio = AirRadio(self.air, self.clock, split(1, name), name, (0.0, 0.0) if name == "parent" else (4.0, 1.0))
        return Mac(radio, self.clock, split(1, name, "mac"), ieee, Counter())

    def _see(self, transmission: Transmission) -> None:
        self.seen.append((transmission.sender.name, frames.verify(transmission.psdu)))

    def _data(self, frame: MacFrame, reception: object) -> None:
        self.received.append(frame.payload)

    def run(self, seconds: float = 1) -> None:
        self.clock.run_for(int(seconds * SECOND))

    def scan(self) -> list[Beacon]:
        found: list[list[Beacon]] = []
        self.child.scanner.networks(range(11, 27), 3, found.append)
        self.run(5)
        return found[0]

    def associate(self) -> AssociationResult:
        results: list[AssociationResult] = []
        self.child.associate(self.scan()[0], 0x80, results.append)
        self.run(5)
        return results[0]

    def poll(self) -> PollStatus:
        results: list[PollStatus] = []
        self.child.poll(results.append)
        self.run()
        return results[0]

    def commands(self, sender: str) -> list[int]:
        return [frame.payload[0] for name, frame in self.seen if name == sender and frame.type == frames.COMMAND]


@pytest.fixture
def home() -> Home:
    return Home()


def test_a_scan_asks_on_every_channel_and_finds_the_network(home: Home) -> None:
    beacons = home.scan()
    assert [(b.channel, b.pan_id, b.coordinator, b.permit, b.payload) for b in beacons] == [
        (CHANNEL, PAN, 0, True, b"who we are")
    ]
    assert home.commands("child") == [MacCommand.BEACON_REQUEST] * 16


def test_association_fetches_its_response_with_the_extended_address(home: Home) -> None:
    assert home.associate() is AssociationResult.SUCCESS
    assert home.mac.short == 0x4321
    polls = [f for name, f in home.seen if name == "child" and f.payload[:1] == bytes((MacCommand.DATA_REQUEST,))]
    assert [(f.src_mode, f.src) for f in polls] == [(frames.EXTENDED, CHILD_IEEE)]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (AssociationStatus.PAN_AT_CAPACITY, AssociationResult.AT_CAPACITY),
        (AssociationStatus.PAN_ACCESS_DENIED, AssociationResult.DENIED),
    ],
)
def test_a_refused_association_gives_no_address(
    home: Home, status: AssociationStatus, result: AssociationResult
) -> None:
    home.parent.on_associate = lambda ieee, capability: AssociationResponse(status)
    assert home.associate() is result
    assert home.mac.short == 0xFFFF


def test_an_association_without_response_ends(home: Home) -> None:
    home.parent.on_associate = None
    assert home.associate() is AssociationResult.NO_RESPONSE


def test_an_idle_poll_says_that_nothing_waits(home: Home) -> None:
    home.associate()
    assert home.poll() is PollStatus.NO_DATA


def test_the_receiver_stays_on_while_its_own_acknowledgement_goes_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    # EFR32's otPlatRadioSleep returns INVALID_STATE meanwhile (domain/rcp-firmware.md 1). aTurnaroundTime and an
    # acknowledgement of 11 octets take 12 + 22 symbols of 16 microseconds (IEEE 802.15.4-2011, 6.1.5 and 8.1.3).
    home.associate()
    switched: list[tuple[int, bool]] = []
    came: list[int] = []
    listen = home.mac.radio.listen

    def switch(on: bool) -> None:
        switched.append((home.clock.now, on))
        listen(on)

    monkeypatch.setattr(home.mac.radio, "listen", switch)
    home.mac.on_data = lambda frame, reception: came.append(home.clock.now)
    home.parent.send(0x4321, b"held", indirect=True)
    assert home.poll() is PollStatus.DATA
    (off,) = [when for when, on in switched if not on]
    assert off - came[0] >= 34 * 16


def test_held_frames_come_one_a_poll_and_announce_each_other(home: Home) -> None:
    home.associate()
    outcomes: list[TxStatus | None] = []
    for payload in (b"first", b"second"):
        home.parent.send(0x4321, payload, outcomes.append, indirect=True)
    assert home.poll() is PollStatus.DATA
    assert home.received == [b"first"]
    assert home.poll() is PollStatus.DATA
    assert home.poll() is PollStatus.NO_DATA
    assert home.received == [b"first", b"second"]
    assert outcomes == [TxStatus.ACKED, TxStatus.ACKED]
    pending = [f.frame_pending for name, f in home.seen if name == "parent" and f.type == frames.DATA]
    assert pending == [True, False]


def test_a_frame_that_nobody_fetches_is_given_up_after_7_68_seconds(home: Home) -> None:
    home.associate()
    outcomes: list[TxStatus | None] = []
    home.parent.send(0x4321, b"stale", outcomes.append, indirect=True)
    home.clock.run_for(PERSISTENCE - 1)
    assert outcomes == []
    home.run()
    assert outcomes == [None]
    assert home.poll() is PollStatus.NO_DATA


def test_an_unacknowledged_held_frame_waits_under_its_old_number(home: Home) -> None:
    home.associate()
    outcomes: list[TxStatus | None] = []
    home.parent.send(0x4321, b"kept", outcomes.append, indirect=True)
    request = home.mac.command_frame(bytes((MacCommand.DATA_REQUEST,)), 0, frames.SHORT, src_mode=frames.SHORT)
    home.mac.radio.listen(False)
    home.mac.transmit(request)
    home.run()
    assert outcomes == []
    assert home.poll() is PollStatus.DATA
    assert home.received == [b"kept"]
    numbers = {f.sequence for name, f in home.seen if name == "parent" and f.type == frames.DATA}
    assert len(numbers) == 1


def test_a_parent_that_is_gone_does_not_acknowledge_a_poll(home: Home) -> None:
    home.associate()
    home.parent.radio.listen(False)
    assert home.poll() is PollStatus.NO_ACK


def test_a_sleeping_child_hears_nothing_by_itself(home: Home) -> None:
    home.associate()
    outcomes: list[TxStatus | None] = []
    home.parent.send(0x4321, b"shout", outcomes.append)
    home.run()
    assert home.received == []
    assert outcomes == [TxStatus.NO_ACK]


def test_an_orphan_is_taken_back_by_the_parent_that_knows_it(home: Home) -> None:
    home.associate()
    home.parent.on_orphan = lambda ieee: 0x0777 if ieee == CHILD_IEEE else None
    found: list[bool] = []
    home.child.orphan(found.append)
    home.run()
    assert found == [True]
    assert (home.mac.short, home.mac.pan_id) == (0x0777, PAN)


def test_a_strange_orphan_is_left_alone(home: Home) -> None:
    home.associate()
    found: list[bool] = []
    home.child.orphan(found.append)
    home.run()
    assert found == [False]
    assert home.mac.short == 0x4321


def test_a_retransmission_is_a_duplicate_and_goes_no_further(home: Home) -> None:
    home.associate()
    got: list[bytes] = []
    home.parent.on_data = lambda frame, reception: got.append(frame.payload)
    psdu = frames.data(9, PAN, 0, 0x4321, b"once", ack=True)
    for _ in range(2):
        home.mac.transmit(psdu)
        home.run()
    assert got == [b"once"]
    assert home.parent.counters[DropReason.DUPLICATE] == 1


def test_another_frame_with_the_number_of_the_last_one_is_no_duplicate(home: Home) -> None:
    """A stranger can send the next number in a sender's name (IEEE 802.15.4-2011, 5.2.1.2: eight bits, in clear)."""
    home.associate()
    got: list[bytes] = []
    home.parent.on_data = lambda frame, reception: got.append(frame.payload)
    for payload in (b"forged", b"true"):
        home.mac.transmit(frames.data(9, PAN, 0, 0x4321, payload, ack=True))
        home.run()
    assert got == [b"forged", b"true"]
    assert home.parent.counters[DropReason.DUPLICATE] == 0


@pytest.mark.parametrize(
    ("psdu", "reason"),
    [
        (
            MacFrame(frames.COMMAND, 1, b"\x63", dst_pan=PAN, dst=0, dst_mode=2, src_pan=PAN, src=5, src_mode=2),
            DropReason.UNSUPPORTED,
        ),
        (
            MacFrame(frames.COMMAND, 1, b"\x01", dst_pan=PAN, dst=0, dst_mode=2, src_pan=PAN, src=5, src_mode=3),
            DropReason.MALFORMED_MAC,
        ),
        (MacFrame(frames.BEACON, 1, b"\xff", src_pan=PAN, src=5, src_mode=2), DropReason.MALFORMED_MAC),
    ],
)
def test_bad_frames_are_counted_by_reason_and_change_nothing(home: Home, psdu: MacFrame, reason: DropReason) -> None:
    home.mac.configure(channel=CHANNEL, pan_id=PAN)
    home.mac.transmit(psdu.encode())
    home.run()
    assert home.parent.counters == Counter({reason: 1})
