"""Faults of link keys, certificates and install codes: what most persistent failures in the field are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.security.cbke import Authority, Identity
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, Counter, LinkKey
from hanbench.harness.case.vocabulary import Subject
from hanbench.harness.faults import site_visit as service
from hanbench.harness.faults.fault import Action, Fault
from hanbench.harness.faults.ground_truth import reachable
from hanbench.harness.han.han import PERMIT_SECONDS, Han
from hanbench.harness.han.settings import MADE_UP_AUTHORITY, made_up_identity

SETTLE = 20
"""Seconds in which a key establishment has ended, well or badly."""
ATTEMPTS_TO_JOIN = 3
"""Of a device that was given a wrong install code, before it gives up on this PAN."""
YEARS_OF_REPORTS = 60_000
"""Where the frame counter of a link key stands after some years."""
SUCCESSOR = 0x40
"""Between the addresses of a hub and of the one that takes its place."""
SWAP_TIME = 600
"""Seconds in which an electricity meter has followed a swap."""
STRANGER = MADE_UP_AUTHORITY + 1
"""An authority that nobody here knows."""


def _link(han: Han, *, at_hub: bool) -> LinkKey:
    holder, partner = (han.hub, han.gsme) if at_hub else (han.gsme, han.hub)
    return holder.storage.link_keys[partner.storage.ieee]


def _stick_to_the_key(han: Han) -> None:
    """Firmware that agrees its key once and never again."""
    han.gsme.conduct = replace(han.gsme.conduct, renews_keys=False)


async def _other_key(han: Han) -> None:
    """The meter holds a key of another time: its firmware was set back."""
    _stick_to_the_key(han)
    mine = _link(han, at_hub=False)
    older = replace(mine, key=han.random("fault", "stale key").randbytes(KEY_LENGTH))
    han.gsme.storage.link_keys[han.hub.storage.ieee] = older


async def _older_hub(han: Han) -> None:
    """The hub is what it was before it last agreed a key with this meter and gave it a mirror."""
    _stick_to_the_key(han)
    mine = _link(han, at_hub=True)
    older = replace(mine, key=han.random("fault", "backup").randbytes(KEY_LENGTH))
    han.hub.storage.link_keys[han.gsme.storage.ieee] = older
    han.hub.mirrors.close(han.gsme.storage.ieee)


async def _count_afresh(han: Han) -> None:
    """A battery change lost the counter of the link key; the hub remembers years of reports."""
    _stick_to_the_key(han)
    hubs, meters = _link(han, at_hub=True), _link(han, at_hub=False)
    hubs.incoming = max(hubs.incoming, YEARS_OF_REPORTS)
    meters.outgoing = Counter(0, COUNTER_STRIDE)


# --- key establishment that fails --------------------------------------------------------------------------------


async def _lose_key(han: Han) -> None:
    """Both sides are left with the install code's key, as after a reset of the hub: a key must be agreed again."""
    gsme, hub = han.gsme, han.hub
    hub.preauthorise(gsme.storage.ieee, gsme.settings.joining_key)
    gsme.storage.link_keys[hub.storage.ieee] = LinkKey(gsme.settings.joining_key)
    gsme.keys.ensure(gsme.secured)
    await asyncio.sleep(SETTLE)


def _with_identity(change: Callable[[Identity, Han], Identity]) -> Action:
    async def inject(han: Han) -> None:
        gsme = han.gsme
        assert gsme.identity is not None
        gsme.install_certificate(change(gsme.identity, han))
        await _lose_key(han)

    return inject


def _of_a_stranger(mine: Identity, han: Han) -> Identity:
    authority = Authority(STRANGER, split(0, "strange authority"))
    return authority.issue(mine.certificate.subject, han.gsme.settings.manufacturer, split(0, "strange certificate"))


def _with_wrong_private_key(mine: Identity, han: Han) -> Identity:
    return replace(mine, private_key=mine.private_key ^ 1)


def _of_another_meter(mine: Identity, han: Han) -> Identity:
    return made_up_identity(mine.certificate.subject + 0x80, han.gsme.settings.manufacturer)


async def _mend_identity(han: Han) -> None:
    han.gsme.install_certificate(han.settings.gsme.key_establishment.identity)
    await service.renegotiate_key(han)


async def _mend_identity_and_pair(han: Han) -> None:
    han.gsme.install_certificate(han.settings.gsme.key_establishment.identity)
    await service.pair(han)


