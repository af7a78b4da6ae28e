"""APS frames, with and without security, and commands."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.aps import commands, frames
from hanbench.emulator.zigbee.security.ccm import cipher
from tests.fuzz.target import Target, readable, stable, unchanged
from tests.interop.han import LINK_KEY

_CIPHER = cipher(LINK_KEY)
_SENDER = 0x00124B0000000001
_FIELDS = tuple(name for name in frames.ApsFrame.__slots__ if not name.startswith("_"))


def _fields(frame: frames.ApsFrame) -> dict[str, object]:
    return {name: getattr(frame, name) for name in _FIELDS}


def _sender(frame: frames.ApsFrame) -> int:
    return _SENDER if frame.sender_ieee is None else frame.sender_ieee


def _header(frame: frames.ApsFrame) -> bytes | None:
    """The frame's header, without its reserved bits; None: hanbench sends no frame of this form."""
    secured = frame.secured
    if frame.type == frames.COMMAND and frame.delivery != frames.GROUP:
        return frames.command_header(
            frame.counter, delivery=frame.delivery, ack_request=frame.ack_request, secured=secured
        )
    if frame.type != frames.DATA or frame.delivery == frames.GROUP:
        return None
    return frames.data_header(
        frame.dst_endpoint,
        frame.cluster,
        frame.profile,
        frame.src_endpoint,
        frame.counter,
        ack_request=frame.ack_request,
        delivery=frame.delivery,
        secured=secured,
        fragment=frame.fragment,
    )


def _frame(octets: bytes) -> None:
    """A frame; encoded again it has the same fields, and what is sealed opens."""
    frame = frames.decode(octets)
    header = _header(frame)
    if not frame.secured:
        if header is not None:
            unchanged(lambda each: _fields(frames.decode(each)), header + frame.payload, _fields(frame))
        return
    if header is not None:
        plain = frame._data[frame._at + 13 :]
        sender = _sender(frame)
        extended = frame.sender_ieee is not None
        sealed = frames.secure(
            header, plain, _CIPHER, frame.key_id, frame.frame_counter, sender, extended_nonce=extended
        )
        with readable(sealed):
            again = frames.decode(sealed)
            assert _fields(again) == _fields(frame)
            again.decrypt(_CIPHER, sender)
            assert again.payload == plain
    frame.decrypt(_CIPHER, _sender(frame))


def _acknowledgement(octets: bytes) -> None:
    """The acknowledgement of whatever may be acknowledged is one, and has the frame's counter."""
    frame = frames.decode(octets)
    if frame.type == frames.ACK or frame.delivery == frames.GROUP:
        return
    header = frames.ack_header(frame)
    with readable(header):
        ack = frames.decode(header)
        assert (ack.type, ack.counter) == (frames.ACK, frame.counter)


def _command(octets: bytes) -> object:
    return stable(commands.decode, lambda command: command.encode(), octets)


TARGETS = (
    Target("aps.frame", _frame, (RemoteProtocolError,), 127),
    Target("aps.acknowledgement", _acknowledgement, (RemoteProtocolError,), 127),
    Target("aps.command", _command, (RemoteProtocolError,), 127),
)
