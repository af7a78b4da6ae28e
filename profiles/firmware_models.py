"""The firmware models of virtual dongles, by the names that bench files use."""

from __future__ import annotations

from enum import StrEnum

from hanbench.profiles.explain import suggestion


class FirmwareModel(StrEnum):
    """The firmware of a virtual dongle."""

    STRICT = "strict"
    """Does and refuses what OpenThread's own RCP does and refuses."""
    LENIENT = "lenient"
    """Forgives what real firmware punishes."""
    OPENTHREAD_2025_01 = "openthread-2025-01"
    """Strict, and refuses to remove any extended address from its source-match table."""
    EFR32 = "efr32"
    """Strict, but refuses changes of the receiver during a transmission where others lose the transmission."""


def check_firmware(text: str) -> None:
    """Raise ValueError, which says what was expected, unless `text` names a model."""
    known = [model.value for model in FirmwareModel]
    if text not in known:
        raise ValueError(f"firmware: found {text!r}; expected one of {', '.join(known)}{suggestion(text, known)}")