async def _fill_hub(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, key_establishments=0)
    await _lose_key(han)


async def _empty_hub(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, key_establishments=han.hub.profile_conduct.key_establishments)
    await service.renegotiate_key(han)


async def _expire(han: Han) -> None:
    withdrawn = han.hub.conduct.withdrawn_certificates | {han.gsme.storage.ieee}
    han.hub.conduct = replace(han.hub.conduct, withdrawn_certificates=withdrawn)
    await _lose_key(han)


async def _prolong(han: Han) -> None:
    withdrawn = han.hub.profile_conduct.withdrawn_certificates
    han.hub.conduct = replace(han.hub.conduct, withdrawn_certificates=withdrawn)
    await service.renegotiate_key(han)


async def _mistype_install_code(han: Han) -> None:
    """The meter was reset and is installed again, and the hub is sent the code of another meter."""
    gsme = han.gsme
    await service.reset(han)
    han.hub.forget(gsme.storage.ieee)
    wrong = InstallCode.with_crc(han.random("fault", "install code").randbytes(16))
    han.hub.preauthorise(gsme.storage.ieee, wrong.link_key)
    han.hub.permit_join(PERMIT_SECONDS)
    for _ in range(ATTEMPTS_TO_JOIN):
        ended = asyncio.get_running_loop().create_future()
        service.joiner(han).join(ended.set_result)
        await ended
    han.hub.permit_join(0)


async def _swap_hub(han: Han) -> None:
    """The hub is exchanged. The electricity meter follows; the gas meter's firmware does not know how."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, trust_center_swap=False))
    han.replace_hub(han.hub.storage.ieee + SUCCESSOR)
    for device in han.devices[1:]:
        if device is not han.gsme and device.powered and device.stack.joiner is not None:
            device.stack.joiner.event(JoinEvent.LOST)
    for _ in range(SWAP_TIME):
        if reachable(han, han.esme):
            break
        await asyncio.sleep(1)


def _fault(name: str, title: str, symptom: str, inject: Action, heal: Callable[[Han], Awaitable[None]]) -> Fault:
    return Fault(name, title, Subject.GSME, "APS security", symptom, inject, heal)


FAULTS = (
    _fault(
        "stale-link-key",
        "Stale link key",
        "The meter polls and answers what needs no link key; its reports come under a key that the hub no longer has.",
        _other_key,
        service.renegotiate_key,
    ),
    _fault(
        "aps-counter-reset",
        "APS frame counter reset",
        "Reports carry counters that the hub has long passed; it drops each one as a replay, without a word.",
        _count_afresh,
        service.renegotiate_key,
    ),
    _fault(
        "hub-restored",
        "Hub restored from an old backup",
        "The hub is back where it was before the meter last agreed a key: it has no mirror, and every report fails.",
        _older_hub,
        service.renegotiate_key,
    ),
    _fault(
        "unknown-issuer",
        "Certificate of an unknown issuer",
        "Key establishment ends with UNKNOWN_ISSUER at its first message, and the meter leaves the network.",
        _with_identity(_of_a_stranger),
        _mend_identity_and_pair,
    ),
    _fault(
        "bad-key-confirm",
        "Private key does not fit the certificate",
        "Key establishment goes to its last step and ends with BAD_KEY_CONFIRM, again and again.",
        _with_identity(_with_wrong_private_key),
        _mend_identity,
    ),
    _fault(
        "no-resources",
        "Hub has no room for key establishment",
        "Each key establishment is put off with NO_RESOURCES; the meter never gets a key.",
        _fill_hub,
        _empty_hub,
    ),
    _fault(
        "certificate-expired",
        "Certificate expired",
        "The hub refuses the meter's certificate with INVALID_CERTIFICATE: the head end counts it as expired.",
        _expire,
        _prolong,
    ),
    _fault(
        "certificate-mismatch",
        "Certificate of another meter",
        "The certificate names another IEEE address than the meter sends from: INVALID_CERTIFICATE.",
        _with_identity(_of_another_meter),
        _mend_identity,
    ),
    _fault(
        "wrong-install-code",
        "Wrong install code",
        "The meter associates and cannot open the Transport-Key; after three attempts it gives up.",
        _mistype_install_code,
        service.pair,
    ),
    _fault(
        "trust-center-swapped",
        "Trust Centre swapped",
        "Another hub has the old one's place and hashed keys; the meter asks to come back, and opens no key from it.",
        _swap_hub,
        service.force_rejoin,
    ),
)
