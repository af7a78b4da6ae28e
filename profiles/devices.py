"""Device profiles: the makers, timings and radios by which devices differ. One model for each kind of device.

The files in `profiles/devices/` have the values, each with a source (see `sheet.py`). Names end with the unit: `_s`
seconds, `_ms` milliseconds, `_min` minutes, `_dbm`, `_m`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.profiles.explain import FORM
from hanbench.profiles.sheet import NAME, Sheet, UnknownIdError, read_sheet

FOLDER = Path(__file__).parent / "devices"

DAY = 86_400
LARGEST_READING = 2**48 - 2
"""Of a register of 48 bits: the number behind it says that there is none (ZCL r8, table 2-12, uint48)."""

Id = Annotated[
    str,
    NAME,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]*$(?!\n)",
        max_length=64,
        extra={FORM: "an id of lower-case letters, digits and hyphens"},
    ),
]
ProfileName = Annotated[
    str,
    Meta(
        pattern=r"^([a-z0-9][a-z0-9-]{0,63}|[^\x00]{1,4000}\.toml)$(?!\n)",
        description="Id of a device profile, or a file of your own, which ends in .toml and is relative to this one",
    ),
]
Title = Annotated[
    str,
    NAME,
    Meta(
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)",
        min_length=1,
        max_length=120,
        extra={FORM: "one line of text"},
    ),
]


class SmartEnergyVersion(StrEnum):
    """The version of the Smart Energy profile that a device follows. Version 1.2 introduced two-way mirroring."""

    SE_1_0 = "1.0"
    SE_1_1 = "1.1"
    SE_1_1B = "1.1b"
    SE_1_2 = "1.2"
    SE_1_4 = "1.4"


class RadioProfile(Struct, frozen=True, kw_only=True):
    """The IEEE 802.15.4 radio."""

    tx_power_dbm: Annotated[int, Meta(ge=-20, le=20, description="Transmit power at the antenna")]
    channels: Annotated[
        tuple[Annotated[int, Meta(ge=11, le=26)], ...],
        Meta(min_length=1, max_length=16, description="Channels to scan, or to form a network on"),
    ]

    def __post_init__(self) -> None:
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("radio.channels: expected each channel once")


class Parenthood(Struct, frozen=True, kw_only=True):
    """The duties of a coordinator or router towards its children and neighbours."""

    max_children: Annotated[int, Meta(ge=0, le=254, description="End devices accepted; 0 accepts none")]
    child_timeout_index: Annotated[
        int, Meta(ge=0, le=14, description="A silent child is forgotten after 2^n minutes, or after 10 s for n = 0")
    ]
    link_status_interval_s: Annotated[int, Meta(ge=0, le=3600, description="Between Link Status commands; 0 for none")]


class Joining(Struct, frozen=True, kw_only=True):
    """Joining and rejoining of a network."""

    scan_exponent: Annotated[int, Meta(ge=0, le=14, description="Each channel is scanned for 15.36 ms x (2^n + 1)")]
    scan_rounds: Annotated[int, Meta(ge=1, le=100, description="Scans before a device told to join gives up")]
    key_wait_s: Annotated[int, Meta(ge=1, le=600, description="Time-out for the network key")]
    rests_s: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=DAY)], ...],
        Meta(min_length=1, max_length=32, description="Pauses after failed attempts; the last one repeats"),
    ]
    rest_jitter: Annotated[float, Meta(ge=0, le=1, description="Each rest is spread by this share of it, both ways")]
    rejoins: Annotated[bool, Meta(description="Whether it searches for its network after losing it")]
    searches_other_channels: Annotated[bool, Meta(description="Whether it searches other channels too")]
    trust_center_rejoin: Annotated[bool, Meta(description="Whether it may rejoin without the network key")]


class KeepAliveProfile(Struct, frozen=True, kw_only=True):
    """A device's test that its Trust Centre is alive, with the Keep-Alive cluster."""

    enabled: Annotated[bool, Meta(description="Whether it reads the Trust Centre's Keep-Alive attributes")]
    failures: Annotated[int, Meta(ge=1, le=100, description="Reads unanswered before the Trust Centre counts as lost")]


