"""The requests that reached a device, for the rules about its answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.conform.frame import Frame

OPEN = 120 * SECOND
"""Time in which a request may still be answered: longer than any parent holds an answer."""

Key = tuple[int, int, int]
"""Who asked, on which cluster, and with which transaction number."""


@dataclass(slots=True)
class Request:
    """One request, with its repetitions."""

    frame: Frame
    answers: set[int] = field(default_factory=set)
    """APS counters of its answers."""


class Requests:
    """Requests by who asked, and their answers."""

    def __init__(self) -> None:
        self._open: dict[Key, dict[int, Request]] = defaultdict(dict)
        """By key, and by the APS counter of the request."""
        self._fragments: dict[tuple[int, int], int] = {}
        """When a fragment came from somebody on a cluster."""

    def add(self, frame: Frame, tsn: int) -> None:
        """Note a request that reached the device."""
        packet, header = frame.nwk, frame.aps
        assert packet is not None
        assert header is not None
        requests = self._open[packet.src, header.cluster, tsn]
        for counter in [each for each, request in requests.items() if frame.time - request.frame.time > OPEN]:
            del requests[counter]
        known = requests.get(header.counter)
        if known is None:
            requests[header.counter] = Request(frame)
        else:
            known.frame = frame

    def saw_fragment(self, frame: Frame) -> None:
        """Note a part of a message that reached the device, which may be a request."""
        packet, header = frame.nwk, frame.aps
        if packet is not None and header is not None and header.fragment is not None and header.type == aps.DATA:
            self._fragments[packet.src, header.cluster] = frame.time

    def of(self, frame: Frame, cluster: int, tsn: int) -> list[Request] | None:
        """Return the requests that a frame of the device may answer; None: it may answer one that came in parts."""
        assert frame.nwk is not None
        to = frame.nwk.dst
        fragment = self._fragments.get((to, cluster))
        if fragment is not None and frame.time - fragment < OPEN:
            return None
        requests = self._open.get((to, cluster, tsn), {}).values()
        return [each for each in requests if frame.time - each.frame.time <= OPEN]
