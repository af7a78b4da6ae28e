"""Option and argument types that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from hanbench.profiles.benches import VIRTUAL, ids

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CONTROLLERS = (
    "reference, a name that an installed package registers, wrong:NAME, module:attribute, "
    "process:COMMAND (lines of JSON), or a URL (JSON by POST)."
)


class NameOrFile(click.ParamType[str]):
    """The name of a shipped object, or a file; shells complete both."""

    def __init__(self, name: str, names: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self._names = names

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete names; if none matches, files."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(each) for each in self._names() if each.startswith(incomplete)]
        return names or [CompletionItem(incomplete, type="file")]


class Speed(click.ParamType[float | str]):
    """`virtual`, or the number of virtual seconds per real second."""

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


def _scenarios() -> Iterable[str]:
    from hanbench.harness.scenario.scenario import shipped

    return shipped()


def _faults() -> Iterable[str]:
    from hanbench.harness.case.fault_catalogue import CATALOGUE

    return CATALOGUE


def _rules() -> Iterable[str]:
    from hanbench.profiles.rulesets import shipped

    return shipped()


def _profiles() -> Iterable[str]:
    from hanbench.profiles import cohorts, devices

    return (*cohorts.ids(), *devices.ids())


SPEED = Speed()
BENCH = NameOrFile("BENCH", ids)
SCENARIO = NameOrFile("SCENARIO", _scenarios)
FAULT = NameOrFile("FAULT", _faults)
RULES = NameOrFile("RULES", _rules)
PROFILE = NameOrFile("PROFILE", _profiles)
