"""Conduct of firmware: what it does and does not do, one frozen value a kind of device.

A device begins with the conduct of its profile, and has it again after a restart. A fault replaces it
(`gsme.conduct = replace(gsme.conduct, sets_clock=False)`); healing puts back what `profile_conduct` says.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.emulator.zigbee.nwk.config import JoinPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """Of any device."""

    hung: bool = False
    """The firmware has stopped above the MAC: the radio acknowledges frames, nothing answers and nothing is sent."""
    drift: float = 0.0
    """Seconds that the device's clock gains in a day; negative: loses. It is the crystal's, and a restart keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConduct(Conduct):
    """Of a Communications Hub."""

    grants_mirrors: bool = True
    """False: there is no mirror to give, whatever the settings say."""
    refuses_lost_reports: bool = True
    """It refuses a report to a mirror that it has not, as Silicon Labs' meter-mirror does. False: nothing answers."""
    answers_keep_alive: bool = True
    key_establishments: int
    """Sessions of key establishment at a time."""
    child_table_full: bool = False
    """It takes no child that is not in its table, whatever the settings say."""
    ages_wrong_child: bool = False
    """The polls of a sleeping child do not keep its entry alive."""
    withdrawn_certificates: frozenset[int] = frozenset()
    """EUI-64s of devices whose certificates count as expired. Suite 1 has no dates: the head end says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningConduct(Conduct):
    """Of a device that joins a network: electricity meter, display."""

    join: JoinPolicy
    """How it looks for its network."""
    renews_keys: bool
    """False: it agrees its link key once and never again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasMeterConduct(JoiningConduct):
    """Of a gas meter."""

    sets_clock: bool = True
    """False: it trusts its own crystal."""
    wakes: bool = True
    """False: it sleeps through its wakes."""
    wake_interval_factor: int = 1
    """How many wakes of a healthy meter pass from one wake to the next."""
