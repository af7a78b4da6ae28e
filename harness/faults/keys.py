"""Faults of link keys, certificates and install codes, which cause most persistent failures in the field."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.security.cbke import Authority, Identity
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, FrameCounter, LinkKey
from hanbench.harness.faults import site_visit
from hanbench.harness.faults.fault import HanAction, fault
from hanbench.harness.faults.followers import esme_is_back
from hanbench.harness.han.exchange import replace_hub
from hanbench.harness.han.formation import PERMIT_SECONDS
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import MADE_UP_AUTHORITY, made_up_identity

SETTLE = 20
"""Time in which a key establishment ends, with or without success; seconds."""
ATTEMPTS_TO_JOIN = 3
"""Attempts of a device with a wrong install code before it gives up on this PAN."""
YEARS_OF_REPORTS = 60_000
"""Value of a link key's frame counter after some years."""
SUCCESSOR = 0x40
"""Difference between the EUI-64 of a hub and that of its successor."""
UNKNOWN_AUTHORITY = MADE_UP_AUTHORITY + 1
"""A certificate authority that no device of the HAN trusts."""


def _link(han: Han, *, at_hub: bool) -> LinkKey:
    holder, partner = (han.hub, han.gsme) if at_hub else (han.gsme, han.hub)
    return holder.storage.link_keys[partner.storage.ieee]


def _stick_to_the_key(han: Han) -> None:
    """Make firmware that establishes its key once and never again."""
    han.gsme.conduct = replace(han.gsme.conduct, renews_keys=False)


async def _other_key(han: Han) -> None:
    """Give the meter an outdated link key, as if its firmware had been set back."""
    _stick_to_the_key(han)
    newest = _link(han, at_hub=False)
    older = replace(newest, key=han.random("fault", "stale key").randbytes(KEY_LENGTH))
    han.gsme.storage.link_keys[han.hub.storage.ieee] = older


async def _older_hub(han: Han) -> None:
    """Set the hub back to the time before its latest key establishment and mirror for this meter."""
    _stick_to_the_key(han)
    newest = _link(han, at_hub=True)
    older = replace(newest, key=han.random("fault", "backup").randbytes(KEY_LENGTH))
    han.hub.storage.link_keys[han.gsme.storage.ieee] = older
    han.hub.mirrors.close(han.gsme.storage.ieee)


async def _count_afresh(han: Han) -> None:
    """Reset the meter's counter of its link key, as a battery change does; the hub expects that of some years."""
    _stick_to_the_key(han)
    hubs, meters = _link(han, at_hub=True), _link(han, at_hub=False)
    hubs.incoming = max(hubs.incoming, YEARS_OF_REPORTS)
    meters.outgoing = FrameCounter(0, COUNTER_STRIDE)


# --- failing key establishment -----------------------------------------------------------------------------------


async def _lose_key(han: Han) -> None:
    """Leave both sides with the install code's key, as after a reset of the hub, so that they must establish a key."""
    gsme, hub = han.gsme, han.hub
    hub.preauthorise(gsme.storage.ieee, gsme.settings.joining_key)
    gsme.storage.link_keys[hub.storage.ieee] = LinkKey(gsme.settings.joining_key)
    gsme.keys.ensure(gsme.secured)
    await asyncio.sleep(SETTLE)


def _with_identity(change: Callable[[Identity, Han], Identity]) -> HanAction:
    async def inject(han: Han) -> None:
        gsme = han.gsme
        assert gsme.identity is not None
        gsme.install_certificate(change(gsme.identity, han))
        await _lose_key(han)

    return inject


def _of_unknown_authority(own: Identity, han: Han) -> Identity:
    authority = Authority(UNKNOWN_AUTHORITY, split(0, "strange authority"))
    return authority.issue(own.certificate.subject, han.gsme.settings.manufacturer, split(0, "strange certificate"))


def _with_wrong_private_key(identity: Identity, han: Han) -> Identity:
    return replace(identity, private_key=identity.private_key ^ 1)


def _of_another_meter(identity: Identity, han: Han) -> Identity:
    return made_up_identity(identity.certificate.subject + 0x80, han.gsme.settings.manufacturer)


async def _mend_identity(han: Han) -> None:
    han.gsme.install_certificate(han.settings.gsme.key_establishment.identity)
    await site_visit.renegotiate_key(han)


async def _mend_identity_and_pair(han: Han) -> None:
    han.gsme.install_certificate(han.settings.gsme.key_establishment.identity)
    await site_visit.pair(han)


async def _fill_hub(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, key_establishments=0)
    await _lose_key(han)


async def _empty_hub(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, key_establishments=han.hub.profile_conduct.key_establishments)
    await site_visit.renegotiate_key(han)


async def _expire(han: Han) -> None:
    withdrawn = han.hub.conduct.withdrawn_certificates | {han.gsme.storage.ieee}
    han.hub.conduct = replace(han.hub.conduct, withdrawn_certificates=withdrawn)
    await _lose_key(han)


async def _prolong(han: Han) -> None:
    withdrawn = han.hub.profile_conduct.withdrawn_certificates
    han.hub.conduct = replace(han.hub.conduct, withdrawn_certificates=withdrawn)
    await site_visit.renegotiate_key(han)


async def _mistype_install_code(han: Han) -> None:
    """Reset and reinstall the meter, with the install code of another meter at the hub."""
    gsme = han.gsme
    await site_visit.reset(han)
    han.hub.forget(gsme.storage.ieee)
    wrong = InstallCode.with_crc(han.random("fault", "install code").randbytes(16))
    han.hub.preauthorise(gsme.storage.ieee, wrong.link_key)
    han.hub.permit_join(PERMIT_SECONDS)
    for _ in range(ATTEMPTS_TO_JOIN):
        ended = asyncio.get_running_loop().create_future()
        han.gsme.stack.joiner.join(ended.set_result)
        await ended
    han.hub.permit_join(0)


async def _swap_hub(han: Han) -> None:
    """Exchange the hub. The electricity meter follows; the gas meter's firmware does not support the swap."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, trust_center_swap=False))
    replace_hub(han, han.hub.storage.ieee + SUCCESSOR)
    for device in han.joining_devices:
        if device is not han.gsme and device.powered:
            device.look_for_network()
    await esme_is_back(han)


FAULTS = (
    fault("stale-link-key", _other_key, site_visit.renegotiate_key),
    fault("aps-counter-reset", _count_afresh, site_visit.renegotiate_key),
    fault("hub-restored", _older_hub, site_visit.renegotiate_key),
    fault("unknown-issuer", _with_identity(_of_unknown_authority), _mend_identity_and_pair),
    fault("bad-key-confirm", _with_identity(_with_wrong_private_key), _mend_identity),
    fault("no-resources", _fill_hub, _empty_hub),
    fault("certificate-expired", _expire, _prolong),
    fault("certificate-mismatch", _with_identity(_of_another_meter), _mend_identity),
    fault("wrong-install-code", _mistype_install_code, site_visit.pair),
    fault("trust-center-swapped", _swap_hub, site_visit.force_rejoin),
)
