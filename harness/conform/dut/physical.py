"""A real device on the air of a bench: its power and its buttons, by commands of the bench file or by a person."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Coroutine
from typing import Any

from hanbench.harness.conform.case import Ability
from hanbench.harness.conform.dut.command import DeviceError
from hanbench.harness.conform.dut.person import NobodyError, Person
from hanbench.harness.guarded import run_shell
from hanbench.profiles.power import PowerPort

COMMAND_S = 60.0
"""Longest run of a command of the bench file."""
MOST_SHOWN = 200
"""Characters of a command's complaint that are shown."""
HANDS = frozenset((Ability.POWER, Ability.RESET, Ability.COMMISSION))

Run = Callable[[Coroutine[Any, Any, None]], None]


def by_command(port: PowerPort) -> frozenset[Ability]:
    """Return what needs no person."""
    commands = {Ability.POWER: port.off, Ability.RESET: port.reset, Ability.COMMISSION: port.commission}
    return frozenset(ability for ability, command in commands.items() if command is not None)


class PhysicalDevice:
    """A real device. The bench goes on while a command runs, or a person walks."""

    def __init__(self, kind: str, port: PowerPort, run: Run, person: Person | None) -> None:
        """`run` runs a coroutine on the bench's loop. `person`: None if nobody is there."""
        self._kind = kind
        self._port = port
        self._run = run
        self._person = person
        self.abilities = by_command(port) | (HANDS if person is not None else frozenset())

    def power_on(self) -> None:
        """Give it power. Raises DeviceError."""
        self._do(self._port.on, f"give the {self._kind} power")

    def power_off(self) -> None:
        """Cut its power. Raises DeviceError."""
        self._do(self._port.off, f"cut the power of the {self._kind}")

    def factory_reset(self) -> None:
        """Reset it, and cut its power. Raises DeviceError."""
        if self._port.off is None:
            self._do(None, f"reset the {self._kind} to its factory state, and cut its power")
            return
        self.power_on()
        self._do(self._port.reset, f"reset the {self._kind} to its factory state")
        self.power_off()

    def commission(self) -> None:
        """Start its commissioning. Raises DeviceError."""
        self._do(self._port.commission, f"start the commissioning of the {self._kind}, as its manual says")

    def close(self) -> None:
        """Leave it as it is."""

    def _do(self, command: str | None, by_hand: str) -> None:
        self._run(self._commanded(command) if command is not None else self._by_hand(by_hand))

    async def _by_hand(self, what: str) -> None:
        if self._person is None:
            raise DeviceError(f"somebody would have to {what}")
        try:
            await self._person.do(what)
        except NobodyError as error:
            raise DeviceError(str(error)) from None

    async def _commanded(self, command: str) -> None:
        try:
            done = await asyncio.to_thread(run_shell, command, COMMAND_S)
        except subprocess.TimeoutExpired:
            raise DeviceError(f"{command}: still running after {COMMAND_S:g} s") from None
        if done.returncode:
            complaint = done.stderr.decode(errors="replace").strip()[-MOST_SHOWN:]
            raise DeviceError(f"{command}: exit status {done.returncode}{f': {complaint}' if complaint else ''}")
