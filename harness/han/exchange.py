"""The exchange of a device: a hub with the backup of the old one (SE 1.4a, 5.4.2.4) or without, and a gas meter."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from hanbench.emulator.devices import CommsHub, Gsme
from hanbench.emulator.devices.settings import GsmeSettings, HubSettings
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk.formation import NetworkPlan
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.han.han import Han
from hanbench.harness.han.head_end import called_back
from hanbench.harness.han.settings import Credential, made_up_identity

NEXT_PAN = 0x0101
HIGHEST_PAN = 0x3FFF


def replace_hub(han: Han, ieee: int) -> None:
    """Replace the present hub by one with the EUI-64 `ieee`; the devices are not told."""
    former = han.hub
    settings = _with_address(former.settings, ieee)
    settings = replace(settings, network=replace(settings.network, extended_pan_id=former.extended_pan_id))
    _take_place(han, settings, f"{ieee:016x}").restore_from_backup(former)


async def replace_hub_without_backup(han: Han, ieee: int) -> None:
    """Replace the present hub by one with the EUI-64 `ieee`, or by itself with an empty flash, which forms a network.

    The network is on the same channel, with another PAN ID. No device is told. Returns once it is formed.
    """
    former = han.hub
    network = former.stack.nwk.network
    settings = former.settings if ieee == former.settings.ieee else _with_address(former.settings, ieee)
    pan_id = (network.pan_id + NEXT_PAN) & HIGHEST_PAN
    plan = NetworkPlan((network.channel,), pan_id, keeps_pan_id=True, extended_pan_id=ieee)
    settings = replace(settings, network=plan)
    await called_back(_take_place(han, settings, f"{ieee:016x}", f"{pan_id:04x}").form)


def replace_gsme(han: Han, ieee: int) -> None:
    """Replace the gas meter by one with the EUI-64 `ieee` as it comes from the factory; neither hub nor head end knows.

    Its register counts from 0.
    """
    former = han.gsme
    former.power_off()
    settings = _with_address(former.settings, ieee)
    code = InstallCode.with_crc(split(0, f"{ieee:016x}", "install code").randbytes(16)).octets
    settings = replace(settings, install_code=code, serial=f"{ieee:016X}", first_reading=0)
    gsme = Gsme("gsme", settings, former.radio, han.clock, han.random("gsme", f"{ieee:016x}"), former.epoch)
    han.exchange_gsme(gsme)
    gsme.power_on()


D = TypeVar("D", HubSettings, GsmeSettings)


def _with_address(settings: D, ieee: int) -> D:
    """Return the settings of a device of the same kind, with a made-up certificate that trusts the same authorities."""
    establishment = settings.key_establishment
    if establishment.credential is None:
        return replace(settings, ieee=ieee)
    former, own = establishment.credential(), made_up_identity(ieee, settings.manufacturer)
    own = replace(own, others={**former.others, former.certificate.issuer: former.authority})
    return replace(settings, ieee=ieee, key_establishment=replace(establishment, credential=Credential(own)))


def _take_place(han: Han, settings: HubSettings, *name: str) -> CommsHub:
    """Put a hub with these settings and an empty flash in the place of the present one, and give it power.

    `name`: of its random numbers.
    """
    former = han.hub
    former.power_off()
    hub = CommsHub("hub", settings, former.radio, han.clock, han.random("hub", *name), former.epoch)
    han.exchange_hub(hub)
    hub.storage.copy_watchers(former.storage)
    hub.power_on()
    return hub
