"""The devices of a SMETS1 HAN: Communications Hub, electricity meter, gas meter, in-home display."""

from hanbench.emulator.devices.device import Device, JoiningDevice
from hanbench.emulator.devices.esme import Esme
from hanbench.emulator.devices.gsme import Gsme
from hanbench.emulator.devices.hub import CommsHub
from hanbench.emulator.devices.ihd import Ihd
from hanbench.emulator.devices.settings import (
    EsmeSettings,
    GsmeSettings,
    HubSettings,
    IhdSettings,
    KeepAliveSettings,
    KeyEstablishmentSettings,
)
from hanbench.emulator.devices.wan import WanInterface, WanReply

__all__ = [
    "CommsHub",
    "Device",
    "Esme",
    "EsmeSettings",
    "Gsme",
    "GsmeSettings",
    "HubSettings",
    "Ihd",
    "IhdSettings",
    "JoiningDevice",
    "KeepAliveSettings",
    "KeyEstablishmentSettings",
    "WanInterface",
    "WanReply",
]
