"""What sweeps share: many requests in one wake, the clusters that a device serves, and their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.frame import ZclFrame
from hanbench.emulator.zcl.types import TypedValue
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.descriptors import SimpleDescriptor
from hanbench.harness.conform.cases.common import general, reading
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.tester import LISTEN_S, Tester

AT_ONCE = 3
"""Requests that are sent in one wake."""
PAGE = 5
"""Attributes that one Discover Attributes asks for."""
MOST_PAGES = 60
REFUSALS = (0x81, 0x82)
"""UNSUP_CLUSTER_COMMAND, UNSUP_GENERAL_COMMAND: of a general command that a device does not have."""
ZDO = 0
"""Endpoint, and profile, of the device profile."""


class Request(NamedTuple):
    """A ZCL frame to a cluster of the device."""

    cluster: int
    frame: ZclFrame


class Listed(NamedTuple):
    """An attribute that a device lists."""

    cluster: int
    attribute: int
    type_id: int


def ask_all(t: Tester, requests: Sequence[Request]) -> list[list[Frame]]:
    """Send ZCL frames, a few in each wake; return the answers to each, in the order of the requests."""
    found: list[list[Frame]] = []
    for first in range(0, len(requests), AT_ONCE):
        group, start = requests[first : first + AT_ONCE], len(t.every_frame())
        t.when_awake(partial(_send, t, group))
        t.wait(LISTEN_S)
        heard = once(t.frames(where=lambda frame, start=start: frame.number > start and frame.is_answer))  # type: ignore[misc]
        found.extend([each for each in heard if _is_to(each, request)] for request in group)
    return found


def _send(t: Tester, group: Sequence[Request]) -> None:
    for cluster, frame in group:
        t.side.send_zcl(cluster, frame)


def _is_to(answer: Frame, request: Request) -> bool:
    return answer.aps is not None and answer.aps.cluster == request.cluster and answer.answers(request.frame.tsn)


def ask_profile(t: Tester, requests: Sequence[tuple[int, bytes]]) -> list[tuple[int, list[Frame]]]:
    """Send requests of the device profile, by cluster and octets after the transaction number, a few in each wake.

    Returns the number of each, and the answers in its cluster; no two requests of one wake are of the same cluster.
    """
    found: list[tuple[int, list[Frame]]] = []
    rest = list(requests)
    while rest:
        group: list[tuple[int, bytes]] = []
        while rest and len(group) < AT_ONCE and all(rest[0][0] != cluster for cluster, _ in group):
            group.append(rest.pop(0))
        numbers, start = [t.side.next_tsn() for _ in group], len(t.every_frame())
        t.when_awake(partial(_send_profile, t, group, numbers))
        t.wait(LISTEN_S)
        heard = [frame for frame in once(t.frames()) if frame.number > start and frame.aps is not None]
        for (cluster, _), number in zip(group, numbers, strict=True):
            found.append((number, [each for each in heard if _is_of(each, cluster)]))
    return found


def _send_profile(t: Tester, group: Sequence[tuple[int, bytes]], numbers: Sequence[int]) -> None:
    for (cluster, octets), number in zip(group, numbers, strict=True):
        t.side.send(ApsRequest(t.short, cluster, bytes((number,)) + octets, ZDO, ZDO, ZDO, True))


def _is_of(answer: Frame, cluster: int) -> bool:
    aps = answer.aps
    return aps is not None and aps.profile == ZDO and aps.cluster == cluster | zdp.RESPONSE


def octets_of(message: zdp.ZdpMessage) -> tuple[int, bytes]:
    """Return cluster and octets of a message of the device profile, without its transaction number."""
    return message.CLUSTER, zdp.encode(0, message)[1:]


def described(t: Tester) -> SimpleDescriptor:
    """Return the simple descriptor of the endpoint under test; the case fails if there is none."""
    answers = t.ask_zdp(zdp.SimpleDescReq(short=t.short, endpoint=t.side.endpoint))
    found = next((frame.message.descriptor for frame in answers if frame.message is not None), None)
    t.require(found is not None, "there is no simple descriptor", *answers, expected="a descriptor of the endpoint")
    assert isinstance(found, SimpleDescriptor)
    return found


def listed(t: Tester, cluster: int) -> list[Listed]:
    """Return the attributes that a server lists, page by page; the case fails if the pages are not in order.

    A device that does not have the command lists none.
    """
    found: list[Listed] = []
    start = 0
    for _ in range(MOST_PAGES):
        answers = t.ask(cluster, general(t, foundation.DiscoverAttributes(start, PAGE)))
        t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
        page = answers[0].message
        if not isinstance(page, foundation.DiscoverAttributesResponse):
            refused = isinstance(page, foundation.DefaultResponse) and page.status in REFUSALS
            wanted = "Discover Attributes Response"
            t.require(refused and not found, "it does not list its attributes", *answers, expected=wanted)
            return found
        ids = [each.attribute for each in page.attributes]
        t.require(
            len(ids) <= PAGE and ids == sorted(set(ids)) and all(each >= start for each in ids),
            "a page of its attributes is not as it was asked for",
            *answers,
            expected=f"at most {PAGE}, ascending, from 0x{start:04x} on",
            seen=[f"0x{each:04x}" for each in ids],
        )
        found.extend(Listed(cluster, each.attribute, each.type_id) for each in page.attributes)
        if page.complete:
            return found
        t.require(bool(ids), "a page without attributes does not end the list", *answers, expected="complete: true")
        start = ids[-1] + 1
    t.require(False, "its list of attributes has no end", expected=f"at most {MOST_PAGES * PAGE} attributes")
    raise AssertionError


def listed_by_all(t: Tester) -> list[Listed]:
    """Return the attributes of all servers of the endpoint under test."""
    return [each for cluster in described(t).inputs for each in listed(t, cluster)]


def values_of(t: Tester, attributes: Sequence[Listed], at_once: int) -> dict[tuple[int, int], Any]:
    """Read attributes, `at_once` in a command; return the records by cluster and attribute.

    The case fails if a command has another number of answers than one, or an answer other records than were asked for.
    """
    requests = []
    for cluster in dict.fromkeys(each.cluster for each in attributes):
        ids = [each.attribute for each in attributes if each.cluster == cluster]
        requests += [(cluster, ids[first : first + at_once]) for first in range(0, len(ids), at_once)]
    frames = [Request(cluster, reading(t, *ids)) for cluster, ids in requests]
    found: dict[tuple[int, int], Any] = {}
    for (cluster, ids), answers in zip(requests, ask_all(t, frames), strict=True):
        good = len(answers) == 1 and isinstance(answers[0].message, foundation.ReadAttributesResponse)
        wanted = "one Read Attributes Response"
        t.require(good, f"a read of cluster 0x{cluster:04x} is not answered", *answers, expected=wanted)
        told = [record.attribute for record in answers[0].message.records]
        t.require(told == ids, "other attributes come than were asked for", *answers, expected=ids, seen=told)  # type: ignore[arg-type]
        found |= {(cluster, record.attribute): record for record in answers[0].message.records}
    return found


def data_of(record: Any) -> TypedValue | None:
    """Return type and value in a record of Read Attributes Response; None: it has a status other than SUCCESS."""
    data: TypedValue | None = record.data
    return data
