"""What can be wrong with a dongle, in one line that says what to do."""

from __future__ import annotations


class RadioError(Exception):
    """A radio cannot be used. The text is one line."""


class PortUnavailableError(RadioError):
    """The port cannot be opened: not there, not ours, or in use."""


class NoAnswerError(RadioError):
    """The port is open, and nothing answers Spinel behind it."""


class UnfitFirmwareError(RadioError):
    """Something answers Spinel, but lacks what hanbench needs."""
