"""The catalogue of named faults: for each its layer and its symptom in the field.

`hanbench.harness.faults` injects them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hanbench.harness.case.check import Subject, Verdict
from hanbench.profiles.sourced import Source


@dataclass(frozen=True, slots=True)
class FaultDescription:
    """One named fault. The name is stable, because scenarios and reports contain it."""

    name: str
    title: str
    subject: Subject
    """The subject that breaks; only faults of the GSME may count towards partial migration."""
    layer: str
    """The layer at which the fault is injected."""
    symptom: str
    """The symptom in the field."""
    basis: Source = Source.ASSUMED
    """How well it is known that this happens in the field, and that it looks so."""
    breaks_reachability: bool = True
    """Whether the subject becomes unreachable. False: it can still be reached, and a check must pass."""

    needs: str | None = None
    """Role of a device that not every HAN has, and without which the fault cannot be."""
    depends_on_layout: bool = False
    """Whether the layout of the home decides if the subject becomes unreachable, `breaks_reachability` being what its
    author may expect: the ground truth is then read off both sides."""

    @property
    def verdict(self) -> Verdict:
        """The verdict of a HAN-connectivity check under this fault alone."""
        if self.subject is not Subject.GSME:
            return Verdict.INCONCLUSIVE
        return Verdict.FAIL if self.breaks_reachability else Verdict.PASS

    @property
    def state(self) -> Literal["broken", "impaired"]:
        """The state that the fault gives its subject: the value of a `State` of plans and scenario files."""
        return "broken" if self.breaks_reachability else "impaired"


_FAULTS = (
    FaultDescription(
        "battery-dead",
        "Battery dead",
        Subject.GSME,
        "power",
        "The meter sends no frame of any kind on any channel, and its display is blank.",
    ),
    FaultDescription(
        "radio-silent",
        "Radio silent",
        Subject.GSME,
        "radio",
        "The meter counts and shows gas, but its radio neither receives nor sends.",
    ),
    FaultDescription(
        "out-of-range",
        "Out of range",
        Subject.GSME,
        "air",
        "The meter was moved, or a wall was built: frames no longer arrive either way.",
    ),
    FaultDescription(
        "jammed-channel",
        "Jammed channel",
        Subject.GSME,
        "air",
        "A transmitter beside the gas meter fills the channel: the meter never finds it clear, and receives nothing.",
    ),
    FaultDescription(
        "esme-dead",
        "Electricity meter dead",
        Subject.ESME,
        "power",
        "The electricity meter does not answer either, so a check says nothing about the gas meter alone.",
    ),
    FaultDescription(
        "wan-down",
        "WAN down",
        Subject.WAN,
        "WAN",
        "The hub cannot be reached from the head end.",
    ),
    FaultDescription(
        "bench-fault",
        "Bench fault",
        Subject.BENCH,
        "bench",
        "The test bench itself has failed, so its checks say nothing about any meter.",
    ),
    FaultDescription(
        "firmware-hung",
        "Firmware hung",
        Subject.GSME,
        "application",
        "The meter still polls and its radio acknowledges, but nothing above the MAC answers.",
    ),
    FaultDescription(
        "network-key-lost",
        "Network key lost",
        Subject.GSME,
        "NWK security",
        "The hub changed the network key twice while the meter slept; it polls, and can decrypt none of the answers.",
    ),
    FaultDescription(
        "frame-counter-reset",
        "Frame counter reset",
        Subject.GSME,
        "NWK security",
        "The meter counts its frames from 0 again; the hub acknowledges them at the MAC and drops them as replays.",
    ),
    FaultDescription(
        "aged-out",
        "Aged out and not rejoining",
        Subject.GSME,
        "NWK child table",
        "The hub dropped the meter from its child table; told to rejoin, the meter does not.",
    ),
    FaultDescription(
        "wrong-channel",
        "Wrong channel",
        Subject.GSME,
        "NWK",
        "The hub moved to another channel while the meter slept; the meter polls on the old one.",
    ),
    FaultDescription(
        "hub-entry-lost",
        "Hub lost the meter's entry",
        Subject.GSME,
        "Trust Centre",
        "The meter polls, and the hub does not know it: no entry, no key, no mirror.",
    ),
    FaultDescription(
        "flapping",
        "Flapping",
        Subject.GSME,
        "application",
        "The meter answers at some attempts and sleeps through others.",
    ),
    FaultDescription(
        "stale-link-key",
        "Stale link key",
        Subject.GSME,
        "APS security",
        "The meter polls, and answers requests without a link key; its reports have a key that the hub no longer has.",
    ),
    FaultDescription(
        "aps-counter-reset",
        "APS frame counter reset",
        Subject.GSME,
        "APS security",
        "Reports carry counters that the hub has long passed; it silently drops each one as a replay.",
    ),
    FaultDescription(
        "hub-restored",
        "Hub restored from an old backup",
        Subject.GSME,
        "APS security",
        "The hub's state is older than the meter's latest key establishment: it has no mirror, and every report fails.",
    ),
    FaultDescription(
        "unknown-issuer",
        "Certificate of an unknown issuer",
        Subject.GSME,
        "APS security",
        "Key establishment ends with UNKNOWN_ISSUER at its first message, and the meter leaves the network.",
    ),
    FaultDescription(
        "bad-key-confirm",
        "Private key does not fit the certificate",
        Subject.GSME,
        "APS security",
        "Key establishment goes to its last step and ends with BAD_KEY_CONFIRM, again and again.",
    ),
    FaultDescription(
        "no-resources",
        "Hub has no room for key establishment",
        Subject.GSME,
        "APS security",
        "Each key establishment is rejected with NO_RESOURCES; the meter never gets a key.",
    ),
    FaultDescription(
        "certificate-expired",
        "Certificate expired",
        Subject.GSME,
        "APS security",
        "The hub refuses the meter's certificate with INVALID_CERTIFICATE: the head end counts it as expired.",
    ),
    FaultDescription(
        "certificate-mismatch",
        "Certificate of another meter",
        Subject.GSME,
        "APS security",
        "The certificate names another IEEE address than the meter sends from: INVALID_CERTIFICATE.",
    ),
    FaultDescription(
        "wrong-install-code",
        "Wrong install code",
        Subject.GSME,
        "APS security",
        "The meter associates and cannot open the Transport-Key; after three attempts it gives up.",
    ),
    FaultDescription(
        "trust-center-swapped",
        "Trust Centre swapped",
        Subject.GSME,
        "APS security",
        "Another hub with hashed keys has replaced the old one; the meter rejoins, and can decrypt no key from it.",
    ),
    FaultDescription(
        "pan-id-missed",
        "PAN ID changed while asleep",
        Subject.GSME,
        "NWK",
        "The hub has changed its PAN ID after a conflict; the meter polls in the old PAN, and no device answers.",
    ),
    FaultDescription(
        "battery-low",
        "Battery fading",
        Subject.GSME,
        "power",
        "The meter reports a low battery, wakes at growing intervals, and then stops sending.",
    ),
    FaultDescription(
        "repeater-gone",
        "Repeater gone",
        Subject.GSME,
        "air",
        "The repeater was unplugged: a gas meter in range of the hub rejoins there; one that is not polls in vain.",
        needs="repeater",
        depends_on_layout=True,
    ),
    FaultDescription(
        "mirror-refused",
        "Mirror refused",
        Subject.GSME,
        "application",
        "The hub offers no mirror: displays show no gas, while the meter itself answers at its wakes.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "mirror-wiped",
        "Mirror wiped",
        Subject.GSME,
        "application",
        "The hub has lost the mirror, and the meter still reports to an endpoint that no longer exists.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "keep-alive-ignored",
        "Keep-alive not answered",
        Subject.GSME,
        "application",
        "After three reads without an answer the meter considers its Trust Centre lost; it rejoins again and again.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "clock-drift",
        "Clock drifting",
        Subject.GSME,
        "application",
        "The times of the meter's readings drift from the hub's by more than 60 s a day; it never sets its clock.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "clock-jump",
        "Clock jumping back",
        Subject.GSME,
        "application",
        "The hub's clock is set back by a day, and the meter's with it: new readings are older than those before them.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "hub-counter-lost",
        "Hub's frame counter lost",
        Subject.GSME,
        "NWK security",
        "The hub counts its NWK frames from 0 again; the gas meter polls, acknowledges them at the MAC and drops them "
        "as replays. The electricity meter was restarted since, and has forgotten the old counter.",
        basis=Source.INFERRED,
    ),
    FaultDescription(
        "hub-full",
        "Hub's child table full",
        Subject.GSME,
        "NWK child table",
        "The hub dropped the meter, and its table is full of devices that are gone: beacons show no room for an end "
        "device, and a Rejoin Response says that the PAN is at capacity.",
        basis=Source.INFERRED,
    ),
    FaultDescription(
        "hub-ages-wrong-child",
        "Hub ages the wrong child",
        Subject.GSME,
        "NWK child table",
        "The gas meter's polls keep another child's entry alive, and not its own: it drops out of the child table "
        "every few hours, is told to rejoin, and does.",
        breaks_reachability=False,
        basis=Source.ASSUMED,
    ),
    FaultDescription(
        "hub-reflashed",
        "Hub reflashed",
        Subject.GSME,
        "Trust Centre",
        "The same hub with an empty flash: a new network under its own EUI-64, without mirror and device table. The "
        "electricity meter was paired again; the gas meter looks for the old network, and the hub does not know it.",
        basis=Source.INFERRED,
    ),
    FaultDescription(
        "hub-exchanged",
        "Hub exchanged without a backup",
        Subject.GSME,
        "Trust Centre",
        "Another hub, with an EUI-64 and a network of its own; the electricity meter was paired with it. The gas meter "
        "looks for a network that is no more.",
        basis=Source.INFERRED,
    ),
    FaultDescription(
        "gsme-exchanged",
        "Gas meter exchanged",
        Subject.GSME,
        "installation",
        "Another gas meter hangs in its place, with an EUI-64 and an install code that the hub was not given: the old "
        "one is silent and its mirror stays, and the new one scans and finds the network closed.",
        basis=Source.INFERRED,
    ),
    FaultDescription(
        "hub-without-power",
        "Hub without power",
        Subject.WAN,
        "hub power",
        "The hub sends nothing, to the head end or on the HAN; both meters look for it, less and less often. When its "
        "power is back, they rejoin.",
        basis=Source.INFERRED,
    ),
)
CATALOGUE: dict[str, FaultDescription] = {fault.name: fault for fault in _FAULTS}
"""Faults by name. Within a layer, the faults of one meter are injected in this order: a fault that spoils a key comes
before one that loses it."""
FAULTS_OF_EVERY_HAN = tuple(fault.name for fault in _FAULTS if fault.needs is None)
"""Faults that need no other device than hub and meters."""
GSME_FAULTS = tuple(
    fault.name
    for fault in _FAULTS
    if fault.subject is Subject.GSME and fault.breaks_reachability and fault.needs is None
)
"""Faults of every HAN under which the gas meter cannot be reached."""
IMPAIRMENTS = tuple(fault.name for fault in _FAULTS if not fault.breaks_reachability)
"""Faults under which it can still be reached."""
