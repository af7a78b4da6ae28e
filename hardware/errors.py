"""Errors about dongles. Each text is one line that tells the user what to do."""

from __future__ import annotations


class RadioError(Exception):
    """A radio cannot be used; the text is one line."""


class PortUnavailableError(RadioError):
    """The port cannot be opened: it is missing, in use, or the user lacks the rights."""


class NoAnswerError(RadioError):
    """The port is open, but no device answers Spinel on it."""


class UnfitFirmwareError(RadioError):
    """A device answers Spinel, but its firmware lacks a function that hanbench needs."""
