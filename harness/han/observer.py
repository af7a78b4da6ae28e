"""Observed frames of a HAN: named, with the devices at both ends of the hop."""

from __future__ import annotations

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Transmission
from hanbench.harness.case.pattern import ObservedFrame
from hanbench.harness.frames.begun import Begun
from hanbench.harness.frames.dissected import Dissected
from hanbench.harness.frames.dissector import Dissector
from hanbench.harness.han.han import Han


class FrameObserver:
    """Converts every transmission of one HAN, in order, to an ObservedFrame."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._dissector = Dissector(han.keys)
        self._spoke: str | None = None

    def __call__(self, transmission: Transmission) -> ObservedFrame:
        """Return the observed frame. Call this with every frame, because acknowledgements have no addresses."""
        return self.with_dissection(transmission)[0]

    def with_dissection(self, transmission: Transmission) -> tuple[ObservedFrame, Dissected]:
        """Return the observed frame and its dissection; otherwise as a call."""
        sender, receiver, begun = self.begin(transmission)
        found = begun.end()
        return ObservedFrame(sender, receiver, transmission.channel, found.name, found.cluster), found

    def begin(self, transmission: Transmission) -> tuple[str | None, str | None, Begun]:
        """Return the devices at both ends of a frame, and its dissection, which may end later; otherwise as a call."""
        psdu = transmission.psdu
        begun = self._dissector.begin(psdu)
        sender, receiver = self._ends(begun.mac)
        if psdu and psdu[0] & 7 == mac.ACK:
            receiver = self._spoke
        sender = self._han.role_at(transmission.sender.name) or sender
        self._spoke = sender
        return sender, receiver, begun

    def _ends(self, frame: mac.MacFrame | None) -> tuple[str | None, str | None]:
        if frame is None:
            return None, None
        source = self._place(frame.src_pan, frame.src, frame.src_mode)
        return source, self._place(frame.dst_pan, frame.dst, frame.dst_mode)

    def _place(self, pan_id: int | None, address: int | None, mode: int) -> str | None:
        if pan_id is None or address is None:
            return None
        if mode == mac.SHORT:
            return self._han.role_of(address, pan_id)
        here = next((each.name for each in self._han.devices if each.storage.ieee == address), None)
        return here or next((role for role in self._han.physical if self._han.settings.of(role).ieee == address), None)
