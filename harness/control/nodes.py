"""The nodes of a home of a live bench: their names, their state, and the events that tell its changes."""

from __future__ import annotations

from hanbench.emulator.devices import AnyDevice
from hanbench.harness.bench.street import StreetHome
from hanbench.harness.control import errors
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.events import NodeChanged
from hanbench.harness.control.failures import LastFailures
from hanbench.harness.control.home_journal import HomeJournal
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.node_state import node_state
from hanbench.harness.faults.active_faults import ActiveFaults
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
    """The nodes of one home. Use it in the bench's thread."""

    def __init__(self, home: StreetHome, faults: ActiveFaults, journal: HomeJournal) -> None:
        self.failures = LastFailures(home.han)
        self._home = home
        self._han = home.han
        self._faults = faults
        self._journal = journal
        self.seen: dict[str, NodeState] = {}
        """The nodes as they were at the last look, the hub first."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the nodes, the hub first."""
        return tuple(role for role in ROLES if self._han.present(role))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the nodes, the hub first."""
        return tuple(map(self._home.node, self.roles))

    def device(self, role: str) -> AnyDevice:
        """Return an emulated device. Raises ControlError for a physical one."""
        if not self._han.emulates(role):
            raise ControlError(errors.NOT_EMULATED, f"the {self._home.node(role)} is a physical device")
        return next(device for device in self._han.devices if device.name == role)

    def state(self, role: str) -> NodeState:
        """Return the state of a node."""
        return node_state(self._home, role, self._faults.active, self.failures.of(role))

    @property
    def states(self) -> tuple[NodeState, ...]:
        """The states of all nodes, the hub first."""
        return tuple(map(self.state, self.roles))

    def look(self) -> None:
        """Tell which nodes have changed."""
        for role in self.roles:
            now, before = self.state(role), self.seen.get(role)
            self.seen[role] = now
            changed = tuple(
                field for field in WATCHED if before is None or getattr(before, field) != getattr(now, field)
            )
            if changed:
                self._journal.add(NodeChanged, node=now.name, changed=changed, state=now)
