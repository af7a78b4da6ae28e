"""The devices of a SMETS1 HAN: Communications Hub, electricity meter, gas meter, in-home display."""

from emulator.devices.device import Device
from emulator.devices.esme import Esme
from emulator.devices.gsme import Gsme
from emulator.devices.hub import CommsHub
from emulator.devices.ihd import Ihd
from emulator.devices.settings import (
    EsmeSettings,
    GsmeSettings,
    HubSettings,
    IhdSettings,
    KeepAliveSettings,
    KeyEstablishmentSettings,
)
from emulator.devices.wan import WanInterface, WanReply

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
    "KeepAliveSettings",
    "KeyEstablishmentSettings",
    "WanInterface",
    "WanReply",
]
