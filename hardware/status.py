"""The status values with which firmware answers, and their names in messages.

Sources: OpenThread's `spinel.h` (SPINEL_STATUS_...), `error.h` (OT_ERROR_...) and `ncp_base.cpp` (which error becomes
which status), as of January 2025.
"""

from __future__ import annotations

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.spinel.frames import decode_packed
from hanbench.emulator.radio.spinel.ids import SpinelStatus

VENDOR, STACK_NATIVE, STACK_NATIVE_END = 15_360, 16_384, 81_920
"""First status of a vendor's own, first of OpenThread's own errors, and the first after those."""

_NAMES = {
    0: "ok",
    1: "failure",
    2: "not implemented",
    3: "invalid argument",
    4: "invalid state",
    5: "invalid command",
    6: "invalid interface",
    7: "internal error",
    8: "security error",
    9: "parse error",
    10: "in progress",
    11: "no memory",
    12: "busy",
    13: "property not found",
    14: "dropped",
    15: "empty",
    16: "command too big",
    17: "no acknowledgement",
    18: "no clear channel",
    19: "already done",
    20: "item not found",
    21: "invalid command for this property",
    22: "unknown neighbour",
    23: "not capable",
    24: "response time-out",
    25: "switch-over done",
    26: "switch-over failed",
    112: "restart: power on",
    113: "restart: reset pin",
    114: "restart: software",
    115: "restart: fault",
    116: "restart: crash",
    117: "restart: assertion",
    118: "restart: other reason",
    119: "restart: unknown reason",
    120: "restart: watchdog",
}
_STACK_NAMES = {
    4: "no route",
    8: "security",
    9: "address query",
    10: "no address",
    11: "aborted",
    16: "detached",
    17: "wrong FCS",
    18: "no frame received",
    20: "invalid source address",
    21: "address filtered",
    22: "destination address filtered",
    26: "IPv6 address creation failed",
    29: "duplicated",
    30: "reassembly time-out",
    31: "not a management frame",
    32: "not a 6LoWPAN frame",
    34: "link margin low",
    35: "invalid command",
    36: "pending",
    37: "rejected",
    255: "generic",
}
"""OpenThread's errors that have no Spinel status of their own."""


def decode_status(value: bytes) -> int:
    """Return the status in the value of a LAST_STATUS, a packed integer; FAILURE if it cannot be read."""
    try:
        return decode_packed(Reader(value, DropReason.MALFORMED_SPINEL))
    except RemoteProtocolError:
        return SpinelStatus.FAILURE


def describe_status(status: int) -> str:
    """Return the name and the number of a status, such as `stack: no address (status 16394)`."""
    if status in _NAMES:
        name = _NAMES[status]
    elif STACK_NATIVE <= status < STACK_NATIVE_END:
        name = f"stack: {_STACK_NAMES.get(status - STACK_NATIVE, f'error {status - STACK_NATIVE}')}"
    elif VENDOR <= status < STACK_NATIVE:
        name = f"vendor: error {status - VENDOR}"
    else:
        name = "unknown"
    return f"{name} (status {status})"
