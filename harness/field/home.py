"""Who is who in a capture: the devices of one home, told by their roles, clusters and announcements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hanbench.emulator.zcl.clusters.metering import GAS, MeteringAttributes
from hanbench.emulator.zigbee.zdo.messages import DeviceAnnce
from hanbench.harness.field.observation import Address, Observed, Seen

HUB = 0x0000
POLL = "data-request"
OF_ROUTERS = ("link-status", "beacon")
"""Frames that an end device never sends."""
_METERING_TYPE = MeteringAttributes.MeteringDeviceType.id
_RECEIVER_ON = 0x08
"""Bit of the capability octet of an announcement: the receiver stays on."""
_ROUTER = 0x02
_MIRRORED = 127
"""What a mirror adds to the type of the meter that it stands for."""


class Role(StrEnum):
    """What a device is in the home."""

    HUB = "hub"
    GSME = "gas meter"
    ESME = "electricity meter"
    DISPLAY = "display"
    REPEATER = "repeater"
    UNKNOWN = "unknown"


@dataclass
class Device:
    """One device of the capture, by its EUI-64."""

    ieee: int
    shorts: set[Address] = field(default_factory=set)
    frames: int = 0
    first: int = 0
    last: int = 0
    """Times of its first and last frame, microseconds since 1970."""
    polls: int = 0
    """Under its short address: every device that joins asks for its address under its EUI-64."""
    routes: int = 0
    """Frames that only routers send."""
    announced: int | None = None
    """The capability octet of its announcement."""
    metering_types: Counter[int] = field(default_factory=Counter)
    clusters: Counter[str] = field(default_factory=Counter)
    asks_for_mirror: int = 0
    answers_metering: int = 0
    """Reports and answers of the cluster Metering that it sent."""
    reads_metering: int = 0
    asked: int = 0
    """Reads of its identity or its register that a hub sent to it."""
    rssi: float | None = None
    """dBm, of its last frame."""
    role: Role = Role.UNKNOWN
    why: str = ""
    """Why it has this role, in words."""


@dataclass
class Home:
    """The home of the gas meter, or the only home of the capture."""

    devices: dict[int, Device]
    addresses: dict[Address, int]
    frames: tuple[Seen, ...]
    """Frames in its PANs, and those that belong to none."""
    pans: tuple[int, ...]
    gsme: Device | None
    candidates: tuple[Device, ...]
    """Devices that may be the gas meter, where more than one may."""
    others: int
    """Frames of other networks, which are left out."""

    def ieee(self, address: Address | None) -> int | None:
        """Return the EUI-64 behind an address, if the capture shows it anywhere."""
        return None if address is None else self.addresses.get(address)

    def of(self, role: Role) -> list[Device]:
        """Return the devices of a role."""
        return [device for device in self.devices.values() if device.role is role]

    def is_hub(self, address: Address | None) -> bool:
        """Return whether an address is that of a hub of this home: one hub may have replaced another."""
        return address is not None and address.short == HUB and address.pan in self.pans

    def name(self, address: Address | None) -> str:
        """Return the device behind an address, in words."""
        if address is None:
            return "-"
        device = self.devices.get(self.addresses.get(address, -1))
        if device is not None and device.role is not Role.UNKNOWN:
            return device.role.value
        return "all" if address.short >= 0xFFF8 else "hub" if self.is_hub(address) else f"0x{address.short:04x}"


def home_of(observed: Observed, told: int | None) -> Home:
    """Return the home of the gas meter. `told`: its EUI-64, if it is known; None: it is found by what devices do."""
    devices = _devices(observed)
    gsme, candidates = _gas_meter(devices, told)
    if told is not None and gsme is not None and not gsme.shorts:
        _adopt(observed, gsme)
    pans = _pans(observed, devices, gsme)
    inside = frozenset(pans)
    frames = tuple(frame for frame in observed.frames if frame.sender is None or frame.sender.pan in inside)
    members = {
        ieee: device
        for ieee, device in devices.items()
        if not device.shorts or any(address.pan in inside for address in device.shorts)
    }
    home = Home(members, observed.addresses, frames, pans, gsme, candidates, others=len(observed.frames) - len(frames))
    for device in members.values():
        device.role, device.why = _role(device, gsme)
    return home


def _devices(observed: Observed) -> dict[int, Device]:
    devices: dict[int, Device] = {}

    def device(ieee: int) -> Device:
        return devices.setdefault(ieee, Device(ieee))

    for ieee, addresses in observed.holders.items():
        device(ieee).shorts |= addresses
    for frame in observed.frames:
        sender = frame.sender_ieee
        if sender is None and frame.sender is not None:
            sender = observed.addresses.get(frame.sender)
        if sender is None:
            continue
        _count(device(sender), frame)
        if isinstance(frame.message, DeviceAnnce):
            device(frame.message.ieee).announced = frame.message.capability
        if frame.name == "read-attributes" and frame.cluster in ("Basic", "Metering") and frame.target is not None:
            asked = observed.addresses.get(frame.target)
            if asked is not None and frame.origin is not None and frame.origin.short == HUB:
                device(asked).asked += 1
    return devices


def _count(device: Device, frame: Seen) -> None:
    device.frames += 1
    device.first = device.first or frame.time
    device.last = frame.time
    if frame.rssi is not None:
        device.rssi = frame.rssi
    device.polls += frame.name == POLL and frame.sender is not None
    device.routes += frame.name in OF_ROUTERS
    if not frame.first_hop or frame.cluster is None:
        return
    device.clusters[frame.cluster] += 1
    device.asks_for_mirror += frame.name == "request-mirror"
    if frame.cluster == "Metering":
        device.reads_metering += frame.name == "read-attributes"
        device.answers_metering += frame.name in ("report-attributes", "read-attributes-response")
    if frame.name == "report-attributes":
        for record in getattr(frame.message, "records", ()):
            value = record.data.value if record.attribute == _METERING_TYPE and record.data is not None else None
            if isinstance(value, int):
                device.metering_types[value] += 1


def _gas_meter(devices: dict[int, Device], told: int | None) -> tuple[Device | None, tuple[Device, ...]]:
    """Return the gas meter, or those that may be it."""
    if told is not None:
        return devices.setdefault(told, Device(told)), ()
    graded = [(_likeness(device), device) for device in devices.values()]
    best = max((grade for grade, _ in graded), default=0)
    found = tuple(device for grade, device in graded if grade == best)
    if not best:
        return None, ()
    return (found[0], ()) if len(found) == 1 else (None, found)


def _adopt(observed: Observed, gsme: Device) -> None:
    """Give the gas meter the only address that polls and whose EUI-64 the capture does not show, if there is one.

    A meter that only polls never shows its EUI-64.
    """
    polling = {
        frame.sender
        for frame in observed.frames
        if frame.name == POLL and frame.sender is not None and frame.sender not in observed.addresses
    }
    if len(polling) == 1:
        address = polling.pop()
        gsme.shorts.add(address)
        observed.addresses[address] = gsme.ieee
        for frame in observed.frames:
            if frame.sender == address:
                _count(gsme, frame)


def _likeness(device: Device) -> int:
    """Return how much a device is like a gas meter; 0: not at all."""
    if any(address.short == HUB for address in device.shorts) or device.routes:
        return 0
    if device.metering_types[GAS] or device.metering_types[GAS + _MIRRORED]:
        return 5
    if device.asks_for_mirror:
        return 4
    sleeps = device.polls > 0 or (device.announced is not None and not device.announced & _RECEIVER_ON)
    if not sleeps:
        return 0
    if device.answers_metering:
        return 3
    return 2 if device.clusters["Key Establishment"] else 1


def _pans(observed: Observed, devices: dict[int, Device], gsme: Device | None) -> tuple[int, ...]:
    """Return the PANs of the home: those of the gas meter, and those of the other devices in them."""
    if gsme is not None and gsme.shorts:
        pans = {address.pan for address in gsme.shorts}
    else:
        busiest = Counter(frame.sender.pan for frame in observed.frames if frame.sender is not None)
        pans = {pan for pan, _ in busiest.most_common(1)}
    heard = {frame.sender.pan for frame in observed.frames if frame.sender is not None and frame.sender.short == HUB}
    if pans.isdisjoint(heard):
        # The meter alone is in its PAN: its hub may be in another one, which the same keys open.
        pans |= _opened(observed) & heard
    # A hub may have moved to another PAN, and another hub may have taken the other devices of the home there.
    members = [device for device in devices.values() if any(a.pan in pans for a in device.shorts)]
    return tuple(sorted(pans | {a.pan for device in members for a in device.shorts}))


def _opened(observed: Observed) -> set[int]:
    """Return the PANs whose network key is known: those of the home for which the keys were given."""
    return {
        frame.sender.pan
        for frame in observed.frames
        if frame.sender is not None and frame.nwk_counter is not None and frame.opened
    }


def _role(device: Device, gsme: Device | None) -> tuple[Role, str]:
    if device is gsme:
        return Role.GSME, _why_gas(device)
    if any(address.short == HUB for address in device.shorts):
        return Role.HUB, "it has the short address 0x0000"
    routes = device.routes or (device.announced is not None and bool(device.announced & _ROUTER))
    if device.answers_metering and not device.polls:
        return Role.ESME, "it answers for a meter and does not sleep"
    if routes and (device.clusters["Key Establishment"] or device.clusters["Keep-Alive"] or device.asked):
        return Role.ESME, "it routes, and has traffic of its own with the hub"
    if routes:
        return Role.REPEATER, "it routes, and sends nothing of its own"
    if device.reads_metering or device.clusters["Price"] or device.clusters["Messaging"]:
        return Role.DISPLAY, "it reads meters or prices"
    return Role.UNKNOWN, ""


def _why_gas(device: Device) -> str:
    if device.metering_types[GAS] or device.metering_types[GAS + _MIRRORED]:
        return "it reports as a gas meter"
    if device.asks_for_mirror:
        return "it asks for a mirror"
    if device.polls:
        return "it sleeps and polls"
    return "as told"


def hub_devices(home: Home) -> Sequence[Device]:
    """Return the hubs of a home, the first heard first."""
    return sorted(home.of(Role.HUB), key=lambda device: device.first)


def by_role(devices: Iterable[Device]) -> list[Device]:
    """Return devices in the order of their roles."""
    return sorted(devices, key=lambda device: (list(Role).index(device.role), device.ieee))
