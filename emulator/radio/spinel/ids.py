"""The identifiers of Spinel that a radio co-processor (RCP) uses.

Source: draft-rquattle-spinel-unified and OpenThread's `spinel.h`, by way of domain/dongles.md 1 and
domain/rcp-firmware.md 3.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class CommandId(IntEnum):
    """Spinel commands."""

    NOOP = 0
    RESET = 1
    GET = 2
    SET = 3
    INSERT = 4
    REMOVE = 5
    IS = 6
    INSERTED = 7
    REMOVED = 8


class ResetReason(IntEnum):
    """The part that a RESET command restarts."""

    PLATFORM = 1
    STACK = 2
    BOOTLOADER = 3


class SpinelStatus(IntEnum):
    """Values of LAST_STATUS."""

    OK = 0
    FAILURE = 1
    UNIMPLEMENTED = 2
    INVALID_ARGUMENT = 3
    INVALID_STATE = 4
    INVALID_COMMAND = 5
    INVALID_INTERFACE = 6
    INTERNAL_ERROR = 7
    PARSE_ERROR = 9
    NOMEM = 11
    BUSY = 12
    PROP_NOT_FOUND = 13
    NO_ACK = 17
    CCA_FAILURE = 18
    ITEM_NOT_FOUND = 20
    INVALID_COMMAND_FOR_PROP = 21
    RESET_POWER_ON = 112
    RESET_SOFTWARE = 114
    RESET_FAULT = 115
    STACK_NO_ADDRESS = 16_394
    """STACK_NATIVE (16384) + NO_ADDRESS (10): a source-match entry that is not in the table."""


FIRST_RESET, LAST_RESET = 112, 127
"""Range of the LAST_STATUS values that announce a restart of the radio."""


class PropertyId(IntEnum):
    """Spinel properties."""

    LAST_STATUS = 0x00
    PROTOCOL_VERSION = 0x01
    NCP_VERSION = 0x02
    INTERFACE_TYPE = 0x03
    INTERFACE_VENDOR_ID = 0x04
    CAPS = 0x05
    INTERFACE_COUNT = 0x06
    POWER_STATE = 0x07
    HWADDR = 0x08
    LOCK = 0x09
    HOST_POWER_STATE = 0x0C
    MCU_POWER_STATE = 0x0D
    PHY_ENABLED = 0x20
    PHY_CHAN = 0x21
    PHY_CHAN_SUPPORTED = 0x22
    PHY_FREQ = 0x23
    PHY_CCA_THRESHOLD = 0x24
    PHY_TX_POWER = 0x25
    PHY_RSSI = 0x26
    PHY_RX_SENSITIVITY = 0x27
    PHY_CHAN_PREFERRED = 0x29
    PHY_FEM_LNA_GAIN = 0x2A
    PHY_REGION_CODE = 0x2C
    MAC_SCAN_STATE = 0x30
    MAC_SCAN_MASK = 0x31
    MAC_SCAN_PERIOD = 0x32
    MAC_LADDR = 0x34
    MAC_SADDR = 0x35
    MAC_PANID = 0x36
    MAC_RAW_STREAM_ENABLED = 0x37
    MAC_PROMISCUOUS_MODE = 0x38
    MAC_ENERGY_SCAN_RESULT = 0x39
    MAC_RX_ON_WHEN_IDLE = 0x3B
    STREAM_RAW = 0x71
    RCP_API_VERSION = 0xB0
    RCP_MIN_HOST_API_VERSION = 0xB1
    RCP_MAC_KEY = 0x800
    RCP_MAC_FRAME_COUNTER = 0x801
    RCP_TIMESTAMP = 0x802
    RCP_CSL_ACCURACY = 0x804
    RCP_CSL_UNCERTAINTY = 0x805
    RADIO_CAPS = 0x120B
    RADIO_COEX_METRICS = 0x120C
    RADIO_COEX_ENABLE = 0x120D
    MAC_SRC_MATCH_ENABLED = 0x1303
    MAC_SRC_MATCH_SHORT = 0x1304
    MAC_SRC_MATCH_EXTENDED = 0x1305
    LOCKSTEP = 0x3C00
    """hanbench's own, in the range of vendors: time that waits for the host (emulator/dongle/host_time.py)."""
    DEBUG_LOG_LEVEL = 0x4001


class Capability(IntEnum):
    """Entries of the property CAPS."""

    COUNTERS = 5
    UNSOLICITED_UPDATE_FILTER = 12
    IEEE_802_15_4_2450MHZ_OQPSK = 24
    CONFIG_RADIO = 34
    RCP_API_VERSION = 64
    RCP_MIN_HOST_API_VERSION = 65
    MAC_RAW = 513


class RadioCapability(IntFlag):
    """Bits of the property RADIO_CAPS: functions that the radio does by itself."""

    ACK_TIMEOUT = 1 << 0
    ENERGY_SCAN = 1 << 1
    TRANSMIT_RETRIES = 1 << 2
    CSMA_BACKOFF = 1 << 3
    SLEEP_TO_TX = 1 << 4
    TRANSMIT_SEC = 1 << 5
    TRANSMIT_TIMING = 1 << 6
    RECEIVE_TIMING = 1 << 7
    RX_ON_WHEN_IDLE = 1 << 8


class ScanState(IntEnum):
    """Values of the property MAC_SCAN_STATE."""

    IDLE = 0
    BEACON = 1
    ENERGY = 2
    DISCOVER = 3


PROTOCOL_VERSION = (4, 3)
RCP_API_VERSION, RCP_MIN_HOST_API_VERSION = 11, 4
INTERFACE_TYPE_BOOTLOADER, INTERFACE_TYPE_ZIGBEE_IP, INTERFACE_TYPE_THREAD = 0, 2, 3
