"""The devices of a SMETS1 HAN: Communications Hub, electricity meter, gas meter, in-home display, repeater."""

from hanbench.emulator.devices.conduct import Conduct, GasMeterConduct, HubConduct, JoiningConduct
from hanbench.emulator.devices.device import AnyDevice, AnyJoiningDevice, Device, JoiningDevice
from hanbench.emulator.devices.esme import Esme
from hanbench.emulator.devices.gsme import Gsme
from hanbench.emulator.devices.hub import CommsHub, WanInterface, WanReply
from hanbench.emulator.devices.ihd import Ihd
from hanbench.emulator.devices.repeater import Repeater
from hanbench.emulator.devices.settings import (
    EsmeSettings,
    GsmeSettings,
    HubSettings,
    IhdSettings,
    KeepAliveSettings,
    KeyEstablishmentSettings,
    RepeaterSettings,
)

__all__ = [
    "AnyDevice",
    "AnyJoiningDevice",
    "CommsHub",
    "Conduct",
    "Device",
    "Esme",
    "EsmeSettings",
    "GasMeterConduct",
    "Gsme",
    "GsmeSettings",
    "HubConduct",
    "HubSettings",
    "Ihd",
    "IhdSettings",
    "JoiningConduct",
    "JoiningDevice",
    "KeepAliveSettings",
    "KeyEstablishmentSettings",
    "Repeater",
    "RepeaterSettings",
    "WanInterface",
    "WanReply",
]
