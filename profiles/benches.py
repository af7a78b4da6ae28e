"""Bench files: the devices of a bench, their radios, its initial faults, and its speed.

A bench is wiring, not facts: its values need no sources. The same scenario runs on every bench; benches with emulated,
virtual and physical radios differ only in their files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from hanbench.profiles.cohorts import Position
from hanbench.profiles.devices import Id, ProfileName, Title
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import FORM, suggestion
from hanbench.profiles.firmware_models import FirmwareModel, check_firmware
from hanbench.profiles.loader import load
from hanbench.profiles.power import PowerPort
from hanbench.profiles.radio_url import RadioKind, RadioUrl, parse_radio
from hanbench.profiles.roles import ROLES as ROLES
from hanbench.profiles.rulesets import Cohort
from hanbench.profiles.sheet import UnknownIdError

FOLDER = Path(__file__).parent / "benches"
"""In the order in which they join: the gas meter may join through the repeater."""
VIRTUAL = "virtual"
"""Value of `speed`: as fast as the processor allows."""
SLOWEST = 1e-5
FASTEST = 1_000_000.0
"""Bounds of a speed, virtual seconds per real second: below, a second takes a day; above, no processor is."""
WELL_KNOWN = "well-known"
"""Value of `install_code`: the device joins with the well-known key."""


class StartingState(StrEnum):
    """The starting state of a HAN."""

    INSTALLED = "installed"
    """As in the field before migration: devices joined, keys agreed, the mirror granted."""
    NEW = "new"
    """Devices form the network, join and establish keys on the air."""


NO_EUI64 = (0, 0xFFFF_FFFF_FFFF_FFFF)
"""Values that are no address of a device: unknown, and all devices (Zigbee PRO R22, 2.4.3.1.1 and 3.4.1)."""
Hex64 = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-fA-F]{16}$(?!\n)",
        description="EUI-64, 16 hexadecimal digits",
        extra={FORM: "an EUI-64 of 16 hexadecimal digits"},
        extra_json_schema={"pattern": "^(?!0{16}$|[fF]{16}$)[0-9a-fA-F]{16}$"},
    ),
]
InstallCodeText = Annotated[
    str,
    Meta(
        pattern=r"^([ \t:-]*([0-9a-fA-F][ \t:-]*){12,36}|well-known)$(?!\n)",
        description="With its CRC, in hexadecimal digits, as printed on the meter; or well-known",
        extra={FORM: "an install code with its CRC, in 16, 20, 28 or 36 hexadecimal digits, or well-known"},
    ),
]
WakeInterval = Annotated[float, Meta(ge=1, le=86_400, description="Of a sleepy gas meter; its profile's where absent")]
Channel = Annotated[int, Meta(ge=11, le=26, description="On which the hub forms its HAN; it chooses where absent")]
PanId = Annotated[
    int, Meta(ge=0, le=0xFFFE, description="Of the HAN, whoever else has it; the hub takes a free one where absent")
]
Baud = Annotated[int, Meta(ge=9_600, le=4_000_000)]
FirmwareText = Annotated[
    str, Meta(description="Model of a virtual dongle's firmware: strict, lenient, openthread-2025-01 or efr32")
]
SeedText = Annotated[
    str,
    Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}$(?!\n)", extra={FORM: "a text of 1 to 200 characters on one line"}),
]
RadioText = Annotated[
    str,
    Meta(
        pattern=r"^[^\x00-\x1f]{0,4000}$(?!\n)",
        description="air:, pty:[LINK], tcp:[PORT], serial:/dev/..., socket://HOST:PORT, or physical",
    ),
]


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One device of the HAN."""

    radio: RadioText = "air:"
    profile: ProfileName | None = None
    ieee: (
        Annotated[
            Hex64,
            Meta(description="EUI-64; a physical meter's is needed, and an emulated device's certificate names it"),
        ]
        | None
    ) = None
    install_code: InstallCodeText | None = None
    wake_interval_s: WakeInterval | None = None
    baud: Annotated[Baud, Meta(description="Of the serial line; a virtual dongle is as slow as that")] | None = None
    rtscts: Annotated[bool, Meta(description="Hardware flow control, on serial: radios")] = False
    firmware: FirmwareText | None = None
    position_m: Annotated[Position, Meta(description="On the Air; the cohort's own place where absent")] | None = None
    power: Annotated[PowerPort, Meta(description="Of a physical device, for conform; a person where absent")] | None = (
        None
    )

    def __post_init__(self) -> None:
        url = parse_radio(self.radio)
        if self.firmware is not None:
            check_firmware(self.firmware)
            if url.kind not in (RadioKind.PTY, RadioKind.TCP):
                raise ValueError(f"firmware: expected none with {self.radio!r}; only a virtual dongle has a model")
        if url.kind is RadioKind.PHYSICAL and self.profile is not None:
            raise ValueError("expected no profile, because the device is physical")
        if url.kind is not RadioKind.PHYSICAL and self.power is not None:
            raise ValueError(f"power: expected none with {self.radio!r}; only a physical device has its own")

    @property
    def url(self) -> RadioUrl:
        return parse_radio(self.radio)


