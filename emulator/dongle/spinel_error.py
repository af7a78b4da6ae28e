"""A command that is answered with an error status."""

from __future__ import annotations

from hanbench.emulator.radio.spinel.ids import SpinelStatus


class SpinelError(Exception):
    """The command is answered with this status."""

    def __init__(self, status: SpinelStatus) -> None:
        super().__init__(status.name)
        self.status = status
