"""Wrong hubs: admission."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.layer import AssociationResponse
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY, KeyId
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
FOR_GOOD = 1_000_000 * SECOND
INITIATE = b"\x00"
"""Command of Key Establishment."""
CERTIFICATE = 48
"""Its octets."""


@WRONG.add("hub-stays-open", "HADM", "home-assistant/core#43245; zigpy/zigpy-znp#53")
def stays_open(hub: Any, note: Note) -> None:
    """Its network stays open when it has been opened once."""

    def permit(former: Any, seconds: int) -> None:
        former(seconds)
        if seconds:
            note()
            hub.stack.parent._permit_until = hub.stack.clock.now + FOR_GOOD

    wrapped(hub.stack.parent, "permit", permit)


@WRONG.add("hub-never-says-that-it-is-open", "HADM", "espressif/esp-zigbee-sdk#60")
def never_says_open(hub: Any, note: Note) -> None:
    """Its beacon never permits association, however long its network is open."""

    def content(former: Any) -> Any:
        made = former()
        if made is not None and made.association_permit:
            note()
            return replace(made, association_permit=False)
        return made

    wrapped(hub.stack.mac, "beacon", content)


@WRONG.add("hub-lets-in-while-closed", "HADM", "Koenkk/zigbee-herdsman#1877")
def lets_in_while_closed(hub: Any, note: Note) -> None:
    """It takes newcomers while its network is closed: those that ask it to associate, and those of its routers."""
    parent = hub.stack.parent

    def associate(former: Any, ieee: int, capability: int) -> AssociationResponse:
        until, parent._permit_until = parent._permit_until, hub.stack.clock.now + SECOND
        if not until > hub.stack.clock.now:
            note()
        answer: AssociationResponse = former(ieee, capability)
        parent._permit_until = until
        return answer

    def allows_joins(former: Any) -> bool:
        if not former():
            note()
        return True

    wrapped(hub.stack.mac, "on_associate", associate)
    wrapped(hub.stack.trust_center, "allows_joins", allows_joins)


@WRONG.add("hub-gives-key-to-anybody", "HADM", "espressif/esp-zigbee-sdk#494")
def gives_key_to_anybody(hub: Any, note: Note) -> None:
    """It gives its network key under the well-known key to devices that are not on file."""
    trust_center = hub.stack.trust_center

    def joined(former: Any, device: Any, via: int | None = None) -> None:
        if not trust_center.knows(device.ieee):
            note()
            trust_center.add(device.ieee, WELL_KNOWN_LINK_KEY)
        former(device, via)

    hub.stack.parent.on_joined = lambda device: joined(trust_center.joined, device)


@WRONG.add("hub-misreads-install-codes", "HADM", "Koenkk/zigbee-herdsman#1353; Koenkk/zigbee2mqtt#21650")
def misreads_install_codes(hub: Any, note: Note) -> None:
    """It makes another link key of an install code than the device does."""

    def add(former: Any, ieee: int, key: bytes) -> None:
        note()
        former(ieee, key[::-1])

    wrapped(hub.stack.trust_center, "add", add)


@WRONG.add("hub-sends-first-key-in-the-clear", "HADM", "Koenkk/zigbee-herdsman#319")
def first_key_in_the_clear(hub: Any, note: Note) -> None:
    """It sends the network key to a device that joins without APS security."""

    def encode(former: Any, command: Any, **named: Any) -> bytes:
        octets: bytes
        if named.get("key_id") is KeyId.KEY_TRANSPORT:
            note()
            octets = former(command)
        else:
            octets = former(command, **named)
        return octets

    wrapped(hub.stack.aps, "encode_command", encode)


@WRONG.add("hub-has-no-time-for-key-establishment", "HADM")
def no_key_establishment(hub: Any, note: Note) -> None:
    """It answers each key establishment with NO_RESOURCES."""
    note()
    hub.conduct = replace(hub.conduct, key_establishments=0)


@WRONG.add("hub-takes-foreign-certificates", "HADM")
def takes_foreign_certificates(hub: Any, note: Note) -> None:
    """It does not compare a certificate with the device that shows it."""

    class Anybody(int):
        """An EUI-64 from which no other one differs."""

        def __ne__(self, other: object) -> bool:
            if int(self) != other:
                note()
            return False

        __hash__ = int.__hash__

    def ieee_of(former: Any, short: int) -> int | None:
        found: int | None = former(short)
        return None if found is None else Anybody(found)

    wrapped(hub.stack.aps, "ieee_of", ieee_of)


@WRONG.add("hub-answers-under-network-key", "HADM")
def answers_under_network_key(hub: Any, note: Note) -> None:
    """It serves Smart Energy clusters to whoever has the network key."""

    def admit(indication: Any) -> bool:
        if not indication.secured:
            note()
        return True

    hub.endpoint.admit = admit
