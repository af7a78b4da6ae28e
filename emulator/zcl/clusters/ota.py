"""OTA Upgrade, 0x0019 (ZCL r8, chapter 11): a device fetches its firmware from the hub, block by block.

The *client* is the device: it asks which image is next, asks for every block or for pages of them, says when it
has them all, and is told when to change over. The state of its download is in attributes of the client. The server
can only announce that there is an image, and sleepers do not hear that either.

Fields that field control, payload type or status announce are None where these do not. Periods and response spacing
are milliseconds. Times are UTC; where the current time is 0 the other one counts from now, in seconds. Earlier
revisions have no period in ImageBlockResponse.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Annotated

from hanbench.emulator.layout import Choice, FieldType, Rest, Sized, Trailing, when
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Bitmap8, Enum8, Eui64, Uint8, Uint16, Uint32, UtcTime
from hanbench.emulator.zcl.types import ENUM8, EUI64, UINT16, UINT32, UTC_TIME

ANY_MANUFACTURER = ANY_IMAGE_TYPE = 0xFFFF
ANY_FILE_VERSION = 0xFFFFFFFF
"""Wild cards of ImageNotify and UpgradeEndResponse."""

NO_FILE_OFFSET = 0xFFFFFFFF
"""FileOffset while nothing is being downloaded."""

WAIT_FOR_ANOTHER_COMMAND = 0xFFFFFFFF
"""Upgrade time of UpgradeEndResponse: not before the server says so."""


class OtaStatus(IntEnum):
    """Values of a status field (ZCL r8, table 2-12): the ones that this cluster uses."""

    SUCCESS = 0x00
    NOT_AUTHORIZED = 0x7E
    ABORT = 0x95
    INVALID_IMAGE = 0x96
    WAIT_FOR_DATA = 0x97
    NO_IMAGE_AVAILABLE = 0x98
    REQUIRE_MORE_IMAGE = 0x99


class UpgradeStatus(IntEnum):
    """ImageUpgradeStatus (table 11-11)."""

    NORMAL = 0x00
    DOWNLOAD_IN_PROGRESS = 0x01
    DOWNLOAD_COMPLETE = 0x02
    WAITING_TO_UPGRADE = 0x03
    COUNT_DOWN = 0x04
    WAIT_FOR_MORE = 0x05
    WAITING_FOR_EXTERNAL_EVENT = 0x06


class PayloadType(IntEnum):
    """Fields of ImageNotify: each type has those of the type before it and one more."""

    QUERY_JITTER = 0x00
    MANUFACTURER_CODE = 0x01
    IMAGE_TYPE = 0x02
    NEW_FILE_VERSION = 0x03


class QueryControl(IntFlag):
    """Field control of QueryNextImageRequest."""

    HARDWARE_VERSION = 0x01


class BlockControl(IntFlag):
    """Field control of ImageBlockRequest and ImagePageRequest; pages have the first bit only."""

    REQUEST_NODE_ADDRESS = 0x01
    MINIMUM_BLOCK_PERIOD = 0x02


def _notified(least: PayloadType, kind: FieldType) -> Choice:
    return when(lambda values: values["payload_type"] >= least, kind)


def _controlled(bit: IntFlag, kind: FieldType) -> Choice:
    return when(lambda values: bool(values["field_control"] & bit), kind)


def _on(status: OtaStatus, kind: FieldType | Trailing) -> Choice:
    return Choice(lambda values: kind if values["status"] == status else None)


FoundUint16 = Annotated[int | None, _on(OtaStatus.SUCCESS, UINT16)]
FoundUint32 = Annotated[int | None, _on(OtaStatus.SUCCESS, UINT32)]
"""There with the status SUCCESS."""
WaitUntil = Annotated[int | None, _on(OtaStatus.WAIT_FOR_DATA, UTC_TIME)]
"""There with the status WAIT_FOR_DATA."""


class OtaAttributes(AttributeSet):
    """Attributes of the server."""

    ClusterRevision = Attribute(0xFFFD, UINT16)


class OtaClientAttributes(AttributeSet):
    """Attributes of the client: the device's images and the state of its download."""

    UpgradeServerID = Attribute(0x0000, EUI64)
    FileOffset = Attribute(0x0001, UINT32)
    CurrentFileVersion = Attribute(0x0002, UINT32)
    CurrentZigBeeStackVersion = Attribute(0x0003, UINT16)
    DownloadedFileVersion = Attribute(0x0004, UINT32)
    DownloadedZigBeeStackVersion = Attribute(0x0005, UINT16)
    ImageUpgradeStatus = Attribute(0x0006, ENUM8)
    ManufacturerID = Attribute(0x0007, UINT16)
    ImageTypeID = Attribute(0x0008, UINT16)
    MinimumBlockPeriod = Attribute(0x0009, UINT16)
    ImageStamp = Attribute(0x000A, UINT32)
    UpgradeActivationPolicy = Attribute(0x000B, ENUM8)
    UpgradeTimeoutPolicy = Attribute(0x000C, ENUM8)
    ClusterRevision = Attribute(0xFFFD, UINT16)


