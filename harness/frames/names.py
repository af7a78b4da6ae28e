"""The names of all frames and clusters, which patterns in scenario files may use."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.nwk import commands as nwk_commands
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.frames.dissected import MALFORMED, UNREADABLE
from hanbench.harness.frames.words import kebab


@cache
def names() -> tuple[str, ...]:
    """Return the names of all frames, sorted."""
    of_classes = [*_commands(nwk_commands), *zdp.MESSAGES, *foundation.COMMANDS]
    aps = {each.__name__ for each in _commands(aps_commands)}
    transports = {name for name in aps if name.startswith("Transport")}
    found = {kebab(each.__name__) for each in of_classes}
    found |= {kebab(name) for name in aps - transports} | {"transport-key", "aps-ack", "fragment"}
    found |= {kebab(command.name) for command in mac.MacCommand} | {"beacon", "acknowledgement", UNREADABLE, MALFORMED}
    for cluster in CLUSTERS:
        found |= {kebab(command.name) for command in (*cluster.client_to_server, *cluster.server_to_client)}
    return tuple(sorted(found))


@cache
def clusters() -> tuple[str, ...]:
    """Return the names of all clusters."""
    return tuple(cluster.name for cluster in CLUSTERS)


def _commands(module: ModuleType) -> list[type]:
    """Return the command classes of a module: those with an ID of their own."""
    return [each for each in vars(module).values() if isinstance(each, type) and "ID" in vars(each)]
