"""The exception that makes an RCP answer with an error status."""

from __future__ import annotations

from hanbench.emulator.radio.spinel.ids import SpinelStatus


class SpinelError(Exception):
    """A command failed; the RCP answers with `status`."""

    def __init__(self, status: SpinelStatus) -> None:
        super().__init__(status.name)
        self.status = status
