"""The last step that failed at each node, with its layer: from the events of joining, and from checks."""

from __future__ import annotations

from functools import partial

from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.han.han import Han

LAYERS = {
    JoinEvent.LOST: "MAC",
    JoinEvent.RELAPSED: "NWK security",
    JoinEvent.NETWORK_NOT_FOUND: "NWK",
    JoinEvent.REFUSED: "NWK",
    JoinEvent.NO_KEY: "APS security",
    JoinEvent.GAVE_UP: "NWK",
}
"""The layer of each event of joining that is a failure."""


class LastFailures:
    """The last failure of each node of one HAN."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._last: dict[str, str] = {}
        for device in han.joining_devices:
            device.on_state = partial(self._joining, device.name)

    def of(self, role: str) -> str:
        """Return the last failure of a node in words; empty: there was none."""
        return self._last.get(role, "")

    def _joining(self, role: str, state: JoinState, event: JoinEvent) -> None:
        if event in LAYERS:
            self.note(role, LAYERS[event], event.value)

    def checked(self, check: HanCheck) -> None:
        """Note a check that failed, or that another subject kept from a verdict."""
        if check.verdict is not Verdict.PASS and check.cause is not None:
            self.note(check.cause.value, "check", check.detail)

    def note(self, role: str, layer: str, text: str) -> None:
        """Note a failure, with its time."""
        self._last[role] = f"{self._han.calendar.shown(self._han.clock.now)} {layer}: {text}"
