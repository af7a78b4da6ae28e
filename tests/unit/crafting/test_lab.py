"""Crafted frames in a lab: what devices answer, what they drop, and that they live through whatever is sent."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from scapy.layers.zigbee import ZCLGeneralReadAttributes
from scapy.packet import fuzz

from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.case.check import Verdict
from hanbench.harness.crafting import LAYERS, Lab, cluster
from hanbench.harness.crafting.layers import addressed

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "crafting.md"
METERING = cluster("Metering")


@pytest.fixture
def lab():
    with Lab(seed="crafting") as opened:
        yield opened


def test_a_crafted_read_is_answered_with_the_register(lab):
    answer = lab.ask(ZCLGeneralReadAttributes(attribute_identifiers=[0x0000]), cluster=METERING.id)
    (record,) = answer.payload.read_attribute_status_record
    value = int.from_bytes(record.attribute_value, "little")
    assert value == lab.han.esme.endpoint.servers[METERING.id].get(MeteringAttributes.CurrentSummationDelivered)


def test_a_crafted_command_of_a_cluster_is_answered(lab):
    answer = lab.ask(METERING.GetProfile(interval_channel=0, end_time=0, number_of_periods=1))
    assert answer.payload.name == "Metering: GetProfileResponse"


def test_a_replay_is_dropped_and_counted(lab):
    frame = lab.frame(METERING.GetProfile())
    first = [each.line for each in lab.send(frame)]
    assert any("Get Profile Response" in line for line in first)
    before = lab.han.esme.stack.counters[DropReason.REPLAY]
    second = [each.line for each in lab.send(frame)]
    assert not any("Get Profile Response" in line for line in second)
    assert lab.han.esme.stack.counters[DropReason.REPLAY] == before + 1


def test_without_the_link_key_the_meter_gives_nothing_away(lab):
    asked = ZCLGeneralReadAttributes(attribute_identifiers=[0x0000])
    heard = lab.send(lab.frame(asked, cluster=METERING.id, link_key=False))
    assert not any("CurrentSummationDelivered" in each.line and "Response" in each.line for each in heard)


def test_a_frame_with_one_bit_wrong_is_dropped(lab):
    frame = bytearray(lab.frame(METERING.GetProfile()))
    frame[30] ^= 1
    frame[-2:] = fcs(bytes(frame[:-2]))
    assert not any("Get Profile Response" in each.line for each in lab.send(bytes(frame)))


def test_devices_live_through_five_hundred_random_commands(lab):
    random.seed(1)
    layers = sorted(LAYERS.values(), key=lambda layer: layer.__name__)
    sent = 0
    while sent < 500:
        layer = random.choice(layers)
        try:
            frame = lab.frame(fuzz(layer()), source=random.choice(("hub", "esme")), destination="esme")
        except LocalProtocolError:
            continue  # a random value that fits no field
        if len(frame) <= 127 and lab.send(frame, seconds=0.05):
            sent += 1
    assert lab.alive == ("hub", "esme", "gsme")
    lab.wait(600)
    assert lab.check().verdict is Verdict.PASS


def test_octets_that_are_no_frame_are_carried_too(lab):
    assert lab.send(b"\x00\x01\x02")
    assert lab.check().verdict is Verdict.PASS


def test_who_is_not_there_is_said(lab):
    with pytest.raises(ValueError, match="there is hub, esme, gsme"):
        lab.frame(METERING.GetProfile(), destination="ihd")
    with pytest.raises(ValueError, match="give `cluster`"):
        lab.frame(b"\x01\x01\x00")


def test_no_key_is_shown(lab):
    lab.ask(METERING.GetProfile())
    said = repr((lab.heard(), addressed(METERING.GetProfile()), lab))
    assert not [key.label for key in lab.han.keys if key.octets.hex() in said]


def test_the_page_about_crafting_can_be_typed(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    scope: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), scope)
    said = capsys.readouterr().out
    assert "ManufacturerName Elster" in said
    assert "pass" in said
