"""Options that several commands share."""

from __future__ import annotations

import click

from hanbench.profiles.benches import VIRTUAL

CONTROLLERS = (
    "reference, a name that an installed package registers, wrong:NAME, module:attribute, "
    "process:COMMAND (lines of JSON), or a URL (JSON by POST)."
)


class Speed(click.ParamType[float | str]):
    """`virtual`, or how many virtual seconds pass in a real one."""

    name = "SPEED"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        if value == VIRTUAL:
            return VIRTUAL
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        if not 0 < speed < float("inf"):
            self.fail(f"expected {VIRTUAL} or a number above 0, got {value!r}", param, ctx)
        return speed


SPEED = Speed()