class KeepAliveServer(Struct, frozen=True, kw_only=True):
    """The Trust Centre's requirements for keep-alive."""

    base_min: Annotated[int, Meta(ge=1, le=254, description="TCKeepAliveBase: between two reads")]
    jitter_s: Annotated[int, Meta(ge=0, le=65_534, description="TCKeepAliveJitter: random addition at most")]


class KeyEstablishment(Struct, frozen=True, kw_only=True):
    """Establishment of a link key by certificate (cluster 0x0800, suite 1)."""

    ephemeral_s: Annotated[int, Meta(ge=0, le=254, description="Declared: time to make an ephemeral point")]
    confirm_s: Annotated[int, Meta(ge=0, le=254, description="Declared: time to make a proof")]
    renews: Annotated[bool, Meta(description="Whether it establishes a new key when the old one no longer works")]


class Mirrors(Struct, frozen=True, kw_only=True):
    """The hub's mirror endpoints, which represent sleeping meters."""

    count: Annotated[int, Meta(ge=0, le=64, description="Meters that can have a mirror")]
    first_endpoint: Annotated[int, Meta(ge=2, le=240, description="Endpoint of the first mirror")]
    interval_s: Annotated[int, Meta(ge=60, le=DAY, description="Reporting interval of a meter with two-way mirroring")]


class Sleep(Struct, frozen=True, kw_only=True):
    """A sleepy end device: its receiver is off except when it asks its parent for frames."""

    wake_interval_s: Annotated[int, Meta(ge=1, le=DAY, description="From one wake to the next")]
    poll_interval_ms: Annotated[int, Meta(ge=10, le=60_000, description="Between Data Requests while awake")]
    poll_failures: Annotated[int, Meta(ge=1, le=100, description="Polls unanswered before the parent counts as lost")]


