"""The scapy layers of all clusters, against the codec of the tables that they are made of, both ways."""

from __future__ import annotations

import pytest
from scapy.packet import Raw, fuzz

from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.layout import Choice
from hanbench.emulator.zcl import frame as zcl
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.harness.crafting import LAYERS, ApsPacket, ZclPacket, addressed, cluster

COMMANDS = [
    (table, direction, command) for table in CLUSTERS for direction in (0, 1) for command in table.commands(direction)
]
names = [f"{table.name} {command.name}" for table, _, command in COMMANDS]


def test_there_is_one_for_every_command():
    assert len(LAYERS) == len(COMMANDS) > 150
    assert {layer.__name__ for layer in LAYERS.values()} == {command.name for _, _, command in COMMANDS}


@pytest.mark.parametrize(("table", "direction", "command"), COMMANDS, ids=names)
def test_a_random_command_is_read_as_our_codec_reads_it(table, direction, command):
    layer = getattr(cluster(table.name), command.name)
    readable = 0
    for _ in range(20):
        try:
            whole = addressed(fuzz(layer()))
            octets = bytes(whole)
        except LocalProtocolError:
            continue  # a random value that fits no field
        frame = zcl.decode(bytes(ApsPacket(octets).payload))
        assert (frame.direction, frame.manufacturer) == (direction, command.manufacturer)
        assert frame.command == command.id
        try:
            ours = command.decode(frame.payload)
        except RemoteProtocolError:
            continue
        readable += 1
        theirs = ApsPacket(octets).getlayer(layer)
        if theirs is None:
            assert frame.payload == b""
            continue
        assert command.message(**{field.name: theirs.getfieldval(field.name) for field in layer.fields_desc}) == ours
    assert readable


@pytest.mark.parametrize(
    ("table", "direction", "command"),
    [each for each in COMMANDS if not any(isinstance(field.kind, Choice) for field in each[2].fields)],
)
def test_what_our_codec_builds_is_built_the_same(table, direction, command):
    layer = getattr(cluster(table.id), command.name)
    plain = layer()
    values = {field.name: plain.getfieldval(field.name) for field in layer.fields_desc}
    assert bytes(plain) == command.encode(command.message(**values))


def test_octets_that_are_no_such_command_are_raw():
    header = bytes(addressed(cluster("Metering").GetProfile()))[:-6]
    assert ApsPacket(header + b"\x01").getlayer(Raw) is not None
    assert ApsPacket(header + b"\x01").getlayer(ZclPacket).command_id == 0


def test_a_general_command_needs_its_cluster():
    from scapy.layers.zigbee import ZCLGeneralReadAttributes

    asked = ZCLGeneralReadAttributes(attribute_identifiers=[4])
    assert addressed(asked, 0x0702).cluster == 0x0702
    with pytest.raises(ValueError, match="give `cluster`"):
        addressed(asked)
