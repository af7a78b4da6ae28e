"""IEEE 802.15.4 radios: the interface of a radio co-processor, and the Air with radios on it."""

from hanbench.emulator.radio.air import Air, Jammer
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.frame_rules import FrameAction, FrameRule, Occurrences
from hanbench.emulator.radio.interface import (
    ALL_CHANNELS,
    BROADCAST_PAN,
    NO_SHORT_ADDRESS,
    Radio,
    RadioConfig,
    Reception,
    TxResult,
    TxStatus,
)
from hanbench.emulator.radio.transmission import Transmission

__all__ = [
    "ALL_CHANNELS",
    "BROADCAST_PAN",
    "NO_SHORT_ADDRESS",
    "Air",
    "AirRadio",
    "FrameAction",
    "FrameRule",
    "Jammer",
    "Occurrences",
    "Radio",
    "RadioConfig",
    "Reception",
    "Transmission",
    "TxResult",
    "TxStatus",
]
