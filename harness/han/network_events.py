"""What a hub tells of its network, in words: what it heard before it formed it, and PAN ID conflicts."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zigbee.nwk.formation import Formation, HeardNetwork
from hanbench.emulator.zigbee.nwk.maintenance import PanIdConflict


def formation_in_words(formation: Formation, extended_pan_id: int) -> Iterator[str]:
    """Yield a sentence for each network that was heard, and one about the choice. `extended_pan_id`: the hub's own."""
    for network in formation.networks:
        yield f"heard {_network(network)}"
        if network.extended_pan_id == extended_pan_id:
            yield "that extended PAN ID is this hub's own: expected a bench of another id, or with another seed"
    energy = formation.energies.get(formation.channel)
    why = "" if energy is None else f", {energy} dBm at most, of {len(formation.energies)} channels scanned"
    heard = "" if formation.networks else "; heard no other network"
    yield f"forms PAN {formation.pan_id:#06x} on channel {formation.channel}{why}{heard}"
    if any(each.pan_id == formation.pan_id for each in formation.networks):
        yield f"PAN ID {formation.pan_id:#06x} is another network's too: the bench file says so"


def _network(network: HeardNetwork) -> str:
    name = "not Zigbee PRO" if network.extended_pan_id is None else f"extended PAN {network.extended_pan_id:016x}"
    return f"PAN {network.pan_id:#06x} on channel {network.channel} ({name}), LQI {network.lqi}"


def conflict_in_words(conflict: PanIdConflict) -> str:
    """Return a sentence about a PAN ID conflict and what the hub does."""
    by = "heard" if conflict.reporter is None else f"reported by {conflict.reporter:#06x}"
    other = "" if conflict.other is None else f" with extended PAN {conflict.other:016x}"
    return f"PAN ID conflict{other} on {conflict.pan_id:#06x}, {by}: the HAN moves to PAN {conflict.new_pan_id:#06x}"
