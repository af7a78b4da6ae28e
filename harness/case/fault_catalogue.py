"""The named faults, in words: what a plan can name, where each is applied, and what the field would see of it.

`hanbench.harness.faults` brings them about.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.harness.case.check import Subject


@dataclass(frozen=True, slots=True)
class FaultDescription:
    """One named fault. Its name is stable: scenarios and reports are written with it."""

    name: str
    title: str
    subject: Subject
    """What is broken; only the GSME's faults may count towards partial migration."""
    layer: str
    """Where it is applied."""
    symptom: str
    """What the field would see."""
    breaks_reachability: bool = True
    """Whether the subject can no longer be reached. False: something is wrong with it, and a check must pass."""


_FAULTS = (
    FaultDescription(
        "battery-dead",
        "Battery dead",
        Subject.GSME,
        "power",
        "The meter has gone dark: no frame of any kind, on any channel, and its display is blank.",
    ),
    FaultDescription(
        "radio-silent",
        "Radio silent",
        Subject.GSME,
        "radio",
        "The meter counts and shows gas, but its radio neither hears nor is heard.",
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
        "Something beside the gas meter fills the channel: it never finds it clear, and hears nothing.",
    ),
    FaultDescription(
        "esme-dead",
        "Electricity meter dead",
        Subject.ESME,
        "power",
        "The electricity meter does not answer either: nothing can be said of the gas meter alone.",
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
        "The test bench itself has failed: what it says about any meter is worth nothing.",
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
        "The hub changed the network key twice while the meter slept; it polls, and understands nothing it gets.",
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
        "The hub moved to another channel while the meter slept; the meter calls on the old one.",
    ),
    FaultDescription(
        "hub-entry-lost",
        "Hub lost the meter's entry",
        Subject.GSME,
        "Trust Centre",
        "The meter calls and the hub does not know it: no entry, no key, no mirror.",
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
        "The meter polls and answers what needs no link key; its reports come under a key that the hub no longer has.",
    ),
    FaultDescription(
        "aps-counter-reset",
        "APS frame counter reset",
        Subject.GSME,
        "APS security",
        "Reports carry counters that the hub has long passed; it drops each one as a replay, without a word.",
    ),
    FaultDescription(
        "hub-restored",
        "Hub restored from an old backup",
        Subject.GSME,
        "APS security",
        "The hub is back where it was before the meter last agreed a key: it has no mirror, and every report fails.",
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
        "Each key establishment is put off with NO_RESOURCES; the meter never gets a key.",
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
        "Another hub has the old one's place and hashed keys; the meter asks to come back, and opens no key from it.",
    ),
    FaultDescription(
        "pan-id-missed",
        "PAN ID changed while asleep",
        Subject.GSME,
        "NWK",
        "The hub has settled a PAN ID conflict and moved on; the meter calls in the old PAN, and nobody answers.",
    ),
    FaultDescription(
        "battery-low",
        "Battery fading",
        Subject.GSME,
        "power",
        "The meter reports a low battery, wakes less and less often, and then falls silent.",
    ),
    FaultDescription(
        "mirror-refused",
        "Mirror refused",
        Subject.GSME,
        "application",
        "The hub has no mirror to give: displays show no gas, while the meter itself answers at its wakes.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "mirror-wiped",
        "Mirror wiped",
        Subject.GSME,
        "application",
        "The hub has lost the mirror, and the meter goes on reporting to an endpoint that is no longer there.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "keep-alive-ignored",
        "Keep-alive not answered",
        Subject.GSME,
        "application",
        "The meter takes its Trust Centre for lost after three reads without an answer, and rejoins over and over.",
        breaks_reachability=False,
    ),
    FaultDescription(
        "clock-drift",
        "Clock drifting",
        Subject.GSME,
        "application",
        "The times of the meter's readings run away from the hub's by more than 60 s a day; it never sets its clock.",
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
)
CATALOGUE: dict[str, FaultDescription] = {fault.name: fault for fault in _FAULTS}
"""By name. Faults of one meter are brought about in this order within a layer: what spoils a key comes before what
loses it."""
GSME_FAULTS = tuple(fault.name for fault in _FAULTS if fault.subject is Subject.GSME and fault.breaks_reachability)
"""Those that cut the gas meter off."""
IMPAIRMENTS = tuple(fault.name for fault in _FAULTS if not fault.breaks_reachability)
"""Those under which it can still be reached."""
