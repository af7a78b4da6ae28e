"""Power of a physical device: how a bench gives it and cuts it, and presses its buttons."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

ShellCommand = Annotated[str, Meta(pattern=r"^[^\x00]{1,4000}$(?!\n)", description="Shell command")]


class PowerPort(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who gives a physical device power, cuts it, and presses its buttons."""

    by: Annotated[Literal["manual", "command"], Meta(description="A person, who is asked; or the commands below")] = (
        "manual"
    )
    on: Annotated[ShellCommand, Meta(description="Gives it power: a relay, a USB port")] | None = None
    off: Annotated[ShellCommand, Meta(description="Cuts its power")] | None = None
    reset: (
        Annotated[ShellCommand, Meta(description="Resets it to its factory state while it has power; else a person")]
        | None
    ) = None
    commission: (
        Annotated[ShellCommand, Meta(description="Starts its commissioning, as its button does; else a person")] | None
    ) = None

    def __post_init__(self) -> None:
        given = [name for name in ("on", "off", "reset", "commission") if getattr(self, name) is not None]
        if self.by == "manual" and given:
            raise ValueError(f'{given[0]}: expected by = "command" beside it')
        if self.by == "command" and (self.on is None or self.off is None):
            raise ValueError(f"{'off' if self.on is not None else 'on'}: expected a shell command")