class SpareDongle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A virtual dongle on this bench's Air for a foreign host: another process, a sniffer, a coordinator."""

    radio: RadioText = "pty:"
    position_m: Position = (1.0, 1.0)
    baud: Baud | None = None
    transmit_queue: Annotated[
        int, Meta(ge=0, le=16, description="Transmissions that may wait for another; firmware has none")
    ] = 0
    firmware: FirmwareText = FirmwareModel.STRICT.value

    def __post_init__(self) -> None:
        check_firmware(self.firmware)
        if self.url.kind not in (RadioKind.PTY, RadioKind.TCP):
            raise ValueError(f"found {self.radio!r}; expected pty: or tcp:")

    @property
    def url(self) -> RadioUrl:
        return parse_radio(self.radio)


class Obstacle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An obstacle between two devices."""

    between: tuple[str, str]
    attenuation_db: Annotated[float, Meta(ge=0, le=200)]


class Nodes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The devices; a device without an entry does not exist."""

    hub: Node | None = None
    esme: Node | None = None
    gsme: Node | None = None
    ihd: Node | None = None
    repeater: Node | None = None


MOST_HOMES = 100
"""Homes of one bench: a street."""
PLOT_M = 8.0
"""Width of a plot, metres: by so much homes stand apart that do not say where they are."""


