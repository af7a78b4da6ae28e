"""Wrong hubs: descriptors that do not say what the hub is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note

WRONG = Firmwares([], kind="hub")
DEVICE_MANAGEMENT, PRIMARY_TRUST_CENTRE, SLEEPS = 0x0708, 0x0001, 0x80


@WRONG.add("hub-says-it-is-no-trust-centre", "HDSC")
def no_trust_centre(hub: Any, note: Note) -> None:
    """Its node descriptor has no server, not even that of the Trust Centre."""
    note()
    descriptor = hub.stack.management.node_descriptor
    mask = descriptor.server_mask & ~PRIMARY_TRUST_CENTRE
    hub.stack.management.node_descriptor = replace(descriptor, server_mask=mask)


@WRONG.add("hub-says-that-it-sleeps", "HDSC", "zsmartsystems/com.zsmartsystems.zigbee#768")
def says_it_sleeps(hub: Any, note: Note) -> None:
    """Its node descriptor is that of a device that sleeps."""
    note()
    descriptor = hub.stack.management.node_descriptor
    hub.stack.management.node_descriptor = replace(descriptor, capability=SLEEPS)


@WRONG.add("hub-lists-a-server-that-it-has-not", "HDSC")
def lists_too_much(hub: Any, note: Note) -> None:
    """Its simple descriptor lists a cluster of which it has no server."""
    note()
    descriptors = hub.stack.management.descriptors
    descriptors[0] = replace(descriptors[0], inputs=(*descriptors[0].inputs, DEVICE_MANAGEMENT))


@WRONG.add("hub-matches-every-profile", "HDSC")
def matches_every_profile(hub: Any, note: Note) -> None:
    """It is found for its clusters in any profile."""
    server = hub.stack.zdo.server
    match = server._match

    def found(request: Any, broadcast: bool) -> Any:
        profile = hub.stack.management.descriptors[0].profile
        if request.profile != profile:
            note()
        return match(request.replace(profile=profile), broadcast)

    server._match = found
