"""The radios of one bench: on its Air, behind virtual dongles on that Air, or physical."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.dongle import MODELS, LockstepLine, Port, PortError, PtyPort, TcpPort, VirtualDongle
from hanbench.emulator.radio import Air, AirRadio, Radio
from hanbench.emulator.radio.medium import Medium
from hanbench.emulator.radio.propagation import Position
from hanbench.emulator.randomness import split
from hanbench.hardware.errors import PortUnavailableError, RadioError
from hanbench.hardware.serial_port import BAUD, SerialPort
from hanbench.hardware.spinel_radio import SpinelRadio
from hanbench.harness.han.addresses import OWN_BLOCK
from hanbench.harness.han.passive_medium import PassiveMedium
from hanbench.profiles.firmware_models import FirmwareModel
from hanbench.profiles.radio_url import RadioKind, RadioUrl

DONGLE_RANGE = OWN_BLOCK + 0xD00000
"""Block of the factory-assigned EUI-64s of virtual dongles."""


ON_AIR = RadioUrl(RadioKind.AIR, "")


class NotOnTheAirError(RuntimeError):
    """The operation needs a radio on the bench's own Air."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """The connection to the radio of one node."""

    url: RadioUrl = ON_AIR
    baud: int | None = None
    rtscts: bool = False
    transmit_queue: int = 0
    firmware: str = FirmwareModel.STRICT
    """The model of a virtual dongle's firmware."""


@dataclass(slots=True)
class RadioSlot:
    """One radio, and the parts behind it."""

    radio: Radio
    air: AirRadio | None = None
    dongle: VirtualDongle | None = None
    host: SpinelRadio | None = None

    @property
    def where(self) -> str | None:
        """The device or port of the virtual dongle; None: there is no dongle."""
        if self.dongle is None:
            return None
        port = self.dongle.port
        return port.device if isinstance(port, PtyPort) else port.url


