"""A host build of firmware as device under test: a command that drives a virtual dongle.

It runs in real time, or in lockstep with the bench's virtual time, if it takes its time from the dongle
(emulator/dongle/host_time.py); HANBENCH_LOCKSTEP=1 tells it so.

The command is started when the device gets power, and ended when it loses it. `{port}` in it is the dongle's address,
`socket://127.0.0.1:PORT`; so is HANBENCH_PORT in its environment. HANBENCH_FLASH is a folder that outlives power cuts
and is empty after a factory reset: firmware keeps its flash there. `device.json` in it holds what the factory gives a
device: EUI-64, install code, certificate and private key, all of them test material.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hanbench.emulator.devices.settings import DeviceSettings
from hanbench.emulator.dongle import VirtualDongle
from hanbench.emulator.radio.spinel.ids import PropertyId
from hanbench.harness.conform.case import Ability
from hanbench.harness.files import PRIVATE, write_whole
from hanbench.harness.guarded import GuardedProcess

GRACE_S = 2.0
"""Time for a command to end by itself when its power goes."""
PORT, FLASH, LOCKSTEP = "HANBENCH_PORT", "HANBENCH_FLASH", "HANBENCH_LOCKSTEP"


class DeviceError(RuntimeError):
    """The command cannot be started, or it has ended."""


class CommandDevice:
    """Firmware that was compiled for a PC. A device without a network looks for one when it starts."""

    abilities = frozenset(Ability) - {Ability.HEAD_END}

    def __init__(
        self, command: str, dongle: VirtualDongle, settings: DeviceSettings, *, lockstep: bool = False
    ) -> None:
        self.on_failure: Callable[[DeviceError], None] = lambda error: None
        """Called if the command in lockstep does not say any more that it sleeps."""
        self._command = command
        self._dongle = dongle
        self._lockstep = lockstep
        dongle.rcp.time.runs = lambda: self._process is not None and self._process.status() is None
        dongle.rcp.time.on_silence = self._silent
        self._settings = settings
        self._process: GuardedProcess | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="hanbench-flash-"))

    def power_on(self) -> None:
        """Start the command. Raises DeviceError."""
        if self._process is not None and self._process.status() is None:
            return
        port = self._dongle.port.url
        words = [word.replace("{port}", port) for word in shlex.split(self._command)]
        environment = {**os.environ, PORT: port, FLASH: str(self._folder), LOCKSTEP: str(int(self._lockstep))}
        try:
            self._process = GuardedProcess(
                words, environment=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
        except OSError as error:
            raise DeviceError(f"{words[0]}: {error.strerror or error}") from None
        if self._lockstep:
            self._dongle.rcp.time.begin()

    def _silent(self, seconds: float) -> None:
        expected = f"expected it to set the property {PropertyId.LOCKSTEP:d} when it has nothing to do"
        self.on_failure(DeviceError(f"the command has not slept for {seconds:g} s of real time; {expected}"))

    def power_off(self) -> None:
        process, self._process = self._process, None
        self._dongle.rcp.time.end()
        if process is None:
            return
        if self._dongle.plugged:
            self._dongle.rcp.restart()  # its radio is the device's, and loses its power too
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.process.wait(GRACE_S)
        process.close()

    def factory_reset(self) -> None:
        self.power_off()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        write_whole(self._folder / "device.json", json.dumps(self._given()), PRIVATE)

    def commission(self) -> None:
        self.power_on()

    def close(self) -> None:
        self.power_off()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _given(self) -> dict[str, str]:
        settings, identity = self._settings, self._settings.key_establishment.identity
        given = {"eui64": f"{settings.ieee:016x}", "install_code": settings.install_code.hex()}
        if identity is None:
            return given
        return given | {
            "certificate": identity.certificate.octets.hex(),
            "private_key": f"{identity.private_key:042x}",
            "authority": identity.authority.hex(),
        }
