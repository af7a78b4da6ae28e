"""Requests for a run: which device, how it is reached, and what its vendor states. All of it is checked here."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.conform.bench import Kind, Setting
from hanbench.harness.conform.dut.choice import DeviceChoice, UnknownDeviceError, device_choice, on_a_bench
from hanbench.harness.conform.dut.person import Person
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.fuzz.firmwares import fragile_choice, fragile_firmwares, fragile_kind
from hanbench.harness.conform.selftest import DIVISOR, choice_of
from hanbench.profiles.conform.pics import Pics, read_pics, shipped
from hanbench.profiles.conform.pixit import Pixit, read_pixit
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import Cohort

EMULATED = "emulated"


class RequestError(ValueError):
    """A request is wrong. `key` is its part: device, pics, bench or dut."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class Request(Struct, frozen=True, kw_only=True):
    """What is tested."""

    dut: Kind = "gsme"
    device: str = EMULATED
    cohort: Cohort = Cohort.IOC
    pics: Path | None = None
    pixit: Path | None = None
    seed: str = "1"
    bench: str | None = None
    """Bench file in which the device is physical."""
    probing: bool = False
    """Its PICS is only being drafted."""


def setting_of(request: Request, person: Person | None = None) -> Setting:
    """Return the setting of a request. `person`: who does by hand what a bench cannot.

    Raises RequestError and ProfileError.
    """
    bench = None if request.bench is None else BenchFile.find(request.bench)
    choice = _choice(request) if bench is None else _on_bench(request, bench)
    emulated = Pixit(divisor=DIVISOR) if choice.emulated and request.dut != "ihd" else Pixit()
    pixit = emulated if request.pixit is None else read_pixit(request.pixit)
    if request.pixit is not None and pixit.install_code is not None:
        _check_install_code(request.pixit, pixit.install_code)
    pics = _pics(request, choice)
    _check_kind(request.dut, choice, pics)
    return Setting(request.dut, choice, pics, pixit, request.cohort, request.seed, bench, person)


def _check_install_code(path: Path, digits: str) -> None:
    """Raise ProfileError for an install code that no device has; it is not quoted."""
    try:
        InstallCode.from_text(digits)
    except ValueError as error:
        raise ProfileError(path, str(error), "install_code") from None


def _choice(request: Request) -> DeviceChoice:
    kind, _, name = request.device.partition(":")
    if kind == "firmware" and name in fragile_firmwares():
        if (fragile_kind(name) == "hub") != (request.dut == "hub"):
            raise RequestError("dut", f"found {request.dut}; expected {fragile_kind(name)}, whose firmware {name} is")
        return fragile_choice(name)
    if kind == "firmware":
        known = wrong_firmwares()
        if name not in known:
            near = suggestion(name, (*known, *fragile_firmwares()))
            raise RequestError("device", f"no wrong firmware {name!r}{near} (`--selftest` lists them)")
        if known[name].kind != request.dut:
            raise RequestError("dut", f"found {request.dut}; expected {known[name].kind}, whose firmware {name} is")
        return choice_of(name)
    try:
        return device_choice(request.device)
    except UnknownDeviceError as error:
        raise RequestError("device", str(error)) from None


def _on_bench(request: Request, bench: BenchFile) -> DeviceChoice:
    bench.has_one_home()
    if request.device != EMULATED:
        raise RequestError("device", "expected none with a bench: its file says where the device is")
    if request.dut == "hub":
        raise RequestError("bench", "expected a meter or a display: the head end of a real hub is not within reach")
    node = bench.profile.present.get(request.dut)
    if node is None or request.dut not in bench.profile.physical:
        raise RequestError("bench", f'expected [nodes.{request.dut}] with radio = "physical" in {bench.path}')
    if "hub" not in bench.profile.emulated:
        raise RequestError("bench", f"expected [nodes.hub] with a radio of the bench in {bench.path}")
    return on_a_bench(bench.path, node.power)


def _pics(request: Request, choice: DeviceChoice) -> Pics:
    if request.pics is not None:
        return read_pics(request.pics)
    if choice.emulated or request.probing:
        return shipped(request.cohort.value, request.dut)
    raise RequestError("pics", "expected the PICS of the device; `hanbench conform --probe` drafts them")


def _check_kind(dut: Kind, choice: DeviceChoice, pics: Pics) -> None:
    """Raise RequestError unless the PICS claims the kind of device, and the device can be reached as one."""
    own = f"SE.{dut.upper()}"
    others = [code for code in pics if code.startswith("SE.") and code != own]
    if own not in pics or others:
        raise RequestError("pics", f"found {', '.join(others) or 'no kind'}; expected {own}, its kind")
    if dut == "hub" and choice.command is not None:
        expected = "expected emulated or python:MODULE:CLASS for a hub, whose head end a command does not have"
        raise RequestError("device", expected)
