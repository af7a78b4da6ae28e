"""Observed frames of a HAN: named, with the devices at both ends of the hop."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Transmission
from hanbench.harness.case.pattern import ObservedFrame
from hanbench.harness.frames.dissected import Dissected
from hanbench.harness.frames.dissector import Dissector
from hanbench.harness.han.han import Han
from hanbench.profiles.benches import ROLES

_ACKNOWLEDGEMENT = 2


class FrameObserver:
    """Converts every transmission of one HAN, in order, to an ObservedFrame."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._dissect = Dissector(han.keys)
        self._spoke: str | None = None

    def __call__(self, transmission: Transmission) -> ObservedFrame:
        """Return the observed frame. Call this with every frame, because acknowledgements have no addresses."""
        return self.with_dissection(transmission)[0]

    def with_dissection(self, transmission: Transmission) -> tuple[ObservedFrame, Dissected]:
        """Return the observed frame and its dissection; otherwise as a call."""
        psdu = transmission.psdu
        sender, receiver = self._ends(psdu)
        if psdu and psdu[0] & 7 == _ACKNOWLEDGEMENT:
            receiver = self._spoke
        name = transmission.sender.name
        sender = name if name in ROLES else sender
        self._spoke = sender
        found = self._dissect(psdu)
        return ObservedFrame(sender, receiver, transmission.channel, found.name, found.cluster), found

    def _ends(self, psdu: bytes) -> tuple[str | None, str | None]:
        try:
            frame = mac.decode(psdu)
        except RemoteProtocolError:
            return None, None
        source = self._place(frame.src_pan, frame.src, frame.src_mode)
        return source, self._place(frame.dst_pan, frame.dst, frame.dst_mode)

    def _place(self, pan_id: int | None, address: int | None, mode: int) -> str | None:
        if pan_id is None or address is None:
            return None
        if mode == mac.SHORT:
            return self._han.role_of(address, pan_id)
        return next((each.name for each in self._han.devices if each.storage.ieee == address), None)
