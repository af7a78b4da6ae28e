"""Wrong firmwares: what one is, and how it is made from a healthy emulated device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Note = Callable[[], None]
"""Called each time the firmware does what is wrong with it."""
Change = Callable[[Any, Note], None]
"""Changes an emulated device that has just got power, as its firmware would be if it were wrong."""
Add = Callable[[Change], Change]
"""Makes a function a wrong firmware."""
OWN = "no public report: from the specification"


@dataclass(frozen=True, slots=True)
class WrongFirmware:
    """One wrong firmware: a small change of a healthy device's conduct or stack, never of a case."""

    id: str
    does: str
    """What is wrong, in one sentence about the firmware."""
    area: str
    """The area whose cases must find it."""
    source: str
    """A public report of it, or the specification that it breaks."""
    change: Change
    kind: str = "gsme"


@dataclass(slots=True)
class Firmwares:
    """The wrong firmwares of one file."""

    listed: list[WrongFirmware]
    kind: str = "gsme"
    """Of device, where `add` names none."""

    def add(self, id: str, area: str, source: str = OWN, kind: str | None = None) -> Add:
        """Make a function a wrong firmware; the first line of its docstring says what it does."""

        def added(change: Change) -> Change:
            does = (change.__doc__ or "").strip()
            if not does:
                raise ValueError(f"{id}: expected a docstring that says what the firmware does")
            self.listed.append(WrongFirmware(id, does, area, source, change, kind or self.kind))
            return change

        return added


def wrapped(owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    """Put `replacement` in the place of a method of one object; it gets the former one as its first argument."""
    former = getattr(owner, name)

    def called(*arguments: Any, **named: Any) -> Any:
        return replacement(former, *arguments, **named)

    setattr(owner, name, called)


def restarted(device: Any) -> bool:
    """Whether a device that has just got power was in a network before."""
    return device.storage.network is not None


def own_link(device: Any) -> Any:
    """Return the link key of a device with its Trust Centre; None: there is none."""
    network = device.storage.network
    return None if network is None else device.storage.link_keys.get(network.trust_center)
