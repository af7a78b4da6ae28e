"""OTA Upgrade: commands by hand from ZCL r8, chapter 11, with the fields that others announce."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import OTA, ota
from hanbench.emulator.zcl.clusters.ota import (
    ANY_FILE_VERSION,
    WAIT_FOR_ANOTHER_COMMAND,
    BlockControl,
    OtaStatus,
    PayloadType,
    QueryControl,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

IMAGE = {"manufacturer_code": 0x1031, "image_type": 0x0002, "file_version": 0x10053519}
IMAGE_OCTETS = "3110" + "0200" + "19350510"
NOTHING = dict.fromkeys(IMAGE)
NODE = 0x00124B0000000003
NODE_OCTETS = "03000000004b1200"


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (
            ota.QueryNextImageRequest(field_control=QueryControl.HARDWARE_VERSION, **IMAGE, hardware_version=0x0102),
            TO_SERVER,
            0x01,
            "01" + IMAGE_OCTETS + "0201",
        ),
        (
            ota.QueryNextImageRequest(field_control=0, **IMAGE, hardware_version=None),
            TO_SERVER,
            0x01,
            "00" + IMAGE_OCTETS,
        ),
        (
            ota.ImageBlockRequest(
                field_control=BlockControl.REQUEST_NODE_ADDRESS | BlockControl.MINIMUM_BLOCK_PERIOD,
                **IMAGE,
                file_offset=0x0100,
                maximum_data_size=48,
                request_node_address=NODE,
                minimum_block_period=200,
            ),
            TO_SERVER,
            0x03,
            "03" + IMAGE_OCTETS + "00010000" + "30" + NODE_OCTETS + "c800",
        ),
        (
            ota.ImageBlockRequest(
                field_control=BlockControl.MINIMUM_BLOCK_PERIOD,
                **IMAGE,
                file_offset=0,
                maximum_data_size=48,
                request_node_address=None,
                minimum_block_period=200,
            ),
            TO_SERVER,
            0x03,
            "02" + IMAGE_OCTETS + "00000000" + "30" + "c800",
        ),
        (
            ota.ImagePageRequest(
                field_control=0,
                **IMAGE,
                file_offset=0,
                maximum_data_size=48,
                page_size=1024,
                response_spacing=250,
                request_node_address=None,
            ),
            TO_SERVER,
            0x04,
            "00" + IMAGE_OCTETS + "00000000" + "30" + "0004" + "fa00",
        ),
        (ota.UpgradeEndRequest(status=OtaStatus.INVALID_IMAGE, **IMAGE), TO_SERVER, 0x06, "96" + IMAGE_OCTETS),
        (
            ota.QueryDeviceSpecificFileRequest(request_node_address=NODE, **IMAGE, current_zigbee_stack_version=2),
            TO_SERVER,
            0x08,
            NODE_OCTETS + IMAGE_OCTETS + "0200",
        ),
        (
            ota.QueryNextImageResponse(status=OtaStatus.SUCCESS, **IMAGE, image_size=0x00020000),
            TO_CLIENT,
            0x02,
            "00" + IMAGE_OCTETS + "00000200",
        ),
        (
            ota.QueryNextImageResponse(status=OtaStatus.NO_IMAGE_AVAILABLE, **NOTHING, image_size=None),
            TO_CLIENT,
            0x02,
            "98",
        ),
        (
            ota.UpgradeEndResponse(**IMAGE, current_time=0, upgrade_time=WAIT_FOR_ANOTHER_COMMAND),
            TO_CLIENT,
            0x07,
            IMAGE_OCTETS + "00000000" + "ffffffff",
        ),
        (
            ota.QueryDeviceSpecificFileResponse(status=OtaStatus.NOT_AUTHORIZED, **NOTHING, image_size=None),
            TO_CLIENT,
            0x09,
            "7e",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_the_cluster_library_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = OTA.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("payload_type", "octets"),
    [
        (PayloadType.QUERY_JITTER, "0064"),
        (PayloadType.MANUFACTURER_CODE, "0164" + "3110"),
        (PayloadType.IMAGE_TYPE, "0264" + "3110" + "0200"),
        (PayloadType.NEW_FILE_VERSION, "0364" + "3110" + "0200" + "ffffffff"),
    ],
)
def test_a_notice_has_one_field_more_with_each_payload_type(payload_type: PayloadType, octets: str) -> None:
    row = OTA.command(ota.ImageNotify)[1]
    message = ota.ImageNotify(payload_type, 100, *(0x1031, 2, ANY_FILE_VERSION)[:payload_type])
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


BLOCK = OTA.command(ota.ImageBlockResponse)[1]


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (
            ota.ImageBlockResponse(OtaStatus.SUCCESS, **IMAGE, file_offset=0x30, image_data=b"\x1e\xf1\xee\x0b"),
            "00" + IMAGE_OCTETS + "30000000" + "04" + "1ef1ee0b",
        ),
        (
            ota.ImageBlockResponse(OtaStatus.WAIT_FOR_DATA, current_time=0, request_time=60, minimum_block_period=500),
            "97" + "00000000" + "3c000000" + "f401",
        ),
        (
            ota.ImageBlockResponse(OtaStatus.WAIT_FOR_DATA, current_time=0, request_time=60),
            "97" + "00000000" + "3c000000",
        ),
        (ota.ImageBlockResponse(OtaStatus.ABORT), "95"),
    ],
    ids=["a block", "wait, and then not so fast", "wait", "give up"],
)
def test_an_answer_to_a_block_request_says_what_its_status_announces(message: ClusterCommand, octets: str) -> None:
    assert BLOCK.encode(message).hex() == octets
    assert BLOCK.decode(bytes.fromhex(octets)) == message


def test_a_block_may_have_255_octets() -> None:
    octets = bytes.fromhex("00" + IMAGE_OCTETS + "00000000" + "ff") + bytes(255)
    block = BLOCK.decode(octets)
    assert isinstance(block, ota.ImageBlockResponse)
    assert block.image_data == bytes(255)


def test_what_a_device_knows_of_its_images_are_attributes_of_the_client() -> None:
    assert [row.id for row in OTA.client_attributes[:13]] == list(range(13))
    assert [row.name for row in OTA.attributes] == ["ClusterRevision"]


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (ota.QueryNextImageRequest, "01" + IMAGE_OCTETS),
        (ota.ImageBlockRequest, "01" + IMAGE_OCTETS + "00000000" + "30" + "c800"),
        (ota.ImageNotify, "0364" + "3110" + "0200"),
        (ota.QueryNextImageResponse, "00"),
        (ota.ImageBlockResponse, "00" + IMAGE_OCTETS + "30000000" + "04" + "1ef1"),
        (ota.ImageBlockResponse, "97" + "00000000"),
    ],
    ids=[
        "hardware version announced, not given",
        "node address announced, not given",
        "file version announced, not given",
        "success without an image",
        "a block shorter than its size",
        "wait for how long?",
    ],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        OTA.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


def test_what_is_announced_must_be_given() -> None:
    message = ota.QueryNextImageRequest(field_control=QueryControl.HARDWARE_VERSION, **IMAGE)
    with pytest.raises(LocalProtocolError, match="hardware_version"):
        OTA.command(ota.QueryNextImageRequest)[1].encode(message)
