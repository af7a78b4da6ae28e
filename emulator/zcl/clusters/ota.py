"""OTA Upgrade, 0x0019 (ZCL r8, chapter 11): a device fetches its firmware from the hub, block by block.

The *client* is the device: it asks which image is next, asks for every block or for pages of them, says when it
has them all, and is told when to change over. What it knows of its images are attributes of the client. The server
can do no more than say that there is something to ask for, and sleepers do not hear that either.

Fields that field control, payload type or status announce are None where these do not.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from hanbench.emulator.layout import Choice, Sized
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Field, FieldType, Rest, Trailing, when
from hanbench.emulator.zcl.types import BITMAP8, ENUM8, EUI64, UINT8, UINT16, UINT32, UTC_TIME

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
    """How much ImageNotify says: each type has the fields of the one before it and one more."""

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


def _notified(least: PayloadType, name: str, kind: FieldType) -> Field:
    return Field(name, when(lambda values: values["payload_type"] >= least, kind))


def _controlled(bit: IntFlag, name: str, kind: FieldType) -> Field:
    return Field(name, when(lambda values: bool(values["field_control"] & bit), kind))


def _on(status: OtaStatus, name: str, kind: FieldType | Trailing) -> Field:
    return Field(name, Choice(lambda values: kind if values["status"] == status else None))


_IDENTITY = (("manufacturer_code", UINT16), ("image_type", UINT16), ("file_version", UINT32))
_IMAGE = tuple(Field(name, kind) for name, kind in _IDENTITY)
_FOUND_IMAGE = tuple(_on(OtaStatus.SUCCESS, name, kind) for name, kind in _IDENTITY)
_FOUND_FILE = (Field("status", ENUM8), *_FOUND_IMAGE, _on(OtaStatus.SUCCESS, "image_size", UINT32))

CLUSTER = Cluster(
    0x0019,
    "OTA Upgrade",
    attributes=(Attribute(0xFFFD, "ClusterRevision", UINT16),),
    client_attributes=(
        Attribute(0x0000, "UpgradeServerID", EUI64),
        Attribute(0x0001, "FileOffset", UINT32),
        Attribute(0x0002, "CurrentFileVersion", UINT32),
        Attribute(0x0003, "CurrentZigBeeStackVersion", UINT16),
        Attribute(0x0004, "DownloadedFileVersion", UINT32),
        Attribute(0x0005, "DownloadedZigBeeStackVersion", UINT16),
        Attribute(0x0006, "ImageUpgradeStatus", ENUM8),
        Attribute(0x0007, "ManufacturerID", UINT16),
        Attribute(0x0008, "ImageTypeID", UINT16),
        Attribute(0x0009, "MinimumBlockPeriod", UINT16),
        Attribute(0x000A, "ImageStamp", UINT32),
        Attribute(0x000B, "UpgradeActivationPolicy", ENUM8),
        Attribute(0x000C, "UpgradeTimeoutPolicy", ENUM8),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
    client_to_server=(
        Command(
            0x01,
            "QueryNextImageRequest",
            (
                Field("field_control", BITMAP8),
                *_IMAGE,
                _controlled(QueryControl.HARDWARE_VERSION, "hardware_version", UINT16),
            ),
            response="QueryNextImageResponse",
        ),
        Command(
            0x03,
            "ImageBlockRequest",
            (
                Field("field_control", BITMAP8),
                *_IMAGE,
                Field("file_offset", UINT32),
                Field("maximum_data_size", UINT8),
                _controlled(BlockControl.REQUEST_NODE_ADDRESS, "request_node_address", EUI64),
                _controlled(BlockControl.MINIMUM_BLOCK_PERIOD, "minimum_block_period", UINT16),
            ),
            response="ImageBlockResponse",
        ),
        Command(
            0x04,
            "ImagePageRequest",
            (
                Field("field_control", BITMAP8),
                *_IMAGE,
                Field("file_offset", UINT32),
                Field("maximum_data_size", UINT8),
                Field("page_size", UINT16),
                Field("response_spacing", UINT16),
                _controlled(BlockControl.REQUEST_NODE_ADDRESS, "request_node_address", EUI64),
            ),
            response="ImageBlockResponse",
        ),
        Command(0x06, "UpgradeEndRequest", (Field("status", ENUM8), *_IMAGE), response="UpgradeEndResponse"),
        Command(
            0x08,
            "QueryDeviceSpecificFileRequest",
            (
                Field("request_node_address", EUI64),
                *_IMAGE,
                Field("current_zigbee_stack_version", UINT16),
            ),
            response="QueryDeviceSpecificFileResponse",
        ),
    ),
    server_to_client=(
        Command(
            0x00,
            "ImageNotify",
            (
                Field("payload_type", ENUM8),
                Field("query_jitter", UINT8),
                _notified(PayloadType.MANUFACTURER_CODE, "manufacturer_code", UINT16),
                _notified(PayloadType.IMAGE_TYPE, "image_type", UINT16),
                _notified(PayloadType.NEW_FILE_VERSION, "new_file_version", UINT32),
            ),
        ),
        Command(0x02, "QueryNextImageResponse", _FOUND_FILE),
        Command(
            0x05,
            "ImageBlockResponse",
            (
                Field("status", ENUM8),
                *_FOUND_IMAGE,
                _on(OtaStatus.SUCCESS, "file_offset", UINT32),
                _on(OtaStatus.SUCCESS, "image_data", Sized(Rest())),
                _on(OtaStatus.WAIT_FOR_DATA, "current_time", UTC_TIME),
                _on(OtaStatus.WAIT_FOR_DATA, "request_time", UTC_TIME),
                _on(OtaStatus.WAIT_FOR_DATA, "minimum_block_period", Trailing(UINT16)),
            ),
        ),
        Command(
            0x07,
            "UpgradeEndResponse",
            (*_IMAGE, Field("current_time", UTC_TIME), Field("upgrade_time", UTC_TIME)),
        ),
        Command(0x09, "QueryDeviceSpecificFileResponse", _FOUND_FILE),
    ),
)
"""Periods and response spacing are milliseconds. Times are UTC; where the current time is 0 the other one counts from
now, in seconds. Earlier revisions have no period in ImageBlockResponse."""