@dataclass(slots=True)
class Radios:
    """All radios of a bench, for the whole life of its devices."""

    clock: VirtualClock
    seed: int | str
    wiring: Mapping[str, Wiring] = field(default_factory=dict)
    """Wiring by node; a node without an entry has a radio on the Air."""
    on_failure: Callable[[str, str | None], None] = lambda name, failure: None
    """Called with a node's name and a description of its dongle's failure, or None when the dongle works again."""
    on_event: Callable[[str, str], None] = lambda name, text: None
    """Called with a dongle's name and a description of an event."""
    links: Path | None = None
    """Folder for symbolic links to the ptys of the dongles for foreign hosts."""
    home: str = ""
    """Name of the home, which the names of its radios begin with; empty where there is one home."""
    shared_air: Air | None = None
    """The Air of several homes; None: this home has an Air of its own."""
    first_dongle: int = 0
    """Number of the first dongle; a home has at most 16."""
    bench: str = ""
    """The bench file, for errors about its radios."""
    air: Air = field(init=False)
    slots: dict[str, RadioSlot] = field(init=False, default_factory=dict)
    medium: Medium = field(init=False)
    _overheard: PassiveMedium | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.air = self.shared_air or Air(self.clock, split(self.seed, "air"))
        self.medium = self.air
        if any(wiring.url.outside for wiring in self.wiring.values()):
            self.medium = self._overheard = PassiveMedium()

    # --- putting together -------------------------------------------------------------------------------------------

    def slot_for(self, name: str, position: Position) -> Radio:
        """Return the radio of a node, the same one each time."""
        if name not in self.slots:
            wiring = self.wiring.get(name, Wiring())
            self.slots[name] = (
                self._outside(name, wiring) if wiring.url.outside else self._inside(name, wiring, position)
            )
        return self.slots[name].radio

    def add_dongle(self, name: str, wiring: Wiring, position: Position) -> VirtualDongle:
        """Return a new virtual dongle on the Air for a foreign host."""
        radio = self._radio(name, position)
        url = wiring.url
        if url.kind is RadioKind.PTY and not url.where and self.links is not None:
            url = RadioUrl(RadioKind.PTY, str(self.links / name))
        dongle = self._dongle(name, radio, _port(url, None), wiring)
        self.slots[name] = RadioSlot(radio, radio, dongle)
        return dongle

    def _radio(self, name: str, position: Position) -> AirRadio:
        station = f"{self.home}.{name}" if self.home else name
        return AirRadio(self.air, self.clock, split(self.seed, name, "radio"), station, position)

    def _inside(self, name: str, wiring: Wiring, position: Position) -> RadioSlot:
        radio = self._radio(name, position)
        if wiring.url.kind is RadioKind.AIR:
            return RadioSlot(radio, radio)
        lockstep = LockstepLine(self.clock)
        port = _port(wiring.url, lockstep)
        dongle = self._dongle(name, radio, port, wiring)
        host = self._host(name, SerialPort(lambda: port.url, baud=wiring.baud or BAUD, lockstep=lockstep))
        return RadioSlot(host, radio, dongle, host)

    def _outside(self, name: str, wiring: Wiring) -> RadioSlot:
        assert self._overheard is not None
        host = self._host(name, SerialPort(str(wiring.url), baud=wiring.baud or BAUD, rtscts=wiring.rtscts))
        self._overheard.follow(host)
        return RadioSlot(host, host=host)

    def _dongle(self, name: str, radio: AirRadio, port: Port, wiring: Wiring) -> VirtualDongle:
        number = DONGLE_RANGE + self.first_dongle + len(self.slots)
        firmware = replace(MODELS[wiring.firmware], transmit_queue=wiring.transmit_queue)
        races = split(self.seed, name, "firmware")
        dongle = VirtualDongle(
            name, radio, self.clock, port, eui64=number, firmware=firmware, random=races, baud=wiring.baud
        )
        dongle.on_event = lambda name, text: self.on_event(name, text)
        return dongle

    def _host(self, name: str, port: SerialPort) -> SpinelRadio:
        host = SpinelRadio(name, port, self.clock)
        host.on_failure = lambda failure: self.on_failure(name, failure)
        host.on_note = lambda note: self.on_event(name, note)
        return host

    def on_air(self, name: str) -> AirRadio:
        """Return the radio of a node on the Air. Raises NotOnTheAirError."""
        air = self.slots[name].air
        if air is None:
            raise NotOnTheAirError(f"the radio of {name} is {self.wiring[name].url}, not on the bench's own Air")
        return air

    @property
    def can_fail(self) -> bool:
        """Whether a radio is behind a serial line."""
        return any(slot.host is not None for slot in self.slots.values())

    async def verify(self) -> None:
        """Ask each dongle whether it still works as configured; what is wrong is reported to `on_failure`."""
        for slot in self.slots.values():
            if slot.host is not None:
                await slot.host.verify()

    @property
    def published(self) -> list[Path]:
        """The symbolic links to ptys of this bench."""
        ports = [slot.dongle.port for slot in self.slots.values() if slot.dongle is not None]
        return [port.link for port in ports if isinstance(port, PtyPort) and port.link is not None]

    # --- life -------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Radios:
        """Plug in every virtual dongle, and open every port. Raises RadioError."""
        try:
            for name, slot in self.slots.items():
                try:
                    if slot.dongle is not None:
                        _plug(slot.dongle)
                    if slot.host is not None:
                        await slot.host.start()
                except RadioError as error:
                    raise type(error)(f"{self._key(name)}: {error}") from None
        except BaseException:
            self.close()
            raise
        return self

    def _key(self, name: str) -> str:
        """Return the key of a radio in the bench file, and the file."""
        key = f"nodes.{name}.radio" if name in self.wiring else f"dongles.{name}.radio"
        return ": ".join(part for part in (self.bench, f"homes.{self.home}.{key}" if self.home else key) if part)

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all ports and unplug all virtual dongles. Has no effect a second time."""
        for slot in self.slots.values():
            if slot.host is not None:
                slot.host.close()
            if slot.dongle is not None:
                slot.dongle.unplug()


def _plug(dongle: VirtualDongle) -> None:
    try:
        dongle.plug()
    except PortError as error:
        raise PortUnavailableError(f"dongle {dongle.name}: {error}") from None


def _port(url: RadioUrl, lockstep: LockstepLine | None) -> Port:
    if url.kind is RadioKind.TCP:
        return TcpPort(int(url.where or 0), lockstep)
    return PtyPort(Path(url.where) if url.where else None, lockstep)