# --- client to server -----------------------------------------------------------------------------------------------


class QueryNextImageRequest(ClusterCommand):
    """Ask whether there is a newer image."""

    field_control: Bitmap8
    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32
    hardware_version: Annotated[int | None, _controlled(QueryControl.HARDWARE_VERSION, UINT16)] = None


class ImageBlockRequest(ClusterCommand):
    """Ask for one block of an image."""

    field_control: Bitmap8
    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32
    file_offset: Uint32
    maximum_data_size: Uint8
    request_node_address: Annotated[int | None, _controlled(BlockControl.REQUEST_NODE_ADDRESS, EUI64)] = None
    minimum_block_period: Annotated[int | None, _controlled(BlockControl.MINIMUM_BLOCK_PERIOD, UINT16)] = None


class ImagePageRequest(ClusterCommand):
    """Ask for a page of an image: blocks that come without being asked for one by one."""

    field_control: Bitmap8
    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32
    file_offset: Uint32
    maximum_data_size: Uint8
    page_size: Uint16
    response_spacing: Uint16
    request_node_address: Annotated[int | None, _controlled(BlockControl.REQUEST_NODE_ADDRESS, EUI64)] = None


class UpgradeEndRequest(ClusterCommand):
    """A download has ended, with this status."""

    status: Enum8
    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32


class QueryDeviceSpecificFileRequest(ClusterCommand):
    """Ask for a file that is for this device alone."""

    request_node_address: Eui64
    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32
    current_zigbee_stack_version: Uint16


# --- server to client -----------------------------------------------------------------------------------------------


class ImageNotify(ClusterCommand):
    """The server has an image to ask for."""

    payload_type: Enum8
    query_jitter: Uint8
    manufacturer_code: Annotated[int | None, _notified(PayloadType.MANUFACTURER_CODE, UINT16)] = None
    image_type: Annotated[int | None, _notified(PayloadType.IMAGE_TYPE, UINT16)] = None
    new_file_version: Annotated[int | None, _notified(PayloadType.NEW_FILE_VERSION, UINT32)] = None


class QueryNextImageResponse(ClusterCommand):
    """The image to download; with a status other than SUCCESS nothing follows it."""

    status: Enum8
    manufacturer_code: FoundUint16 = None
    image_type: FoundUint16 = None
    file_version: FoundUint32 = None
    image_size: FoundUint32 = None


class ImageBlockResponse(ClusterCommand):
    """One block of an image, or the time at which to ask again, or why there is none."""

    status: Enum8
    manufacturer_code: FoundUint16 = None
    image_type: FoundUint16 = None
    file_version: FoundUint32 = None
    file_offset: FoundUint32 = None
    image_data: Annotated[bytes | None, _on(OtaStatus.SUCCESS, Sized(Rest()))] = None
    current_time: WaitUntil = None
    request_time: WaitUntil = None
    minimum_block_period: Annotated[int | None, _on(OtaStatus.WAIT_FOR_DATA, Trailing(UINT16))] = None


class UpgradeEndResponse(ClusterCommand):
    """When to change over to the image."""

    manufacturer_code: Uint16
    image_type: Uint16
    file_version: Uint32
    current_time: UtcTime
    upgrade_time: UtcTime


class QueryDeviceSpecificFileResponse(ClusterCommand):
    """The file to download; with a status other than SUCCESS nothing follows it."""

    status: Enum8
    manufacturer_code: FoundUint16 = None
    image_type: FoundUint16 = None
    file_version: FoundUint32 = None
    image_size: FoundUint32 = None


CLUSTER = Cluster(
    0x0019,
    "OTA Upgrade",
    attributes=OtaAttributes.rows,
    client_attributes=OtaClientAttributes.rows,
    client_to_server=(
        Command(0x01, QueryNextImageRequest, response=QueryNextImageResponse),
        Command(0x03, ImageBlockRequest, response=ImageBlockResponse),
        Command(0x04, ImagePageRequest, response=ImageBlockResponse),
        Command(0x06, UpgradeEndRequest, response=UpgradeEndResponse),
        Command(0x08, QueryDeviceSpecificFileRequest, response=QueryDeviceSpecificFileResponse),
    ),
    server_to_client=(
        Command(0x00, ImageNotify),
        Command(0x02, QueryNextImageResponse),
        Command(0x05, ImageBlockResponse),
        Command(0x07, UpgradeEndResponse),
        Command(0x09, QueryDeviceSpecificFileResponse),
    ),
)
