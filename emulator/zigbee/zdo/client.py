"""The client of the Zigbee Device Objects: requests, and the responses that match them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Clock, Timer
from hanbench.emulator.zigbee.aps.data import ApsRequest, ApsStatus, ApsTransport
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.status import ZdpStatus

PROFILE = 0x0000
ENDPOINT = 0

DEFAULT_TIMEOUT = 10 * SECOND
LONGEST_PERMIT = 254
"""Seconds."""

FIRST_BROADCAST = 0xFFF8
ALL_DEVICES, RX_ON_DEVICES, ROUTERS = 0xFFFF, 0xFFFD, 0xFFFC
"""Broadcast addresses."""


class ZdpReply(NamedTuple):
    """The outcome of a request."""

    response: zdp.ZdpMessage | None = None
    """None: no response in time, or the request was not delivered."""
    source: int | None = None
    """Short address of the responder."""
    delivery: ApsStatus | None = None
    """The APS status of a request that was not delivered, or to which there is no response."""

    @property
    def status(self) -> int | None:
        """Status in the response; None without one."""
        status: int | None = getattr(self.response, "status", None)
        return status

    @property
    def ok(self) -> bool:
        """The response has SUCCESS; or the message was delivered, where there is no response."""
        if self.response is None:
            return self.delivery is ApsStatus.SUCCESS
        return self.status == ZdpStatus.SUCCESS


Done = Callable[[ZdpReply], None]


class _PendingZdpRequest:
    """A request that waits for its response."""

    __slots__ = ("cluster", "done", "dst", "gathers", "timer")

    def __init__(self, dst: int, cluster: int, done: Done, timer: Timer, *, gathers: bool = False) -> None:
        self.gathers = gathers
        """Every response counts, until the timeout."""
        self.dst = dst
        self.cluster = cluster
        self.done = done
        self.timer = timer


class ZdoClient:
    """Sends requests for one node."""

    def __init__(self, transport: ApsTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._tsn = 0
        self._pending: dict[int, _PendingZdpRequest] = {}

    def request(self, dst: int, message: zdp.ZdpMessage, done: Done, timeout: int = DEFAULT_TIMEOUT) -> None:
        """Send a request; `done` is called exactly once. To a broadcast, the first response from any node counts.

        While 256 requests are pending, another one is not sent.
        """
        tsn = self._next_tsn()
        if tsn in self._pending:
            self._clock.call_later(0, done, ZdpReply(delivery=ApsStatus.NOT_SENT))
            return
        timer = self._clock.call_later(timeout, self._finish, tsn, ZdpReply())
        pending = self._pending[tsn] = _PendingZdpRequest(dst, message.CLUSTER | zdp.RESPONSE, done, timer)

        def sent(status: ApsStatus) -> None:
            if status is not ApsStatus.SUCCESS and self._pending.get(tsn) is pending:
                self._finish(tsn, ZdpReply(delivery=status))

        self.send(dst, tsn, message, sent)

    def gather(self, dst: int, message: zdp.ZdpMessage, each: Done, timeout: int = DEFAULT_TIMEOUT) -> None:
        """Broadcast a request and call `each` for every response that comes within `timeout` microseconds.

        While 256 requests are pending, another one is not sent.
        """
        tsn = self._next_tsn()
        if tsn in self._pending:
            return
        timer = self._clock.call_later(timeout, self._pending.pop, tsn, None)
        self._pending[tsn] = _PendingZdpRequest(dst, message.CLUSTER | zdp.RESPONSE, each, timer, gathers=True)
        self.send(dst, tsn, message)

    def notify(self, dst: int, message: zdp.ZdpMessage, done: Done | None = None) -> None:
        """Send a message that has no response: announcements, network updates, permission to join by broadcast."""
        sent = None if done is None else lambda status: done(ZdpReply(delivery=status))
        self.send(dst, self._next_tsn(), message, sent)

    def announce(self, short: int, ieee: int, capability: int) -> None:
        """Broadcast Device_annce (R22, 2.4.3.1.11)."""
        self.notify(RX_ON_DEVICES, zdp.DeviceAnnce(short, ieee, capability))

    def change_channel(self, channel: int, update_id: int, done: Done | None = None) -> None:
        """Tell the network to move to another channel (11 to 26)."""
        self.notify(ALL_DEVICES, zdp.MgmtNwkUpdateReq(1 << channel, zdp.CHANGE_CHANNEL, update_id=update_id), done)

    def permit_joining(self, duration: int, done: Done | None = None) -> None:
        """Let every router permit joining for `duration` seconds, at most 254: Smart Energy never opens for good."""
        self.notify(ROUTERS, zdp.MgmtPermitJoiningReq(min(duration, LONGEST_PERMIT)), done)

    def resolve(self, source: int, tsn: int, response: zdp.ZdpMessage) -> bool:
        """Match a response with its request; False if nothing waits for it."""
        pending = self._pending.get(tsn)
        if pending is None or pending.cluster != response.CLUSTER:
            return False
        if pending.dst != source and pending.dst < FIRST_BROADCAST:
            return False
        if pending.gathers:
            pending.done(ZdpReply(response, source))
        else:
            self._finish(tsn, ZdpReply(response, source))
        return True

    def cancel_all(self) -> None:
        """Drop every pending request without calling its `done`: the device has lost its power."""
        for pending in self._pending.values():
            pending.timer.cancel()
        self._pending.clear()

    def send(
        self, dst: int, tsn: int, message: zdp.ZdpMessage, done: Callable[[ApsStatus], object] | None = None
    ) -> None:
        """Hand a message to the APS."""
        payload = zdp.encode(tsn, message)
        ack = dst < FIRST_BROADCAST
        self._transport.send(ApsRequest(dst, message.CLUSTER, payload, PROFILE, ENDPOINT, ENDPOINT, ack), done)

    def _next_tsn(self) -> int:
        """The next transaction sequence number that no pending request has; the next one if all 256 are in use."""
        first = tsn = (self._tsn + 1) & 0xFF
        while tsn in self._pending:
            tsn = (tsn + 1) & 0xFF
            if tsn == first:
                break
        self._tsn = tsn
        return tsn

    def _finish(self, tsn: int, reply: ZdpReply) -> None:
        pending = self._pending.pop(tsn)
        pending.timer.cancel()
        pending.done(reply)
