"""PIXIT: the values that a test of a device needs beside its PICS, typed and checked before the first case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from hanbench.profiles.benches import NO_EUI64
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.loader import load

SENSITIVE = frozenset(("install_code",))
"""Names of values that are never printed."""
Seconds = Annotated[float, Meta(gt=0, le=8_640_000)]


class Pixit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The values of one device. Those without a default are needed for devices that hanbench does not emulate."""

    ieee: (
        Annotated[
            str, Meta(pattern=r"^[0-9a-fA-F]{16}$(?!\n)", description="EUI-64 of the device, 16 hexadecimal digits")
        ]
        | None
    ) = None
    install_code: (
        Annotated[
            str,
            Meta(
                pattern=r"^[ \t:-]*([0-9a-fA-F][ \t:-]*){12,36}$(?!\n)",
                description="Install code with its CRC, in hexadecimal digits, as printed on the device",
            ),
        ]
        | None
    ) = None
    certificates: Annotated[
        str | None, Meta(description="Certificate file, or id of a shipped one, for the bench's own devices")
    ] = None
    endpoint: Annotated[int, Meta(ge=1, le=240, description="Smart Energy endpoint of the device")] = 1
    channels: Annotated[
        tuple[Annotated[int, Meta(ge=11, le=26)], ...],
        Meta(min_length=2, description="Channels on which the device looks for a network"),
    ] = (11, 14, 15, 19, 20, 24, 25)
    wake_period_s: Annotated[Seconds, Meta(description="From one wake of a sleepy device to the next")] = 1800
    wake_tolerance: Annotated[float, Meta(ge=0, le=1, description="Share by which a wake may be late")] = 0.1
    join_s: Annotated[Seconds, Meta(description="From the start of commissioning to the device announce")] = 180
    secure_s: Annotated[Seconds, Meta(description="From the device announce to an agreed link key")] = 1200
    rejoin_s: Annotated[
        Seconds, Meta(description="From the return of the hub to the device's, after an outage of a minute")
    ] = 1800
    longest_rest_s: Annotated[Seconds, Meta(description="Longest pause between two searches for a lost network")] = 5400
    counter_jump: Annotated[
        int, Meta(ge=1, le=0x7FFF_FFFF, description="Frame counter values that a power cut may skip")
    ] = 65_536
    most_beacon_requests_per_hour: Annotated[
        int, Meta(ge=1, description="Beacon requests of a device that has lost its network, from the second hour on")
    ] = 120
    register_unit: Annotated[int, Meta(ge=0, le=255, description="UnitOfMeasure: 0 kWh, 1 m3")] | None = None
    divisor: Annotated[int, Meta(ge=1, le=0xFF_FFFF, description="Divisor of the register, as marked")] | None = None
    largest_flow_per_hour: Annotated[float, Meta(gt=0, description="Most that the register counts in an hour")] = 100.0
    battery_mah: Annotated[float, Meta(gt=0, description="Capacity of the battery")] = 19_000.0
    battery_years: Annotated[float, Meta(gt=0, description="Time that the battery must last")] = 10.0
    radio_ma: Annotated[float, Meta(gt=0, description="Current with the radio on")] = 20.0
    sleep_ua: Annotated[float, Meta(ge=0, description="Current asleep")] = 10.0

    def __post_init__(self) -> None:
        if self.ieee is not None and int(self.ieee, 16) in NO_EUI64:
            raise ValueError(f"ieee: found {self.ieee}; expected the EUI-64 of a device, which this is not")

    def __repr__(self) -> str:
        return f"Pixit({', '.join(f'{name}={value}' for name, value in self.shown.items())})"

    @property
    def shown(self) -> dict[str, str]:
        """The values as text, without those that are sensitive."""
        given = {name: getattr(self, name, UNSET) for name in self.__struct_fields__}
        return {
            name: "(given, not shown)" if name in SENSITIVE else str(value)
            for name, value in given.items()
            if value is not None and not isinstance(value, UnsetType)
        }


def read_pixit(path: Path) -> Pixit:
    """Return the values in a TOML file. Raises ProfileError, which quotes no sensitive value."""
    try:
        return load(path, Pixit)
    except ProfileError as error:
        if error.key in SENSITIVE:
            expected = "expected hexadecimal digits, with the CRC: 16, 20, 28 or 36 of them"
            raise ProfileError(error.path, expected, error.key) from None
        raise
