"""How a device under test is reached: emulated, as a class in this process, or as a command."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from operator import attrgetter

from hanbench.harness.conform.dut.emulated import emulated
from hanbench.harness.conform.dut.interface import DeviceUnderTest, Place
from hanbench.profiles.explain import suggestion
from hanbench.profiles.power import PowerPort

EXPECTED = "emulated, firmware:NAME, python:MODULE:CLASS, exec:COMMAND or lockstep:COMMAND"
InProcess = Callable[[Place], DeviceUnderTest]


class UnknownDeviceError(ValueError):
    """The device does not exist; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """The device under test: a class in this process, or a command."""

    text: str
    in_process: InProcess | None = None
    command: str | None = None
    lockstep: bool = False
    """Whether the command takes its time from the bench."""
    port: PowerPort | None = None
    """Of a physical device: its power and its buttons."""

    @property
    def real_time(self) -> bool:
        """Whether the device has a clock of its own, so that virtual time would leave it behind."""
        return self.in_process is None and not self.lockstep

    @property
    def foreign(self) -> bool:
        """Whether it is a class of the vendor: an exception in it is the device's fault, not hanbench's."""
        return self.text.startswith("python:")

    @property
    def emulated(self) -> bool:
        """Whether it is a device of the emulator."""
        return self.text.partition(":")[0] in ("emulated", "firmware")


def device_choice(text: str) -> DeviceChoice:
    """Return the device that `text` names. Raises UnknownDeviceError."""
    kind, _, name = text.partition(":")
    if text == "emulated":
        return DeviceChoice(text, in_process=emulated)
    if kind in ("exec", "lockstep") and name.strip():
        return DeviceChoice(text, command=_command(kind, name), lockstep=kind == "lockstep")
    if kind == "python" and ":" in name:
        return DeviceChoice(text, in_process=_imported(name))
    near = suggestion(
        kind if ":" not in text else f"{kind}:", ("emulated", "firmware:", "python:", "exec:", "lockstep:")
    )
    raise UnknownDeviceError(f"found {text!r}; expected {EXPECTED}{near}")


def on_a_bench(path: str, port: PowerPort | None) -> DeviceChoice:
    """Return a physical device on the air of a bench file; without a port, a person is asked."""
    return DeviceChoice(f"physical, on the bench {path}", port=port or PowerPort())


def changed(name: str, change: Callable[[object], None]) -> DeviceChoice:
    """Return an emulated device with another firmware."""
    return DeviceChoice(f"firmware:{name}", in_process=partial(emulated, change=change))


def _command(kind: str, text: str) -> str:
    """Return a command whose program is there. Raises UnknownDeviceError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UnknownDeviceError(f"found '{kind}:{text}'; expected {kind}:COMMAND: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise UnknownDeviceError(f"found '{kind}:{text}'; expected {kind}: and a command that can be run")
    return text


def _imported(name: str) -> InProcess:
    module, _, attribute = name.rpartition(":")
    try:
        found = attrgetter(attribute)(import_module(module))
    except Exception as error:  # noqa: BLE001  a module of the user may raise anything when it is imported
        raise UnknownDeviceError(f"python:{name}: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise UnknownDeviceError(f"python:{name}: expected a class")
    return found  # type: ignore[no-any-return]
