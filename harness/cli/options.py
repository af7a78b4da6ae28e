"""Option and argument types that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from hanbench.harness.foreign_text import cleaned
from hanbench.profiles.benches import VIRTUAL, ids

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., object])

CONTROLLERS = (
    "reference, a name that an installed package registers, lawful:NAME, wrong:NAME, module:attribute, "
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


class Seed(click.ParamType[str]):
    """A seed: any text that is not empty."""

    name = "TEXT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        seed = str(value)
        if not seed:
            self.fail("expected a text that is not empty", param, ctx)
        if cleaned(seed) != seed:
            self.fail("expected a text without control characters", param, ctx)
        return seed


class BenchName(click.ParamType[str]):
    """The name of a bench among those that are up; shells complete the names of those."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from hanbench.harness.control.runtime import NAME

        if not NAME.fullmatch(str(value)):
            self.fail(f"expected lower-case letters, digits, dots and hyphens, got {value!r}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the names of the benches that are up."""
        from click.shell_completion import CompletionItem

        from hanbench.harness.control.runtime import benches_up

        return [CompletionItem(each) for each in benches_up() if each.startswith(incomplete)]


class Shard(click.ParamType["tuple[int, int]"]):
    """A part of a run: `K/N`, with K from 1 to N."""

    name = "K/N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        number, slash, of = str(value).partition("/")
        if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            self.fail(f"expected K/N with K from 1 to N, such as 3/8, got {value!r}", param, ctx)
        return int(number), int(of)


class Pattern(click.ParamType[str]):
    """A pattern of ids in the suite; shells complete it part for part."""

    name = "PATTERN"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the part of an id that `incomplete` ends in; an asterisk stands for the parts after it."""
        from click.shell_completion import CompletionItem

        from hanbench.harness.campaign.suite import suite

        place, found = incomplete.count(".") + 1, dict[str, None]()
        for scenario in suite():
            if scenario.id.startswith(incomplete):
                parts = scenario.id.split(".")
                found[".".join((*parts[:place], *("*" * (len(parts) > place))))] = None
        return [CompletionItem(each) for each in found]


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


def hold_to_option(command: Function) -> Function:
    """Give a command the option `--hold-to`, passed as `hold_to: str`."""
    return click.option(
        "--hold-to",
        type=click.Choice(["stated", "inferred", "assumed"]),
        default="assumed",
        show_default=True,
        help="Up to which basis a violation fails the run: others are told. Assumed: choices of hanbench too.",
    )(command)


def against_options(command: Function) -> Function:
    """Give a command `--against` and `--tolerate-until`, passed as `against` and `tolerate_until`, or None."""
    for option in (
        click.option(
            "--tolerate-until",
            type=click.DateTime(("%Y-%m-%d",)),
            metavar="DATE",
            help="Last day (UTC) on which failures that --against has too are tolerated; default: they are not.",
        ),
        click.option(
            "--against",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The report.json of an earlier run, to tell new failures from known ones.",
        ),
    ):
        command = option(command)
    return command


def embed_keys_option(command: Function) -> Function:
    """Give a command the option `--embed-keys`, passed as `embed_keys: bool`."""
    return click.option(
        "--embed-keys", is_flag=True, help="Put the keys into the capture too, as a Decryption Secrets Block."
    )(command)


def field_key_options(command: Function) -> Function:
    """Give a command the options about the keys and the gas meter of a capture.

    They are passed as `key_files`, `keys`, `install_codes`, `gsme` and `wake`.
    """
    for option in (
        click.option(
            "--wake",
            metavar="SECONDS",
            type=click.IntRange(1, 30 * 86_400),
            help="Time between two wakes of the gas meter; default: measured, else half an hour.",
        ),
        click.option("--gsme", metavar="EUI64", help="The gas meter; default: found by what devices do."),
        click.option(
            "--install-code",
            "install_codes",
            metavar="EUI64=CODE",
            multiple=True,
            help="A device's install code, which opens the network key as it joins.",
        ),
        click.option("--key", "keys", metavar="HEX", multiple=True, help="A network key or link key, 32 digits."),
        click.option(
            "--keys",
            "key_files",
            metavar="FILE",
            multiple=True,
            type=click.Path(path_type=Path),
            help="A key file, or the folder of a Wireshark profile; default: the file beside the capture.",
        ),
    ):
        command = option(command)
    return command


def _controllers() -> Iterable[str]:
    from hanbench.harness.controllers.lookup import names

    return names()


def _certificates() -> Iterable[str]:
    from hanbench.profiles.certificates import ids as certificate_files

    return certificate_files()


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


FOLDER: click.Path = click.Path(file_okay=False, path_type=Path)
SEED = Seed()
BENCH_NAME = BenchName()
PATTERN = Pattern()
SPEED = Speed()
CONTROLLER = NameOrFile("TEXT", _controllers)
CERTIFICATES = NameOrFile("FILE", _certificates)
BENCH = NameOrFile("BENCH", ids)
SCENARIO = NameOrFile("SCENARIO", _scenarios)
FAULT = NameOrFile("FAULT", _faults)
RULES = NameOrFile("RULES", _rules)
PROFILE = NameOrFile("PROFILE", _profiles)
SHARD = Shard()
