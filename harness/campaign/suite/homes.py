"""The dimensions cohort and installation: whose meters are in the home, and whether they are Active."""

from __future__ import annotations

from typing import NamedTuple

from hanbench.harness.case.installation import Meter, MeterStatus
from hanbench.profiles.rulesets import Cohort, InstallationType

COHORTS = (Cohort.IOC, Cohort.MOC_SECURE)
ELECTRICITY, GAS, NEXT, STRANGER = "supplier-electricity", "supplier-gas", "supplier-next", "supplier-elsewhere"
"""The suppliers at the start, the one that a meter may go to, and one that has no meter in the home."""


class Home(NamedTuple):
    """The meters of a home. `words` follow "a home that is" in a title."""

    name: str
    words: str
    type: InstallationType
    esme: Meter
    gsme: Meter


_A, _D = MeterStatus.ACTIVE, MeterStatus.DORMANT
HOMES = (
    Home("active", "Active with one supplier", InstallationType.ACTIVE, Meter(_A, GAS), Meter(_A, GAS)),
    Home("active-two", "Active with two suppliers", InstallationType.ACTIVE, Meter(_A, ELECTRICITY), Meter(_A, GAS)),
    Home("dormant", "Dormant", InstallationType.DORMANT, Meter(_D, ELECTRICITY), Meter(_D, GAS)),
    Home(
        "mixed-gsme-active",
        "Mixed, its gas meter Active",
        InstallationType.MIXED_GSME_ACTIVE,
        Meter(_D, ELECTRICITY),
        Meter(_A, GAS),
    ),
    Home(
        "mixed-gsme-dormant",
        "Mixed, its gas meter Dormant",
        InstallationType.MIXED_GSME_DORMANT,
        Meter(_A, ELECTRICITY),
        Meter(_D, GAS),
    ),
)
"""Every type of installation; the Active one with one supplier and with two."""
