"""Messages of the Zigbee Device Profile: the first two octets of an input are the cluster."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.zdo import messages
from tests.fuzz.target import Target, stable

_CLUSTERS = sorted(messages.BY_CLUSTER)


def _message(octets: bytes) -> object:
    cluster = int.from_bytes(octets[:2], "little")
    if cluster not in messages.BY_CLUSTER:
        cluster = _CLUSTERS[cluster % len(_CLUSTERS)]

    return stable(lambda payload: messages.decode(cluster, payload), lambda value: messages.encode(*value), octets[2:])


def _any_cluster(octets: bytes) -> object:
    return messages.decode(int.from_bytes(octets[:2], "little"), octets[2:])


TARGETS = (
    Target("zdp.message", _message, (RemoteProtocolError,), 127),
    Target("zdp.cluster", _any_cluster, (RemoteProtocolError,), 127),
)
