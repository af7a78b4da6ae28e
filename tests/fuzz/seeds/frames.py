"""Frames to begin from: the samples of tests/interop, the frames of its stack scenarios, and each row of the tables."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

from hanbench.emulator.devices.services.image import make_image
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import frame as zcl
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.types import TYPES
from hanbench.harness.capture import read
from hanbench.harness.conform.fuzz.seeds import _table_zcl, _table_zdp
from tests.fuzz.home import APDU, MESSAGE, NPDU, PSDU, Injected, encoded
from tests.fuzz.targets.cbke import authority, exchange_seed, identity
from tests.fuzz.targets.dongle import joined
from tests.fuzz.targets.zcl import ROWS
from tests.interop import corpus, groups, home

Seeds = dict[str, list[bytes]]

_SAME = {
    "mac.frames.parse": ("mac.frame", "mac.verify"),
    "mac.frames.parse_beacon": ("mac.beacon",),
    "nwk.beacon.parse": ("nwk.beacon",),
    "nwk.frames.parse": ("nwk.frame",),
    "nwk.commands.decode": ("nwk.command",),
    "aps.frames.parse": ("aps.frame", "aps.acknowledgement"),
    "aps.commands.decode": ("aps.command",),
    "zdo.messages.parse": ("zdp.message", "zdp.cluster"),
    "zcl.frame.parse": ("zcl.frame",),
    "zcl.foundation.parse": ("zcl.general",),
    "zcl.values.reported": ("zcl.report",),
    "zcl.values.answered": ("zcl.read_response",),
    "zcl.values.attribute_ids": ("zcl.read_request",),
    "zcl.types.decode": ("zcl.value",),
}
"""By codec of tests/interop/corpus.py: the targets that read the same octets."""


def samples() -> list[bytes]:
    """Return the PSDUs that the judges are shown."""
    return [sample.psdu for group in groups.GROUPS.values() for sample in group()]


def recorded() -> list[list[bytes]]:
    """Return the PSDUs of each stack scenario."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            [frame.psdu for frame in read(home.record(name, Path(folder) / f"{name}.pcapng"))]
            for name in home.STACK_SCENARIOS
        ]


def codecs() -> Seeds:
    """Return inputs of the codecs."""
    found: Seeds = defaultdict(list)
    for codec, inputs in corpus.collect(samples()).items():
        for target in _SAME.get(codec, ()):
            found[target] += inputs
    for story in recorded():
        found["mac.frame"] += story
        found["nwk.frame"] += [mac.decode(each).payload for each in story if mac.decode(each).type == mac.DATA]
    random = split("seeds", "tables")
    for _, message in _table_zcl(random):
        found["zcl.frame"].append(message)
    found["zcl.command"] += _rows()
    for cluster, payload in _table_zdp(random):
        found["zdp.message"].append(cluster.to_bytes(2, "little") + payload)
    found["zcl.image"] += [make_image(0x10C9, 1, 7, bytes(20)).octets, bytes(60), b"program"]
    found["zcl.value"] += [bytes((kind.id,)) + bytes(range(1, 40)) for kind in TYPES]
    return found


def _rows() -> list[bytes]:
    """Return an instance of each command of each cluster."""
    places = {id(row): number for number, row in enumerate(ROWS)}
    found = []
    for cluster, octets in _table_zcl(split("seeds", "rows")):
        frame = zcl.decode(octets)
        rows = BY_ID[cluster].commands(frame.direction)
        row = next(each for each in rows if (each.id, each.manufacturer) == (frame.command, frame.manufacturer))
        found.append(places[id(row)].to_bytes(2, "little") + frame.payload)
    return found


def devices() -> Seeds:
    """Return inputs of devices: frames in each form."""
    taken = corpus.collect(samples())
    messages = [each[:2] + bytes((0,)) + each[2:] for each in taken["zdo.messages.parse"]] + [
        cluster.to_bytes(2, "little") + b"\x01" + octets for cluster, octets in _table_zcl(split("seeds", "devices"))
    ]
    given = [
        *(Injected(number % 3, PSDU, 0, each[:-2]) for number, each in enumerate(taken["mac.frames.parse"])),
        *(Injected(number % 3, NPDU, 0, each) for number, each in enumerate(taken["nwk.frames.parse"])),
        *(Injected(number % 3, APDU, (number + 1) % 3, each) for number, each in enumerate(taken["aps.frames.parse"])),
        *(Injected(number % 3, MESSAGE, (number + 1) % 3, each) for number, each in enumerate(messages)),
    ]
    inputs = [encoded(given[at : at + 3]) for at in range(0, len(given), 3)]
    sealed = [each for each in given if each.form in (APDU, MESSAGE)]
    harmed = [encoded([each._replace(harm=harm) for harm in range(4)]) for each in sealed]
    return {
        **dict.fromkeys(("stack.dropped", "stack.taken", "check.dead", "check.healthy"), inputs),
        "stack.harmed": harmed,
    }


def readers() -> Seeds:
    """Return inputs of those who read frames of others: dissector, `decode`, diagnosis."""
    psdus = samples()
    stories = recorded()
    diagnosed = [
        b"".join(bytes((len(each) - 2, 1, 0)) + each[:-2] for each in story[at : at + 30])
        for story in stories
        for at in range(0, len(story), 30)
    ]
    return {
        "decode.dissector": [
            joined(story[at : at + 4]) for story in [psdus, *stories] for at in range(0, len(story), 4)
        ],
        "decode.located": [bytes((0, 0, 0, 0)) + each for each in psdus],
        "decode.pasted": [
            *(each.hex().encode() for each in psdus[:10]),
            b"0000  61 88 01 62 1a 22 22\n0010  00 01\n",
            b"static const uint8_t x[] = {0x61, 0x88,\n 0x01};\n",
            b'00000000: 6188 0162 1a22 2200  a..b."".\n',
            b"Decrypted ZigBee Payload (3 bytes):\n0000  00 01 02\n# comment\n",
        ],
        "field.diagnose": [each[:2048] for each in diagnosed],
    }


def certificates() -> Seeds:
    """Return certificates, points and messages of a key establishment."""
    own = identity(3).certificate
    return {
        "cbke.certificate": [own.octets, identity(1).certificate.octets],
        "cbke.point": [b"\0\0\0\x05" + authority().public_key, b"\0\0\0\x02" + own.reconstruction],
        "cbke.exchange": [exchange_seed(), b"\x00" + exchange_seed()[1:]],
    }
