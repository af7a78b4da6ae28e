"""Signs of link keys: key establishments that end early, and frames under a key that the other side does not have."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zcl.clusters.key_establishment import (
    ConfirmKeyDataResponse,
    InitiateKeyEstablishmentRequest,
    ServerTerminateKeyEstablishment,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.phases import acknowledges_metering
from hanbench.harness.field.sign import Evidence, Finder, Sign, shown

_SUBJECT = slice(22, 30)
"""The EUI-64 in a certificate of suite 1, most significant octet first (SE 1.4a, annex C.4.2.2)."""
_ENDS = ServerTerminateKeyEstablishment | TerminateKeyEstablishment
WORDS = {status: status.name.lower().replace("_", "-") for status in TerminateStatus}


def _ends(at: Evidence, status: TerminateStatus) -> Iterator[Seen]:
    for frame in (*at.phases.trouble, *at.phases.to_it_since):
        message = frame.message
        if isinstance(message, _ENDS) and message.status_code == status:
            yield frame


def _ended_with(status: TerminateStatus) -> Finder:
    word = WORDS[status]

    def find(at: Evidence) -> Sign | None:
        text = f"{{n:key establishment ends|key establishments end}} with {word.upper().replace('-', '_')}"
        return shown(f"ends-with-{word}", text, _ends(at, status))

    return find


def key_agreed(at: Evidence) -> Sign | None:
    """A key establishment of the meter succeeded."""
    found = [frame for frame in at.phases.to_it_since if isinstance(frame.message, ConfirmKeyDataResponse)]
    return shown("key-agreed", "{n:key establishment} of the meter succeeded", found)


def key_begun(at: Evidence) -> Sign | None:
    """The meter has begun a key establishment, and none succeeded."""
    if key_agreed(at):
        return None
    found = [frame for frame in at.phases.trouble if isinstance(frame.message, InitiateKeyEstablishmentRequest)]
    return shown("key-begun", "the meter begins {n:key establishment}, and none succeeds", found)


def certificate_of_another(at: Evidence) -> Sign | None:
    """The meter's certificate names another device."""
    found = [
        frame
        for frame in at.phases.own
        if isinstance(frame.message, InitiateKeyEstablishmentRequest) and _names_another(at, frame.message.identity)
    ]
    return shown("certificate-of-another", "the meter's certificate names another EUI-64 than its own", found)


def own_certificate(at: Evidence) -> Sign | None:
    """The meter's certificate names the meter."""
    found = [
        frame
        for frame in at.phases.own
        if isinstance(frame.message, InitiateKeyEstablishmentRequest) and not _names_another(at, frame.message.identity)
    ]
    return shown("own-certificate", "the meter's certificate names its own EUI-64", found)


def _names_another(at: Evidence, identity: bytes) -> bool:
    subject = identity[_SUBJECT]
    return len(subject) == 8 and not at.is_gsme(int.from_bytes(subject, "big"))


def reports_ignored(at: Evidence) -> Sign | None:
    """The hub acknowledges none of the meter's frames under its link key, above the MAC."""
    if any(map(acknowledges_metering, at.phases.to_it_since)):
        return None
    sent = [frame for frame in at.phases.trouble if _under_link_key(frame)]
    return shown("reports-ignored", "the hub takes none of {n:frame} under the meter's link key", sent, least=3)


def link_keys_differ(at: Evidence) -> Sign | None:
    """The meter's link key is not the one that the hub uses for it."""
    own = [frame for frame in at.phases.trouble if _under_link_key(frame) and frame.aps and frame.aps.link_key]
    hubs = [frame for frame in at.phases.to_it_since if _under_link_key(frame) and frame.aps and frame.aps.link_key]
    if not own or not hubs or own[-1].aps is None or hubs[-1].aps is None:
        return None
    if own[-1].aps.link_key == hubs[-1].aps.link_key:
        return None
    return shown("link-keys-differ", "the meter and the hub use different link keys", (own[-1], hubs[-1]))


def same_link_key(at: Evidence) -> Sign | None:
    """The meter and the hub use the same link key."""
    own = {frame.aps.link_key for frame in at.phases.trouble if _under_link_key(frame) and frame.aps}
    hubs = [frame for frame in at.phases.to_it_since if _under_link_key(frame) and frame.aps]
    same = [frame for frame in hubs if frame.aps and frame.aps.link_key and frame.aps.link_key in own]
    return shown("same-link-key", "the meter and the hub use the same link key", same)


def link_key_changed(at: Evidence) -> Sign | None:
    """The meter uses another link key than when the hub heard it well, without a new key establishment."""
    before = [frame for frame in at.phases.own if frame.time <= at.phases.since and _under_link_key(frame)]
    after = [frame for frame in at.phases.trouble if _under_link_key(frame)]
    if not before or not after or before[-1].aps is None or before[-1].aps.link_key is None or key_agreed(at):
        return None
    changed = [frame for frame in after if frame.aps and frame.aps.link_key != before[-1].aps.link_key]
    return shown("link-key-changed", "the meter uses another link key than before", changed)


def link_requests_ignored(at: Evidence) -> Sign | None:
    """The meter answers no request of the hub under a link key."""
    asked = [frame for frame in at.phases.to_it_since if _under_link_key(frame)]
    if any(_is_metering_answer(frame) for frame in at.phases.trouble):
        return None
    return shown("link-requests-ignored", "the meter answers none of {n:request} under a link key", asked, least=2)


def link_requests_answered(at: Evidence) -> Sign | None:
    """The meter answers requests of the hub under a link key."""
    found = [frame for frame in at.phases.trouble if _is_metering_answer(frame)]
    return shown("link-requests-answered", "the meter answers {n:request} under its link key", found)


def requests_ignored(at: Evidence) -> Sign | None:
    """The meter fetches requests of the hub, and answers none of them."""
    fetched = [
        frame
        for frame in at.phases.to_it_since
        if frame.aps is not None and frame.aps.type == aps.DATA and frame.aps.wants_ack and frame.acked
    ]
    if any(frame.aps is not None for frame in at.phases.trouble):
        return None
    return shown("requests-ignored", "the meter fetches {n:request} of the hub and answers none", fetched)


def _is_metering_answer(frame: Seen) -> bool:
    return _under_link_key(frame) and frame.name == "read-attributes-response"


def _under_link_key(frame: Seen) -> bool:
    return frame.aps is not None and frame.aps.type == aps.DATA and frame.aps.secured


FINDERS: tuple[Finder, ...] = (
    *(_ended_with(status) for status in TerminateStatus),
    key_agreed,
    key_begun,
    certificate_of_another,
    own_certificate,
    reports_ignored,
    link_keys_differ,
    same_link_key,
    link_key_changed,
    link_requests_ignored,
    link_requests_answered,
    requests_ignored,
)
