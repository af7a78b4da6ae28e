"""Joining and rejoining: the actions behind the state table of `join_states.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.child import AssociationResult, Child
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.radio.interface import NO_SHORT_ADDRESS
from hanbench.emulator.zigbee.nwk import beacon as beacon_payload
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest, NwkCommand, RejoinRequest, RejoinResponse
from hanbench.emulator.zigbee.nwk.config import JoinPolicy, LogicalType
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.join_states import WITH_PARENT, JoinEvent, JoinState, next_state
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.storage import Network

REJOIN_WAIT = 3 * SECOND
"""Microseconds for a Rejoin Response, polls included."""
MOST_REFUSALS = 64
"""Networks, and parents of its own network, that a joiner remembers because they did not take it."""
SCAN_PAUSE = SECOND
"""Between two scans of one attempt."""
HALF_OF_ALL = 128
"""Update identifiers: as many are newer than one as are older."""
LAST_ADDRESS = 0xFFF7
"""The last short address that a parent can give."""

K = TypeVar("K")


class Candidate(NamedTuple):
    """A parent that could be joined: its beacon at the MAC, and the Zigbee payload in it."""

    beacon: Beacon
    payload: BeaconPayload

    def rank(self, known: int) -> tuple[int, int, int]:
        """The best candidate has the highest: newest network, then best link, then fewest hops to the coordinator.

        `known`: the update identifier that the device has; those after it are newer, also where they come round.
        """
        age = self.payload.update_id - known + HALF_OF_ALL & 0xFF
        return age, self.beacon.lqi, -self.payload.depth

    @property
    def parent(self) -> tuple[int, int, int]:
        """Channel, PAN ID and short address of the sender."""
        return self.beacon.channel, self.beacon.pan_id, self.beacon.coordinator


class Joiner:
    """The joining state machine of a router or end device."""

    def __init__(self, nwk: Nwk, child: Child) -> None:
        self._nwk = nwk
        self._child = child
        self.policy: JoinPolicy = nwk.config.join
        if not nwk.storage.network_keys:
            self._forget_network()  # the power was cut between the association and the network key
        self.state = JoinState.JOINED if nwk.storage.network is not None else JoinState.OUT
        self.on_state: Callable[[JoinState, JoinEvent], None] | None = None
        self.on_joined: Callable[[bool], None] | None = None
        """Called on reaching JOINED; True after a rejoin."""
        self._chosen: Candidate | None = None
        self._attempts = 0
        self._rounds = 0
        self._timer: Timer | None = None
        self._holding = False
        self._wanted_pan: int | None = None
        self._refusals: dict[int, int] = {}
        """How often networks did not take this device since it was last in one, by extended PAN ID."""
        self._parents_refused: dict[tuple[int, int, int], int] = {}
        """How often parents did not take it back since it was last in its network: channel, PAN ID and address."""
        self._joins_done: Callable[[bool], None] | None = None
        nwk.on_command[RejoinResponse.ID] = self._rejoin_answered
        nwk.accepts_unsecured.append(self._accepts_unsecured)
        self._on_entry: dict[JoinState, Callable[[], None]] = {
            JoinState.SCANNING: self._scan_to_join,
            JoinState.ASSOCIATING: self._associate,
            JoinState.AWAITING_KEY: self._await_key,
            JoinState.JOINED: self._joined,
            JoinState.SEEKING_HERE: self._seek_here,
            JoinState.SEEKING_EVERYWHERE: self._seek_everywhere,
            JoinState.REJOINING: self._rejoin,
            JoinState.TRUST_CENTER_REJOINING: self._rejoin,
            JoinState.AWAITING_NEW_KEY: self._await_key,
            JoinState.RESTING: self._rest,
            JoinState.OUT: self._out,
        }

    # --- for other layers ---------------------------------------------------------------------------------------

    def join(self, done: Callable[[bool], None] | None = None, *, extended_pan_id: int | None = None) -> None:
        """Look once for an open network, or for the one of `extended_pan_id`, and join it.

        `done` gets True if that succeeded. It gets False at once in a device that is in a network, or is joining one.
        """
        if next_state(self.state, JoinEvent.JOIN) is None:
            if done is not None:
                self._nwk.clock.call_later(0, done, False)
            return
        self._joins_done = done
        self._wanted_pan = extended_pan_id
        self.event(JoinEvent.JOIN)

    def event(self, event: JoinEvent) -> None:
        """Change the state as the table says, and run the actions of the new one."""
        if event in (JoinEvent.LOST, JoinEvent.REJOIN) and self.state is JoinState.JOINED:
            if not self.policy.rejoin:
                event = JoinEvent.GAVE_UP
            elif self._attempts:
                event = JoinEvent.RELAPSED
        following = next_state(self.state, event)
        if following is None:
            return
        if following is JoinState.OUT and event in (JoinEvent.REFUSED, JoinEvent.NO_KEY):
            self._note_refusal()
        elif following is JoinState.RESTING and event in (JoinEvent.REFUSED, JoinEvent.NO_KEY):
            self._note_refusing_parent()
        before, self.state = self.state, following
        self._stop_waiting()
        self._nwk.wake_lock.attach(following in WITH_PARENT)
        if self.on_state is not None:
            self.on_state(following, event)
        if before is not following or following is JoinState.JOINED:
            self._on_entry.get(following, _nothing)()

    def confirm(self) -> None:
        """Take note that a message was acknowledged: the next loss of the network is a new one, not a relapse."""
        self._attempts = 0

    @property
    def tried(self) -> int | None:
        """Extended PAN ID of the network that this device chose last; None: it found none."""
        return None if self._chosen is None else self._chosen.payload.extended_pan_id

    @property
    def awaits_key(self) -> bool:
        """Transport-Key is due: after association and after an unsecured rejoin."""
        return self.state in (JoinState.AWAITING_KEY, JoinState.AWAITING_NEW_KEY)

    @property
    def follows_trust_center_swap(self) -> bool:
        """The key that is due may come from a successor of the Trust Centre (SE 1.4a, 5.4.2.4)."""
        return self.state is JoinState.AWAITING_NEW_KEY and self.policy.trust_center_swap

    def _accepts_unsecured(self, frame: NwkFrame) -> bool:
        """Unsecured frames count only while a key or an unsecured rejoin's answer is awaited."""
        return self.awaits_key or self.state is JoinState.TRUST_CENTER_REJOINING

    # --- waiting ------------------------------------------------------------------------------------------------

    def _wait(self, delay: int, event: JoinEvent) -> None:
        self._timer = self._nwk.clock.call_later(delay, self.event, event)

    def _hold(self) -> None:
        """Stay reachable for an answer."""
        if not self._holding:
            self._holding = True
            self._nwk.wake_lock.hold()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._holding:
            self._holding = False
            self._nwk.wake_lock.release()

    # --- joining ------------------------------------------------------------------------------------------------

    def _scan_to_join(self) -> None:
        self._rounds = self.policy.scan_rounds
        self._scan_round()

    def _scan_round(self) -> None:
        self._rounds -= 1
        self._child.scanner.networks(self._nwk.config.channels, self.policy.scan_exponent, self._open_networks)

    def _open_networks(self, beacons: list[Beacon]) -> None:
        if self.state is not JoinState.SCANNING:
            return  # another event ended the scan
        wanted = self._wanted_pan
        candidates = [
            each
            for each in _candidates(beacons)
            if each.beacon.permit and self._has_room(each.payload) and wanted in (None, each.payload.extended_pan_id)
        ]
        if not candidates and self._rounds > 0:
            # The beacons of two routers that answer at the same moment destroy each other.
            self._timer = self._nwk.clock.call_later(SCAN_PAUSE, self._scan_round)
        else:
            self._choose(candidates)

    def _has_room(self, payload: BeaconPayload) -> bool:
        return payload.router_capacity if self._nwk.config.role is LogicalType.ROUTER else payload.end_device_capacity

    def _choose(self, candidates: list[Candidate]) -> None:
        """Take the best candidate, but first one of a network, and a parent, that has not refused this device as often.

        Beacons are not secured: one that promises more than all others may be of no parent at all.
        """
        networks, parents = self._refusals, self._parents_refused
        network = self._nwk.storage.network
        known = 0 if network is None else network.update_id
        self._chosen = max(
            candidates,
            key=lambda each: (
                -networks.get(each.payload.extended_pan_id, 0),
                -parents.get(each.parent, 0),
                each.rank(known),
            ),
            default=None,
        )
        self.event(JoinEvent.NETWORK_NOT_FOUND if self._chosen is None else JoinEvent.NETWORK_FOUND)

    def _associate(self) -> None:
        assert self._chosen is not None
        self._nwk.mac.radio.listen(True)
        self._child.associate(self._chosen.beacon, self._nwk.config.capability, self._associated)

    def _associated(self, result: AssociationResult) -> None:
        assert self._chosen is not None
        if result is AssociationResult.SUCCESS:
            self._adopt(self._chosen, self._nwk.mac.short)
        self.event(JoinEvent.ACCEPTED if result is AssociationResult.SUCCESS else JoinEvent.REFUSED)

    def _adopt(self, chosen: Candidate, short: int) -> None:
        beacon, payload = chosen
        before = self._nwk.storage.network
        self._nwk.apply(
            Network(
                beacon.pan_id,
                payload.extended_pan_id,
                beacon.channel,
                short,
                parent=beacon.coordinator,
                depth=payload.depth + 1,
                update_id=payload.update_id,
                trust_center=before.trust_center if before is not None else 0,
            )
        )

    def _note_refusal(self) -> None:
        """The chosen network does not know this device, or holds another install code for it."""
        assert self._chosen is not None
        _count(self._refusals, self._chosen.payload.extended_pan_id)

    def _note_refusing_parent(self) -> None:
        if self._chosen is not None:
            _count(self._parents_refused, self._chosen.parent)

    def _await_key(self) -> None:
        self._nwk.mac.listen(self._nwk.config.rx_on)
        self._hold()
        self._wait(self.policy.key_wait, JoinEvent.NO_KEY)

    def _joined(self) -> None:
        rejoined = self._attempts > 0
        self._refusals.clear()
        self._parents_refused.clear()
        self._nwk.mac.listen(self._nwk.config.rx_on)
        if self._nwk.config.role is LogicalType.END_DEVICE:
            self._nwk.send_command(
                self._nwk.network.parent, EndDeviceTimeoutRequest(timeout=self._nwk.config.requested_timeout_index)
            )
        if self.on_joined is not None:
            self.on_joined(rejoined)
        self._report_join(True)

    def _report_join(self, joined: bool) -> None:
        done, self._joins_done = self._joins_done, None
        if done is not None:
            done(joined)

    def _out(self) -> None:
        """Be in no network; nothing of a former one is kept."""
        self._forget_network()
        self._nwk.mac.listen(False)
        self._report_join(False)

    def _forget_network(self) -> None:
        self._nwk.storage.forget_network()
        self._nwk.security.load()
        self._nwk.mac.configure(pan_id=0xFFFF, short=NO_SHORT_ADDRESS)

    # --- rejoining ------------------------------------------------------------------------------------------------

    def _seek_here(self) -> None:
        self._attempts += 1
        self._seek((self._nwk.network.channel,))

    def _seek_everywhere(self) -> None:
        if self.policy.other_channels:
            self._seek(self._nwk.config.channels)
        else:
            self._nwk.clock.call_later(0, self.event, JoinEvent.NETWORK_NOT_FOUND)

    def _seek(self, channels: tuple[int, ...]) -> None:
        self._child.scanner.networks(channels, self.policy.scan_exponent, self._own_network)

    def _own_network(self, beacons: list[Beacon]) -> None:
        if self.state not in (JoinState.SEEKING_HERE, JoinState.SEEKING_EVERYWHERE):
            return  # told to leave meanwhile
        network = self._nwk.network
        own = [each for each in _candidates(beacons) if each.payload.extended_pan_id == network.extended_pan_id]
        # The former parent may hold a place for this device even where it has no room for another.
        self._choose([c for c in own if self._has_room(c.payload) or c.beacon.coordinator == network.parent])

    def _rejoin(self) -> None:
        """Send a Rejoin Request: secured in REJOINING, unsecured in TRUST_CENTER_REJOINING."""
        assert self._chosen is not None
        secured = self.state is JoinState.REJOINING
        if (secured and not self._nwk.security.ready) or not (secured or self.policy.trust_center_rejoin):
            self._nwk.clock.call_later(0, self.event, JoinEvent.REFUSED)
            return
        self._adopt(self._chosen, self._nwk.network.short)
        self._nwk.send_command(
            self._nwk.network.parent, RejoinRequest(capability=self._nwk.config.capability), secured=secured
        )
        self._nwk.mac.listen(self._nwk.config.rx_on)
        self._hold()
        self._wait(REJOIN_WAIT, JoinEvent.REFUSED)

    def _rejoin_answered(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, RejoinResponse)
        if self.state is JoinState.JOINED:
            self._readdressed(frame, command)
            return
        expected = self.state is JoinState.REJOINING and frame.secured
        if not expected and self.state is not JoinState.TRUST_CENTER_REJOINING:
            return
        if command.status != 0:
            self.event(JoinEvent.REFUSED)
            return
        self._take_address(frame, command)
        self.event(JoinEvent.ACCEPTED)

    def _readdressed(self, frame: NwkFrame, command: RejoinResponse) -> None:
        """The parent gives an end device another address, because another device has its own (R22, 3.6.1.9.3)."""
        is_child = self._nwk.config.role is LogicalType.END_DEVICE
        if not is_child or not frame.secured or command.status or command.short == self._nwk.network.short:
            return
        self._take_address(frame, command)
        if self.on_joined is not None:
            self.on_joined(True)

    def _take_address(self, frame: NwkFrame, command: RejoinResponse) -> None:
        network = self._nwk.network
        if frame.src != network.parent or not 0 < command.short <= LAST_ADDRESS:
            raise RemoteProtocolError(DropReason.ADDRESS_CONFLICT, f"Rejoin Response with {command.short:#06x}")
        network.short = command.short
        network.parent_ieee = frame.src_ieee or 0
        self._nwk.apply(network)

    def _rest(self) -> None:
        """Pause, longer after each attempt; the last pause repeats."""
        self._nwk.mac.listen(False)
        rests = self.policy.rests
        rest = rests[min(self._attempts - 1, len(rests) - 1)]
        spread = 1.0 + self.policy.jitter * (2.0 * self._nwk.random.random() - 1.0)
        self._wait(int(rest * spread), JoinEvent.RESTED)


def _count(refusals: dict[K, int], key: K) -> None:
    """Count a refusal; the one that was longest not renewed makes room."""
    count = refusals.pop(key, 0) + 1
    if len(refusals) >= MOST_REFUSALS:
        del refusals[next(iter(refusals))]
    refusals[key] = count


def _nothing() -> None:
    pass


def _candidates(beacons: list[Beacon]) -> list[Candidate]:
    """The beacons of Zigbee PRO networks."""
    found = []
    for beacon in beacons:
        try:
            found.append(Candidate(beacon, beacon_payload.decode(beacon.payload)))
        except RemoteProtocolError:
            continue
    return found