class DeviceProfile(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The values that every device has."""

    id: Id
    title: Title
    maker: Annotated[str, Meta(min_length=1, max_length=32, description="Basic cluster, ManufacturerName")]
    model: Annotated[str, Meta(min_length=1, max_length=32, description="Basic cluster, ModelIdentifier")]
    oui: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-F]{6}([0-9A-F]{3})?$(?!\n)",
            description="First hexadecimal digits of its EUI-64, which the IEEE assigned: 6 (OUI) or 9 (OUI-36)",
        ),
    ]
    manufacturer_code: Annotated[int, Meta(ge=0, le=0xFFFF, description="Node descriptor, Manufacturer Code")]
    smart_energy: Annotated[SmartEnergyVersion, Meta(description="Version of the Smart Energy profile")]
    endpoint: Annotated[int, Meta(ge=1, le=240, description="Endpoint of the Smart Energy application")]
    request_timeout_s: Annotated[int, Meta(ge=1, le=600, description="Time-out for an answer")]
    key_establishment: KeyEstablishment
    radio: RadioProfile


class HubProfile(DeviceProfile, frozen=True, kw_only=True, tag="hub"):
    """A Communications Hub: coordinator, Trust Centre, Energy Services Interface (device 0x0500)."""

    parenthood: Parenthood
    keep_alive: KeepAliveServer
    mirrors: Mirrors
    key_establishments: Annotated[int, Meta(ge=0, le=64, description="Key establishments at a time")]
    wan_latency_ms: Annotated[int, Meta(ge=0, le=600_000, description="From the head end to the hub, one way")]

    def __post_init__(self) -> None:
        last = self.mirrors.first_endpoint + self.mirrors.count - 1
        if last > 240:
            raise ValueError(f"mirrors: expected the last mirror's endpoint to be at most 240, found {last}")
        if self.mirrors.first_endpoint <= self.endpoint <= last:
            raise ValueError(f"mirrors: expected endpoints other than the hub's own {self.endpoint}")


class EsmeProfile(DeviceProfile, frozen=True, kw_only=True, tag="esme"):
    """An electricity meter: mains, router (device 0x0501)."""

    parenthood: Parenthood
    joining: Joining
    keep_alive: KeepAliveProfile
    relaxed_security: Annotated[
        bool, Meta(description="Smart Energy clusters are open under the network key; no Smart Energy device does that")
    ]
    first_reading_wh: Annotated[
        int, Meta(ge=0, le=LARGEST_READING, description="CurrentSummationDelivered at the start")
    ]
    mean_power_w: Annotated[int, Meta(ge=0, le=100_000, description="Average consumption of the home")]


class GsmeProfile(DeviceProfile, frozen=True, kw_only=True, tag="gsme"):
    """A gas meter: battery, sleepy end device (device 0x0501, metering device type 1)."""

    sleep: Sleep
    end_device_timeout_index: Annotated[
        int, Meta(ge=0, le=14, description="Asked of the parent: 2^n minutes, or 10 s for n = 0")
    ]
    joining: Joining
    keep_alive: KeepAliveProfile
    relaxed_security: Annotated[
        bool, Meta(description="Smart Energy clusters are open under the network key; no Smart Energy device does that")
    ]
    report_failures: Annotated[
        int, Meta(ge=1, le=100, description="Consecutive unacknowledged reports before it searches for its network")
    ]
    first_reading_l: Annotated[
        int, Meta(ge=0, le=LARGEST_READING, description="CurrentSummationDelivered at the start, litres")
    ]
    mean_flow_l_per_day: Annotated[int, Meta(ge=0, le=1_000_000, description="Average consumption of the home")]
    battery_percent: Annotated[int, Meta(ge=0, le=100, description="RemainingBatteryLife at the start")]


class IhdProfile(DeviceProfile, frozen=True, kw_only=True, tag="ihd"):
    """An in-home display: mains, end device that always listens (device 0x0502)."""

    end_device_timeout_index: Annotated[
        int, Meta(ge=0, le=14, description="Asked of the parent: 2^n minutes, or 10 s for n = 0")
    ]
    joining: Joining
    keep_alive: KeepAliveProfile
    electricity_interval_s: Annotated[int, Meta(ge=1, le=DAY, description="Between reads of the ESME")]
    gas_interval_s: Annotated[int, Meta(ge=1, le=DAY, description="Between reads of the GSME's mirror")]


class RepeaterProfile(DeviceProfile, frozen=True, kw_only=True, tag="repeater"):
    """A repeater: mains, router that relays and takes children (range extender, device 0x0008)."""

    parenthood: Parenthood
    joining: Joining
    keep_alive: KeepAliveProfile


AnyDevice = HubProfile | EsmeProfile | GsmeProfile | IhdProfile | RepeaterProfile
MODELS: tuple[type[AnyDevice], ...] = (HubProfile, EsmeProfile, GsmeProfile, IhdProfile, RepeaterProfile)


def ids() -> list[str]:
    """Return the ids of the shipped devices."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path_of(name: str) -> Path:
    """Return the file of a shipped device. Raises UnknownIdError."""
    if name not in ids():
        raise UnknownIdError("device", name, ids())
    return FOLDER / f"{name}.toml"


def read_device(path: Path) -> Sheet[AnyDevice]:
    """Return the device in the file `path`. Raises ProfileError."""
    return read_sheet(path, MODELS, path_of)


def find_device(name: str) -> Sheet[AnyDevice]:
    """Return a shipped device, or that of the file `name`, which ends in .toml.

    Raises UnknownIdError; and ProfileError about the file.
    """
    return read_device(Path(name)) if name.endswith(".toml") else shipped(name)


def beside(path: str | Path, name: str) -> str:
    """Return the name of a device as `find_device` takes it: a file is relative to the file `path`, which names it."""
    return str(Path(path).parent / name) if name.endswith(".toml") else name


@cache
def shipped(name: str) -> Sheet[AnyDevice]:
    """Return a shipped device. Raises UnknownIdError."""
    return read_device(path_of(name))
