"""The cluster library: frames, general commands, every command of every cluster, attribute records and data types."""

from __future__ import annotations

import contextlib

from hanbench.emulator.devices.services.image import check_image, make_image
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import foundation, frame, types, values
from hanbench.emulator.zcl.clusters import CLUSTERS
from tests.fuzz.target import Target, stable

ROWS = tuple(row for cluster in CLUSTERS for direction in (0, 1) for row in cluster.commands(direction))
"""Every command of every cluster, in the order of the tables: the first octets of `zcl.command` choose one."""
_RECORDS = {
    0x0A: (values.decode_report, "a report"),
    0x01: (lambda octets: values.decode_read_response(octets)[0], "a read response"),
}


def _frame(octets: bytes) -> object:
    return stable(frame.decode, frame.ZclFrame.encode, octets)


def _general(octets: bytes) -> object:
    """A general command; its number is the first octet."""
    command = octets[0] if octets else 0
    return stable(lambda payload: foundation.decode(command, payload), foundation.encode, octets[1:])


def _cluster_command(octets: bytes) -> object:
    """A command of a cluster; its place in `ROWS` are the first two octets."""
    row = ROWS[int.from_bytes(octets[:2], "little") % len(ROWS)]
    return stable(row.decode, row.encode, octets[2:])


def _value(octets: bytes) -> object:
    """A value; its data type is the first octet."""
    kind = types.type_of(octets[0] if octets else 0)
    return stable(
        lambda payload: kind.decode_attribute(Reader(payload, DropReason.MALFORMED_ZCL)),
        kind.encode_attribute,
        octets[1:],
    )


def _fast(octets: bytes, command: int) -> None:
    """The fast path and the field by field one read the same, or refuse the same."""
    read, what = _RECORDS[command]
    try:
        fast: object = read(octets)
    except RemoteProtocolError:
        fast = None
    try:
        whole = foundation.decode(command, octets)
    except RemoteProtocolError:
        assert not fast, f"only the fast path reads {what}: {fast!r}"
        return
    slow = {
        record.attribute: record.data.value
        for record in whole.records  # type: ignore[attr-defined]
        if record.data is not None
    }
    assert fast == slow or repr(fast) == repr(slow) or (fast is None and not slow), f"{fast!r} and {slow!r}"


def _read_request(octets: bytes) -> object:
    return stable(values.decode_read_request, values.encode_read_request, octets)


def _image(octets: bytes) -> None:
    """A firmware image; one made of what was read is whole, and one with an octet changed is not."""
    try:
        image = check_image(octets)
    except RemoteProtocolError:
        image = make_image(0x10C9, 1, int.from_bytes(octets[:4], "little"), octets)
    assert check_image(image.octets) == image
    broken = image.octets[:-1] + bytes((image.octets[-1] ^ 1,))
    with contextlib.suppress(RemoteProtocolError):
        check_image(broken)
        raise AssertionError("an image with a wrong hash was taken")


TARGETS = (
    Target("zcl.frame", _frame, (RemoteProtocolError,), 127),
    Target("zcl.general", _general, (RemoteProtocolError,), 127),
    Target("zcl.command", _cluster_command, (RemoteProtocolError,), 200),
    Target("zcl.value", _value, (RemoteProtocolError,), 200),
    Target("zcl.report", lambda octets: _fast(octets, 0x0A), (), 127),
    Target("zcl.read_response", lambda octets: _fast(octets, 0x01), (), 127),
    Target("zcl.image", _image, (), 512),
    Target("zcl.read_request", _read_request, (RemoteProtocolError,), 127),
)
