"""The codec of Spinel and its framing on a serial line."""

from __future__ import annotations

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.ids import PropertyId
from hanbench.hardware import identity, status, strangers
from tests.fuzz.target import Target, stable, unchanged


def _frame(octets: bytes) -> object:
    return stable(frames.decode, frames.SpinelFrame.encode, octets)


def _packed(octets: bytes) -> object:
    def decode(each: bytes) -> int:
        return frames.decode_packed(Reader(each, DropReason.MALFORMED_SPINEL))

    return stable(decode, frames.packed, octets)


def _transmit_request(octets: bytes) -> object:
    """A request; without the channel to listen on afterwards it means its own channel."""
    request = frames.decode_transmit_request(octets)
    unchanged(lambda each: frames.decode_transmit_request(each).encode(), request.encode(), request.encode())
    return request


def _received(octets: bytes) -> object:
    return stable(frames.decode_received, frames.Received.encode, octets)


def _transmit_done(octets: bytes) -> object:
    """The end of a transmission; one that succeeded always has an acknowledgement when it is encoded again."""
    done = frames.decode_transmit_done(octets)
    unchanged(lambda each: frames.decode_transmit_done(each).encode(), done.encode(), done.encode())
    return done


def _hdlc(octets: bytes) -> None:
    """A stream gives the same payloads however it is cut, and a payload survives its framing."""
    decoder = hdlc.Decoder()
    whole = decoder.feed(octets)
    pieces = hdlc.Decoder()
    cut = [payload for at in range(0, len(octets), 7) for payload in pieces.feed(octets[at : at + 7])]
    assert cut == whole
    again = hdlc.Decoder()
    for payload in whole:
        assert again.feed(hdlc.encode(payload)) == [payload]


def _identity(octets: bytes) -> None:
    """The answers of a firmware that says what it is: each has its length before it."""
    values: dict[PropertyId, bytes | None] = {}
    at = 0
    for asked in identity.ASKED:
        length = octets[at] if at < len(octets) else 0
        values[asked] = octets[at + 1 : at + 1 + length] if length != 0xFF else None
        at += 1 + length
    found = identity.read_identity(values)
    assert found.version.isprintable()
    _ = found.built, [*found.shortcomings(), *found.regrets()]


def _stranger(octets: bytes) -> None:
    """What answers where no RCP does."""
    status.describe_status(status.decode_status(octets))
    strangers.recognise([(question, octets) for question in strangers.QUESTIONS])


TARGETS = (
    Target("spinel.frame", _frame, (RemoteProtocolError,)),
    Target("spinel.packed", _packed, (RemoteProtocolError,), 8),
    Target("spinel.transmit_request", _transmit_request, (RemoteProtocolError,)),
    Target("spinel.received", _received, (RemoteProtocolError,)),
    Target("spinel.transmit_done", _transmit_done, (RemoteProtocolError,)),
    Target("spinel.hdlc", _hdlc, (), 4096),
    Target("spinel.identity", _identity, (RemoteProtocolError,)),
    Target("spinel.stranger", _stranger),
)
