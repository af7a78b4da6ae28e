"""A command that is answered with an error status."""

from __future__ import annotations

from hanbench.emulator.radio.spinel.ids import Status


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """The command is answered with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status
