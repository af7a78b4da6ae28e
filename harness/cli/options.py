"""Option and argument types that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import click

from hanbench.harness.cli.values import DAY, FILE, FOLDER, PATH, Choice, Text, WholeNumber, number, quoted

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SMALLEST_SIZE = 100_000
"""Octets; the captures of a bench have 40 files of equal length."""

Function = TypeVar("Function", bound=Callable[..., object])

CONTROLLERS = (
    "reference, a name that an installed package registers, lawful:NAME, wrong:NAME, module:attribute, "
    "process:COMMAND (lines of JSON), or a URL: of an endpoint (JSON by POST) or of an MQTT broker."
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


class BenchName(click.ParamType[str]):
    """The name of a bench among those that are up; shells complete the names of those."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from hanbench.harness.control.runtime import NAME

        if not NAME.fullmatch(str(value)):
            self.fail(f"expected lower-case letters, digits, dots and hyphens, got {quoted(value)}", param, ctx)
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
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", str(value))
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            self.fail(f"expected K/N with K from 1 to N, such as 3/8, got {quoted(value)}", param, ctx)
        return int(match[1]), int(match[2])


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
        from hanbench.profiles.benches import FASTEST, SLOWEST, VIRTUAL
        from hanbench.profiles.explain import suggestion

        if value == VIRTUAL:
            return VIRTUAL
        speed = number(str(value))
        if speed is None or not SLOWEST <= speed <= FASTEST:
            expected = f"expected {VIRTUAL} or a number from {SLOWEST:g} to {FASTEST:.0f}"
            self.fail(f"{expected}, got {quoted(value)}{suggestion(str(value), (VIRTUAL,))}", param, ctx)
        return speed


class Size(click.ParamType[int]):
    """A number of octets, with a decimal unit: 64k, 500M, 2G."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"([0-9]{1,12})([kMG]?)B?", str(value))
        octets = int(match[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[match[2]] if match else 0
        if octets < SMALLEST_SIZE:
            self.fail(f"{quoted(value)} is no size; expected at least 100k, for example 500M or 2G", param, ctx)
        return octets


def hold_to_option(command: Function) -> Function:
    """Give a command the option `--hold-to`, passed as `hold_to: str`."""
    return click.option(
        "--hold-to",
        type=Choice(["stated", "inferred", "assumed"]),
        default="assumed",
        show_default=True,
        help="Up to which basis a violation fails the run: others are told. Assumed: choices of hanbench too.",
    )(command)


def stored_option(command: Function) -> Function:
    """Give a command the option `--store`, passed as `store: Path | None`."""
    return click.option(
        "--store",
        type=FOLDER,
        help="Play as a campaign, whose store in this folder outlives every kill: it takes the place of --out, and "
        "`hanbench campaign` goes on with it and makes its report.",
    )(command)


def against_options(command: Function) -> Function:
    """Give a command `--against` and `--tolerate-until`, passed as `against` and `tolerate_until`, or None."""
    for option in (
        click.option(
            "--tolerate-until",
            type=DAY,
            metavar="DATE",
            help="Last day (UTC) on which failures that --against has too are tolerated; default: they are not.",
        ),
        click.option(
            "--against",
            type=FILE,
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


def capture_size_option(command: Function) -> Function:
    """Give a command the option `--capture-size`, passed as `capture_size: int`, octets."""
    return click.option(
        "--capture-size",
        type=SIZE,
        default="1G",
        show_default=True,
        metavar="SIZE",
        help="Octets that the captures of all benches use at most, such as 500M; the oldest files are removed first.",
    )(command)


def field_key_options(command: Function) -> Function:
    """Give a command the options about the keys and the gas meter of a capture.

    They are passed as `key_files`, `keys`, `install_codes`, `gsme` and `wake`.
    """
    for option in (
        click.option(
            "--wake",
            metavar="SECONDS",
            type=WholeNumber(1, 30 * 86_400),
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
            type=PATH,
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


SEED = Text("TEXT")


def _benches() -> list[str]:
    from hanbench.profiles.benches import ids

    return ids()


BENCH_NAME = BenchName()
PATTERN = Pattern()
SPEED = Speed()
CONTROLLER = NameOrFile("TEXT", _controllers)
CERTIFICATES = NameOrFile("FILE", _certificates)
BENCH = NameOrFile("BENCH", _benches)
SCENARIO = NameOrFile("SCENARIO", _scenarios)
FAULT = NameOrFile("FAULT", _faults)
RULES = NameOrFile("RULES", _rules)
PROFILE = NameOrFile("PROFILE", _profiles)
SHARD = Shard()
SIZE = Size()
