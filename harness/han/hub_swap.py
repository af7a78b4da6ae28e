"""The exchange of a hub for another one, which gets the backup of the old one (SE 1.4a, 5.4.2.4)."""

from __future__ import annotations

from dataclasses import replace

from hanbench.emulator.devices import CommsHub
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import Credential, made_up_identity


def replace_hub(han: Han, ieee: int) -> None:
    """Replace the present hub by one with the EUI-64 `ieee`; the devices are not told."""
    former = han.hub
    former.power_off()
    identity = former.identity
    if identity is not None:
        own = made_up_identity(ieee, former.settings.manufacturer)
        identity = replace(own, others={**identity.others, identity.certificate.issuer: identity.authority})
    settings = replace(
        former.settings,
        ieee=ieee,
        network=replace(former.settings.network, extended_pan_id=former.extended_pan_id),
        key_establishment=replace(
            former.settings.key_establishment, credential=None if identity is None else Credential(identity)
        ),
    )
    hub = CommsHub("hub", settings, former.radio, han.clock, han.random("hub", f"{ieee:016x}"), former.epoch)
    han.exchange_hub(hub)
    hub.storage.copy_watchers(former.storage)
    hub.power_on()
    hub.restore_from_backup(former)
