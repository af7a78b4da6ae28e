"""Capture files: pcapng of hanbench, pcap and pcapng of others, the TAP header, and key files."""

from __future__ import annotations

from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.harness.capture import CaptureError, keyfile, reader, tap
from hanbench.harness.capture.embedding import embed
from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.capture.link_types import LINK_TYPES
from hanbench.harness.capture.packets import Secrets
from hanbench.harness.capture.secrets import key_of, network_key
from hanbench.harness.field.keys import KeyInputError, eui64, gather
from hanbench.harness.files import OutputError
from hanbench.harness.wireshark.keys import LABEL_PREFIX, WELL_KNOWN, merge, take_out
from tests.fuzz.place import file, folder
from tests.fuzz.target import Target, readable, unchanged
from tests.interop.han import NETWORK_KEY

_LINKS = sorted(LINK_TYPES)


def _foreign(octets: bytes) -> None:
    found = read_foreign(file(octets, "foreign.pcapng"))
    assert found.frames
    assert all(len(each.frame.mpdu) <= 127 for each in found.frames)
    gather(folder() / "foreign.pcapng", found.secrets)


def _own(octets: bytes) -> None:
    for frame in reader.read(file(octets, "own.pcapng")):
        assert isinstance(frame.psdu, bytes)


def _both(octets: bytes) -> None:
    """What hanbench reads of its own captures, the reader of foreign ones reads too."""
    path = file(octets, "both.pcapng")
    own = list(reader.read(path))
    if not any(len(each.psdu) > 2 for each in own):
        return
    with readable(path):
        foreign = read_foreign(path)
    assert [each.frame.mpdu for each in foreign.frames] == [
        each.psdu[:-2] for each in own if 3 <= len(each.psdu) <= 129
    ]


def _packet(octets: bytes) -> None:
    """One packet of a link type, which is the first octet."""
    LINK_TYPES[_LINKS[(octets[0] if octets else 0) % len(_LINKS)]](octets[1:])


def _tap(octets: bytes) -> None:
    heard, psdu = tap.decode(octets)
    if None not in heard and heard.channel is not None and heard.lqi is not None and heard.rssi is not None:
        encoded = tap.encode(heard.rssi, heard.lqi, heard.channel) + psdu
        unchanged(tap.decode, encoded, (heard, psdu))


def _keys(octets: bytes) -> None:
    """A key file; written and read again it has the same keys."""
    found = keyfile.read(file(octets, "own.keys"))
    ring = keyfile.KeyRing()
    for key in found:
        ring.add(key.label, key.octets)
    again = folder() / "again.keys"
    keyfile.write(again, ring)
    unchanged(lambda each: keyfile.read(file(each, "again.keys")), again.read_bytes(), list(ring))


def _field_keys(octets: bytes) -> None:
    gather(folder() / "none.pcapng", files=[file(octets, "field.keys")])


def _typed_keys(octets: bytes) -> None:
    """What a person types: a key, an address, an install code."""
    text = octets.decode(errors="replace")
    key, _, rest = text.partition("\n")
    code, _, address = rest.partition("\n")
    gather(folder() / "none.pcapng", keys=[key] if key else [], install_codes=[code] if code else [])
    eui64(address)


def _embedded(octets: bytes) -> None:
    """A capture with keys put into it has the frames that it had, and the keys."""
    path = file(octets, "embedded.pcapng")
    before = [frame.psdu for frame in reader.read(path)]
    embed(path, [network_key(NETWORK_KEY)])
    with readable(path):
        assert [frame.psdu for frame in reader.read(path)] == before
    if before:
        assert NETWORK_KEY in [key_of(each) for each in read_foreign(path).secrets]


def _wireshark_table(octets: bytes) -> None:
    """Wireshark's own table of keys: hanbench's rows come and go, and every other line stays."""
    path = file(octets, "zigbee_pc_keys")
    lines = octets.decode(errors="surrogateescape").splitlines()
    merge(path, [WELL_KNOWN])
    assert path.read_text(errors="surrogateescape").splitlines()[: len(lines)] == lines
    assert merge(path, [WELL_KNOWN]) == 0
    take_out(path)
    kept = path.read_text(errors="surrogateescape").splitlines() if path.exists() else []
    assert kept == [each for each in lines if each in kept]
    assert all(LABEL_PREFIX in each or not each.strip() or each[:1] == "#" for each in lines if each not in kept)


def _secrets(octets: bytes) -> None:
    key = key_of(Secrets(int.from_bytes(octets[:4], "little"), octets[4:]))
    assert key is None or len(key) == KEY_LENGTH


TARGETS = (
    Target("capture.foreign", _foreign, (CaptureError,), 4096),
    Target("capture.own", _own, (CaptureError,), 4096),
    Target("capture.both", _both, (CaptureError,), 4096),
    Target("capture.packet", _packet, (ValueError,), 256),
    Target("capture.tap", _tap, (ValueError,), 256),
    Target("capture.keys", _keys, (CaptureError, OutputError), 1024),
    Target("capture.field_keys", _field_keys, (CaptureError,), 1024),
    Target("capture.typed_keys", _typed_keys, (KeyInputError, ValueError), 256),
    Target("capture.embedded", _embedded, (CaptureError,), 4096),
    Target("capture.wireshark_table", _wireshark_table, (), 1024),
    Target("capture.secrets", _secrets, (ValueError,), 64),
)
