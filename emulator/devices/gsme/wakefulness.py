"""When the meter stays awake: it polls while something is under way, and sleeps otherwise."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zigbee.stack import SleepyStack

LINGER = 20 * SECOND
"""Time that the meter polls on when the hub asks it to stay awake, or has more to send."""


class Wakefulness:
    """One meter's reasons to be awake. Each `stay_awake` is undone by one `may_sleep`."""

    def __init__(self, stack: SleepyStack, request_timeout: int) -> None:
        """`request_timeout`: of questions to the hub, microseconds."""
        self._stack = stack
        self._request_timeout = request_timeout
        self.endpoint: Endpoint
        """Set by the device."""

    def stay_awake(self) -> None:
        self._stack.poller.hold()

    def may_sleep(self) -> None:
        self._stack.poller.release()

    def poll_once(self) -> None:
        """Ask the parent for what it holds, and sleep on."""
        self._stack.poller.kick()

    def linger(self) -> None:
        """Stay awake for a while."""
        self.stay_awake()
        self._stack.clock.call_later(LINGER, self.may_sleep)

    def ask(self, cluster: int, attributes: tuple[int, ...], done: Callable[[Reply], None]) -> None:
        """Read attributes of the hub, and stay awake until the answer is there."""

        def answered(reply: Reply) -> None:
            self.may_sleep()
            done(reply)

        self.stay_awake()
        self.endpoint.read(HUB, HUB_ENDPOINT, cluster, attributes, answered, self._request_timeout)
