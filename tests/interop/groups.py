"""All samples, by group, and whether any kind is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.nwk import commands as nwk_commands
from hanbench.emulator.zigbee.zdo import messages as zdp
from tests.interop import samples, samples_zcl
from tests.interop.han import Sample

GROUPS: dict[str, Callable[[], Iterator[Sample]]] = {
    "mac": samples.mac_samples,
    "nwk": samples.nwk_samples,
    "aps": samples.aps_samples,
    "zdp": samples.zdp_samples,
    "zcl-general": samples_zcl.general_samples,
    "zcl-commands": samples_zcl.command_samples,
}

_STRUCTURED = {0x0E, 0x0F, 0x10}
"""General commands on parts of attributes: tshark 4.0 has no dissector for them."""


def kinds() -> dict[str, tuple[set[object], set[object]]]:
    """By layer: the kinds of message of which there are samples, and those that the codecs know."""
    return {
        "NWK": ({type(each) for each in samples.NWK_COMMANDS}, _commands(nwk_commands)),
        "APS": ({type(each) for each, _ in samples.APS_COMMANDS} | {aps_commands.Tunnel}, _commands(aps_commands)),
        "ZDP": ({type(each) for each in samples.ZDP_MESSAGES}, set(zdp.MESSAGES)),
        "ZCL": (
            {type(each) for each in samples_zcl.GENERAL},
            {each for each in foundation.COMMANDS if each.COMMAND not in _STRUCTURED},
        ),
    }


def _commands(module: ModuleType) -> set[object]:
    """The command classes of a module: those with an identifier."""
    return {each for each in vars(module).values() if isinstance(each, type) and "ID" in vars(each)}