class Home(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of several homes on one Air."""

    nodes: Annotated[Nodes, Meta(description="Hub, ESME and GSME where absent")] = Nodes(
        hub=Node(), esme=Node(), gsme=Node()
    )
    cohort: Annotated[Cohort, Meta(description="Whose devices; the bench's where absent")] | None = None
    seed: Annotated[SeedText, Meta(description="The bench's with the home's name where absent")] | None = None
    begins: Annotated[StartingState, Meta(description="The bench's where absent")] | None = None
    channel: Channel | None = None
    pan_id: PanId | None = None
    at_m: Annotated[Position, Meta(description="Its place; in a row, 8 m apart, where absent")] | None = None
    faults: Annotated[tuple[str, ...], Meta(description="Names of faults that are active from the start")] = ()


class BenchProfile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One bench."""

    id: Id
    title: Title
    nodes: Nodes = Nodes()
    homes: Annotated[
        Mapping[Id, Home], Meta(max_length=MOST_HOMES, description="Several homes on one Air, in place of nodes")
    ] = {}
    cohort: Annotated[Cohort, Meta(description="Whose devices; the scenario's, else ioc, where absent")] | None = None
    seed: SeedText = "1"
    speed: Annotated[
        float | Literal["virtual"] | None,
        Meta(description="Virtual seconds per real second, or virtual; default: 1 if real time is needed"),
    ] = None
    begins: StartingState | None = None
    state: (
        Annotated[
            str,
            Meta(
                pattern=r"^[^\x00]{1,4000}$(?!\n)",
                extra={FORM: "the path of a folder"},
                description="Folder, relative to this file, that keeps the devices' flash over restarts",
            ),
        ]
        | None
    ) = None
    channel: Channel | None = None
    pan_id: PanId | None = None
    dongles: Mapping[Id, SpareDongle] = {}
    links: tuple[Obstacle, ...] = ()
    faults: Annotated[tuple[str, ...], Meta(description="Names of faults that are active from the start")] = ()

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        yield from self._common_ports()
        yield from self._found_twice()
        if self.homes:
            yield from self._problems_of_homes()
            yield from self._speed_problems()
            return
        present = self.present
        if not present and not self.dongles:
            yield "nodes: expected at least one device, or a dongle"
        for role, node in present.items():
            if (
                role in ("esme", "gsme")
                and node.url.kind is RadioKind.PHYSICAL
                and "hub" in self.emulated
                and node.ieee is None
            ):
                yield f"nodes.{role}.ieee: expected, because the hub must know the address of a physical device"
            if node.ieee is not None and int(node.ieee, 16) in NO_EUI64:
                yield f"nodes.{role}.ieee: found {node.ieee}; expected the EUI-64 of a device, which this is not"
        inside = [role for role in self.emulated if present[role].url.inside]
        outside = [role for role in self.emulated if present[role].url.outside]
        if inside and outside:
            yield f"nodes: {inside[0]} is on this bench's Air and {outside[0]} is not: they cannot hear each other"
        if outside and (self.links or self.dongles):
            yield "links and dongles need this bench's own Air, but the radios are outside it"
        known = {*self.emulated, *self.dongles}
        for index, link in enumerate(self.links):
            for name in link.between:
                if name not in known:
                    wanted = f"expected one of {', '.join(sorted(known))}{suggestion(name, sorted(known))}"
                    yield f"links[{index}].between: found {name!r}; {wanted}"
        taken = known & set(present) & set(self.dongles)
        if taken:
            yield f"dongles.{min(taken)}: expected another name than that of a node"
        for key in ("channel", "pan_id"):
            if getattr(self, key) is not None and "hub" not in self.emulated:
                yield f"{key}: expected an emulated hub, because that chooses the network"
        if self.begins is StartingState.INSTALLED and not self.complete:
            yield "begins: only a bench that emulates hub, esme and gsme can start installed; expected 'new'"
        yield from self._speed_problems()

    def _found_twice(self) -> Iterator[str]:
        """Yield a problem for each name that a list has twice."""
        lists = {"faults": self.faults, **{f"homes.{name}.faults": home.faults for name, home in self.homes.items()}}
        lists |= {f"links[{index}].between": link.between for index, link in enumerate(self.links)}
        for key, names in lists.items():
            if twice := next((name for name in names if names.count(name) > 1), None):
                yield f"{key}: found {twice!r} twice"
        seen: dict[frozenset[str], int] = {}
        for index, link in enumerate(self.links):
            first = seen.setdefault(frozenset(link.between), index)
            if first != index:
                yield f"links[{index}].between: found {' and '.join(link.between)} a second time, after links[{first}]"

    def _problems_of_homes(self) -> Iterator[str]:
        if self.present:
            yield "nodes: expected nodes or homes, not both"
        if self.state is not None:
            yield "state: expected no state: a bench of several homes keeps none"
        for key in ("faults", "channel", "pan_id"):
            if getattr(self, key) not in (None, ()):
                yield f"{key}: expected in each home that has it, as homes.NAME.{key}"
        for name in self.homes:
            try:
                apart = self.home(name)
            except ValueError as error:
                yield f"homes.{name}.{error}"
                continue
            for role in apart.emulated:
                if not apart.present[role].url.inside:
                    yield f"homes.{name}.nodes.{role}: expected a radio on this bench's Air: air:, pty: or tcp:"
        known = {f"{name}.{role}" for name in self.homes for role in ROLES} | set(self.dongles)
        for index, link in enumerate(self.links):
            for station in link.between:
                if station not in known:
                    yield f"links[{index}].between: found {station!r}; expected HOME.ROLE, such as {min(known)}"

    def _common_ports(self) -> Iterator[str]:
        """Yield a problem for each radio behind a port that another radio of the bench has."""
        radios = {f"nodes.{role}": node.url for role, node in self.present.items()}
        for name, home in self.homes.items():
            nodes = {role: getattr(home.nodes, role) for role in ROLES}
            radios |= {f"homes.{name}.nodes.{role}": node.url for role, node in nodes.items() if node is not None}
        radios |= {f"dongles.{name}": spare.url for name, spare in self.dongles.items()}
        owners: dict[str, str] = {}
        for key, url in radios.items():
            if url.port is not None and (owner := owners.setdefault(url.port, key)) != key:
                one, other = (each.removeprefix("nodes.") for each in (owner, key))
                yield f"{key}.radio: expected another radio: the {one} and the {other} name the same port"

    def home(self, name: str) -> BenchProfile:
        """Return the bench of one home alone. Raises ValueError if it is not well-formed."""
        home = self.homes[name]
        return structs.replace(
            self,
            homes={},
            dongles={},
            links=(),
            nodes=home.nodes,
            cohort=home.cohort or self.cohort,
            seed=home.seed or f"{self.seed}/{name}",
            begins=home.begins or self.begins,
            channel=home.channel,
            pan_id=home.pan_id,
            faults=home.faults,
        )

    def place_of(self, name: str) -> Position:
        """Return where a home stands, metres."""
        return self.homes[name].at_m or (PLOT_M * list(self.homes).index(name), 0.0)

    def _speed_problems(self) -> Iterator[str]:
        if self.speed is None:
            return
        if not isinstance(self.speed, str) and not SLOWEST <= self.speed <= FASTEST:
            yield f"speed: found {self.speed:g}; expected virtual or a number from {SLOWEST:g} to {FASTEST:.0f}"
        if self.real_time and self.speed != 1:
            yield f"speed: found {self.speed}; expected 1: foreign devices or hosts take part"

    @property
    def present(self) -> dict[str, Node]:
        """The devices, by role."""
        nodes = {role: getattr(self.nodes, role) for role in ROLES}
        return {role: node for role, node in nodes.items() if node is not None}

    @property
    def emulated(self) -> tuple[str, ...]:
        """Roles of the emulated devices."""
        return tuple(role for role, node in self.present.items() if node.url.kind is not RadioKind.PHYSICAL)

    @property
    def physical(self) -> tuple[str, ...]:
        """Roles of the physical devices."""
        return tuple(role for role, node in self.present.items() if node.url.kind is RadioKind.PHYSICAL)

    @property
    def complete(self) -> bool:
        """Whether hub and both meters are emulated."""
        return {"hub", "esme", "gsme"} <= set(self.emulated)

    @property
    def real_time(self) -> bool:
        """Whether a device or program outside this process takes part."""
        outside = any(self.present[role].url.outside for role in self.emulated)
        return bool(self.physical or self.dongles) or outside or any(self.home(name).real_time for name in self.homes)

    @property
    def starts(self) -> StartingState:
        """The starting state: `begins`, or a default that suits the devices."""
        if self.begins is not None:
            return self.begins
        return StartingState.INSTALLED if self.complete else StartingState.NEW


def read_bench(path: Path) -> BenchProfile:
    """Return the bench in the file `path`. Raises ProfileError."""
    return load(path, BenchProfile)


def ids() -> list[str]:
    """Return the ids of the shipped benches."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path_of(name: str) -> Path:
    """Return the file of a shipped bench. Raises UnknownIdError."""
    if name not in ids():
        raise UnknownIdError("bench", name, ids())
    return FOLDER / f"{name}.toml"


def find_bench(name: str) -> BenchProfile:
    """Return the shipped bench with the id `name`, or the bench in the file of that name.

    Raises ProfileError.
    """
    path = path_of(name) if name in ids() else Path(name)
    if not path.exists() and "/" not in name and not name.endswith(".toml"):
        raise ProfileError(path, f"neither a file nor one of {', '.join(ids())}{suggestion(name, ids())}")
    return read_bench(path)
