"""The file in which a bench keeps the flash of its devices over restarts: its form, its writer and its reader.

The file is JSON: a version, a digest, and for each emulated device what a power cut would leave of it. The keys in it
are real. Nothing prints them: the text form of every value here leaves them out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct, structs

from hanbench.emulator.devices import AnyDevice, CommsHub, Esme, Gsme
from hanbench.emulator.devices.gsme.flash import GasMeterFlash
from hanbench.emulator.devices.hub.flash import DeviceEntry
from hanbench.emulator.devices.metering import MeterFlash
from hanbench.harness.bench.stored_stack import (
    MOST,
    U8,
    U16,
    Eui64,
    Stored,
    StoredStack,
    eui64,
    restore_stack,
    stored_stack,
)
from hanbench.harness.case.calendar import Moment
from hanbench.harness.foreign_json import NOT_JSON
from hanbench.harness.han.han import Han

VERSION = 1
_UNDATED = datetime.max.replace(tzinfo=UTC)


class FlashFileError(ValueError):
    """The octets are no such file, or that of other devices. The text says what was expected and what was found."""


class StoredDevice(Stored, frozen=True):
    """`DeviceEntry`, with a date in place of the clock's time."""

    ieee: Eui64
    short: U16
    since: Moment
    sleeps: bool


class StoredMirror(Stored, frozen=True):
    """The endpoint of a meter's mirror."""

    ieee: Eui64
    endpoint: U8


class StoredHub(Stored, frozen=True):
    """The hub."""

    stack: StoredStack
    devices: Annotated[list[StoredDevice], Meta(max_length=MOST)]
    mirrors: Annotated[list[StoredMirror], Meta(max_length=64)]


class StoredMeter(Stored, frozen=True):
    """The electricity meter."""

    stack: StoredStack
    flash: MeterFlash


class StoredGasMeter(Stored, frozen=True):
    """The gas meter."""

    stack: StoredStack
    flash: GasMeterFlash


class StoredDisplay(Stored, frozen=True):
    """The display, whose application keeps nothing."""

    stack: StoredStack


class BenchFlash(Stored, frozen=True):
    """The flash of all emulated devices of a bench."""

    bench: str
    starts: Annotated[int, Meta(ge=1)]
    """How often the bench has started with this flash."""
    saved: Moment
    """The bench's date when it was written."""
    hub: StoredHub | None = None
    esme: StoredMeter | None = None
    gsme: StoredGasMeter | None = None
    ihd: StoredDisplay | None = None


class _Version(Struct):
    version: int


class _File(Struct, forbid_unknown_fields=True):
    version: int
    sha256: str
    flash: Raw


def encode(flash: BenchFlash) -> bytes:
    """Return the content of the file."""
    octets = msgspec.json.encode(flash)
    return msgspec.json.encode(_File(VERSION, sha256(octets).hexdigest(), Raw(octets))) + b"\n"


def decode(octets: bytes) -> BenchFlash:
    """Return the content of a file. Raises FlashFileError."""
    try:
        version = msgspec.json.decode(octets, type=_Version).version
        if version != VERSION:
            raise FlashFileError(f"expected version {VERSION}, found {version}, of another version of hanbench")
        file = msgspec.json.decode(octets, type=_File)
        if file.sha256 != sha256(file.flash).hexdigest():
            raise FlashFileError("is damaged: its digest is not that of its content")
        return msgspec.json.decode(file.flash, type=BenchFlash)
    except NOT_JSON as error:
        raise FlashFileError(f"is damaged: {error}") from None


# --- devices ----------------------------------------------------------------------------------------------------------


def flash_of(han: Han, bench: str, starts: int) -> BenchFlash:
    """Return the flash of the emulated devices of `han` at this moment."""
    parts: dict[str, Any] = {device.name: _stored(device, han) for device in han.devices}
    return BenchFlash(bench, starts, han.calendar.date(han.clock.now), **parts)


def undated(flash: BenchFlash) -> BenchFlash:
    """Return the same without the date of writing, to compare two."""
    return structs.replace(flash, saved=_UNDATED)


def restore(flash: BenchFlash, han: Han) -> None:
    """Put what was kept into the flash of the devices of `han`, which have no power yet.

    Raises FlashFileError if it is that of other devices.
    """
    for device in han.devices:
        kept = getattr(flash, device.name)
        if kept is not None:
            _restore(kept, device, han)
        elif device.name == "hub":
            raise FlashFileError("has no hub, but this bench emulates one; expected a folder of this bench")


def _stored(device: AnyDevice, han: Han) -> Stored:
    stack = stored_stack(device.storage)
    if isinstance(device, CommsHub):
        devices = [
            StoredDevice(eui64(each.ieee), each.short, han.calendar.date(each.since), each.sleeps)
            for each in device.flash.devices.values()
        ]
        mirrors = [StoredMirror(eui64(ieee), endpoint) for ieee, endpoint in device.flash.mirrors.items()]
        return StoredHub(stack, devices, mirrors)
    if isinstance(device, Gsme):
        return StoredGasMeter(stack, device.flash)
    if isinstance(device, Esme):
        return StoredMeter(stack, device.flash)
    return StoredDisplay(stack)


def _restore(kept: Any, device: AnyDevice, han: Han) -> None:
    own = eui64(device.settings.ieee)
    if kept.stack.ieee != own:
        problem = f"is of the {device.name} {kept.stack.ieee}, but this bench's is {own}"
        raise FlashFileError(f"{problem}; use the old seed and `ieee`, or delete the folder to begin anew")
    restore_stack(kept.stack, device.storage)
    if isinstance(device, CommsHub):
        for each in kept.devices:
            entry = DeviceEntry(int(each.ieee, 16), each.short, han.calendar.clock(each.since), each.sleeps)
            device.flash.devices[entry.ieee] = entry
        device.flash.mirrors.update({int(each.ieee, 16): each.endpoint for each in kept.mirrors})
    elif isinstance(device, Esme | Gsme):
        device.flash = kept.flash
