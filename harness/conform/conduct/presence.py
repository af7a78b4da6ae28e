"""How a device stays in its network: it does not leave, come back and announce itself without end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.clock import HOUR, MINUTE, SECOND
from hanbench.harness.conform.conduct.counting import LastHour
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame

MOST_AN_HOUR = 20
"""Of one kind of frame, without a reason to send it: a device whose power is cut again and again has one each time."""
MOST_POLLS = 600
"""Polls in an hour to which the parent says that nothing waits."""
IN_A_WAKE = 60
"""Such polls in each wake, beside."""
AGREED = 2 * MINUTE
TELLING = frozenset(
    (
        *("leave", "remove-device", "management-leave-request", "network-update", "transport-key"),
        "server-terminate-key-establishment",
    )
)
"""Names of frames that tell a device to leave, or after which it may: the last one if its issuer is unknown there."""


class Returns(Rule):
    """A device that was let in stays, and says once that it is there (R22, 2.4.3.1.11, 3.6.1.4.3)."""

    CASE: ClassVar[str] = "HB-AIR-05"
    KINDS = ("rejoin-request", "association-request", "device-announce")

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._times: dict[str, LastHour] = defaultdict(LastHour)
        self._octets = b""
        self._let_in = True
        """Whether its last request to be let in was granted: one that is refused asks again."""

    def saw(self, frame: Frame) -> Iterator[str]:
        known = self.known
        if known.kind == "hub":
            return
        if frame.name in ("rejoin-response", "association-response") and not known.sent(frame):
            self._let_in = True
        if not known.sent(frame) or frame.name not in self.KINDS or frame.psdu == self._octets:
            return
        self._octets = frame.psdu
        if frame.name != "device-announce":
            granted, self._let_in = self._let_in, False
            if not granted:
                return
        times = self._times[frame.name].after(frame.time)
        if times > MOST_AN_HOUR:
            yield f"it sends {times} {frame.name} frames in an hour"


class Leaves(Rule):
    """It leaves when it is told to (R22, 3.6.1.10)."""

    CASE: ClassVar[str] = "HB-AIR-05"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._told = -AGREED

    def saw(self, frame: Frame) -> Iterator[str]:
        known = self.known
        if frame.name in TELLING and not known.sent(frame):
            self._told = frame.time
            return
        leaves = frame.name == "leave" and known.kind != "hub" and known.sent(frame) and not frame.message.request
        if leaves and frame.time - self._told > AGREED:
            yield "it leaves, and nobody told it to"


class Polls(Rule):
    """Where nothing waits it sleeps on (SE 1.4a, 5.4.7; Silicon Labs, polling)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._polled = False
        self._empty = LastHour()
        self._most = MOST_POLLS + IN_A_WAKE * HOUR / SECOND / known.wake_s

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known = frame.mac, self.known
        polled, self._polled = self._polled, known.sent(frame) and frame.name == "data-request"
        if known.kind == "hub" or header is None or not polled or frame.name != "acknowledgement":
            return
        if header.frame_pending:
            return
        times = self._empty.after(frame.time)
        if times > self._most:
            yield f"it polls {times} times in an hour where nothing waits"


RULES = (Returns, Leaves, Polls)
