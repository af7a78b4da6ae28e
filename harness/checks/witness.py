"""What a check saw beside its evidence: polls in vain, frames that the hub turned away, a radio that lies."""

from __future__ import annotations

from collections import Counter

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacCommand, short_data_ends
from hanbench.emulator.mac.layer import Mac
from hanbench.emulator.radio import Transmission
from hanbench.harness.han.han import Han

TELLING = (
    DropReason.REPLAY,
    DropReason.WRONG_KEY,
    DropReason.BAD_MIC,
    DropReason.UNKNOWN_KEY,
    DropReason.UNSECURED,
    DropReason.ADDRESS_CONFLICT,
    DropReason.TABLE_FULL,
)
"""Drops that can explain why a meter was not reached; duplicates and frames for others happen on any day."""
ACK_LENGTH = 5
"""Octets of an immediate acknowledgement, FCS included (IEEE 802.15.4-2011, 5.2.2.3)."""
IN_FLIGHT = 1
"""Frames whose transmission had begun when the check began."""


class _Sender:
    """One emulated device, and what its radio says of its frames."""

    def __init__(self, device: AnyDevice) -> None:
        self.name = device.name
        self.mac: Mac = device.stack.mac
        self.before: int = self.mac.acknowledged
        self.on_air = 0

    @property
    def invented(self) -> int:
        """Frames that the radio calls acknowledged, and that were never on the air."""
        return max(0, self.mac.acknowledged - self.before - self.on_air - IN_FLIGHT)


class Witness:
    """Watches the medium and the hub while it is attached."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._emulated = han.emulates("gsme")
        self._polls = self._served = 0
        self._senders: dict[object, _Sender] = {}
        for role in ("hub", "repeater", "gsme"):
            slot = han.radios.slots.get(role)
            if han.emulates(role) and slot is not None and slot.air is not None:
                device = next(each for each in han.devices if each.name == role)
                if device.powered:
                    self._senders[slot.air] = _Sender(device)
        self._drops = self._counted()
        self._parent_before = self._parent

    def __enter__(self) -> Witness:
        self._han.medium.observers.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._han.medium.observers.remove(self)

    @property
    def _parent(self) -> str | None:
        """The emulated device that has the gas meter among its children; None: none has."""
        ieee = self._han.settings.gsme.ieee
        parents = (self._han.hub, self._han.repeater)
        found = (each.name for each in parents if each is not None and each.powered and each.stack.parent.by_ieee(ieee))
        return next(found, None)

    @property
    def gone(self) -> str:
        """That the gas meter has lost its place at its parent meanwhile, in words; empty: it has not."""
        lost = self._parent_before is not None and self._parent is None
        return f"; it is no child of the {self._parent_before} any more" if lost else ""

    def _counted(self) -> Counter[DropReason]:
        hub = self._han.hub
        return Counter({each: hub.stack.counters[each] for each in TELLING}) if hub.powered else Counter()

    def __call__(self, transmission: Transmission) -> None:
        psdu = transmission.psdu
        sender = self._senders.get(transmission.sender)
        if sender is not None and len(psdu) > ACK_LENGTH:
            sender.on_air += 1
        ends = short_data_ends(psdu)
        if ends is not None:
            self._served += self._is_gas_meter(ends[2], ends[0])
        elif psdu and psdu[0] & 0x07 == mac.COMMAND:
            self._polls += self._is_poll(psdu)

    def _is_gas_meter(self, short: int, pan_id: int) -> bool:
        if not self._emulated:
            return self._han.role_of(short, pan_id) == "gsme"
        network = self._han.gsme.storage.network
        return network is not None and network.short == short and network.pan_id == pan_id

    def _is_poll(self, psdu: bytes) -> bool:
        try:
            frame = mac.decode(psdu)
        except RemoteProtocolError:
            return False
        if frame.payload[:1] != bytes((MacCommand.DATA_REQUEST,)) or frame.src is None or frame.dst_pan is None:
            return False
        return frame.src_mode == mac.SHORT and self._is_gas_meter(frame.src, frame.dst_pan)

    @property
    def lying_radio(self) -> str | None:
        """What a radio invented, in words; None: no radio did."""
        for each in self._senders.values():
            if each.invented:
                return (
                    f"the radio of the {each.name} calls {each.invented} frames acknowledged that were never on the "
                    f"air{self.polls_in_vain}"
                )
        return None

    @property
    def polls_in_vain(self) -> str:
        """That the gas meter polls and gets nothing, in words; empty: it does not poll, or it got frames."""
        if not self._polls or self._served:
            return ""
        times = "once" if self._polls == 1 else f"{self._polls} times"
        return f"; it polls and gets nothing ({times})"

    @property
    def turned_away(self) -> str:
        """The frames that the hub dropped meanwhile, in words; empty: none."""
        drops = self._counted()
        drops.subtract(self._drops)
        said = ", ".join(f"{number} {reason}" for reason, number in drops.items() if number > 0)
        return f"; meanwhile the hub turned away frames: {said}" if said else ""
