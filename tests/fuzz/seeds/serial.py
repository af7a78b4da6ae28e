"""Octets of serial lines to begin from: the recorded session of OpenThread's firmware in tests/data."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.identity import ASKED
from tests.fuzz.seeds.frames import Seeds
from tests.fuzz.targets.dongle import joined

SESSION = Path(__file__).parents[2] / "data" / "openthread" / "session.txt"
STRANGERS = (
    bytes.fromhex("1ac1020b0a527e"),  # RSTACK of an EZSP co-processor (UG101, 3.4)
    bytes.fromhex("fe02610179071d"),  # SYS_PING response of a ZNP co-processor
    b"\r\nlogin: ",
    b"~ # ",
)


def lines() -> Seeds:
    """Return the frames of both ends, one by one and in a row."""
    found: Seeds = defaultdict(list)
    by_host: list[bytes] = []
    by_rcp: list[bytes] = []
    for line in SESSION.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        _, _, writer, octets = line.split()
        payload = bytes.fromhex(octets)
        (by_host if writer == "host" else by_rcp).append(payload)
        found["spinel.frame"].append(payload)
        _value(payload, writer, found)
    for wrote, targets in ((by_host, ("dongle.commands",)), (by_rcp, ("dongle.transactions",))):
        for at in range(0, min(len(wrote), 200), 8):
            found["spinel.hdlc"].append(b"".join(map(hdlc.encode, wrote[at : at + 8])))
            for target in targets:
                found[target].append((b"\x01" if writer == "host" else b"") + joined(wrote[at : at + 8]))
    found["dongle.driver"] += [bytes((len(each) - 1,)) + b"\x30" + each[2:] for each in by_rcp[:60]]
    found["dongle.start"] += [joined([each[3:] for each in by_rcp[:12]])]
    slept = frames.SpinelFrame(0, CommandId.SET, PropertyId.LOCKSTEP, b"NOW" + (9_000).to_bytes(9, "little")).encode()
    asked = frames.SpinelFrame(1, CommandId.GET, PropertyId.LOCKSTEP).encode()
    found["dongle.lockstep"] += [joined([slept, asked]), joined([*by_host[:12], slept])]
    found["spinel.packed"] += [frames.packed(number) for number in (0, 127, 128, 16_383, 2_097_151)]
    found["spinel.identity"] += [joined([frames.packed(number) for number in (4, 2, 5, 6)] + [b"\0" * 8])] * len(ASKED)
    found["spinel.stranger"] += [*STRANGERS, *by_rcp[:5]]
    return found


def _value(payload: bytes, writer: str, found: Seeds) -> None:
    """Note the value of a frame for the target that reads it."""
    frame = frames.decode(payload)
    if frame.property == PropertyId.STREAM_RAW:
        found["spinel.transmit_request" if writer == "host" else "spinel.received"].append(frame.value)
    elif frame.property == PropertyId.LAST_STATUS and frame.command == CommandId.IS:
        found["spinel.transmit_done"].append(frame.value)
