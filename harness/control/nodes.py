"""The nodes of a live bench: those that requests may name, their state, and the events that tell its changes."""

from __future__ import annotations

from hanbench.emulator.devices import AnyDevice
from hanbench.harness.control import errors
from hanbench.harness.control.errors import ControlError, unknown_name
from hanbench.harness.control.events import NodeChanged
from hanbench.harness.control.failures import LastFailures
from hanbench.harness.control.journal import Journal
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.node_state import node_state
from hanbench.harness.faults.active_faults import ActiveFaults
from hanbench.harness.han.han import Han
from hanbench.profiles.benches import ROLES

WATCHED = (
    "powered",
    "joined",
    "join_state",
    "short",
    "parent",
    "channel",
    "pan",
    "network_key",
    "network_key_fresh",
    "link_key",
    "link_key_fresh",
    "faults",
    "obstacles",
)
"""Fields of a node whose change is an event."""


class Nodes:
    """The nodes of one HAN. Use it in the bench's thread."""

    def __init__(self, han: Han, faults: ActiveFaults, journal: Journal) -> None:
        self.failures = LastFailures(han)
        self._han = han
        self._faults = faults
        self._journal = journal
        self._seen: dict[str, NodeState] = {}
        self._seen_frames = -1

    @property
    def roles(self) -> tuple[str, ...]:
        """The nodes, the hub first."""
        return tuple(role for role in ROLES if self._han.present(role))

    def role(self, name: str) -> str:
        """Return the role of a node. Raises ControlError for an unknown name."""
        if name not in self.roles:
            raise unknown_name(errors.UNKNOWN_NODE, "node", name, self.roles)
        return name

    def device(self, name: str) -> AnyDevice:
        """Return an emulated device. Raises ControlError for an unknown name, and for a physical device."""
        role = self.role(name)
        if not self._han.emulates(role):
            raise ControlError(errors.NOT_EMULATED, f"the {role} is a physical device")
        return next(device for device in self._han.devices if device.name == role)

    def state(self, role: str) -> NodeState:
        """Return the state of a node."""
        return node_state(self._han, role, self._faults.active, self.failures.of(role))

    def look_if_frames(self) -> None:
        """Look for changes if there were frames since the last look."""
        if self._han.medium.frames != self._seen_frames:
            self.look()

    def look(self) -> None:
        """Tell which nodes have changed."""
        self._seen_frames = self._han.medium.frames
        for role in self.roles:
            now, before = self.state(role), self._seen.get(role)
            self._seen[role] = now
            changed = tuple(
                field for field in WATCHED if before is None or getattr(before, field) != getattr(now, field)
            )
            if changed:
                self._journal.add(NodeChanged, node=role, changed=changed, state=now)
